//! A machine's account leaves its narrow habit.
//!
//! Evidence: successful sign-ins. An account counts as a machine's when, up to the moment in question, it used at most two applications and three
//! networks, never a browser and never a second factor, and either its name says so or it works around the clock. Its habits have next to no variance,
//! so each deviation is strong: reported when two of origin (network and country are one), client family, application and protocol are new together,
//! or when it appears in a browser. Rows that deviate teach nothing.
//!
//! False positives: the machine moved (only the origin changes: quiet), the vendor's new client at the old place (quiet).
//! Reference: runbook pattern D; Elastic "rare authentication requirement for principal"; read 2026-11.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::draft::{self, Draft};
use super::record;
use super::standing::network_of;
use super::words::{counted, origin};
use crate::case::Case;
use crate::detect::Detector;
use crate::finding::{Finding, Severity};
use crate::frame::SignIn;
use crate::settings::Settings;
use crate::settings::access::Special;

mod habit;

use habit::{Habit, is_departure, says_machine};

pub(super) const DETECTOR: Detector = Detector {
    id: "service-account",
    title: "A machine's account leaves its narrow habit",
    attack: &["T1078.004"],
    needs: record::SIGN_INS,
    signals: &["service-account-off-profile"],
    false_positives: "a move to another host or provider, an administrator who tests the account",
    detect,
};

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let limits = &settings.access.special;
    let rows = record::select(case, record::succeeded);
    let mut by_account: BTreeMap<&str, Machine<'_>> = BTreeMap::new();
    for row in &rows {
        let account = row.account().unwrap_or_default();
        by_account.entry(account).or_default().observe(account, row, limits);
    }
    let drafts = by_account.iter().filter_map(|(account, machine)| describe(case, account, machine, limits)).collect();
    draft::finish_all(case, drafts)
}

/// One account while its sign-ins pass by in time order.
#[derive(Default)]
struct Machine<'a> {
    habit: Habit<'a>,
    /// Rows that deviate in one dimension. They teach a day later, unless a stronger deviation shows whose they are: the audit log's record of a
    /// sign-in lacks the very fields in which Entra's deviates.
    held: Vec<SignIn<'a>>,
    off: Vec<SignIn<'a>>,
    changed: BTreeSet<&'static str>,
}

impl<'a> Machine<'a> {
    fn observe(&mut self, account: &str, row: &SignIn<'a>, limits: &Special) {
        let waited = self.held.first().and_then(|held| held.time()).zip(row.time()).is_some_and(|(held, at)| at - held >= TimeDelta::days(1));
        if waited {
            for held in std::mem::take(&mut self.held) {
                self.habit.learn(&held);
            }
        }
        let new = self.habit.departures(row);
        if new.is_empty() || !self.habit.is_machine(account, limits) {
            self.habit.learn(row);
        } else if is_departure(&new) {
            let network = network_of(row);
            let (same, other) = std::mem::take(&mut self.held).into_iter().partition(|held| network_of(held) == network);
            self.held = other;
            self.off.extend::<Vec<_>>(same);
            self.off.push(*row);
            self.changed.extend(new);
        } else {
            self.held.push(*row);
        }
    }
}

fn describe(case: &Case, account: &str, machine: &Machine<'_>, limits: &Special) -> Option<Draft> {
    let Machine { habit, off, changed, .. } = machine;
    let first = off.first()?;
    let mut draft = Draft::new(case, DETECTOR.id, "service-account-off-profile", first);
    draft.suspect_all(case, off);
    let mut reasons = vec![format!(
        "{} on {} with {}, {}, no browser and no second factor",
        counted(habit.n, "sign-in"),
        counted(habit.days.len(), "day"),
        counted(habit.apps.len(), "application"),
        counted(habit.networks.len(), "network")
    )];
    if says_machine(account) {
        reasons.push("its name is a machine's".to_owned());
    }
    if habit.hours.len() >= limits.machine_hours {
        reasons.push(format!("active in {} of 24 hours", habit.hours.len()));
    }
    let finding = &mut draft.finding;
    finding.severity = Severity::High;
    finding.confidence = if changed.len() > 2 { 0.85 } else { 0.7 };
    finding.summary = format!(
        "account of a machine ({}) signed in from {} at {}; new: {}",
        reasons.join("; "),
        origin(case, first),
        first.time()?,
        changed.iter().copied().collect::<Vec<_>>().join(", ")
    );
    finding.fact("changed", changed.iter().copied().collect::<Vec<_>>());
    finding.fact("why_machine", reasons);
    finding.fact("n_sign_ins", record::n_sign_ins(off));
    finding.fact("protocol", first.client_app().unwrap_or_default());
    Some(draft)
}
