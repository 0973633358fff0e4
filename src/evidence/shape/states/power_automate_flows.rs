//! Flows of Power Automate. A flow goes on forwarding mail after a password change; only this list says whether it still exists.

use super::automation::{self, names_environment, names_owner, resource_type};
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::Rows;

pub(super) const SHAPE: Shape = Shape {
    id: "power_automate_flows",
    title: "Power Automate flows",
    made_by: "Get-AdminFlow, Get-Flow | ConvertTo-Json or Export-Csv; Power Automate REST; Power Platform inventory; Dataverse workflows; inventories by hand",
    claims,
    read,
};

fn claims(record: &Object<'_>) -> bool {
    if ["roletype", "operation", "auditdata", "activitydatetime"].iter().any(|name| record.has(name)) {
        return false;
    }
    let kind = resource_type(record);
    let is_resource = record.has("properties") && (kind.ends_with("/flows") || kind.ends_with("powerautomate/cloudflows"));
    let is_cmdlet = record.has("flowname") && (record.has("environmentname") || record.has("internal"));
    let is_table = record.has("workflowid") && (record.has("clientdata") || (record.has("statecode") && record.has("category")));
    let is_inventory =
        ["flow", "flowname", "flowdisplayname", "flowtitle"].iter().any(|name| record.has(name)) && names_owner(record) && names_environment(record);
    is_resource || is_cmdlet || is_table || is_inventory
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    // `FlowName` of the cmdlets and `name` of REST are ids; in an inventory by hand the same word is a title, and no id is lost by that.
    automation::push("flow", &["flowname", "workflowid", "flowid", "name"], record, place, rows)
}
