//! Thresholds of the file detectors.

use serde::{Deserialize, Serialize};

/// Thresholds of the file detectors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Exfiltration {
    /// Downloads.
    pub file_download: FileDownload,
    /// Flows and apps.
    pub power_platform: PowerPlatform,
    /// eDiscovery.
    pub ediscovery: Ediscovery,
}

/// When downloads stand out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FileDownload {
    /// Distinct files within one hour. Proposal, between public rules of 25 in three minutes and 1,500 in ten minutes.
    pub hour_files: usize,
    /// Multiple of the account's own median per day with downloads that also counts, when the origin is unusual.
    pub own_median_factor: usize,
    /// Distinct files below which the comparison with the own median says nothing.
    pub least_files: usize,
    /// Days with downloads that the own median needs.
    pub median_days: usize,
    /// Distinct days on which a program must have downloaded for `service_accounts` accounts to count as a service of the tenant (backup).
    pub service_days: usize,
    /// Accounts or sites that such a program serves.
    pub service_accounts: usize,
}

impl Default for FileDownload {
    fn default() -> Self {
        Self { hour_files: 100, own_median_factor: 10, least_files: 25, median_days: 5, service_days: 3, service_accounts: 3 }
    }
}

/// When work on flows and apps is a habit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PowerPlatform {
    /// Distinct other days with such work that make an account a maker. Proposal: more than a trial.
    pub maker_days: usize,
}

impl Default for PowerPlatform {
    fn default() -> Self {
        Self { maker_days: 3 }
    }
}

/// When eDiscovery is new or routine for somebody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ediscovery {
    /// Days of own records before an actor's first eDiscovery counts as first. As Microsoft's learning period for unfamiliar features.
    pub history_days: i64,
    /// Distinct days of eDiscovery after which it is an actor's routine. Proposal: a working week.
    pub routine_days: usize,
}

impl Default for Ediscovery {
    fn default() -> Self {
        Self { history_days: 5, routine_days: 5 }
    }
}
