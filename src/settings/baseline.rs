//! When an account's history is long enough to call something new, and when a network counts as the company's own.

use serde::{Deserialize, Serialize};

/// When an account's history is long enough to call something new, and when a network counts as the company's own.
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
    /// Where the history before a value is too short to judge it, the value still counts as established when it was used on this many days spread over
    /// more than `new_for_days`. Proposal: three separate days are a routine; one or two can be a visit.
    pub habit_days: usize,
    /// Users of one address block (IPv4 /24, IPv6 /64) that make it the company's own exit. Proposal: ten colleagues behind one block share an office
    /// or a concentrator; fewer may share a café or an intruder.
    pub egress_users: u64,
    /// Or this share of all users with a successful sign-in, in percent, for small tenants. Proposal.
    pub egress_percent: u64,
    /// The share alone never suffices below this many users: in a tenant of five, one user is already 20 %. Proposal.
    pub egress_min_users: u64,
    /// Days on which the block was used. Proposal: a working week, longer than one spray or one wave of phishing.
    pub egress_days: usize,
}

impl Default for Baseline {
    fn default() -> Self {
        Self {
            min_days: 5,
            min_successes: 20,
            new_for_days: 14,
            habit_days: 3,
            egress_users: 10,
            egress_percent: 20,
            egress_min_users: 3,
            egress_days: 5,
        }
    }
}
