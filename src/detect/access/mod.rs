//! How the account was entered.

use super::Detector;

mod brute_force;
mod guess;
mod mfa_code_guessing;
mod mfa_fatigue;
mod mfa_report;
mod password_spray;
mod record;
mod user_enumeration;

pub(super) const DETECTORS: &[&Detector] = &[
    &mfa_fatigue::DETECTOR,
    &mfa_report::DETECTOR,
    &mfa_code_guessing::DETECTOR,
    &password_spray::DETECTOR,
    &brute_force::DETECTOR,
    &user_enumeration::DETECTOR,
];
