//! When an account's history is long enough to call something new.

use serde::{Deserialize, Serialize};

/// When an account's history is long enough to call something new.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Baseline {
    /// Days with a successful sign-in before a value first appears. Microsoft's unfamiliar-features detection learns for at least 5 days; fewer makes
    /// every value of a new account "new".
    pub min_days: usize,
    /// Successful sign-ins before a value first appears. Microsoft's atypical travel needs 10 logins; 20 keeps a quiet account from looking settled.
    pub min_successes: usize,
    /// A value counts as new for this many days after it first appeared; later it has become a habit. Proposal: longer than a holiday's first week.
    pub new_for_days: i64,
}

impl Default for Baseline {
    fn default() -> Self {
        Self { min_days: 5, min_successes: 20, new_for_days: 14 }
    }
}
