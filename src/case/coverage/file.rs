//! Limits that one file shows by itself: row caps, remaining pages, cut ends, cut cells, unusable records, wrong dates, filters.

use std::collections::{BTreeMap, BTreeSet};

use super::limit::{Limit, LimitKind, Read};
use super::{Log, kinds, pages};
use crate::evidence::Evidence;
use crate::evidence::container::json::{CLOSING_BRACKET, NEXT_LINK};
use crate::evidence::read::CUT_RECORD;
use crate::frame::{Cut, Lost};
use crate::provenance::{SkipReason, Source, SourceId};

/// Row counts at which exporters stop, and which ones: of the unified audit log, and of anything else.
const CAPS: &[(u64, &str, &str)] = &[
    (100, "Search-UnifiedAuditLog without -ResultSize", "one page of Microsoft Graph"),
    (999, "", "the largest page of Microsoft Graph"),
    (1_000, "one page of Microsoft Graph", "one page of Microsoft Graph, or of an Exchange cmdlet without -ResultSize"),
    (5_000, "one call of Search-UnifiedAuditLog", "one page of message trace"),
    (10_000, "a search with mixed session commands", "a hunting query"),
    (30_000, "the Log Analytics portal", "the Log Analytics portal"),
    (50_000, "one search of the unified audit log, or the portal's export of it", "one search"),
    (65_535, "a worksheet of the old Excel format", "a worksheet of the old Excel format"),
    (100_000, "the portal's export", "a portal's download, or a historical message trace"),
    (250_000, "the portal's export", "the portal's download of sign-ins"),
    (500_000, "one query of the Log Analytics API", "one query of the Log Analytics API"),
    (1_048_575, "a worksheet of Excel", "a worksheet of Excel"),
];

/// Records on one call of `Search-UnifiedAuditLog`, and at most in one search.
const CALL: u64 = 5_000;
const SEARCH: u64 = 50_000;

/// A file with a single kind of the audit log and this many records was exported by a filter.
const FILTERED: u64 = 20;

/// The limits of all files, in their order.
pub(super) fn limits(read: Read<'_>) -> Vec<Limit> {
    let incomplete: BTreeSet<SourceId> = pages::incomplete(read.remarks).into_iter().flat_map(|search| search.sources).collect();
    let mut limits = Vec::new();
    for (source, number) in read.sources.iter().zip(0..) {
        let id = SourceId(number);
        let kinds = read.kinds(id);
        let mut say = |kind: LimitKind, text: String| {
            limits.push(Limit {
                kind,
                sources: BTreeSet::from([id]),
                evidence: kinds.clone(),
                account: None,
                span: None,
                text: format!("{}: {text}", source.path),
            });
        };
        if let Some(who) = cap(read, id, source, incomplete.contains(&id)) {
            say(LimitKind::Cap, format!("exactly {} records, the limit of {who}: what lies beyond was probably dropped", source.records));
        }
        for note in &source.notes {
            match note.as_str() {
                NEXT_LINK => {
                    say(LimitKind::NextLink, "a link to the next page remains (@odata.nextLink): the export stopped before its end".to_owned());
                }
                CLOSING_BRACKET | CUT_RECORD => say(LimitKind::Cut, note.clone()),
                _ => {}
            }
        }
        if let Some(remarks) = read.remarks.get(&id).filter(|remarks| remarks.n_timed_out > 0) {
            say(
                LimitKind::Pages,
                format!("{} records carry ResultIndex -1: the server gave up on that page, and the rest of it is missing", remarks.n_timed_out),
            );
        }
        if let Some(wrong) = read.extent.implausible.get(&id) {
            let dates =
                if wrong.first.date() == wrong.last.date() { wrong.first.date() } else { format!("{} to {}", wrong.first.date(), wrong.last.date()) };
            let are = if wrong.n == 1 { "record is" } else { "records are" };
            say(LimitKind::Implausible, format!("{} {are} dated {dates}, which cannot be right, and counted for no period", wrong.n));
        }
        if let Some(text) = filter(read, id) {
            say(LimitKind::Filtered, text);
        }
        limits.extend(truncated(read, id));
        limits.extend(rejected(read, id, source));
    }
    limits
}

