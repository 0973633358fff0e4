//! Repeated refused MFA prompts, and an approval after them.
//!
//! Evidence: sign-ins with error 500121, or `AuthenticationFailedSasError` in the unified audit log. An episode is a chain of refusals with short
//! pauses; prompts are distinct correlation ids, because one refusal writes two or three rows. An approval counts when it is a success by push or
//! phone shortly after a refusal, from the address or network of a refused prompt. Wrong one-time codes are `mfa-code-guessing`.
//!
//! False positives: a phone out of reach at the usual place (quiet: known network with known client), duplicate prompts, RADIUS relays that loop.
//! References: Splunk `o365_multiple_failed_mfa_requests`, Sentinel "MFA spamming followed by successful login", Microsoft "howto-mfa-reporting".

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::draft::{self, Draft};
use super::record;
use super::standing::{self, network_of, novelty};
use super::words::{self, counted, origin};
use crate::case::Case;
use crate::detect::Detector;
use crate::enrich::profile::{Novelty, Trait};
use crate::finding::{Finding, Severity};
use crate::frame::SignIn;
use crate::settings::Settings;
use crate::settings::access::Mfa;
use crate::time::Time;

pub(super) const DETECTOR: Detector = Detector {
    id: "mfa-fatigue",
    title: "Repeated refused MFA prompts, and an approval after them",
    attack: &["T1621", "T1078.004"],
    needs: record::SIGN_INS,
    signals: &["mfa-refusals", "mfa-fatigue-approved", "mfa-single-refusal-approved"],
    false_positives: "phone out of reach at the usual place, duplicate prompts, RADIUS (NPS) relays that retry",
    detect,
};

/// "Azure Multi-Factor Auth Client": the RADIUS extension of the on-premises Network Policy Server signs in with it.
const RADIUS_APP: &str = "981f26a1-7f43-403b-a875-f8b09b8cd720";

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let mfa = &settings.access.mfa;
    let refused = |row: SignIn<'_>| row.error_code() == Some(500_121) || row.failure() == Some("AuthenticationFailedSasError");
    let refusals = record::select(case, refused);
    let mut by_account: BTreeMap<&str, Vec<SignIn<'_>>> = BTreeMap::new();
    for row in refusals.into_iter().filter(|row| !is_code(row) && !text(row).contains("duplicate authentication attempt")) {
        by_account.entry(row.account().unwrap_or_default()).or_default().push(row);
    }
    for rows in by_account.values_mut() {
        drop_loops(rows, mfa);
    }
    let successes = record::select(case, |row| record::succeeded(row) && row.account().is_some_and(|account| by_account.contains_key(account)));
    let mut approvals: BTreeMap<&str, Vec<SignIn<'_>>> = BTreeMap::new();
    for row in successes.into_iter().filter(may_be_approval) {
        approvals.entry(row.account().unwrap_or_default()).or_default().push(row);
    }
    let mut drafts = Vec::new();
    for (account, rows) in &by_account {
        let approvals = approvals.get(account).map_or(&[][..], Vec::as_slice);
        drafts.extend(episodes(rows, mfa).into_iter().filter_map(|episode| judge(case, mfa, episode, approvals)));
    }
    draft::finish_all(case, drafts)
}

/// Result text of the step, lower case.
fn text(row: &SignIn<'_>) -> String {
    row.mfa_detail().or(row.failure()).unwrap_or_default().to_lowercase()
}

/// The second factor was a typed code, so nobody was prompted.
pub(super) fn is_code(row: &SignIn<'_>) -> bool {
    let method = row.mfa_method().unwrap_or_default().to_lowercase();
    let text = row.mfa_detail().unwrap_or_default().to_lowercase();
    method.contains("oath") || method.contains("text message") || method.contains("sms") || text.contains("verification code")
}

/// A success that a person may have granted on the phone: not by a claim in a token, not by a code, not with a single factor.
fn may_be_approval(row: &SignIn<'_>) -> bool {
    let text = row.mfa_detail().unwrap_or_default().to_lowercase();
    let by_claim = text.contains("satisfied by") || text.contains("previously satisfied");
    let method = row.mfa_method().unwrap_or_default().to_lowercase();
    let on_phone = method.is_empty() || method.contains("notification") || method.contains("phone") || method.contains("authenticator");
    // The unified audit log knows neither method nor requirement, so a success there may be an approval.
    let factor = row.requirement() != Some("singlefactorauthentication");
    !by_claim && on_phone && factor && !is_code(row) && row.stream() != Some("non-interactive")
}

/// A relay that fails every day without anybody watching: at least `loop_days` days from one address.
fn drop_loops(rows: &mut Vec<SignIn<'_>>, mfa: &Mfa) {
    let mut days: BTreeMap<Option<&str>, BTreeSet<i64>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.app_id() == Some(RADIUS_APP)) {
        days.entry(row.address()).or_default().extend(row.time().map(Time::day));
    }
    rows.retain(|row| row.app_id() != Some(RADIUS_APP) || days.get(&row.address()).is_none_or(|days| days.len() < mfa.loop_days));
}

/// Chains of refusals without a pause longer than the gap; rows come in time order.
fn episodes<'r, 'a>(rows: &'r [SignIn<'a>], mfa: &Mfa) -> Vec<&'r [SignIn<'a>]> {
    let gap = TimeDelta::minutes(mfa.gap_minutes);
    rows.chunk_by(|a, b| a.time().zip(b.time()).is_some_and(|(a, b)| b - a <= gap)).collect()
}

