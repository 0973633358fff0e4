//! Thresholds of the sign-in detectors. Durations are whole minutes or hours.

use serde::{Deserialize, Serialize};

/// Thresholds of the sign-in detectors.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Access {
    /// Refused MFA prompts.
    pub mfa: Mfa,
    /// Password spray, brute force, user enumeration.
    pub guessing: Guessing,
    /// Accounts that machines or several people use.
    pub special: Special,
    /// Where sign-ins come from.
    pub origin: Origin,
}

/// Refused MFA prompts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mfa {
    /// Refused prompts that make an episode. Public rules ask for 3 (Reprise99) up to 10 (Splunk) in ten minutes; a whole case can afford the lowest.
    pub prompts: usize,
    /// Longest pause inside an episode, minutes. All public rules look at ten-minute windows; a longer pause splits an episode in two.
    pub gap_minutes: i64,
    /// The prompts must fall into this many minutes. Proposal: an hour is as long as somebody keeps trying in one sitting.
    pub span_minutes: i64,
    /// An approval counts when it follows the last refusal within this many minutes (Reprise99: success within 10 minutes).
    pub approval_minutes: i64,
    /// Refusals in one correlation id are one prompt unless they lie further apart than this many seconds: a prompt lives for about one minute and
    /// writes two or three rows. Smaller values count one refusal twice.
    pub same_prompt_seconds: i64,
    /// Days on which the same relay (RADIUS/NPS) fails for one account before it counts as an unattended loop. Proposal.
    pub loop_days: usize,
    /// Failed one-time codes that make code guessing (Elastic "TOTP brute force": 20).
    pub code_failures: usize,
    /// Distinct sessions among them (Elastic: 10): a person mistyping stays in one or two.
    pub code_sessions: usize,
}

impl Default for Mfa {
    fn default() -> Self {
        Self {
            prompts: 3,
            gap_minutes: 10,
            span_minutes: 60,
            approval_minutes: 10,
            same_prompt_seconds: 120,
            loop_days: 3,
            code_failures: 20,
            code_sessions: 10,
        }
    }
}

/// Password spray, brute force, user enumeration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Guessing {
    /// Failing users of one source that make a spray. Sentinel takes 5 in 20 minutes, Elastic 15 in 30; over a whole case 10 with the ratio test below.
    pub spray_users: usize,
    /// In a small tenant half of its accounts are enough, but never fewer than this many. Proposal: below five, one household or one desk fails alike.
    pub spray_users_small: usize,
    /// Of these, users that exist (wrong password rather than unknown name). Proposal: fewer is enumeration.
    pub spray_known_users: usize,
    /// Users that only failed, as a share of all users of the source. Sentinel: more failed than succeeded principals; 0.8 keeps an office whose users
    /// all mistype once quiet.
    pub spray_ratio: f64,
    /// Median failures per user and day up to which it is a spray. Proposal: lock-out starts at 10, sprayers stay well below.
    pub spray_median: usize,
    /// Sliding window in hours for all guessing. The whole case is tested as well, so low-and-slow campaigns are found.
    pub window_hours: i64,
    /// Users and addresses of a spray from many addresses with one fingerprint (Splunk: more than 20 users and 20 addresses with one user agent).
    pub distributed: usize,
    /// A token for a source of the campaign counts as its success until this many hours after its last guess (proposal: three days).
    pub success_hours: i64,
    /// First success from a network of the campaign at an address that took no part, in days: valid passwords are used from elsewhere (proposal).
    pub elsewhere_days: i64,
    /// Wrong passwords for one user that make a brute force (Elastic: 30).
    pub brute_failures: usize,
    /// More failing users than this on a source make it a spray rather than a brute force (Elastic: 3).
    pub brute_users: usize,
    /// Unknown users of one source that make an enumeration. Half of what Elastic asks of a spray in half an hour would be a typo list; 15 is proposal.
    pub enumeration_users: usize,
    /// A single client counts as a forgotten device when the median deviation of its intervals is at most this share of the median interval. Proposal.
    pub regularity: f64,
}

impl Default for Guessing {
    fn default() -> Self {
        Self {
            spray_users: 10,
            spray_users_small: 5,
            spray_known_users: 5,
            spray_ratio: 0.8,
            spray_median: 5,
            window_hours: 24,
            distributed: 20,
            success_hours: 72,
            elsewhere_days: 7,
            brute_failures: 30,
            brute_users: 3,
            enumeration_users: 15,
            regularity: 0.25,
        }
    }
}

/// Accounts that machines or several people use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Special {
    /// Successes after which a narrow habit says "machine". Half of the general baseline: a machine's habits have next to no variance.
    pub machine_successes: usize,
    /// Days of them.
    pub machine_days: usize,
    /// Applications a machine uses at most (proposal: two, from the catalogue of service accounts).
    pub machine_apps: usize,
    /// Networks a machine uses at most.
    pub machine_networks: usize,
    /// Hours of the day in which an account without a telling name must be active to count as a machine: 20 of 24 is nobody's working day.
    pub machine_hours: usize,
    /// Minutes between enabling an account and resetting its password (Splunk: 2).
    pub enable_reset_minutes: i64,
    /// Days after its creation in which an account is being set up (suppression F18).
    pub onboarding_days: i64,
    /// Days between disabling an account and giving it back with a new password in which this is the end of a containment. Proposal.
    pub recovery_days: i64,
    /// Accounts on one device, or on one address with one user agent, that make it a kiosk (proposal: one shift).
    pub kiosk_users: usize,
    /// Share of an account's sign-ins that must come from kiosks. Proposal: one odd sign-in in twenty is tolerated.
    pub kiosk_share: f64,
}

impl Default for Special {
    fn default() -> Self {
        Self {
            machine_successes: 10,
            machine_days: 3,
            machine_apps: 2,
            machine_networks: 3,
            machine_hours: 20,
            enable_reset_minutes: 2,
            onboarding_days: 3,
            recovery_days: 30,
            kiosk_users: 5,
            kiosk_share: 0.95,
        }
    }
}

/// Where sign-ins come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Origin {
    /// Successful days on a rented network after which it is the account's habit (catalogue 4.2).
    pub hosting_days: usize,
    /// Other accounts with a habit on a rented network after which it is the company's (catalogue 4.2: tenant prevalence below 5).
    pub hosting_users: usize,
    /// Least distance of an impossible journey, km (Elastic: 500).
    pub travel_km: f64,
    /// Least speed, km/h: above a scheduled flight (Elastic 800, airliners cruise at 900).
    pub travel_kmh: f64,
    /// How far an address may be from its recorded coordinates, km: fixed lines and mobile carriers, whose gateways serve whole countries. Proposal.
    pub accuracy_km: f64,
    /// The same for mobile carriers.
    pub accuracy_mobile_km: f64,
    /// Successes of a burst.
    pub burst_successes: usize,
    /// Minutes of a burst.
    pub burst_minutes: i64,
    /// Applications in a burst.
    pub burst_apps: usize,
}

impl Default for Origin {
    fn default() -> Self {
        Self {
            hosting_days: 2,
            hosting_users: 5,
            travel_km: 500.0,
            travel_kmh: 900.0,
            accuracy_km: 100.0,
            accuracy_mobile_km: 500.0,
            burst_successes: 3,
            burst_minutes: 15,
            burst_apps: 2,
        }
    }
}
