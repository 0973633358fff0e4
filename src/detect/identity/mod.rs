//! Persistence in the directory.

use super::Detector;

pub(super) const DETECTORS: &[&Detector] = &[];
