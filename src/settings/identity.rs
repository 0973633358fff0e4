//! Thresholds of the directory and tenant detectors.

use serde::{Deserialize, Serialize};

/// Thresholds of the directory and tenant detectors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Identity {
    /// Hours for which a suspicious sign-in colours later acts of the same account. Public rules use 2 to 8 hours between risky sign-in and consent.
    pub suspicious_before_hours: i64,
    /// Points from which a consent is reported. Proposal on the catalogue's scale: mailbox reading with offline access for an application that is new in
    /// the tenant is reported, reading alone is not.
    pub consent_alert: i64,
    /// Points from which a consent is high rather than medium. Proposal: writing or sending mail plus two further signs.
    pub consent_high: i64,
    /// Accounts that consent to one application within a day before it looks like a campaign. The catalogue's proposal.
    pub consent_campaign_accounts: usize,
    /// Grants of one application above this many accounts are a roll-out: one finding for the tenant instead of one for each account.
    pub grant_rollout_accounts: usize,
    /// Days within which an application counts as new in the tenant. The catalogue's proposal.
    pub app_new_days: i64,
    /// Credential additions by the same application that make a rotation. Two could be chance; three are a habit.
    pub rotation_adds: usize,
    /// Hours after a suspicious sign-in in which a device registration is reported whatever its network.
    pub device_after_hours: i64,
    /// Accounts that add a method on one day before it looks like an enrolment campaign. Proposal.
    pub enrolment_wave_accounts: usize,
}

impl Default for Identity {
    fn default() -> Self {
        Self {
            suspicious_before_hours: 8,
            consent_alert: 30,
            consent_high: 60,
            consent_campaign_accounts: 3,
            grant_rollout_accounts: 10,
            app_new_days: 7,
            rotation_adds: 3,
            device_after_hours: 24,
            enrolment_wave_accounts: 5,
        }
    }
}
