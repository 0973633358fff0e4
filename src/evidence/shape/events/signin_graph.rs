//! The Graph sign-in object: `auditLogs/signIns` of v1.0 and beta, the portal's JSON download, PowerShell re-exports with other key cases or with
//! flattened columns, and the `properties` of Azure Monitor records.

use std::borrow::Cow;

use super::sign_in::{steps, stream, stream_of_path};
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::field::{self, Part, address, identity};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{Rows, SignInRow};

/// See the file's first lines.
pub(super) const SIGNIN_GRAPH: Shape = Shape {
    id: "signin_graph",
    title: "Entra sign-ins (Graph, portal JSON)",
    made_by: "Entra portal: download JSON; Graph auditLogs/signIns; Get-MgAuditLogSignIn; Microsoft-Extractor-Suite; DFIR-O365RC; Untitled Goose",
    claims,
    read: |record, place, rows| read_object(record, place, &Envelope::default(), rows),
};

fn claims(record: &Object<'_>) -> bool {
    record.has("createddatetime")
        && (record.has("appid") || record.has("appdisplayname"))
        && (record.has("ipaddress") || record.has("status") || record.has("statuserrorcode"))
        && ["clientappused", "signineventtypes", "conditionalaccessstatus", "isinteractive", "statuserrorcode"].iter().any(|name| record.has(name))
        && !record.has("riskeventtype")
        && !record.has("timegenerated")
}

/// What stands around the object in Azure Monitor records; empty for bare objects.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Envelope<'v, 'a> {
    /// Stream by `category`.
    pub(super) stream: Option<&'static str>,
    /// The record around `properties`.
    pub(super) record: Option<&'v Object<'a>>,
}

impl<'v, 'a> Envelope<'v, 'a> {
    fn get(&self, name: &str) -> Option<&'v Value<'a>> {
        self.record.and_then(|record| record.get(name))
    }
}

/// Reads one sign-in object.
pub(super) fn read_object(record: &Object<'_>, place: &Place<'_>, envelope: &Envelope<'_, '_>, rows: &mut Rows) -> Result<(), Reject> {
    // The envelope's time is when the record was sent, minutes to days later; better than none.
    let created = record.any(&["createddatetime", "timegenerated"]).or_else(|| envelope.get("time"));
    let Some(time) = field::time(created, place.dates) else {
        return Err(Reject::missing("createdDateTime", created));
    };
    let mut row = SignInRow { time: Some(time), feed: Some("entra".into()), ..SignInRow::default() };
    row.stream = Some(stream_of(record, place, envelope).into());
    fill_account(&mut row, record, envelope);
    fill_application(&mut row, record);
    fill_origin(&mut row, record, envelope);
    fill_outcome(&mut row, record, envelope);
    fill_method(&mut row, record);
    fill_device(&mut row, record);
    fill_policy_and_risk(&mut row, record);
    let id = field::text(record.get("id")).unwrap_or_default();
    rows.sign_ins.push(place.source, place.record, &id, row);
    Ok(())
}

/// Each exporter tells the stream in another place; the file name counts when the record is silent.
fn stream_of(record: &Object<'_>, place: &Place<'_>, envelope: &Envelope<'_, '_>) -> &'static str {
    let mut words = ["signineventtypes", "type", "category"].into_iter().filter_map(|name| field::word(record.get(name)));
    let word = words.find(|word| !word.is_empty()).unwrap_or_default();
    let told = [
        ("noninteractiveuser", stream::NON_INTERACTIVE),
        ("interactiveuser", stream::INTERACTIVE),
        ("managedidentity", stream::MANAGED_IDENTITY),
        ("serviceprincipal", stream::SERVICE_PRINCIPAL),
    ];
    if let Some(stream) = told.into_iter().find(|(part, _)| word.contains(part)).map(|(_, stream)| stream).or(envelope.stream) {
        return stream;
    }
    let has_user = ["userid", "userprincipalname"].iter().any(|name| field::some_text(record.get(name)).is_some());
    if !has_user && field::some_text(record.get("serviceprincipalid")).is_some() {
        return stream::SERVICE_PRINCIPAL;
    }
    match field::flag(record.get("isinteractive")) {
        Some(true) => stream::INTERACTIVE,
        Some(false) => stream::NON_INTERACTIVE,
        None => stream_of_path(place.path).unwrap_or(stream::UNKNOWN),
    }
}

fn fill_account(row: &mut SignInRow, record: &Object<'_>, envelope: &Envelope<'_, '_>) {
    row.principal_id = field::lower(record.get("serviceprincipalid"));
    row.credential_id = field::lower(record.get("serviceprincipalcredentialkeyid"));
    row.home_tenant = field::lower(record.get("hometenantid"));
    row.resource_tenant = field::lower(record.get("resourcetenantid"));
    row.user_type = field::lower(record.get("usertype"));
    let is_principal = matches!(row.stream.as_deref(), Some(stream::SERVICE_PRINCIPAL | stream::MANAGED_IDENTITY));
    if is_principal && let Some(principal) = row.principal_id.as_deref().filter(|id| !id.is_empty()) {
        row.account = Some(identity::principal(principal));
        row.account_id = row.principal_id.clone();
        row.display_name = field::text(record.get("serviceprincipalname"));
        row.user_type = None;
        return;
    }
    row.account_id = field::lower(record.get("userid"));
    row.account = record
        .get("userprincipalname")
        .and_then(Value::text)
        .map(|name| identity::account(&name))
        .filter(|account| !account.is_empty())
        .or_else(|| row.account_id.clone());
    row.display_name = field::text(record.get("userdisplayname").or_else(|| envelope.get("identity")));
}

