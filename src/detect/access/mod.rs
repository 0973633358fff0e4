//! How the account was entered.

use super::Detector;

pub(super) const DETECTORS: &[&Detector] = &[];
