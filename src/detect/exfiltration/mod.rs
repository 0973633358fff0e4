//! Data taken outside the mailbox.

use super::Detector;

pub(super) const DETECTORS: &[&Detector] = &[];
