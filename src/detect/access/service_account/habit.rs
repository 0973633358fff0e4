//! What a machine's account does day by day, and what a departure from it is.

use std::collections::BTreeSet;

use chrono::Timelike;

use super::super::standing::network_of;
use crate::frame::SignIn;
use crate::settings::access::Special;
use crate::time::Time;

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
pub(super) struct Habit<'a> {
    pub(super) n: usize,
    pub(super) days: BTreeSet<i64>,
    pub(super) hours: BTreeSet<u32>,
    pub(super) networks: BTreeSet<String>,
    countries: BTreeSet<&'a str>,
    agents: BTreeSet<&'a str>,
    pub(super) apps: BTreeSet<&'a str>,
    clients: BTreeSet<&'a str>,
    people: bool,
}

impl<'a> Habit<'a> {
    /// Takes in a row.
    pub(super) fn learn(&mut self, row: &SignIn<'a>) {
        let full = |value: Option<&'a str>| value.filter(|value| !value.is_empty());
        self.n += 1;
        self.days.extend(row.time().map(Time::day));
        self.hours.extend(row.time().and_then(Time::utc).map(|utc| utc.hour()));
        self.networks.extend(network_of(row));
        self.countries.extend(full(row.country()));
        self.agents.extend(full(row.agent_family()));
        self.apps.extend(full(row.app_id()));
        self.clients.extend(full(row.client_app()));
        self.people |= in_browser(row) || row.requirement() == Some("multifactorauthentication");
    }

    /// Long enough, narrow enough, and named or working like a machine.
    pub(super) fn is_machine(&self, account: &str, limits: &Special) -> bool {
        let long = self.n >= limits.machine_successes && self.days.len() >= limits.machine_days;
        let narrow = self.apps.len() <= limits.machine_apps && self.networks.len() <= limits.machine_networks;
        long && narrow && !self.people && (says_machine(account) || self.hours.len() >= limits.machine_hours)
    }

    /// Which dimensions of the row are new to the habit. A dimension the habit has no value for cannot be new.
    pub(super) fn departures(&self, row: &SignIn<'a>) -> Vec<&'static str> {
        let is_new =
            |seen: &BTreeSet<&str>, value: Option<&str>| !seen.is_empty() && value.is_some_and(|value| !value.is_empty() && !seen.contains(value));
        let network = !self.networks.is_empty() && network_of(row).is_some_and(|network| !self.networks.contains(&network));
        let new = [
            ("network", network),
            ("country", is_new(&self.countries, row.country())),
            ("agent", is_new(&self.agents, row.agent_family())),
            ("app", is_new(&self.apps, row.app_id())),
            ("client", is_new(&self.clients, row.client_app())),
            ("interactive", in_browser(row)),
        ];
        new.into_iter().filter(|(_, new)| *new).map(|(name, _)| name).collect()
    }
}

/// A person's browser, or two independent dimensions; network and country move together.
pub(super) fn is_departure(new: &[&str]) -> bool {
    let origin = usize::from(new.contains(&"network") || new.contains(&"country"));
    let others = new.iter().filter(|name| !matches!(**name, "network" | "country" | "interactive")).count();
    new.contains(&"interactive") || origin + others >= 2
}

pub(super) fn says_machine(account: &str) -> bool {
    let name = account.split('@').next().unwrap_or_default();
    name.split(|letter: char| !letter.is_ascii_alphabetic()).any(|word| MACHINE_WORDS.contains(&word)) || name.contains("no-reply")
}

fn in_browser(row: &SignIn<'_>) -> bool {
    let browser = row.agent_family().is_some_and(|family| BROWSERS.contains(&family)) || row.client_app() == Some("browser");
    browser && row.stream() != Some("non-interactive")
}
