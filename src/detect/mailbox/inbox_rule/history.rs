//! The rules of a case, each with all its records: made, changed, exported, removed. The same rule in the audit log and in an export is one rule.

use super::content::Content;
use super::score::{self, Score};
use crate::case::Case;
use crate::detect::mailbox::owner;
use crate::detect::mailbox::recipient::Contacts;
use crate::detect::origin::{Origin, traces_of_audit};
use crate::detect::properties::Properties;
use crate::detect::selection;
use crate::enrich::profile::Novelty;
use crate::finding::Traces;
use crate::provenance::RecordRef;
use crate::settings::mailbox::InboxRule;
use crate::time::Time;

const OPERATIONS: &[&str] = &[
    "new-inboxrule",
    "set-inboxrule",
    "enable-inboxrule",
    "disable-inboxrule",
    "remove-inboxrule",
    "updateinboxrules",
    "new-sweeprule",
    "set-sweeprule",
    "remove-sweeprule",
];

/// One rule of one mailbox.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) owner: String,
    /// What is known after the last record.
    content: Content,
    /// The content at its highest score: a rule that was made harmless later still did what it did.
    pub(super) worst: Content,
    pub(super) score: Score,
    /// The record at which the score became highest.
    pub(super) primary: (Option<Time>, RecordRef),
    pub(super) records: Vec<(Option<Time>, RecordRef)>,
    pub(super) operations: Vec<String>,
    /// Who gave the rule its worst content, and from where.
    pub(super) author: Option<(String, String)>,
    /// Of the record that gave the rule its worst content.
    pub(super) traces: Traces,
    pub(super) in_audit: bool,
    pub(super) in_state: bool,
    pub(super) enabled: Option<bool>,
    pub(super) removed: Option<Time>,
    pub(super) from_established: bool,
}

/// One record about a rule.
struct Observation {
    owner: String,
    content: Content,
    at: Option<Time>,
    record: RecordRef,
    /// Why the place of the act earns points, if it does.
    strange: Option<&'static str>,
}

/// Reads all rules, in the order of their first records; exported rules last.
pub(super) fn read(case: &Case, weights: &InboxRule) -> Vec<Rule> {
    let contacts = Contacts::read(case);
    let mut rules: Vec<Rule> = Vec::new();
    let data = selection::audit(case, OPERATIONS);
    for event in &data {
        let parameters = Properties::parse(event.parameters());
        let operation = event.operation().unwrap_or_default();
        let content = Content::of_event(event, &parameters);
        let owner = owner::owner(case, event, &parameters);
        let removal = operation.starts_with("remove-") || parameters.text("RuleOperation").is_some_and(|text| text.to_lowercase().contains("remove"));
        if removal {
            for rule in rules.iter_mut().filter(|rule| rule.owner == owner && same_rule(&rule.content, &content)) {
                rule.removed = event.time();
                rule.records.push((event.time(), event.reference()));
            }
            continue;
        }
        let origin = Origin::of_audit(event);
        let strange = origin.is_unusual(case).then(|| match origin.novelty(case) {
            Novelty::New => "made from a network that is new for the account",
            _ => "made from a rented network, with too little history to tell whether it is new",
        });
        let observation = Observation { owner, content, at: event.time(), record: event.reference(), strange };
        let (rule, got_worse) = place(&mut rules, case, &contacts, weights, observation);
        rule.in_audit = true;
        rule.removed = None;
        rule.operations.push(event.operation_raw().unwrap_or(operation).to_owned());
        if got_worse {
            rule.author = Some((event.account().unwrap_or("an actor that is not recorded").to_owned(), origin.describe(case)));
            rule.traces = traces_of_audit(event);
            rule.from_established = origin.novelty(case) == Novelty::Established;
        }
    }
    for state in case.frames.rules.iter() {
        let named = state.mailbox().unwrap_or_default().to_lowercase();
        let owner = owner::account_of(case, &named).unwrap_or(named);
        let observation = Observation { owner, content: Content::of_state(&state), at: None, record: state.reference(), strange: None };
        let (rule, _) = place(&mut rules, case, &contacts, weights, observation);
        rule.in_state = true;
        rule.enabled = state.enabled();
    }
    rules
}

/// Adds an observation to the rule it belongs to, or opens a new rule. True when the rule is new or earned more points than ever before.
fn place<'a>(rules: &'a mut Vec<Rule>, case: &Case, contacts: &Contacts, weights: &InboxRule, seen: Observation) -> (&'a mut Rule, bool) {
    let position = rules.iter().position(|rule| rule.owner == seen.owner && same_rule(&rule.content, &seen.content));
    let content = position.and_then(|at| rules.get(at)).map_or_else(|| seen.content.clone(), |rule| rule.content.updated(&seen.content));
    let mut score = score::score(case, contacts, &seen.owner, &content, weights);
    if let Some(reason) = seen.strange {
        score.parts.push((reason, weights.new_origin));
    }
    let index = position.unwrap_or_else(|| {
        rules.push(Rule {
            owner: seen.owner,
            content: content.clone(),
            worst: content.clone(),
            score: score.clone(),
            primary: (seen.at, seen.record.clone()),
            records: Vec::new(),
            operations: Vec::new(),
            author: None,
            traces: Traces::default(),
            in_audit: false,
            in_state: false,
            enabled: None,
            removed: None,
            from_established: false,
        });
        rules.len() - 1
    });
    let rule = rules.get_mut(index).expect("the index was just found or pushed");
    let got_worse = position.is_none() || score.points() > rule.score.points();
    if score.points() > rule.score.points() {
        rule.worst = content.clone();
        // An exported rule adds detail; the act itself stays the primary record.
        if seen.at.is_some() {
            rule.primary = (seen.at, seen.record.clone());
        }
        rule.score = score;
    }
    rule.content = content;
    rule.records.push((seen.at, seen.record));
    (rule, got_worse)
}

/// Same id; or the same name unless both have ids that differ; or, where neither has a name or id, the same content.
fn same_rule(known: &Content, seen: &Content) -> bool {
    if let (Some(a), Some(b)) = (&known.rule_id, &seen.rule_id) {
        return a == b;
    }
    let lower = |name: &Option<String>| name.as_ref().map(|name| name.trim().to_lowercase());
    match (lower(&known.name), lower(&seen.name), lower(&seen.known_as)) {
        (Some(known), seen, known_as) if seen.is_some() || known_as.is_some() => Some(&known) == seen.as_ref() || Some(&known) == known_as.as_ref(),
        (None, None, None) => known.rule_id == seen.rule_id && known == seen,
        _ => false,
    }
}
