//! Judgement over findings: attacker context, verdicts, artefacts, the fifteen items, coverage. Findings state facts; only this room draws conclusions.
//!
//! Order of thought: findings per account → attacker context → verdict → other accounts reached from the same addresses → verdicts again → what the
//! contexts touched (artefacts, exposure, sessions) → the fifteen items → containment → the incident and its entry account.

mod activity;
mod checklist;
mod containment;
mod context;
mod coverage;
mod exposure;
mod incident;
mod ledger;
mod link;
mod marks;
mod merging;
mod sent;
mod standing;
mod verdict;
mod weights;

use std::collections::{BTreeMap, BTreeSet};

use crate::case::Case;
use crate::detect::Detection;
use crate::finding::{ArtefactKind, Finding};
use crate::model::{self, Status};
use crate::provenance::RecordRef;
use crate::settings::Settings;
use crate::time::Time;

use context::Context;
use verdict::{Judged, judge};
use weights::Weights;

pub(crate) use activity::{Act, Surface};
pub use coverage::listing;

/// Everything the judgement came to; the sections of the report, and the acts and steps from which the timeline is made.
#[derive(Debug)]
pub struct Judgement {
    /// See [`model::Report::incident`].
    pub incident: model::Incident,
    /// See [`model::Report::verdicts`].
    pub verdicts: Vec<model::Verdict>,
    /// See [`model::Report::clear_accounts`].
    pub clear_accounts: Vec<String>,
    /// See [`model::Report::findings`].
    pub findings: Vec<model::Finding>,
    /// See [`model::Report::artefacts`].
    pub artefacts: Vec<model::Artefact>,
    /// See [`model::Report::checklist`].
    pub checklist: Vec<model::ChecklistItem>,
    /// See [`model::Report::sessions`].
    pub sessions: Vec<model::Session>,
    /// See [`model::Report::exposure`].
    pub exposure: Vec<model::Exposure>,
    /// See [`model::Report::sent`].
    pub sent: Vec<model::Sent>,
    /// See [`model::Report::containment`].
    pub containment: model::Containment,
    /// See [`model::Report::campaign`].
    pub campaign: Vec<model::Campaign>,
    /// See [`model::Report::coverage`].
    pub coverage: model::Coverage,
    /// See [`model::Report::merging`].
    pub merging: model::Merging,
    /// Records in an attacker context, by time.
    pub(crate) acts: Vec<Act>,
}

/// Judges a case.
pub fn assess(case: &Case, detection: &Detection, settings: &Settings) -> Judgement {
    let weights = Weights::shipped();
    let mut findings: Vec<Finding> = detection.findings.clone();
    let (contexts, judged) = judge_all(case, &findings, &weights, settings);
    let hostile: BTreeMap<String, Context> =
        contexts.into_iter().filter(|(account, _)| judged.get(account).is_some_and(|judged| judged.status == Status::Compromised)).collect();
    drop(judged);
    findings.extend(link::shared_addresses(case, &hostile));
    findings.sort_by(|a, b| (a.first_seen, a.detector, &a.account, a.signal, &a.id).cmp(&(b.first_seen, b.detector, &b.account, b.signal, &b.id)));

    let (contexts, judged) = judge_all(case, &findings, &weights, settings);
    let affected: BTreeSet<String> =
        judged.iter().filter(|(_, judged)| judged.status >= Status::Suspected).map(|(account, _)| account.clone()).collect();
    let contexts: BTreeMap<String, Context> = contexts.into_iter().filter(|(account, _)| affected.contains(account)).collect();
    let attributed: BTreeSet<&str> = judged
        .iter()
        .filter(|(account, _)| affected.contains(*account))
        .flat_map(|(_, judged)| judged.arguments.iter().filter(|argument| argument.attributed).map(|argument| argument.finding.id.as_str()))
        .collect();

    let acts = activity::collect(case, &contexts);
    let first: BTreeMap<String, Time> =
        judged.iter().filter_map(|(account, judged)| affected.contains(account).then_some((account.clone(), judged.first_malicious?))).collect();
    let steps = containment::steps(case, &first, &contexts);
    let ledger = ledger::build(case, &findings.iter().map(|finding| (finding, attributed.contains(finding.id.as_str()))).collect::<Vec<_>>());
    let window = window(&judged, &affected, &acts);
    let prover = coverage::Prover::new(case, &settings.coverage);
    let checklist = checklist::judge(
        case,
        &prover,
        &checklist::Scope {
            window,
            accounts: &affected,
            acts: &acts,
            findings: &findings
                .iter()
                .filter(|finding| attributed.contains(finding.id.as_str()))
                .map(|finding| (finding.id.clone(), finding.signal))
                .collect::<Vec<_>>(),
        },
    );
    let marks = marks::Marks::of(case, &settings.assess);
    let faults = containment::faults(case, &marks, &steps, &affected, &first, &acts, &ledger, &settings.assess);
    let coverage = coverage::build(case, detection, &prover, coverage::Incident { window, accounts: &affected });
    let verdicts = incident::verdicts(case, &judged, &contexts, &acts);
    let clear_accounts = incident::clear_accounts(case, &verdicts);
    Judgement {
        incident: incident::incident(&verdicts),
        clear_accounts,
        findings: findings.iter().map(|finding| finding_line(case, finding, attributed.contains(finding.id.as_str()))).collect(),
        artefacts: ledger.iter().map(|entry| artefact_line(case, entry)).collect(),
        checklist,
        sessions: exposure::sessions(case, &contexts),
        exposure: exposure::exposure(case, &contexts),
        sent: sent::sent(case, &contexts),
        containment: incident::containment(case, settings, &marks, &steps, faults),
        campaign: exposure::campaign(case, &contexts, &ledger),
        coverage,
        merging: merging::lines(case),
        verdicts,
        acts,
    }
}

