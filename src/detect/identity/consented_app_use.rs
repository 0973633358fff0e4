//! Use of a consented application from somewhere else: service-principal and background sign-ins, and mail access, under the application's id.
//!
//! Evidence: consents that `oauth-consent` reports; sign-ins, mail access and unified audit that name the application. Method: uses after the consent from a network that
//! is neither Microsoft's nor habitual for the consenting account, grouped per application. False positives: any legitimate service reads from its own
//! servers, which is why only consents worth reporting are followed. References: detection catalogue 3.C "use after consent".

use std::collections::{BTreeMap, BTreeSet};

use super::consent::{Consent, consents};
use crate::case::Case;
use crate::detect::Detector;
use crate::detect::origin::filled;
use crate::detect::session::origins::origins;
use crate::detect::session::sighting::{Sighting, cite, counted};
use crate::enrich::profile::{Novelty, Profiles, Trait};
use crate::evidence::Evidence;
use crate::finding::{Finding, Severity};
use crate::settings::Settings;

pub(super) const DETECTOR: Detector = Detector {
    id: "consented-app-use",
    title: "Consented application used from elsewhere",
    attack: &["T1550.001", "T1528", "T1114.002"],
    needs: &[Evidence::AuditDirectory, Evidence::DirectoryAudits],
    signals: &["consented-app-use"],
    false_positives: "A legitimate service that reads mail from its own servers by consent.",
    detect,
};

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let consents = consents(case, settings);
    let mut followed: BTreeMap<&str, Vec<&Consent<'_>>> = BTreeMap::new();
    for consent in consents.iter().filter(|consent| consent.is_reported(case, settings)) {
        if let Some(app_id) = &consent.app_id {
            followed.entry(app_id).or_default().push(consent);
        }
    }
    if followed.is_empty() {
        return Vec::new();
    }
    let sign_ins = &case.frames.sign_ins;
    let background = sign_ins.iter().filter(|row| row.error_code() == Some(0) && row.stream() != Some("interactive"));
    let signed_in = background.filter_map(|row| Some((Sighting::of_sign_in(&row)?, filled(row.app_id())?, None, "sign-in")));
    let mail = &case.frames.mail_access;
    let read = mail.iter().filter_map(|row| {
        Some((Sighting::of_mail_access(&row)?, filled(row.client_app_id()).or(filled(row.app_id()))?, row.mailbox(), "mail access"))
    });
    let audit = &case.frames.audit;
    let in_files = audit.iter().filter(|row| matches!(row.workload(), Some("Exchange" | "SharePoint" | "OneDrive")));
    let acted = in_files
        .filter_map(|row| Some((Sighting::of_audit(&row)?, filled(row.client_app_id()).or(filled(row.app_id()))?, row.mailbox(), "activity")));
    let mut uses: BTreeMap<(&str, &str), Vec<(Sighting<'_>, &'static str)>> = BTreeMap::new();
    for (sighting, app, owner, kind) in signed_in.chain(read).chain(acted) {
        let Some((app, consents)) = followed.get_key_value(app).filter(|_| sighting.has_origin()) else { continue };
        let person = filled(owner).unwrap_or(sighting.account);
        // Application permissions and tenant-wide grants act for people who never consented themselves.
        let of_nobody = !consents.iter().any(|consent| consent.account == person);
        let consent = consents.iter().find(|consent| consent.act.time <= sighting.time && (of_nobody || consent.account == person));
        if let Some(consent) = consent.filter(|consent| !is_own(case, consent.account, &sighting)) {
            uses.entry((consent.account, app)).or_default().push((sighting, kind));
        }
    }
    uses.iter().filter_map(|((account, app_id), uses)| report(case, account, app_id, uses, &followed)).collect()
}

/// The consenting account's own network: the application runs on the person's machine.
fn is_own(case: &Case, account: &str, sighting: &Sighting<'_>) -> bool {
    sighting.network == Some("microsoft")
        || Profiles::network_key(sighting.asn, sighting.address)
            .is_some_and(|network| case.profiles.novelty(account, Trait::Network, &network, sighting.time) == Novelty::Established)
}

fn report(
    case: &Case,
    account: &str,
    app_id: &str,
    uses: &[(Sighting<'_>, &'static str)],
    followed: &BTreeMap<&str, Vec<&Consent<'_>>>,
) -> Option<Finding> {
    let consent = followed.get(app_id)?.iter().find(|consent| consent.account == account)?;
    let mut sightings: Vec<Sighting<'_>> = uses.iter().map(|(sighting, _)| *sighting).collect();
    sightings.sort_by_key(|sighting| (sighting.time, sighting.key()));
    let mut seen = BTreeSet::new();
    sightings.retain(|sighting| seen.insert(sighting.key()));
    let first = sightings.first()?;
    let places: Vec<String> = origins(&sightings).iter().map(|origin| origin.describe(case)).collect();
    let mut finding = Finding::new(DETECTOR.id, "consented-app-use", account, first.time, first.reference());
    finding.severity = Severity::High;
    finding.confidence = if consent.facts.is_verified() { 0.6 } else { 0.8 };
    finding.summary = format!(
        "{}, to which {account} consented on {}, was used {} from {}.",
        consent.app,
        consent.act.time,
        counted(sightings.len(), "time"),
        places.join(" and ")
    );
    finding.fact("app", consent.app.as_str());
    finding.fact("app_id", app_id);
    finding.fact("consented", consent.act.time.to_string());
    finding.fact("places", places);
    finding.fact("kinds", uses.iter().map(|(_, kind)| *kind).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>());
    if consent.facts.is_verified() {
        finding.against.push("the publisher is verified; its servers read from their own network".to_owned());
    }
    finding.traces.apps.insert(app_id.to_owned());
    finding.traces.addresses.extend(sightings.iter().filter_map(|sighting| sighting.address).map(str::to_owned));
    finding.traces.sessions.extend(sightings.iter().filter_map(|sighting| sighting.session).map(str::to_owned));
    finding.traces.tokens.extend(sightings.iter().filter_map(|sighting| sighting.token).map(str::to_owned));
    cite(&mut finding, &sightings);
    Some(finding)
}
