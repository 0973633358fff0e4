//! Several applications opened at once, from a new network, at an hour the account never works.
//!
//! Evidence: at least three successful sign-ins to two applications within fifteen minutes, from a network new against a sufficient history, at an
//! hour of the day (with an hour's tolerance) in which the account never signed in on that kind of day (working day or weekend).
//!
//! False positives: travel across time zones, night work before a deadline (both usually on the own device: quiet).
//! Reference: runbook signal "burst of legitimate-looking sign-ins from a new ASN at an odd hour".

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, TimeDelta, Timelike};

use super::draft::{self, Draft};
use super::novel_origin::is_new_place;
use super::record;
use super::standing::network_of;
use super::words::{self, counted, origin};
use crate::case::Case;
use crate::detect::Detector;
use crate::finding::{Finding, Severity};
use crate::frame::SignIn;
use crate::settings::Settings;
use crate::settings::access::Origin;
use crate::time::Time;

pub(super) const DETECTOR: Detector = Detector {
    id: "odd-hour-burst",
    title: "Several applications opened at once from a new network at an unusual hour",
    attack: &["T1078.004"],
    needs: record::SIGN_INS,
    signals: &["odd-hour-burst"],
    false_positives: "travel across time zones, night work",
    detect,
};

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let limits = &settings.access.origin;
    let rows = record::select(case, record::succeeded);
    let mut by_network: BTreeMap<(&str, String), Vec<SignIn<'_>>> = BTreeMap::new();
    for row in rows.iter().copied() {
        if let Some(network) = network_of(&row).filter(|_| is_new_place(case, &row)) {
            by_network.entry((row.account().unwrap_or_default(), network)).or_default().push(row);
        }
    }
    let by_network: Vec<Vec<SignIn<'_>>> = by_network.into_values().map(record::without_twins).collect();
    let drafts = by_network.iter().filter_map(|rows| describe(case, burst(case, rows, limits)?)).collect();
    draft::finish_all(case, drafts)
}

/// The first burst at an hour that is not the account's.
fn burst<'r, 'a>(case: &Case, rows: &'r [SignIn<'a>], limits: &Origin) -> Option<&'r [SignIn<'a>]> {
    let length = TimeDelta::minutes(limits.burst_minutes);
    (0..rows.len()).map(|start| &rows[start..]).find_map(|rest| {
        let from = rest.first()?.time()?;
        let n = rest.iter().take_while(|row| row.time().is_some_and(|at| at - from <= length)).count();
        let rows = rest.get(..n)?;
        let apps: BTreeSet<&str> = rows.iter().filter_map(|row| row.app_id().or(row.app())).filter(|app| !app.is_empty()).collect();
        (n >= limits.burst_successes && apps.len() >= limits.burst_apps && is_odd_hour(case, rows.first()?)).then_some(rows)
    })
}

/// Hour of the day and whether it is a weekend, UTC.
fn slot(at: Time) -> Option<(u32, bool)> {
    let utc = at.utc()?;
    Some((utc.hour(), utc.weekday().number_from_monday() > 5))
}

/// The account never signed in around this hour on such a day, in all days before this one.
fn is_odd_hour(case: &Case, row: &SignIn<'_>) -> bool {
    let (Some(at), Some(profile)) = (row.time(), row.account().and_then(|account| case.profiles.accounts.get(account))) else {
        return false;
    };
    let Some((hour, weekend)) = slot(at) else {
        return false;
    };
    let nearby = [(hour + 23) % 24, hour, (hour + 1) % 24];
    let earlier = profile.successes.iter().filter(|success| success.day() < at.day());
    !earlier.filter_map(|success| slot(*success)).any(|(used, on_weekend)| on_weekend == weekend && nearby.contains(&used))
}

fn describe(case: &Case, rows: &[SignIn<'_>]) -> Option<Draft> {
    let first = rows.first()?;
    let mut draft = Draft::new(case, DETECTOR.id, "odd-hour-burst", first);
    draft.suspect_all(case, rows);
    let apps = words::apps_of(rows);
    let finding = &mut draft.finding;
    finding.severity = Severity::Low;
    finding.confidence = 0.6;
    finding.summary = format!(
        "{} to {} between {} and {} from {}, at an hour in which the account had not signed in before",
        counted(rows.len(), "sign-in"),
        counted(apps.len(), "application"),
        first.time()?,
        rows.last()?.time()?,
        origin(case, first)
    );
    finding.fact("n_sign_ins", rows.len());
    finding.fact("apps", apps.into_iter().collect::<Vec<_>>());
    finding.fact("hour_utc", slot(first.time()?)?.0);
    Some(draft)
}
