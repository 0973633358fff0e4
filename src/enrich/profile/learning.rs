//! Counting: one pass over the sign-ins, texts borrowed from the frame, addresses joined to blocks at the end.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Habit, Profile, Profiles, Trait};
use crate::enrich::address::neighbourhood;
use crate::enrich::{agent, identity, network};
use crate::frame::SignIn;
use crate::settings::baseline::Baseline;
use crate::time::Time;

/// A value while it is being counted; texts are borrowed from the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Value<'a> {
    Asn(i64),
    Text(&'a str),
}

#[derive(Debug, Default)]
struct Account<'a> {
    entra: Vec<Time>,
    audit: Vec<Time>,
    habits: HashMap<(Trait, Value<'a>), Habit>,
}

#[derive(Debug, Default)]
struct Exit<'a> {
    users: BTreeSet<&'a str>,
    days: BTreeSet<i64>,
    trusted: bool,
    rented: bool,
}

/// What the sign-ins taught so far.
#[derive(Debug, Default)]
pub(super) struct Learning<'a> {
    /// `None` for system actors, which teach nothing.
    accounts: HashMap<&'a str, Option<Account<'a>>>,
    /// By address; blocks are joined at the end so that each distinct address is parsed once.
    exits: HashMap<&'a str, Exit<'a>>,
    /// Operating system by recorded system and user agent.
    systems: HashMap<(Option<&'a str>, Option<&'a str>), Option<&'static str>>,
}

impl<'a> Learning<'a> {
    /// Takes in one row; failed, anonymous and system rows teach nothing.
    pub(super) fn observe(&mut self, row: &SignIn<'a>) {
        let (Some(time), Some(name), Some(0)) = (row.time(), row.account().filter(|name| !name.is_empty()), row.error_code()) else {
            return;
        };
        let known = self.accounts.entry(name).or_insert_with(|| (!identity::is_system(name)).then(Account::default));
        let Some(account) = known else { return };
        if row.feed() == Some("ual") {
            account.audit.push(time);
        } else {
            account.entra.push(time);
        }

        let text = |value: Option<&'a str>| value.filter(|value| !value.is_empty()).map(Value::Text);
        let is_origin = row.network() != Some("microsoft") || row.stream() == Some("interactive");
        let address = row.address().filter(|address| !address.is_empty());
        let network = row.asn().map(Value::Asn).or(address.map(Value::Text));
        let find_system = || row.os().and_then(agent::os_family).or_else(|| row.user_agent().and_then(agent::os_of));
        let os = *self.systems.entry((row.os(), row.user_agent())).or_insert_with(find_system);
        let values = [
            (Trait::Network, network.filter(|_| is_origin)),
            (Trait::Country, text(row.country()).filter(|_| is_origin)),
            (Trait::Agent, text(row.agent_family())),
            (Trait::Device, text(row.device_id())),
            (Trait::App, text(row.app_id())),
            (Trait::Client, text(row.client_app())),
            (Trait::Os, os.map(Value::Text)),
        ];
        for (habit, value) in values {
            if let Some(value) = value {
                account.see(habit, value, time);
            }
        }
        if let Some(address) = address.filter(|_| is_origin && is_person(name)) {
            let exit = self.exits.entry(address).or_default();
            exit.users.insert(name);
            exit.days.insert(time.day());
            exit.trusted |= row.trusted_location() == Some(true);
            exit.rented |= network::is_rented(row.network());
        }
    }

    /// Seals the counts.
    pub(super) fn finish(self, baseline: &Baseline) -> Profiles {
        let mut profiles = Profiles { baseline: baseline.clone(), ..Profiles::default() };
        let accounts: Vec<_> = self.accounts.into_iter().filter_map(|(name, account)| Some((name, account?))).collect();
        let n_people = accounts.iter().filter(|(name, _)| is_person(name)).count() as u64;
        profiles.egress = company_exits(self.exits, n_people, baseline);
        for (name, account) in accounts {
            let profile = account.finish();
            for key in profile.habits.keys().filter(|_| is_person(name)) {
                *profiles.tenant.entry(key.clone()).or_default() += 1;
            }
            profiles.accounts.insert(name.to_owned(), profile);
        }
        profiles
    }
}

impl<'a> Account<'a> {
    fn see(&mut self, habit: Trait, value: Value<'a>, time: Time) {
        let seen = self.habits.entry((habit, value)).or_insert_with(|| Habit { first: time, last: time, ..Habit::default() });
        seen.add(time);
    }

    fn finish(mut self) -> Profile {
        self.entra.sort_unstable();
        let entra_days: BTreeSet<i64> = self.entra.iter().map(|time| time.day()).collect();
        let mut successes = self.entra;
        successes.extend(self.audit.into_iter().filter(|time| !entra_days.contains(&time.day())));
        successes.sort_unstable();
        let mut days: Vec<i64> = successes.iter().map(|time| time.day()).collect();
        days.dedup();

        let mut habits: BTreeMap<(Trait, String), Habit> = BTreeMap::new();
        for ((habit, value), seen) in self.habits {
            let key = match value {
                Value::Asn(asn) => asn.to_string(),
                // Without ASN the network is the block around the address, so addresses of one block meet here.
                Value::Text(address) if habit == Trait::Network => {
                    neighbourhood(address).map_or_else(|| address.to_owned(), |block| block.to_string())
                }
                Value::Text(text) => text.to_owned(),
            };
            habits.entry((habit, key)).and_modify(|known| known.merge(&seen)).or_insert(seen);
        }
        for seen in habits.values_mut() {
            seen.days.sort_unstable();
            seen.days.dedup();
        }
        Profile { days, successes, habits }
    }
}

impl Habit {
    fn add(&mut self, time: Time) {
        self.first = self.first.min(time);
        self.last = self.last.max(time);
        self.n += 1;
        if self.days.last() != Some(&time.day()) {
            self.days.push(time.day());
        }
    }

    fn merge(&mut self, other: &Self) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.n += other.n;
        self.days.extend_from_slice(&other.days);
    }
}

/// Service principals act from wherever their service runs; they say nothing about where people sit.
fn is_person(account: &str) -> bool {
    !account.starts_with("sp:")
}

fn company_exits(exits: HashMap<&str, Exit<'_>>, n_people: u64, baseline: &Baseline) -> BTreeSet<String> {
    let mut egress = BTreeSet::new();
    let mut blocks: BTreeMap<String, Exit<'_>> = BTreeMap::new();
    for (address, exit) in exits {
        if exit.trusted {
            egress.insert(address.to_owned());
        }
        if let Some(block) = neighbourhood(address) {
            let known = blocks.entry(block.to_string()).or_default();
            known.users.extend(exit.users);
            known.days.extend(exit.days);
            known.rented |= exit.rented;
        }
    }
    let is_exit = |exit: &Exit<'_>| {
        let n_users = exit.users.len() as u64;
        let many = n_users >= baseline.egress_users;
        let large_share = n_users >= baseline.egress_min_users && n_users * 100 >= n_people * baseline.egress_percent;
        !exit.rented && (many || large_share) && exit.days.len() >= baseline.egress_days
    };
    egress.extend(blocks.into_iter().filter(|(_, exit)| is_exit(exit)).map(|(block, _)| block));
    egress
}
