//! Mail sent by somebody who may not be the owner, and traces of it cleared.
//!
//! Evidence: `Send`, `SendAs`, `SendOnBehalf` and the deleting operations of mailbox audit. Method: sends from an unusual network; hourly volume against
//! a floor and the account's own habit; first send in the name of another mailbox; a sent message, or a security notice, deleted soon after.
//! False positives: newsletters and ticket systems (own habit), assistants who send for others daily, retention that deletes in bulk (system actors).

mod cleared;
mod sending;

use crate::case::Case;
use crate::detect::Detector;
use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::settings::Settings;

const ID: &str = "mail-sent";

/// Subjects and message ids listed in the facts.
const SHOWN: usize = 20;

pub(super) const DETECTOR: Detector = Detector {
    id: ID,
    title: "Mail sent from a new origin, in mass, for others, or cleared afterwards",
    attack: &["T1534", "T1070.008"],
    needs: &[Evidence::MailboxAudit],
    signals: &["mail-sent-from-new-origin", "mail-mass-send", "mail-send-as", "mail-sent-then-deleted", "mail-security-notice-deleted"],
    false_positives: "newsletters, mail merge and ticket systems; assistants; travellers who write from a hotel",
    detect,
};

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let thresholds = &settings.mailbox.mail_sent;
    let mut findings = sending::from_new_origin(case);
    findings.extend(sending::in_mass(case, thresholds));
    findings.extend(sending::for_others(case, thresholds));
    findings.extend(cleared::sent_messages(case, thresholds));
    findings.extend(cleared::notices(case));
    findings
}
