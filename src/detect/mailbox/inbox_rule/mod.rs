//! Inbox rules that hide, delete or send on mail.
//!
//! Evidence: `New-/Set-/Enable-InboxRule`, `UpdateInboxRules`, sweep rules in the unified audit log; exported rules. Method: the content earns points
//! ([`score`]); from `alert` points a rule is reported, from `high` points as high; a rule that sends mail outside the tenant is always reported. A rule
//! of the audit log that an export of the same mailbox does not list, and that no record removes, is hidden or was removed unseen. What happened
//! around the rule (suspicious sign-in, session) is for the judgement. False positives: newsletters moved to folders, absence forwards to a colleague.
//! References: Microsoft, "Detect and remediate Outlook rules" (read 2026-11); public detection content of Elastic, Splunk and Sentinel.

mod content;
mod history;
mod score;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use self::history::Rule;
use crate::case::Case;
use crate::detect::{Detector, selection};
use crate::evidence::Evidence;
use crate::finding::{Artefact, ArtefactKind, Finding, Severity};
use crate::settings::Settings;

const ID: &str = "inbox-rule";

pub(super) const DETECTOR: Detector = Detector {
    id: ID,
    title: "Inbox rule that hides, deletes or sends on mail",
    attack: &["T1114.003", "T1564.008", "T1137.005"],
    needs: &[Evidence::ExchangeAdmin, Evidence::MailboxAudit, Evidence::InboxRules],
    signals: &["inbox-rule-high", "inbox-rule", "inbox-rule-hidden"],
    false_positives: "newsletters moved to a folder; absence forward to a colleague; forward to the owner's private mailbox (a leak, but the owner's)",
    detect,
};

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let weights = &settings.mailbox.inbox_rule;
    let mut rules = history::read(case, weights);
    add_shared_points(&mut rules, weights.shared);
    let listed: BTreeSet<String> = rules.iter().filter(|rule| rule.in_state).map(|rule| rule.owner.clone()).collect();
    let mut findings = Vec::new();
    for rule in &rules {
        let points = rule.score.points();
        let external = !rule.score.external.is_empty();
        if points >= weights.high {
            findings.push(finding(rule, "inbox-rule-high", Severity::High));
        } else if points >= weights.alert || external {
            findings.push(finding(rule, "inbox-rule", if external { Severity::High } else { Severity::Medium }));
        }
        let vanished = rule.in_audit && !rule.in_state && rule.removed.is_none() && listed.contains(&rule.owner);
        if vanished && (points >= weights.hidden || external) {
            let mut finding = finding(rule, "inbox-rule-hidden", Severity::High);
            finding.summary = format!(
                "{} is in the audit log, but the exported rules of {} do not list it and no record removes it: hidden, or removed where no log shows it",
                title(rule),
                rule.owner
            );
            finding.confidence = 0.7;
            findings.push(finding);
        }
    }
    findings
}

/// The same outside address, or the same blank name with the same actions, in several mailboxes is one hand.
fn add_shared_points(rules: &mut [Rule], points: i64) {
    let mut owners: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let marks = |rule: &Rule| -> Vec<String> {
        let mut marks: Vec<String> = rule.score.external.iter().map(|address| format!("to {address}")).collect();
        if let Some(name) = rule.worst.name.as_deref().filter(|name| score::is_blank_name(name.trim())) {
            marks.push(format!("name {name} {:?} {}", rule.worst.move_to, rule.worst.delete));
        }
        marks
    };
    for rule in rules.iter() {
        for mark in marks(rule) {
            owners.entry(mark).or_default().insert(rule.owner.clone());
        }
    }
    for rule in rules.iter_mut() {
        if marks(rule).iter().any(|mark| owners.get(mark).is_some_and(|owners| owners.len() >= 2)) {
            rule.score.parts.push(("same target, or same blank name and action, in another mailbox", points));
        }
    }
}

fn title(rule: &Rule) -> String {
    match (&rule.worst.name, &rule.worst.rule_id) {
        (Some(name), _) => format!("inbox rule \"{name}\""),
        (None, Some(id)) => format!("inbox rule with id {id}"),
        (None, None) => "inbox rule without a recorded name".to_owned(),
    }
}

fn finding(rule: &Rule, signal: &'static str, severity: Severity) -> Finding {
    let (at, record) = rule.primary.clone();
    // A rule known from an export only has no time; the epoch stands for that.
    let mut finding = Finding::new(ID, signal, &rule.owner, at.unwrap_or_default(), record);
    let reasons: Vec<String> = rule.score.parts.iter().map(|(reason, points)| format!("{reason} (+{points})")).collect();
    let targets = if rule.score.external.is_empty() { String::new() } else { format!(" to {}", rule.score.external.join(", ")) };
    let made = match &rule.author {
        None => "listed in the exported rules".to_owned(),
        Some((actor, origin)) => format!("written by {actor} from {origin}"),
    };
    finding.severity = severity;
    finding.confidence = if rule.worst.client_side || !rule.worst.complete { 0.75 } else { 0.95 };
    finding.summary = format!("{} of {}{targets}, {made}: {}; {} points", title(rule), rule.owner, reasons.join(", "), rule.score.points());
    let (conditions, actions) = rule.worst.describe();
    finding.fact("rule_name", rule.worst.name.clone().map_or(Value::Null, Value::from));
    finding.fact("rule_id", rule.worst.rule_id.clone().map_or(Value::Null, Value::from));
    finding.fact("conditions", conditions);
    finding.fact("actions", actions);
    finding.fact("score", rule.score.points());
    finding.fact("score_parts", rule.score.parts.iter().map(|(reason, points)| (*reason, Value::from(*points))).collect::<Value>());
    finding.fact("external_targets", rule.score.external.clone());
    finding.fact("unresolved_targets", rule.score.unresolved.clone());
    finding.fact("keywords", rule.score.keywords.iter().copied().collect::<Value>());
    finding.fact("actor", rule.author.as_ref().map_or(Value::Null, |(actor, _)| Value::from(actor.as_str())));
    finding.fact("operations", rule.operations.clone());
    finding.fact("in_audit", rule.in_audit);
    finding.fact("in_export", rule.in_state);
    finding.fact("removed", rule.removed.map_or(Value::Null, |at| Value::from(at.to_string())));
    finding.traces = rule.traces.clone();
    if rule.from_established {
        finding.against.push("the rule was written from a network that is established for the account".to_owned());
    }
    if rule.enabled == Some(false) {
        finding.against.push("the exported rule is switched off".to_owned());
    }
    let key = rule.worst.name.clone().or(rule.worst.rule_id.clone()).unwrap_or_default();
    finding.artefact = Some(Artefact { kind: ArtefactKind::InboxRule, account: rule.owner.clone(), key });
    // Harmless beginnings and the removal belong to the rule's story, not to the time of the act.
    selection::attach(&mut finding, rule.records.iter().map(|(_, record)| (None, record.clone())));
    finding
}
