//! Thresholds of the judgement.

use serde::{Deserialize, Serialize};

/// Thresholds of the judgement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Assess {}
