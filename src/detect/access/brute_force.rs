//! One user guessed many times.
//!
//! Evidence: wrong-password sign-ins of one account, thirty or more within the window or over the whole case, from networks that are not the account's
//! own and from sources that guess only a few users (many users are `password-spray`). What came of it decides the signal: a token for the same
//! source, a right password that something stopped, or nothing.
//!
//! False positives: a forgotten password on a phone or service. It comes from the account's own network (quiet), or from one client at regular
//! intervals (info). Reference: Elastic "Entra ID excessive failures", Splunk "high number of failed authentications for user"; read 2026-11.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::draft::{self, Draft};
use super::guess::{self, Blocks, ended, outcome_of, stretches};
use super::record;
use super::standing::{self, novelty};
use super::words::{self, counted, origin};
use crate::case::Case;
use crate::codes::Outcome;
use crate::detect::Detector;
use crate::enrich::network::is_rented;
use crate::enrich::profile::{Novelty, Trait};
use crate::finding::{Finding, Severity};
use crate::frame::SignIn;
use crate::settings::Settings;
use crate::settings::access::Guessing;
use crate::time::Time;

pub(super) const DETECTOR: Detector = Detector {
    id: "brute-force",
    title: "One user guessed many times, and what came of it",
    attack: &["T1110.001"],
    needs: record::SIGN_INS,
    signals: &["brute-force-attempt", "brute-force-success", "brute-force-password-proved"],
    false_positives: "a forgotten password on a phone, in a mail client or a service",
    detect,
};

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let limits = &settings.access.guessing;
    let failures = guess::with_outcome(case, |outcome| outcome == Outcome::WrongPassword);
    let failures = record::without_twins(failures.iter().copied().filter(|row| !guess::is_noise(row)));
    let mut blocks = Blocks::default();
    let mut users_of: BTreeMap<String, BTreeMap<&str, usize>> = BTreeMap::new();
    for row in &failures {
        *users_of.entry(blocks.of(row).unwrap_or_default()).or_default().entry(row.account().unwrap_or_default()).or_default() += 1;
    }
    // Few users, or so many guesses at this one that it was meant. Rows without an address are a source of their own.
    let is_aimed = |block: Option<String>, account: &str| {
        block
            .and_then(|block| users_of.get(&block))
            .is_none_or(|users| users.len() <= limits.brute_users || users.get(account).is_some_and(|n_guesses| *n_guesses >= limits.brute_failures))
    };
    let mut by_account: BTreeMap<&str, Vec<SignIn<'_>>> = BTreeMap::new();
    for row in &failures {
        let account = row.account().unwrap_or_default();
        if is_aimed(blocks.of(row), account) && novelty(case, row, Trait::Network) != Novelty::Established && !standing::is_own_device(case, row) {
            by_account.entry(account).or_default().push(*row);
        }
    }
    let mut series = Vec::new();
    for rows in by_account.values().filter(|rows| rows.len() >= limits.brute_failures) {
        series.extend(episodes(rows, limits));
    }
    let accounts: BTreeSet<&str> = series.iter().filter_map(|rows| rows.first()?.account()).collect();
    let ends = guess::with_outcome(case, ended);
    let ends: Vec<SignIn<'_>> = ends.iter().copied().filter(|row| row.account().is_some_and(|account| accounts.contains(account))).collect();
    let drafts = series.iter().filter_map(|rows| judge(case, rows, &ends, &mut blocks, limits)).collect();
    draft::finish_all(case, drafts)
}

/// Windows with enough guesses; when there is none, the whole case, in which there are enough.
fn episodes<'a>(rows: &[SignIn<'a>], limits: &Guessing) -> Vec<Vec<SignIn<'a>>> {
    let times: Vec<Time> = rows.iter().map(|row| row.time().unwrap_or_default()).collect();
    let window = TimeDelta::hours(limits.window_hours);
    let ranges = stretches(&times, window, &mut 0, |n, _| *n += 1, |n, _| *n -= 1, |n: &usize| *n >= limits.brute_failures);
    if ranges.is_empty() { vec![rows.to_vec()] } else { ranges.into_iter().map(|range| rows[range].to_vec()).collect() }
}

