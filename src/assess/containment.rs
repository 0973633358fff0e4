//! The responders' own steps, read from the same logs: what was done, in which order, and what happened after.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use crate::case::Case;
use crate::evidence::Evidence;
use crate::frame::AuditEvent;
use crate::provenance::RecordRef;
use crate::settings::assess::Assess;
use crate::time::Time;

use super::activity::Act;
use super::context::Context;
use super::ledger::{Entry, State};
use super::marks::Marks;

/// One response action.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) action: &'static str,
    pub(crate) account: String,
    pub(crate) at: Time,
    pub(crate) actor: String,
    pub(crate) evidence: Vec<RecordRef>,
}

/// Steps on the affected accounts after their first malicious act. Acts inside an attacker context are not response.
pub(crate) fn steps(case: &Case, first: &BTreeMap<String, Time>, contexts: &BTreeMap<String, Context>) -> Vec<Step> {
    let rows = &case.frames.audit;
    // A password change moves the token validity as a side effect, in the same correlation or within 3 seconds: that is not an explicit revocation.
    let resets: Vec<(Option<&str>, Option<&str>, Time)> =
        rows.iter().filter(|row| is_reset(row)).filter_map(|row| row.time().map(|at| (row.target(), row.correlation_id(), at))).collect();
    let mut steps: Vec<Step> = Vec::new();
    for row in rows.iter() {
        let (Some(at), Some(action)) = (row.time(), action(&row)) else { continue };
        let account = match action {
            "remove-rule" => row.mailbox().or(row.target()).or(row.account()),
            _ => row.target().or(row.account()),
        };
        let Some(account) = account else { continue };
        if row.result() == Some("failure") || first.get(account).is_none_or(|first| at <= *first) {
            continue;
        }
        if contexts.get(account).is_some_and(|context| context.owns(row.address(), row.session_id(), row.token_id(), None)) {
            continue;
        }
        let side_effect = action == "revoke-sessions"
            && resets.iter().any(|(target, correlation, reset)| {
                *target == Some(account)
                    && (correlation.is_some() && *correlation == row.correlation_id() || at.distance(*reset) <= TimeDelta::seconds(3))
            });
        if side_effect {
            continue;
        }
        // The same act stands in the unified audit log and in the directory audit.
        let twin =
            steps.iter_mut().rev().find(|step| step.action == action && step.account == account && at.distance(step.at) <= TimeDelta::seconds(5));
        match twin {
            Some(step) => step.evidence.push(row.reference()),
            None => steps.push(Step {
                action,
                account: account.to_owned(),
                at,
                actor: row.account().unwrap_or_default().to_owned(),
                evidence: vec![row.reference()],
            }),
        }
    }
    steps
}

fn is_reset(row: &AuditEvent<'_>) -> bool {
    matches!(
        row.operation().unwrap_or_default(),
        "reset user password"
            | "reset password (by admin)"
            | "change user password"
            | "reset password (self-service)"
            | "change password (self-service)"
    )
}

