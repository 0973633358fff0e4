//! Sign-ins in Defender's hunting tables: the facts of the Entra sign-in under other names, enumerations as numbers.
//! Source: Microsoft "AADSignInEventsBeta", "EntraIdSignInEvents" and "AADSpnSignInEventsBeta" table references (read 2026-11).

use super::mail_flow::{HUNTING_TIME, hunting_time};
use super::sign_in::{steps, stream};
use super::signin_graph::country;
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::field::{self, address, identity};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{Rows, SignInRow};

/// User and service-principal sign-ins.
pub(super) const HUNTING_SIGN_INS: Shape = Shape {
    id: "hunting_sign_ins",
    title: "Entra sign-ins (Defender hunting)",
    made_by: "Defender advanced hunting or streaming API: AADSignInEventsBeta, EntraIdSignInEvents, AADSpnSignInEventsBeta, EntraIdSpnSignInEvents",
    claims: |record| {
        let who = ["accountupn", "accountobjectid", "serviceprincipalid", "serviceprincipalname"];
        record.any(HUNTING_TIME).is_some()
            && record.has("errorcode")
            && who.iter().any(|name| record.has(name))
            && (record.has("application") || record.has("applicationid") || record.has("ipaddress"))
    },
    read,
};

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let mut row = SignInRow { time: Some(hunting_time(record, place)?), feed: Some("entra".into()), ..SignInRow::default() };
    fill_account(&mut row, record);
    row.app_id = field::lower(record.get("applicationid"));
    row.app = field::text(record.get("application"));
    row.resource_id = field::lower(record.get("resourceid"));
    row.resource = field::text(record.get("resourcedisplayname"));
    row.resource_tenant = field::lower(record.get("resourcetenantid"));
    row.correlation_id = field::lower(record.get("correlationid"));
    row.session_id = field::lower(record.get("sessionid"));
    row.token_id = field::token(record.any(&["uniquetokenid", "uniquetokenidentifier"]));
    row.error_code = field::int(record.get("errorcode"));
    row.failure = field::text(record.get("failurereason"));
    row.client_app = field::lower(record.get("clientappused"));
    row.requirement = field::word(record.get("authenticationrequirement"));
    row.user_agent = field::text(record.get("useragent"));
    fill_origin(&mut row, record);
    fill_device(&mut row, record);
    row.ca_status = word_of(record.get("conditionalaccessstatus"), &[(0, "success"), (1, "failure"), (2, "notapplied")]);
    row.ca_policies = steps::applied_policies(record);
    row.trusted_location = steps::trusted_location(record);
    let levels = [(0, ""), (1, "none"), (10, "low"), (50, "medium"), (100, "high")];
    row.risk_level = word_of(record.any(&["risklevelduringsignin", "risklevelaggregated"]), &levels);
    let states = [(0, "none"), (1, "confirmedsafe"), (2, "remediated"), (3, "dismissed"), (4, "atrisk"), (5, "confirmedcompromised")];
    row.risk_state = word_of(record.get("riskstate"), &states);
    row.risk_detail = field::lower(record.any(&["riskdetails", "riskdetail"]));
    row.risk_types = field::text(record.any(&["riskeventtypes", "risktypes"]));
    // The request id is the id of the sign-in in every other export.
    let id = field::text(record.get("requestid")).unwrap_or_default();
    rows.sign_ins.push(place.source, place.record, &id, row);
    Ok(())
}

fn fill_account(row: &mut SignInRow, record: &Object<'_>) {
    let is_principal = record.has("serviceprincipalid") || record.has("serviceprincipalname");
    if is_principal && !record.has("accountupn") && !record.has("accountobjectid") {
        let is_managed = field::flag(record.get("ismanagedidentity")) == Some(true);
        row.stream = Some(if is_managed { stream::MANAGED_IDENTITY } else { stream::SERVICE_PRINCIPAL }.into());
        row.principal_id = field::lower(record.get("serviceprincipalid"));
        row.account_id = row.principal_id.clone();
        row.account = row.principal_id.as_deref().map(|id| if id.is_empty() { String::new() } else { identity::principal(id) });
        row.display_name = field::text(record.get("serviceprincipalname"));
        return;
    }
    // A list as text: `["interactiveUser"]`.
    let logon = field::word(record.get("logontype")).unwrap_or_default();
    let stream = [("noninteractiveuser", stream::NON_INTERACTIVE), ("interactiveuser", stream::INTERACTIVE)];
    row.stream = Some(stream.into_iter().find(|(word, _)| logon.contains(word)).map_or(stream::UNKNOWN, |(_, stream)| stream).into());
    row.account_id = field::lower(record.get("accountobjectid"));
    let name = record.text("accountupn").map(|name| identity::account(&name)).filter(|name| !name.is_empty());
    row.account = name.or_else(|| row.account_id.clone());
    row.display_name = field::text(record.get("accountdisplayname"));
    row.user_type = field::flag(record.get("isguestuser")).map(|is_guest| if is_guest { "guest" } else { "member" }.to_owned());
}

fn fill_origin(row: &mut SignInRow, record: &Object<'_>) {
    row.address = address::address(record.get("ipaddress"));
    row.country = ["country", "countrycode"].iter().find_map(|name| country(record.get(name)));
    row.city = field::text(record.get("city"));
    row.latitude = field::real(record.get("latitude"));
    row.longitude = field::real(record.get("longitude"));
}

fn fill_device(row: &mut SignInRow, record: &Object<'_>) {
    row.device_id = field::lower(record.any(&["aaddeviceid", "entraiddeviceid"]));
    row.device_name = field::text(record.get("devicename"));
    row.os = field::text(record.get("osplatform"));
    row.browser = field::text(record.get("browser"));
    // -1 and blank mean that nobody knows.
    row.compliant = field::flag(record.get("iscompliant"));
    row.managed = field::flag(record.get("ismanaged"));
    row.join_type = field::lower(record.get("devicetrusttype"));
}

/// The word of a number in the table; texts that are words already stay.
fn word_of(value: Option<&Value<'_>>, table: &[(i64, &str)]) -> Option<String> {
    match field::int(value) {
        Some(number) => table.iter().find(|(known, _)| *known == number).map(|(_, word)| (*word).to_owned()),
        None => field::word(value),
    }
}
