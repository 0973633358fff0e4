//! Where a fact comes from: the source file and the record inside it. Every row, finding and report line can be traced through these types.

use std::fmt::Write;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Index of a source in [`crate::case::Case::sources`]. Sources are sorted by relative path, so the number is stable for the same evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SourceId(pub u32);

/// One record of one source. Records count from 0 inside their file, in file order. References are sorted by id first, so that lists of them do not
/// depend on the export in which the records were found.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordRef {
    /// The record's own id as it stands in the evidence (`AuditData.Id`, sign-in `id` …); empty when the export carries none.
    pub id: Box<str>,
    /// The file.
    pub source: SourceId,
    /// The record's ordinal inside the file, from 0.
    pub record: u64,
}

/// One evidence file, as found and as read.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// Path below the evidence folder, with `/` as separator. An archive is a folder of its members: `export.zip/logs/SignIns.json`.
    pub path: String,
    /// Where the file is on this machine, or the archive that holds it. Never printed in reports.
    pub absolute: PathBuf,
    /// Which member of the archive at `absolute` it is: the ordinal in the archive, then in the archive inside that one. Empty for a file of its own.
    pub inside: Vec<u32>,
    /// Bytes.
    pub size: u64,
    /// When the file (or the archive that holds it) was last changed, since 1970, by the file system's word, as it was hashed. Never printed; tells a file that changes while it is read.
    pub modified: Option<Duration>,
    /// SHA-256 of the file's bytes, lower-case hex; empty when the file could not be read.
    pub sha256: String,
    /// `utf-8`, `utf-8-bom`, `utf-16le`, `utf-16be`, `windows-1252`, `binary` or `unreadable`.
    pub encoding: String,
    /// `json`, `csv`, `powershell`, `clixml`, `text`, `xlsx`, `zip`, `gzip`, `tar`, `7z` or `unknown`.
    pub container: String,
    /// Ids of the shapes that claimed records of this file, most frequent first (`format` of `report.json` joins them with `+`).
    pub shapes: Vec<String>,
    /// Records found.
    pub records: u64,
    /// Records that became rows.
    pub kept: u64,
    /// Records that repeat one kept elsewhere.
    pub duplicates: u64,
    /// Records that could not be used; each is a [`Skipped`].
    pub skipped: u64,
    /// What a reader of the report must know about this file (truncated, lossy encoding, remaining `@odata.nextLink` …).
    pub notes: Vec<String>,
}

/// One record, or one stretch of bytes, that could not be used. Written to `rejected.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The file.
    pub source: SourceId,
    /// The record's ordinal inside the file, from 0.
    pub record: u64,
    /// Why.
    pub reason: SkipReason,
    /// The parser's own words: what was wrong and where.
    pub detail: String,
    /// The beginning of the record, at most 2,000 characters, exactly as read.
    pub excerpt: String,
}

/// Why a record was not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SkipReason {
    /// The file cannot be opened or read.
    UnreadableFile,
    /// The file has no bytes.
    EmptyFile,
    /// The file is not text.
    BinaryFile,
    /// Text that is neither JSON nor CSV, or packed in a way that this version does not read.
    UnsupportedContainer,
    /// Locked with a password.
    Encrypted,
    /// Beyond a limit that guards against archives made to exhaust the reader.
    LimitReached,
    /// The same bytes as another file of the case.
    SameFile,
    /// The record ends in the middle (cut file, cut cell).
    Truncated,
    /// The record is not valid JSON or CSV.
    Malformed,
    /// The record is well-formed but no known shape claims it.
    UnknownShape,
    /// A shape claimed it but a field that the frame needs is absent or unreadable.
    MissingField,
    /// A record that carries no evidence by design (an API listing page, a header repeated in the middle).
    NotEvidence,
}

/// Bytes as lower-case hex, as hashes are written.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
