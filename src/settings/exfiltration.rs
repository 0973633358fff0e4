//! Thresholds of the file detectors.

use serde::{Deserialize, Serialize};

/// Thresholds of the file detectors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Exfiltration {}
