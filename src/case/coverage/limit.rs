//! What keeps evidence from being the whole truth, as facts: each with the files and kinds that it limits, and from when to when.

use std::collections::{BTreeMap, BTreeSet};

use super::series::{DAY, Hole};
use super::{Extent, Log, auditing, claims, file, pages};
use crate::evidence::Evidence;
use crate::frame::Remarks;
use crate::provenance::{Skipped, Source, SourceId};
use crate::settings::coverage::Coverage as Settings;
use crate::time::Time;

/// Why evidence is not the whole truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LimitKind {
    /// Days without records where records are to be expected.
    Hole,
    /// As many records as an exporter's limit.
    Cap,
    /// Records that a search announced and that no file holds.
    Pages,
    /// `@odata.nextLink` remains.
    NextLink,
    /// The file ends in the middle.
    Cut,
    /// Records whose content was cut by another program.
    Truncated,
    /// Records that could not be used.
    Rejected,
    /// Exchange logged no mail reads for 24 hours.
    Throttled,
    /// Auditing was off.
    Unaudited,
    /// A collector's log admits that records are missing or were filtered.
    Admitted,
    /// A collector's log tells of a failure; it may have tried again.
    Warned,
    /// A filtered export says nothing about what it was not asked for.
    Filtered,
    /// Times that cannot be right.
    Implausible,
}

impl LimitKind {
    /// Word of `report.json`.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Hole => "hole",
            Self::Cap => "cap",
            Self::Pages => "missing-pages",
            Self::NextLink => "next-link",
            Self::Cut => "cut",
            Self::Truncated => "truncated",
            Self::Rejected => "rejected",
            Self::Throttled => "throttled",
            Self::Unaudited => "unaudited",
            Self::Admitted => "collector-gap",
            Self::Warned => "collector-warning",
            Self::Filtered => "filtered",
            Self::Implausible => "implausible-time",
        }
    }

    /// Whether nothing can be called clear where it holds. The others are to be known, but take no record away.
    pub fn hides_records(self) -> bool {
        !matches!(self, Self::Warned | Self::Filtered | Self::Implausible)
    }
}

/// One limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// What it is.
    pub kind: LimitKind,
    /// The files; none when it concerns the case as a whole.
    pub sources: BTreeSet<SourceId>,
    /// The kinds of evidence that it limits.
    pub evidence: BTreeSet<Evidence>,
    /// The account that it is confined to, as recorded; `None`: all.
    pub account: Option<String>,
    /// From when to when records may be missing; `None`: anywhere.
    pub span: Option<(Time, Time)>,
    /// The fact with its file, as a sentence without full stop.
    pub text: String,
}

/// What was read, as far as its limits are concerned.
#[derive(Clone, Copy)]
pub struct Read<'a> {
    /// The files.
    pub sources: &'a [Source],
    /// Records that could not be used.
    pub skipped: &'a [Skipped],
    /// What the records say about their export.
    pub remarks: &'a BTreeMap<SourceId, Remarks>,
    /// Records by file, kind and day.
    pub extent: &'a Extent,
}

impl Read<'_> {
    /// Path of a file for printing.
    pub(super) fn path(&self, source: SourceId) -> &str {
        self.sources.get(source.0 as usize).map_or("?", |source| source.path.as_str())
    }

    /// The kinds that a file holds.
    pub(super) fn kinds(&self, source: SourceId) -> BTreeSet<Evidence> {
        self.extent.of_source(source).map(|(kind, _)| kind).collect()
    }
}

/// All limits: holes first, then file by file, then searches and mailboxes.
pub fn limits(read: Read<'_>, settings: &Settings) -> Vec<Limit> {
    let mut limits = holes(read.extent, settings);
    limits.extend(file::limits(read));
    limits.extend(searches(read));
    limits.extend(throttled(read));
    limits.extend(claims::limits(read));
    limits.extend(auditing::limits(read));
    limits
}

