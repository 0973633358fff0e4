//! What was not recorded because auditing was off, read from the settings as they stood at export. Since when it was off they do not say.
//!
//! Microsoft, "Manage mailbox auditing" (read 2026-11): auditing is on by default for the organisation (`AuditDisabled` = false), and then `AuditEnabled` =
//! false of a single mailbox is ignored; a bypass association silences what its account does in any mailbox.

use std::collections::BTreeSet;

use super::Log;
use super::limit::{Limit, LimitKind, Read};
use crate::evidence::Evidence;
use crate::frame::Frames;
use crate::provenance::SourceId;
use crate::time::Time;

/// Silent mailboxes that are remembered. Exports of whole tenants list each resource mailbox.
const MAX_SILENT: usize = 10_000;

/// Who or what is silent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Silent {
    /// The unified audit log.
    Log,
    /// All mailboxes.
    Organisation,
    /// One mailbox, lower case, as recorded.
    Mailbox(String),
    /// What one account does in any mailbox; lower case, as recorded.
    Actor(String),
    /// The messages that the owner reads in one mailbox.
    Reads(String),
}

/// The settings of auditing.
#[derive(Debug, Clone, Default)]
pub struct Auditing {
    /// What is silent, and which file says so.
    pub silent: BTreeSet<(Silent, SourceId)>,
    /// The organisation audits all mailboxes: their own switches do not count.
    pub is_on_by_default: bool,
}

impl Auditing {
    /// Reads the settings among the rows.
    pub(super) fn read(&mut self, frames: &Frames) {
        for row in frames.policies.iter() {
            match (row.kind(), row.state()) {
                (Some("audit"), Some("disabled")) => self.note(Silent::Log, row.source()),
                (Some("organisation"), Some("disabled")) => self.note(Silent::Organisation, row.source()),
                (Some("organisation"), Some("enabled")) => self.is_on_by_default = true,
                _ => {}
            }
        }
        for row in frames.mailboxes.iter() {
            let Some(mailbox) = row.mailbox().filter(|mailbox| !mailbox.is_empty()) else { continue };
            if row.audit_bypass() == Some(true) {
                self.note(Silent::Actor(mailbox.to_owned()), row.source());
            }
            let of_people = row.kind().is_none_or(|kind| matches!(kind, "" | "UserMailbox" | "SharedMailbox"));
            if row.audit_enabled() == Some(false) && of_people {
                self.note(Silent::Mailbox(mailbox.to_owned()), row.source());
            } else if row.audit_actions().is_some_and(leaves_reads_out) && of_people {
                self.note(Silent::Reads(mailbox.to_owned()), row.source());
            }
        }
    }

    /// Adds what was read elsewhere.
    pub(super) fn merge(&mut self, other: Self) {
        self.silent.extend(other.silent);
        self.is_on_by_default |= other.is_on_by_default;
    }

    fn note(&mut self, silent: Silent, source: SourceId) {
        if self.silent.len() < MAX_SILENT {
            self.silent.insert((silent, source));
        }
    }
}

/// The owner's list is there, is not Microsoft's own (`defaults:Owner`), and does not name the reading of messages.
fn leaves_reads_out(actions: &str) -> bool {
    let mut listed = actions.split(';').filter(|action| action.starts_with("owner:") || *action == "defaults:Owner").peekable();
    listed.peek().is_some() && !listed.any(|action| action == "defaults:Owner" || action.eq_ignore_ascii_case("owner:MailItemsAccessed"))
}

