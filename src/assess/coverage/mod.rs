//! What this evidence can and cannot show: absent kinds, limits, retention, preservation, and which export would decide an open question.

mod listing;
mod preservation;
mod proof;

use std::collections::BTreeSet;

use chrono::TimeDelta;

use crate::case::coverage::Log;
use crate::case::{Case, Extent, Limit, LimitKind};
use crate::detect::Detection;
use crate::evidence::Evidence;
use crate::evidence::container::json::{CLOSING_BRACKET, NEXT_LINK};
use crate::evidence::export::{Keeps, exports};
use crate::evidence::read::CUT_RECORD;
use crate::finding::Outcome;
use crate::model::{Coverage, CoverageLine, DayLine, FileSpan, LimitLine, Missing, MissingExport, Status};
use crate::provenance::{Source, SourceId};
use crate::time::Time;

pub use self::listing::listing;
pub(crate) use self::proof::{Proof, Prover, Window};

/// Kinds whose absence says nothing by itself.
const INCIDENTAL: &[Evidence] = &[Evidence::UnknownSignIns, Evidence::OtherAudit, Evidence::ManagedIdentitySignIns];

/// Kinds of the unified audit log from which on an export counts as unfiltered.
const MIXED: usize = 4;

/// Notes that limits repeat.
const LIMITING: &[&str] = &[NEXT_LINK, CLOSING_BRACKET, CUT_RECORD];

/// Against what the evidence is held.
#[derive(Clone, Copy)]
pub(crate) struct Incident<'a> {
    /// From first to last malicious act.
    pub(crate) window: Option<(Time, Time)>,
    /// Affected accounts.
    pub(crate) accounts: &'a BTreeSet<String>,
}

/// Builds the coverage section.
pub(crate) fn build(case: &Case, detection: &Detection, prover: &Prover<'_>, incident: Incident<'_>) -> Coverage {
    let (caps, limits): (Vec<&Limit>, Vec<&Limit>) =
        prover.limits().iter().partition(|limit| matches!(limit.kind, LimitKind::Cap | LimitKind::Pages | LimitKind::NextLink));
    let mut gaps = absent(&case.extent);
    gaps.extend(unnamed(case, prover, incident));
    gaps.extend(limits.iter().map(|limit| limit.text.clone()));
    for ran in &detection.ran {
        if let Outcome::Failed(words) = &ran.outcome {
            gaps.push(format!("detector {} failed ({words}): what it looks for was not examined", ran.detector));
        }
    }
    gaps.extend(super::merging::sentences(case));
    let told: BTreeSet<(SourceId, LimitKind)> =
        prover.limits().iter().flat_map(|limit| limit.sources.iter().map(|source| (*source, limit.kind))).collect();
    for (source, id) in case.sources.iter().zip((0..).map(SourceId)) {
        let is_new = |note: &&String| {
            !(told.contains(&(id, LimitKind::NextLink)) || told.contains(&(id, LimitKind::Cut))) || !LIMITING.contains(&note.as_str())
        };
        gaps.extend(source.notes.iter().filter(is_new).map(|note| format!("{}: {note}", source.path)));
        if source.skipped > 0 && !told.contains(&(id, LimitKind::Rejected)) {
            gaps.push(format!("{}: {} of {} records could not be used, see rejected.jsonl", source.path, source.skipped, source.records));
        }
    }
    let about = incident.window.map(|(first, _)| (first, "the first malicious act"));
    Coverage {
        sources: lines(&case.sources, &case.extent),
        gaps,
        caps: caps.iter().map(|limit| limit.text.clone()).collect(),
        retention: retention(case, incident.window),
        preservation: preservation::lines(&case.sources, &case.extent),
        limits: limit_lines(&case.sources, prover.limits(), |account| case.identities.resolve(account).to_owned()),
        missing: missing_exports(|kind| case.has(kind), about),
    }
}

fn path(sources: &[Source], id: SourceId) -> String {
    sources.get(id.0 as usize).map(|source| source.path.clone()).unwrap_or_default()
}

/// One line per kind of evidence that is there.
fn lines(sources: &[Source], extent: &Extent) -> Vec<CoverageLine> {
    let time = |time: Option<Time>| time.map(|at| at.to_string());
    let file = |kind: Evidence, id: SourceId| {
        let series = extent.series.get(&(id, kind))?;
        Some(FileSpan { path: path(sources, id), records: series.n_records, first: time(series.first()), last: time(series.last()) })
    };
    let line = |kind: &Evidence| {
        let all = extent.of_kind(*kind);
        let files: Vec<FileSpan> = extent.holders(*kind).filter_map(|id| file(*kind, id)).collect();
        (!files.is_empty()).then(|| CoverageLine {
            kind: kind.title().to_owned(),
            records: all.n_records,
            first: time(all.first()),
            last: time(all.last()),
            files,
            days: all.days.values().map(|day| DayLine { day: day.first.date(), records: day.n }).collect(),
        })
    };
    Evidence::ALL.iter().filter_map(line).collect()
}

/// Kinds without any record.
fn absent_kinds(extent: &Extent) -> impl Iterator<Item = Evidence> {
    let present = kinds(extent);
    Evidence::ALL.iter().copied().filter(move |kind| !INCIDENTAL.contains(kind) && !present.contains(kind))
}

fn kinds(extent: &Extent) -> BTreeSet<Evidence> {
    extent.series.keys().map(|(_, kind)| *kind).collect()
}

fn is_audit(kind: Evidence) -> bool {
    Log::of(kind) == Some(Log::Unified)
}

