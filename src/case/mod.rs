//! One case: all sources loaded in parallel, joined in source order, duplicates folded by record id with every occurrence kept as provenance.

mod cache;
pub mod coverage;
mod fold;
mod load;
mod open;
mod order;
mod steps;
mod survey;

use std::collections::{BTreeMap, BTreeSet};

use crate::enrich::identity::Identities;
use crate::enrich::network::Networks;
use crate::enrich::profile::Profiles;
use crate::evidence::Evidence;
use crate::frame::{Frames, Remarks};
use crate::provenance::{RecordRef, Skipped, Source, SourceId};
use crate::time::Time;

pub use self::cache::Cache;
pub use self::coverage::{Extent, Limit, LimitKind};
pub use self::fold::{Difference, Differences};
pub use self::load::{Progress, load, load_cached};
pub use self::survey::{Survey, survey};

/// Everything known about one incident before anything is judged. Immutable after enrichment.
#[derive(Debug, Default)]
pub struct Case {
    /// The files, sorted by path; [`SourceId`] indexes this list.
    pub sources: Vec<Source>,
    /// The rows, sorted by time, then record id, then source and record.
    pub frames: Frames,
    /// Records that could not be used, sorted by source and record.
    pub skipped: Vec<Skipped>,
    /// Kept record → the other places where the same record stands.
    pub occurrences: BTreeMap<(SourceId, u64), Vec<RecordRef>>,
    /// What the copies of one record say differently.
    pub differences: Differences,
    /// Which frame columns an export can answer at all: per source, `frame.column` names with at least one non-null cell.
    pub columns: BTreeMap<SourceId, BTreeSet<String>>,
    /// What the records of each file say about the export.
    pub remarks: BTreeMap<SourceId, Remarks>,
    /// What evidence is there, and from when to when.
    pub coverage: BTreeMap<Evidence, Span>,
    /// The same by file, kind and day.
    pub extent: Extent,
    /// Who is who (enrichment).
    pub identities: Identities,
    /// What is known about networks (enrichment).
    pub networks: Networks,
    /// What is normal for each account (enrichment).
    pub profiles: Profiles,
}

/// The records of one kind of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// Records.
    pub records: u64,
    /// First event; `None` for state exports without times.
    pub first: Option<Time>,
    /// Last event.
    pub last: Option<Time>,
    /// First event of any kind in the files that hold this kind: an audit export that begins on Monday covers Monday for all its workloads, even when
    /// the first mailbox record is of Tuesday.
    pub reach_first: Option<Time>,
    /// Last event of any kind in those files.
    pub reach_last: Option<Time>,
}

impl Case {
    /// At least one record of this kind is in the case.
    pub fn has(&self, evidence: Evidence) -> bool {
        self.coverage.contains_key(&evidence)
    }

    /// What keeps the evidence from being the whole truth.
    pub fn limits(&self, settings: &crate::settings::coverage::Coverage) -> Vec<Limit> {
        let read = coverage::Read { sources: &self.sources, skipped: &self.skipped, remarks: &self.remarks, extent: &self.extent };
        coverage::limits(read, settings)
    }

    /// Path of a source for printing.
    pub fn path(&self, source: SourceId) -> &str {
        self.sources.get(source.0 as usize).map_or("?", |source| source.path.as_str())
    }
}
