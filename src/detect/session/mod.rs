//! Sessions and tokens used from more than one place.

use super::Detector;

mod aitm_capture;
pub(in crate::detect) mod anchor;
mod authorization_code_theft;
mod chain_step;
mod chained_persistence;
mod dead_token_reuse;
mod device_code;
pub(in crate::detect) mod origins;
mod replay_score;
mod risk_feed;
mod session_replay;
mod shared_key;
pub(in crate::detect) mod sighting;
mod token_replay;

pub(super) const DETECTORS: &[&Detector] = &[
    &aitm_capture::DETECTOR,
    &session_replay::DETECTOR,
    &token_replay::DETECTOR,
    &authorization_code_theft::DETECTOR,
    &device_code::DETECTOR,
    &dead_token_reuse::DETECTOR,
    &risk_feed::DETECTOR,
    &chained_persistence::DETECTOR,
];
