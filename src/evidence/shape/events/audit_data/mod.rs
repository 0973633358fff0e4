//! AuditData, the record inside every export of the unified audit log → rows. Unknown record types and operations survive: whatever has a time and
//! an operation becomes an audit event, with the fields that no column holds kept in `details`.
//!
//! Logons (record type 15) become sign-ins with feed `ual`, Entra risk detections (294) become risk events; nothing else leaves the audit frame.

mod actor;
mod content;
mod exchange;
mod logon;
mod mail_access;
mod names;
mod risk;
mod rules;
mod target;

pub(in crate::evidence::shape::events) use self::names::record_type;

use crate::evidence::container::repair;
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::field::{self, Part, address, json};
use crate::evidence::shape::{Place, Reject};
use crate::frame::{AuditEventRow, Rows};
use crate::provenance::SkipReason;

/// Cells longer than this are cut by spreadsheet programs.
pub(super) const SPREADSHEET_CELL: usize = 32_767;

/// Reads one AuditData object. `outer_id` is the wrapper's record id, used when the object has none.
pub(super) fn read(data: &Object<'_>, outer_id: Option<&str>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let created = data.get("creationtime");
    let Some(time) = field::time(created, place.dates) else {
        return Err(Reject::missing("CreationTime", created));
    };
    let Some(operation_raw) = field::some_text(data.get("operation")) else {
        return Err(Reject::missing("Operation", None));
    };
    let id = field::some_text(data.get("id")).or_else(|| outer_id.map(str::to_owned)).unwrap_or_default();
    let record_type = names::record_type(data.get("recordtype"));
    let operation = field::operation(&operation_raw);
    if record_type == Some(names::STS_LOGON) || matches!(operation.as_str(), "userloggedin" | "userloginfailed") {
        rows.sign_ins.push(place.source, place.record, &id, logon::row(data, time, &operation));
        return Ok(());
    }
    if record_type == Some(names::RISK_DETECTION) {
        rows.risks.push(place.source, place.record, &id, risk::row(data, time, place.dates));
        return Ok(());
    }
    let mut row = AuditEventRow { time: Some(time), feed: Some("ual".into()), record_type, ..AuditEventRow::default() };
    row.operation = Some(operation);
    row.operation_raw = Some(operation_raw);
    row.workload = field::text(data.get("workload"));
    row.result = Some(result(data).to_owned());
    actor::fill(&mut row, data);
    fill_traces(&mut row, data);
    content::fill(&mut row, data);
    fill_properties(&mut row, data);
    if record_type.map_or_else(|| data.has("parameters"), |number| number == names::EXCHANGE_ADMIN) {
        exchange::fill(&mut row, data);
    } else {
        target::fill(&mut row, data);
    }
    if row.operation.as_deref() == Some("mailitemsaccessed") {
        mail_access::push(&mut row, data, &id, place, rows);
    }
    rows.audit.push(place.source, place.record, &id, row);
    Ok(())
}

/// Parses an AuditData cell. `Err` says truthfully whether the cell is empty, cut or damaged.
pub(super) fn parse(text: &str) -> Result<Value<'_>, Reject> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        let detail = "AuditData is empty: the exporting program dropped it (Splunk does so for long events)";
        return Err(Reject { reason: SkipReason::Truncated, detail: detail.into() });
    }
    repair::parse(trimmed).map(|(value, _)| value).map_err(|error| {
        let length = text.chars().count();
        let reason = if error.is_eof() { SkipReason::Truncated } else { SkipReason::Malformed };
        let hint = if length == SPREADSHEET_CELL { ": cut by a spreadsheet program" } else { "" };
        Reject { reason, detail: format!("AuditData does not parse: {error} ({length} characters{hint})") }
    })
}