/// Which response action a record can be.
fn action(row: &AuditEvent<'_>) -> Option<&'static str> {
    let changes = row.changes().unwrap_or_default();
    let enabled_to = |value: &str| {
        row.operation() == Some("update user") && changes.contains("AccountEnabled") && {
            let tail = changes.split("AccountEnabled").nth(1).unwrap_or_default();
            let new = tail.split(r#""new":"#).nth(1).unwrap_or_default();
            new.trim_start_matches(['"', '[']).starts_with(value)
        }
    };
    match row.operation().unwrap_or_default() {
        "update stsrefreshtokenvalidfrom timestamp" | "revoke user sign-in sessions" => Some("revoke-sessions"),
        "disable account" => Some("disable-account"),
        "enable account" => Some("enable-account"),
        _ if is_reset(row) => Some("reset-password"),
        _ if enabled_to("false") => Some("disable-account"),
        _ if enabled_to("true") => Some("enable-account"),
        "admin deleted security info" | "user deleted security info" | "disable strong authentication" => Some("remove-method"),
        "remove-inboxrule" | "disable-inboxrule" => Some("remove-rule"),
        "updateinboxrules" if row.parameters().is_some_and(|parameters| parameters.contains("RemoveMailboxRule")) => Some("remove-rule"),
        "remove delegated permission grant" | "remove oauth2permissiongrant" => Some("revoke-grant"),
        "delete device" | "unregister device" => Some("remove-device"),
        _ => None,
    }
}

/// Until when the evidence would hold a revocation or a disabled account.
fn directory_reach(case: &Case) -> Option<Time> {
    [Evidence::DirectoryAudits, Evidence::AuditDirectory].iter().filter_map(|kind| case.coverage.get(kind)?.reach_last).max()
}

/// What went wrong, per account: kind, account, words. `first` holds the affected accounts with their first malicious act. That something was not done is
/// said only where the evidence would show it.
#[expect(clippy::too_many_arguments, reason = "each is one thing that is compared with the steps")]
pub(crate) fn faults(
    case: &Case,
    marks: &Marks,
    steps: &[Step],
    accounts: &BTreeSet<String>,
    first: &BTreeMap<String, Time>,
    acts: &[Act],
    ledger: &[Entry],
    settings: &Assess,
) -> Vec<(&'static str, String, String)> {
    let mut faults = Vec::new();
    let reach = directory_reach(case);
    let states = &case.frames.users;
    for account in accounts {
        let at = |action: &str| steps.iter().filter(|step| step.account == *account && step.action == action).map(|step| step.at).min();
        let told = reach.filter(|until| first.get(account).is_some_and(|first| until > first));
        let is_off = states.iter().any(|user| user.account() == Some(account.as_str()) && user.enabled() == Some(false));
        let (revoke, reset, disable) = (at("revoke-sessions"), at("reset-password"), at("disable-account"));
        match (reset, revoke) {
            (Some(reset), Some(revoke)) if reset < revoke && settings.order_profile == "revoke-first" => faults.push((
                "reset-before-revoke",
                account.clone(),
                format!("the password was reset at {reset}, sessions were revoked at {revoke}: live access tokens kept working for {}", span(revoke - reset)),
            )),
            (_, None) if let Some(until) = told => faults.push((
                "no-session-revocation",
                account.clone(),
                if reset.is_some() {
                    format!("no explicit session revocation is in the directory changes, which reach to {until}; the password reset ended refresh tokens as a side effect, access tokens may have lived on")
                } else {
                    format!("no session revocation is in the directory changes, which reach to {until}")
                },
            )),
            _ => {}
        }
        if let Some(until) = told
            && disable.is_none()
            && !is_off
        {
            faults.push(("not-disabled", account.clone(), format!("the account was not disabled in the directory changes, which reach to {until}")));
        }
        if told.is_none() && (revoke.is_none() || disable.is_none() && !is_off) {
            faults.push((
                "response-not-covered",
                account.clone(),
                "the evidence cannot tell whether sessions were revoked or the account was disabled: no directory changes after the first malicious act are in it".to_owned(),
            ));
        }
        let left: Vec<&Entry> =
            ledger.iter().filter(|entry| entry.attributed && entry.artefact.account == *account && entry.state != State::Removed).collect();
        for entry in &left {
            let words =
                if entry.state == State::Present { "still stands in the state export" } else { "was never removed as far as the evidence shows" };
            faults.push(("artefact-left", account.clone(), format!("{} {:?} {words}", super::kind_slug(entry.artefact.kind), entry.artefact.key)));
        }
        if let Some(enabled) = at("enable-account")
            && !left.is_empty()
        {
            faults.push((
                "re-enabled-early",
                account.clone(),
                format!("the account was enabled again at {enabled} while {} artefacts were open", left.len()),
            ));
        }
        if let Some(contained) = marks.get(0).or(revoke).or(disable).or(reset) {
            let after: Vec<&Act> = acts.iter().filter(|act| act.account == *account && act.at > contained && act.succeeded).collect();
            if let (Some(first), Some(last)) = (after.first(), after.last()) {
                let residual = last.at - contained <= TimeDelta::minutes(settings.residual_token_minutes);
                let words = if residual {
                    "within the life of an access token issued before"
                } else {
                    "longer than an access token lives: another valid way in remains"
                };
                faults.push((
                    "activity-after-containment",
                    account.clone(),
                    format!(
                        "{} records in the attacker context after containment at {contained}, from {} to {}, {words}",
                        after.len(),
                        first.at,
                        last.at
                    ),
                ));
            }
        }
    }
    faults
}

fn span(delta: TimeDelta) -> String {
    match delta.num_minutes() {
        minutes if minutes < 120 => format!("{minutes} minutes"),
        minutes => format!("{} hours {} minutes", minutes / 60, minutes % 60),
    }
}
