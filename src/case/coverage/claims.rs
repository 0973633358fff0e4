//! What collectors wrote about their own work: a log line that admits missing or filtered records limits the logs that it speaks of.

use std::collections::{BTreeMap, BTreeSet};

use super::limit::{Limit, LimitKind, Read};
use super::{Extent, Log};
use crate::evidence::Evidence;
use crate::provenance::SourceId;
use crate::time::Time;

/// Lines of one file that are told one by one; the others are counted with the last.
const TOLD: usize = 20;

/// Characters of a line that are told.
const SHOWN: usize = 200;

/// One line of a collector's log that says that its export is not whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim {
    /// The log file.
    pub source: SourceId,
    /// The line's record.
    pub record: u64,
    /// `partial`, `filtered` or `failed`.
    pub status: String,
    /// The window that the line speaks of.
    pub window: Option<(Time, Time)>,
    /// The line.
    pub text: String,
}

/// Words of a line, or of the log file's path, and the log that they speak of. Messages: Microsoft-Extractor-Suite f62281f, DFIR-O365RC 2d06b94, Untitled Goose
/// 6febba8. The first match counts.
const SUBJECTS: &[(&[&str], &[Log])] = &[
    (&["sign-in", "signin", "sign in", "logon"], &[Log::Interactive, Log::NonInteractive, Log::Workload, Log::SignIns]),
    (&["directory audit", "azure ad audit", "azureadaudit", "aadaudit", "entra audit", "directoryaudit"], &[Log::Directory]),
    (&["message trace", "messagetrace"], &[Log::MailFlow]),
    (&["risk"], &[Log::Risk]),
    (&["audit log", "auditlog", "unified", "ual", "audit record", "events in this range", "5000", "50000"], &[Log::Unified]),
];

/// The limits that the claims state.
pub(super) fn limits(read: Read<'_>) -> Vec<Limit> {
    let mut by_file: BTreeMap<(SourceId, &str), Vec<&Claim>> = BTreeMap::new();
    for claim in &read.extent.claims {
        by_file.entry((claim.source, &claim.status)).or_default().push(claim);
    }
    let mut limits = Vec::new();
    for ((source, status), claims) in by_file {
        let n_more = claims.len().saturating_sub(TOLD);
        for (claim, place) in claims.into_iter().take(TOLD).zip(1..) {
            let evidence = evidence(read, source, &claim.text);
            let holders = evidence.iter().flat_map(|kind| read.extent.holders(*kind));
            let line: String = claim.text.chars().take(SHOWN).collect();
            let more = if place == TOLD && n_more > 0 { format!(", and {n_more} more lines like it") } else { String::new() };
            limits.push(Limit {
                kind: if status == "failed" { LimitKind::Warned } else { LimitKind::Admitted },
                sources: holders.chain([source]).collect(),
                evidence,
                account: None,
                span: claim.window.filter(|_| n_more == 0),
                text: format!("{}: the collector says {line:?}{more}", read.path(source)),
            });
        }
    }
    limits
}

/// The kinds in the case that belong to the log of which a line, or else its file's name, speaks.
fn evidence(read: Read<'_>, source: SourceId, text: &str) -> BTreeSet<Evidence> {
    let logs = |words: &str| {
        let words = words.to_lowercase();
        SUBJECTS.iter().find(|(subjects, _)| subjects.iter().any(|subject| words.contains(subject))).map(|(_, logs)| *logs)
    };
    let logs = logs(text).or_else(|| logs(read.path(source))).unwrap_or_default();
    kinds(read.extent).filter(|kind| Log::of(*kind).is_some_and(|log| logs.contains(&log))).collect()
}

fn kinds(extent: &Extent) -> impl Iterator<Item = Evidence> {
    extent.series.keys().map(|(_, kind)| *kind)
}