/// `ResultStatus` in one vocabulary. Empty when the workload does not say: SharePoint and Teams log only what succeeded.
fn result(data: &Object<'_>) -> &'static str {
    let Some(status) = data.any(&["resultstatus", "issuccess"]).and_then(Value::text) else { return "" };
    match status.to_ascii_lowercase().as_str() {
        "true" | "succeeded" | "success" | "successful" | "completed" | "complete" | "ok" => "success",
        "false" | "failed" | "failure" | "error" | "timeout" => "failure",
        "partiallysucceeded" | "partial" | "partialsuccess" => "partial",
        _ => "",
    }
}

/// Address, session, token, application and agent: what ties the record to a sign-in.
fn fill_traces(row: &mut AuditEventRow, data: &Object<'_>) {
    let access = Part::of(data, &["appaccesscontext"]);
    let extended = data.get("extendedproperties");
    row.address = ["clientip", "clientipaddress", "actoripaddress", "actorip", "ipaddress"].iter().find_map(|name| address::address(data.get(name)));
    let sessions = [
        access.get("aadsessionid", "appaccesscontextaadsessionid"),
        data.get("sessionid"),
        field::pair(data.get("deviceproperties"), "SessionId"),
        data.get("usersessionid"),
    ];
    row.session_id = first_filled(sessions).map(|session| session.to_lowercase());
    row.token_id = field::token(access.get("uniquetokenid", "appaccesscontextuniquetokenid"));
    let correlations = [data.get("intersystemsid"), data.get("correlationid"), access.get("correlationid", "appaccesscontextcorrelationid")];
    row.correlation_id = first_filled(correlations).map(|correlation| correlation.to_lowercase());
    row.app_id = field::lower(data.any(&["appid", "applicationid"]));
    let clients = [data.get("clientappid"), access.get("clientappid", "appaccesscontextclientappid")];
    row.client_app_id = first_filled(clients).map(|client| client.to_lowercase());
    row.client_info = field::text(data.get("clientinfostring"));
    let agents = [data.get("useragent"), field::pair(extended, "UserAgent")];
    row.user_agent = first_filled(agents)
        .filter(|agent| !agent.is_empty())
        .or_else(|| agent_of_details(field::pair(extended, "additionalDetails")))
        .or_else(|| row.client_info.as_deref().and_then(content::agent_of_client_info).map(str::to_owned));
    row.device_id = first_filled([data.get("deviceid"), field::pair(data.get("deviceproperties"), "Id")]).map(|device| device.to_lowercase());
    row.external_access = field::flag(data.get("externalaccess"));
    row.logon_type = names::logon_type(data.get("logontype"));
    row.user_type = names::user_type(data.get("usertype"));
}

/// The first field with a value; `Some("")` when fields are there but all blank.
fn first_filled<'v, 'a: 'v, const N: usize>(values: [Option<&'v Value<'a>>; N]) -> Option<String> {
    let filled = values.iter().copied().find_map(field::some_text);
    filled.or_else(|| values.iter().any(Option::is_some).then(String::new))
}

/// The user agent inside Entra's `additionalDetails`, JSON text such as `{"User-Agent":"…"}`.
fn agent_of_details(details: Option<&Value<'_>>) -> Option<String> {
    let nested = details?.nested().ok()?;
    field::some_text(nested.object()?.get("useragent"))
}

/// `parameters` and `changes`, and in `details` everything that no column holds.
fn fill_properties(row: &mut AuditEventRow, data: &Object<'_>) {
    let parameters = data.get("parameters").map(Value::nested).and_then(Result::ok);
    let properties = data.get("operationproperties").map(Value::nested).and_then(Result::ok);
    let mut map = json::Map::default();
    if row.operation.as_deref() == Some("updateinboxrules") {
        rules::add(&mut map, properties.as_deref());
    } else {
        map.add_pairs(properties.as_deref());
    }
    match parameters.as_deref() {
        // Security & Compliance cmdlets carry one text, `-Organization "…" -Name "…"`.
        Some(Value::Text(text)) if !field::is_lost(text) && !text.trim().is_empty() => map.add_owned("Parameters", Value::Text(text.as_ref().into())),
        other => map.add_pairs(other),
    }
    row.parameters = map.to_text();
    row.changes = data.get("modifiedproperties").and_then(changes);
    row.details = content::details(data);
}

/// `ModifiedProperties` of every workload: name, old and new; Exchange items list names only.
fn changes(value: &Value<'_>) -> Option<String> {
    let nested = value.nested().ok()?;
    let mut changes = Vec::new();
    for entry in nested.elements() {
        match entry {
            Value::Object(entry) => {
                if let Some(name) = entry.text("name") {
                    changes.push(json::Change { name, old: json::unwrapped(entry.get("oldvalue")), new: json::unwrapped(entry.get("newvalue")) });
                }
            }
            Value::Text(name) if !field::is_lost(name) => {
                changes.push(json::Change { name: name.as_ref().into(), old: String::new(), new: String::new() });
            }
            _ => {}
        }
    }
    json::changes(&changes)
}
