//! Thresholds of the file detectors.

use serde::{Deserialize, Serialize};

/// Thresholds of the file detectors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Exfiltration {
    /// Downloads.
    pub file_download: FileDownload,
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
    /// Accounts that such a program serves.
    pub service_accounts: usize,
}

impl Default for FileDownload {
    fn default() -> Self {
        Self { hour_files: 100, own_median_factor: 10, least_files: 25, median_days: 5, service_days: 3, service_accounts: 3 }
    }
}