/// One limit per silence, over all that the unified audit log reaches.
pub(super) fn limits(read: Read<'_>) -> Vec<Limit> {
    const MAILBOX: [Evidence; 2] = [Evidence::MailboxAudit, Evidence::MailItemsAccessed];
    let auditing = &read.extent.auditing;
    let log = read.extent.of_log(Log::Unified);
    let span = log.first().zip(log.last()).map(|(first, last): (Time, Time)| (first, last));
    let mut limits = Vec::new();
    for (silent, source) in &auditing.silent {
        let path = read.path(*source);
        let (evidence, account, what): (Vec<Evidence>, Option<&String>, String) = match silent {
            Silent::Log => {
                let all = Evidence::ALL.iter().copied().filter(|kind| Log::of(*kind) == Some(Log::Unified));
                (all.collect(), None, "the unified audit log was switched off (UnifiedAuditLogIngestionEnabled)".to_owned())
            }
            Silent::Organisation => (MAILBOX.to_vec(), None, "mailbox auditing was switched off for the organisation (AuditDisabled)".to_owned()),
            Silent::Mailbox(_) if auditing.is_on_by_default => continue,
            Silent::Mailbox(mailbox) => {
                (MAILBOX.to_vec(), Some(mailbox), format!("{mailbox} was not audited (AuditEnabled), unless the organisation audits all mailboxes"))
            }
            Silent::Actor(account) => {
                (MAILBOX.to_vec(), Some(account), format!("what {account} does in any mailbox was not recorded (AuditBypassEnabled)"))
            }
            Silent::Reads(mailbox) => {
                (vec![Evidence::MailItemsAccessed], Some(mailbox), format!("the list of audited actions of {mailbox} leaves MailItemsAccessed out"))
            }
        };
        let text = format!("{path}: at the time of the export {what}");
        let evidence = evidence.into_iter().collect();
        limits.push(Limit { kind: LimitKind::Unaudited, sources: BTreeSet::new(), evidence, account: account.cloned(), span, text });
    }
    limits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{MailboxStateRow, PolicyStateRow, Rows};

    fn read(rows: Rows) -> Auditing {
        let mut auditing = Auditing::default();
        auditing.read(&rows.finish());
        auditing
    }

    fn mailbox(rows: &mut Rows, name: &str, row: MailboxStateRow) {
        rows.mailboxes.push(SourceId(0), 0, "", MailboxStateRow { mailbox: Some(name.to_owned()), ..row });
    }

    #[test]
    fn silence_is_told_from_auditing() {
        let mut rows = Rows::default();
        let text = |text: &str| Some(text.to_owned());
        mailbox(&mut rows, "off", MailboxStateRow { audit_enabled: Some(false), ..MailboxStateRow::default() });
        mailbox(&mut rows, "room", MailboxStateRow { audit_enabled: Some(false), kind: text("RoomMailbox"), ..MailboxStateRow::default() });
        mailbox(&mut rows, "bypassed", MailboxStateRow { audit_bypass: Some(true), audit_enabled: Some(true), ..MailboxStateRow::default() });
        mailbox(&mut rows, "unread", MailboxStateRow { audit_actions: text("owner:HardDelete;defaults:Admin"), ..MailboxStateRow::default() });
        mailbox(&mut rows, "default", MailboxStateRow { audit_actions: text("owner:HardDelete;defaults:Owner"), ..MailboxStateRow::default() });
        mailbox(&mut rows, "read", MailboxStateRow { audit_actions: text("owner:MailItemsAccessed"), ..MailboxStateRow::default() });
        mailbox(&mut rows, "unknown", MailboxStateRow::default());
        let policy = |kind: &str, state: &str| PolicyStateRow { kind: text(kind), state: text(state), ..PolicyStateRow::default() };
        rows.policies.push(SourceId(0), 1, "", policy("audit", "disabled"));
        rows.policies.push(SourceId(0), 2, "", policy("organisation", "enabled"));
        let auditing = read(rows);
        let silent: Vec<Silent> = auditing.silent.into_iter().map(|(silent, _)| silent).collect();
        assert_eq!(
            silent,
            [Silent::Log, Silent::Mailbox("off".to_owned()), Silent::Actor("bypassed".to_owned()), Silent::Reads("unread".to_owned())]
        );
        assert!(auditing.is_on_by_default);
    }
}
