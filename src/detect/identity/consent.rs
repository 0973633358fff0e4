//! Consents to applications, read from both audit logs and scored. Not a detector: two detectors use it.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use chrono::TimeDelta;

use super::act::{Act, Place, Places, Standing, acts, people};
use super::change::Changes;
use super::consent_risk::{AppFacts, Inventory, Part, Reach, app_parts, reach, scope_parts, scopes};
use crate::case::Case;
use crate::detect::session::anchor::{Anchor, anchors, shortly_before};
use crate::settings::Settings;

const NEW_APP: i64 = 10;
const ALONE: i64 = 3;
const CAMPAIGN: i64 = 15;
const STRANGE_CONTEXT: i64 = 25;

/// Operations that are, or accompany, a consent.
const OPERATIONS: &[&str] = &["consent to application", "add delegated permission grant", "add oauth2permissiongrant"];

/// One consent.
#[derive(Debug)]
pub(super) struct Consent<'a> {
    /// The records.
    pub(super) act: Act<'a>,
    /// Who consented.
    pub(super) account: &'a str,
    /// Application name, else its id.
    pub(super) app: String,
    /// Application id, lower case.
    pub(super) app_id: Option<String>,
    /// Scopes granted, lower case.
    pub(super) scopes: BTreeSet<String>,
    /// For all users of the tenant.
    pub(super) tenant_wide: bool,
    /// Permissions of the application itself.
    pub(super) app_only: bool,
    /// From where.
    pub(super) place: Place<'a>,
    /// What the application lists say.
    pub(super) facts: AppFacts<'a>,
    /// Points and reasons.
    pub(super) parts: Vec<Part>,
    /// The suspicious sign-in before it.
    pub(super) anchor: Option<Anchor>,
    /// All suspicious sign-ins of the account.
    pub(super) anchors: Rc<BTreeMap<String, Vec<Anchor>>>,
}

impl Consent<'_> {
    /// Sum of the points.
    pub(super) fn score(&self) -> i64 {
        self.parts.iter().map(|(points, _)| points).sum()
    }

    /// How far the permissions reach.
    pub(super) fn reach(&self) -> Reach {
        reach(&self.scopes, self.app_only)
    }

    /// An administrator's ordinary roll-out: sign-in permissions of a verified publisher from the usual place.
    pub(super) fn is_plain_rollout(&self, case: &Case) -> bool {
        self.reach() == Reach::Basic && self.facts.is_verified() && self.place.standing(case) == Standing::Own && self.anchor.is_none()
    }

    /// Worth reporting at all.
    pub(super) fn is_reported(&self, case: &Case, settings: &Settings) -> bool {
        if self.app_only || self.tenant_wide { !self.is_plain_rollout(case) } else { self.score() >= settings.identity.consent_alert }
    }
}

/// Successful consents to applications that are not Microsoft's, ascending by time.
pub(super) fn consents<'a>(case: &'a Case, settings: &Settings) -> Vec<Consent<'a>> {
    let wanted = |event: &crate::frame::AuditEvent<'a>| event.actor_kind() != Some("system");
    let acts = acts(case, |operation| OPERATIONS.contains(&operation), wanted, |event| event.account().unwrap_or("").to_owned());
    let (places, anchors) = (Places::of(case, &acts), Rc::new(anchors(case, &people(&acts))));
    let inventory = Inventory::of(case);
    let mut consents: Vec<Consent<'a>> = Vec::new();
    for act in acts {
        let app_id = app_id(&act);
        let client = act.new_text("ServicePrincipal.ObjectID").or_else(|| act.text(|event| event.target_id()).map(str::to_owned));
        let facts = inventory.facts(&[app_id.as_deref(), client.as_deref()]);
        let app_id = app_id.or_else(|| facts.app_id.map(str::to_owned));
        if inventory.is_microsoft(app_id.as_deref(), &facts) {
            continue;
        }
        let name = app_name(&act)
            .or_else(|| facts.name.map(str::to_owned))
            .or_else(|| app_id.clone())
            .unwrap_or_else(|| "an unnamed application".to_owned());
        let is_true = |property| act.changes.iter().any(|changes: &Changes| changes.is_true(property));
        let app_only = is_true("ConsentContext.IsAppOnly");
        let for_all = is_true("ConsentContext.OnBehalfOfAll") || permission_text(&act).contains("ConsentType: AllPrincipals");
        let type_text = act.new_text("DelegatedPermissionGrant.ConsentType").unwrap_or_default();
        let scopes = scopes_of(&act);
        let mut parts = scope_parts(&scopes, app_only);
        parts.extend(app_parts(&name, app_id.as_deref(), &facts));
        let place = places.place(&act, act.actor());
        let anchor = shortly_before(&anchors, act.actor(), act.time, settings.identity.suspicious_before_hours).cloned();
        if place.standing(case) == Standing::Strange || (anchor.is_some() && place.standing(case) != Standing::Own) {
            parts.push((STRANGE_CONTEXT, "from a network new for the account, or soon after a suspicious sign-in".to_owned()));
        }
        consents.push(Consent {
            account: act.actor(),
            app: name,
            app_id,
            scopes,
            tenant_wide: for_all || type_text.eq_ignore_ascii_case("AllPrincipals"),
            app_only,
            place,
            facts,
            parts,
            anchor,
            anchors: Rc::clone(&anchors),
            act,
        });
    }
    score_spread(case, settings, &mut consents);
    consents
}

