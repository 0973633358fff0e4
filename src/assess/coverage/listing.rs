//! The answer of `inventory`: the files as they are, and what an investigation still lacks. Counted, not judged: there is no incident yet.

use crate::case::coverage::Series;
use crate::case::{Limit, LimitKind, Survey};
use crate::enrich::identity::is_system;
use crate::evidence::exporter;
use crate::evidence::shape::{Shape, shapes};
use crate::model::{INVENTORY_SCHEMA, Inventory, InventoryFile, KindCount, Tool};
use crate::provenance::{SkipReason, Source, SourceId};
use crate::settings::coverage::Coverage as Settings;

use super::{absent_kinds, limit_lines, lines, misread, missing_exports, preservation};

/// Reasons of rejection that are told per file.
const REASONS_TOLD: usize = 3;

/// What was found, as a list for people and programs.
pub fn listing(survey: &Survey, settings: &Settings) -> Inventory {
    let extent = &survey.extent;
    let limits = survey.limits(settings);
    let has = |kind| extent.holders(kind).next().is_some();
    let last = extent.series.values().filter_map(Series::last).max();
    Inventory {
        schema: INVENTORY_SCHEMA,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION"), tables: Vec::new(), attributions: "" },
        files: survey.sources.iter().zip(0..).map(|(source, number)| file(survey, source, SourceId(number), &limits)).collect(),
        evidence: lines(&survey.sources, extent),
        absent: absent_kinds(extent).map(|kind| kind.title().to_owned()).collect(),
        gaps: misread(extent),
        limits: limit_lines(&survey.sources, &limits, |account| account.to_owned()),
        missing: missing_exports(has, last.map(|last| (last, "the last day in this evidence"))),
        preservation: preservation::lines(&survey.sources, extent),
    }
}

fn file(survey: &Survey, source: &Source, id: SourceId, limits: &[Limit]) -> InventoryFile {
    let shapes: Vec<&Shape> = source.shapes.iter().filter_map(|slug| shapes().find(|shape| shape.id == slug)).collect();
    let reach = survey.extent.reach(id);
    let is_person = |name: &&String| name.contains('@') && !is_system(name);
    // What the limits say about the file stands under it; its other notes say how it was read.
    let of_file = |limit: &&Limit| limit.sources.contains(&id) && limit.kind != LimitKind::Rejected;
    let mut damage: Vec<String> =
        limits.iter().filter(of_file).map(|limit| limit.text.trim_start_matches(&format!("{}: ", source.path)).to_owned()).collect();
    damage.extend(rejected(survey, id));
    InventoryFile {
        path: source.path.clone(),
        sha256: source.sha256.clone(),
        size: source.size,
        container: source.container.clone(),
        encoding: source.encoding.clone(),
        shapes: source.shapes.clone(),
        titles: shapes.iter().map(|shape| shape.title.to_owned()).collect(),
        exporter: exporter::guess(&source.path, shapes.first().copied()),
        kinds: survey.extent.of_source(id).map(|(kind, series)| KindCount { kind: kind.title().to_owned(), records: series.n_records }).collect(),
        records: source.records,
        rejected: source.skipped,
        lost: source
            .skipped
            .saturating_sub(survey.skipped.iter().filter(|skipped| skipped.source == id && skipped.reason == SkipReason::NotEvidence).count() as u64),
        first: reach.map(|(first, _)| first.to_string()),
        last: reach.map(|(_, last)| last.to_string()),
        users: survey.extent.accounts.get(&id).map_or(0, |names| names.iter().filter(is_person).count() as u64),
        damage,
        notes: source.notes.clone(),
    }
}

/// Why records of a file cannot be used: each reason once, with its first words.
fn rejected(survey: &Survey, id: SourceId) -> Vec<String> {
    let mut reasons: Vec<(SkipReason, u64, &str)> = Vec::new();
    // A record whose content was cut is told with what its wrapper says.
    let is_told = |record: u64| survey.remarks.get(&id).is_some_and(|remarks| remarks.lost.iter().any(|lost| lost.record == record));
    for skipped in survey.skipped.iter().filter(|skipped| skipped.source == id && !is_told(skipped.record)) {
        match reasons.iter_mut().find(|(reason, _, _)| *reason == skipped.reason) {
            Some((_, n, _)) => *n += 1,
            None => reasons.push((skipped.reason, 1, &skipped.detail)),
        }
    }
    reasons.sort_by_key(|(reason, n, _)| (*reason == SkipReason::NotEvidence, std::cmp::Reverse(*n)));
    let words =
        |(_, n, detail): &(SkipReason, u64, &str)| if *n == 1 { format!("1 record: {detail}") } else { format!("{n} records, the first: {detail}") };
    reasons.iter().take(REASONS_TOLD).map(words).collect()
}
