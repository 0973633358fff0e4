//! Acts in Defender's hunting tables: `CloudAppEvents`, `IdentityLogonEvents`, `IdentityDirectoryEvents`, `UrlClickEvents`, and the activities of
//! Defender for Cloud Apps, from which the first came.

use super::audit_data;
use super::mail_flow::{HUNTING_TIME, details, hunting_time};
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::field::{self, Part, address, identity};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{AuditEventRow, Rows};
use crate::time::Time;

/// Acts in cloud applications. Where the record still carries the audit record that it was made from, that is read instead.
pub(super) const HUNTING_CLOUD_APPS: Shape = Shape {
    id: "hunting_cloud_apps",
    title: "Acts in cloud applications (CloudAppEvents)",
    made_by: "Defender advanced hunting or streaming API: CloudAppEvents; Sentinel",
    claims: |record| {
        let of_table = ["raweventdata", "activitytype", "activityobjects", "objectname", "accounttype", "isadminoperation"];
        record.any(HUNTING_TIME).is_some()
            && record.has("actiontype")
            && of_table.iter().any(|name| record.has(name))
            && ["accountobjectid", "accountid", "accountdisplayname"].iter().any(|name| record.has(name))
    },
    read: read_cloud_app,
};

/// Logons that Defender for Identity and Defender for Cloud Apps saw: on domain controllers and in Entra.
pub(super) const HUNTING_IDENTITY: Shape = Shape {
    id: "hunting_identity",
    title: "Logons and directory changes in Defender for Identity",
    made_by: "Defender advanced hunting or streaming API: IdentityLogonEvents, IdentityDirectoryEvents; Sentinel",
    claims: |record| {
        let of_table = ["targetaccountdisplayname", "targetaccountupn", "destinationdevicename", "failurereason", "protocol"];
        record.any(HUNTING_TIME).is_some()
            && record.has("actiontype")
            && (record.has("accountupn") || record.has("accountobjectid"))
            && (record.has("application") || record.has("logontype"))
            && of_table.iter().any(|name| record.has(name))
    },
    read: read_identity,
};

/// Clicks on links that Safe Links saw.
pub(super) const HUNTING_URL_CLICKS: Shape = Shape {
    id: "hunting_url_clicks",
    title: "Clicks on links (UrlClickEvents)",
    made_by: "Defender advanced hunting or streaming API: UrlClickEvents; Sentinel",
    claims: |record| record.any(HUNTING_TIME).is_some() && record.has("url") && record.has("actiontype") && record.has("accountupn"),
    read: read_click,
};

/// Activities of Defender for Cloud Apps.
pub(super) const CLOUD_APP_ACTIVITIES: Shape = Shape {
    id: "cloud_app_activities",
    title: "Activities of Defender for Cloud Apps",
    made_by: "Defender for Cloud Apps: activities API, activity log export",
    claims: |record| record.has("uid") && record.has("eventtype") && (record.has("createdraw") || record.has("timestamp")),
    read: read_activity,
};

/// What every row of these tables starts from.
fn new_row(time: Time, operation: String) -> AuditEventRow {
    AuditEventRow {
        time: Some(time),
        feed: Some("defender".into()),
        operation: Some(field::operation(&operation)),
        operation_raw: Some(operation),
        ..AuditEventRow::default()
    }
}

/// Actor by UPN, else object id, else display name.
fn fill_account(row: &mut AuditEventRow, record: &Object<'_>) {
    row.account_id = field::lower(record.any(&["accountobjectid", "accountid"])).filter(|id| id.is_empty() || identity::is_guid(id));
    let upn = record.text("accountupn").map(|name| identity::account(&name)).filter(|name| !name.is_empty());
    let id = row.account_id.clone().filter(|id| !id.is_empty());
    row.account = upn.or(id).or_else(|| field::text(record.any(&["accountdisplayname", "accountid"])));
    let kind = field::word(record.get("accounttype")).unwrap_or_default();
    row.actor_kind = Some(match kind.as_str() {
        "application" | "serviceprincipal" => "app".to_owned(),
        "system" => "system".to_owned(),
        _ if row.account.as_deref().is_none_or(identity::is_system) => "system".to_owned(),
        _ if row.account.as_deref().is_some_and(|account| account.contains("#ext#")) => "guest".to_owned(),
        _ => "user".to_owned(),
    });
}

fn action(record: &Object<'_>) -> Result<String, Reject> {
    field::some_text(record.get("actiontype")).ok_or_else(|| Reject::missing("ActionType", record.get("actiontype")))
}

fn read_cloud_app(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let raw = record.get("raweventdata").and_then(|raw| raw.nested().ok());
    if let Some(data) = raw.as_deref().and_then(Value::object)
        && data.has("creationtime")
        && data.has("operation")
    {
        return audit_data::read(data, None, place, rows);
    }
    let mut row = new_row(hunting_time(record, place)?, action(record)?);
    fill_account(&mut row, record);
    row.workload = field::text(record.get("application")).map(workload);
    row.address = address::address(record.get("ipaddress"));
    row.user_agent = field::text(record.get("useragent"));
    row.target = field::text(record.get("objectname")).map(|name| identity::account(&name));
    row.target_kind = field::lower(record.get("objecttype"));
    row.target_id = field::lower(record.get("objectid"));
    row.object = field::text(record.get("objectid"));
    row.client_app_id = field::lower(record.get("oauthappid"));
    row.session_id = field::lower(Part::of(record, &["sessiondata"]).get("inlinesessionid", "sessionid"));
    row.external_access = field::flag(record.get("isimpersonated"));
    let kept = [
        "activitytype",
        "activityobjects",
        "additionalfields",
        "isadminoperation",
        "isanonymousproxy",
        "isp",
        "iptags",
        "ipcategory",
        "uncommonforuser",
    ];
    row.details = details(record, &kept);
    rows.audit.push(place.source, place.record, &report_id(record), row);
    Ok(())
}

