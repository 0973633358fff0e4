//! User names tried to learn which exist.
//!
//! Evidence: sign-ins for users that do not exist (50034), of many different names from one address block, inside the window or over the whole case.
//! The finding is tenant-wide: names that exist nowhere are nobody's account.
//!
//! False positives: a mistyped name in a script (one name), a tenant migration with old names (one application from the company's own address).
//! Reference: Elastic "Entra ID user enumeration" pattern, Microsoft error reference (50034 UserAccountNotFound); read 2026-11.

use std::collections::{BTreeMap, BTreeSet};

use super::draft;
use super::guess::{self, Blocks};
use super::record;
use super::standing;
use super::words::{self, counted};
use crate::case::Case;
use crate::codes::Outcome;
use crate::detect::Detector;
use crate::finding::{Finding, Severity};
use crate::frame::SignIn;
use crate::settings::Settings;

pub(super) const DETECTOR: Detector = Detector {
    id: "user-enumeration",
    title: "User names tried to learn which exist",
    attack: &["T1087.004"],
    needs: record::SIGN_INS,
    signals: &["user-enumeration"],
    false_positives: "a tenant migration in which clients still use old names",
    detect,
};

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let unknown = guess::with_outcome(case, |outcome| outcome == Outcome::UnknownUser);
    let mut blocks = Blocks::default();
    let mut by_block: BTreeMap<String, Vec<SignIn<'_>>> = BTreeMap::new();
    let foreign = |row: &SignIn<'_>| !guess::is_noise(row) && !standing::is_company_egress(case, row);
    for row in record::without_twins(unknown.iter().copied().filter(foreign)) {
        if let Some(block) = blocks.of(&row) {
            by_block.entry(block).or_default().push(row);
        }
    }
    let names = |rows: &[SignIn<'_>]| rows.iter().filter_map(|row| row.account()).map(str::to_owned).collect::<BTreeSet<_>>();
    by_block.retain(|_, rows| names(rows).len() >= settings.access.guessing.enumeration_users);
    by_block.values().filter_map(|rows| describe(case, rows, &names(rows))).collect()
}

fn describe(case: &Case, rows: &[SignIn<'_>], names: &BTreeSet<String>) -> Option<Finding> {
    let primary = rows.first()?;
    let mut finding = Finding::new(DETECTOR.id, "user-enumeration", "", primary.time()?, primary.reference());
    draft::cite_all(&mut finding, rows);
    finding.severity = Severity::Low;
    finding.confidence = 0.8;
    let addresses = words::addresses_of(rows);
    finding.summary = format!(
        "{} for {} that do not exist from {} ({}) between {} and {}",
        counted(rows.len(), "sign-in"),
        counted(names.len(), "user name"),
        words::listed_addresses(&addresses),
        case.networks.describe(primary.asn()),
        finding.first_seen,
        finding.last_seen
    );
    finding.fact("n_names", names.len());
    finding.fact("names", names.iter().take(50).cloned().collect::<Vec<_>>());
    finding.fact("n_attempts", rows.len());
    finding.traces.addresses = addresses;
    Some(finding)
}
