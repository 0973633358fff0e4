//! One use of an account at one place, whichever log recorded it: the common view on sign-ins, audit events and mail access that the session
//! detectors compare. Not a detector.

use std::net::IpAddr;

use crate::detect::origin::filled;
use crate::detect::selection::attach;
use crate::enrich::address::is_public;
use crate::enrich::agent;
use crate::enrich::network::is_rented;
use crate::enrich::profile::{Novelty, Profiles, Trait};
use crate::finding::{Finding, Traces};
use crate::frame::{AuditEvent, MailAccess, SignIn};
use crate::provenance::{RecordRef, SourceId};
use crate::time::Time;

/// One use of an account at one place.
#[derive(Debug, Clone, Copy)]
pub(in crate::detect) struct Sighting<'a> {
    /// When.
    pub time: Time,
    /// Lower-case UPN; empty when the record has none.
    pub account: &'a str,
    /// Canonical address.
    pub address: Option<&'a str>,
    /// Autonomous system number.
    pub asn: Option<i64>,
    /// ISO country.
    pub country: Option<&'a str>,
    /// Network class.
    pub network: Option<&'a str>,
    /// Full user agent.
    pub agent: Option<&'a str>,
    /// Family of the user agent.
    pub family: Option<&'a str>,
    /// Operating system as recorded.
    pub os: Option<&'a str>,
    /// Entra device id.
    pub device: Option<&'a str>,
    /// The device is compliant.
    pub compliant: Option<bool>,
    /// MFA was satisfied by an older claim rather than performed.
    pub by_claim: bool,
    /// Latitude and longitude in degrees.
    pub position: Option<(f64, f64)>,
    /// An Entra record of a person at a keyboard.
    pub interactive: bool,
    /// An Entra sign-in record of any stream (it states the device, other logs do not).
    pub entra: bool,
    /// Client application id.
    pub app: Option<&'a str>,
    /// Session id.
    pub session: Option<&'a str>,
    /// Unique token identifier.
    pub token: Option<&'a str>,
    source: SourceId,
    record: u64,
    record_id: &'a str,
}

impl<'a> Sighting<'a> {
    /// `None` for rows without a time.
    pub(crate) fn of_sign_in(row: &SignIn<'a>) -> Option<Self> {
        Some(Self {
            time: row.time()?,
            account: row.account().unwrap_or(""),
            address: filled(row.address()),
            asn: row.asn(),
            country: filled(row.country()),
            network: filled(row.network()),
            agent: filled(row.user_agent()),
            family: filled(row.agent_family()),
            os: filled(row.os()),
            device: filled(row.device_id()),
            compliant: row.compliant(),
            by_claim: row.mfa_detail().is_some_and(|detail| detail.to_ascii_lowercase().contains("claim in the token")),
            position: row.latitude().zip(row.longitude()),
            interactive: row.stream() == Some("interactive"),
            entra: row.feed() != Some("ual"),
            app: filled(row.app_id()),
            session: filled(row.session_id()),
            token: filled(row.token_id()),
            source: row.source(),
            record: row.record(),
            record_id: row.record_id(),
        })
    }

    /// `None` for rows without a time.
    pub(crate) fn of_audit(row: &AuditEvent<'a>) -> Option<Self> {
        Some(Self {
            time: row.time()?,
            account: row.account().unwrap_or(""),
            address: filled(row.address()),
            asn: row.asn(),
            country: filled(row.country()),
            network: filled(row.network()),
            agent: filled(row.user_agent()),
            family: filled(row.agent_family()),
            os: None,
            device: filled(row.device_id()),
            compliant: None,
            by_claim: false,
            position: None,
            interactive: false,
            entra: false,
            app: filled(row.client_app_id()).or(filled(row.app_id())),
            session: filled(row.session_id()),
            token: filled(row.token_id()),
            source: row.source(),
            record: row.record(),
            record_id: row.record_id(),
        })
    }

    /// `None` for rows without a time.
    pub(crate) fn of_mail_access(row: &MailAccess<'a>) -> Option<Self> {
        Some(Self {
            time: row.time()?,
            account: row.account().unwrap_or(""),
            address: filled(row.address()),
            asn: row.asn(),
            country: filled(row.country()),
            network: filled(row.network()),
            agent: None,
            family: None,
            os: None,
            device: None,
            compliant: None,
            by_claim: false,
            position: None,
            interactive: false,
            entra: false,
            app: filled(row.client_app_id()).or(filled(row.app_id())),
            session: filled(row.session_id()),
            token: filled(row.token_id()),
            source: row.source(),
            record: row.record(),
            record_id: row.record_id(),
        })
    }

    /// The reference to print under statements that rest on this record.
    pub(crate) fn reference(&self) -> RecordRef {
        RecordRef { source: self.source, record: self.record, id: self.record_id.into() }
    }

    /// The record's place in the evidence, to tell records apart.
    pub(crate) fn key(&self) -> (SourceId, u64) {
        (self.source, self.record)
    }

