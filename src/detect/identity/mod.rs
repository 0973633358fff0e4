//! Directory changes: methods, devices, consents, credentials, roles, users.

use super::Detector;

pub(in crate::detect) mod act;
pub(in crate::detect) mod apps;
pub(in crate::detect) mod change;
mod consent;
mod consent_risk;
mod consented_app_use;
mod grant_state;
mod oauth_consent;

pub(super) const DETECTORS: &[&Detector] = &[&oauth_consent::DETECTOR, &consented_app_use::DETECTOR, &grant_state::DETECTOR];