/// Holes of whole logs, and of kinds that are dense themselves and miss days on which their log goes on.
fn holes(extent: &Extent, settings: &Settings) -> Vec<Limit> {
    let mut limits = Vec::new();
    let kinds: BTreeSet<Evidence> = extent.series.keys().map(|(_, kind)| *kind).collect();
    let logs: BTreeSet<Log> = kinds.iter().filter_map(|kind| Log::of(*kind)).collect();
    for log in logs {
        let own: BTreeSet<Evidence> = kinds.iter().copied().filter(|kind| Log::of(*kind) == Some(log)).collect();
        let of_log = extent.of_log(log).holes(settings);
        limits.extend(of_log.iter().map(|hole| hole_limit(log.title(), own.clone(), *hole)));
        // Other workloads are a mixture, of which days say nothing.
        for kind in own.into_iter().filter(|kind| *kind != Evidence::OtherAudit) {
            let others = extent.of_kind(kind).holes(settings).into_iter().filter(|hole| !of_log.iter().any(|wider| wider.contains(hole)));
            limits.extend(others.map(|hole| hole_limit(kind.title(), BTreeSet::from([kind]), hole)));
        }
    }
    limits
}

fn hole_limit(title: &str, evidence: BTreeSet<Evidence>, hole: Hole) -> Limit {
    let date = |day: i64| Time(day.saturating_mul(DAY)).date();
    let days = if hole.first == hole.last { date(hole.first) } else { format!("{} to {}", date(hole.first), date(hole.last)) };
    let text =
        format!("no {title} at all on {days}, where days like these have about {}: the export has a gap there, or nothing was logged", hole.expected);
    let span = Some((Time(hole.first.saturating_mul(DAY)), Time((hole.last + 1).saturating_mul(DAY) - 1)));
    Limit { kind: LimitKind::Hole, sources: BTreeSet::new(), evidence, account: None, span, text }
}

/// Searches of which pages are missing.
fn searches(read: Read<'_>) -> Vec<Limit> {
    let limit = |search: pages::Incomplete| {
        let paths = search.sources.iter().map(|source| read.path(*source)).collect::<Vec<_>>().join(", ");
        let ranges: Vec<String> =
            search.missing.iter().map(|(first, last)| if first == last { first.to_string() } else { format!("{first} to {last}") }).collect();
        let more = if search.n_ranges > ranges.len() { format!(" and {} more stretches", search.n_ranges - ranges.len()) } else { String::new() };
        let text = format!(
            "{paths}: a search announced {} records (ResultCount), {} are here; ResultIndex {}{more} missing: pages were not exported, or rows were filtered out",
            search.n_announced,
            search.n_present,
            ranges.join(", ")
        );
        let evidence = search.sources.iter().flat_map(|source| read.kinds(*source)).collect();
        Limit { kind: LimitKind::Pages, sources: search.sources, evidence, account: None, span: None, text }
    };
    pages::incomplete(read.remarks).into_iter().map(limit).collect()
}

/// Blind windows of mailboxes, one per mailbox and window.
fn throttled(read: Read<'_>) -> Vec<Limit> {
    let mut windows: Vec<Limit> = Vec::new();
    for throttled in &read.extent.throttled {
        let until = throttled.at + chrono::TimeDelta::days(1);
        match windows.last_mut().filter(|last| last.account.as_deref() == Some(&throttled.mailbox)) {
            Some(Limit { span: Some((_, end)), sources, .. }) if throttled.at <= *end => {
                *end = until;
                sources.insert(throttled.source);
            }
            _ => windows.push(Limit {
                kind: LimitKind::Throttled,
                sources: BTreeSet::from([throttled.source]),
                evidence: BTreeSet::from([Evidence::MailItemsAccessed]),
                account: Some(throttled.mailbox.clone()),
                span: Some((throttled.at, until)),
                text: String::new(),
            }),
        }
    }
    for window in &mut windows {
        let (Some((from, until)), Some(mailbox)) = (window.span, &window.account) else { continue };
        window.text = format!("Exchange stopped logging messages read in {mailbox} (IsThrottled): blind from {from} to {until}");
    }
    windows
}

impl Hole {
    fn contains(&self, other: &Self) -> bool {
        self.first <= other.first && other.last <= self.last
    }
}
