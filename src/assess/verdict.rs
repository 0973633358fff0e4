//! The judgement of one account: is this context hostile, and how did it get in? Two questions, never one score.
//! Origin evidence answers the first only. Correlated signals share a family and are not added up; a weak signal alone never convicts.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::finding::{Finding, Traces};
use crate::model::Status;
use crate::settings::assess::Assess;
use crate::time::Time;

use super::context::{Context, Link};
use super::weights::{PATTERNS, PRIORS, Role, Weight, Weights};

/// One finding as an argument.
#[derive(Debug, Clone)]
pub(crate) struct Argument<'a> {
    pub(crate) finding: &'a Finding,
    pub(crate) role: Role,
    /// Decibans of hostility after linking and innocent explanations.
    pub(crate) hostile: f64,
    /// 0–1: how far the finding counts.
    pub(crate) factor: f64,
    /// Tied to the attacker context.
    pub(crate) attributed: bool,
}

/// The judgement.
#[derive(Debug, Clone)]
pub(crate) struct Judged<'a> {
    pub(crate) status: Status,
    pub(crate) pattern: Option<&'static str>,
    pub(crate) variant: Option<&'static str>,
    pub(crate) confidence: f64,
    pub(crate) arguments: Vec<Argument<'a>>,
    pub(crate) alternatives: Vec<(&'static str, f64)>,
    pub(crate) first_malicious: Option<Time>,
    pub(crate) last_malicious: Option<Time>,
}

/// Weighs everything found about one account.
pub(crate) fn judge<'a>(findings: &[&'a Finding], context: &Context, weights: &Weights, settings: &Assess) -> Judged<'a> {
    let arguments: Vec<Argument<'a>> =
        findings.iter().filter_map(|finding| weights.get(finding.signal).map(|weight| argue(finding, weight, context, settings))).collect();
    let has_access = arguments.iter().any(|argument| argument.role == Role::Access && argument.factor >= 0.5);
    let is_shown = arguments.iter().any(|argument| argument.role == Role::Access && argument.factor > 0.5);
    let families = by_family(&arguments, weights, is_shown, |argument, _| argument.hostile, settings);
    let hostile: f64 = families.values().sum();
    let status = status(&arguments, weights, &families, hostile, settings);
    let scores = pattern_scores(&arguments, weights, settings);
    let mut ranked: Vec<(usize, f64)> = scores.into_iter().enumerate().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let best = ranked.first().copied().unwrap_or((0, 0.0));
    let margin = best.1 - ranked.get(1).map_or(0.0, |second| second.1);
    let is_affected = status >= Status::Suspected;
    let known = best.1 >= settings.pattern_at;
    let pattern = is_affected.then(|| if known { PATTERNS.get(best.0).copied().unwrap_or("unknown") } else { "unknown" });
    let confidence = confidence(status, hostile, if known { margin } else { 0.0 });
    let alternatives = if is_affected {
        ranked
            .iter()
            .skip(1)
            .filter(|(_, score)| *score >= 3.0)
            .take(2)
            .filter_map(|(index, score)| PATTERNS.get(*index).map(|name| (*name, round(confidence * 10f64.powf((score - best.1) / 10.0)))))
            .collect()
    } else {
        Vec::new()
    };
    // Where no access stands by itself, the unusual sign-in from which a hostile act was done is the access as far as this evidence shows it.
    let acted_from = |hint: &Finding| {
        !has_access
            && arguments.iter().any(|act| {
                act.role == Role::Action
                    && act.attributed
                    && act.hostile >= 3.0
                    && act.finding.account == context.account
                    && meets(&act.finding.traces, &hint.traces)
            })
    };
    let malicious = |argument: &&Argument<'_>| {
        argument.finding.is_dated()
            && match argument.role {
                Role::Hint => status >= Status::Suspected && acted_from(argument.finding),
                Role::Attempt | Role::Password => status >= Status::Attempted && !argument.finding.account.is_empty(),
                Role::Access => argument.factor >= 0.5,
                // A change by somebody else that prepared the access may have been innocent in its author's mind: it is evidence, not the first malicious act.
                Role::Action => argument.attributed && argument.finding.account == context.account,
            }
    };
    let malicious: Vec<&Argument<'_>> = if status == Status::Clear { Vec::new() } else { arguments.iter().filter(malicious).collect() };
    let fallback = || {
        (status >= Status::Suspected)
            .then(|| arguments.iter().filter(|argument| argument.finding.is_dated()).map(|argument| argument.finding.first_seen).min())
            .flatten()
    };
    Judged {
        status,
        pattern,
        variant: if known && is_affected { variant(&arguments, weights, best.0) } else { None },
        confidence,
        alternatives,
        first_malicious: malicious.iter().map(|argument| argument.finding.first_seen).min().or_else(fallback),
        last_malicious: malicious.iter().map(|argument| argument.finding.last_seen).max(),
        arguments,
    }
}

