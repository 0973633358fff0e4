//! What one detector found: facts with their records. Judgement words live in `assess/`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use crate::provenance::RecordRef;
use crate::time::Time;

/// How much an analyst should care before any context is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing, proves nothing.
    Info,
    /// Weak.
    Low,
    /// Unusual.
    Medium,
    /// Rarely innocent.
    High,
    /// Near-certain hostile act.
    Critical,
}

/// Stands for the time of records that carry none: a state export says that a thing exists, not since when.
pub const UNDATED: Time = Time(0);

/// What the records of a finding have in common with other records: the traces by which an actor can be followed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traces {
    /// Canonical IP addresses.
    pub addresses: BTreeSet<String>,
    /// Entra session ids as they stand in the evidence.
    pub sessions: BTreeSet<String>,
    /// Unique token identifiers.
    pub tokens: BTreeSet<String>,
    /// Full user agent strings.
    pub agents: BTreeSet<String>,
    /// Entra device ids.
    pub devices: BTreeSet<String>,
    /// Application ids.
    pub apps: BTreeSet<String>,
}

impl Traces {
    /// Takes over everything `other` holds.
    pub fn extend(&mut self, other: &Self) {
        let pairs = [
            (&mut self.addresses, &other.addresses),
            (&mut self.sessions, &other.sessions),
            (&mut self.tokens, &other.tokens),
            (&mut self.agents, &other.agents),
            (&mut self.devices, &other.devices),
            (&mut self.apps, &other.apps),
        ];
        for (own, theirs) in pairs {
            // An empty cell is a field without value, not a trace that records share.
            own.extend(theirs.iter().filter(|value| !value.is_empty()).cloned());
        }
    }
}

/// A thing that stays behind and keeps working after the actor has gone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Artefact {
    /// What it is.
    pub kind: ArtefactKind,
    /// Whose it is: lower-case UPN, or empty for tenant-wide things.
    pub account: String,
    /// Its name or id as it stands in the evidence: rule name, grant's client id or app name, method, device id, forwarding address …
    pub key: String,
}

/// The kinds of artefact that `report.json` knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArtefactKind {
    /// Inbox or sweep rule.
    InboxRule,
    /// `ForwardingSmtpAddress` or `ForwardingAddress` of a mailbox.
    MailboxForwarding,
    /// FullAccess, SendAs, SendOnBehalf or folder permission.
    Delegate,
    /// Transport rule, connector or journal rule.
    TransportRule,
    /// Authentication method.
    AuthMethod,
    /// Registered or joined device.
    Device,
    /// Delegated OAuth permission grant.
    OauthGrant,
    /// Application permission.
    AppRoleAssignment,
    /// Secret, certificate or federated credential of an application.
    SpCredential,
    /// Directory or Exchange role membership.
    RoleMember,
    /// Group membership or ownership.
    GroupMember,
    /// User or guest.
    UserCreated,
    /// Conditional Access policy, named location or tenant policy weakened.
    CaPolicy,
    /// Power Automate flow.
    Flow,
    /// Application or service principal.
    App,
    /// Auditing switched off or bypassed.
    AuditBypass,
}

/// One thing one detector found. There is no finding without a record: see [`Finding::new`].
#[derive(Debug, Clone)]
pub struct Finding {
    /// Stable id `<detector>-<12 hex>`, from detector, signal, account, time and the primary record's own id: the same event gives the same id in
    /// whichever export it was found. A record without an id is named by its place.
    pub id: String,
    /// Id of the detector.
    pub detector: &'static str,
    /// What exactly was seen, one of the detector's `signals`. `assess/` weighs signals, never texts.
    pub signal: &'static str,
    /// Lower-case UPN (or the key that stands for the actor); empty for tenant-wide findings.
    pub account: String,
    /// Severity before context.
    pub severity: Severity,
    /// 0–1: how surely the records mean what the summary says (not: how hostile it is).
    pub confidence: f64,
    /// Time of the first record; [`UNDATED`] when it rests on state exports only.
    pub first_seen: Time,
    /// Time of the last record.
    pub last_seen: Time,
    /// One sentence of facts, for humans.
    pub summary: String,
    /// The numbers and names behind the sentence.
    pub facts: BTreeMap<&'static str, Value>,
    /// ATT&CK technique ids.
    pub attack: &'static [&'static str],
    /// By what the actor can be followed.
    pub traces: Traces,
    /// What stayed behind, when something did.
    pub artefact: Option<Artefact>,
    /// Innocent explanations that this case's own records support ("device is compliant and known"), for the judgement's `against`.
    pub against: Vec<String>,
    /// The records, primary first. Never empty.
    pub evidence: Vec<RecordRef>,
}

impl Finding {
    /// A finding about `account` that rests on `primary`, seen at `at`. Everything else has a neutral default and is set by field.
    pub fn new(detector: &'static str, signal: &'static str, account: &str, at: Time, primary: RecordRef) -> Self {
        use sha2::{Digest, Sha256};
        let record = match &*primary.id {
            "" => format!("{}\0{}", primary.source.0, primary.record),
            id => id.to_ascii_lowercase(),
        };
        let key = format!("{detector}\0{signal}\0{account}\0{}\0{record}", at.0);
        let digest = Sha256::digest(key.as_bytes());
        let short = digest.iter().take(6).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        Self {
            id: format!("{detector}-{short:012x}"),
            detector,
            signal,
            account: account.to_owned(),
            severity: Severity::Info,
            confidence: 0.5,
            first_seen: at,
            last_seen: at,
            summary: String::new(),
            facts: BTreeMap::new(),
            attack: &[],
            traces: Traces::default(),
            artefact: None,
            against: Vec::new(),
            evidence: vec![primary],
        }
    }

    /// Adds a record and widens the time span; repeats are ignored.
    pub fn add_record(&mut self, at: Option<Time>, record: RecordRef) {
        if let Some(at) = at {
            self.first_seen = self.first_seen.min(at);
            self.last_seen = self.last_seen.max(at);
        }
        if !self.evidence.contains(&record) {
            self.evidence.push(record);
        }
    }

    /// At least one record carries a time.
    pub fn is_dated(&self) -> bool {
        self.first_seen != UNDATED
    }

    /// Sets a fact.
    pub fn fact(&mut self, name: &'static str, value: impl Into<Value>) {
        self.facts.insert(name, value.into());
    }
}

/// What became of one detector on this case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// Id of the detector.
    pub detector: &'static str,
    /// The outcome.
    pub outcome: Outcome,
}

/// A missing log is not a clean log: each detector says which of the three it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It ran and found this many things.
    Ran(usize),
    /// None of the evidence it needs is in the case.
    NoSuchEvidence,
    /// It failed; the text says how. Its silence proves nothing.
    Failed(String),
}