/// Whose limit the number of records is. Searches whose record numbers are complete prove that a round number is chance.
fn cap(read: Read<'_>, id: SourceId, source: &Source, is_incomplete: bool) -> Option<&'static str> {
    let pages = read.remarks.get(&id).map(|remarks| &remarks.pages).filter(|pages| !pages.is_empty());
    let proves = |pages: &BTreeMap<crate::frame::Search, Vec<u32>>| {
        pages.keys().all(|search| u64::from(search.n_announced) < SEARCH)
            && pages.values().map(|numbers| numbers.len() as u64).sum::<u64>() == source.records
    };
    if !is_incomplete && pages.is_some_and(proves) {
        return None;
    }
    let is_audit = source.shapes.iter().any(|shape| shape.starts_with("ual_"));
    let known =
        CAPS.iter().find(|(n_rows, ..)| *n_rows == source.records).map(|(_, of_audit, of_others)| if is_audit { *of_audit } else { *of_others });
    let known = known.filter(|who| !who.is_empty());
    let is_search = source.shapes.iter().any(|shape| shape == "ual_search");
    known.or_else(|| {
        let is_full_calls = is_search && source.records > 0 && source.records <= SEARCH && source.records.is_multiple_of(CALL);
        is_full_calls.then_some("whole calls of Search-UnifiedAuditLog, each of 5,000")
    })
}

/// What a file with a single kind of the unified audit log was not asked for.
fn filter(read: Read<'_>, id: SourceId) -> Option<String> {
    let mut kinds = read.extent.of_source(id).filter(|(kind, _)| Log::of(*kind) == Some(Log::Unified));
    let (kind, series) = kinds.next()?;
    (kinds.next().is_none() && series.n_records >= FILTERED).then(|| {
        format!(
            "holds nothing of the unified audit log but {}: it was filtered, and says nothing about other workloads",
            kind.title().trim_start_matches("unified audit log: ")
        )
    })
}

/// Records whose AuditData was cut, by kind and by who cut it.
fn truncated(read: Read<'_>, id: SourceId) -> Vec<Limit> {
    let Some(remarks) = read.remarks.get(&id) else { return Vec::new() };
    let mut groups: BTreeMap<(Option<Evidence>, Cut), Vec<&Lost>> = BTreeMap::new();
    for lost in &remarks.lost {
        groups.entry((kind_of(lost), lost.cut)).or_default().push(lost);
    }
    let mut limits = Vec::new();
    for ((kind, cut), lost) in groups {
        let times: Vec<_> = lost.iter().filter_map(|lost| lost.time).collect();
        let span = times.iter().min().copied().zip(times.iter().max().copied()).filter(|_| times.len() == lost.len());
        let dates = match span {
            Some((first, last)) if first == last => format!(" of {first}"),
            Some((first, last)) => format!(" of {first} to {last}"),
            None => String::new(),
        };
        let who = match cut {
            Cut::Spreadsheet => "cut after 32,767 characters by a spreadsheet program",
            Cut::Siem => "cut or emptied by the exporting program (Splunk cuts events after 10,000 characters)",
            Cut::Unknown => "damaged or cut",
        };
        let names: BTreeSet<&str> = lost.iter().filter_map(|lost| lost.account.as_deref()).collect();
        let by = match (names.first(), names.len()) {
            (Some(name), 1) => format!(" by {name}"),
            (_, 0) => String::new(),
            (_, n) => format!(" by {n} accounts"),
        };
        let title = kind.map_or("unified audit", |kind| kind.title().trim_start_matches("unified audit log: "));
        let text = format!(
            "{}: AuditData of {} {title} {}{by}{dates} is {who}: what it says is lost",
            read.path(id),
            lost.len(),
            if lost.len() == 1 { "record" } else { "records" }
        );
        let evidence = kind.map_or_else(|| read.kinds(id), |kind| BTreeSet::from([kind]));
        limits.push(Limit { kind: LimitKind::Truncated, sources: BTreeSet::from([id]), evidence, account: None, span, text });
    }
    let n_more = remarks.n_lost - remarks.lost.len() as u64;
    if n_more > 0 {
        let text = format!("{}: AuditData of {n_more} more records is damaged or cut", read.path(id));
        limits.push(Limit { kind: LimitKind::Truncated, sources: BTreeSet::from([id]), evidence: read.kinds(id), account: None, span: None, text });
    }
    limits
}

/// The kind of a lost record, where the wrapper tells it.
fn kind_of(lost: &Lost) -> Option<Evidence> {
    (lost.record_type.is_some() || lost.operation.is_some()).then(|| kinds::audit(Some("ual"), lost.record_type, lost.operation.as_deref(), None))
}

/// Records that could not be used for other reasons than a cut AuditData, in a file that holds evidence: of what is lost elsewhere nobody knows what it was.
fn rejected(read: Read<'_>, id: SourceId, source: &Source) -> Option<Limit> {
    let kinds = read.kinds(id);
    let n_no_loss = read.skipped.iter().filter(|skipped| skipped.source == id && skipped.reason == SkipReason::NotEvidence).count() as u64;
    let n_truncated = read.remarks.get(&id).map_or(0, |remarks| remarks.n_lost);
    let n_lost = source.skipped.saturating_sub(n_no_loss).saturating_sub(n_truncated);
    (n_lost > 0 && !kinds.is_empty()).then(|| Limit {
        kind: LimitKind::Rejected,
        sources: BTreeSet::from([id]),
        evidence: kinds,
        account: None,
        span: None,
        text: format!("{}: {n_lost} of {} records could not be used{}", source.path, source.records, reason(read, id)),
    })
}

/// The first reason, in its own words.
fn reason(read: Read<'_>, id: SourceId) -> String {
    let first = read.skipped.iter().find(|skipped| skipped.source == id && skipped.reason != SkipReason::NotEvidence);
    first.map_or_else(String::new, |skipped| format!(" ({})", skipped.detail))
}
