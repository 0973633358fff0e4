//! Many files downloaded in a short time, or by a script.
//!
//! Evidence: `FileDownloaded`, `FileSyncDownloadedFull`, `FileSyncDownloadedPartial` of SharePoint and OneDrive. `FileAccessed` is left out: previews and
//! prefetching write it without anybody reading. Method: distinct files per account and origin within one hour, against a fixed number and against
//! the account's own median day; user agents of scripts. From networks of the account's habits bursts are quiet, as are SharePoint's own account,
//! programs that serve the whole tenant (backup) and sync clients on managed devices. False positives: a new computer that fetches a OneDrive.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::case::Case;
use crate::detect::origin::{Origin, filled, traces_of_audit};
use crate::detect::properties::Properties;
use crate::detect::{Detector, selection};
use crate::enrich::agent;
use crate::enrich::profile::Novelty;
use crate::evidence::Evidence;
use crate::finding::{Finding, Severity};
use crate::frame::AuditEvent;
use crate::settings::Settings;
use crate::settings::exfiltration::FileDownload as Thresholds;

const ID: &str = "file-download";
const HOUR: i64 = 3_600_000_000;
/// File names listed in the facts.
const SHOWN: usize = 20;

pub(super) const DETECTOR: Detector = Detector {
    id: ID,
    title: "Many files downloaded, or downloaded by a script",
    attack: &["T1530", "T1213.002"],
    needs: &[Evidence::SharePoint],
    signals: &["file-download-burst", "file-script-agent"],
    false_positives: "sync client on a new computer, backup programs, migration, an owner who saves a folder before a journey",
    detect,
};

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let thresholds = &settings.exfiltration.file_download;
    let rows = selection::audit(case, &["filedownloaded", "filesyncdownloadedfull", "filesyncdownloadedpartial"]);
    let services = services(rows.iter().copied(), thresholds);
    let downloads: Vec<AuditEvent<'_>> = rows
        .into_iter()
        .filter(|event| event.actor_kind() != Some("system") && event.time().is_some() && event.account() != Some("app@sharepoint"))
        .filter(|event| !services.contains(&actor(event)))
        .collect();
    let mut findings = bursts(case, &downloads, thresholds);
    findings.extend(scripts(case, &downloads, thresholds));
    findings
}

