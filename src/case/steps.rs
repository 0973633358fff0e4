//! Authentication steps that the Entra portal writes to a file of their own → the sign-ins they belong to, by request id, whichever file comes first.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use crate::frame::{AuthStep, Frames, Texts};
use crate::provenance::SourceId;

/// Whose columns the join filled: source → `frame.column`.
pub(super) type Filled = BTreeMap<SourceId, BTreeSet<String>>;

/// One step as it stands in the JSON download: names of the Graph object.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    authentication_step_date_time: Option<String>,
    authentication_method: &'a str,
    authentication_method_detail: &'a str,
    succeeded: Option<bool>,
    authentication_step_result_detail: &'a str,
    authentication_step_requirement: &'a str,
}

/// Fills `auth_steps`, `mfa_method` and `mfa_detail` of sign-ins that have none. Steps must be in the order of time.
pub(super) fn join(frames: &mut Frames) -> Filled {
    let mut filled = Filled::new();
    if frames.steps.iter().len() == 0 {
        return filled;
    }
    let mut by_request: HashMap<&str, Vec<AuthStep<'_>>> = HashMap::new();
    for step in frames.steps.iter() {
        by_request.entry(step.request_id().unwrap_or_default()).or_default().push(step);
    }
    let mut joined: [Vec<Option<String>>; 3] = Default::default();
    for row in frames.sign_ins.iter() {
        let is_empty = |text: Option<&str>| text.is_none_or(|text| matches!(text, "" | "[]"));
        let steps = by_request.get(row.record_id().to_ascii_lowercase().as_str()).filter(|_| is_empty(row.auth_steps()));
        let last = steps.and_then(|steps| last_mfa_step(steps));
        let own_or = |own: Option<&str>, step: Option<&str>| if is_empty(own) { step.or(own) } else { own }.map(str::to_owned);
        let method = own_or(row.mfa_method(), last.and_then(AuthStep::method));
        let detail = own_or(row.mfa_detail(), last.and_then(AuthStep::result));
        let text = steps.map(|steps| written(steps)).or_else(|| row.auth_steps().map(str::to_owned));
        if steps.is_some() {
            filled.entry(row.source()).or_default().insert("sign_ins.auth_steps".to_owned());
        }
        for (column, cell) in joined.iter_mut().zip([text, method, detail]) {
            column.push(cell);
        }
    }
    let [texts, methods, details] = joined.map(|column| Texts::of(column.iter().map(Option::as_deref)));
    (frames.sign_ins.auth_steps, frames.sign_ins.mfa_method, frames.sign_ins.mfa_detail) = (texts, methods, details);
    filled
}

fn written(steps: &[AuthStep<'_>]) -> String {
    let steps: Vec<Written<'_>> = steps
        .iter()
        .map(|step| Written {
            authentication_step_date_time: step.time().map(|at| at.to_string()),
            authentication_method: step.method().unwrap_or_default(),
            authentication_method_detail: step.method_detail().unwrap_or_default(),
            succeeded: step.succeeded(),
            authentication_step_result_detail: step.result().unwrap_or_default(),
            authentication_step_requirement: step.requirement().unwrap_or_default(),
        })
        .collect();
    serde_json::to_string(&steps).unwrap_or_default()
}

/// The last step whose result speaks of MFA, else the last that used something else than a password: as for steps inside the sign-in.
fn last_mfa_step<'a>(steps: &[AuthStep<'a>]) -> Option<AuthStep<'a>> {
    let speaks_of_mfa =
        |step: &&AuthStep<'_>| step.result().is_some_and(|result| result.get(..3).is_some_and(|word| word.eq_ignore_ascii_case("mfa")));
    let is_second_factor = |step: &&AuthStep<'_>| {
        step.method().is_some_and(|method| !["", "password", "previously satisfied"].contains(&method.to_lowercase().as_str()))
    };
    steps.iter().rev().find(speaks_of_mfa).or_else(|| steps.iter().rev().find(is_second_factor)).copied()
}
