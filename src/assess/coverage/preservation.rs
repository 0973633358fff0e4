//! The exports that must survive remediation (the runbooks' list): present, absent, or present in a form that loses detail.

use std::collections::BTreeSet;

use crate::case::Extent;
use crate::evidence::Evidence;
use crate::provenance::Source;

const SIGN_INS: &[Evidence] = &[
    Evidence::InteractiveSignIns,
    Evidence::NonInteractiveSignIns,
    Evidence::ServicePrincipalSignIns,
    Evidence::ManagedIdentitySignIns,
    Evidence::UnknownSignIns,
];

const AUDIT: &[Evidence] = &[
    Evidence::ExchangeAdmin,
    Evidence::MailboxAudit,
    Evidence::MailItemsAccessed,
    Evidence::AuditDirectory,
    Evidence::AuditLogons,
    Evidence::SharePoint,
    Evidence::Teams,
    Evidence::OtherAudit,
];

/// One line per export of the list.
pub(super) fn lines(sources: &[Source], extent: &Extent) -> Vec<String> {
    let has = |kind: Evidence| extent.holders(kind).next().is_some();
    vec![
        sign_ins(&files(sources, extent, SIGN_INS)),
        audit(&files(sources, extent, AUDIT)),
        mail_reads(has(Evidence::MailItemsAccessed), !extent.synced.is_empty()),
        line(has(Evidence::Alerts), "Defender incident with its alerts"),
        line(has(Evidence::RiskDetections), "risk detections"),
        line(has(Evidence::InboxRules), "inbox-rule bodies"),
        line(has(Evidence::OauthGrants), "OAuth grant details (application, scopes, consent type)"),
        line(extent.has_communications, "communication log (who was told what, when, and how)"),
    ]
}

fn line(is_present: bool, what: &str) -> String {
    format!("{}: {what}", if is_present { "present" } else { "ABSENT" })
}

/// Files with records of one of these kinds.
fn files<'a>(sources: &'a [Source], extent: &Extent, kinds: &[Evidence]) -> Vec<&'a Source> {
    let holders: BTreeSet<_> = kinds.iter().flat_map(|kind| extent.holders(*kind)).collect();
    holders.into_iter().filter_map(|holder| sources.get(holder.0 as usize)).collect()
}

fn sign_ins(files: &[&Source]) -> String {
    let lossy: Vec<&str> =
        files.iter().filter(|source| matches!(source.container.as_str(), "csv" | "xlsx")).map(|source| source.path.as_str()).collect();
    if !lossy.is_empty() && lossy.len() == files.len() {
        return format!("TRUNCATING FORM: sign-ins as CSV only ({}): export them as JSON, the CSV loses nested detail", lossy.join(", "));
    }
    line(!files.is_empty(), "sign-ins as JSON (the CSV loses nested detail)")
}

/// The search id is not in the records; portals put it into the file's name.
fn audit(files: &[&Source]) -> String {
    match files.iter().find(|source| has_guid(&source.path)) {
        _ if files.is_empty() => line(false, "unified audit log export, with its search id"),
        Some(source) => format!("present: unified audit log export; search id in the name of {}", source.path),
        None => "present: unified audit log export; its search id is in no file name: note it from the audit search page".to_owned(),
    }
}

fn has_guid(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let fits = |(at, byte): (usize, &u8)| if matches!(at, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() };
    name.as_bytes().windows(36).any(|part| part.iter().enumerate().all(fits))
}

fn mail_reads(is_present: bool, has_sync: bool) -> String {
    if is_present && !has_sync {
        return "IN PART: MailItemsAccessed with bind records only; no file holds a synchronised folder".to_owned();
    }
    line(is_present, "MailItemsAccessed, bind and sync")
}

#[cfg(test)]
mod tests {
    use super::has_guid;

    #[test]
    fn search_ids_are_found_in_file_names() {
        assert!(has_guid("audit/3f2b1c9e-6a5d-4e8f-9b7a-1c2d3e4f5a6b.csv"));
        assert!(!has_guid("3f2b1c9e-6a5d-4e8f-9b7a-1c2d3e4f5a6b/audit.csv"));
    }
}