fn fill_application(row: &mut SignInRow, record: &Object<'_>) {
    row.app_id = field::lower(record.get("appid"));
    row.app = field::text(record.get("appdisplayname"));
    row.app_owner = field::lower(record.get("appownertenantid"));
    row.resource_id = field::lower(record.any(&["resourceidentity", "resourceid"])); // Log Analytics uses "ResourceId" for the tenant
    row.resource = field::text(record.get("resourcedisplayname"));
    row.correlation_id = field::lower(record.get("correlationid"));
    row.session_id = field::lower(record.get("sessionid"));
    row.token_id = field::token(record.get("uniquetokenidentifier"));
}

fn fill_origin(row: &mut SignInRow, record: &Object<'_>, envelope: &Envelope<'_, '_>) {
    row.address = address::address(record.get("ipaddress")).or_else(|| address::address(envelope.get("calleripaddress")));
    row.asn = field::int(record.get("autonomoussystemnumber")).filter(|asn| *asn > 0);
    row.user_agent = field::text(record.get("useragent"));
    let location = Part::of(record, &["location", "locationdetails"]);
    let places =
        [location.get("countryorregion", "locationcountryorregion"), record.get("country"), record.get("location"), envelope.get("location")];
    row.country = places.into_iter().find_map(country);
    row.city = field::text(location.get("city", "locationcity").or_else(|| record.get("city")));
    if let Some(coordinates) = location.get("geocoordinates", "locationgeocoordinates").and_then(|value| value.nested().ok())
        && let Some(coordinates) = coordinates.object()
    {
        row.latitude = field::real(coordinates.get("latitude"));
        row.longitude = field::real(coordinates.get("longitude"));
    }
}

/// Two letters, upper case. Longer texts are no country code; the address table answers then.
pub(super) fn country(value: Option<&Value<'_>>) -> Option<String> {
    let text = value?.text()?;
    (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic())).then(|| text.to_ascii_uppercase())
}

fn fill_outcome(row: &mut SignInRow, record: &Object<'_>, envelope: &Envelope<'_, '_>) {
    let status = Part::of(record, &["status"]);
    let codes = [status.get("errorcode", "statuserrorcode"), record.get("resulttype"), envelope.get("resulttype")];
    row.error_code = codes.into_iter().find_map(field::int);
    let failure = status.get("failurereason", "statusfailurereason").or_else(|| record.get("resultdescription"));
    row.failure = field::text(failure.or_else(|| envelope.get("resultdescription")));
    steps::fill(row, record, status.get("additionaldetails", "statusadditionaldetails"));
}

fn fill_method(row: &mut SignInRow, record: &Object<'_>) {
    row.client_app = field::lower(record.get("clientappused"));
    row.protocol = field::word(record.get("authenticationprotocol"));
    row.transfer_method = field::word(record.get("originaltransfermethod"));
    row.incoming_token = field::word(record.get("incomingtokentype"));
    row.requirement = field::word(record.get("authenticationrequirement"));
}

fn fill_device(row: &mut SignInRow, record: &Object<'_>) {
    let device = Part::of(record, &["devicedetail"]);
    row.device_id = field::lower(device.get("deviceid", "devicedetaildeviceid"));
    row.device_name = field::text(device.get("displayname", "devicedetaildisplayname"));
    row.os = field::text(device.get("operatingsystem", "devicedetailoperatingsystem"));
    row.browser = field::text(device.get("browser", "devicedetailbrowser"));
    row.compliant = field::flag(device.get("iscompliant", "devicedetailiscompliant"));
    row.managed = field::flag(device.get("ismanaged", "devicedetailismanaged"));
    row.join_type = field::lower(device.get("trusttype", "devicedetailtrusttype"));
    let protection = Part::of(record, &["tokenprotectionstatusdetails"]);
    row.token_bound = field::flag(protection.get("signinsessionstatus", "signintokenprotectionstatus"));
}

fn fill_policy_and_risk(row: &mut SignInRow, record: &Object<'_>) {
    row.ca_status = field::word(record.get("conditionalaccessstatus"));
    row.ca_policies = steps::applied_policies(record);
    row.trusted_location = steps::trusted_location(record);
    row.risk_level = field::word(record.any(&["risklevelduringsignin", "risklevel"]));
    row.risk_state = field::word(record.get("riskstate"));
    row.risk_detail = field::lower(record.get("riskdetail"));
    let types = [record.get("riskeventtypesv2"), record.get("riskeventtypes")].into_iter().flatten();
    row.risk_types = types.map(joined).max_by_key(String::len);
}

/// A list, or text that holds one, joined with `,`.
fn joined(value: &Value<'_>) -> String {
    let nested = value.nested().unwrap_or(Cow::Borrowed(value));
    field::text(Some(&nested)).unwrap_or_default()
}