/// First moment of each prompt, ascending.
fn prompts(rows: &[SignIn<'_>], mfa: &Mfa) -> Vec<Time> {
    let mut last: BTreeMap<&str, Time> = BTreeMap::new();
    let mut starts = Vec::new();
    for (row, at) in rows.iter().filter_map(|row| Some((row, row.time()?))) {
        let key = row.correlation_id().filter(|id| !id.is_empty()).unwrap_or(row.record_id());
        let known = last.get(key).is_some_and(|before| at - *before <= TimeDelta::seconds(mfa.same_prompt_seconds));
        if !known || key.is_empty() {
            starts.push(at);
            last.insert(key, at);
        }
    }
    starts
}

/// The largest number of prompts inside the allowed span.
fn densest(starts: &[Time], mfa: &Mfa) -> usize {
    let span = TimeDelta::minutes(mfa.span_minutes);
    (0..starts.len()).map(|i| starts[i..].iter().take_while(|at| **at - starts[i] <= span).count()).max().unwrap_or(0)
}

fn judge(case: &Case, mfa: &Mfa, rows: &[SignIn<'_>], approvals: &[SignIn<'_>]) -> Option<Draft> {
    let at_home = |row: &SignIn<'_>| {
        novelty(case, row, Trait::Network) == Novelty::Established
            && (standing::is_own_device(case, row) || novelty(case, row, Trait::Agent) == Novelty::Established)
    };
    let rows: Vec<SignIn<'_>> = rows.iter().filter(|row| !at_home(row)).copied().collect();
    let starts = prompts(&record::without_twins(rows.iter().copied()), mfa);
    let approval = approvals.iter().find(|success| answers(success, &rows, mfa));
    let before = approval.and_then(|success| success.time()).map_or(0, |at| starts.iter().filter(|start| **start <= at).count());
    let fatigue = approval.filter(|_| before >= mfa.prompts);
    let single = approval
        .filter(|success| before < mfa.prompts && novelty(case, success, Trait::Network) == Novelty::New && !standing::is_own_device(case, success));
    let (signal, severity) = match (fatigue, single) {
        (Some(_), _) => ("mfa-fatigue-approved", Severity::High),
        _ if densest(&starts, mfa) >= mfa.prompts => ("mfa-refusals", Severity::Medium),
        (None, Some(_)) => ("mfa-single-refusal-approved", Severity::Info),
        (None, None) => return None,
    };
    let mut draft = Draft::new(case, DETECTOR.id, signal, rows.first()?);
    draft.suspect_all(case, &rows);
    let approval = if signal == "mfa-refusals" { None } else { approval };
    if let Some(success) = approval {
        draft.suspect(case, success);
    }
    let declined = rows.iter().any(|row| text(row).contains("declined") || text(row).contains("suspiciousactivityreported"));
    let finding = &mut draft.finding;
    finding.severity = severity;
    finding.confidence = match signal {
        "mfa-fatigue-approved" if approval.is_some_and(|row| row.mfa_method().is_some_and(|method| !method.is_empty())) => 0.9,
        "mfa-fatigue-approved" => 0.75,
        "mfa-refusals" if declined => 0.8,
        "mfa-refusals" => 0.6,
        _ => 0.4,
    };
    state(case, finding, &rows, starts.len(), approval);
    Some(draft)
}

/// The success comes from the origin of a refused prompt, soon after it.
fn answers(success: &SignIn<'_>, rows: &[SignIn<'_>], mfa: &Mfa) -> bool {
    let limit = TimeDelta::minutes(mfa.approval_minutes);
    let soon = |row: &&SignIn<'_>| success.time().zip(row.time()).is_some_and(|(at, refused)| at >= refused && at - refused <= limit);
    let same_place = |row: &SignIn<'_>| {
        (success.address().is_some_and(|address| !address.is_empty()) && success.address() == row.address())
            || network_of(success).is_some_and(|network| network_of(row).as_ref() == Some(&network))
    };
    rows.iter().any(|row| soon(&row)) && rows.iter().any(same_place)
}

fn state(case: &Case, finding: &mut Finding, rows: &[SignIn<'_>], n_prompts: usize, approval: Option<&SignIn<'_>>) {
    let set = |value: fn(&SignIn<'_>) -> Option<String>| rows.iter().filter_map(value).filter(|text| !text.is_empty()).collect::<BTreeSet<_>>();
    let addresses = words::addresses_of(rows);
    let refused =
        format!("{} refused ({}) from {}", counted(n_prompts, "MFA prompt"), counted(rows.len(), "record"), words::listed_addresses(&addresses));
    finding.summary = match approval {
        Some(row) => format!("{refused}, then one approved at {} from {}", row.time().unwrap_or_default(), origin(case, row)),
        None => format!("{refused} between {} and {}", finding.first_seen, finding.last_seen),
    };
    finding.fact("prompts", n_prompts);
    finding.fact("refused", rows.len());
    finding.fact("approved_at", approval.and_then(|row| row.time()).map(|at| at.to_string()));
    finding.fact("addresses", addresses.into_iter().collect::<Vec<_>>());
    finding.fact("methods", set(|row| row.mfa_method().map(str::to_owned)).into_iter().collect::<Vec<_>>());
    finding.fact("refusal_texts", set(|row| row.mfa_detail().or(row.failure()).map(str::to_owned)).into_iter().collect::<Vec<_>>());
}
