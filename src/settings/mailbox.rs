//! Thresholds of the mailbox detectors.

use serde::{Deserialize, Serialize};

/// Thresholds of the mailbox detectors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Mailbox {
    /// Inbox rules.
    pub inbox_rule: InboxRule,
    /// Reading of mail.
    pub mail_access: MailAccess,
    /// Sending and clearing of mail.
    pub mail_sent: MailSent,
    /// Access to other people's mailboxes.
    pub delegate_access: DelegateAccess,
}

/// Points that a rule's content earns. Origin of the weights: proposal, ordered after public detection content; on the 42 malicious rules of two public
/// data sets every one reaches `alert` by content alone; no benign rules were in those sets, so precision is unmeasured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InboxRule {
    /// Points from which a rule is reported. Lower reports newsletter rules, higher loses rules that only delete and hide.
    pub alert: i64,
    /// Points from which a rule is reported as high: about two strong traits together.
    pub high: i64,
    /// Points from which a rule that is in the audit log but not in the mailbox' own list is reported: one strong trait.
    pub hidden: i64,
    /// Forwards, forwards as attachment or redirects outside the tenant. At least `alert`, so that no such rule is missed.
    pub external_target: i64,
    /// The outside address is at a provider where anybody gets a mailbox.
    pub freemail_target: i64,
    /// Forwards to another mailbox of the tenant.
    pub internal_target: i64,
    /// Deletes, or moves to the deleted items.
    pub delete: i64,
    /// Moves to a folder that people rarely open (RSS, conversation history, archive, junk, notes …).
    pub rare_folder: i64,
    /// Marks as read what it moves or deletes.
    pub mark_read: i64,
    /// Stops other rules after a move or delete.
    pub stop: i64,
    /// Name is empty, punctuation only, one or two characters, or one character repeated.
    pub blank_name: i64,
    /// Name of at most five letters or digits that is no word (no vowel).
    pub random_name: i64,
    /// Conditions hold words of money or of warnings to the victim.
    pub keywords: i64,
    /// No condition at all.
    pub catch_all: i64,
    /// Acts on mail of a few named people outside the tenant, or of the own help desk.
    pub correspondent: i64,
    /// The same outside address, or the same suspicious name and action, stands in the rules of two or more mailboxes.
    pub shared: i64,
    /// Made from a network that is new for the account.
    pub new_origin: i64,
}

impl Default for InboxRule {
    fn default() -> Self {
        Self {
            alert: 40,
            high: 65,
            hidden: 20,
            external_target: 40,
            freemail_target: 10,
            internal_target: 10,
            delete: 20,
            rare_folder: 20,
            mark_read: 8,
            stop: 6,
            blank_name: 20,
            random_name: 5,
            keywords: 15,
            catch_all: 20,
            correspondent: 10,
            shared: 25,
            new_origin: 8,
        }
    }
}

/// When reading of mail stands out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailAccess {
    /// Distinct messages opened within `burst_minutes`. Proposal: five a minute for ten minutes is faster than people read.
    pub burst_messages: usize,
    /// Minutes of the short window.
    pub burst_minutes: i64,
    /// Distinct messages opened within one hour. Proposal: catches slow, steady reading that stays below the short window.
    pub hour_messages: usize,
    /// Mailboxes that one client application reads within `app_minutes`. Public rules alert at five in ten minutes; three suits small tenants.
    pub app_mailboxes: usize,
    /// Minutes of the window for one application.
    pub app_minutes: i64,
    /// Days of mail access that a mailbox needs before a client counts as new. As Microsoft's learning period for unfamiliar features.
    pub history_days: i64,
    /// Distinct days on which a program must have read at least `app_mailboxes` mailboxes to count as a service of the tenant (backup, archive).
    pub service_days: usize,
}

impl Default for MailAccess {
    fn default() -> Self {
        Self { burst_messages: 50, burst_minutes: 10, hour_messages: 200, app_mailboxes: 3, app_minutes: 60, history_days: 5, service_days: 3 }
    }
}

/// When sending and clearing of mail stands out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailSent {
    /// Messages per hour below which nobody is a mass sender. Proposal: a busy person's hour.
    pub hour_messages: usize,
    /// Multiple of the account's own 99th percentile of hourly messages that must be passed as well, so that ticket systems stay quiet.
    pub own_percentile_factor: usize,
    /// Minutes between sending and clearing the sent message. Sentinel's rules use 12; 15 tolerates the delay of the log.
    pub cleared_minutes: i64,
    /// Days of own audit records before a first send on behalf of another mailbox counts as first.
    pub history_days: i64,
}

impl Default for MailSent {
    fn default() -> Self {
        Self { hour_messages: 20, own_percentile_factor: 3, cleared_minutes: 15, history_days: 5 }
    }
}

/// When access to another mailbox stands out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DelegateAccess {
    /// Distinct messages on the first day of access. Proposal: more than a person opens to answer a question.
    pub first_day_messages: usize,
    /// Distinct folders on the first day. Sentinel's rule alerts above five folders not read before.
    pub first_day_folders: usize,
    /// Days of evidence about the mailbox before an actor's first access counts as first.
    pub history_days: i64,
    /// Distinct days of access after which an actor is an established assistant.
    pub established_days: usize,
}

impl Default for DelegateAccess {
    fn default() -> Self {
        Self { first_day_messages: 50, first_day_folders: 5, history_days: 5, established_days: 5 }
    }
}
