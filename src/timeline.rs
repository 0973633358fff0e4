//! Attacker acts, findings and response actions → one ordered list of events.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::assess::{Act, Judgement, Surface, record_lines};
use crate::case::Case;
use crate::model::Event;
use crate::provenance::RecordRef;
use crate::time::Time;

/// Acts of one kind by one account closer together than this are one line: a mailbox read is hundreds of records.
const MERGE_WITHIN: TimeDelta = TimeDelta::minutes(10);
/// Records cited per merged line; the rest is counted in the text and stays reachable through the frames.
const MAX_RECORDS: usize = 50;

/// Builds the timeline: every record in an attacker context (runs of the same kind merged), every finding, every response action.
pub fn build(case: &Case, judgement: &Judgement) -> Vec<Event> {
    let mut events: Vec<Event> = merged(&judgement.acts).into_iter().map(|run| run.event(case)).collect();
    let dated = judgement.findings.iter().filter_map(|finding| finding.first_seen.as_ref().map(|at| (finding, at)));
    events.extend(dated.filter(|(finding, _)| finding.attributed || finding.severity != "info").map(|(finding, at)| Event {
        at: at.clone(),
        phase: "finding".to_owned(),
        account: finding.account.clone(),
        text: finding.summary.clone(),
        actor: if finding.attributed { "attacker" } else { "unknown" }.to_owned(),
        finding: finding.id.clone(),
        evidence: finding.evidence.iter().take(MAX_RECORDS).cloned().collect(),
    }));
    events.extend(judgement.containment.steps.iter().map(|step| Event {
        at: step.at.clone(),
        phase: "response".to_owned(),
        account: step.account.clone(),
        text: if step.actor.is_empty() { step.action.clone() } else { format!("{} by {}", step.action, step.actor) },
        actor: "responder".to_owned(),
        finding: String::new(),
        evidence: step.evidence.clone(),
    }));
    // What the responders wrote themselves.
    events.extend(case.frames.notes.iter().filter(|row| row.kind() != Some("collector")).filter_map(|row| {
        let (mark, channel) = (row.mark().unwrap_or_default(), row.channel().unwrap_or_default());
        let words = row.text().unwrap_or_default();
        // Lines of text name their channel themselves, tables have it in a column.
        let channel = if words.to_lowercase().contains(channel) { "" } else { channel };
        Some(Event {
            at: row.time()?.to_string(),
            phase: if mark.is_empty() { "communication" } else { "response" }.to_owned(),
            account: String::new(),
            text: [mark, channel, words].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": "),
            actor: "responder".to_owned(),
            finding: String::new(),
            evidence: record_lines(case, &[row.reference()]),
        })
    }));
    events.sort_by(|a, b| (&a.at, &a.phase, &a.account, &a.text).cmp(&(&b.at, &b.phase, &b.account, &b.text)));
    events
}

struct Run<'a> {
    first: &'a Act,
    last: Time,
    n: usize,
    records: Vec<RecordRef>,
}

fn merged(acts: &[Act]) -> Vec<Run<'_>> {
    let mut open: BTreeMap<(&str, Surface, &str), Run<'_>> = BTreeMap::new();
    let mut done = Vec::new();
    for act in acts {
        // Reading and file access come in hundreds of records that differ in name only; everything else merges only when the text is the same.
        let text = if matches!(act.surface, Surface::MailRead | Surface::Files) { "" } else { act.text.as_str() };
        let key = (act.account.as_str(), act.surface, text);
        match open.get_mut(&key) {
            Some(run) if act.at - run.last <= MERGE_WITHIN => {
                run.last = act.at;
                run.n += 1;
                run.records.push(act.record.clone());
            }
            _ => done.extend(open.insert(key, Run { first: act, last: act.at, n: 1, records: vec![act.record.clone()] })),
        }
    }
    done.extend(open.into_values());
    done
}

impl Run<'_> {
    fn event(&self, case: &Case) -> Event {
        let text = if self.n == 1 { self.first.text.clone() } else { format!("{} ({} records until {})", self.first.text, self.n, self.last) };
        Event {
            at: self.first.at.to_string(),
            phase: phase(self.first.surface).to_owned(),
            account: self.first.account.clone(),
            text,
            actor: "attacker".to_owned(),
            finding: String::new(),
            evidence: record_lines(case, self.records.get(..MAX_RECORDS.min(self.records.len())).unwrap_or_default()),
        }
    }
}

fn phase(surface: Surface) -> &'static str {
    match surface {
        Surface::InteractiveSignIn | Surface::OtherSignIn => "access",
        Surface::MailRead => "mail-read",
        Surface::MailSent => "mail-sent",
        Surface::MailChanged => "mail-changed",
        Surface::Files => "files",
        Surface::Teams => "teams",
        Surface::InboxRule | Surface::Forwarding | Surface::Consent | Surface::Method | Surface::Device | Surface::Flow | Surface::PowerApp => {
            "persistence"
        }
        Surface::Membership | Surface::ServicePrincipal | Surface::NewUser | Surface::ConditionalAccess => "tenant",
        Surface::Password | Surface::OtherDirectory => "directory",
        Surface::OtherAudit => "other",
    }
}
