//! What a report says, as plain data (schema `backtrail.report/1`). `assess/` and `timeline.rs` fill it, the writers in `report/` print it: no
//! frames and no evidence access are needed to print what stands here.

mod account;
mod evidence;
mod inventory;
mod reach;

use schemars::JsonSchema;
use serde::Serialize;

pub use account::{Alternative, Attacker, Missing, Reason, Verdict};
pub use evidence::{
    Coverage, CoverageLine, DayLine, DetectorRun, DifferenceLine, FileSpan, Finding, LimitLine, Merging, MissingExport, RecordLine, SourceLine,
};
pub use inventory::{INVENTORY_SCHEMA, Inventory, InventoryFile, KindCount};
pub use reach::{Artefact, Campaign, Containment, Deadline, Exposure, Fault, Sent, Session, Step};

/// Name of the schema; a removed or renamed key makes it `/2`.
pub const SCHEMA: &str = "backtrail.report/1";

/// Everything that is known about a case after judgement. Lists are in a fixed order; times are RFC 3339 UTC with `Z`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Report {
    /// Always [`SCHEMA`].
    pub schema: &'static str,
    /// What made the report.
    pub tool: Tool,
    /// The judgement per case.
    pub incident: Incident,
    /// The judgement per account, worst first; accounts without any finding are counted in `clear_accounts`, not listed.
    pub verdicts: Vec<Verdict>,
    /// Accounts seen in the evidence about which nothing was found, sorted.
    pub clear_accounts: Vec<String>,
    /// What the detectors found, by time.
    pub findings: Vec<Finding>,
    /// What was left behind, by account, kind and key.
    pub artefacts: Vec<Artefact>,
    /// The fifteen blast-radius items, always all fifteen, in order.
    pub checklist: Vec<ChecklistItem>,
    /// Sessions of the attacker and sessions used from more than one network.
    pub sessions: Vec<Session>,
    /// Mail read in the attacker context, per mailbox.
    pub exposure: Vec<Exposure>,
    /// Mail sent in the attacker context.
    pub sent: Vec<Sent>,
    /// What the responders did, and in which order.
    pub containment: Containment,
    /// Traits that link accounts.
    pub campaign: Vec<Campaign>,
    /// What this evidence can and cannot show.
    pub coverage: Coverage,
    /// Records that stand in the evidence more than once, and where their copies differ.
    pub merging: Merging,
    /// Ordered events.
    pub timeline: Vec<Event>,
    /// What became of each detector.
    pub detectors: Vec<DetectorRun>,
    /// The evidence files.
    pub sources: Vec<SourceLine>,
}

/// What made the report.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Tool {
    /// `backtrail`.
    pub name: &'static str,
    /// Version of the package.
    pub version: &'static str,
    /// Tables used for networks and countries, with their dates.
    pub tables: Vec<String>,
    /// Whose data the embedded tables are, as their licences demand.
    pub attributions: &'static str,
}

/// The judgement per case.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Incident {
    /// Pattern of the entry account's verdict; null when nobody is compromised or suspected.
    pub pattern: Option<String>,
    /// Variant of the pattern.
    pub variant: Option<String>,
    /// Where it began, as far as this evidence shows.
    pub entry_account: Option<String>,
    /// Compromised and suspected accounts, by first malicious time.
    pub accounts: Vec<String>,
    /// First malicious time over all accounts.
    pub first_malicious: Option<String>,
    /// Last malicious time over all accounts.
    pub last_malicious: Option<String>,
    /// `compromised`, `suspected`, `password_known`, `attempted` or `clear`: the worst of the verdicts.
    pub status: Status,
    /// The answer in two or three plain sentences.
    pub summary: String,
}

/// Status of an account or a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing found that stands against the innocent explanations. Holds only as far as `coverage` reaches.
    Clear,
    /// Attempts were seen, none got through.
    Attempted,
    /// The password is known to an outsider; no access was seen.
    PasswordKnown,
    /// Signs of access by somebody else that do not suffice for more.
    Suspected,
    /// Access by somebody else, shown by independent kinds of evidence.
    Compromised,
}

impl Status {
    /// The word of `report.json`.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Attempted => "attempted",
            Self::PasswordKnown => "password_known",
            Self::Suspected => "suspected",
            Self::Compromised => "compromised",
        }
    }
}

/// One of the fifteen.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ChecklistItem {
    /// 1–15.
    pub item: u8,
    /// Name.
    pub name: String,
    /// `found`, `clear`, `partial` or `not_covered`.
    pub status: String,
    /// What was read, what it covers, what it shows.
    pub why: String,
    /// Findings behind `found`.
    pub findings: Vec<String>,
}

/// One timeline entry.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Event {
    /// When.
    pub at: String,
    /// `access`, `session`, `mailbox`, `identity`, `tenant`, `files`, `response` …
    pub phase: String,
    /// Account.
    pub account: String,
    /// What.
    pub text: String,
    /// `attacker`, `responder`, `user` or `unknown`.
    pub actor: String,
    /// Finding, when one describes it.
    pub finding: String,
    /// The records.
    pub evidence: Vec<RecordLine>,
}
