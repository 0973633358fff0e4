//! How the account was entered.

use super::Detector;

mod brute_force;
mod draft;
mod guess;
mod hosting_sign_in;
mod impossible_travel;
mod legacy_authentication;
mod mfa_code_guessing;
mod mfa_fatigue;
mod mfa_report;
mod novel_origin;
mod odd_hour_burst;
mod password_spray;
mod record;
mod service_account;
mod shared_mailbox_sign_in;
mod standing;
mod user_enumeration;
mod words;

pub(super) const DETECTORS: &[&Detector] = &[
    &mfa_fatigue::DETECTOR,
    &mfa_report::DETECTOR,
    &mfa_code_guessing::DETECTOR,
    &password_spray::DETECTOR,
    &brute_force::DETECTOR,
    &user_enumeration::DETECTOR,
    &legacy_authentication::DETECTOR,
    &service_account::DETECTOR,
    &shared_mailbox_sign_in::DETECTOR,
    &hosting_sign_in::DETECTOR,
    &impossible_travel::DETECTOR,
    &novel_origin::DETECTOR,
    &odd_hour_burst::DETECTOR,
];
