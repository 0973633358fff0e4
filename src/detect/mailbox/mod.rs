//! What was done to and through mailboxes.

use super::Detector;

mod delegate;
mod inbox_rule;
mod mailbox_forwarding;
mod owner;
mod recipient;
mod words;

pub(super) const DETECTORS: &[&Detector] = &[&inbox_rule::DETECTOR, &mailbox_forwarding::DETECTOR, &delegate::DETECTOR];
