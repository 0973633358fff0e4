//! The CSV files of the Entra portal: interactive and non-interactive user sign-ins (one header for both), `ApplicationSignIns_*` (service
//! principals) and `MSISignIns_*` (managed identities).

use super::sign_in::{stream, stream_of_path};
use super::signin_graph;
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::field::{self, address, identity};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{Rows, SignInRow};

/// User, application and managed-identity sign-ins.
pub(super) const SIGNIN_PORTAL_CSV: Shape = Shape {
    id: "signin_portal_csv",
    title: "Entra sign-ins (portal CSV)",
    made_by: "Entra portal: download CSV (InteractiveSignIns, NonInteractiveSignIns, ApplicationSignIns, MSISignIns)",
    claims: |record| {
        record.has("requestid")
            && record.any(&["dateutc", "date"]).is_some()
            && (record.has("signinerrorcode") || record.has("status"))
            && (record.has("username") || record.has("user") || record.has("serviceprincipalid") || record.has("managedidentitytype"))
    },
    read,
};

pub(super) fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let date = record.any(&["dateutc", "date"]);
    let Some(time) = field::time(date, place.dates) else {
        return Err(Reject::missing("Date (UTC)", date));
    };
    let mut row = SignInRow { time: Some(time), feed: Some("entra".into()), ..SignInRow::default() };
    fill_account(&mut row, record, place);
    fill_application(&mut row, record);
    fill_origin(&mut row, record);
    fill_outcome(&mut row, record);
    fill_device(&mut row, record);
    let id = field::text(record.get("requestid")).unwrap_or_default();
    rows.sign_ins.push(place.source, place.record, &id, row);
    Ok(())
}

fn fill_account(row: &mut SignInRow, record: &Object<'_>, place: &Place<'_>) {
    row.home_tenant = field::lower(record.get("hometenantid"));
    row.resource_tenant = field::lower(record.get("resourcetenantid"));
    let of_path = stream_of_path(place.path);
    if !record.has("username") && record.has("serviceprincipalid") {
        let is_managed = record.has("managedidentitytype") || of_path == Some(stream::MANAGED_IDENTITY);
        row.stream = Some(if is_managed { stream::MANAGED_IDENTITY } else { stream::SERVICE_PRINCIPAL }.into());
        row.principal_id = field::lower(record.get("serviceprincipalid"));
        row.account_id = row.principal_id.clone();
        row.account = row.principal_id.as_deref().map(|id| if id.is_empty() { String::new() } else { identity::principal(id) });
        row.display_name = field::text(record.get("serviceprincipalname"));
        row.credential_id = field::lower(record.get("credentialkeyid"));
        return;
    }
    row.stream = Some(of_path.unwrap_or(stream::UNKNOWN).into());
    row.account_id = field::lower(record.get("userid"));
    row.account = record.text("username").map(|name| identity::account(&name)).filter(|name| !name.is_empty()).or_else(|| row.account_id.clone());
    row.display_name = field::text(record.get("user"));
    row.user_type = field::lower(record.get("usertype"));
}

fn fill_application(row: &mut SignInRow, record: &Object<'_>) {
    row.app_id = field::lower(record.get("applicationid"));
    row.app = field::text(record.get("application"));
    row.app_owner = field::lower(record.get("appownertenantid"));
    row.resource_id = field::lower(record.get("resourceid"));
    row.resource = field::text(record.get("resource"));
    row.correlation_id = field::lower(record.get("correlationid"));
    row.session_id = field::lower(record.get("sessionid"));
    row.token_id = field::token(record.get("uniquetokenidentifier"));
    row.protocol = field::word(record.get("authenticationprotocol"));
    row.transfer_method = field::word(record.get("originaltransfermethod"));
    row.incoming_token = field::word(filled_of_two(record, "incomingtokentype"));
    row.client_app = field::lower(record.get("clientapp"));
    row.requirement = field::word(record.get("authenticationrequirement"));
}

/// The header holds "Incoming token type" twice; the filled one counts.
fn filled_of_two<'v, 'a>(record: &'v Object<'a>, name: &str) -> Option<&'v Value<'a>> {
    let same_name =
        || record.iter().filter(|(key, _)| crate::evidence::container::value::key_is(key.trim_end_matches("#2"), name)).map(|(_, value)| value);
    same_name().find(|value| field::some_text(Some(value)).is_some()).or_else(|| same_name().next())
}

fn fill_origin(row: &mut SignInRow, record: &Object<'_>) {
    row.address = address::address(record.get("ipaddress"));
    row.asn = field::int(record.get("autonomoussystemnumber")).filter(|asn| *asn > 0);
    row.user_agent = field::text(record.get("useragent"));
    // `City, State, CC`: any part may be empty, and cities may hold commas, so the country is what stands last.
    if let Some(location) = record.text("location") {
        let mut parts = location.rsplitn(3, ',').map(str::trim);
        row.country = parts.next().and_then(|code| signin_graph::country(Some(&Value::Text(code.into()))));
        row.city = Some(parts.nth(1).unwrap_or_default().to_owned());
    }
}

fn fill_outcome(row: &mut SignInRow, record: &Object<'_>) {
    let status = field::word(record.get("status")).unwrap_or_default();
    row.error_code = field::int(record.get("signinerrorcode")).or_else(|| matches!(status.as_str(), "success" | "correcto").then_some(0));
    row.failure = field::text(record.get("failurereason"));
    row.mfa_detail = field::text(record.get("multifactorauthenticationresult"));
    row.mfa_method = field::text(record.get("multifactorauthenticationauthmethod"));
    row.ca_status = field::word(record.get("conditionalaccess"));
    row.token_bound = field::flag(record.get("tokenprotectionsigninsession"));
}

fn fill_device(row: &mut SignInRow, record: &Object<'_>) {
    row.device_id = field::lower(record.get("deviceid"));
    row.os = field::text(record.get("operatingsystem"));
    row.browser = field::text(record.get("browser"));
    row.compliant = field::flag(record.get("compliant"));
    row.managed = field::flag(record.get("managed"));
    row.join_type = field::lower(record.get("jointype"));
}
