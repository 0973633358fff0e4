//! What the analyst knows about networks.

use serde::{Deserialize, Serialize};

/// What the analyst knows about networks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Network {}
