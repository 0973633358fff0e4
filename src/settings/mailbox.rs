//! Thresholds of the mailbox detectors.

use serde::{Deserialize, Serialize};

/// Thresholds of the mailbox detectors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Mailbox {}
