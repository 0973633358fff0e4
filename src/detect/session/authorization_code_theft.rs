//! Authorisation-code theft: a person opens a sign-in page of a developer or Office client at one place, and somebody redeems the code at another.
//!
//! Evidence: logons of the unified audit log, which name the request (`OAuth2:Authorize`, `OAuth2:Token`). Method: for each account and application of
//! the developer tools and the client-id family, a token request from another network within `session.code_minutes` after an authorisation request.
//! The place of the authorisation is the person's own; only the redeeming side is followed. False positives: a VPN switched on between the two.
//! References: Elastic "Entra ID OAuth phishing via first-party application", ConsentFix reports (read 2026-11).

use std::collections::BTreeMap;

use super::origins::{origins, place};
use super::sighting::{Sighting, cite, cite_context, duration};
use crate::case::Case;
use crate::detect::Detector;
use crate::detect::identity::apps::{developer_name, redeems_for_many};
use crate::enrich::profile::Novelty;
use crate::evidence::Evidence;
use crate::finding::{Finding, Severity};
use crate::frame::SignIn;
use crate::settings::Settings;

pub(super) const DETECTOR: Detector = Detector {
    id: "authorization-code-theft",
    title: "Authorisation code obtained at one place and redeemed at another",
    attack: &["T1528", "T1550.001", "T1566.002"],
    needs: &[Evidence::AuditLogons],
    signals: &["authorization-code-theft"],
    false_positives: "A VPN switched on between the sign-in page and the token request; a development machine behind a gateway.",
    detect,
};

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let rows: Vec<SignIn<'_>> = case.frames.sign_ins.iter().filter(|row| row.request_type().is_some() && row.address().is_some()).collect();
    let mut findings = Vec::new();
    for (account, pairs) in &stolen_codes(case, settings, &rows) {
        let Some((authorised, redeemed, app)) = pairs.first() else { continue };
        let mut finding = Finding::new(DETECTOR.id, "authorization-code-theft", account, redeemed.time, redeemed.reference());
        finding.severity = Severity::High;
        finding.confidence = if redeemed.network_novelty(&case.profiles) == Novelty::New || redeemed.is_rented() { 0.85 } else { 0.6 };
        let [from, to] = [authorised, redeemed].map(|side| place(case, side.address, side.asn, side.country));
        finding.summary = format!(
            "{account} opened the sign-in page of {app} at {from}; {} later the code was redeemed from {to}.",
            duration((redeemed.time - authorised.time).num_minutes())
        );
        finding.fact("app", app.as_str());
        finding.fact("authorised_from", from);
        finding.fact("redeemed_from", to);
        finding.fact("n_codes", pairs.len());
        finding.fact("minutes", (redeemed.time - authorised.time).num_minutes());
        for (_, redeemed, _) in pairs {
            finding.traces.extend(&redeemed.traces(&case.profiles));
        }
        cite(&mut finding, pairs.iter().map(|(_, redeemed, _)| redeemed));
        cite_context(&mut finding, pairs.iter().map(|(authorised, ..)| authorised));
        findings.push(finding);
    }
    findings
}

type Pairs<'a> = BTreeMap<&'a str, Vec<(Sighting<'a>, Sighting<'a>, String)>>;

fn stolen_codes<'a>(case: &Case, settings: &Settings, rows: &[SignIn<'a>]) -> Pairs<'a> {
    let window = chrono::TimeDelta::minutes(settings.session.code_minutes);
    let mut opened: BTreeMap<(&str, &str), Sighting<'a>> = BTreeMap::new();
    let mut pairs: Pairs<'a> = BTreeMap::new();
    for row in rows {
        let (Some(sighting), Some(app)) = (Sighting::of_sign_in(row).filter(Sighting::has_origin), row.app_id()) else { continue };
        if sighting.account.is_empty() || !redeems_for_many(app) {
            continue;
        }
        if is_request(row, "OAuth2:Authorize") {
            opened.insert((sighting.account, app), sighting);
        } else if is_request(row, "OAuth2:Token")
            && row.error_code() == Some(0)
            && let Some(authorised) = opened.get(&(sighting.account, app))
            && sighting.time - authorised.time <= window
            && origins(&[*authorised, sighting]).len() == 2
            && sighting.network_novelty(&case.profiles) != Novelty::Established
            && !matches!(sighting.network, Some("gateway" | "relay"))
        {
            let name = row.app().filter(|name| !name.is_empty()).or_else(|| developer_name(app)).unwrap_or(app).to_owned();
            pairs.entry(sighting.account).or_default().push((*authorised, sighting, name));
        }
    }
    pairs
}

fn is_request(row: &SignIn<'_>, kind: &str) -> bool {
    row.request_type().is_some_and(|request| request.eq_ignore_ascii_case(kind))
}
