//! What `inventory` says, as plain data: the files as they are, and what an investigation still lacks. Nothing is judged.

use schemars::JsonSchema;
use serde::Serialize;

use super::{CoverageLine, LimitLine, MissingExport, Tool};

/// Name of the schema; a removed or renamed key makes it `/2`.
pub const INVENTORY_SCHEMA: &str = "backtrail.inventory/1";

/// The evidence as found.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Inventory {
    /// Always [`INVENTORY_SCHEMA`].
    pub schema: &'static str,
    /// What made the list.
    pub tool: Tool,
    /// The files, by path.
    pub files: Vec<InventoryFile>,
    /// Records per kind of evidence, file and day. Records that stand in several files count in each.
    pub evidence: Vec<CoverageLine>,
    /// Kinds of evidence of which there is no record.
    pub absent: Vec<String>,
    /// What of that is easily misread.
    pub gaps: Vec<String>,
    /// What keeps the evidence from being the whole truth.
    pub limits: Vec<LimitLine>,
    /// The exports that an investigation still lacks.
    pub missing: Vec<MissingExport>,
    /// Evidence that must survive remediation, present or not.
    pub preservation: Vec<String>,
}

/// One file.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct InventoryFile {
    /// Path below the evidence folder.
    pub path: String,
    /// SHA-256 of all its bytes, lower-case hex; empty when it cannot be read.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// `json`, `csv` …, or `unknown`.
    pub container: String,
    /// Encoding.
    pub encoding: String,
    /// Ids of the shapes of its records, most frequent first.
    pub shapes: Vec<String>,
    /// The same for people.
    pub titles: Vec<String>,
    /// Who probably wrote it; may be empty.
    pub exporter: String,
    /// Kinds of evidence in it, with their records.
    pub kinds: Vec<KindCount>,
    /// Records found.
    pub records: u64,
    /// Records that cannot be used.
    pub rejected: u64,
    /// Those of them that are a loss: a repeated table head is none.
    pub lost: u64,
    /// First event.
    pub first: Option<String>,
    /// Last event.
    pub last: Option<String>,
    /// User accounts that it names.
    pub users: u64,
    /// Why it, or a part of it, cannot be used.
    pub damage: Vec<String>,
    /// What else a reader must know.
    pub notes: Vec<String>,
}

/// Records of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KindCount {
    /// Kind of evidence.
    pub kind: String,
    /// Records.
    pub records: u64,
}
