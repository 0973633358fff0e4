//! Changes to the tenant itself: access policies, auditing, federation.

use super::Detector;

mod audit_tampering;
mod conditional_access;
mod federation;
mod policy_diff;

pub(super) const DETECTORS: &[&Detector] = &[&conditional_access::DETECTOR, &audit_tampering::DETECTOR, &federation::DETECTOR];
