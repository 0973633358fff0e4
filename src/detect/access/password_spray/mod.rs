//! Many users guessed with few passwords each, and what came of it.
//!
//! Evidence: failed sign-ins (wrong password, unknown user, disabled account) of the whole case, so that one guess per user and day is as visible as
//! a burst. A campaign is a source (address, /24 or /64) from which at least ten users failed, few guesses each, and hardly anybody succeeded; or one
//! fingerprint (user agent and application) at twenty users from twenty addresses where nobody ever succeeded. The campaign is one tenant-wide
//! finding. Each account whose password was right gets its own: a token issued, or a right password that MFA or a policy stopped.
//!
//! False positives: an office behind one address after a forced reset (the ratio keeps it quiet), the company's own scanner (its exits are quiet),
//! outages of federation (codes 80xxx do not count).
//! References: Sentinel "Password spray attack against Microsoft Entra ID", Splunk "Azure AD Multiple Users Failing To Authenticate From Ip", Elastic
//! "Entra ID password spraying"; read 2026-11.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::draft::{self, Draft};
use super::guess::{self, Blocks, ended, missed, outcome_of};
use super::record;
use super::standing::{self, network_of, novelty};
use super::words::{self, counted, listed, origin};
use crate::case::Case;
use crate::codes::Outcome;
use crate::detect::Detector;
use crate::enrich::profile::{Novelty, Trait};
use crate::finding::{Finding, Severity};
use crate::frame::SignIn;
use crate::settings::Settings;
use crate::settings::access::Guessing;

mod campaign;
mod leads;

use campaign::{Campaign, Source, fingerprint};
use leads::Leads;

pub(super) const DETECTOR: Detector = Detector {
    id: "password-spray",
    title: "Many users guessed from one source or with one client, and what came of it",
    attack: &["T1110.003"],
    needs: record::SIGN_INS,
    signals: &["spray-attempt", "spray-distributed", "spray-success", "spray-password-proved"],
    false_positives: "an office behind one address after a forced reset, a scanner of the own company, federation outages",
    detect,
};

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let limits = &settings.access.guessing;
    let failures = guess::with_outcome(case, missed);
    // What comes out of the company's own doors is its scanner or its people; an intruder there is beyond what sign-ins can tell.
    let foreign = |row: &SignIn<'_>| !guess::is_noise(row) && !standing::is_company_egress(case, row);
    let guesses = record::without_twins(failures.iter().copied().filter(foreign));
    let limits = &for_tenant(case, &guesses, limits);
    if guesses.iter().filter_map(|row| row.account()).collect::<BTreeSet<_>>().len() < limits.spray_users {
        return Vec::new();
    }
    let ends = guess::with_outcome(case, ended);
    let campaigns = campaigns(&guesses, &ends, limits);
    let mut findings: Vec<Finding> = campaigns.iter().filter_map(|campaign| describe(case, campaign)).collect();
    findings.extend(draft::finish_all(case, outcomes(case, &campaigns, &ends, limits)));
    findings
}

/// A tenant with few accounts cannot show many failing ones: half of them are enough.
fn for_tenant(case: &Case, guesses: &[SignIn<'_>], limits: &Guessing) -> Guessing {
    let targets = guesses.iter().filter(|row| outcome_of(row) != Outcome::UnknownUser).filter_map(|row| row.account());
    let people = case.profiles.accounts.keys().map(String::as_str).filter(|account| !account.starts_with("sp:"));
    let n_accounts = targets.chain(people).collect::<BTreeSet<_>>().len();
    let is_known = !case.profiles.accounts.is_empty();
    let half = n_accounts.div_ceil(2).max(limits.spray_users_small);
    Guessing { spray_users: if is_known { half.min(limits.spray_users) } else { limits.spray_users }, ..limits.clone() }
}

fn campaigns<'a>(guesses: &[SignIn<'a>], ends: &[SignIn<'a>], limits: &Guessing) -> Vec<Campaign<'a>> {
    let mut blocks = Blocks::default();
    let candidates = campaign::candidate_blocks(guesses, &mut blocks, limits);
    let mut events = guesses.to_vec();
    let mut lucky: BTreeSet<&str> = BTreeSet::new();
    let mut users_of: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for row in ends.iter().copied() {
        if outcome_of(&row) == Outcome::Success {
            lucky.extend(row.address());
            users_of.entry(fingerprint(&row)).or_default().extend(row.account());
        }
        if blocks.of(&row).is_some_and(|block| candidates.contains(&block)) {
            events.push(row);
        }
    }
    let mut campaigns = campaign::by_source(events, &candidates, &mut blocks, limits);

    let taken: BTreeSet<_> = campaigns.iter().flat_map(|campaign| campaign.guesses.iter().map(|row| (row.source(), row.record()))).collect();
    let is_left = |row: &&SignIn<'_>| {
        !taken.contains(&(row.source(), row.record())) && row.address().is_some_and(|address| !address.is_empty() && !lucky.contains(address))
    };
    let left: Vec<SignIn<'a>> = guesses.iter().filter(is_left).copied().collect();
    campaigns.extend(campaign::by_fingerprint(&left, &users_of, &mut blocks, limits));
    campaigns
}

/// The source in words.
fn label(source: &Source) -> String {
    match source {
        Source::Address(place) | Source::Block(place) => place.clone(),
        Source::Fingerprint { agent, app, .. } => {
            let agent = if agent.is_empty() { "no user agent" } else { agent.as_str() };
            format!("clients with {agent} and application {}", if app.is_empty() { "unknown" } else { app.as_str() })
        }
    }
}

