//! What the authentication steps and policies of a sign-in say: the last MFA step, the policies that applied, the trusted location.

use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::field;
use crate::evidence::shape::field::json;
use crate::frame::SignInRow;

/// Fills `auth_steps`, `mfa_method` and `mfa_detail`. `additional` is the status' additional details: what old exports have instead of steps.
pub(in crate::evidence::shape::events) fn fill(row: &mut SignInRow, record: &Object<'_>, additional: Option<&Value<'_>>) {
    let steps = record.get("authenticationdetails");
    row.auth_steps = json::compact(steps);
    let nested = steps.and_then(|steps| steps.nested().ok());
    if let Some(step) = nested.as_deref().and_then(last_mfa_step) {
        row.mfa_method = field::some_text(step.get("authenticationmethod"));
        row.mfa_detail = field::some_text(step.get("authenticationstepresultdetail"));
    }
    let legacy = field::Part::of(record, &["mfadetail"]);
    if row.mfa_method.is_none() {
        row.mfa_method = field::text(legacy.get("authmethod", "mfadetailauthmethod"));
    }
    if row.mfa_detail.is_none() {
        row.mfa_detail = field::text(additional);
    }
}

/// The last step whose result speaks of MFA; else the last step that used something else than a password. Steps stand in the order of time.
fn last_mfa_step<'v, 'a>(steps: &'v Value<'a>) -> Option<&'v Object<'a>> {
    let speaks_of_mfa = |step: &&Object<'_>| {
        step.text("authenticationstepresultdetail").is_some_and(|detail| field::identity::strip_prefix_ignoring_case(&detail, "mfa").is_some())
    };
    let is_second_factor = |step: &&Object<'_>| {
        step.text("authenticationmethod")
            .is_some_and(|method| !field::is_blank(&method) && !["password", "previously satisfied"].contains(&method.to_lowercase().as_str()))
    };
    let objects = || steps.elements().iter().filter_map(Value::object).rev();
    objects().find(speaks_of_mfa).or_else(|| objects().find(is_second_factor))
}

/// Policies that took part, as compact JSON: those that did not apply or are switched off are left out, they are nine tenths of the bytes.
/// `[]` says that the list was there and none applied; `None` that the export has no list.
pub(in crate::evidence::shape::events) fn applied_policies(record: &Object<'_>) -> Option<String> {
    let names = ["appliedconditionalaccesspolicies", "appliedconditionalaccesspolicy", "conditionalaccesspolicies"];
    let present = names.iter().filter_map(|name| record.get(name)).filter(|value| **value != Value::Text("".into()));
    let policies = present.into_iter().next()?;
    let nested = policies.nested().ok()?;
    let mut text = String::from("[");
    for policy in nested.elements() {
        let result = policy.object().and_then(|policy| policy.text("result")).unwrap_or_default();
        let took_part = !["notApplied", "notEnabled", "reportOnlyNotApplied"].iter().any(|word| word.eq_ignore_ascii_case(&result));
        if took_part && policy.object().is_some() {
            if text.len() > 1 {
                text.push(',');
            }
            text.push_str(&json::to_text(policy));
        }
    }
    text.push(']');
    Some(text)
}

/// The address is part of a named location that the tenant trusts. `None` when the export does not carry network locations.
pub(in crate::evidence::shape::events) fn trusted_location(record: &Object<'_>) -> Option<bool> {
    let nested = record.get("networklocationdetails")?.nested().ok()?;
    let types = nested.elements().iter().filter_map(Value::object).filter_map(|location| location.text("networktype"));
    Some(types.into_iter().any(|kind| kind.eq_ignore_ascii_case("trustedNamedLocation")))
}
