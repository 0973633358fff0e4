//! What is normal for an account: which networks, countries, user agents, devices, apps and protocols it used successfully, on which days.
//!
//! "Normal" must not learn from the incident. A value is *established* only when it was in use well before the moment in question; it is *new* when
//! it first appeared shortly before although the account already had a history; where the history is too short the answer is *unknown*, never "new".

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::address::neighbourhood;
use crate::frame::SignIns;
use crate::settings::baseline::Baseline;
use crate::time::Time;

mod learning;

/// A habit's dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trait {
    /// ASN as decimal text (IPv4 /24 or IPv6 /64 prefix where no ASN is known).
    Network,
    /// ISO country.
    Country,
    /// User-agent family.
    Agent,
    /// Device id.
    Device,
    /// Client application id.
    App,
    /// `client_app` (browser, imap4 …).
    Client,
    /// Operating system family.
    Os,
}

/// How a value relates to the account's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Novelty {
    /// Part of the account's normal behaviour.
    Established,
    /// First seen shortly before, against a sufficient history.
    New,
    /// The evidence does not reach far enough back to tell.
    Unknown,
}

/// How often a value was seen in successful sign-ins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Habit {
    /// First success.
    pub first: Time,
    /// Last success.
    pub last: Time,
    /// Successes.
    pub n: u64,
    /// Distinct UTC days with a success, ascending.
    pub days: Vec<i64>,
}

/// The habits of one account.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    /// Distinct UTC days with a successful sign-in, ascending.
    pub days: Vec<i64>,
    /// Times of successful sign-ins, ascending. On days where both Entra and the unified audit log recorded sign-ins only Entra's count: the same
    /// sign-in stands in both.
    pub successes: Vec<Time>,
    /// Seen values.
    pub habits: BTreeMap<(Trait, String), Habit>,
}

/// All accounts, and the tenant as a whole for rarity.
#[derive(Debug, Clone, Default)]
pub struct Profiles {
    /// By account.
    pub accounts: BTreeMap<String, Profile>,
    /// How many accounts used a value successfully. Service principals are not counted.
    pub tenant: BTreeMap<(Trait, String), u64>,
    /// Address blocks (IPv4 /24, IPv6 /64) through which so many users work that they are the company's own exits, and single addresses that the
    /// tenant trusts.
    pub egress: BTreeSet<String>,
    /// What counts as a sufficient history.
    pub baseline: Baseline,
}

impl Profiles {
    /// Learns from the successful sign-ins (error code 0) of enriched frames. Rows of Microsoft's own network teach networks and countries only when
    /// they are interactive: elsewhere they are Microsoft's servers acting for the user.
    pub fn build(sign_ins: &SignIns, baseline: &Baseline) -> Self {
        let rows = sign_ins;
        let mut learning = learning::Learning::default();
        for row in rows.iter() {
            learning.observe(&row);
        }
        learning.finish(baseline)
    }

    /// Novelty of `value` for `account` at `at`. Accounts without a profile are `Unknown`.
    pub fn novelty(&self, account: &str, habit: Trait, value: &str, at: Time) -> Novelty {
        let Some(profile) = self.accounts.get(account) else {
            return Novelty::Unknown;
        };
        let seen = profile.habits.get(&(habit, value.to_owned())).filter(|seen| seen.first <= at);
        let new_for = TimeDelta::days(self.baseline.new_for_days);
        if seen.is_some_and(|seen| seen.first < at - new_for) {
            return Novelty::Established;
        }
        let known_from = seen.map_or(at, |seen| seen.first);
        if self.has_history(profile, known_from) {
            return Novelty::New;
        }
        let is_routine = seen.is_some_and(|seen| {
            let spread = seen.days.last().zip(seen.days.first()).map_or(0, |(last, first)| last - first);
            seen.days.len() >= self.baseline.habit_days && spread > self.baseline.new_for_days
        });
        if is_routine { Novelty::Established } else { Novelty::Unknown }
    }

    /// Accounts that used `value` successfully.
    pub fn prevalence(&self, habit: Trait, value: &str) -> u64 {
        self.tenant.get(&(habit, value.to_owned())).copied().unwrap_or(0)
    }

    /// The value of [`Trait::Network`] for a record: its ASN, else the address prefix (IPv4 /24, IPv6 /64); `None` without either.
    pub fn network_key(asn: Option<i64>, address: Option<&str>) -> Option<String> {
        asn.map(|asn| asn.to_string()).or_else(|| neighbourhood(address?).map(|block| block.to_string()))
    }

