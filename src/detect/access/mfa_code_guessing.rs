//! One-time codes tried in series.
//!
//! Evidence: sign-ins with error 500121 whose second factor was a typed code. Many failures over many sessions inside the window: a person mistypes
//! within one or two sessions, a script opens a new session for each guess. Reference: Elastic "TOTP brute force attempted" (20 failures, 10 sessions).
//!
//! False positives: an authenticator with a wrong clock (few sessions), a test of a login form.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::draft::{self, Draft};
use super::mfa_fatigue::is_code;
use super::record;
use super::words::{self, counted};
use crate::case::Case;
use crate::detect::Detector;
use crate::finding::{Finding, Severity};
use crate::frame::SignIn;
use crate::settings::Settings;
use crate::settings::access::Mfa;

pub(super) const DETECTOR: Detector = Detector {
    id: "mfa-code-guessing",
    title: "One-time codes tried in series",
    attack: &["T1110.001"],
    needs: record::SIGN_INS,
    signals: &["mfa-code-guessing"],
    false_positives: "an authenticator app with a wrong clock, a person mistyping (few sessions)",
    detect,
};

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let mfa = &settings.access.mfa;
    let window = TimeDelta::hours(settings.access.guessing.window_hours);
    let failures = record::select(case, |row| row.error_code() == Some(500_121));
    let mut by_account: BTreeMap<&str, Vec<SignIn<'_>>> = BTreeMap::new();
    for row in record::without_twins(failures.iter().copied().filter(is_code)) {
        by_account.entry(row.account().unwrap_or_default()).or_default().push(row);
    }
    by_account.retain(|_, rows| rows.len() >= mfa.code_failures);
    let successes = record::select(case, |row| record::succeeded(row) && row.account().is_some_and(|account| by_account.contains_key(account)));
    let successes: Vec<SignIn<'_>> = successes.clone();
    let mut drafts = Vec::new();
    for (account, rows) in &by_account {
        for series in rows.chunk_by(|a, b| a.time().zip(b.time()).is_some_and(|(a, b)| b - a <= window)) {
            if is_guessing(series, mfa, window) {
                let success = successes.iter().find(|row| row.account() == Some(account) && follows(row, series, window));
                drafts.extend(describe(case, series, success));
            }
        }
    }
    draft::finish_all(case, drafts)
}

fn attempt<'a>(row: &SignIn<'a>) -> &'a str {
    row.session_id().or(row.correlation_id()).filter(|id| !id.is_empty()).unwrap_or(row.record_id())
}

/// Some window holds enough failures over enough sessions.
fn is_guessing(series: &[SignIn<'_>], mfa: &Mfa, window: TimeDelta) -> bool {
    (0..series.len()).any(|start| {
        let inside: Vec<_> =
            series[start..].iter().take_while(|row| row.time().zip(series[start].time()).is_some_and(|(at, from)| at - from <= window)).collect();
        inside.len() >= mfa.code_failures && inside.iter().map(|row| attempt(row)).collect::<BTreeSet<_>>().len() >= mfa.code_sessions
    })
}

/// A success from an address of the series, after its first failure and within a window of its last.
fn follows(success: &SignIn<'_>, series: &[SignIn<'_>], window: TimeDelta) -> bool {
    let (Some(at), Some(first), Some(last)) = (success.time(), series.first().and_then(|row| row.time()), series.last().and_then(|row| row.time()))
    else {
        return false;
    };
    let address = success.address().filter(|address| !address.is_empty());
    at >= first && at - last <= window && address.is_some() && series.iter().any(|row| row.address() == address)
}

fn describe(case: &Case, series: &[SignIn<'_>], success: Option<&SignIn<'_>>) -> Option<Draft> {
    let mut draft = Draft::new(case, DETECTOR.id, "mfa-code-guessing", series.first()?);
    draft.suspect_all(case, series);
    if let Some(row) = success {
        draft.suspect(case, row);
    }
    let addresses = words::addresses_of(series);
    let sessions = series.iter().map(attempt).collect::<BTreeSet<_>>().len();
    let finding = &mut draft.finding;
    finding.severity = Severity::High;
    finding.confidence = 0.85;
    let end = success.and_then(|row| row.time()).map(|at| format!("; a sign-in from there succeeded at {at}")).unwrap_or_default();
    finding.summary = format!(
        "{} over {} from {}{end}",
        counted(series.len(), "failed one-time code"),
        counted(sessions, "session"),
        words::listed_addresses(&addresses)
    );
    finding.fact("failures", series.len());
    finding.fact("sessions", sessions);
    finding.fact("addresses", addresses.into_iter().collect::<Vec<_>>());
    finding.fact("succeeded_at", success.and_then(|row| row.time()).map(|at| at.to_string()));
    Some(draft)
}
