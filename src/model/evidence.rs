//! Findings with their records, evidence files, detectors and coverage: what everything else in the report rests on.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

/// One finding.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Finding {
    /// Stable id.
    pub id: String,
    /// Detector id.
    pub detector: String,
    /// What exactly was seen.
    pub signal: String,
    /// Account, empty for the tenant.
    pub account: String,
    /// `info`, `low`, `medium`, `high` or `critical`.
    pub severity: String,
    /// 0–1.
    pub confidence: f64,
    /// First record; null when only state exports carry the finding.
    pub first_seen: Option<String>,
    /// Last record.
    pub last_seen: Option<String>,
    /// One sentence of facts.
    pub summary: String,
    /// Numbers and names.
    pub facts: BTreeMap<String, serde_json::Value>,
    /// ATT&CK technique ids.
    pub attack: Vec<String>,
    /// True when the judgement ties it to the attacker context of its account.
    pub attributed: bool,
    /// Innocent explanations that the records support.
    pub against: Vec<String>,
    /// The records.
    pub evidence: Vec<RecordLine>,
}

/// A record that proves something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct RecordLine {
    /// Path below the evidence folder.
    pub source: String,
    /// Ordinal in the file, from 0.
    pub record: u64,
    /// The record's own id, may be empty.
    pub id: String,
}

/// Records that stand in the evidence more than once. The rule for copies that differ: a value beats "none", which beats "not told", which beats an empty
/// field, which beats an absent one; a finer time beats a coarser one; risk levels and states come from the copy that was updated last; of two JSON texts
/// the longer is used; else the richest copy's value, of equals that of the first file, of a sign-in that of the sign-in log.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct Merging {
    /// Records that repeat one kept elsewhere.
    pub duplicates: u64,
    /// Records whose copies differ.
    pub differing: u64,
    /// Cells in which they differ.
    pub cells: u64,
    /// The first 1,000 of these cells, by kind of record and place.
    pub differences: Vec<DifferenceLine>,
    /// Records that share an id with another record and tell of another event; each is kept.
    pub not_copies: u64,
    /// The first 1,000 of them.
    pub sharing_an_id: Vec<RecordLine>,
}

/// A cell in which two copies of one record differ.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DifferenceLine {
    /// The copy that stays.
    pub record: RecordLine,
    /// The other copy.
    pub copy: RecordLine,
    /// Kind of record and field, `sign_ins.city`.
    pub column: String,
    /// Value in the copy that stays, at most 200 characters.
    pub value: String,
    /// Value in the other copy, at most 200 characters.
    pub other: String,
    /// Which of the two is used: `value` or `other`.
    pub used: &'static str,
}

/// What this evidence can and cannot show.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct Coverage {
    /// Kinds of evidence present, with spans.
    pub sources: Vec<CoverageLine>,
    /// Kinds of evidence absent and days without records.
    pub gaps: Vec<String>,
    /// Row caps hit.
    pub caps: Vec<String>,
    /// Retention limits against the incident.
    pub retention: Vec<String>,
    /// Evidence that must survive remediation, present or not.
    pub preservation: Vec<String>,
    /// What keeps the evidence from being the whole truth: everything that `gaps` and `caps` say about files, for programs.
    pub limits: Vec<LimitLine>,
    /// The exports of which the evidence holds nothing, and how they are made.
    pub missing: Vec<MissingExport>,
}

/// One limit of the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LimitLine {
    /// `hole`, `cap`, `missing-pages`, `next-link`, `cut`, `truncated`, `rejected`, `throttled`, `unaudited`, `collector-gap`, `collector-warning`, `filtered` or `implausible-time`.
    pub kind: String,
    /// Paths of the files below the evidence folder; empty when it concerns the case as a whole.
    pub sources: Vec<String>,
    /// Kinds of evidence that it limits.
    pub evidence: Vec<String>,
    /// The account that it is confined to; null: all.
    pub account: Option<String>,
    /// From when on records may be missing; null: anywhere.
    pub from: Option<String>,
    /// Until when.
    pub to: Option<String>,
    /// Nothing can be called clear where it holds.
    pub hides_records: bool,
    /// The fact, as a sentence.
    pub text: String,
}

/// An export that the evidence lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MissingExport {
    /// Slug.
    pub id: String,
    /// It decides something about any account; the others complete the picture.
    pub essential: bool,
    /// What to ask for.
    pub title: String,
    /// What it would decide.
    pub decides: String,
    /// The command that makes it.
    pub command: String,
    /// The way through the portals; may be empty.
    pub portal: String,
    /// Licences and roles that it takes.
    pub licence: String,
    /// Where the export stops or changes without saying so.
    pub limits: String,
    /// How long the source keeps records.
    pub keeps: String,
    /// When records of the day that matters are deleted, per licence; empty for states, and when no day is known.
    pub expires: String,
}

/// The records of one kind in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FileSpan {
    /// Path below the evidence folder.
    pub path: String,
    /// Records.
    pub records: u64,
    /// First event.
    pub first: Option<String>,
    /// Last event.
    pub last: Option<String>,
}

/// The records of one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DayLine {
    /// `2026-11-22`, UTC.
    pub day: String,
    /// Records.
    pub records: u64,
}

/// One kind of evidence.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CoverageLine {
    /// Kind.
    pub kind: String,
    /// Records.
    pub records: u64,
    /// First event.
    pub first: Option<String>,
    /// Last event.
    pub last: Option<String>,
    /// The files that hold them.
    pub files: Vec<FileSpan>,
    /// Records per day, days without any left out.
    pub days: Vec<DayLine>,
}

/// What became of one detector.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DetectorRun {
    /// Detector id.
    pub id: String,
    /// `ran`, `no such evidence` or `failed`.
    pub outcome: String,
    /// Findings, or the failure in words.
    pub detail: String,
}

/// One evidence file.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SourceLine {
    /// Path below the evidence folder.
    pub path: String,
    /// SHA-256, lower-case hex.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// Shapes.
    pub format: String,
    /// Encoding.
    pub encoding: String,
    /// Records found; = kept + duplicates + skipped.
    pub records: u64,
    /// Kept.
    pub kept: u64,
    /// Repeats of records kept elsewhere.
    pub duplicates: u64,
    /// Rejected.
    pub skipped: u64,
    /// Notes.
    pub notes: Vec<String>,
}

impl From<&crate::finding::Ran> for DetectorRun {
    fn from(ran: &crate::finding::Ran) -> Self {
        use crate::finding::Outcome;
        let (outcome, detail) = match &ran.outcome {
            Outcome::Ran(n) => ("ran", format!("{n} findings")),
            Outcome::NoSuchEvidence => ("no such evidence", String::new()),
            Outcome::Failed(words) => ("failed", words.clone()),
        };
        Self { id: ran.detector.to_owned(), outcome: outcome.to_owned(), detail }
    }
}

impl From<&crate::provenance::Source> for SourceLine {
    fn from(source: &crate::provenance::Source) -> Self {
        Self {
            path: source.path.clone(),
            sha256: source.sha256.clone(),
            size: source.size,
            format: if source.shapes.is_empty() { source.container.clone() } else { source.shapes.join("+") },
            encoding: source.encoding.clone(),
            records: source.records,
            kept: source.kept,
            duplicates: source.duplicates,
            skipped: source.skipped,
            notes: source.notes.clone(),
        }
    }
}
