//! What was done to and through mailboxes.

use super::Detector;

mod delegate;
mod delegate_access;
mod inbox_rule;
mod mail_access;
mod mail_protection;
mod mail_search;
mod mail_sent;
mod mailbox_forwarding;
mod mailbox_protocols;
mod owner;
mod recipient;
mod transport_rule;
pub(in crate::detect) mod words;

pub(super) const DETECTORS: &[&Detector] = &[
    &inbox_rule::DETECTOR,
    &mailbox_forwarding::DETECTOR,
    &delegate::DETECTOR,
    &delegate_access::DETECTOR,
    &mail_access::DETECTOR,
    &mail_sent::DETECTOR,
    &mail_search::DETECTOR,
    &mailbox_protocols::DETECTOR,
    &transport_rule::DETECTOR,
    &mail_protection::DETECTOR,
];
