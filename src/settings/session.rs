//! Thresholds of the session detectors.

use serde::{Deserialize, Serialize};

/// Thresholds of the session detectors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Session {
    /// Points from which a second origin of one session is reported. Proposal: a new rented network plus another browser, or another country plus an
    /// interleave; one change alone never reaches it. Lower it and travellers appear.
    pub replay_alert: i64,
    /// Points from which the replay is critical. Proposal: three independent changes.
    pub replay_critical: i64,
    /// Two origins that alternate within this many minutes overlap, which rules out travel. Proposal: shorter than any move between networks that a
    /// geolocation table can tell apart.
    pub interleave_minutes: i64,
    /// Minutes between the authorisation page and the redemption of its code. A public detection rule on this act uses 30; codes live ten minutes.
    pub code_minutes: i64,
    /// Sign-ins that make a cadence. Public hunting content on token replay kits saw one sign-in about every 30 minutes; four show three equal gaps.
    pub cadence_sign_ins: usize,
    /// Shortest median gap of a cadence, minutes. Below it ordinary token refreshes of busy clients begin.
    pub cadence_minutes_from: i64,
    /// Longest median gap of a cadence, minutes. Above it the hourly refresh of access tokens begins.
    pub cadence_minutes_to: i64,
    /// Largest median absolute deviation of a cadence as a share of its median gap. People are less regular than a quarter.
    pub cadence_deviation: f64,
    /// Sign-ins closer together than this many seconds are one beat of a cadence: one refresh asks for several resources at once.
    pub cadence_beat_seconds: i64,
    /// Risk detections of one account and kind within this many hours are one finding. One day: offline detections of one sign-in arrive hours apart.
    pub risk_episode_hours: i64,
    /// A persistence step may stand this many minutes before the sign-in it belongs to: services write with different latency.
    pub chain_before_minutes: i64,
    /// A persistence step belongs to a suspicious sign-in for this many hours. Public rules use 5 minutes to 8 hours; a whole data set allows a day.
    pub chain_after_hours: i64,
    /// Weight from which a chain is reported. Each kind of step weighs 1.0 within 30 minutes, 0.8 within 2 hours, 0.5 within 8, 0.3 within a day, times
    /// 1.3 when it shares session, token or address with the sign-in, times 0.3 when it comes from the account's own network. At 0.5 one step of
    /// the same morning is enough.
    pub chain_weight: f64,
    /// Weight from which a chain is critical rather than high: two kinds of step, or one that shares the session at once.
    pub chain_weight_critical: f64,
    /// An account younger than this many days is being set up: new networks, methods and devices are expected.
    pub onboarding_days: i64,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            replay_alert: 40,
            replay_critical: 60,
            interleave_minutes: 10,
            code_minutes: 30,
            cadence_sign_ins: 4,
            cadence_minutes_from: 20,
            cadence_minutes_to: 40,
            cadence_deviation: 0.25,
            cadence_beat_seconds: 120,
            risk_episode_hours: 24,
            chain_before_minutes: 10,
            chain_after_hours: 24,
            chain_weight: 0.5,
            chain_weight_critical: 1.5,
            onboarding_days: 3,
        }
    }
}
