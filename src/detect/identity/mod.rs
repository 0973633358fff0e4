//! Directory changes: methods, devices, consents, credentials, roles, users.

use super::Detector;

pub(in crate::detect) mod act;
pub(in crate::detect) mod apps;
pub(in crate::detect) mod change;

pub(super) const DETECTORS: &[&Detector] = &[];
