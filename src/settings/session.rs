//! Thresholds of the session detectors.

use serde::{Deserialize, Serialize};

/// Thresholds of the session detectors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Session {}
