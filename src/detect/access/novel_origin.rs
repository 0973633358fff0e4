//! Sign-in from a network new to the account, with something else new as well.
//!
//! Evidence: successful sign-ins from a network that is new against a sufficient history, where the client family, the application or the country is
//! new too. One finding per account and network. It is a hint: people travel and buy computers.
//!
//! False positives: travel with the usual device (quiet), a new phone at the usual place (quiet), another office of the company (quiet).
//! Reference: Microsoft "unfamiliar sign-in properties", Elastic new-terms rules for Entra sign-ins; read 2026-11.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::{self, Draft};
use super::record;
use super::standing::{self, HabitualUsers, network_of, novelty};
use super::words::{self, counted};
use crate::case::Case;
use crate::detect::Detector;
use crate::enrich::profile::{Novelty, Trait};
use crate::finding::{Finding, Severity};
use crate::frame::SignIn;
use crate::settings::Settings;

pub(super) const DETECTOR: Detector = Detector {
    id: "novel-origin",
    title: "Sign-in from a new network with a new client, application or country",
    attack: &["T1078.004"],
    needs: record::SIGN_INS,
    signals: &["novel-origin"],
    false_positives: "travel, a new computer away from the office, a move to another provider",
    detect,
};

/// What may be new besides the network.
const OTHERS: &[(Trait, &str)] = &[(Trait::Country, "country"), (Trait::Agent, "client"), (Trait::App, "application")];

fn detect(case: &Case, _: &Settings) -> Vec<Finding> {
    let rows = record::select(case, record::succeeded);
    let mut by_network: BTreeMap<(&str, String), Vec<SignIn<'_>>> = BTreeMap::new();
    for row in rows.iter().copied() {
        if let Some(network) = network_of(&row).filter(|_| is_new_place(case, &row)) {
            by_network.entry((row.account().unwrap_or_default(), network)).or_default().push(row);
        }
    }
    let habitual = HabitualUsers::of(case);
    let drafts = by_network.iter().filter_map(|((account, network), rows)| describe(case, rows, habitual.others(network, account))).collect();
    draft::finish_all(case, drafts)
}

/// A new network behind which neither the company, nor Microsoft's servers, nor the account's own device stands.
pub(super) fn is_new_place(case: &Case, row: &SignIn<'_>) -> bool {
    let backend = row.network() == Some("microsoft") && row.stream() != Some("interactive");
    !backend
        && novelty(case, row, Trait::Network) == Novelty::New
        && !standing::is_company_egress(case, row)
        && !standing::is_own_device(case, row)
        && row.network() != Some("relay")
}

fn describe(case: &Case, rows: &[SignIn<'_>], n_other_users: usize) -> Option<Draft> {
    let news =
        |row: &SignIn<'_>| OTHERS.iter().filter(|(habit, _)| novelty(case, row, *habit) == Novelty::New).map(|(_, name)| *name).collect::<Vec<_>>();
    let first = rows.iter().find(|row| !news(row).is_empty())?;
    let mut draft = Draft::new(case, DETECTOR.id, "novel-origin", first);
    draft.suspect_all(case, rows);
    let new: BTreeSet<&str> = rows.iter().flat_map(news).collect();
    let addresses = words::addresses_of(rows);
    let finding = &mut draft.finding;
    finding.severity = if new.len() > 1 { Severity::Low } else { Severity::Info };
    finding.confidence = if new.len() > 1 { 0.7 } else { 0.5 };
    let country = first.country().filter(|country| !country.is_empty()).map(|country| format!(", {country}")).unwrap_or_default();
    finding.summary = format!(
        "{} from {} ({}{country}): new to the account: network, {}",
        counted(record::n_sign_ins(rows), "sign-in"),
        words::listed_addresses(&addresses),
        case.networks.describe(first.asn()),
        new.iter().copied().collect::<Vec<_>>().join(", ")
    );
    finding.fact("new", new.into_iter().collect::<Vec<_>>());
    finding.fact("n_sign_ins", record::n_sign_ins(rows));
    finding.fact("addresses", addresses.into_iter().collect::<Vec<_>>());
    finding.fact("user_agents", rows.iter().filter_map(|row| row.user_agent()).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>());
    finding.fact("other_users_of_network", n_other_users);
    Some(draft)
}
