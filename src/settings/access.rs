//! Thresholds of the sign-in detectors.

use serde::{Deserialize, Serialize};

/// Thresholds of the sign-in detectors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Access {}