/// The tenant-wide finding.
fn describe(case: &Case, campaign: &Campaign<'_>) -> Option<Finding> {
    let primary = campaign.guesses.first()?;
    let (signal, severity) = match campaign.source {
        Source::Fingerprint { .. } => ("spray-distributed", Severity::Medium),
        Source::Address(_) | Source::Block(_) => ("spray-attempt", Severity::Medium),
    };
    let mut finding = Finding::new(DETECTOR.id, signal, "", campaign.first, primary.reference());
    draft::cite_all(&mut finding, &campaign.guesses);
    finding.severity = severity;
    finding.confidence = 0.85;
    let addresses = words::addresses_of(&campaign.guesses);
    let networks: BTreeSet<String> = campaign.guesses.iter().filter(|row| row.asn().is_some()).map(|row| case.networks.describe(row.asn())).collect();
    finding.summary = format!(
        "{} at {} from {} ({}) between {} and {}",
        counted(campaign.guesses.len(), "failed password guess"),
        counted(campaign.users.len(), "account"),
        label(&campaign.source),
        if networks.is_empty() { counted(addresses.len(), "address") } else { listed(&networks) },
        campaign.first,
        campaign.last
    );
    finding.fact("source", label(&campaign.source));
    // Names that exist nowhere are no accounts of the case.
    let existing: BTreeSet<&str> =
        campaign.guesses.iter().filter(|row| outcome_of(row) != Outcome::UnknownUser).filter_map(|row| row.account()).collect();
    finding.fact("n_unknown_users", campaign.users.difference(&existing).count());
    finding.fact("accounts", existing.into_iter().collect::<Vec<_>>());
    finding.fact("n_accounts", campaign.users.len());
    finding.fact("n_guesses", campaign.guesses.len());
    finding.fact("n_addresses", addresses.len());
    finding.fact("networks", networks.into_iter().collect::<Vec<_>>());
    finding.traces.addresses = addresses;
    Some(finding)
}

/// One draft per campaign and account whose password was right.
fn outcomes(case: &Case, campaigns: &[Campaign<'_>], ends: &[SignIn<'_>], limits: &Guessing) -> Vec<Draft> {
    let mut blocks = Blocks::default();
    let mut found: BTreeMap<(usize, &str), Vec<SignIn<'_>>> = BTreeMap::new();
    let leads = Leads::of(campaigns);
    for row in ends.iter().copied() {
        for number in leads.to(&row, &mut blocks) {
            if campaigns.get(number).is_some_and(|campaign| belongs(case, campaign, &row, &mut blocks, limits)) {
                found.entry((number, row.account().unwrap_or_default())).or_default().push(row);
            }
        }
    }
    found.into_iter().filter_map(|((number, _), rows)| outcome(case, campaigns.get(number)?, &rows)).collect()
}

/// The row is how a guess of this campaign ended, or the password's first use from its network elsewhere.
fn belongs(case: &Case, campaign: &Campaign<'_>, row: &SignIn<'_>, blocks: &mut Blocks, limits: &Guessing) -> bool {
    let Some(at) = row.time().filter(|at| *at >= campaign.first) else {
        return false;
    };
    let in_block = blocks.of(row).is_some_and(|block| campaign.blocks.contains(&block));
    let same_source = match &campaign.source {
        Source::Address(address) => row.address() == Some(address),
        Source::Block(_) => in_block,
        Source::Fingerprint { agent, app, rare } => fingerprint(row) == (agent, app) && (*rare || in_block),
    };
    let from_its_network =
        campaign.users.contains(row.account().unwrap_or_default()) && network_of(row).is_some_and(|network| campaign.networks.contains(&network));
    let late = at - campaign.last;
    let there = same_source && late <= TimeDelta::hours(limits.success_hours);
    let elsewhere = from_its_network && late <= TimeDelta::days(limits.elsewhere_days);
    if !there && !elsewhere {
        return false;
    }
    let novelty = novelty(case, row, Trait::Network);
    (novelty == Novelty::New || (there && novelty == Novelty::Unknown)) && !standing::is_own_device(case, row)
}

fn outcome(case: &Case, campaign: &Campaign<'_>, rows: &[SignIn<'_>]) -> Option<Draft> {
    let success = rows.iter().find(|row| outcome_of(row) == Outcome::Success);
    let primary = success.or(rows.first())?;
    let signal = if success.is_some() { "spray-success" } else { "spray-password-proved" };
    let mut draft = Draft::new(case, DETECTOR.id, signal, primary);
    let guesses: Vec<&SignIn<'_>> = campaign.guesses.iter().filter(|row| row.account() == primary.account()).collect();
    draft.suspect_all(case, rows.iter().chain(guesses.iter().copied()));
    let finding = &mut draft.finding;
    finding.severity = if success.is_some() { Severity::Critical } else { Severity::High };
    finding.confidence = 0.85;
    let what = match success {
        Some(row) => format!("a token was issued at {}", row.time().unwrap_or_default()),
        None => format!("the password was right at {} (error {})", primary.time().unwrap_or_default(), primary.error_code().unwrap_or_default()),
    };
    finding.summary = format!(
        "{what} to {}; {} failed from {} before and after, {} of this account",
        origin(case, primary),
        counted(campaign.users.len(), "account"),
        label(&campaign.source),
        counted(guesses.len(), "guess")
    );
    finding.fact("source", label(&campaign.source));
    finding.fact("campaign_first", campaign.first.to_string());
    finding.fact("campaign_last", campaign.last.to_string());
    finding.fact("campaign_accounts", campaign.users.len());
    finding.fact("guesses", guesses.len());
    finding.fact("succeeded_at", success.and_then(|row| row.time()).map(|at| at.to_string()));
    finding.fact(
        "stopped_by",
        rows.iter().filter_map(|row| row.error_code()).filter(|code| *code != 0).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>(),
    );
    Some(draft)
}
