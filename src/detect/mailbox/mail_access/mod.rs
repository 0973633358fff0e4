//! Reading of mail that stands out.
//!
//! Evidence: `MailItemsAccessed` of the unified audit log. Bind records name opened messages (distinct ids are counted, never records or operation
//! counts), sync records mean a whole folder, a throttled record means that the log is blind for up to 24 hours. Method: windows of distinct messages
//! per reader, mailbox and origin; synchronisation from an unusual network or a session seen elsewhere; programs new to the tenant or to the mailbox.
//! False positives: a phone's or a new profile's first fetch (quiet from an established network), backup and archive programs (quiet: they read the
//! whole tenant daily), Exchange's own background reading (never counted). Reference: Microsoft, "Use MailItemsAccessed to investigate compromised
//! accounts" (read 2026-11).

mod burst;
mod program;
mod reading;
mod sync;

use crate::case::Case;
use crate::detect::Detector;
use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::settings::Settings;

const ID: &str = "mail-access";

/// Message ids listed in the facts; all are in the frames and in the exposure ledger.
const SHOWN: usize = 20;

pub(super) const DETECTOR: Detector = Detector {
    id: ID,
    title: "Reading of mail that stands out",
    attack: &["T1114.002"],
    needs: &[Evidence::MailItemsAccessed],
    signals: &["mail-bind-burst", "mail-sync", "mail-throttled", "mail-app-many-mailboxes", "mail-new-client"],
    false_positives: "first fetch of a phone or a new mail profile; backup, archive and CRM programs; search indexing",
    detect,
};

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let thresholds = &settings.mailbox.mail_access;
    let programs = reading::Programs::read(case, thresholds);
    let mut findings = burst::find(case, &programs, thresholds);
    findings.extend(sync::syncs(case, &programs));
    findings.extend(sync::throttled(case));
    findings.extend(program::many_mailboxes(case, thresholds));
    findings.extend(program::new_clients(case, &programs, thresholds));
    findings
}
