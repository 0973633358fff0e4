//! Where an action came from, compared with where its account normally works.
//!
//! Back ends log their own addresses (`users.md` 4.8): an address of Microsoft's network is no origin, it neither accuses nor clears.

use crate::case::Case;
use crate::enrich::network::is_rented;
use crate::enrich::profile::{Novelty, Profiles, Trait};
use crate::finding::Traces;
use crate::frame::{AuditEvent, MailAccess, SignIn};
use crate::time::Time;

/// Exchange, SharePoint and Graph themselves: as the recorded application they say nothing about the actor's program.
const SERVICES: &[&str] = &["00000002-0000-0ff1-ce00-000000000000", "00000003-0000-0ff1-ce00-000000000000", "00000003-0000-0000-c000-000000000000"];

/// Address, network and session of one record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin<'a> {
    pub(super) account: &'a str,
    pub(super) at: Time,
    pub(super) address: Option<&'a str>,
    pub(super) asn: Option<i64>,
    pub(super) network: Option<&'a str>,
    pub(super) session: Option<&'a str>,
}

impl<'a> Origin<'a> {
    /// The origin of an audit record.
    pub(super) fn of_audit(event: &AuditEvent<'a>) -> Self {
        Self {
            account: event.account().unwrap_or_default(),
            at: event.time().unwrap_or_default(),
            address: filled(event.address()),
            asn: event.asn(),
            network: filled(event.network()),
            session: filled(event.session_id()),
        }
    }

    /// The origin of a mail access.
    pub(super) fn of_access(access: &MailAccess<'a>) -> Self {
        Self {
            account: access.account().unwrap_or_default(),
            at: access.time().unwrap_or_default(),
            address: filled(access.address()),
            asn: access.asn(),
            network: filled(access.network()),
            session: filled(access.session_id()),
        }
    }

    /// The network as a key of profiles; `None` when the record has no address, or one of Microsoft's own network.
    pub(super) fn network_key(&self) -> Option<String> {
        if self.network == Some("microsoft") { None } else { Profiles::network_key(self.asn, self.address) }
    }

    /// How the network relates to the account's sign-ins so far.
    pub(super) fn novelty(&self, case: &Case) -> Novelty {
        self.network_key().map_or(Novelty::Unknown, |key| case.profiles.novelty(self.account, Trait::Network, &key, self.at))
    }

    /// The network is new for the account, or rented (hosting, VPN, Tor) and not part of its habits.
    pub(super) fn is_unusual(&self, case: &Case) -> bool {
        match self.novelty(case) {
            Novelty::New => true,
            Novelty::Unknown => is_rented(self.network),
            Novelty::Established => false,
        }
    }

    /// What this case's own records say for an innocent origin: the account's habit, or a device of its habits at this very address.
    pub(super) fn reasons_against(&self, case: &Case) -> Vec<String> {
        let mut reasons = Vec::new();
        if self.novelty(case) == Novelty::Established {
            reasons.push("the network is established for the account".to_owned());
        }
        let here: Vec<SignIn<'_>> = if self.address.is_some() {
            let rows = &case.frames.sign_ins;
            rows.iter().filter(|row| row.account() == Some(self.account) && row.address() == self.address && row.error_code() == Some(0)).collect()
        } else {
            Vec::new()
        };
        let known = |row: &SignIn<'_>, device: &str| {
            case.profiles.novelty(self.account, Trait::Device, device, row.time().unwrap_or_default()) == Novelty::Established
        };
        if here.iter().any(|row| filled(row.device_id()).is_some_and(|device| known(row, device))) {
            reasons.push("the account signed in from this address on a device that is established for it".to_owned());
        } else if here.iter().any(|row| row.compliant() == Some(true) && filled(row.device_id()).is_some()) {
            reasons.push("the account signed in from this address on a compliant device".to_owned());
        }
        reasons
    }

    /// `192.0.2.1 (AS64500 Example, new for the account)`.
    pub(super) fn describe(&self, case: &Case) -> String {
        let Some(address) = self.address else {
            return "an address that is not recorded".to_owned();
        };
        let relation = match self.novelty(case) {
            Novelty::New => ", new for the account",
            Novelty::Established => ", established for the account",
            Novelty::Unknown => "",
        };
        format!("{address} ({}{relation})", case.networks.describe(self.asn))
    }

    /// `new`, `established` or `unknown`, for facts.
    pub(super) fn novelty_word(&self, case: &Case) -> &'static str {
        match self.novelty(case) {
            Novelty::New => "new",
            Novelty::Established => "established",
            Novelty::Unknown => "unknown",
        }
    }
}

/// By what the actor of an audit record can be followed. Addresses of Microsoft's own network are left out: they belong to everybody.
pub(super) fn traces_of_audit(event: &AuditEvent<'_>) -> Traces {
    let mut traces = Traces::default();
    traces.addresses.extend(filled(event.address()).filter(|_| event.network() != Some("microsoft")).map(str::to_owned));
    traces.sessions.extend(filled(event.session_id()).map(str::to_owned));
    traces.tokens.extend(filled(event.token_id()).map(str::to_owned));
    traces.agents.extend(filled(event.user_agent()).map(str::to_owned));
    traces.devices.extend(filled(event.device_id()).map(str::to_owned));
    traces.apps.extend(filled(event.client_app_id()).or(filled(event.app_id())).filter(|app| !SERVICES.contains(app)).map(str::to_owned));
    traces
}

/// By what the actor of a mail access can be followed.
pub(super) fn traces_of_access(access: &MailAccess<'_>) -> Traces {
    let mut traces = Traces::default();
    traces.addresses.extend(filled(access.address()).filter(|_| access.network() != Some("microsoft")).map(str::to_owned));
    traces.sessions.extend(filled(access.session_id()).map(str::to_owned));
    traces.tokens.extend(filled(access.token_id()).map(str::to_owned));
    traces.apps.extend(filled(access.client_app_id()).or(filled(access.app_id())).filter(|app| !SERVICES.contains(app)).map(str::to_owned));
    traces
}

/// A cell with something in it.
pub(super) fn filled(cell: Option<&str>) -> Option<&str> {
    cell.filter(|text| !text.trim().is_empty())
}
