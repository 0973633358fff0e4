//! Suspicious sign-ins: the points in time that later acts are measured against. Not a detector, and deliberately wide: an anchor alone is no finding.

use std::collections::{BTreeMap, BTreeSet};

use super::sighting::Sighting;
use crate::case::Case;
use crate::enrich::profile::{Novelty, Trait};
use crate::provenance::RecordRef;
use crate::time::Time;

/// Why a sign-in is suspicious.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::detect) enum Reason {
    /// A network and a client that the account had not used before: also what a traveller with a new phone looks like.
    NewNetworkAndClient,
    /// A rented network that the account had not used before.
    NewRentedNetwork,
    /// Identity Protection called it medium or high.
    Risk,
}

impl Reason {
    /// For summaries.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::NewNetworkAndClient => "network and client new for the account",
            Self::NewRentedNetwork => "rented network new for the account",
            Self::Risk => "medium or high sign-in risk",
        }
    }
}

/// One suspicious successful sign-in.
#[derive(Debug, Clone)]
pub(in crate::detect) struct Anchor {
    /// When.
    pub time: Time,
    /// Why.
    pub reason: Reason,
    /// `203.0.113.9, AS9009 M247 Europe SRL (vpn), RO`.
    pub place: String,
    /// Address.
    pub address: Option<String>,
    /// Session id.
    pub session: Option<String>,
    /// Unique token identifier.
    pub token: Option<String>,
    /// On a device that the company manages and found in order.
    pub compliant: bool,
    /// By what it can be followed.
    pub traces: crate::finding::Traces,
    /// The record.
    pub reference: RecordRef,
}

/// Suspicious successful sign-ins of the given accounts, ascending by time.
pub(in crate::detect) fn anchors(case: &Case, accounts: &BTreeSet<&str>) -> BTreeMap<String, Vec<Anchor>> {
    let mut anchors: BTreeMap<String, Vec<Anchor>> = BTreeMap::new();
    let rows = &case.frames.sign_ins;
    let own = case.frames.sign_ins.account.rows_where(|account| accounts.contains(account));
    for row in own.into_iter().filter_map(|row| rows.get(row)).filter(|row| row.error_code() == Some(0)) {
        let Some(sighting) = Sighting::of_sign_in(&row) else { continue };
        let cleared = matches!(row.risk_state(), Some("dismissed" | "confirmedsafe" | "remediated"));
        let risky = matches!(row.risk_level(), Some("medium" | "high")) && !cleared;
        let Some(reason) = reason(case, &sighting, risky) else { continue };
        anchors.entry(sighting.account.to_owned()).or_default().push(Anchor {
            time: sighting.time,
            reason,
            place: super::origins::place(case, sighting.address, sighting.asn, sighting.country),
            address: sighting.address.map(str::to_owned),
            session: sighting.session.map(str::to_owned),
            token: sighting.token.map(str::to_owned),
            compliant: sighting.compliant == Some(true) && sighting.device.is_some(),
            traces: sighting.traces(&case.profiles),
            reference: sighting.reference(),
        });
    }
    anchors
}

fn reason(case: &Case, sighting: &Sighting<'_>, risky: bool) -> Option<Reason> {
    if sighting.account.is_empty() || sighting.account.starts_with("sp:") {
        return None;
    }
    if risky {
        return Some(Reason::Risk);
    }
    if !sighting.has_origin() || sighting.network_novelty(&case.profiles) != Novelty::New {
        return None;
    }
    if sighting.is_rented() {
        return Some(Reason::NewRentedNetwork);
    }
    let new_client = sighting.novelty(&case.profiles, Trait::Agent, sighting.family) == Novelty::New;
    new_client.then_some(Reason::NewNetworkAndClient)
}

/// The latest anchor of the account in the hours before `at` (or up to ten minutes after: services write with different latency).
pub(in crate::detect) fn shortly_before<'a>(anchors: &'a BTreeMap<String, Vec<Anchor>>, account: &str, at: Time, hours: i64) -> Option<&'a Anchor> {
    let (from, to) = (at - chrono::TimeDelta::hours(hours), at + chrono::TimeDelta::minutes(10));
    anchors.get(account)?.iter().rev().find(|anchor| anchor.time >= from && anchor.time <= to)
}