    /// True when the address lies in a block through which a good part of the company works ([`Baseline::egress_users`] and its neighbours), or when
    /// the tenant's own named locations trust exactly this address. Blocks of rented networks never become company exits by count: an intruder on many accounts would make
    /// one. The company's own networks named in the settings carry the class `egress` instead.
    pub fn is_company_egress(&self, address: &str) -> bool {
        self.egress.contains(address) || neighbourhood(address).is_some_and(|block| self.egress.contains(&block.to_string()))
    }

    fn has_history(&self, profile: &Profile, before: Time) -> bool {
        let n_days = profile.days.partition_point(|day| *day < before.day());
        let n_successes = profile.successes.partition_point(|success| *success < before);
        n_days >= self.baseline.min_days && n_successes >= self.baseline.min_successes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::SignInRow;
    use crate::provenance::SourceId;

    const USER: &str = "ada@contoso.example";
    const HOME: i64 = 64496;
    const AWAY: i64 = 64511;

    fn at(day: i64, minute: i64) -> Time {
        Time((day * 1440 + minute) * 60_000_000)
    }

    fn success(account: &str, asn: i64, time: Time) -> SignInRow {
        SignInRow {
            time: Some(time),
            account: Some(account.into()),
            asn: Some(asn),
            error_code: Some(0),
            feed: Some("entra".into()),
            ..SignInRow::default()
        }
    }

    fn learn(rows: Vec<SignInRow>) -> Profiles {
        let mut builder = SignIns::default();
        for (record, row) in rows.into_iter().enumerate() {
            builder.push(SourceId(0), record as u64, "", row);
        }
        Profiles::build(&builder, &Baseline::default())
    }

    /// Four sign-ins from home on each of `days`.
    fn office(days: std::ops::Range<i64>) -> Vec<SignInRow> {
        days.flat_map(|day| (0..4).map(move |n| success(USER, HOME, at(day, n)))).collect()
    }

    fn network(profiles: &Profiles, asn: i64, time: Time) -> Novelty {
        profiles.novelty(USER, Trait::Network, &asn.to_string(), time)
    }

    #[test]
    fn a_value_after_five_days_and_twenty_sign_ins_is_new() {
        let mut rows = office(0..5);
        rows.push(success(USER, AWAY, at(5, 0)));
        let profiles = learn(rows);
        assert_eq!(network(&profiles, AWAY, at(5, 0)), Novelty::New);
        assert_eq!(network(&profiles, AWAY, at(5 + 14, 0)), Novelty::New, "exactly fourteen days later it still is");
        assert_eq!(network(&profiles, AWAY, at(5 + 14, 1)), Novelty::Established, "more than fourteen days later it is a habit");
    }

    #[test]
    fn one_day_or_one_sign_in_less_is_unknown() {
        let mut four_days = office(0..4);
        four_days.extend((0..4).map(|n| success(USER, HOME, at(3, 100 + n))));
        four_days.push(success(USER, AWAY, at(4, 0)));
        assert_eq!(network(&learn(four_days), AWAY, at(4, 0)), Novelty::Unknown);

        let mut nineteen = office(0..5);
        nineteen.pop();
        nineteen.push(success(USER, AWAY, at(5, 0)));
        assert_eq!(network(&learn(nineteen), AWAY, at(5, 0)), Novelty::Unknown);
    }

    #[test]
    fn sign_ins_of_the_same_day_are_no_history_of_days() {
        let mut rows = office(0..4);
        rows.extend((0..4).map(|n| success(USER, HOME, at(4, n))));
        rows.push(success(USER, AWAY, at(4, 600)));
        assert_eq!(network(&learn(rows), AWAY, at(4, 600)), Novelty::Unknown);
    }

    #[test]
    fn the_first_value_of_an_export_is_established_by_routine_only() {
        let profiles = learn(office(0..16));
        assert_eq!(network(&profiles, HOME, at(0, 0)), Novelty::Established, "used on many days over more than fourteen");
        let profiles = learn(office(0..15));
        assert_eq!(network(&profiles, HOME, at(0, 0)), Novelty::Unknown, "spread over exactly fourteen days");
        let twice = learn(vec![success(USER, HOME, at(0, 0)), success(USER, HOME, at(30, 0))]);
        assert_eq!(network(&twice, HOME, at(0, 0)), Novelty::Unknown, "two days are no routine");
    }

    #[test]
    fn a_value_without_success_is_judged_by_the_history_at_that_moment() {
        let mut rows = office(0..5);
        rows.push(SignInRow { error_code: Some(50126), ..success(USER, AWAY, at(5, 0)) });
        let profiles = learn(rows);
        assert_eq!(network(&profiles, AWAY, at(5, 0)), Novelty::New);
        assert_eq!(network(&profiles, AWAY, at(4, 0)), Novelty::Unknown);
        assert_eq!(profiles.novelty("nobody@contoso.example", Trait::Network, "64496", at(5, 0)), Novelty::Unknown);
    }

    #[test]
    fn what_happens_later_does_not_make_a_value_old() {
        let mut rows = office(0..5);
        rows.extend((5..60).map(|day| success(USER, AWAY, at(day, 0))));
        assert_eq!(network(&learn(rows), AWAY, at(5, 0)), Novelty::New);
    }

    #[test]
    fn the_same_sign_in_in_two_logs_counts_once() {
        let twice = (0..5).flat_map(|day| {
            let entra = success(USER, HOME, at(day, 0));
            let audit = SignInRow { feed: Some("ual".into()), ..success(USER, HOME, at(day, 0)) };
            [entra, audit]
        });
        let profiles = learn(twice.chain([SignInRow { feed: Some("ual".into()), ..success(USER, HOME, at(9, 0)) }]).collect());
        assert_eq!(profiles.accounts[USER].successes.len(), 6);
        assert_eq!(profiles.accounts[USER].days, [0, 1, 2, 3, 4, 9]);
    }

    #[test]
    fn microsoft_servers_teach_no_network_unless_someone_sits_there() {
        let server = |stream: &str| SignInRow {
            network: Some("microsoft".into()),
            country: Some("IE".into()),
            stream: Some(stream.into()),
            ..success(USER, 8075, at(0, 0))
        };
        let profile = |stream: &str| learn(vec![server(stream)]).accounts[USER].habits.len();
        assert_eq!((profile("non-interactive"), profile("interactive")), (0, 2));
    }

    #[test]
    fn addresses_without_asn_are_known_by_their_block() {
        let from = |address: &str, time| SignInRow { asn: None, address: Some(address.into()), ..success(USER, 0, time) };
        let profiles = learn(vec![from("203.0.113.9", at(3, 0)), from("203.0.113.7", at(1, 0)), from("2001:db8::1:2:3:4", at(1, 0))]);
        let seen = &profiles.accounts[USER].habits[&(Trait::Network, "203.0.113.0/24".into())];
        assert_eq!((seen.n, seen.first, seen.last, seen.days.as_slice()), (2, at(1, 0), at(3, 0), [1, 3].as_slice()));
        assert_eq!(Profiles::network_key(None, Some("2001:db8::9")).as_deref(), Some("2001:db8::/64"));
        assert_eq!(Profiles::network_key(Some(64496), Some("203.0.113.9")).as_deref(), Some("64496"));
        assert_eq!(Profiles::network_key(None, None), None);
        assert_eq!(profiles.prevalence(Trait::Network, "2001:db8::/64"), 1);
    }

    fn crowd(n_users: i64, n_days: i64, network: Option<&str>) -> Profiles {
        let user = |n: i64| format!("user{n}@contoso.example");
        let mut rows: Vec<SignInRow> = (0..100).map(|n| success(&user(n), HOME, at(0, n))).collect();
        for day in 0..n_days {
            rows.extend((0..n_users).map(|n| SignInRow {
                address: Some("198.51.100.7".into()),
                network: network.map(Into::into),
                ..success(&user(n), HOME, at(day, n))
            }));
        }
        learn(rows)
    }

    #[test]
    fn a_block_of_many_users_on_many_days_is_the_companys_exit() {
        assert!(crowd(10, 5, None).is_company_egress("198.51.100.200"));
        assert!(!crowd(9, 5, None).is_company_egress("198.51.100.200"), "nine users of a hundred");
        assert!(!crowd(10, 4, None).is_company_egress("198.51.100.200"), "four days");
        assert!(!crowd(10, 5, Some("hosting")).is_company_egress("198.51.100.200"), "rented");
        assert!(!crowd(10, 5, None).is_company_egress("203.0.113.1") && !crowd(10, 5, None).is_company_egress("not an address"));
    }

    #[test]
    fn one_user_of_a_small_tenant_makes_no_exit_but_a_trusted_location_does() {
        let mut rows: Vec<SignInRow> =
            (0..9).map(|day| SignInRow { address: Some("198.51.100.7".into()), ..success(USER, HOME, at(day, 0)) }).collect();
        assert!(!learn(rows.clone()).is_company_egress("198.51.100.7"));
        rows.push(SignInRow { address: Some("198.51.100.7".into()), trusted_location: Some(true), ..success(USER, HOME, at(9, 0)) });
        let profiles = learn(rows);
        assert!(profiles.is_company_egress("198.51.100.7") && !profiles.is_company_egress("198.51.100.8"));
    }

    #[test]
    fn rows_full_of_nulls_teach_nothing() {
        assert!(learn(vec![SignInRow::default(); 3]).accounts.is_empty());
        assert!(Profiles::build(&SignIns::default(), &Baseline::default()).accounts.is_empty());
    }
}
