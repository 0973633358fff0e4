//! From judged accounts to the verdict lines and the incident: who was first, by which door, in plain words.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::Case;
use crate::finding::Traces;
use crate::model::{Alternative, Attacker, Containment, Fault, Incident, Reason, Status, Step as StepLine, Verdict};
use crate::settings::Settings;
use crate::time::Time;

use super::activity::Act;
use super::containment::Step;
use super::context::Context;
use super::marks::Marks;
use super::verdict::{Argument, Judged, word};
use super::weights::Role;
use super::{coverage, record_lines};

/// One verdict per account with findings: worst first, then by first malicious time, then by name.
pub(crate) fn verdicts(case: &Case, judged: &BTreeMap<String, Judged<'_>>, contexts: &BTreeMap<String, Context>, acts: &[Act]) -> Vec<Verdict> {
    let mut lines: Vec<(Option<Time>, Verdict)> =
        judged.iter().map(|(account, judged)| (judged.first_malicious, verdict(case, account, judged, contexts.get(account), acts))).collect();
    lines.sort_by(|(a_first, a), (b_first, b)| {
        b.status.cmp(&a.status).then(a_first.unwrap_or(Time(i64::MAX)).cmp(&b_first.unwrap_or(Time(i64::MAX)))).then(a.account.cmp(&b.account))
    });
    lines.into_iter().map(|(_, verdict)| verdict).collect()
}

fn verdict(case: &Case, account: &str, judged: &Judged<'_>, context: Option<&Context>, acts: &[Act]) -> Verdict {
    let mut arguments: Vec<&Argument<'_>> = judged.arguments.iter().collect();
    arguments
        .sort_by(|a, b| b.hostile.total_cmp(&a.hostile).then(a.finding.first_seen.cmp(&b.finding.first_seen)).then(a.finding.id.cmp(&b.finding.id)));
    let last_act = acts.iter().filter(|act| act.account == account).map(|act| act.at).max();
    let confidence = if judged.status == Status::Clear { clear_confidence(case) } else { judged.confidence };
    let mut against: Vec<Reason> = arguments
        .iter()
        .flat_map(|argument| {
            argument.finding.against.iter().map(|text| Reason {
                text: text.clone(),
                finding: argument.finding.id.clone(),
                weight: -round(argument.hostile),
            })
        })
        .collect();
    if judged.status >= Status::Suspected {
        against.extend(not_seen(judged));
    }
    Verdict {
        account: account.to_owned(),
        status: judged.status,
        pattern: judged.pattern.map(str::to_owned),
        variant: judged.variant.map(str::to_owned),
        confidence,
        confidence_word: word(confidence),
        first_malicious: judged.first_malicious.map(|at| at.to_string()),
        last_malicious: if judged.status >= Status::Suspected { judged.last_malicious.max(last_act) } else { judged.last_malicious }
            .map(|at| at.to_string()),
        attacker: match (context, judged.status) {
            (Some(context), _) => attacker(case, &context.traces, &context.planted_apps),
            (None, Status::PasswordKnown | Status::Attempted) => attacker(case, &tried_from(judged, account), &BTreeSet::new()),
            (None, _) => Attacker::default(),
        },
        reasons: arguments
            .iter()
            .filter(|argument| argument.hostile > 0.0 || argument.role == Role::Attempt)
            .map(|argument| Reason { text: argument.finding.summary.clone(), finding: argument.finding.id.clone(), weight: round(argument.hostile) })
            .collect(),
        against,
        alternatives: judged
            .alternatives
            .iter()
            .map(|(pattern, confidence)| Alternative { pattern: (*pattern).to_owned(), confidence: *confidence })
            .collect(),
        missing_evidence: coverage::missing(case, judged.status, judged.pattern),
    }
}

/// What an incident of this kind nearly always leaves and this evidence does not show: stated, so that the reader can weigh it.
fn not_seen(judged: &Judged<'_>) -> Vec<Reason> {
    let has = |role: Role| judged.arguments.iter().any(|argument| argument.role == role && argument.factor >= 0.4);
    let mut reasons = Vec::new();
    if !judged.arguments.iter().any(|argument| argument.role == Role::Action && argument.attributed) {
        reasons.push(Reason {
            text: "no act after the access (rule, method, consent, mail, file) was tied to the foreign context".to_owned(),
            finding: String::new(),
            weight: 0.0,
        });
    }
    if !has(Role::Access) {
        reasons.push(Reason { text: "no record shows how somebody else got in; only what was done".to_owned(), finding: String::new(), weight: 0.0 });
    }
    reasons
}

