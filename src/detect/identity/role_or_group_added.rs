//! Role and group membership: who was given more power, by whom, from where.
//!
//! Evidence: both audit logs. Signals: `role-added`, directory and Exchange roles, permanent, eligible or activated; `group-added`, members and owners of
//! groups. The finding belongs to the actor; the member is the artefact's account. Quiet: system actors and provisioning applications; activation of an
//! eligible role from the own place; ordinary group work from the own or an unknown place. References: detection catalogue 6.4; Microsoft role templates.

use super::act::{Act, Places, Standing, acts, people, state_context};
use crate::case::Case;
use crate::detect::Detector;
use crate::detect::origin::filled;
use crate::detect::properties::Properties;
use crate::detect::session::anchor::anchors;
use crate::evidence::Evidence;
use crate::finding::{Artefact, ArtefactKind, Finding, Severity};
use crate::frame::AuditEvent;
use crate::settings::Settings;

pub(super) const DETECTOR: Detector = Detector {
    id: "role-or-group-added",
    title: "Role or group membership given",
    attack: &["T1098.003", "T1098", "T1078.004"],
    needs: &[Evidence::AuditDirectory, Evidence::DirectoryAudits, Evidence::ExchangeAdmin],
    signals: &["role-added", "group-added"],
    false_positives: "Daily work of administrators; provisioning by the personnel system.",
    detect,
};

/// Roles that lead to every other (detection catalogue 6.4), lower case; the company-administrator spelling is the directory's old name.
const POWERFUL: &[&str] = &[
    "global administrator",
    "company administrator",
    "privileged role administrator",
    "privileged authentication administrator",
    "exchange administrator",
    "sharepoint administrator",
    "application administrator",
    "cloud application administrator",
    "security administrator",
    "conditional access administrator",
    "user administrator",
    "hybrid identity administrator",
    "organization management",
    "user access administrator",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Role,
    Activation,
    Group,
}

/// Requests and failures write their own operations; only the completed act counts.
fn kind(operation: &str) -> Option<Kind> {
    let names_role = operation.starts_with("add member to role")
        || operation.starts_with("add eligible member to role")
        || operation.starts_with("add scoped member to role");
    match operation {
        "add member to group" | "add owner to group" => Some(Kind::Group),
        "add-rolegroupmember" => Some(Kind::Role),
        other if other.starts_with("user has elevated their access to user access administrator") => Some(Kind::Role),
        other if !names_role || other.contains("requested") => None,
        other if other.contains("pim activation") => Some(Kind::Activation),
        _ => Some(Kind::Role),
    }
}

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let wanted = |event: &AuditEvent<'_>| !matches!(event.actor_kind(), Some("system" | "app"));
    let acts = acts(case, |operation| kind(operation).is_some(), wanted, |event| member(event).to_lowercase());
    let (places, anchors) = (Places::of(case, &acts), anchors(case, &people(&acts)));
    let mut findings = Vec::new();
    for act in &acts {
        let (Some(kind), actor) = (act.first().operation().and_then(kind), act.actor()) else { continue };
        if actor.is_empty() || actor.starts_with("sync_") {
            continue;
        }
        let place = places.place(act, actor);
        let to = container(act, kind);
        let powerful = POWERFUL.contains(&to.to_lowercase().as_str());
        let of_cmdlet = Properties::parse(act.first().parameters()).filled("Member");
        let named = filled(Some(member(act.first()))).unwrap_or(actor);
        let who = of_cmdlet.as_deref().unwrap_or(named);
        let (signal, artefact) =
            if kind == Kind::Group { ("group-added", ArtefactKind::GroupMember) } else { ("role-added", ArtefactKind::RoleMember) };
        let mut finding = act.finding(DETECTOR.id, signal, actor);
        let standing = state_context(case, settings, &mut finding, &place, &anchors, actor);
        finding.severity = match (kind, standing) {
            (Kind::Group, Standing::Own | Standing::Unclear) | (Kind::Activation, Standing::Own) => continue,
            (Kind::Group, Standing::Strange) => Severity::Medium,
            (Kind::Activation, Standing::Unclear) | (Kind::Role, Standing::Own) => Severity::Low,
            (Kind::Role | Kind::Activation, Standing::Strange) if powerful => Severity::Critical,
            (Kind::Role | Kind::Activation, Standing::Strange) => Severity::High,
            (Kind::Role, Standing::Unclear) => {
                if powerful {
                    Severity::High
                } else {
                    Severity::Medium
                }
            }
        };
        finding.confidence = 0.9;
        let what = if kind == Kind::Group { "the group" } else { "the role" };
        finding.summary = format!("{actor} gave {} {what} {to}{}.", if who == actor { "itself" } else { who }, place.words(case));
        finding.fact("member", who);
        finding.fact(if kind == Kind::Group { "group" } else { "role" }, to.as_str());
        finding.fact("operation", act.first().operation_raw().unwrap_or(""));
        finding.fact("self", who == actor);
        finding.artefact = Some(Artefact { kind: artefact, account: who.to_owned(), key: to });
        findings.push(finding);
    }
    findings
}

/// The user, group or principal that was added. UAL puts it in the object, directory audits among the targets.
fn member<'a>(event: &AuditEvent<'a>) -> &'a str {
    let person = [event.target(), event.object()].into_iter().flatten().map(str::trim).find(|name| name.contains('@'));
    person.or(filled(event.target())).unwrap_or("")
}

fn container(act: &Act<'_>, kind: Kind) -> String {
    let property = if kind == Kind::Group { "Group.DisplayName" } else { "Role.DisplayName" };
    let of_cmdlet = || act.events.iter().find_map(|event| Properties::parse(event.parameters()).filled("Identity"));
    let elevated = act.first().operation().is_some_and(|operation| operation.starts_with("user has elevated"));
    let of_kind = if kind == Kind::Group { "group" } else { "role" };
    let of_target =
        || act.events.iter().filter(|event| event.target_kind() == Some(of_kind)).find_map(|event| filled(event.target())).map(str::to_owned);
    let role = act.new_text(property).or_else(of_cmdlet).or_else(of_target);
    role.unwrap_or_else(|| if elevated { "User Access Administrator".to_owned() } else { "without a recorded name".to_owned() })
}