type AllJudged<'a> = (BTreeMap<String, Context>, BTreeMap<String, Judged<'a>>);

/// Judges every account with findings. A finding whose fact `accounts` names the accounts it aims at (spray, policy exclusion) counts for each of them.
fn judge_all<'a>(case: &Case, findings: &'a [Finding], weights: &Weights, settings: &Settings) -> AllJudged<'a> {
    let mut by_account: BTreeMap<String, Vec<&'a Finding>> = BTreeMap::new();
    for finding in findings {
        if !finding.account.is_empty() {
            by_account.entry(finding.account.clone()).or_default().push(finding);
        }
        if let Some(targets) = finding.facts.get("accounts").and_then(serde_json::Value::as_array) {
            for target in targets.iter().filter_map(serde_json::Value::as_str).filter(|target| *target != finding.account) {
                by_account.entry(target.to_owned()).or_default().push(finding);
            }
        }
    }
    let mut contexts = BTreeMap::new();
    let mut judged = BTreeMap::new();
    for (account, findings) in by_account {
        let context = Context::build(case, &account, &findings, weights);
        judged.insert(account.clone(), judge(&findings, &context, weights, &settings.assess));
        contexts.insert(account, context);
    }
    (contexts, judged)
}

fn window(judged: &BTreeMap<String, Judged<'_>>, affected: &BTreeSet<String>, acts: &[Act]) -> Option<(Time, Time)> {
    let ours = || judged.iter().filter(|(account, _)| affected.contains(*account));
    let first = ours().filter_map(|(_, judged)| judged.first_malicious).min()?;
    let last = ours().filter_map(|(_, judged)| judged.last_malicious).chain(acts.iter().map(|act| act.at)).max()?;
    Some((first, last))
}

/// The records of a statement, each followed by the other places where the same record stands.
pub(crate) fn record_lines(case: &Case, records: &[RecordRef]) -> Vec<model::RecordLine> {
    let line =
        |record: &RecordRef| model::RecordLine { source: case.path(record.source).to_owned(), record: record.record, id: record.id.to_string() };
    let mut lines = Vec::new();
    for record in records {
        lines.push(line(record));
        lines.extend(case.occurrences.get(&(record.source, record.record)).into_iter().flatten().map(line));
    }
    lines
}

/// The word of `report.json` for a kind of artefact.
pub(crate) fn kind_slug(kind: ArtefactKind) -> String {
    serde_json::to_value(kind).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn finding_line(case: &Case, finding: &Finding, attributed: bool) -> model::Finding {
    model::Finding {
        id: finding.id.clone(),
        detector: finding.detector.to_owned(),
        signal: finding.signal.to_owned(),
        account: finding.account.clone(),
        severity: serde_json::to_value(finding.severity).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default(),
        confidence: finding.confidence,
        first_seen: finding.is_dated().then(|| finding.first_seen.to_string()),
        last_seen: finding.is_dated().then(|| finding.last_seen.to_string()),
        summary: finding.summary.clone(),
        facts: finding.facts.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        attack: finding.attack.iter().map(ToString::to_string).collect(),
        attributed,
        against: finding.against.clone(),
        evidence: record_lines(case, &finding.evidence),
    }
}

fn artefact_line(case: &Case, entry: &ledger::Entry) -> model::Artefact {
    model::Artefact {
        kind: kind_slug(entry.artefact.kind),
        account: entry.artefact.account.clone(),
        key: entry.artefact.key.clone(),
        created: entry.created.map(|at| at.to_string()),
        removed: entry.removed.map(|at| at.to_string()),
        state: entry.state.slug().to_owned(),
        attributed: entry.attributed,
        finding: entry.finding.clone(),
        evidence: record_lines(case, &entry.evidence),
    }
}
