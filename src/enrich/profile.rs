//! What is normal for an account: which networks, countries, user agents, devices, apps and protocols it used successfully, on which days.
//!
//! "Normal" must not learn from the incident. A value is *established* only when it was in use well before the moment in question; it is *new* when
//! it first appeared shortly before although the account already had a history; where the history is too short the answer is *unknown*, never "new".

use std::collections::BTreeMap;

use crate::time::Time;

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
    /// Times of successful sign-ins, ascending.
    pub successes: Vec<Time>,
    /// Seen values.
    pub habits: BTreeMap<(Trait, String), Habit>,
}

/// All accounts, and the tenant as a whole for rarity.
#[derive(Debug, Clone, Default)]
pub struct Profiles {
    /// By account.
    pub accounts: BTreeMap<String, Profile>,
    /// How many accounts used a value successfully.
    pub tenant: BTreeMap<(Trait, String), u64>,
}

impl Profiles {
    /// Novelty of `value` for `account` at `at`. Accounts without a profile are `Unknown`.
    pub fn novelty(&self, account: &str, habit: Trait, value: &str, at: Time) -> Novelty {
        let _ = (account, habit, value, at);
        Novelty::Unknown
    }

    /// Accounts that used `value` successfully.
    pub fn prevalence(&self, habit: Trait, value: &str) -> u64 {
        self.tenant.get(&(habit, value.to_owned())).copied().unwrap_or(0)
    }

    /// The value of [`Trait::Network`] for a record: its ASN, else the address prefix (IPv4 /24, IPv6 /64); `None` without either.
    pub fn network_key(asn: Option<i64>, address: Option<&str>) -> Option<String> {
        asn.map(|asn| asn.to_string()).or_else(|| address.map(str::to_owned))
    }
}
