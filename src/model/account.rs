//! The judgement per account.

use schemars::JsonSchema;
use serde::Serialize;

use super::Status;

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
