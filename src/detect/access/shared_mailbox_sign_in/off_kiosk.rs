//! `frontline-off-kiosk`: an account that lives on machines many people share signs in from a place and with a client of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::super::draft::Draft;
use super::super::novel_origin::is_new_place;
use super::super::record;
use super::super::standing::{network_of, novelty};
use super::super::words::{counted, origin};
use super::DETECTOR;
use crate::case::Case;
use crate::enrich::profile::{Novelty, Trait};
use crate::finding::Severity;
use crate::frame::SignIn;
use crate::settings::access::Special;

/// A machine that several people may share: its device id, else what it looks like from outside.
type Machine<'a> = (&'a str, &'a str);

fn machine<'a>(row: &SignIn<'a>) -> Option<Machine<'a>> {
    match row.device_id().filter(|device| !device.is_empty()) {
        Some(device) => Some((device, "")),
        None => Some((row.address().filter(|address| !address.is_empty())?, row.user_agent().filter(|agent| !agent.is_empty())?)),
    }
}

pub(super) fn detect(case: &Case, limits: &Special) -> Vec<Draft> {
    let rows = record::select(case, record::succeeded);
    let mut off: BTreeMap<(&str, String), Vec<SignIn<'_>>> = BTreeMap::new();
    for row in rows.iter().copied() {
        let is_elsewhere = is_new_place(case, &row) && novelty(case, &row, Trait::Agent) == Novelty::New;
        if let Some(network) = network_of(&row).filter(|_| is_elsewhere) {
            off.entry((row.account().unwrap_or_default(), network)).or_default().push(row);
        }
    }
    if off.is_empty() {
        return Vec::new();
    }
    let accounts: BTreeSet<&str> = off.keys().map(|(account, _)| *account).collect();
    let own = record::select(case, |row| record::succeeded(row) && row.account().is_some_and(|account| accounts.contains(account)));
    let is_usual = |row: &SignIn<'_>| novelty(case, row, Trait::Network) != Novelty::New;
    let mut machines: BTreeMap<Machine<'_>, BTreeSet<&str>> = BTreeMap::new();
    machines.extend(own.iter().copied().filter(is_usual).filter_map(|row| Some((machine(&row)?, BTreeSet::new()))));
    for row in rows.iter().copied() {
        if let Some(users) = machine(&row).and_then(|machine| machines.get_mut(&machine)).filter(|_| is_usual(&row)) {
            users.extend(row.account());
        }
    }
    machines.retain(|_, users| users.len() >= limits.kiosk_users);
    let on_kiosk = |row: &SignIn<'_>| machine(row).is_some_and(|machine| machines.contains_key(&machine));
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for row in own.iter().copied().filter(is_usual) {
        let (on, all) = counts.entry(row.account().unwrap_or_default()).or_default();
        *on += usize::from(on_kiosk(&row));
        *all += 1;
    }
    counts.retain(|_, (on, all)| *on > 0 && *on as f64 >= limits.kiosk_share * *all as f64);
    off.retain(|_, rows| !rows.iter().any(on_kiosk));
    off.iter().filter_map(|((account, _), rows)| describe(case, rows, counts.get(account)?.0)).collect()
}

fn describe(case: &Case, rows: &[SignIn<'_>], on_kiosk: usize) -> Option<Draft> {
    let first = rows.first()?;
    let mut draft = Draft::new(case, DETECTOR.id, "frontline-off-kiosk", first);
    draft.suspect_all(case, rows);
    let finding = &mut draft.finding;
    finding.severity = Severity::Medium;
    finding.confidence = 0.65;
    finding.summary = format!(
        "after {} on machines that several accounts share, {} from {} with {}, both new to the account",
        counted(on_kiosk, "sign-in"),
        counted(record::n_sign_ins(rows), "sign-in"),
        origin(case, first),
        first.user_agent().filter(|agent| !agent.is_empty()).unwrap_or("an unrecorded client")
    );
    finding.fact("n_on_shared_machines", on_kiosk);
    finding.fact("n_sign_ins", record::n_sign_ins(rows));
    Some(draft)
}
