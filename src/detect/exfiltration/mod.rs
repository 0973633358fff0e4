//! Data taken outside the mailbox.

use super::Detector;

mod ediscovery;
mod file_download;
mod file_sharing;
mod power_platform;
mod teams_contact;

pub(super) const DETECTORS: &[&Detector] =
    &[&file_download::DETECTOR, &file_sharing::DETECTOR, &power_platform::DETECTOR, &teams_contact::DETECTOR, &ediscovery::DETECTOR];
