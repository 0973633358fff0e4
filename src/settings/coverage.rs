//! Thresholds of the coverage statements: when an empty day is a hole.

use serde::{Deserialize, Serialize};

/// Thresholds of coverage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Coverage {
    /// An empty day is a hole when the days like it around it (working days or weekend days, the four nearest on each side) have at least this many records
    /// in the middle (median). With ten expected, an empty day happens by chance once in 22,000 days if records come independently; they come in bursts, which
    /// is why the median of several days is asked and not the mean.
    pub hole_expects: u64,
    /// Fewer comparable days than this say nothing about an empty one.
    pub hole_compares: usize,
}

impl Default for Coverage {
    fn default() -> Self {
        Self { hole_expects: 10, hole_compares: 3 }
    }
}
