//! Which evidence a case holds, counted on its rows: what the report may call present, and from when to when.

use std::collections::{BTreeMap, BTreeSet};

use super::Span;
use crate::evidence::Evidence;
use crate::frame::{Frame, Frames};
use crate::provenance::SourceId;
use crate::time::Time;

/// Counts the rows of each kind of evidence.
pub(super) fn of(frames: &Frames) -> BTreeMap<Evidence, Span> {
    let mut coverage = Coverage::default();
    let mut logons = Coverage::default();
    for row in frames.sign_ins.iter() {
        if row.feed() == Some("ual") {
            logons.add(Evidence::AuditLogons, row.source(), row.time());
        } else {
            coverage.add(sign_in_kind(row.stream()), row.source(), row.time());
        }
    }
    for row in frames.audit.iter() {
        coverage.add(audit_kind(row.feed(), row.record_type(), row.operation(), row.workload()), row.source(), row.time());
    }
    // A logon of the audit log stands in both frames; exports that only fill one of them count as well.
    coverage.merge(logons);
    mail_reads(frames, &mut coverage);
    for row in frames.risks.iter() {
        let kind = if row.feed() == Some("user") { Evidence::RiskyUsers } else { Evidence::RiskDetections };
        coverage.add(kind, row.source(), row.time());
    }
    for row in frames.policies.iter() {
        let kind = if row.kind() == Some("transport-rule") { Evidence::TransportRules } else { Evidence::ConditionalAccess };
        coverage.add(kind, row.source(), None);
    }
    let states = [
        (Evidence::InboxRules, frames.rules.height()),
        (Evidence::Mailboxes, frames.mailboxes.height()),
        (Evidence::MailboxPermissions, frames.permissions.height()),
        (Evidence::OauthGrants, frames.grants.height()),
        (Evidence::Applications, frames.apps.height()),
        (Evidence::AuthMethods, frames.methods.height()),
        (Evidence::Devices, frames.devices.height()),
        (Evidence::Users, frames.users.height()),
    ];
    for (kind, n_rows) in states {
        if n_rows > 0 {
            coverage.spans.insert(kind, Span { records: n_rows as u64, ..Span::default() });
        }
    }
    coverage.reaching()
}

/// Mail reads are counted as audit records; derived exports fill only the mail frames, one row per folder or message.
fn mail_reads(frames: &Frames, coverage: &mut Coverage) {
    let mut records = BTreeSet::new();
    let mut derived = Coverage::default();
    for row in frames.mail_access.iter() {
        if records.insert((row.source(), row.record())) {
            derived.add(Evidence::MailItemsAccessed, row.source(), row.time());
        }
    }
    coverage.merge(derived);
}

fn sign_in_kind(stream: Option<&str>) -> Evidence {
    match stream {
        Some("interactive") => Evidence::InteractiveSignIns,
        Some("non-interactive") => Evidence::NonInteractiveSignIns,
        Some("service-principal") => Evidence::ServicePrincipalSignIns,
        Some("managed-identity") => Evidence::ManagedIdentitySignIns,
        _ => Evidence::UnknownSignIns,
    }
}

/// Record types: Microsoft, "Office 365 Management Activity API schema", AuditLogRecordType (read 2026-11).
fn audit_kind(feed: Option<&str>, record_type: Option<i64>, operation: Option<&str>, workload: Option<&str>) -> Evidence {
    if feed == Some("directory") {
        return Evidence::DirectoryAudits;
    }
    if operation == Some("mailitemsaccessed") {
        return Evidence::MailItemsAccessed;
    }
    match record_type {
        Some(1) => Evidence::ExchangeAdmin,
        Some(2 | 3) => Evidence::MailboxAudit,
        Some(50) => Evidence::MailItemsAccessed,
        Some(4 | 6 | 14 | 36 | 56) => Evidence::SharePoint,
        Some(8) => Evidence::AuditDirectory,
        Some(15) => Evidence::AuditLogons,
        Some(25) => Evidence::Teams,
        Some(30) => Evidence::PowerAutomate,
        Some(45) => Evidence::PowerApps,
        _ => match workload.map(str::to_ascii_lowercase).as_deref() {
            Some("sharepoint" | "onedrive") => Evidence::SharePoint,
            Some("microsoftteams") => Evidence::Teams,
            Some("microsoftflow") => Evidence::PowerAutomate,
            Some("powerapps") => Evidence::PowerApps,
            _ => Evidence::OtherAudit,
        },
    }
}

