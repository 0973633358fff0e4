//! Finding campaigns: many users guessed from one block of addresses, or from many addresses with one client fingerprint.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::super::guess::{Blocks, missed, outcome_of, stretches};
use super::super::standing::network_of;
use crate::codes::Outcome;
use crate::frame::SignIn;
use crate::settings::access::Guessing;
use crate::time::Time;

/// What the guesses of a campaign have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// One address.
    Address(String),
    /// One block of addresses.
    Block(String),
    /// User agent and application id; `rare` when hardly anybody signs in successfully with them.
    Fingerprint { agent: String, app: String, rare: bool },
}

/// One campaign.
pub(super) struct Campaign<'a> {
    pub(super) source: Source,
    /// The guesses, ascending.
    pub(super) guesses: Vec<SignIn<'a>>,
    /// Guessed accounts.
    pub(super) users: BTreeSet<&'a str>,
    /// Their blocks.
    pub(super) blocks: BTreeSet<String>,
    /// Their networks as profiles know them.
    pub(super) networks: BTreeSet<String>,
    pub(super) first: Time,
    pub(super) last: Time,
}

impl<'a> Campaign<'a> {
    fn new(source: Source, guesses: Vec<SignIn<'a>>, blocks: &mut Blocks) -> Self {
        let times = || guesses.iter().filter_map(|row| row.time());
        Self {
            users: guesses.iter().filter_map(|row| row.account()).collect(),
            blocks: guesses.iter().filter_map(|row| blocks.of(row)).collect(),
            networks: guesses.iter().filter_map(network_of).collect(),
            first: times().min().unwrap_or_default(),
            last: times().max().unwrap_or_default(),
            source,
            guesses,
        }
    }
}

/// Per user of a source: guesses, guesses at an existing user, successes; and guesses per user and day.
#[derive(Default)]
struct Tally<'a> {
    users: BTreeMap<&'a str, [usize; 3]>,
    days: BTreeMap<(&'a str, i64), usize>,
    n_failed: usize,
    n_known: usize,
    n_only_failed: usize,
}

impl<'a> Tally<'a> {
    fn change(&mut self, row: &SignIn<'a>, up: bool) {
        let account = row.account().unwrap_or_default();
        let user = self.users.entry(account).or_default();
        let before = *user;
        let outcome = outcome_of(row);
        let columns = [missed(outcome), matches!(outcome, Outcome::WrongPassword | Outcome::Disabled), outcome == Outcome::Success];
        for (count, concerned) in user.iter_mut().zip(columns) {
            *count = if up { *count + usize::from(concerned) } else { count.saturating_sub(usize::from(concerned)) };
        }
        let after = *user;
        if after == [0; 3] {
            self.users.remove(account);
        }
        if missed(outcome) {
            let day = (account, row.time().unwrap_or_default().day());
            let guesses = self.days.entry(day).or_default();
            *guesses = if up { *guesses + 1 } else { guesses.saturating_sub(1) };
            if *guesses == 0 {
                self.days.remove(&day);
            }
        }
        let flip = |count: usize, was: bool, is: bool| (count + usize::from(is)).saturating_sub(usize::from(was));
        self.n_failed = flip(self.n_failed, before[0] > 0, after[0] > 0);
        self.n_known = flip(self.n_known, before[1] > 0, after[1] > 0);
        self.n_only_failed = flip(self.n_only_failed, before[0] > 0 && before[2] == 0, after[0] > 0 && after[2] == 0);
    }

    fn is_spray(&self, limits: &Guessing) -> bool {
        let n_all = self.users.len();
        let enough = self.n_failed >= limits.spray_users && self.n_known >= limits.spray_known_users;
        enough && self.n_only_failed as f64 >= limits.spray_ratio * n_all as f64 && self.median() <= limits.spray_median
    }

    fn median(&self) -> usize {
        let mut failures: Vec<usize> = self.days.values().copied().collect();
        failures.sort_unstable();
        failures.get(failures.len() / 2).copied().unwrap_or(0)
    }
}

/// The parts of `events` (one source, ascending) that are a spray: everything when the whole case passes the test, else the windows that do.
fn sprays<'a>(events: &[SignIn<'a>], limits: &Guessing) -> Vec<Vec<SignIn<'a>>> {
    let guesses = |rows: &[SignIn<'a>]| rows.iter().filter(|row| missed(outcome_of(row))).copied().collect::<Vec<_>>();
    let mut whole = Tally::default();
    for row in events {
        whole.change(row, true);
    }
    if whole.is_spray(limits) {
        return vec![guesses(events)];
    }
    let times: Vec<Time> = events.iter().map(|row| row.time().unwrap_or_default()).collect();
    let ranges = stretches(
        &times,
        TimeDelta::hours(limits.window_hours),
        &mut Tally::default(),
        |tally, index| tally.change(&events[index], true),
        |tally, index| tally.change(&events[index], false),
        |tally| tally.is_spray(limits),
    );
    ranges.into_iter().map(|range| guesses(&events[range])).collect()
}