/// One finding per account and origin whose fullest hour passes a threshold.
fn bursts(case: &Case, downloads: &[AuditEvent<'_>], thresholds: &Thresholds) -> Vec<Finding> {
    let mut groups: BTreeMap<(&str, String), Vec<&AuditEvent<'_>>> = BTreeMap::new();
    let mut days: BTreeMap<&str, BTreeMap<i64, BTreeSet<&str>>> = BTreeMap::new();
    for event in downloads {
        let (account, at) = (event.account().unwrap_or_default(), event.time().unwrap_or_default());
        days.entry(account).or_default().entry(at.day()).or_default().insert(event.object().unwrap_or_default());
        let origin = Origin::of_audit(event);
        let synced = event.operation() != Some("filedownloaded") && Properties::parse(event.details()).flag("IsManagedDevice");
        let by_habit = origin.novelty(case) == Novelty::Established || (synced && !origin.is_unusual(case));
        if !by_habit {
            groups.entry((account, origin.network_key().unwrap_or_default())).or_default().push(event);
        }
    }
    let mut findings = Vec::new();
    for ((account, _), events) in groups {
        let window = fullest_hour(&events);
        let Some(first) = window.first() else { continue };
        let origin = Origin::of_audit(first);
        let files: BTreeSet<&str> = window.iter().filter_map(|event| event.object()).collect();
        let unusual = origin.is_unusual(case);
        let own = own_median(days.get(account), first.time().unwrap_or_default().day(), thresholds.median_days);
        let above_own = own
            .is_some_and(|own| unusual && files.len() >= thresholds.least_files && files.len() >= own.saturating_mul(thresholds.own_median_factor));
        if files.len() < thresholds.hour_files && !above_own {
            continue;
        }
        let sites: BTreeSet<&str> = window.iter().filter_map(|event| filled(event.site())).collect();
        let usual = own.map_or_else(String::new, |own| format!("; the account's median day before was {own}"));
        let mut finding = Finding::new(ID, "file-download-burst", account, first.time().unwrap_or_default(), first.reference());
        finding.severity = if unusual { Severity::High } else { Severity::Medium };
        finding.confidence = if unusual { 0.85 } else { 0.5 };
        finding.summary = format!(
            "{account} downloaded {} distinct files from {} site(s) within one hour from {}{usual}",
            files.len(),
            sites.len(),
            origin.describe(case)
        );
        finding.fact("n_files", files.len());
        finding.fact("bytes", window.iter().filter_map(|event| event.size()).fold(0, i64::saturating_add));
        finding.fact("sites", sites.into_iter().collect::<Value>());
        finding.fact("files", files.into_iter().take(SHOWN).collect::<Value>());
        finding.fact("own_median_per_day", own.map_or(Value::Null, Value::from));
        finding.fact("network", origin.novelty_word(case));
        finish(&mut finding, &window);
        findings.push(finding);
    }
    findings
}

/// One finding per account and family of scripts that the account did not download with before.
fn scripts(case: &Case, downloads: &[AuditEvent<'_>], thresholds: &Thresholds) -> Vec<Finding> {
    let mut groups: BTreeMap<(&str, &str), Vec<&AuditEvent<'_>>> = BTreeMap::new();
    for event in downloads {
        let family = event.agent_family().unwrap_or_default();
        if agent::is_script(family) {
            groups.entry((event.account().unwrap_or_default(), family)).or_default().push(event);
        }
    }
    let begin = case.frames.audit.iter().find_map(|event| event.time()).unwrap_or_default();
    let mut findings = Vec::new();
    for ((account, family), events) in groups {
        let Some(first) = events.first() else { continue };
        let days: BTreeSet<i64> = events.iter().filter_map(|event| event.time()).map(crate::time::Time::day).collect();
        let from_the_start = first.time().is_some_and(|time| time.day() - begin.day() < 1);
        let origin = Origin::of_audit(first);
        if from_the_start && days.len() >= thresholds.median_days && !events.iter().any(|event| Origin::of_audit(event).is_unusual(case)) {
            continue;
        }
        let files: BTreeSet<&str> = events.iter().filter_map(|event| event.object()).collect();
        let mut finding = Finding::new(ID, "file-script-agent", account, first.time().unwrap_or_default(), first.reference());
        finding.severity = if origin.is_unusual(case) { Severity::High } else { Severity::Medium };
        finding.confidence = 0.8;
        finding.summary =
            format!("{account} downloaded {} distinct file(s) with the script client {family} from {}", files.len(), origin.describe(case));
        finding.fact("agent_family", family);
        finding.fact("n_files", files.len());
        finding.fact("files", files.into_iter().take(SHOWN).collect::<Value>());
        finding.fact("network", origin.novelty_word(case));
        finish(&mut finding, &events);
        findings.push(finding);
    }
    findings
}

fn finish(finding: &mut Finding, events: &[&AuditEvent<'_>]) {
    for event in events {
        finding.traces.extend(&traces_of_audit(event));
    }
    selection::attach(finding, events.iter().map(|event| (event.time(), event.reference())));
}

/// Program and actor of a download.
fn actor(event: &AuditEvent<'_>) -> (String, String) {
    (event.app_id().or(event.client_app_id()).unwrap_or_default().to_owned(), event.account().unwrap_or_default().to_owned())
}

/// Programs with one actor that download from several sites on each of several days: backup, migration.
fn services<'a>(events: impl Iterator<Item = AuditEvent<'a>>, thresholds: &Thresholds) -> BTreeSet<(String, String)> {
    let mut actors: BTreeMap<(String, String), BTreeMap<i64, BTreeSet<&str>>> = BTreeMap::new();
    for event in events.filter(|event| event.actor_kind() == Some("app")) {
        if let (Some(time), Some(site)) = (event.time(), filled(event.site())) {
            actors.entry(actor(&event)).or_default().entry(time.day()).or_default().insert(site);
        }
    }
    let serves = |days: &BTreeMap<i64, BTreeSet<&str>>| {
        days.values().filter(|sites| sites.len() >= thresholds.service_accounts).count() >= thresholds.service_days
    };
    actors.into_iter().filter(|(_, days)| serves(days)).map(|(actor, _)| actor).collect()
}

/// The hour with most distinct files.
fn fullest_hour<'a, 'b>(events: &'b [&'b AuditEvent<'a>]) -> Vec<&'b AuditEvent<'a>> {
    let time = |event: &AuditEvent<'_>| event.time().unwrap_or_default().0;
    let mut inside: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut best, mut first) = ((0, 0, 0), 0);
    for (last, event) in events.iter().enumerate() {
        *inside.entry(event.object().unwrap_or_default()).or_default() += 1;
        while let Some(oldest) = events.get(first).filter(|oldest| time(event).saturating_sub(time(oldest)) > HOUR) {
            let object = oldest.object().unwrap_or_default();
            let left = inside.get(object).copied().unwrap_or(1) - 1;
            if left == 0 {
                inside.remove(object);
            } else {
                inside.insert(object, left);
            }
            first += 1;
        }
        if inside.len() > best.0 {
            best = (inside.len(), first, last);
        }
    }
    events.get(best.1..=best.2).unwrap_or_default().to_vec()
}

/// Median of distinct files per day with downloads before `day`.
fn own_median(days: Option<&BTreeMap<i64, BTreeSet<&str>>>, day: i64, least_days: usize) -> Option<usize> {
    let mut counts: Vec<usize> = days?.range(..day).map(|(_, files)| files.len()).collect();
    counts.sort_unstable();
    if counts.len() < least_days { None } else { counts.get(counts.len() / 2).copied() }
}
