//! Old mail protocols switched on.
//!
//! Evidence: `Set-CASMailbox`, `Set-TransportConfig` of the unified audit log. Method: IMAP, POP or authenticated SMTP is on afterwards; they know no
//! second factor. Exchange's own housekeeping (141 `Set-TransportConfig` in one public data set) is quiet. False positives: scanners and old devices.

use super::owner;
use crate::case::Case;
use crate::detect::origin::{Origin, traces_of_audit};
use crate::detect::properties::Properties;
use crate::detect::{Detector, selection};
use crate::evidence::Evidence;
use crate::finding::{Finding, Severity};
use crate::settings::Settings;

const ID: &str = "mailbox-protocols";

pub(super) const DETECTOR: Detector = Detector {
    id: ID,
    title: "IMAP, POP or authenticated SMTP switched on",
    attack: &["T1098"],
    needs: &[Evidence::ExchangeAdmin],
    signals: &["mailbox-protocol-enabled"],
    false_positives: "scanners and business programs that speak an old protocol",
    detect,
};

fn detect(case: &Case, _: &Settings) -> Vec<Finding> {
    let rows = selection::audit(case, &["set-casmailbox", "set-casmailboxplan", "set-transportconfig"]);
    let mut findings = Vec::new();
    for event in rows.iter().filter(|event| event.actor_kind() != Some("system")) {
        let parameters = Properties::parse(event.parameters());
        let switched_on = [
            ("IMAP", parameters.flag("ImapEnabled")),
            ("POP", parameters.flag("PopEnabled")),
            ("authenticated SMTP", parameters.is_off("SmtpClientAuthenticationDisabled")),
        ];
        let protocols: Vec<&str> = switched_on.into_iter().filter(|(_, on)| *on).map(|(name, _)| name).collect();
        if protocols.is_empty() {
            continue;
        }
        let actor = event.account().unwrap_or("an actor that is not recorded");
        let tenant_wide = event.operation() != Some("set-casmailbox");
        let mailbox = if tenant_wide { String::new() } else { owner::owner(case, event, &parameters) };
        let whose = if tenant_wide { "the whole tenant" } else { mailbox.as_str() };
        let mut finding = Finding::new(ID, "mailbox-protocol-enabled", &mailbox, event.time().unwrap_or_default(), event.reference());
        finding.severity = Severity::Low;
        finding.confidence = 0.9;
        finding.summary = format!("{actor} switched on {} for {whose} from {}", protocols.join(" and "), Origin::of_audit(event).describe(case));
        finding.fact("actor", actor);
        finding.fact("protocols", protocols.into_iter().collect::<serde_json::Value>());
        finding.traces = traces_of_audit(event);
        findings.push(finding);
    }
    findings
}