/// Two findings were made from one address, session or token.
fn meets(a: &Traces, b: &Traces) -> bool {
    !a.addresses.is_disjoint(&b.addresses) || !a.sessions.is_disjoint(&b.sessions) || !a.tokens.is_disjoint(&b.tokens)
}

fn argue<'a>(finding: &'a Finding, weight: &Weight, context: &Context, settings: &Assess) -> Argument<'a> {
    // Somebody else's act that aims at this account (a policy exclusion) carries that person's traces, not the intruder's, and may prepare the access.
    let aims_here = finding.account != context.account;
    let link = if aims_here { Link::Untraced } else { context.link(&finding.traces) };
    let before = if aims_here { TimeDelta::days(settings.prepared_days) } else { TimeDelta::minutes(10) };
    let soon = context
        .first_access
        .is_some_and(|first| finding.first_seen >= first - before && finding.first_seen <= first + TimeDelta::hours(settings.untraced_hours));
    let has_access = context.first_access.is_some();
    let (mut factor, attributed) = match (weight.role, link) {
        (Role::Attempt | Role::Password, link) => (1.0, link == Link::Shared),
        (Role::Access, _) | (Role::Hint | Role::Action, Link::Shared) => (1.0, true),
        (Role::Hint, _) if !has_access => (1.0, false),
        (Role::Hint | Role::Action, Link::Untraced) if soon => (0.8, true),
        (Role::Hint, _) => (0.25, false),
        // Nobody is known to have come in: the act stands for itself, whether its record says from where or not.
        (Role::Action, _) if !has_access && weight.alone => (1.0, false),
        (Role::Action, Link::Untraced) => (0.5, false),
        (Role::Action, Link::Foreign) if has_access => (0.2, false),
        (Role::Action, Link::Foreign) => (0.4, false),
    };
    if !finding.against.is_empty() {
        factor *= 0.5;
    }
    let strength = 0.5 + finding.confidence / 2.0;
    Argument { finding, role: weight.role, hostile: weight.hostile * factor * strength, factor, attributed: attributed && factor >= 0.4 }
}

