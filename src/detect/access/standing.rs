//! How a sign-in stands to what is normal for its account and its company, and which innocent explanations it supports itself.

use std::collections::BTreeMap;

use crate::case::Case;
use crate::enrich::agent::os_family;
use crate::enrich::profile::{Novelty, Profiles, Trait};
use crate::frame::SignIn;

/// Days of use after which a network is an account's habit (suppression F10: three days with the same VPN).
pub(super) const HABIT_DAYS: usize = 3;

/// The network of a row as profiles know it: ASN, else address prefix.
pub(super) fn network_of(row: &SignIn<'_>) -> Option<String> {
    Profiles::network_key(row.asn(), row.address().filter(|address| !address.is_empty()))
}

/// How one trait of the row relates to the history of its account. Blank values are unknown.
pub(super) fn novelty(case: &Case, row: &SignIn<'_>, habit: Trait) -> Novelty {
    let (Some(account), Some(at)) = (row.account(), row.time()) else {
        return Novelty::Unknown;
    };
    let value = match habit {
        Trait::Network => return network_of(row).map_or(Novelty::Unknown, |key| case.profiles.novelty(account, habit, &key, at)),
        Trait::Country => row.country(),
        Trait::Agent => row.agent_family(),
        Trait::Device => row.device_id(),
        Trait::App => row.app_id(),
        Trait::Client => row.client_app(),
        Trait::Os => row.os().and_then(os_family),
    };
    value.filter(|value| !value.is_empty()).map_or(Novelty::Unknown, |value| case.profiles.novelty(account, habit, value, at))
}

/// How many accounts have each network as a habit. Unlike plain prevalence it does not grow when one actor enters many accounts for a day.
pub(super) struct HabitualUsers<'a> {
    case: &'a Case,
    n_users: BTreeMap<&'a str, usize>,
}

impl<'a> HabitualUsers<'a> {
    /// Counts once over all profiles.
    pub(super) fn of(case: &'a Case) -> Self {
        let mut n_users = BTreeMap::new();
        for ((kind, network), seen) in case.profiles.accounts.values().flat_map(|profile| &profile.habits) {
            if *kind == Trait::Network && seen.days.len() >= HABIT_DAYS {
                *n_users.entry(network.as_str()).or_default() += 1;
            }
        }
        Self { case, n_users }
    }

    /// Accounts other than `account` that use `network` habitually.
    pub(super) fn others(&self, network: &str, account: &str) -> usize {
        let own = self.case.profiles.accounts.get(account).and_then(|profile| profile.habits.get(&(Trait::Network, network.to_owned())));
        let own = usize::from(own.is_some_and(|seen| seen.days.len() >= HABIT_DAYS));
        self.n_users.get(network).map_or(0, |n| n - own)
    }
}

/// The address is the company's way out: a trusted location, a secure web gateway, or a block through which a good part of the company works.
pub(super) fn is_company_egress(case: &Case, row: &SignIn<'_>) -> bool {
    row.trusted_location() == Some(true)
        || matches!(row.network(), Some("gateway" | "egress"))
        || row.address().is_some_and(|address| case.profiles.is_company_egress(address))
}

/// The device is one the account has long used, and the client on it is none the account never used: a stolen token carries its device's id along.
pub(super) fn is_own_device(case: &Case, row: &SignIn<'_>) -> bool {
    novelty(case, row, Trait::Device) == Novelty::Established && novelty(case, row, Trait::Agent) != Novelty::New
}

/// Innocent explanations that this row supports.
pub(super) fn innocent(case: &Case, row: &SignIn<'_>) -> Vec<String> {
    let mut reasons = Vec::new();
    if row.compliant() == Some(true) {
        let known = if is_own_device(case, row) { " and long used by the account" } else { "" };
        reasons.push(format!("the device {} is compliant{known}", row.device_name().filter(|name| !name.is_empty()).unwrap_or("in the record")));
    } else if is_own_device(case, row) {
        reasons.push("the device is one the account has long used".to_owned());
    }
    if row.trusted_location() == Some(true) {
        reasons.push("the address belongs to a trusted named location".to_owned());
    }
    if novelty(case, row, Trait::Network) == Novelty::Established {
        reasons.push(format!("{} is an established network of the account", case.networks.describe(row.asn())));
    }
    match row.network() {
        Some("gateway") => reasons.push("the address belongs to a secure web gateway".to_owned()),
        Some("relay") => reasons.push("the address belongs to a privacy relay".to_owned()),
        _ => {}
    }
    if row.address().is_some_and(|address| case.profiles.is_company_egress(address)) {
        reasons.push("the address belongs to a block through which the company works".to_owned());
    }
    reasons
}
