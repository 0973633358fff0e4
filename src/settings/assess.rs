//! Thresholds of the judgement. The weights themselves are data: `src/data/signals.csv`.

use serde::{Deserialize, Serialize};

/// Thresholds of the judgement, in decibans (+10 multiplies the odds by ten).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Assess {
    /// Hostility from which an account with access counts as compromised: odds of 1,000 to 1 before priors. Proposal, checked on the fixture cases.
    pub compromised_at: f64,
    /// Hostility from which an account is suspected: odds of about 30 to 1. Proposal, checked on the fixture cases.
    pub suspected_at: f64,
    /// Hostility from which unusual signs without a clear access suffice for "suspected", if a vendor verdict, a user report or a session sign is among them.
    pub hints_suspected_at: f64,
    /// The best pattern needs this many decibans, otherwise the pattern is `unknown`.
    pub pattern_at: f64,
    /// A family of correlated signals counts at most this much: its strongest plus half of the next, capped.
    pub family_cap: f64,
    /// Hours after the first access in which an act whose record carries no address or session is still ascribed to the attacker context.
    /// Public chained-persistence rules use 2–24 hours.
    pub untraced_hours: i64,
    /// Days before the first access in which a change by somebody else that aims at the account (an exclusion from a Conditional Access policy) counts as its
    /// preparation. Proposal: a week, the interval of change reviews.
    pub prepared_days: i64,
    /// Order of response actions against which containment is read: `revoke-first` (revoke, disable, reset …) or `reset-last`.
    pub order_profile: String,
    /// Minutes after session revocation in which an old access token may still work (Microsoft: 60–90 minutes without continuous access evaluation).
    pub residual_token_minutes: i64,
    /// When containment was reached (T0), by the analyst's word, as a time with its zone; empty: from the responders' notes, else from the logs.
    pub t0: String,
    /// When the organisation became aware, from which notification clocks run; empty: not given.
    pub aware: String,
}

impl Default for Assess {
    fn default() -> Self {
        Self {
            compromised_at: 30.0,
            suspected_at: 15.0,
            hints_suspected_at: 20.0,
            pattern_at: 6.0,
            family_cap: 25.0,
            untraced_hours: 24,
            prepared_days: 7,
            order_profile: "revoke-first".to_owned(),
            residual_token_minutes: 90,
            t0: String::new(),
            aware: String::new(),
        }
    }
}
