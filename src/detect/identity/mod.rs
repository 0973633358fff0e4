//! Directory changes: methods, devices, consents, credentials, roles, users.

use super::Detector;

pub(in crate::detect) mod act;
mod app_credential;
pub(in crate::detect) mod apps;
mod auth_method_added;
pub(in crate::detect) mod change;
mod consent;
mod consent_risk;
mod consented_app_use;
mod device_registered;
mod grant_state;
mod method_change;
mod oauth_consent;
mod role_or_group_added;
mod user_created;

pub(super) const DETECTORS: &[&Detector] = &[
    &oauth_consent::DETECTOR,
    &consented_app_use::DETECTOR,
    &grant_state::DETECTOR,
    &app_credential::DETECTOR,
    &auth_method_added::DETECTOR,
    &device_registered::DETECTOR,
    &role_or_group_added::DETECTOR,
    &user_created::DETECTOR,
];