/// How far "nothing found" reaches: the share of the kinds of evidence that would have shown a takeover.
fn clear_confidence(case: &Case) -> f64 {
    use crate::evidence::Evidence::{DirectoryAudits, ExchangeAdmin, InteractiveSignIns, MailItemsAccessed, NonInteractiveSignIns, RiskDetections};
    let kinds = [InteractiveSignIns, NonInteractiveSignIns, ExchangeAdmin, MailItemsAccessed, DirectoryAudits, RiskDetections];
    let n_present = kinds.iter().filter(|kind| case.has(**kind)).count();
    round(0.9 * n_present as f64 / kinds.len() as f64)
}

/// From where the password was tried: nobody got in, so there is no context, but the addresses are worth blocking and hunting.
fn tried_from(judged: &Judged<'_>, account: &str) -> Traces {
    let mut traces = Traces::default();
    let tried = |argument: &&Argument<'_>| matches!(argument.role, Role::Password | Role::Attempt) && argument.finding.account == account;
    for argument in judged.arguments.iter().filter(tried) {
        traces.addresses.extend(argument.finding.traces.addresses.iter().cloned());
        traces.agents.extend(argument.finding.traces.agents.iter().cloned());
    }
    traces
}

fn attacker(case: &Case, traces: &Traces, planted_apps: &BTreeSet<String>) -> Attacker {
    let list = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>();
    let mut origins = BTreeMap::new();
    for row in case.frames.sign_ins.iter() {
        if let Some(address) = row.address().filter(|address| traces.addresses.contains(*address)) {
            let country = row.country().map(|country| format!(", {country}")).unwrap_or_default();
            origins.entry(address.to_owned()).or_insert_with(|| format!("{address} {}{country}", case.networks.describe(row.asn())));
        }
    }
    for address in &traces.addresses {
        origins.entry(address.clone()).or_insert_with(|| address.clone());
    }
    Attacker {
        addresses: list(&traces.addresses),
        origins: origins.into_values().collect(),
        session_ids: list(&traces.sessions),
        user_agents: list(&traces.agents),
        device_ids: list(&traces.devices),
        app_ids: list(planted_apps),
    }
}

/// Accounts that appear in the evidence and about which nothing was found.
pub(crate) fn clear_accounts(case: &Case, verdicts: &[Verdict]) -> Vec<String> {
    let judged: BTreeSet<&str> = verdicts.iter().map(|verdict| verdict.account.as_str()).collect();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let is_account = |account: &&str| account.contains('@') && !judged.contains(*account);
    seen.extend(case.frames.sign_ins.iter().filter_map(|row| row.account()).filter(is_account).map(str::to_owned));
    seen.extend(
        case.frames
            .audit
            .iter()
            .filter(|row| matches!(row.actor_kind(), Some("user" | "guest")))
            .filter_map(|row| row.account())
            .filter(is_account)
            .map(str::to_owned),
    );
    seen.into_iter().collect()
}

/// The incident: the earliest affected account is the entry, as far as this evidence reaches.
pub(crate) fn incident(verdicts: &[Verdict]) -> Incident {
    let status = verdicts.iter().map(|verdict| verdict.status).max().unwrap_or(Status::Clear);
    let mut affected: Vec<&Verdict> = verdicts.iter().filter(|verdict| verdict.status >= Status::Suspected).collect();
    affected.sort_by(|a, b| (&a.first_malicious, &a.account).cmp(&(&b.first_malicious, &b.account)));
    let surest = affected.iter().filter(|verdict| verdict.status == status).copied();
    let entry = surest.min_by(|a, b| (&a.first_malicious, &a.account).cmp(&(&b.first_malicious, &b.account)));
    Incident {
        pattern: entry.and_then(|entry| entry.pattern.clone()),
        variant: entry.and_then(|entry| entry.variant.clone()),
        entry_account: entry.map(|entry| entry.account.clone()),
        accounts: affected.iter().map(|verdict| verdict.account.clone()).collect(),
        first_malicious: affected.iter().filter_map(|verdict| verdict.first_malicious.clone()).min(),
        last_malicious: affected.iter().filter_map(|verdict| verdict.last_malicious.clone()).max(),
        status,
        summary: summary(status, entry, &affected, verdicts),
    }
}

