//! What the two shapes of Entra directory audits share.

use std::borrow::Cow;

use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::field::{self, identity};
use crate::frame::AuditEventRow;

/// One thing that an activity was carried out on.
#[derive(Debug, Default)]
pub(super) struct Target {
    pub(super) kind: String,
    pub(super) id: String,
    pub(super) upn: String,
    pub(super) name: String,
}

impl Target {
    /// The name under which reports know it: UPN, else display name, else id.
    pub(super) fn label(&self) -> String {
        [&self.upn, &self.name, &self.id].into_iter().find(|text| !text.is_empty()).map(|text| identity::account(text)).unwrap_or_default()
    }
}

/// Fills the target columns: the first user counts, because the person concerned matters more than the role, group or device beside them; without
/// a user, the first target.
pub(super) fn fill_target(row: &mut AuditEventRow, targets: &[Target]) {
    let Some(target) = targets.iter().find(|target| target.kind == "user").or(targets.first()) else { return };
    row.target = Some(target.label());
    row.target_id = Some(target.id.to_lowercase());
    row.target_kind = Some(target.kind.clone());
    row.object = targets.first().map(|target| target.id.clone());
}

/// All targets for the details: `[{"type","id","name"}]`, empty members left out. One person and one role or group is the usual pair.
pub(super) fn listed(targets: &[Target]) -> Option<Value<'static>> {
    let object = |target: &Target| {
        let name = if target.upn.is_empty() { &target.name } else { &target.upn };
        let members = [("type", &target.kind), ("id", &target.id), ("name", name)];
        let filled = members.into_iter().filter(|(_, text)| !text.is_empty());
        Value::Object(Object::new(filled.map(|(member, text)| (Cow::Borrowed(member), Value::Text(text.clone().into())))))
    };
    (!targets.is_empty()).then(|| Value::List(targets.iter().map(object).collect()))
}

/// `success`, `failure` or empty.
pub(super) fn result(value: Option<&Value<'_>>) -> &'static str {
    match field::word(value).unwrap_or_default().as_str() {
        "success" => "success",
        "failure" | "timeout" => "failure",
        _ => "",
    }
}

/// What a row of any directory export starts from.
pub(super) fn new_row(time: crate::time::Time, activity: String) -> AuditEventRow {
    AuditEventRow {
        time: Some(time),
        feed: Some("directory".into()),
        workload: Some("AzureActiveDirectory".into()),
        operation: Some(field::operation(&activity)),
        operation_raw: Some(activity),
        ..AuditEventRow::default()
    }
}
