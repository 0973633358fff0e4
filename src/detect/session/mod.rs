//! Sessions and tokens used from more than one place.

use super::Detector;

pub(super) const DETECTORS: &[&Detector] = &[];