#[derive(Default)]
struct Coverage {
    spans: BTreeMap<Evidence, Span>,
    /// First and last event of each file, over all kinds that it holds.
    files: BTreeMap<SourceId, (Option<Time>, Option<Time>)>,
    /// The files that hold a kind.
    holders: BTreeMap<Evidence, BTreeSet<SourceId>>,
}

impl Coverage {
    fn add(&mut self, kind: Evidence, source: SourceId, time: Option<Time>) {
        self.holders.entry(kind).or_default().insert(source);
        let file = self.files.entry(source).or_default();
        *file = (earliest(file.0, time), file.1.max(time));
        let span = self.spans.entry(kind).or_default();
        span.records += 1;
        span.first = earliest(span.first, time);
        span.last = span.last.max(time);
    }

    /// The spans, with how far the files reach that hold each kind.
    fn reaching(mut self) -> BTreeMap<Evidence, Span> {
        for (kind, span) in &mut self.spans {
            let files = || self.holders.get(kind).into_iter().flatten().filter_map(|source| self.files.get(source));
            span.reach_first = earliest(span.first, files().filter_map(|file| file.0).min());
            span.reach_last = span.last.max(files().filter_map(|file| file.1).max());
        }
        self.spans
    }

    /// The same records seen through another frame: the larger count, the wider span.
    fn merge(&mut self, other: Self) {
        for (kind, other) in other.spans {
            let span = self.spans.entry(kind).or_default();
            span.records = span.records.max(other.records);
            span.first = earliest(span.first, other.first);
            span.last = span.last.max(other.last);
        }
        for (source, (first, last)) in other.files {
            let file = self.files.entry(source).or_default();
            *file = (earliest(file.0, first), file.1.max(last));
        }
        for (kind, holders) in other.holders {
            self.holders.entry(kind).or_default().extend(holders);
        }
    }
}

fn earliest(time: Option<Time>, other: Option<Time>) -> Option<Time> {
    time.into_iter().chain(other).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{AuditEventRow, MailAccessRow, PolicyStateRow, Rows, SignInRow};

    #[test]
    fn kinds_are_told_apart_by_stream_type_and_feed() {
        let mut rows = Rows::default();
        let text = |text: &str| Some(text.to_owned());
        let sign_in =
            |feed: &str, stream: &str, at: i64| SignInRow { feed: text(feed), stream: text(stream), time: Some(Time(at)), ..SignInRow::default() };
        rows.sign_ins.push(SourceId(0), 0, "", sign_in("entra", "interactive", 5));
        rows.sign_ins.push(SourceId(0), 1, "", sign_in("entra", "interactive", 2));
        rows.sign_ins.push(SourceId(0), 2, "", sign_in("ual", "unknown", 9));
        let audit = |feed: &str, record_type: i64, operation: &str| AuditEventRow {
            feed: text(feed),
            record_type: Some(record_type),
            operation: text(operation),
            ..AuditEventRow::default()
        };
        rows.audit.push(SourceId(0), 2, "", audit("ual", 15, "userloggedin"));
        rows.audit.push(SourceId(0), 3, "", audit("ual", 2, "mailitemsaccessed"));
        rows.audit.push(SourceId(0), 4, "", audit("ual", 2, "harddelete"));
        rows.audit.push(SourceId(0), 5, "", audit("directory", 8, "update user"));
        for _ in 0..3 {
            rows.mail_access.push(SourceId(0), 3, "", MailAccessRow::default());
        }
        rows.policies.push(SourceId(1), 0, "", PolicyStateRow { kind: text("transport-rule"), ..PolicyStateRow::default() });
        let coverage = of(&rows.finish());
        let counts: Vec<(Evidence, u64)> = coverage.iter().map(|(kind, span)| (*kind, span.records)).collect();
        assert_eq!(
            counts,
            [
                (Evidence::InteractiveSignIns, 2),
                (Evidence::AuditLogons, 1),
                (Evidence::MailboxAudit, 1),
                (Evidence::MailItemsAccessed, 1),
                (Evidence::DirectoryAudits, 1),
                (Evidence::TransportRules, 1)
            ]
        );
        // The file of the sign-ins also holds a logon at 9: it reaches that far for every kind in it.
        let reach = (Some(Time(2)), Some(Time(9)));
        let span = Span { records: 2, first: Some(Time(2)), last: Some(Time(5)), reach_first: reach.0, reach_last: reach.1 };
        assert_eq!(coverage[&Evidence::InteractiveSignIns], span);
        assert_eq!(coverage[&Evidence::AuditLogons].last, Some(Time(9)));
    }
}
