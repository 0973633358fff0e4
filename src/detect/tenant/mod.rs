//! Tenant-wide tampering.

use super::Detector;

pub(super) const DETECTORS: &[&Detector] = &[];