/// Absences that are easily read as "it did not happen": what an export of many workloads lacks for everybody, and the stream of sign-ins that shows replays.
fn misread(extent: &Extent) -> Vec<String> {
    let present = kinds(extent);
    let mut gaps = Vec::new();
    if present.contains(&Evidence::InteractiveSignIns) && !present.contains(&Evidence::NonInteractiveSignIns) {
        gaps.push(
            "interactive sign-ins only: the replay of a stolen session or token (pattern aitm) can be neither confirmed nor excluded".to_owned(),
        );
    }
    if present.iter().filter(|kind| is_audit(**kind)).count() >= MIXED {
        gaps.extend(absent_kinds(extent).filter(|kind| is_audit(*kind)).map(|kind| {
            let licence = if kind == Evidence::MailItemsAccessed { "licence or audit settings do not record it, " } else { "" };
            format!("no {} for anyone, while other workloads are there: {licence}nothing happened, or the export was filtered", kind.title())
        }));
    }
    gaps
}

/// All kinds without any record, as sentences.
fn absent(extent: &Extent) -> Vec<String> {
    let mut gaps = misread(extent);
    let is_told = |kind: &Evidence| gaps.iter().any(|gap| gap.starts_with(&format!("no {} for anyone", kind.title())));
    let others: Vec<String> = absent_kinds(extent).filter(|kind| !is_told(kind)).map(|kind| format!("no {} in the evidence", kind.title())).collect();
    gaps.extend(others);
    gaps
}

/// Affected accounts that a log never names, though it names others.
fn unnamed(case: &Case, prover: &Prover<'_>, incident: Incident<'_>) -> Vec<String> {
    let notes = incident.accounts.iter().flat_map(|account| case.coverage.keys().filter_map(|kind| prover.unnamed(*kind, account)));
    let mut seen = BTreeSet::new();
    notes.filter(|note| seen.insert(note.clone())).collect()
}

fn limit_lines(sources: &[Source], limits: &[Limit], resolve: impl Fn(&str) -> String) -> Vec<LimitLine> {
    let line = |limit: &Limit| LimitLine {
        kind: limit.kind.slug().to_owned(),
        sources: limit.sources.iter().map(|id| path(sources, *id)).collect(),
        evidence: limit.evidence.iter().map(|kind| kind.title().to_owned()).collect(),
        account: limit.account.as_deref().map(&resolve),
        from: limit.span.map(|(from, _)| from.to_string()),
        to: limit.span.map(|(_, to)| to.to_string()),
        hides_records: limit.kind.hides_records(),
        text: limit.text.clone(),
    };
    limits.iter().map(line).collect()
}

/// Limits of Microsoft's logs against the malicious acts: nothing earlier than the first record can be told, and what is absent will be deleted.
fn retention(case: &Case, window: Option<(Time, Time)>) -> Vec<String> {
    let mut notes = vec![
        "Entra keeps sign-ins and directory audits for 7 days (Free) or 30 days (P1, P2); the unified audit log keeps records for 180 days (Standard; 90 days for records made before 2023-10-17) or one year (Premium)".to_owned(),
    ];
    let Some((first, _)) = window else { return notes };
    for kind in [
        Evidence::InteractiveSignIns,
        Evidence::NonInteractiveSignIns,
        Evidence::DirectoryAudits,
        Evidence::ExchangeAdmin,
        Evidence::MailItemsAccessed,
    ] {
        if let Some(begin) = case.coverage.get(&kind).and_then(|span| span.first)
            && begin >= first
        {
            notes.push(format!(
                "{} begin at {begin}, not before the first malicious act at {first}: an earlier entry cannot be excluded",
                kind.title()
            ));
        }
    }
    let about = Some((first, "the first malicious act"));
    for export in missing_exports(|kind| case.has(kind), about).into_iter().filter(|export| !export.expires.is_empty()) {
        notes.push(format!("{}, not in the evidence: {}", export.title, export.expires));
    }
    notes
}

/// The exports of which the case holds nothing. `about`: the moment of which records must not expire, and what it is.
fn missing_exports(has: impl Fn(Evidence) -> bool, about: Option<(Time, &str)>) -> Vec<MissingExport> {
    let is_missing = |kinds: &[Evidence]| !kinds.iter().any(|kind| has(*kind));
    let expires = |keeps: Keeps| match (about, keeps) {
        (Some((at, what)), Keeps::Days(days)) => {
            let gone = days.iter().map(|(licence, days)| format!("{} ({licence})", (at + TimeDelta::days(*days)).date())).collect::<Vec<_>>();
            format!("records of {}, {what}, are deleted on {}", at.date(), gone.join(", "))
        }
        _ => String::new(),
    };
    exports()
        .filter(|export| is_missing(export.gives))
        .map(|export| MissingExport {
            id: export.id.to_owned(),
            essential: export.is_essential,
            title: export.title.to_owned(),
            decides: export.decides.to_owned(),
            command: export.command.to_owned(),
            portal: export.portal.to_owned(),
            licence: export.licence.to_owned(),
            limits: export.limits.to_owned(),
            keeps: export.keeps.words(),
            expires: expires(export.keeps),
        })
        .collect()
}

/// Which absent evidence would decide something about an account with this status.
pub(crate) fn missing(case: &Case, status: Status, pattern: Option<&str>) -> Vec<Missing> {
    if status == Status::Clear {
        return Vec::new();
    }
    exports()
        .filter(|export| export.is_essential && export.only_for.is_none_or(|only| pattern == Some(only)))
        .filter_map(|export| Some((export.gives.first()?, export)))
        .filter(|(kind, _)| !case.has(**kind))
        .map(|(kind, export)| Missing { source: kind.title().to_owned(), would_decide: export.decides.to_owned() })
        .collect()
}