/// Per family: the strongest plus half of the next, capped. While no access by somebody else is shown, or only one that has an innocent explanation,
/// ordinary use of mail and files from a new place is the same observation as the new place itself: a traveller reads and sends mail.
fn by_family(
    arguments: &[Argument<'_>],
    weights: &Weights,
    is_shown: bool,
    value: impl Fn(&Argument<'_>, &Weight) -> f64,
    settings: &Assess,
) -> BTreeMap<&'static str, f64> {
    let mut families: BTreeMap<&'static str, BTreeMap<&'static str, f64>> = BTreeMap::new();
    for argument in arguments {
        let Some(weight) = weights.get(argument.finding.signal) else { continue };
        let family = if !is_shown && matches!(weight.family, "mail" | "files") { "origin" } else { weight.family };
        let strongest = families.entry(family).or_default().entry(argument.finding.signal).or_insert(f64::NEG_INFINITY);
        *strongest = strongest.max(value(argument, weight));
    }
    families
        .into_iter()
        .map(|(family, signals)| {
            let mut positive: Vec<f64> = signals.values().copied().filter(|value| *value > 0.0).collect();
            positive.sort_by(|a, b| b.total_cmp(a));
            let gain = positive.first().copied().unwrap_or(0.0) + positive.get(1).copied().unwrap_or(0.0) / 2.0;
            let loss = signals.values().copied().fold(0.0_f64, f64::min);
            (family, (gain.min(settings.family_cap)) + loss)
        })
        .collect()
}

fn status(arguments: &[Argument<'_>], weights: &Weights, families: &BTreeMap<&'static str, f64>, hostile: f64, settings: &Assess) -> Status {
    let n_families = families.values().filter(|value| **value >= 4.0).count();
    let has = |role: Role| arguments.iter().any(|argument| argument.role == role);
    let access = arguments.iter().any(|argument| argument.role == Role::Access && argument.factor >= 0.5);
    let action = arguments.iter().any(|argument| argument.role == Role::Action && argument.hostile >= 3.0);
    let alone = arguments.iter().any(|argument| {
        argument.factor >= 0.5
            && weights.get(argument.finding.signal).is_some_and(|weight| weight.alone)
            && argument.hostile >= settings.suspected_at * 0.6
    });
    let strong_hint = ["vendor", "human", "session"].iter().any(|family| families.get(family).is_some_and(|value| *value >= 4.0));
    if access && hostile >= settings.compromised_at && n_families >= 2 {
        Status::Compromised
    } else if (access || action) && hostile >= settings.suspected_at && n_families >= 2
        || alone
        || strong_hint && hostile >= settings.hints_suspected_at && n_families >= 2
    {
        Status::Suspected
    } else if has(Role::Password) {
        Status::PasswordKnown
    } else if has(Role::Attempt) {
        Status::Attempted
    } else {
        Status::Clear
    }
}

fn pattern_scores(arguments: &[Argument<'_>], weights: &Weights, settings: &Assess) -> [f64; 6] {
    let mut scores = PRIORS;
    for (index, score) in scores.iter_mut().enumerate() {
        let families =
            by_family(arguments, weights, true, |argument, weight| weight.patterns.get(index).copied().unwrap_or(0.0) * argument.factor, settings);
        *score += families.values().sum::<f64>();
    }
    scores
}

fn variant(arguments: &[Argument<'_>], weights: &Weights, pattern: usize) -> Option<&'static str> {
    let mut votes: BTreeMap<(bool, &'static str), f64> = BTreeMap::new();
    for argument in arguments {
        let Some(weight) = weights.get(argument.finding.signal) else { continue };
        let strength = weight.patterns.get(pattern).copied().unwrap_or(0.0) * argument.factor;
        if let Some(name) = weight.variant
            && strength > 0.0
        {
            let vote = votes.entry((weight.variant_is_fallback, name)).or_insert(0.0);
            *vote = vote.max(strength);
        }
    }
    let fallback = votes.keys().all(|(fallback, _)| *fallback);
    votes
        .into_iter()
        .filter(|((is_fallback, _), _)| *is_fallback == fallback)
        .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
        .map(|((_, name), _)| name)
}

/// Odds of the hostility, lowered when the pattern is contested. Attempts and clear accounts carry the confidence of the negative statement.
fn confidence(status: Status, hostile: f64, margin: f64) -> f64 {
    let base = 1.0 - 10f64.powf(-hostile.max(0.0) / 20.0);
    let value = match status {
        Status::Compromised | Status::Suspected if margin >= 10.0 => base,
        Status::Compromised | Status::Suspected if margin >= 5.0 => base * 0.9,
        Status::Compromised | Status::Suspected => base * 0.75,
        Status::PasswordKnown => 0.9,
        Status::Attempted => 0.8,
        Status::Clear => 0.0,
    };
    round(value.min(0.99))
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// The word for a confidence: one scale for the whole report.
pub(crate) fn word(confidence: f64) -> &'static str {
    match confidence {
        value if value >= 0.95 => "established",
        value if value >= 0.80 => "likely",
        value if value >= 0.50 => "possible",
        _ => "not supported",
    }
}
