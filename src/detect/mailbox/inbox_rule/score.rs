//! Points for a rule's content. The parts are printed with the finding, so that an analyst can argue with each.

use std::sync::LazyLock;

use regex::Regex;

use super::content::Content;
use crate::case::Case;
use crate::detect::mailbox::recipient::{Contacts, Recipient};
use crate::detect::mailbox::words::{self, Words};
use crate::settings::mailbox::InboxRule;

static SENDER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"SMTP:([^)\]\s]+)").expect("the pattern is a constant that compiles"));
static SUBSTRING: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"SubString[^=]*=([^)]*)").expect("the pattern is a constant that compiles"));

/// Local parts of senders that are machines: mail of theirs is moved and deleted by everybody.
const MACHINES: &[&str] = &[
    "noreply",
    "no-reply",
    "donotreply",
    "do-not-reply",
    "newsletter",
    "news",
    "notification",
    "marketing",
    "mailer",
    "updates",
    "bounce",
    "digest",
    "promo",
];

/// What earned points, and the recipients outside.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Score {
    /// Reason and points.
    pub(super) parts: Vec<(&'static str, i64)>,
    /// Recipients outside the tenant.
    pub(super) external: Vec<String>,
    /// Recipients that no evidence resolves.
    pub(super) unresolved: Vec<String>,
    /// Condition words of money or warnings.
    pub(super) keywords: Vec<&'static str>,
}

impl Score {
    /// Sum of the parts.
    pub(super) fn points(&self) -> i64 {
        self.parts.iter().map(|(_, points)| points).sum()
    }
}

/// Scores the content of a rule of `owner`.
pub(super) fn score(case: &Case, contacts: &Contacts, owner: &str, rule: &Content, weights: &InboxRule) -> Score {
    let mut score = Score::default();
    let mut add = |reason: &'static str, points: i64, applies: bool| {
        if applies {
            score.parts.push((reason, points));
        }
    };
    let recipients: Vec<Recipient> = rule.targets.values().flat_map(|text| contacts.recipients(case, owner, text)).collect();
    let external: Vec<&Recipient> = recipients.iter().filter(|recipient| matches!(recipient, Recipient::External(_))).collect();
    let to_self = |recipient: &Recipient| recipient.text() == owner;
    let freemail = external.iter().any(|recipient| recipient.text().rsplit('@').next().is_some_and(words::is_freemail));
    add("sends mail to an address outside the tenant", weights.external_target, !external.is_empty());
    add("the outside address is at a free provider", weights.freemail_target, freemail);
    add("sends mail to another recipient of the tenant", weights.internal_target, external.is_empty() && recipients.iter().any(|to| !to_self(to)));

    let folders: Vec<&str> = [&rule.move_to, &rule.copy_to].into_iter().flatten().filter_map(|folder| words::folder_kind(folder)).collect();
    let deletes = rule.delete || rule.move_to.as_deref().and_then(words::folder_kind).is_some_and(|kind| matches!(kind, "deleted" | "recoverable"));
    let rare = folders.iter().any(|kind| matches!(*kind, "rss" | "conversation-history" | "archive" | "junk" | "notes" | "calendar" | "sync-issues"));
    let hides = deletes || rule.move_to.is_some() || rare;
    add("deletes mail", weights.delete, deletes);
    add("puts mail into a folder that people rarely open", weights.rare_folder, rare);
    add("marks as read what it moves or deletes", weights.mark_read, rule.mark_read && hides);
    add("stops other rules", weights.stop, rule.stop && hides);

    let name = rule.name.as_deref().map(str::trim);
    let blank = name.is_some_and(is_blank_name);
    add("name is empty, punctuation or a single character", weights.blank_name, blank);
    add("short name that is no word", weights.random_name, !blank && name.is_some_and(is_random_name));

    let texts: Vec<String> =
        rule.conditions.iter().filter(|(name, _)| !name.starts_with("ExceptIf")).map(|(_, value)| condition_text(value)).collect();
    let mut keywords: Vec<&'static str> =
        texts.iter().flat_map(|text| [words::found(Words::Finance, text), words::found(Words::Protection, text)].concat()).collect();
    keywords.sort_unstable();
    keywords.dedup();
    add("conditions hold words of money or of warnings", weights.keywords, !keywords.is_empty());

    let acts = hides || !recipients.is_empty();
    let everything = rule.complete && rule.conditions.keys().all(|name| name.starts_with("ExceptIf"));
    let matches_all = rule.conditions.iter().any(|(name, value)| {
        value.contains('\0') || value.contains("\\u0000") || (name == "WithinSizeRangeMinimum" && bytes(value).is_some_and(|size| size <= 1023))
    });
    add("applies to all mail", weights.catch_all, acts && (everything || matches_all));
    add(
        "applies to a few named outside senders or the own help desk",
        weights.correspondent,
        hides && is_about_correspondents(case, contacts, owner, rule),
    );

    score.external = external.iter().map(|recipient| recipient.text().to_owned()).collect();
    score.unresolved = recipients.iter().filter(|to| matches!(to, Recipient::Unresolved(_))).map(|to| to.text().to_owned()).collect();
    score.keywords = keywords;
    score
}

