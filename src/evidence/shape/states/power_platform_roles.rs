//! Who else holds a role on a flow or an app, and the connections (stored sign-ins) that both work with.

use super::automation::{self, resource_type};
use super::cell;
use crate::evidence::container::value::Object;
use crate::evidence::shape::field::identity;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{FlowStateRow, Rows};

pub(super) const SHAPE: Shape = Shape {
    id: "power_platform_roles",
    title: "Roles on flows and apps, and connections",
    made_by: "Get-AdminFlowOwnerRole, Get-AdminPowerAppRoleAssignment, Get-AdminPowerAppConnection",
    claims,
    read,
};

fn is_role(record: &Object<'_>) -> bool {
    record.has("roletype") && record.has("principalobjectid") && (record.has("flowname") || record.has("appname"))
}

fn claims(record: &Object<'_>) -> bool {
    let is_connection = record.has("connectionname") && record.has("connectorname") && record.has("environmentname");
    let is_resource = record.has("properties") && resource_type(record).ends_with("apis/connections");
    !record.has("operation") && (is_role(record) || is_connection || is_resource)
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    if !is_role(record) {
        return automation::push("connection", &["connectionname", "connectionid", "name"], record, place, rows);
    }
    let account_id = cell::lower(record, &["principalobjectid"]);
    let account = cell::account(record, &["principalemail", "principaldisplayname"]);
    if [&account, &account_id].iter().all(|text| text.as_deref().is_none_or(str::is_empty)) {
        return Err(cell::missing("role without the account that holds it"));
    }
    let row = FlowStateRow {
        kind: Some("share".to_owned()),
        flow_id: cell::lower(record, &["flowname", "appname"]),
        environment: cell::text(record, &["environmentname"]),
        account: account.filter(|name| !identity::is_guid(name)),
        account_id,
        steps: cell::text(record, &["roletype"]),
        ..FlowStateRow::default()
    };
    rows.flows.push(place.source, place.record, "", row);
    Ok(())
}
