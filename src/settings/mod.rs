//! Every threshold, typed, with the sentence that says where the number comes from. Loaded from TOML; unknown keys are errors.

use serde::{Deserialize, Serialize};

pub mod access;
pub mod archive;
pub mod assess;
pub mod baseline;
pub mod coverage;
pub mod exfiltration;
pub mod identity;
pub mod mailbox;
pub mod network;
pub mod session;

/// All settings of a run; printed in the manifest.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Baselines.
    pub baseline: baseline::Baseline,
    /// Networks known to the analyst.
    pub network: network::Network,
    /// Limits of unpacking.
    pub archive: archive::Archive,
    /// Sign-in detectors.
    pub access: access::Access,
    /// Session detectors.
    pub session: session::Session,
    /// Mailbox detectors.
    pub mailbox: mailbox::Mailbox,
    /// Directory detectors, tenant included.
    pub identity: identity::Identity,
    /// File detectors.
    pub exfiltration: exfiltration::Exfiltration,
    /// Coverage.
    pub coverage: coverage::Coverage,
    /// Judgement.
    pub assess: assess::Assess,
}
