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

use chrono::Timelike;

use super::record::{self, Draft, counted, network_of, origin};
use crate::case::Case;
use crate::detect::{DetectError, Detector};
use crate::finding::{Finding, Severity};
use crate::frame::{SignIn, SignIns};
use crate::settings::Settings;
use crate::settings::access::Special;

pub(super) const DETECTOR: Detector = Detector {
    id: "service-account",
    title: "A machine's account leaves its narrow habit",
    attack: &["T1078.004"],
    needs: record::SIGN_INS,
    signals: &["service-account-off-profile"],
    false_positives: "a move to another host or provider, an administrator who tests the account",
    detect,
};

/// Words that name machines, as parts of the name before the `@` (detection catalogue 3.D).
const MACHINE_WORDS: &[&str] = &[
    "svc",
    "service",
    "srv",
    "scan",
    "scanner",
    "smtp",
    "relay",
    "noreply",
    "backup",
    "sync",
    "api",
    "bot",
    "app",
    "batch",
    "automation",
    "printer",
    "fax",
    "mfp",
    "copier",
    "robot",
    "job",
    "cron",
    "connector",
];

/// Families that people sit in front of.
const BROWSERS: &[&str] =
    &["chrome", "edge", "firefox", "safari", "opera", "samsung-browser", "vivaldi", "yandex", "duckduckgo", "internet-explorer"];

/// What the account did so far, as long as it stayed within its habit.
#[derive(Default)]
struct Habit<'a> {
    n: usize,
    days: BTreeSet<i64>,
    hours: BTreeSet<u32>,
    networks: BTreeSet<String>,
    countries: BTreeSet<&'a str>,
    agents: BTreeSet<&'a str>,
    apps: BTreeSet<&'a str>,
    clients: BTreeSet<&'a str>,
    people: bool,
}

fn detect(case: &Case, settings: &Settings) -> Result<Vec<Finding>, DetectError> {
    let limits = &settings.access.special;
    let rows = record::select(case, record::succeeded())?;
    let mut by_account: BTreeMap<&str, (Habit<'_>, Vec<SignIn<'_>>, BTreeSet<&str>)> = BTreeMap::new();
    for row in SignIns::rows_of(&rows)?.iter() {
        let account = row.account.unwrap_or_default();
        let (habit, off, changed) = by_account.entry(account).or_default();
        let new = habit.departures(&row);
        if habit.is_machine(account, limits) && is_departure(&new) {
            changed.extend(new);
            off.push(row);
        } else {
            habit.learn(&row);
        }
    }
    let drafts = by_account.into_iter().filter(|(_, (_, off, _))| !off.is_empty());
    let drafts = drafts.filter_map(|(account, (habit, off, changed))| describe(case, account, &habit, &off, &changed)).collect();
    record::finish_all(case, drafts)
}

fn says_machine(account: &str) -> bool {
    let name = account.split('@').next().unwrap_or_default();
    name.split(|letter: char| !letter.is_ascii_alphabetic()).any(|word| MACHINE_WORDS.contains(&word)) || name.contains("no-reply")
}

fn in_browser(row: &SignIn<'_>) -> bool {
    let browser = row.agent_family.is_some_and(|family| BROWSERS.contains(&family)) || row.client_app == Some("browser");
    browser && row.stream != Some("non-interactive")
}

impl<'a> Habit<'a> {
    fn learn(&mut self, row: &SignIn<'a>) {
        let full = |value: Option<&'a str>| value.filter(|value| !value.is_empty());
        self.n += 1;
        self.days.extend(row.time.map(crate::time::Time::day));
        self.hours.extend(row.time.and_then(crate::time::Time::utc).map(|utc| utc.hour()));
        self.networks.extend(network_of(row));
        self.countries.extend(full(row.country));
        self.agents.extend(full(row.agent_family));
        self.apps.extend(full(row.app_id));
        self.clients.extend(full(row.client_app));
        self.people |= in_browser(row) || row.requirement == Some("multifactorauthentication");
    }

    fn is_machine(&self, account: &str, limits: &Special) -> bool {
        let long = self.n >= limits.machine_successes && self.days.len() >= limits.machine_days;
        let narrow = self.apps.len() <= limits.machine_apps && self.networks.len() <= limits.machine_networks;
        long && narrow && !self.people && (says_machine(account) || self.hours.len() >= limits.machine_hours)
    }

    /// Which dimensions of the row are new to the habit. A dimension the habit has no value for cannot be new.
    fn departures(&self, row: &SignIn<'a>) -> Vec<&'static str> {
        let is_new =
            |seen: &BTreeSet<&str>, value: Option<&str>| !seen.is_empty() && value.is_some_and(|value| !value.is_empty() && !seen.contains(value));
        let network = !self.networks.is_empty() && network_of(row).is_some_and(|network| !self.networks.contains(&network));
        let new = [
            ("network", network),
            ("country", is_new(&self.countries, row.country)),
            ("agent", is_new(&self.agents, row.agent_family)),
            ("app", is_new(&self.apps, row.app_id)),
            ("client", is_new(&self.clients, row.client_app)),
            ("interactive", in_browser(row)),
        ];
        new.into_iter().filter(|(_, new)| *new).map(|(name, _)| name).collect()
    }
}

/// A person's browser, or two independent dimensions; network and country move together.
fn is_departure(new: &[&str]) -> bool {
    let origin = usize::from(new.contains(&"network") || new.contains(&"country"));
    let others = new.iter().filter(|name| !matches!(**name, "network" | "country" | "interactive")).count();
    new.contains(&"interactive") || origin + others >= 2
}

fn describe(case: &Case, account: &str, habit: &Habit<'_>, off: &[SignIn<'_>], changed: &BTreeSet<&str>) -> Option<Draft> {
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
    if habit.hours.len() >= 20 {
        reasons.push(format!("active in {} of 24 hours", habit.hours.len()));
    }
    let finding = &mut draft.finding;
    finding.severity = Severity::High;
    finding.confidence = if changed.len() > 2 { 0.85 } else { 0.7 };
    finding.summary = format!(
        "account of a machine ({}) signed in from {} at {}; new: {}",
        reasons.join("; "),
        origin(case, first),
        first.time?,
        changed.iter().copied().collect::<Vec<_>>().join(", ")
    );
    finding.fact("changed", changed.iter().copied().collect::<Vec<_>>());
    finding.fact("why_machine", reasons);
    finding.fact("n_sign_ins", record::n_sign_ins(off));
    finding.fact("protocol", first.client_app.unwrap_or_default());
    Some(draft)
}
