//! What was done to and through mailboxes.

use super::Detector;

pub(super) const DETECTORS: &[&Detector] = &[];
