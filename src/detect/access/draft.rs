//! A finding while its rows are collected: citations, traces by which their actor can be followed, and reasons against.

use std::collections::{BTreeMap, BTreeSet};

use super::record::{select, succeeded};
use super::standing::{innocent, network_of, novelty};
use crate::case::Case;
use crate::enrich::profile::{Novelty, Trait};
use crate::finding::Finding;
use crate::frame::SignIn;
use crate::time::Time;

/// References kept per finding; the full count stands in the fact `n_records`. A report line nobody can read to its end helps nobody.
const MAX_EVIDENCE: usize = 200;

/// Cites rows in a tenant-wide finding, as many as a report can carry, and states how many there are.
pub(super) fn cite_all(finding: &mut Finding, rows: &[SignIn<'_>]) {
    for row in rows.iter().take(MAX_EVIDENCE) {
        finding.add_record(row.time(), row.reference());
    }
    finding.last_seen = rows.iter().filter_map(|row| row.time()).fold(finding.last_seen, Time::max);
    finding.fact("n_records", rows.len());
}

/// A finding while its rows are collected. [`Draft::finish`] turns it into a [`Finding`].
pub(super) struct Draft {
    /// To be filled by the detector: severity, confidence, summary, facts.
    pub(super) finding: Finding,
    networks: BTreeSet<String>,
    n_records: usize,
}

impl Draft {
    /// A finding about the row's account that rests on `primary`; the row is suspicious itself.
    pub(super) fn new(case: &Case, detector: &'static str, signal: &'static str, primary: &SignIn<'_>) -> Self {
        let account = primary.account().unwrap_or_default();
        let finding = Finding::new(detector, signal, account, primary.time().unwrap_or_default(), primary.reference());
        let mut draft = Self { finding, networks: BTreeSet::new(), n_records: 0 };
        draft.suspect(case, primary);
        draft
    }

    /// Cites a row that belongs to the story without being suspicious itself.
    pub(super) fn cite(&mut self, row: &SignIn<'_>) {
        let reference = row.reference();
        let known = self.finding.evidence.contains(&reference);
        if self.finding.evidence.len() < MAX_EVIDENCE || known {
            self.finding.add_record(row.time(), reference);
        } else if let Some(at) = row.time() {
            self.finding.first_seen = self.finding.first_seen.min(at);
            self.finding.last_seen = self.finding.last_seen.max(at);
        }
        self.n_records += usize::from(!known || self.n_records == 0);
    }

    /// Cites a suspicious row and takes over the traces by which its actor can be followed.
    pub(super) fn suspect(&mut self, case: &Case, row: &SignIn<'_>) {
        self.cite(row);
        self.networks.extend(network_of(row));
        let traces = &mut self.finding.traces;
        let pairs = [
            (&mut traces.addresses, row.address()),
            (&mut traces.sessions, row.session_id()),
            (&mut traces.tokens, row.token_id()),
            (&mut traces.agents, row.user_agent()),
            (&mut traces.devices, row.device_id()),
            (&mut traces.apps, row.app_id()),
        ];
        for (set, value) in pairs {
            set.extend(value.filter(|value| !value.is_empty()).map(str::to_owned));
        }
        for reason in innocent(case, row) {
            if !self.finding.against.contains(&reason) {
                self.finding.against.push(reason);
            }
        }
    }

    /// [`Self::suspect`] for each of the rows.
    pub(super) fn suspect_all<'r, 'a: 'r>(&mut self, case: &Case, rows: impl IntoIterator<Item = &'r SignIn<'a>>) {
        for row in rows {
            self.suspect(case, row);
        }
    }

    /// Seals the finding: drops traces that are the account's own, states the number of records.
    pub(super) fn finish(mut self, own: &OwnTraces) -> Finding {
        let finding = &mut self.finding;
        let (account, before) = (finding.account.clone(), finding.first_seen);
        let networks = &self.networks;
        let is_own = |kind: Kind, value: &String| own.had(&account, kind, value, networks, before);
        finding.traces.addresses.retain(|value| !is_own(Kind::Address, value));
        finding.traces.agents.retain(|value| !is_own(Kind::Agent, value));
        finding.traces.devices.retain(|value| !is_own(Kind::Device, value));
        finding.traces.apps.retain(|value| !is_own(Kind::App, value));
        finding.fact("n_records", self.n_records);
        self.finding
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Address,
    Agent,
    Device,
    App,
}

/// What accounts demonstrably used themselves: the values of their successes on networks that were not new to them, with the first time per network.
/// A trace that the account itself left earlier leads to the account's owner, not to somebody else.
#[derive(Default)]
pub(super) struct OwnTraces {
    established: BTreeMap<(String, Kind, String), Time>,
    other: BTreeMap<(String, Kind, String), BTreeMap<String, Time>>,
}

impl OwnTraces {
    /// Reads the history of `accounts`.
    pub(super) fn of(case: &Case, accounts: &BTreeSet<String>) -> Self {
        if accounts.is_empty() {
            return Self::default();
        }
        let data = select(case, |row| succeeded(row) && row.account().is_some_and(|account| accounts.contains(account)));
        let mut own = Self::default();
        for row in &data {
            own.learn(case, row);
        }
        own
    }

    fn learn(&mut self, case: &Case, row: &SignIn<'_>) {
        let (Some(account), Some(at)) = (row.account(), row.time()) else {
            return;
        };
        let novelty = novelty(case, row, Trait::Network);
        let network = network_of(row).unwrap_or_default();
        let values = [(Kind::Address, row.address()), (Kind::Agent, row.user_agent()), (Kind::Device, row.device_id()), (Kind::App, row.app_id())];
        for (kind, value) in values {
            let Some(value) = value.filter(|value| !value.is_empty()) else {
                continue;
            };
            let key = (account.to_owned(), kind, value.to_owned());
            match novelty {
                Novelty::Established => {
                    self.established.entry(key).or_insert(at);
                }
                Novelty::Unknown => {
                    self.other.entry(key).or_default().entry(network.clone()).or_insert(at);
                }
                Novelty::New => {}
            }
        }
    }

    /// The account used `value` before `before` on an established network, or, where novelty is unknown, on a network that is not among `networks`.
    fn had(&self, account: &str, kind: Kind, value: &str, networks: &BTreeSet<String>, before: Time) -> bool {
        let key = (account.to_owned(), kind, value.to_owned());
        self.established.get(&key).is_some_and(|first| *first < before)
            || self.other.get(&key).is_some_and(|first| first.iter().any(|(network, first)| *first < before && !networks.contains(network)))
    }
}

/// Seals drafts and reads the history of their accounts once.
pub(super) fn finish_all(case: &Case, drafts: Vec<Draft>) -> Vec<Finding> {
    let accounts = drafts.iter().map(|draft| draft.finding.account.clone()).filter(|account| !account.is_empty()).collect();
    let own = OwnTraces::of(case, &accounts);
    drafts.into_iter().map(|draft| draft.finish(&own)).collect()
}