/// Blocks of addresses from which enough users were guessed to be worth a closer look.
pub(super) fn candidate_blocks(guesses: &[SignIn<'_>], blocks: &mut Blocks, limits: &Guessing) -> BTreeSet<String> {
    let mut users: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for row in guesses {
        if let Some(block) = blocks.of(row) {
            users.entry(block).or_default().extend(row.account());
        }
    }
    users.retain(|_, users| users.len() >= limits.spray_users);
    users.into_keys().collect()
}

/// Campaigns by block, and inside blocks that are no campaign (an office) by address. `events` are guesses and their ends, in any order.
pub(super) fn by_source<'a>(events: Vec<SignIn<'a>>, candidates: &BTreeSet<String>, blocks: &mut Blocks, limits: &Guessing) -> Vec<Campaign<'a>> {
    let mut by_block: BTreeMap<String, Vec<SignIn<'a>>> = BTreeMap::new();
    for row in events {
        if let Some(block) = blocks.of(&row).filter(|block| candidates.contains(block)) {
            by_block.entry(block).or_default().push(row);
        }
    }
    let mut campaigns = Vec::new();
    for (block, mut rows) in by_block {
        rows.sort_by(|row, other| {
            (row.time(), row.record_id(), row.source(), row.record()).cmp(&(other.time(), other.record_id(), other.source(), other.record()))
        });
        let mut found = sprays(&rows, limits);
        if found.is_empty() {
            let mut by_address: BTreeMap<&str, Vec<SignIn<'a>>> = BTreeMap::new();
            for row in &rows {
                by_address.entry(row.address().unwrap_or_default()).or_default().push(*row);
            }
            found = by_address.values().flat_map(|rows| sprays(rows, limits)).collect();
        }
        for guesses in found {
            let addresses: BTreeSet<&str> = guesses.iter().filter_map(|row| row.address()).collect();
            let source = match addresses.first() {
                Some(only) if addresses.len() == 1 => Source::Address((*only).to_owned()),
                _ => Source::Block(block.clone()),
            };
            campaigns.push(Campaign::new(source, guesses, blocks));
        }
    }
    campaigns
}

/// Campaigns from many addresses with one fingerprint. `guesses` come from addresses where nobody ever succeeded, ascending; `successes` counts, per
/// fingerprint, the accounts that sign in with it.
pub(super) fn by_fingerprint<'a>(
    guesses: &[SignIn<'a>],
    successes: &BTreeMap<(&str, &str), BTreeSet<&str>>,
    blocks: &mut Blocks,
    limits: &Guessing,
) -> Vec<Campaign<'a>> {
    let mut groups: BTreeMap<(&str, &str), Vec<SignIn<'a>>> = BTreeMap::new();
    for row in guesses {
        groups.entry(fingerprint(row)).or_default().push(*row);
    }
    let mut campaigns = Vec::new();
    for ((agent, app), rows) in groups {
        let n_failing = rows.iter().filter_map(|row| row.account()).collect::<BTreeSet<_>>().len();
        let n_succeeding = successes.get(&(agent, app)).map_or(0, BTreeSet::len);
        let rare = n_failing as f64 >= limits.spray_ratio * (n_failing + n_succeeding) as f64;
        let source = Source::Fingerprint { agent: agent.to_owned(), app: app.to_owned(), rare };
        let found = if rare && is_wide(&spread(&rows), limits) { vec![rows] } else { wide_windows(&rows, limits) };
        campaigns.extend(found.into_iter().map(|rows| Campaign::new(source.clone(), rows, blocks)));
    }
    campaigns
}

/// What one client looks like from outside.
pub(super) fn fingerprint<'a>(row: &SignIn<'a>) -> (&'a str, &'a str) {
    (row.user_agent().unwrap_or_default(), row.app_id().unwrap_or_default())
}

/// Accounts and addresses with their number of guesses.
#[derive(Default)]
struct Spread<'a>(BTreeMap<&'a str, usize>, BTreeMap<&'a str, usize>);

fn spread<'a>(rows: &[SignIn<'a>]) -> Spread<'a> {
    let mut spread = Spread::default();
    for row in rows {
        enter(&mut spread, row);
    }
    spread
}

fn enter<'a>(spread: &mut Spread<'a>, row: &SignIn<'a>) {
    *spread.0.entry(row.account().unwrap_or_default()).or_default() += 1;
    *spread.1.entry(row.address().unwrap_or_default()).or_default() += 1;
}

fn leave<'a>(spread: &mut Spread<'a>, row: &SignIn<'a>) {
    for (counts, value) in [(&mut spread.0, row.account()), (&mut spread.1, row.address())] {
        let value = value.unwrap_or_default();
        if let Some(n) = counts.get_mut(value) {
            *n -= 1;
            if *n == 0 {
                counts.remove(value);
            }
        }
    }
}

fn is_wide(spread: &Spread<'_>, limits: &Guessing) -> bool {
    spread.0.len() >= limits.distributed && spread.1.len() >= limits.distributed
}

fn wide_windows<'a>(rows: &[SignIn<'a>], limits: &Guessing) -> Vec<Vec<SignIn<'a>>> {
    let times: Vec<Time> = rows.iter().map(|row| row.time().unwrap_or_default()).collect();
    let ranges = stretches(
        &times,
        TimeDelta::hours(limits.window_hours),
        &mut Spread::default(),
        |spread, index| enter(spread, &rows[index]),
        |spread, index| leave(spread, &rows[index]),
        |spread| is_wide(spread, limits),
    );
    ranges.into_iter().map(|range| rows[range].to_vec()).collect()
}
