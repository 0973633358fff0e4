//! The attacker context of one account: the addresses, sessions, tokens, user agents, devices and apps that are tied to somebody else's access, and the
//! records that fall into it. What the account itself normally uses never enters the context, even when a stolen session shares it.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use crate::case::Case;
use crate::enrich::profile::{Novelty, Profiles, Trait};
use crate::finding::{ArtefactKind, Finding, Traces};
use crate::frame::SignIn;
use crate::time::Time;

use super::weights::{Role, Weights};

/// See the module.
#[derive(Debug, Clone, Default)]
pub(crate) struct Context {
    pub(crate) account: String,
    pub(crate) traces: Traces,
    /// Sessions of the context that the account's own networks use as well: a record of such a session needs its own foreign address.
    pub(crate) shared_sessions: BTreeSet<String>,
    /// Apps planted or abused; their acts belong to the context from any address.
    pub(crate) planted_apps: BTreeSet<String>,
    /// First record of an access signal.
    pub(crate) first_access: Option<Time>,
}

/// How a finding's traces relate to a context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Link {
    /// They share an address, session, token, device or planted app.
    Shared,
    /// The records carry traces, and none of them belongs to the context.
    Foreign,
    /// The records carry nothing by which to tell.
    Untraced,
}

impl Context {
    /// Builds the context of `account` from its findings: access signals first; hints join when they touch those, or when there is no access signal.
    pub(crate) fn build(case: &Case, account: &str, findings: &[&Finding], weights: &Weights) -> Self {
        let role = |finding: &Finding| weights.get(finding.signal).map(|weight| weight.role);
        let mut context = Self { account: account.to_owned(), ..Self::default() };
        for finding in findings.iter().filter(|finding| role(finding) == Some(Role::Access)) {
            context.traces.extend(&finding.traces);
            if finding.is_dated() {
                context.first_access = Some(context.first_access.map_or(finding.first_seen, |first| first.min(finding.first_seen)));
            }
            let planted =
                matches!(&finding.artefact, Some(artefact) if artefact.kind == ArtefactKind::OauthGrant) || finding.signal == "consented-app-use";
            if planted {
                context.planted_apps.extend(finding.traces.apps.iter().cloned());
            }
        }
        let has_access = context.first_access.is_some();
        for finding in findings.iter().filter(|finding| role(finding) == Some(Role::Hint)) {
            if !has_access || context.link(&finding.traces) == Link::Shared {
                context.traces.extend(&finding.traces);
            }
        }
        context.drop_own_addresses(case);
        context.expand(case);
        context
    }

    /// Findings may cite the account's own addresses beside the foreign ones. What the account used successfully more than a day before the first foreign
    /// access is its own.
    fn drop_own_addresses(&mut self, case: &Case) {
        let Some(first) = self.first_access else { return };
        for row in case.frames.sign_ins.iter() {
            let own = row.account() == Some(self.account.as_str())
                && row.error_code() == Some(0)
                && row.time().is_some_and(|at| at < first - TimeDelta::days(1));
            if let (true, Some(address)) = (own, row.address()) {
                self.traces.addresses.remove(address);
            }
        }
    }

    /// Adds the sessions that successful sign-ins from the context's addresses used, and the foreign addresses from which its sessions were used.
    fn expand(&mut self, case: &Case) {
        let rows = &case.frames.sign_ins;
        let own: Vec<SignIn<'_>> = rows.iter().filter(|row| row.account() == Some(self.account.as_str()) && row.error_code() == Some(0)).collect();
        for row in &own {
            if row.address().is_some_and(|address| self.traces.addresses.contains(address)) {
                self.traces.sessions.extend(present(row.session_id()));
                self.traces.tokens.extend(present(row.token_id()));
                self.traces.agents.extend(present(row.user_agent()));
            }
        }
        for row in &own {
            if !row.session_id().is_some_and(|session| self.traces.sessions.contains(session)) {
                continue;
            }
            if is_own_network(&case.profiles, row) {
                self.shared_sessions.extend(row.session_id().map(str::to_owned));
            } else if row.network() != Some("microsoft") {
                self.traces.addresses.extend(row.address().map(str::to_owned));
                self.traces.agents.extend(present(row.user_agent()));
            }
        }
    }

    /// Whether traces belong here.
    pub(crate) fn link(&self, traces: &Traces) -> Link {
        let meets = |own: &BTreeSet<String>, theirs: &BTreeSet<String>| !own.is_disjoint(theirs);
        let sessions: BTreeSet<String> = self.traces.sessions.difference(&self.shared_sessions).cloned().collect();
        if meets(&self.traces.addresses, &traces.addresses)
            || meets(&sessions, &traces.sessions)
            || meets(&self.traces.tokens, &traces.tokens)
            || meets(&self.traces.devices, &traces.devices)
            || meets(&self.planted_apps, &traces.apps)
        {
            return Link::Shared;
        }
        let untraced = traces.addresses.is_empty() && traces.sessions.is_empty() && traces.tokens.is_empty();
        if untraced || (traces.addresses.is_empty() && meets(&self.shared_sessions, &traces.sessions)) { Link::Untraced } else { Link::Foreign }
    }

    /// Whether one record, described by what it carries, belongs here.
    pub(crate) fn owns(&self, address: Option<&str>, session: Option<&str>, token: Option<&str>, app: Option<&str>) -> bool {
        let has = |set: &BTreeSet<String>, value: Option<&str>| value.is_some_and(|value| set.contains(value));
        has(&self.traces.addresses, address)
            || has(&self.traces.tokens, token)
            || has(&self.planted_apps, app)
            || (has(&self.traces.sessions, session) && !has(&self.shared_sessions, session))
    }
}

/// The value of a field that is there and not empty.
fn present(value: Option<&str>) -> Option<String> {
    value.filter(|value| !value.is_empty()).map(str::to_owned)
}

/// The sign-in comes from a network that the account normally uses.
pub(crate) fn is_own_network(profiles: &Profiles, row: &SignIn<'_>) -> bool {
    let (Some(account), Some(at)) = (row.account(), row.time()) else { return false };
    Profiles::network_key(row.asn(), row.address()).is_some_and(|key| profiles.novelty(account, Trait::Network, &key, at) == Novelty::Established)
}