fn summary(status: Status, entry: Option<&Verdict>, affected: &[&Verdict], verdicts: &[Verdict]) -> String {
    let n = |wanted: Status| verdicts.iter().filter(|verdict| verdict.status == wanted).count();
    let tail = match (n(Status::PasswordKnown), n(Status::Attempted)) {
        (0, 0) => String::new(),
        (known, 0) => format!(" The password of {known} more account(s) is known to an outsider: reset them."),
        (0, attempted) => format!(" {attempted} more account(s) were attacked without success."),
        (known, attempted) => {
            format!(" The password of {known} more account(s) is known to an outsider: reset them. {attempted} were attacked without success.")
        }
    };
    let Some(entry) = entry else {
        return match status {
            Status::PasswordKnown | Status::Attempted => format!("No access by somebody else was found in this evidence.{tail}"),
            _ => "No sign of a takeover that stands against its innocent explanations was found. This holds only as far as the evidence reaches."
                .to_owned(),
        };
    };
    let pattern = pattern_words(entry.pattern.as_deref(), entry.variant.as_deref());
    let verb = if entry.status == Status::Compromised { "was taken over" } else { "shows signs of a takeover" };
    let since = entry.first_malicious.as_deref().unwrap_or("an unknown time");
    let others = if affected.len() > 1 {
        format!(
            " {} more account(s) are affected: {}.",
            affected.len() - 1,
            affected.iter().filter(|verdict| verdict.account != entry.account).map(|verdict| verdict.account.as_str()).collect::<Vec<_>>().join(", ")
        )
    } else {
        String::new()
    };
    format!(
        "{} {verb} by {pattern}, first seen {since} (confidence {:.2}, {}).{others}{tail}",
        entry.account, entry.confidence, entry.confidence_word
    )
}

/// Plain words for a pattern and variant.
pub(crate) fn pattern_words(pattern: Option<&str>, variant: Option<&str>) -> String {
    let base = match pattern {
        Some("mfa-fatigue") => "MFA fatigue (push bombing)",
        Some("aitm") => "adversary-in-the-middle phishing or token theft",
        Some("oauth-consent") => "OAuth consent phishing",
        Some("service-account") => "abuse of a service account",
        Some("shared-mailbox") => "abuse of a shared mailbox or frontline account",
        Some("password-spray") => "password guessing (spray or brute force)",
        _ => "an unknown door",
    };
    variant.map_or_else(|| base.to_owned(), |variant| format!("{base}, variant {variant}"))
}

/// The containment section.
pub(crate) fn containment(
    case: &Case,
    settings: &Settings,
    marks: &Marks,
    steps: &[Step],
    faults: Vec<(&'static str, String, String)>,
) -> Containment {
    let first_of = |actions: &[&str]| steps.iter().filter(|step| actions.contains(&step.action)).map(|step| step.at).min();
    let last_of = |actions: &[&str]| steps.iter().filter(|step| actions.contains(&step.action)).map(|step| step.at).max();
    Containment {
        profile: settings.assess.order_profile.clone(),
        steps: steps
            .iter()
            .map(|step| StepLine {
                action: step.action.to_owned(),
                account: step.account.clone(),
                at: step.at.to_string(),
                actor: step.actor.clone(),
                evidence: record_lines(case, &step.evidence),
            })
            .collect(),
        faults: faults.into_iter().map(|(kind, account, text)| Fault { kind: kind.to_owned(), account, text }).collect(),
        t0: marks.get(0).or(first_of(&["revoke-sessions", "disable-account", "reset-password"])).map(|at| at.to_string()),
        t1: marks.get(1).or(last_of(&["remove-rule", "revoke-grant", "remove-method", "remove-device"])).map(|at| at.to_string()),
        t2: marks.get(2).map(|at| at.to_string()),
        t3: marks.get(3).or(last_of(&["enable-account"])).map(|at| at.to_string()),
        stated: marks.words.clone(),
        aware: marks.aware.map(|at| at.to_string()),
        deadlines: marks.deadlines(),
    }
}

fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
