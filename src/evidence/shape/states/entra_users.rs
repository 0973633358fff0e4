//! Users of the tenant.

use super::cell::{self, Elements};
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::field::identity::strip_prefix_ignoring_case;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{Rows, UserStateRow};

pub(super) const SHAPE: Shape = Shape {
    id: "entra_users",
    title: "Entra users",
    made_by: "Graph /users; Get-MgUser; Microsoft-Extractor-Suite Users.csv; Hawk EntraIDUsers; DFIR-O365RC AADUsers",
    claims,
    read,
};

/// Names that other records with a user name have and users have not.
const NOT_A_USER: &[&str] = &[
    "ipaddress",
    "appid",
    "riskstate",
    "risklevel",
    "ismfaregistered",
    "methodsregistered",
    "authmethods",
    "recipienttypedetails",
    "activitydatetime",
    "operation",
    "operations",
    "auditdata",
    "role",
    "rolename",
    "roledefinitionid",
    "rulename",
    "forwardingsmtpaddress",
    "fullaccessusers",
    "deviceid",
    "actiontype",
    "resulttype",
    "requestid",
    "timegenerated",
    "accountobjectid",
    "accessrights",
    "azureaddeviceid",
    "memberid",
    "groupname",
    "isgroup",
    "phonetype",
];

fn claims(record: &Object<'_>) -> bool {
    if cell::odata_type(record).is_some_and(|kind| kind == "#microsoft.graph.user") {
        return true;
    }
    record.has("userprincipalname")
        && [
            "accountenabled",
            "usertype",
            "givenname",
            "businessphones",
            "mail",
            "jobtitle",
            "lastpasswordchangedatetime",
            "blockcredential",
            "signinactivity",
        ]
        .iter()
        .any(|name| record.has(name))
        && !NOT_A_USER.iter().any(|name| record.has(name))
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let account = cell::account(record, &["userprincipalname"]);
    let account_id = cell::lower(record, &["id", "objectid"]);
    if [&account, &account_id].iter().all(|name| name.as_deref().is_none_or(str::is_empty)) {
        return Err(cell::missing("user without user principal name and id"));
    }
    let id = account_id.clone().unwrap_or_default();
    let row = user(record, place);
    rows.users.push(place.source, place.record, &id, row);
    Ok(())
}

/// The user columns of any record that describes a user.
pub(super) fn user(record: &Object<'_>, place: &Place<'_>) -> UserStateRow {
    let department = cell::filled(record, &["department"]);
    let title = cell::filled(record, &["jobtitle", "title"]);
    let has_department = record.has("department") || record.has("jobtitle") || record.has("title");
    let reported = record.get("signinactivity").and_then(|value| value.nested().ok());
    let activity = |name: &str| reported.as_deref().and_then(Value::object).and_then(|activity| cell::time(activity, &[name], place));
    UserStateRow {
        account: cell::account(record, &["userprincipalname"]),
        account_id: cell::lower(record, &["id", "objectid"]),
        display_name: cell::verbatim(record, &["displayname"]),
        user_type: cell::text(record, &["usertype"]),
        enabled: cell::flag(record, &["accountenabled"]).or_else(|| cell::flag(record, &["blockcredential"]).map(|blocked| !blocked)),
        created: cell::time(record, &["createddatetime", "whencreated"], place),
        password_changed: cell::time(record, &["lastpasswordchangedatetime", "lastpasswordchangetimestamp"], place),
        sessions_valid_from: cell::time(
            record,
            &["signinsessionsvalidfromdatetime", "refreshtokensvalidfromdatetime", "stsrefreshtokensvalidfrom"],
            place,
        ),
        last_sign_in: activity("lastsignindatetime").or_else(|| cell::time(record, &["lastsignindatetime", "lastinteractivesignin"], place)),
        last_silent_sign_in: activity("lastnoninteractivesignindatetime")
            .or_else(|| cell::time(record, &["lastnoninteractivesignindatetime", "lastnoninteractivesignin"], place)),
        synced: cell::flag(record, &["onpremisessyncenabled", "directorysynced", "dirsyncenabled", "onpremisessynced"]),
        invitation: cell::text(record, &["externaluserstate", "invitationstate", "userstate"]),
        aliases: aliases(record),
        department: has_department.then(|| department.into_iter().chain(title).collect::<Vec<_>>().join(" / ")),
        ..UserStateRow::default()
    }
}

/// Mail, proxy and other addresses without prefix; X.500 and the like are left out.
fn aliases(record: &Object<'_>) -> Option<String> {
    let values: Vec<&Value<'_>> = ["mail", "proxyaddresses", "othermails"].iter().filter_map(|name| record.get(name)).collect();
    if values.is_empty() {
        return None;
    }
    let mut addresses: Vec<String> = Vec::new();
    // The admin centre joins addresses with `+`, which an address may hold itself.
    let known = values.into_iter().flat_map(|value| Elements::of(value).known);
    for text in known.flat_map(|text| text.replace("+SMTP:", "\n").replace("+smtp:", "\n").lines().map(str::to_owned).collect::<Vec<_>>()) {
        let address = strip_prefix_ignoring_case(&text, "smtp:").unwrap_or(&text).to_lowercase();
        if address.contains('@') && !address.contains(':') && !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    Some(addresses.join(";"))
}
