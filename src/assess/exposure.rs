//! What an attacker context reached: sessions, mail read per mailbox, and the traits that link accounts.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use crate::case::Case;
use crate::enrich::profile::{Profiles, Trait};
use crate::finding::ArtefactKind;
use crate::model::{Campaign, Exposure, Session};
use crate::time::Time;

use super::context::{Context, is_own_network};
use super::ledger::Entry;

#[derive(Default)]
struct SessionFacts {
    origins: BTreeSet<String>,
    first: Option<Time>,
    last: Option<Time>,
    n_records: u64,
    own: bool,
    foreign: bool,
}

/// The sessions of the contexts, over sign-ins, audit and mail access.
pub(crate) fn sessions(case: &Case, contexts: &BTreeMap<String, Context>) -> Vec<Session> {
    let mut facts: BTreeMap<(String, String), SessionFacts> = BTreeMap::new();
    let mut see = |account: Option<&str>, session: Option<&str>, at: Option<Time>, address: Option<&str>, asn: Option<i64>, own: bool| {
        let (Some(account), Some(session)) = (account, session) else { return };
        let Some(context) = contexts.get(account) else { return };
        if !context.traces.sessions.contains(session) {
            return;
        }
        let entry = facts.entry((account.to_owned(), session.to_owned())).or_default();
        entry.n_records += 1;
        entry.first = [entry.first, at].into_iter().flatten().min();
        entry.last = [entry.last, at].into_iter().flatten().max();
        if let Some(address) = address {
            entry.origins.insert(format!("{address} {}", case.networks.describe(asn)));
            entry.foreign |= context.traces.addresses.contains(address);
            entry.own |= own;
        }
    };
    for row in case.frames.sign_ins.iter() {
        see(row.account(), row.session_id(), row.time(), row.address(), row.asn(), is_own_network(&case.profiles, &row));
    }
    for row in case.frames.audit.iter() {
        see(row.account(), row.session_id(), row.time(), row.address(), row.asn(), false);
    }
    facts
        .into_iter()
        .map(|((account, session_id), facts)| Session {
            session_id,
            account,
            label: match (facts.foreign, facts.own) {
                (true, true) => "shared",
                (true, false) => "attacker",
                (false, true) => "user",
                (false, false) => "unknown",
            }
            .to_owned(),
            origins: facts.origins.into_iter().collect(),
            first: facts.first.map(|at| at.to_string()).unwrap_or_default(),
            last: facts.last.map(|at| at.to_string()).unwrap_or_default(),
            records: facts.n_records,
        })
        .collect()
}

#[derive(Default)]
struct MailFacts {
    messages: BTreeSet<String>,
    synced: BTreeSet<String>,
    throttled: BTreeSet<Time>,
    n_records: u64,
}

/// Mail read in the contexts, per mailbox: distinct messages, whole folders, blind windows.
pub(crate) fn exposure(case: &Case, contexts: &BTreeMap<String, Context>) -> Vec<Exposure> {
    let mut mailboxes: BTreeMap<String, MailFacts> = BTreeMap::new();
    let mut owned: BTreeSet<(crate::provenance::SourceId, u64)> = BTreeSet::new();
    let rows = &case.frames.mail_access;
    for row in rows.iter() {
        let app = row.client_app_id().or(row.app_id());
        let ours = contexts.values().any(|context| {
            let planted = app.is_some_and(|app| context.planted_apps.contains(app));
            let concerned = [row.account(), row.mailbox()].contains(&Some(context.account.as_str()));
            planted || concerned && context.owns(row.address(), row.session_id(), row.token_id(), app)
        });
        let Some(mailbox) = row.mailbox().or(row.account()).filter(|_| ours) else { continue };
        let facts = mailboxes.entry(mailbox.to_owned()).or_default();
        facts.n_records += 1;
        owned.insert((row.source(), row.record()));
        if row.access() == Some("sync") {
            facts.synced.insert(row.folder().unwrap_or("(folder not named)").to_owned());
        }
    }
    for row in case.frames.mail_items.iter() {
        if owned.contains(&(row.source(), row.record()))
            && let (Some(mailbox), Some(message)) = (row.mailbox().or(row.account()), row.message_id())
        {
            mailboxes.entry(mailbox.to_owned()).or_default().messages.insert(message.to_owned());
        }
    }
    for row in rows.iter().filter(|row| row.throttled() == Some(true)) {
        if let (Some(at), Some(facts)) = (row.time(), row.mailbox().and_then(|mailbox| mailboxes.get_mut(mailbox))) {
            facts.throttled.insert(at);
        }
    }
    mailboxes
        .into_iter()
        .map(|(mailbox, facts)| {
            let lower_bound = facts.messages.len() as u64;
            let upper_bound = if !facts.throttled.is_empty() {
                "the whole mailbox: bind logging was throttled while the context was active".to_owned()
            } else if facts.synced.is_empty() {
                format!("{lower_bound} messages logged as accessed; ways of reading that leave no such record are not counted")
            } else {
                format!("every message in {} at the time of synchronisation", facts.synced.iter().cloned().collect::<Vec<_>>().join(", "))
            };
            Exposure {
                mailbox,
                messages: facts.messages.into_iter().collect(),
                synced_folders: facts.synced.into_iter().collect(),
                throttled: !facts.throttled.is_empty(),
                windows_unknown: facts.throttled.iter().map(|at| format!("{at} to {}", *at + TimeDelta::hours(24))).collect(),
                lower_bound,
                upper_bound,
            }
        })
        .collect()
}

/// Traits that two or more affected accounts share.
pub(crate) fn campaign(case: &Case, contexts: &BTreeMap<String, Context>, ledger: &[Entry]) -> Vec<Campaign> {
    let mut traits: BTreeMap<(&'static str, String), BTreeSet<String>> = BTreeMap::new();
    for context in contexts.values() {
        let sets = [
            ("address", &context.traces.addresses),
            ("session", &context.traces.sessions),
            ("user-agent", &context.traces.agents),
            ("device", &context.traces.devices),
            ("app", &context.planted_apps),
        ];
        for (kind, values) in sets {
            for value in values {
                traits.entry((kind, value.clone())).or_default().insert(context.account.clone());
            }
        }
    }
    for entry in ledger.iter().filter(|entry| entry.attributed) {
        let kind = match entry.artefact.kind {
            ArtefactKind::InboxRule => "rule-name",
            ArtefactKind::MailboxForwarding => "forward-target",
            _ => continue,
        };
        traits.entry((kind, entry.artefact.key.clone())).or_default().insert(entry.artefact.account.clone());
    }
    let n_accounts = case.profiles.accounts.len().max(1) as f64;
    traits
        .into_iter()
        .filter(|(_, accounts)| accounts.len() >= 2)
        .map(|((kind, value), accounts)| {
            let n_users = match kind {
                "user-agent" => case.profiles.prevalence(Trait::Agent, crate::enrich::agent::family(&value)),
                "address" => Profiles::network_key(None, Some(&value)).map_or(0, |key| case.profiles.prevalence(Trait::Network, &key)),
                _ => 0,
            };
            let others = (n_users as f64 - accounts.len() as f64).max(0.0);
            Campaign {
                value,
                kind: kind.to_owned(),
                accounts: accounts.into_iter().collect(),
                rarity: ((1.0 - others / n_accounts).max(0.0) * 100.0).round() / 100.0,
            }
        })
        .collect()
}
