//! Which audit records a detector looks at, and how many records a finding shows.

use crate::case::Case;
use crate::finding::Finding;
use crate::frame::AuditEvent;
use crate::provenance::RecordRef;
use crate::time::Time;

/// A finding lists this many records at most; the fact `n_records` tells how many there were. Longer lists make reports unreadable and prove nothing
/// more, because each record is also in the frames.
pub(super) const MAX_RECORDS: usize = 200;

/// Audit records whose operation (in its normalised spelling) is one of `operations` and which did not fail, in frame order.
pub(super) fn audit<'a>(case: &'a Case, operations: &[&str]) -> Vec<AuditEvent<'a>> {
    let audit = &case.frames.audit;
    audit.at(audit.operation.rows_where(|operation| operations.contains(&operation))).filter(|event| event.result() != Some("failure")).collect()
}

/// The rows that are unusual, else all. An actor is followed by the traces of the former: the owner's own address among them would lead astray.
pub(super) fn telling<T>(rows: &[T], is_unusual: impl Fn(&T) -> bool) -> Vec<&T> {
    let unusual: Vec<&T> = rows.iter().filter(|row| is_unusual(row)).collect();
    if unusual.is_empty() { rows.iter().collect() } else { unusual }
}

/// Adds `records` to the finding up to [`MAX_RECORDS`], widens its time span over all of them and sets the fact `n_records`.
/// The finding's primary record may be among them; it is counted once.
pub(super) fn attach(finding: &mut Finding, records: impl IntoIterator<Item = (Option<Time>, RecordRef)>) {
    let mut seen: std::collections::BTreeSet<RecordRef> = finding.evidence.iter().cloned().collect();
    for (at, record) in records {
        if let Some(at) = at {
            finding.first_seen = finding.first_seen.min(at);
            finding.last_seen = finding.last_seen.max(at);
        }
        if seen.insert(record.clone()) && finding.evidence.len() < MAX_RECORDS {
            finding.evidence.push(record);
        }
    }
    finding.fact("n_records", seen.len());
}
