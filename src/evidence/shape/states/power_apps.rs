//! Apps of Power Apps.

use super::automation::{self, names_environment, names_owner, resource_type};
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::Rows;

pub(super) const SHAPE: Shape = Shape {
    id: "power_apps",
    title: "Power Apps",
    made_by: "Get-AdminPowerApp, Get-PowerApp | ConvertTo-Json or Export-Csv; Power Apps REST; Power Platform inventory; inventories by hand",
    claims,
    read,
};

fn claims(record: &Object<'_>) -> bool {
    if ["roletype", "operation", "auditdata", "activitydatetime", "oauthappid", "ipaddress", "appid"].iter().any(|name| record.has(name)) {
        return false;
    }
    let kind = resource_type(record);
    let is_app = kind.ends_with("powerapps/apps")
        || kind.ends_with("scopes/apps")
        || ["canvasapps", "modeldrivenapps", "codeapps"].iter().any(|end| kind.ends_with(end));
    let is_cmdlet = record.has("appname") && record.has("environmentname");
    let is_inventory = ["app", "appname", "appdisplayname", "apptitle", "powerapp"].iter().any(|name| record.has(name))
        && names_owner(record)
        && names_environment(record);
    !record.has("flowname") && ((record.has("properties") && is_app) || is_cmdlet || is_inventory)
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    automation::push("app", &["appname", "powerappid", "name"], record, place, rows)
}
