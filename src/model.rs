//! What a report says, as plain data (schema `backtrail.report/1`). `assess/` and `timeline.rs` fill it, the writers in `report/` print it: no polars and no
//! evidence access is needed to print what stands here.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

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

/// The judgement per account.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Verdict {
    /// Lower-case UPN.
    pub account: String,
    /// The judgement.
    pub status: Status,
    /// `mfa-fatigue`, `aitm`, `oauth-consent`, `service-account`, `shared-mailbox`, `password-spray` or `unknown`; null when there is no access.
    pub pattern: Option<String>,
    /// Slug of the variant.
    pub variant: Option<String>,
    /// 0–1, by the rule printed in the documentation; not a calibrated probability.
    pub confidence: f64,
    /// The confidence in a word: `established`, `likely`, `possible`, `not supported`.
    pub confidence_word: &'static str,
    /// First malicious act.
    pub first_malicious: Option<String>,
    /// Last malicious act.
    pub last_malicious: Option<String>,
    /// By what the attacker can be followed.
    pub attacker: Attacker,
    /// Evidence for, strongest first.
    #[serde(rename = "for")]
    pub reasons: Vec<Reason>,
    /// Evidence against.
    pub against: Vec<Reason>,
    /// Other patterns that the evidence supports, with their confidence.
    pub alternatives: Vec<Alternative>,
    /// Which absent evidence would decide what.
    pub missing_evidence: Vec<Missing>,
}

/// By what the attacker can be followed.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct Attacker {
    /// Addresses.
    pub addresses: Vec<String>,
    /// The same, with network and country, for people.
    pub origins: Vec<String>,
    /// Entra session ids.
    pub session_ids: Vec<String>,
    /// User agents.
    pub user_agents: Vec<String>,
    /// Entra device ids.
    pub device_ids: Vec<String>,
    /// Application ids that the attacker used or planted.
    pub app_ids: Vec<String>,
}

/// One argument.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Reason {
    /// The fact.
    pub text: String,
    /// Finding that carries the records; empty for arguments from coverage.
    pub finding: String,
    /// Decibans: +10 multiplies the odds of a hostile explanation by ten.
    pub weight: f64,
}

/// A second-best explanation.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Alternative {
    /// The pattern.
    pub pattern: String,
    /// 0–1.
    pub confidence: f64,
}

/// Evidence that is not in the case.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Missing {
    /// Which export.
    pub source: String,
    /// What it would decide.
    pub would_decide: String,
}

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
    /// First record.
    pub first_seen: String,
    /// Last record.
    pub last_seen: String,
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

/// Something left behind.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Artefact {
    /// `inbox-rule`, `mailbox-forwarding`, …
    pub kind: String,
    /// Whose.
    pub account: String,
    /// Name or id, verbatim.
    pub key: String,
    /// When it was made, as far as an audit record tells.
    pub created: Option<String>,
    /// When it was removed.
    pub removed: Option<String>,
    /// `present`, `removed` or `unknown`.
    pub state: String,
    /// Tied to the attacker context, or merely suspicious.
    pub attributed: bool,
    /// Finding that describes it.
    pub finding: String,
    /// The records.
    pub evidence: Vec<RecordLine>,
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

/// A session.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Session {
    /// Entra session id.
    pub session_id: String,
    /// Account.
    pub account: String,
    /// `attacker`, `user`, `shared` (both) or `unknown`.
    pub label: String,
    /// Addresses with network.
    pub origins: Vec<String>,
    /// First record.
    pub first: String,
    /// Last record.
    pub last: String,
    /// Records.
    pub records: u64,
}

/// Mail exposure of one mailbox.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Exposure {
    /// Mailbox.
    pub mailbox: String,
    /// Internet message ids logged as accessed.
    pub messages: Vec<String>,
    /// Folders synchronised as a whole: every message in them must be assumed copied.
    pub synced_folders: Vec<String>,
    /// Bind logging stopped for 24 hours at least once.
    pub throttled: bool,
    /// Windows in which reading could not be logged.
    pub windows_unknown: Vec<String>,
    /// Messages certainly accessed.
    pub lower_bound: u64,
    /// In words.
    pub upper_bound: String,
}

/// A mail sent in the attacker context.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Sent {
    /// Account or mailbox.
    pub account: String,
    /// When.
    pub at: String,
    /// Subject.
    pub subject: String,
    /// Recipients, where the evidence carries them.
    pub recipients: Vec<String>,
    /// Internet message id.
    pub message_id: String,
    /// The records.
    pub evidence: Vec<RecordLine>,
}

/// What the responders did.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct Containment {
    /// Name of the order profile.
    pub profile: String,
    /// Steps by time.
    pub steps: Vec<Step>,
    /// What went wrong.
    pub faults: Vec<Fault>,
    /// Containment.
    pub t0: Option<String>,
    /// Eradication.
    pub t1: Option<String>,
    /// Notification.
    pub t2: Option<String>,
    /// Recovery.
    pub t3: Option<String>,
}

/// One response action.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Step {
    /// `revoke-sessions`, `disable-account`, …
    pub action: String,
    /// On whom.
    pub account: String,
    /// When.
    pub at: String,
    /// Who did it.
    pub actor: String,
    /// The records.
    pub evidence: Vec<RecordLine>,
}

/// One fault of the containment.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Fault {
    /// `reset-before-revoke`, `no-session-revocation`, …
    pub kind: String,
    /// On whom.
    pub account: String,
    /// In words.
    pub text: String,
}

/// A trait shared by accounts.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Campaign {
    /// The value.
    #[serde(rename = "trait")]
    pub value: String,
    /// `address`, `user-agent`, `session`, `app`, `forward-target`, `rule-name` or `device`.
    pub kind: String,
    /// Accounts.
    pub accounts: Vec<String>,
    /// 1 = only these accounts have it, towards 0 the more common it is in the tenant.
    pub rarity: f64,
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