/// Empty, punctuation only, one or two characters, or one character repeated. `OOO` is what people call their absence rule.
pub(super) fn is_blank_name(name: &str) -> bool {
    let mut characters = name.chars();
    let first = characters.next();
    let repeated = characters.all(|character| Some(character) == first);
    let short = name.chars().count() <= 2;
    !name.eq_ignore_ascii_case("ooo") && (short || repeated || !name.chars().any(char::is_alphanumeric))
}

fn is_random_name(name: &str) -> bool {
    name.len() <= 5
        && name.chars().all(|c| c.is_ascii_alphanumeric())
        && !name.chars().any(|c| "aeiouyAEIOUY".contains(c))
        && !name.chars().all(|c| c.is_ascii_digit())
}

/// The words and senders of a condition: of MAPI restriction text only the compared values, because its property names are no evidence.
fn condition_text(value: &str) -> String {
    if !value.contains("SubString") && !value.contains("SenderSearchKey") {
        return value.to_owned();
    }
    SUBSTRING.captures_iter(value).filter_map(|found| found.get(1)).map(|found| found.as_str()).collect::<Vec<_>>().join(";")
}

/// `512` or `1 KB (1,024 bytes)` → bytes.
fn bytes(size: &str) -> Option<u64> {
    let number = size.rsplit('(').next().unwrap_or(size);
    number.chars().filter(char::is_ascii_digit).collect::<String>().parse().ok()
}

/// One to five named senders, at least one of them a person outside the tenant.
fn is_about_correspondents(case: &Case, contacts: &Contacts, owner: &str, rule: &Content) -> bool {
    let mut senders: Vec<Recipient> = Vec::new();
    for (name, value) in &rule.conditions {
        if matches!(name.as_str(), "From" | "FromAddressContainsWords" | "fromAddresses" | "senderContains") {
            senders.extend(contacts.recipients(case, owner, value));
        } else if name == "RuleCondition" {
            let named: Vec<&str> = SENDER.captures_iter(value).filter_map(|found| found.get(1)).map(|found| found.as_str()).collect();
            senders.extend(contacts.recipients(case, owner, &named.join(";")));
        }
    }
    let person = |sender: &Recipient| {
        let local = sender.text().split('@').next().unwrap_or_default();
        matches!(sender, Recipient::External(_)) && !MACHINES.iter().any(|machine| local.contains(machine))
    };
    let help_desk = |sender: &Recipient| matches!(sender, Recipient::Internal(text) if ["helpdesk", "help.desk", "itsupport", "it-support", "security", "servicedesk"].iter().any(|word| text.starts_with(word)));
    (1..=5).contains(&senders.len()) && senders.iter().any(|sender| person(sender) || help_desk(sender))
}
