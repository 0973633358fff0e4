//! Backtrail: offline forensic analyzer for Microsoft 365 account compromise.
//!
//! One case flows one way: evidence files are found and hashed ([`inventory`]), recognised and read into typed rows ([`evidence`], [`case`]), enriched with facts that
//! need no network ([`enrich`]), searched by detectors that state facts ([`detect`]), judged ([`assess`]), put in order ([`timeline`]) and printed ([`report`]).
//! [`analyze`] is that flow; ARCHITECTURE.md explains the rooms.
//!
//! What always holds (tested in `tests/it/house.rs`):
//! - The library never prints, exits, reads the clock or the environment, or opens a socket. Same evidence and settings, same bytes.
//! - No finding without a record; every row carries source, record number and record id.
//! - Nothing is skipped in silence: per source, records = kept + duplicates + skipped.
//! - A missing log is not a clean log: every detector and every checklist item says what it could not see.
//! - Evidence is hostile text: it is escaped once, by the writer, for the medium.

pub mod assess;
pub mod attack;
pub mod case;
pub mod cli;
pub mod codes;
pub mod detect;
pub mod enrich;
pub mod evidence;
pub mod finding;
pub mod frame;
#[cfg(fuzzing)]
pub mod fuzzing;
pub mod inventory;
pub mod model;
pub mod provenance;
pub mod report;
pub mod settings;
pub mod time;
pub mod timeline;

use std::path::PathBuf;

use enrich::tables::{ATTRIBUTIONS, Tables};

pub use case::Progress;

/// What a run may be told besides the evidence.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Thresholds.
    pub settings: settings::Settings,
    /// MMDB file that replaces the embedded address → ASN table.
    pub asn_db: Option<PathBuf>,
    /// MMDB file that replaces the embedded address → country table.
    pub geo_db: Option<PathBuf>,
    /// CSV that adds network classes.
    pub asn_list: Option<PathBuf>,
    /// Where the rows of large files are kept between runs.
    pub cache: Option<case::Cache>,
}

/// What a run gives: the report, and the case behind it.
#[derive(Debug)]
pub struct Analysis {
    /// For people and programs.
    pub report: model::Report,
    /// The evidence behind it.
    pub case: case::Case,
}

/// Why a run could not be done at all. Lost evidence is not an error: it is counted and named in the report.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The evidence cannot be found: the caller's fault.
    #[error(transparent)]
    Inventory(#[from] inventory::InventoryError),
    /// A table file cannot be used: the caller's fault.
    #[error(transparent)]
    Tables(#[from] enrich::tables::TableError),
    /// The settings cannot be used: the caller's fault.
    #[error(transparent)]
    Enrich(#[from] enrich::EnrichError),
}

/// The whole flow: evidence in, report out. `progress` is called from many threads while files are read.
pub fn analyze(evidence: &[PathBuf], options: &Options, progress: &(dyn Fn(Progress) + Sync)) -> Result<Analysis, Error> {
    let settings = &options.settings;
    let tables = Tables::with_user_files(options.asn_db.as_deref(), options.geo_db.as_deref())?;
    let tables = match &options.asn_list {
        Some(list) => tables.with_network_list(list)?,
        None => tables,
    };
    let inventory = inventory::take(evidence, &settings.archive)?;
    let mut case = match &options.cache {
        Some(cache) => case::load_cached(inventory, cache, progress),
        None => case::load(inventory, progress),
    };
    enrich::enrich(&mut case, settings, &tables)?;
    let detection = detect::run(&case, settings);
    let judgement = assess::assess(&case, &detection, settings);
    let timeline = timeline::build(&case, &judgement);
    Ok(Analysis { report: report(&case, &detection, judgement, timeline), case })
}

/// What is in the evidence, and what is missing: one pass that counts and keeps nothing.
pub fn inventory(evidence: &[PathBuf], options: &Options, progress: &(dyn Fn(Progress) + Sync)) -> Result<model::Inventory, Error> {
    let survey = case::survey(inventory::take(evidence, &options.settings.archive)?, progress);
    Ok(assess::listing(&survey, &options.settings.coverage))
}

fn report(case: &case::Case, detection: &detect::Detection, judgement: assess::Judgement, timeline: Vec<model::Event>) -> model::Report {
    model::Report {
        schema: model::SCHEMA,
        tool: model::Tool {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            tables: case.networks.provenance.clone(),
            attributions: ATTRIBUTIONS,
        },
        incident: judgement.incident,
        verdicts: judgement.verdicts,
        clear_accounts: judgement.clear_accounts,
        findings: judgement.findings,
        artefacts: judgement.artefacts,
        checklist: judgement.checklist,
        sessions: judgement.sessions,
        exposure: judgement.exposure,
        sent: judgement.sent,
        containment: judgement.containment,
        campaign: judgement.campaign,
        coverage: judgement.coverage,
        merging: judgement.merging,
        timeline,
        detectors: detection.ran.iter().map(model::DetectorRun::from).collect(),
        sources: case.sources.iter().map(model::SourceLine::from).collect(),
    }
}