    /// The address tells where a person or program was. Loop-back, private and link-local addresses do not; neither do Microsoft's own, which the
    /// middle tiers of Outlook on the web, SharePoint and Teams write under the user's session, except for an interactive Entra sign-in.
    pub(crate) fn has_origin(&self) -> bool {
        let microsoft = self.network == Some("microsoft") && !self.interactive;
        !microsoft && self.address.is_some_and(|address| address.parse().is_ok_and(tells_a_place))
    }

    /// Novelty of the network for the account at this moment. The company's own exits are nobody's news.
    pub(crate) fn network_novelty(&self, profiles: &Profiles) -> Novelty {
        if self.network == Some("egress") || self.address.is_some_and(|address| profiles.is_company_egress(address)) {
            return Novelty::Established;
        }
        Profiles::network_key(self.asn, self.address)
            .map_or(Novelty::Unknown, |network| profiles.novelty(self.account, Trait::Network, &network, self.time))
    }

    /// Novelty of another habit; `Unknown` when the record does not state the value.
    pub(crate) fn novelty(&self, profiles: &Profiles, habit: Trait, value: Option<&str>) -> Novelty {
        value.map_or(Novelty::Unknown, |value| profiles.novelty(self.account, habit, value, self.time))
    }

    /// Hosting, VPN, Tor or a network known for abuse.
    pub(crate) fn is_rented(&self) -> bool {
        is_rented(self.network)
    }

    /// The user agent is that of a script or tool.
    pub(crate) fn is_script(&self) -> bool {
        self.family.is_some_and(agent::is_script)
    }

    /// By what this use can be followed elsewhere: everything in it that is not the account's own habit. A browser's user agent is shared by millions
    /// and may be copied from the victim, so it is a trace only when its family is a tool's or new for the account.
    pub(crate) fn traces(&self, profiles: &Profiles) -> Traces {
        let mut traces = Traces::default();
        if self.has_origin()
            && self.network_novelty(profiles) != Novelty::Established
            && let Some(address) = self.address
        {
            traces.addresses.insert(address.to_owned());
        }
        traces.sessions.extend(self.session.map(str::to_owned));
        traces.tokens.extend(self.token.map(str::to_owned));
        if self.is_script() || self.novelty(profiles, Trait::Agent, self.family) == Novelty::New {
            traces.agents.extend(self.agent.map(str::to_owned));
        }
        if let Some(device) = self.device
            && self.novelty(profiles, Trait::Device, Some(device)) != Novelty::Established
        {
            traces.devices.insert(device.to_owned());
        }
        traces
    }
}

/// Addresses that a person or program can have on the internet. Documentation addresses count: anonymised evidence uses them.
fn tells_a_place(address: IpAddr) -> bool {
    let address = address.to_canonical();
    let documentation = match address {
        IpAddr::V4(v4) => v4.is_documentation(),
        IpAddr::V6(v6) => v6.segments().starts_with(&[0x2001, 0x0db8]),
    };
    documentation || is_public(address)
}

/// `1 record`, `2 records`.
pub(in crate::detect) fn counted(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// `12 minutes`, `7 hours`, `3 days`: the largest unit that loses little.
pub(in crate::detect) fn duration(minutes: i64) -> String {
    let (n, noun) = match minutes {
        ..=119 => (minutes, "minute"),
        120..=2879 => (minutes / 60, "hour"),
        2880.. => (minutes / 1440, "day"),
    };
    counted(usize::try_from(n).unwrap_or(0), noun)
}

/// Cites records that explain a finding without being part of what happened: they do not widen its time span.
pub(in crate::detect) fn cite_context<'a>(finding: &mut Finding, sightings: impl IntoIterator<Item = &'a Sighting<'a>>) {
    attach(finding, sightings.into_iter().map(|sighting| (None, sighting.reference())));
}

/// Cites `sightings` under a finding, in the order given.
pub(in crate::detect) fn cite<'a>(finding: &mut Finding, sightings: impl IntoIterator<Item = &'a Sighting<'a>>) {
    attach(finding, sightings.into_iter().map(|sighting| (Some(sighting.time), sighting.reference())));
}

#[cfg(test)]
mod tests {
    use super::tells_a_place;

    #[test]
    fn only_addresses_of_the_internet_tell_a_place() {
        for address in
            ["127.0.0.1", "::1", "10.1.2.3", "192.168.0.1", "169.254.1.1", "fe80::1", "fd00::1", "100.64.0.1", "0.0.0.0", "::ffff:10.0.0.1"]
        {
            assert!(!tells_a_place(address.parse().expect("an address")), "{address}");
        }
        for address in ["192.0.2.1", "203.0.113.9", "2001:db8::1", "100.128.0.1", "::ffff:192.0.2.1"] {
            assert!(tells_a_place(address.parse().expect("an address")), "{address}");
        }
    }
}
