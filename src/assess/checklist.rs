//! The fifteen blast-radius items, always all fifteen. "Clear" needs proof that the source covers the window; a missing log is not a clean log.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::{Case, Span};
use crate::evidence::Evidence;
use crate::model::ChecklistItem;
use crate::time::Time;

use super::activity::{Act, Surface};
use super::coverage::{Proof, Prover, Window};
use super::standing::{List, Standing};

/// What the items are judged against.
pub(crate) struct Scope<'a> {
    /// From first to last malicious act; `None` when nobody is affected: then the whole evidence is the window.
    pub(crate) window: Option<(Time, Time)>,
    /// Affected accounts.
    pub(crate) accounts: &'a BTreeSet<String>,
    /// Records in an attacker context.
    pub(crate) acts: &'a [Act],
    /// Attributed findings: id, signal.
    pub(crate) findings: &'a [(String, &'static str)],
}

struct Item {
    number: u8,
    name: &'static str,
    surfaces: &'static [Surface],
    signals: &'static [&'static str],
    /// Any one of these tells the history.
    history: &'static [Evidence],
    /// Any one of these tells the state at export time; empty = history suffices for "clear".
    state: &'static [Evidence],
    /// What stands at export time, with the day of its making: answers where the history does not.
    list: Option<List>,
}

const DIRECTORY: &[Evidence] = &[Evidence::DirectoryAudits, Evidence::AuditDirectory];

#[rustfmt::skip]
const ITEMS: &[Item] = &[
    Item { number: 1, name: "interactive sign-ins", surfaces: &[Surface::InteractiveSignIn],
        signals: &["aitm-kit-agent", "aitm-capture-triple", "aitm-copied-agent", "mfa-fatigue-approved", "device-code-broker", "device-code-two-origins", "spray-success",
            "brute-force-success", "shared-mailbox-sign-in", "frontline-off-kiosk"],
        history: &[Evidence::InteractiveSignIns], state: &[], list: None },
    Item { number: 2, name: "non-interactive and service-principal sign-ins", surfaces: &[Surface::OtherSignIn], signals: &["consented-app-use"],
        history: &[Evidence::NonInteractiveSignIns], state: &[Evidence::ServicePrincipalSignIns], list: None },
    Item { number: 3, name: "risky users and sign-ins", surfaces: &[], signals: &["risk-near-certain", "risk-token", "risk-origin", "risk-password", "risk-behaviour"],
        history: &[Evidence::RiskDetections, Evidence::RiskyUsers], state: &[], list: None },
    Item { number: 4, name: "inbox rules", surfaces: &[Surface::InboxRule], signals: &["inbox-rule", "inbox-rule-high", "inbox-rule-hidden"],
        history: &[Evidence::ExchangeAdmin], state: &[Evidence::InboxRules], list: None },
    Item { number: 5, name: "mailbox forwarding", surfaces: &[Surface::Forwarding], signals: &["forwarding-external", "forwarding-internal", "transport-rule-external"],
        history: &[Evidence::ExchangeAdmin], state: &[Evidence::Mailboxes], list: None },
    Item { number: 6, name: "MailItemsAccessed", surfaces: &[Surface::MailRead], signals: &["mail-bind-burst", "mail-sync", "mail-new-client", "mail-app-many-mailboxes"],
        history: &[Evidence::MailItemsAccessed], state: &[], list: None },
    Item { number: 7, name: "SharePoint and OneDrive", surfaces: &[Surface::Files], signals: &["file-download-burst", "file-script-agent", "external-link-created"],
        history: &[Evidence::SharePoint], state: &[], list: None },
    Item { number: 8, name: "Teams", surfaces: &[Surface::Teams], signals: &["teams-external-chat"], history: &[Evidence::Teams], state: &[], list: None },
    Item { number: 9, name: "OAuth consent grants", surfaces: &[Surface::Consent],
        signals: &["consent-risky", "consent-tenant-wide", "consent-app-only", "app-role-granted"], history: DIRECTORY, state: &[Evidence::OauthGrants], list: None },
    Item { number: 10, name: "Power Automate flows", surfaces: &[Surface::Flow], signals: &["flow-created"], history: &[Evidence::PowerAutomate], state: &[], list: Some(List::Flows) },
    Item { number: 11, name: "Power Apps", surfaces: &[Surface::PowerApp], signals: &["app-created"], history: &[Evidence::PowerApps], state: &[], list: Some(List::Apps) },
    Item { number: 12, name: "group and role membership", surfaces: &[Surface::Membership], signals: &["role-added", "group-added"], history: DIRECTORY, state: &[], list: Some(List::Members) },
    Item { number: 13, name: "service principals the user could edit", surfaces: &[Surface::ServicePrincipal], signals: &["sp-credential-added"],
        history: DIRECTORY, state: &[Evidence::Applications], list: None },
    Item { number: 14, name: "new users", surfaces: &[Surface::NewUser], signals: &["user-created", "guest-invited"], history: DIRECTORY, state: &[], list: Some(List::Users) },
    Item { number: 15, name: "Conditional Access edits", surfaces: &[Surface::ConditionalAccess], signals: &["ca-weakened", "federation-changed"], history: DIRECTORY, state: &[], list: Some(List::Policies) },
];

