//! Thresholds of the directory and tenant detectors.

use serde::{Deserialize, Serialize};

/// Thresholds of the directory and tenant detectors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Identity {}