/// `ReportId` of records that were made from the unified audit log ends in the id of the audit record: `60913494_11161_<guid>`.
fn report_id(record: &Object<'_>) -> String {
    let report = record.text("reportid").unwrap_or_default();
    let audit_id = report.rsplit('_').next().filter(|id| report.contains('_') && identity::is_guid(id));
    audit_id.map_or_else(|| report.to_string(), str::to_owned)
}

/// The name that the unified audit log uses for an application.
fn workload(application: String) -> String {
    let names = [
        ("Microsoft Exchange Online", "Exchange"),
        ("Microsoft SharePoint Online", "SharePoint"),
        ("Microsoft OneDrive for Business", "OneDrive"),
        ("Microsoft Teams", "MicrosoftTeams"),
        ("Microsoft Power Automate", "MicrosoftFlow"),
        ("Microsoft PowerApps", "PowerApps"),
    ];
    names.iter().find(|(name, _)| *name == application).map_or(application, |(_, workload)| (*workload).to_owned())
}

fn read_identity(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let mut row = new_row(hunting_time(record, place)?, action(record)?);
    fill_account(&mut row, record);
    row.workload = field::text(record.get("application"));
    row.result = Some(if row.operation.as_deref().is_some_and(|operation| operation.ends_with("failed")) { "failure" } else { "" }.to_owned());
    row.address = address::address(record.get("ipaddress"));
    let target = record.any(&["targetaccountupn", "targetaccountdisplayname"]).or_else(|| record.any(&["targetdevicename", "destinationdevicename"]));
    row.target = field::text(target).map(|name| identity::account(&name));
    let additional = Part::of(record, &["additionalfields"]);
    // Logons in Entra carry the id of the sign-in.
    row.correlation_id = field::lower(additional.get("requestid", "requestid"));
    let kept = ["logontype", "protocol", "failurereason", "devicename", "osplatform", "isp", "location", "destinationdevicename", "additionalfields"];
    row.details = details(record, &kept);
    rows.audit.push(place.source, place.record, &field::text(record.get("reportid")).unwrap_or_default(), row);
    Ok(())
}

fn read_click(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let mut row = new_row(hunting_time(record, place)?, action(record)?);
    fill_account(&mut row, record);
    row.workload = field::text(record.get("workload"));
    row.address = address::address(record.get("ipaddress"));
    row.target = field::text(record.get("url"));
    row.target_kind = Some("url".into());
    row.object.clone_from(&row.target);
    row.correlation_id = field::lower(record.get("networkmessageid"));
    row.details = details(record, &["isclickedthrough", "threattypes", "detectionmethods", "urlchain", "appname", "networkmessageid"]);
    rows.audit.push(place.source, place.record, &field::text(record.get("reportid")).unwrap_or_default(), row);
    Ok(())
}

fn read_activity(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let when = record.any(&["timestamp", "createdraw"]);
    let Some(time) = field::time(when, place.dates) else {
        return Err(Reject::missing("timestamp", when));
    };
    let event = field::some_text(record.any(&["eventtypename", "eventtypevalue", "actiontype"]));
    let described = || field::some_text(record.get("description")).map(|text| without_tags(&text));
    let Some(operation) = event.map(|name| name.trim_start_matches("EVENT_CATEGORY_").to_owned()).or_else(described) else {
        return Err(Reject::missing("description", record.get("description")));
    };
    let mut row = new_row(time, operation);
    let (actor, device, location) = (Part::of(record, &["resolvedactor"]), Part::of(record, &["device"]), Part::of(record, &["location"]));
    row.account_id = field::lower(actor.get("id", "userid")).filter(|id| identity::is_guid(id));
    let name = field::some_text(Part::of(record, &["user"]).get("username", "username"))
        .map(|name| identity::account(&name))
        .filter(|name| name.contains('@'));
    row.account = name.or_else(|| row.account_id.clone()).or_else(|| field::text(actor.get("name", "username")));
    row.actor_kind = Some("user".into());
    row.workload = field::text(record.get("appname")).map(workload);
    row.address = address::address(device.get("clientip", "ipaddress"));
    row.country = super::signin_graph::country(location.get("countrycode", "countrycode"));
    row.user_agent = field::text(device.get("useragent", "useragent"));
    row.session_id = field::lower(Part::of(record, &["session"]).get("sessionid", "sessionid"));
    row.details = details(record, &["description", "severity", "eventtypename", "maineventobject", "useragent", "location"]);
    rows.audit.push(place.source, place.record, &field::text(record.get("uid")).unwrap_or_default(), row);
    Ok(())
}

/// Descriptions are HTML: `Dismiss alert <b>Impossible travel activity</b>`.
fn without_tags(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut in_tag = false;
    for letter in text.chars() {
        match letter {
            '<' => in_tag = true,
            '>' if in_tag => in_tag = false,
            letter if !in_tag => plain.push(letter),
            _ => {}
        }
    }
    plain
}
