//! Mail that was sent in an attacker context: the sending records of mailbox audit, completed by message traces, which know the recipients; and what
//! only message traces know, where the plan of the tenant does not log sending.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::context::Context;
use super::record_lines;
use crate::case::Case;
use crate::frame::{AuditEvent, Message};
use crate::model::Sent;
use crate::provenance::RecordRef;
use crate::time::Time;

/// A message without id in the audit log is the traced message of the same sender and subject at most this far away. Transport logs a message seconds
/// after it was submitted; queues that are longer than this would be an incident of their own.
const SAME_WITHIN: TimeDelta = TimeDelta::minutes(10);

/// Trace records cited per message; a message to a thousand recipients has a thousand.
const MAX_RECORDS: usize = 20;

/// One traced message with all its recipients.
#[derive(Default)]
struct Traced<'a> {
    at: Option<Time>,
    sender: &'a str,
    subject: &'a str,
    message_id: &'a str,
    recipients: BTreeSet<&'a str>,
    addresses: BTreeSet<&'a str>,
    records: Vec<RecordRef>,
}

/// Mail sent in the contexts, by time.
pub(crate) fn sent(case: &Case, contexts: &BTreeMap<String, Context>) -> Vec<Sent> {
    let traced = traced(case, contexts);
    let mut told = BTreeSet::new();
    let mut sent: Vec<(Option<Time>, Sent)> = Vec::new();
    for row in case.frames.audit.iter().filter(|row| matches!(row.operation(), Some("send" | "sendas" | "sendonbehalf"))) {
        let app = row.client_app_id().or(row.app_id());
        let ours = [row.account(), row.mailbox()]
            .into_iter()
            .flatten()
            .filter_map(|account| contexts.get(account))
            .any(|context| context.owns(row.address(), row.session_id(), row.token_id(), app));
        if ours {
            let found = find(&traced, row);
            told.extend(found.map(|(at, _)| at));
            sent.push((row.time(), of_audit(case, row, found.map(|(_, traced)| traced))));
        }
    }
    for (at, traced) in traced.iter().enumerate() {
        let owned = || {
            contexts.get(traced.sender).is_some_and(|context| traced.addresses.iter().any(|address| context.owns(Some(address), None, None, None)))
        };
        if !told.contains(&at) && owned() {
            sent.push((traced.at, of_trace(case, traced)));
        }
    }
    sent.sort_by_key(|(at, _)| *at);
    sent.into_iter().map(|(_, sent)| sent).collect()
}

/// The traced messages of the contexts' accounts. What came in under their name was not sent by them.
fn traced<'a>(case: &'a Case, contexts: &BTreeMap<String, Context>) -> Vec<Traced<'a>> {
    let mut messages: BTreeMap<(&str, &str), Traced<'a>> = BTreeMap::new();
    for row in case.frames.messages.iter() {
        let sender = row.sender().filter(|sender| contexts.contains_key(*sender));
        let came_in = matches!(row.direction(), Some("incoming" | "inbound"));
        let is_part = matches!(row.event(), Some("attachment" | "url"));
        let (Some(sender), Some(id), false, false) = (sender, key(&row), came_in, is_part) else { continue };
        let message = messages.entry((sender, id)).or_default();
        message.sender = sender;
        message.at = [message.at, row.time()].into_iter().flatten().min();
        for (known, cell) in [(&mut message.subject, row.subject()), (&mut message.message_id, row.message_id())] {
            if known.is_empty() {
                *known = cell.unwrap_or_default();
            }
        }
        message.recipients.extend(row.recipient().unwrap_or_default().split(';').filter(|recipient| !recipient.is_empty()));
        message.addresses.extend(row.address());
        message.records.push(row.reference());
    }
    messages.into_values().collect()
}

/// What the rows of one message share.
fn key<'a>(row: &Message<'a>) -> Option<&'a str> {
    [row.message_id(), row.network_id()].into_iter().flatten().map(plain).find(|id| !id.is_empty())
}

/// A message id without blanks and angle brackets, which some programs take off.
fn plain(id: &str) -> &str {
    id.trim().trim_start_matches('<').trim_end_matches('>')
}

/// The traced message of a sending record: the one with its id; for records without id the nearest of the same sender and subject.
fn find<'t, 'a>(traced: &'t [Traced<'a>], row: AuditEvent<'_>) -> Option<(usize, &'t Traced<'a>)> {
    let id = row.message_id().map(plain).filter(|id| !id.is_empty());
    if let Some(id) = id {
        return traced.iter().enumerate().find(|(_, message)| plain(message.message_id) == id);
    }
    let (subject, at) = (row.subject().filter(|subject| !subject.is_empty())?, row.time()?);
    let same = |message: &Traced<'_>| {
        let distance = message.at.map(|other| at.distance(other)).filter(|distance| *distance <= SAME_WITHIN);
        let by_them = [row.account(), row.mailbox()].contains(&Some(message.sender));
        distance.filter(|_| by_them && message.subject == subject)
    };
    traced
        .iter()
        .enumerate()
        .filter_map(|(number, message)| Some((same(message)?, number, message)))
        .min_by_key(|(distance, number, _)| (*distance, *number))
        .map(|(_, number, message)| (number, message))
}

fn of_audit(case: &Case, row: AuditEvent<'_>, traced: Option<&Traced<'_>>) -> Sent {
    let listed: Vec<String> =
        row.recipients().unwrap_or_default().split(';').map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned).collect();
    let or_traced = |own: Option<&str>, other: fn(&Traced<'_>) -> String| {
        own.filter(|own| !own.is_empty()).map(str::to_owned).or_else(|| traced.map(other)).unwrap_or_default()
    };
    let mut records = vec![row.reference()];
    records.extend(traced.iter().flat_map(|traced| traced.records.iter().take(MAX_RECORDS).cloned()));
    Sent {
        account: row.mailbox().or(row.account()).unwrap_or_default().to_owned(),
        at: row.time().map(|at| at.to_string()).unwrap_or_default(),
        subject: or_traced(row.subject(), |traced| traced.subject.to_owned()),
        recipients: if listed.is_empty() { traced.map(recipients).unwrap_or_default() } else { listed },
        message_id: or_traced(row.message_id(), |traced| traced.message_id.to_owned()),
        evidence: record_lines(case, &records),
    }
}

fn of_trace(case: &Case, traced: &Traced<'_>) -> Sent {
    Sent {
        account: traced.sender.to_owned(),
        at: traced.at.map(|at| at.to_string()).unwrap_or_default(),
        subject: traced.subject.to_owned(),
        recipients: recipients(traced),
        message_id: traced.message_id.to_owned(),
        evidence: record_lines(case, traced.records.get(..MAX_RECORDS.min(traced.records.len())).unwrap_or_default()),
    }
}

fn recipients(traced: &Traced<'_>) -> Vec<String> {
    traced.recipients.iter().map(|recipient| (*recipient).to_owned()).collect()
}