/// Points for how new the application is in the tenant and how many accounts took it.
fn score_spread(case: &Case, settings: &Settings, consents: &mut [Consent<'_>]) {
    let mut created: BTreeSet<String> = BTreeSet::new();
    let rows = &case.frames.audit;
    let added = case.frames.audit.operation.rows_where(|operation| operation == "add service principal");
    for event in added.into_iter().filter_map(|row| rows.get(row)) {
        created.extend([event.correlation_id(), event.target(), event.object()].into_iter().flatten().map(str::to_lowercase));
    }
    let mut takers: BTreeMap<String, Vec<(crate::time::Time, String)>> = BTreeMap::new();
    for consent in consents.iter() {
        takers.entry(key(consent)).or_default().push((consent.act.time, consent.account.to_owned()));
    }
    let admin_approved: BTreeSet<String> = consents.iter().filter(|consent| consent.tenant_wide).map(key).collect();
    for consent in consents {
        if consent.reach() == Reach::Basic {
            continue;
        }
        let by_list = consent
            .facts
            .created
            .is_some_and(|at| at <= consent.act.time && consent.act.time - at <= TimeDelta::days(settings.identity.app_new_days));
        let words = [consent.act.text(|event| event.correlation_id()), Some(consent.app.as_str()), consent.app_id.as_deref()];
        if by_list || words.into_iter().flatten().any(|word| created.contains(&word.to_lowercase())) {
            consent.parts.push((NEW_APP, "application new in the tenant".to_owned()));
        }
        let Some(all) = takers.get(&key(consent)) else { continue };
        let within_a_day: BTreeSet<&str> =
            all.iter().filter(|(time, _)| time.distance(consent.act.time) <= TimeDelta::days(1)).map(|(_, account)| account.as_str()).collect();
        let accepted = consent.facts.is_verified() || admin_approved.contains(&key(consent));
        if within_a_day.len() >= settings.identity.consent_campaign_accounts && !accepted {
            consent.parts.push((CAMPAIGN, format!("{} accounts within a day", within_a_day.len())));
        } else if all.iter().map(|(_, account)| account).collect::<BTreeSet<_>>().len() == 1 {
            consent.parts.push((ALONE, "only this account".to_owned()));
        }
    }
}

/// What makes two consents concern one application.
fn key(consent: &Consent<'_>) -> String {
    consent.app_id.clone().unwrap_or_else(|| consent.app.to_lowercase())
}

/// The application id: service-principal names, else the object, where they are GUIDs.
fn app_id(act: &Act<'_>) -> Option<String> {
    let names = act.new_text("TargetId.ServicePrincipalNames").or_else(|| act.new_text("ServicePrincipal.AppId"));
    let of_consent = act.events.iter().find(|event| event.operation() == Some("consent to application")).and_then(|event| event.object());
    let parts = names.as_deref().unwrap_or("").split([';', ',']).map(str::to_owned).chain(of_consent.map(str::to_owned));
    parts.map(|text| text.trim().trim_matches('"').to_lowercase()).find(|text| is_guid(text))
}

fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| if matches!(at, 8 | 13 | 18 | 23) { byte == b'-' } else { byte.is_ascii_hexdigit() })
}

/// The target of the consent record itself; the grant's target is the resource.
fn app_name(act: &Act<'_>) -> Option<String> {
    let named = act.events.iter().filter(|event| event.operation() == Some("consent to application")).filter_map(|event| event.target());
    named.map(str::trim).find(|name| !name.is_empty() && !is_guid(name)).map(str::to_owned).or_else(|| act.new_text("ServicePrincipal.DisplayName"))
}

/// The right-hand side of `ConsentAction.Permissions` (`[] => [[Id: …, Scope: a b, …]]; `), or nothing.
fn permission_text(act: &Act<'_>) -> String {
    let text = act.new_text("ConsentAction.Permissions").unwrap_or_default();
    text.split_once("=>").map_or(text.clone(), |(_, new)| new.to_owned())
}

/// Scopes in the permission text end at `]` or at the next field; they may hold blanks.
fn scopes_of(act: &Act<'_>) -> BTreeSet<String> {
    let text = permission_text(act);
    let mut found: BTreeSet<String> = text.split("Scope:").skip(1).flat_map(|rest| scopes(rest.split([']', ',']).next().unwrap_or(""))).collect();
    for changes in &act.changes {
        for name in ["DelegatedPermissionGrant.Scope", "OAuth2PermissionGrant.Scope"] {
            found.extend(changes.new_text(name).iter().flat_map(|text| scopes(text)));
        }
    }
    found
}