/// One client (address block, user agent, application) that tries at regular intervals from where the account may well have been before: nobody types
/// like that, and a script elsewhere is no forgotten client.
fn is_clockwork(case: &Case, rows: &[SignIn<'_>], blocks: &mut Blocks, limits: &Guessing) -> bool {
    if rows.iter().any(|row| novelty(case, row, Trait::Network) == Novelty::New || is_rented(row.network())) {
        return false;
    }
    let clients: BTreeSet<_> = rows.iter().map(|row| (blocks.of(row), row.user_agent(), row.app_id(), row.device_id())).collect();
    let mut intervals: Vec<i64> = rows.windows(2).filter_map(|pair| Some((pair.get(1)?.time()? - pair.first()?.time()?).num_seconds())).collect();
    let median = median(&mut intervals);
    let mut deviations: Vec<i64> = intervals.iter().map(|interval| (interval - median).abs()).collect();
    // Scripts guess every few seconds; a forgotten client polls every few minutes or hours.
    clients.len() == 1 && median >= 60 && (self::median(&mut deviations) as f64) <= limits.regularity * median as f64
}

fn median(values: &mut [i64]) -> i64 {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or(0)
}

fn judge(case: &Case, rows: &[SignIn<'_>], ends: &[SignIn<'_>], blocks: &mut Blocks, limits: &Guessing) -> Option<Draft> {
    let (first, last) = (rows.first()?, rows.last()?);
    let sources: BTreeSet<String> = rows.iter().filter_map(|row| blocks.of(row)).collect();
    let until = last.time()? + TimeDelta::hours(limits.success_hours);
    let is_end = |row: &&SignIn<'_>| {
        row.account() == first.account()
            && row.time().is_some_and(|at| first.time().is_some_and(|from| at >= from) && at <= until)
            && novelty(case, row, Trait::Network) != Novelty::Established
            && !standing::is_own_device(case, row)
    };
    let ends: Vec<&SignIn<'_>> = ends.iter().filter(is_end).filter(|row| blocks.of(row).is_some_and(|block| sources.contains(&block))).collect();
    let success = ends.iter().find(|row| outcome_of(row) == Outcome::Success);
    let proved = ends.iter().find(|row| outcome_of(row).proves_password());
    let clockwork = is_clockwork(case, rows, blocks, limits);
    let (signal, severity, confidence) = match (success, proved) {
        // The forgotten client got its new password.
        (Some(_), _) if clockwork => ("brute-force-attempt", Severity::Info, 0.3),
        (Some(_), _) => ("brute-force-success", Severity::Critical, 0.85),
        (None, Some(_)) if !clockwork => ("brute-force-password-proved", Severity::High, 0.8),
        _ if clockwork => ("brute-force-attempt", Severity::Info, 0.3),
        _ => ("brute-force-attempt", Severity::Low, 0.8),
    };
    let shown = if clockwork { None } else { success.or(proved) };
    let mut draft = Draft::new(case, DETECTOR.id, signal, shown.unwrap_or(&first));
    draft.suspect_all(case, rows);
    if !clockwork {
        draft.suspect_all(case, ends.iter().copied());
    }
    let finding = &mut draft.finding;
    (finding.severity, finding.confidence) = (severity, confidence);
    if clockwork {
        finding.against.push("one client tries at regular intervals, as a forgotten password in a phone or service does".to_owned());
    }
    let addresses = words::addresses_of(rows);
    let end = shown.map_or_else(String::new, |row| {
        let what = if outcome_of(row) == Outcome::Success { "a token was issued" } else { "the password was right" };
        format!("; {what} at {} to {}", row.time().unwrap_or_default(), origin(case, row))
    });
    finding.summary = format!(
        "{} between {} and {} from {}{end}",
        counted(rows.len(), "wrong password"),
        first.time()?,
        last.time()?,
        words::listed_addresses(&addresses)
    );
    finding.fact("failures", rows.len());
    finding.fact("n_addresses", addresses.len());
    finding.fact("regular", clockwork);
    finding.fact("succeeded_at", success.filter(|_| !clockwork).and_then(|row| row.time()).map(|at| at.to_string()));
    Some(draft)
}
