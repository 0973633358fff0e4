//! Following the chain: successful sign-ins of other accounts from the addresses of a context that is already judged hostile.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::Case;
use crate::enrich::profile::{Novelty, Profiles, Trait};
use crate::finding::{Finding, Severity};

use super::context::Context;

/// One finding per account that signed in from an address of somebody else's attacker context and does not normally use that network.
pub(crate) fn shared_addresses(case: &Case, hostile: &BTreeMap<String, Context>) -> Vec<Finding> {
    let mut owners: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for context in hostile.values() {
        for address in &context.traces.addresses {
            owners.entry(address).or_default().insert(&context.account);
        }
    }
    let mut found: BTreeMap<(String, String), Finding> = BTreeMap::new();
    for row in case.frames.sign_ins.iter() {
        let (Some(at), Some(account), Some(address), Some(0)) = (row.time(), row.account(), row.address(), row.error_code()) else { continue };
        let others: Vec<&str> = owners.get(address).into_iter().flatten().copied().filter(|owner| *owner != account).collect();
        if others.is_empty()
            || matches!(row.network(), Some("microsoft" | "gateway" | "relay" | "egress"))
            || row.stream() == Some("service-principal")
        {
            continue;
        }
        let novelty =
            Profiles::network_key(row.asn(), row.address()).map_or(Novelty::Unknown, |key| case.profiles.novelty(account, Trait::Network, &key, at));
        if novelty == Novelty::Established {
            continue;
        }
        let finding = found.entry((account.to_owned(), address.to_owned())).or_insert_with(|| {
            let mut finding = Finding::new("campaign-link", "campaign-link", account, at, row.reference());
            finding.severity = Severity::High;
            finding.confidence = if novelty == Novelty::New { 0.9 } else { 0.7 };
            finding.attack = &["T1078.004"];
            finding.summary = format!(
                "signed in from {address} ({}), an address in the foreign context of {}",
                case.networks.describe(row.asn()),
                others.join(", ")
            );
            finding.fact("address", address);
            finding.fact("context_of", others.clone());
            finding
        });
        finding.traces.addresses.insert(address.to_owned());
        finding.traces.sessions.extend(row.session_id().map(str::to_owned));
        finding.traces.agents.extend(row.user_agent().map(str::to_owned));
        finding.add_record(Some(at), row.reference());
    }
    found.into_values().collect()
}