/// Risk detections are few by nature: that none is later than the last says nothing.
const RISK: u8 = 3;

/// Kinds that a complete unified-audit export holds next to each other; used to tell "filtered export" from "no export".
const AUDIT_KINDS: &[Evidence] =
    &[Evidence::ExchangeAdmin, Evidence::MailboxAudit, Evidence::AuditDirectory, Evidence::SharePoint, Evidence::Teams, Evidence::OtherAudit];

/// Judges all fifteen.
pub(crate) fn judge(case: &Case, prover: &Prover<'_>, scope: &Scope<'_>) -> Vec<ChecklistItem> {
    let window = scope.window.map(Window::of_incident).or_else(|| evidence_window(case).map(Window::of_evidence));
    let kinds: BTreeSet<Evidence> = ITEMS.iter().flat_map(|item| item.history).copied().filter(|kind| case.has(*kind)).collect();
    let proofs = kinds.into_iter().map(|kind| (kind, about_all(prover, scope, window, kind))).collect();
    ITEMS.iter().map(|item| judge_item(case, (prover, &proofs), scope, window, item)).collect()
}

fn judge_item(case: &Case, (prover, proofs): (&Prover<'_>, &Proofs), scope: &Scope<'_>, window: Option<Window>, item: &Item) -> ChecklistItem {
    let n_acts = scope.acts.iter().filter(|act| item.surfaces.contains(&act.surface)).count();
    let findings: Vec<String> = scope.findings.iter().filter(|(_, signal)| item.signals.contains(signal)).map(|(id, _)| id.clone()).collect();
    let history: Vec<(Evidence, Span)> = present(case, item.history);
    let state = present(case, item.state);
    let read = |kinds: &[(Evidence, Span)]| {
        kinds.iter().map(|(kind, span)| format!("{} ({} records{})", kind.title(), span.records, dates(span))).collect::<Vec<_>>().join(", ")
    };
    let names = |kinds: &[Evidence]| kinds.iter().map(|kind| kind.title()).collect::<Vec<_>>().join(" or ");
    let proof = best(proofs, &history);
    let state_limits: Vec<String> = state.iter().flat_map(|(kind, _)| prover.state(*kind)).collect();
    let (status, why) = if n_acts > 0 || !findings.is_empty() {
        let mut why = format!("{n_acts} record(s) in the attacker context, {} finding(s)", findings.len());
        if history.is_empty() || (!item.state.is_empty() && state.is_empty()) {
            why.push_str("; part of the evidence for this item is absent, so there may be more");
        } else if let Proof::Partial(reasons) | Proof::Nothing(reasons) = &proof
            && item.number != RISK
        {
            why = format!("{why}; there may be more: {}", reasons.join("; "));
        }
        ("found", why)
    } else if item.number == 6 {
        mail_access(case, scope, &proof)
    } else if proof != Proof::Whole
        && let Some(why) = listed(case, prover, scope, window, item)
    {
        ("partial", why)
    } else if history.is_empty() && state.is_empty() {
        let audit = AUDIT_KINDS.iter().filter(|kind| case.has(**kind)).count();
        if item.history.iter().all(|kind| matches!(kind, Evidence::Teams | Evidence::PowerAutomate | Evidence::PowerApps | Evidence::SharePoint))
            && audit >= 4
        {
            (
                "partial",
                format!(
                    "the unified audit log holds other workloads but no {} record for anyone: nothing happened, or the export was filtered",
                    item.name
                ),
            )
        } else {
            ("not_covered", format!("no {} in the evidence", names(&[item.history, item.state].concat())))
        }
    } else if history.is_empty() {
        ("partial", format!("read {}; the history ({}) is absent", read(&state), names(item.history)))
    } else if let Proof::Partial(reasons) = &proof {
        ("partial", format!("read {}; it does not cover the whole window: {}", read(&history), reasons.join("; ")))
    } else if let Proof::Nothing(reasons) = &proof {
        (
            if state.is_empty() { "not_covered" } else { "partial" },
            format!("read {}; it says nothing about the window: {}", read(&history), reasons.join("; ")),
        )
    } else if !item.state.is_empty() && state.is_empty() {
        ("partial", format!("read {}; {} absent", read(&history), names(item.state)))
    } else if !state_limits.is_empty() {
        ("partial", format!("read {}; {}", read(&[history, state].concat()), state_limits.join("; ")))
    } else {
        let window =
            window.map(|window| format!("; they cover {} to {} without hole, cap or cut", window.from.date(), window.to.date())).unwrap_or_default();
        ("clear", format!("read {}{window}; no record in the attacker context", read(&[history, state].concat())))
    };
    ChecklistItem { item: item.number, name: item.name.to_owned(), status: status.to_owned(), why, findings }
}

/// What the list of things as they stood says where the history does not cover the window; `None` when there is no list. What stands is one half of the
/// proof: what was made and removed again is not in it.
fn listed(case: &Case, prover: &Prover<'_>, scope: &Scope<'_>, window: Option<Window>, item: &Item) -> Option<String> {
    let (list, window) = item.list.zip(window)?;
    let limits: Vec<String> = list.kinds().iter().flat_map(|kind| prover.state(*kind)).collect();
    let history = item.history.iter().map(|kind| kind.title()).collect::<Vec<_>>().join(" or ");
    Some(match list.since(case, scope.accounts, window.from) {
        Standing::Absent => return None,
        Standing::Untouched(words) if limits.is_empty() => {
            format!("{words}; {history} does not cover the window, so what was made and removed again before the export would not show")
        }
        Standing::Untouched(words) => format!("{words}, but {}; {history} does not cover the window", limits.join("; ")),
        Standing::Touched(words) => format!("{words}; by whom and from where only the history tells ({history}), which does not cover the window"),
        Standing::Undated(words) => format!("{words}; the history ({history}) does not cover the window"),
    })
}

/// What each kind of evidence proves about all affected accounts.
type Proofs = BTreeMap<Evidence, Proof>;

/// What one kind proves about all affected accounts; about anybody when there is none.
fn about_all(prover: &Prover<'_>, scope: &Scope<'_>, window: Option<Window>, kind: Evidence) -> Proof {
    let Some(window) = window else { return Proof::Nothing(vec!["no record of this evidence has a time".to_owned()]) };
    let accounts: Vec<Option<&str>> =
        if scope.accounts.is_empty() { vec![None] } else { scope.accounts.iter().map(|account| Some(account.as_str())).collect() };
    accounts.iter().map(|account| prover.history(kind, *account, window)).fold(Proof::Whole, |all, one| match (all, one) {
        (Proof::Whole, other) | (other, Proof::Whole) => other,
        (Proof::Nothing(reasons), Proof::Nothing(others)) => Proof::Nothing(united(reasons, others)),
        (Proof::Partial(reasons) | Proof::Nothing(reasons), Proof::Partial(others) | Proof::Nothing(others)) => {
            Proof::Partial(united(reasons, others))
        }
    })
}

fn united(mut reasons: Vec<String>, others: Vec<String>) -> Vec<String> {
    for other in others {
        if !reasons.contains(&other) {
            reasons.push(other);
        }
    }
    reasons
}

/// What the best of these kinds proves: any one of them tells the history.
fn best(proofs: &Proofs, history: &[(Evidence, Span)]) -> Proof {
    let best = history.iter().filter_map(|(kind, _)| proofs.get(kind)).min_by_key(|proof| match proof {
        Proof::Whole => 0,
        Proof::Partial(_) => 1,
        Proof::Nothing(_) => 2,
    });
    best.cloned().unwrap_or_else(|| Proof::Nothing(Vec::new()))
}

/// Reading mail is only provably absent for a mailbox whose own records show that it was audited, without throttling.
fn mail_access(case: &Case, scope: &Scope<'_>, proof: &Proof) -> (&'static str, String) {
    let rows = &case.frames.mail_access;
    if rows.iter().next().is_none() {
        return ("not_covered", "no MailItemsAccessed record for anyone: licence, audit settings, retention or a filtered export; reading can be neither shown nor excluded".to_owned());
    }
    let audited: BTreeSet<&str> = rows.iter().filter_map(|row| row.mailbox()).collect();
    let blind: Vec<&str> = scope.accounts.iter().map(String::as_str).filter(|account| !audited.contains(account)).collect();
    if !blind.is_empty() {
        ("partial", format!("MailItemsAccessed exists for {} mailboxes, but not for {}", audited.len(), blind.join(", ")))
    } else if let Proof::Partial(reasons) | Proof::Nothing(reasons) = proof {
        ("partial", format!("MailItemsAccessed does not cover the whole window: {}", reasons.join("; ")))
    } else if case.extent.synced.is_empty() {
        ("partial", "only bind records for anyone: an export filtered on record type 50 hides folder synchronisation".to_owned())
    } else {
        ("clear", format!("MailItemsAccessed of {} mailboxes covers the window, bind and sync; no record in the attacker context", audited.len()))
    }
}

fn present(case: &Case, kinds: &[Evidence]) -> Vec<(Evidence, Span)> {
    kinds.iter().filter_map(|kind| case.coverage.get(kind).map(|span| (*kind, *span))).collect()
}

fn dates(span: &Span) -> String {
    match (span.first, span.last) {
        (Some(first), Some(last)) => format!(", {} to {}", first.date(), last.date()),
        _ => String::new(),
    }
}

fn evidence_window(case: &Case) -> Option<(Time, Time)> {
    let kinds = [
        Evidence::InteractiveSignIns,
        Evidence::NonInteractiveSignIns,
        Evidence::UnknownSignIns,
        Evidence::AuditLogons,
        Evidence::DirectoryAudits,
        Evidence::ExchangeAdmin,
    ];
    let spans = kinds.iter().filter_map(|kind| case.coverage.get(kind));
    let first = spans.clone().filter_map(|span| span.first).min()?;
    let last = spans.filter_map(|span| span.last).max()?;
    Some((first, last))
}
