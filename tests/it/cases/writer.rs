//! The shapes in which responders export the logs of a [`World`](super::world::World).

use serde_json::{Value, json};

use super::tenant::Tenant;

/// One evidence file: its path below `evidence/`, and its bytes.
pub(crate) struct File {
    pub path: String,
    pub bytes: Vec<u8>,
}

impl File {
    pub(crate) fn new(path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { path: path.to_owned(), bytes: bytes.into() }
    }
}

fn text<'a>(record: &'a Value, key: &str) -> &'a str {
    record.get(key).and_then(Value::as_str).unwrap_or("")
}

/// Oldest first, as most services answer; ties keep the order in which they happened.
fn by_time(records: &[Value], key: &str) -> Vec<Value> {
    let mut sorted = records.to_vec();
    sorted.sort_by(|left, right| text(left, key).cmp(text(right, key)));
    sorted
}

/// Pretty JSON of a state export.
pub(crate) fn pretty(path: &str, value: &Value) -> File {
    File::new(path, serde_json::to_string_pretty(value).expect("a value can be written") + "\n")
}

/// A Graph page as a REST client saves it.
pub(crate) fn graph_page(path: &str, context: &str, records: &[Value], time: &str) -> File {
    let context = format!("https://graph.microsoft.com/beta/$metadata#{context}");
    let mut out = format!("{{\"@odata.context\":{},\"value\":[\n", json!(context));
    out += &by_time(records, time).iter().map(Value::to_string).collect::<Vec<_>>().join(",\n");
    File::new(path, out + "\n]}\n")
}

/// The portal's JSON download and the Management API's blobs: an array, newest first.
pub(crate) fn array_newest_first(path: &str, records: &[Value], time: &str) -> File {
    let mut sorted = by_time(records, time);
    sorted.reverse();
    File::new(path, format!("[\n{}\n]\n", sorted.iter().map(Value::to_string).collect::<Vec<_>>().join(",\n")))
}

/// One object per line.
pub(crate) fn lines(path: &str, records: &[Value], time: &str) -> File {
    File::new(path, by_time(records, time).iter().fold(String::new(), |out, record| out + &record.to_string() + "\n"))
}

/// Azure Monitor's envelope around a sign-in or a directory audit, one per line. Emission is minutes after the event.
pub(crate) fn azure_monitor(path: &str, tenant: &Tenant, category: &str, records: &[Value], time: &str) -> File {
    let mut out = String::new();
    for record in by_time(records, time) {
        let happened: chrono::DateTime<chrono::Utc> = text(&record, time).parse().expect("records carry RFC 3339 times");
        let code = record.pointer("/status/errorCode").and_then(Value::as_i64);
        let mut properties = record.clone();
        if let Some(properties) = properties.as_object_mut() {
            properties.insert(time.to_owned(), json!(happened.format("%Y-%m-%dT%H:%M:%S%.6f0+00:00").to_string()));
        }
        let envelope = json!({
            "time": (happened + chrono::TimeDelta::seconds(154)).format("%Y-%m-%dT%H:%M:%S.3412908Z").to_string(),
            "resourceId": format!("/tenants/{}/providers/Microsoft.aadiam", tenant.id),
            "operationName": if code.is_some() { "Sign-in activity" } else { text(&record, "activityDisplayName") },
            "operationVersion": "1.0", "category": category, "tenantId": tenant.id,
            "resultType": code.map(|code| code.to_string()), "resultSignature": "None", "durationMs": 0,
            "callerIpAddress": record.get("ipAddress"), "correlationId": record.get("correlationId"), "identity": record.get("userDisplayName"),
            "Level": 4, "location": record.pointer("/location/countryOrRegion"), "properties": properties,
        });
        out += &(envelope.to_string() + "\n");
    }
    File::new(path, out)
}

fn record_type_name(number: i64) -> &'static str {
    match number {
        1 => "ExchangeAdmin",
        2 => "ExchangeItem",
        3 => "ExchangeItemGroup",
        6 => "SharePointFileOperation",
        8 => "AzureActiveDirectory",
        14 => "SharePointSharingOperation",
        15 => "AzureActiveDirectoryStsLogon",
        25 => "MicrosoftTeams",
        50 => "ExchangeItemAggregated",
        _ => "Unknown",
    }
}

fn record_type(record: &Value) -> i64 {
    record.get("RecordType").and_then(Value::as_i64).unwrap_or_default()
}

/// CSV with a byte-order mark, every cell quoted, CRLF: what PowerShell 5.1 and the portals write.
pub(crate) fn quoted_csv(header: &[&str], rows: &[Vec<String>]) -> Vec<u8> {
    let mut writer =
        csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).terminator(csv::Terminator::CRLF).from_writer(b"\xEF\xBB\xBF".to_vec());
    writer.write_record(header).expect("writing to memory works");
    for row in rows {
        writer.write_record(row).expect("rows have the header's length");
    }
    writer.into_inner().expect("writing to memory works")
}

/// `Search-UnifiedAuditLog | Export-Csv -Encoding UTF8 -NoTypeInformation` on a machine with US dates.
pub(crate) fn search_csv(path: &str, tenant: &Tenant, records: &[Value]) -> File {
    let header = [
        "RunspaceId",
        "RecordType",
        "CreationDate",
        "UserIds",
        "Operations",
        "AuditData",
        "ResultIndex",
        "ResultCount",
        "Identity",
        "IsValid",
        "ObjectState",
    ];
    let records = by_time(records, "CreationTime");
    let rows: Vec<Vec<String>> = records
        .iter()
        .enumerate()
        .map(|(place, record)| {
            let time: chrono::NaiveDateTime = text(record, "CreationTime").parse().expect("records carry ISO times");
            vec![
                tenant.policy.clone(),
                record_type_name(record_type(record)).to_owned(),
                time.format("%-m/%-d/%Y %-I:%M:%S %p").to_string(),
                text(record, "UserId").to_owned(),
                text(record, "Operation").to_owned(),
                record.to_string(),
                (place + 1).to_string(),
                records.len().to_string(),
                text(record, "Id").to_owned(),
                "True".to_owned(),
                "Unchanged".to_owned(),
            ]
        })
        .collect();
    File::new(path, quoted_csv(&header, &rows))
}

/// The Purview portal's audit export: integers for record types, CRLF, no byte-order mark.
pub(crate) fn purview_csv(path: &str, records: &[Value]) -> File {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer
        .write_record([
            "RecordId",
            "CreationDate",
            "RecordType",
            "Operation",
            "UserId",
            "AuditData",
            "AssociatedAdminUnits",
            "AssociatedAdminUnitsNames",
        ])
        .expect("writing to memory works");
    for record in by_time(records, "CreationTime").iter().rev() {
        let time = format!("{}.0000000Z", text(record, "CreationTime"));
        writer
            .write_record([
                text(record, "Id"),
                &time,
                &record_type(record).to_string(),
                text(record, "Operation"),
                text(record, "UserId"),
                &record.to_string(),
                "",
                "",
            ])
            .expect("rows have the header's length");
    }
    File::new(path, writer.into_inner().expect("writing to memory works"))
}

/// Graph's audit log query: the AuditData object inside, the user fields crossed as the service crosses them.
pub(crate) fn audit_query(path: &str, records: &[Value]) -> File {
    let wrapped: Vec<Value> = by_time(records, "CreationTime")
        .iter()
        .map(|record| {
            let user_type = match record.get("UserType").and_then(Value::as_i64) {
                Some(2) => "Admin",
                Some(3) => "DcAdmin",
                Some(4) => "System",
                Some(5) => "Application",
                _ => "Regular",
            };
            let mut data = record.clone();
            if let Some(data) = data.as_object_mut() {
                data.insert("@odata.type".to_owned(), json!("#microsoft.graph.security.defaultAuditData"));
                data.insert("RecordType@odata.type".to_owned(), json!("#Int64"));
            }
            json!({
                "id": record.get("Id"), "createdDateTime": format!("{}Z", text(record, "CreationTime")),
                "auditLogRecordType": record_type_name(record_type(record)), "operation": record.get("Operation"),
                "organizationId": record.get("OrganizationId"), "userType": user_type, "userId": record.get("UserKey"),
                "service": record.get("Workload"), "objectId": record.get("ObjectId"), "userPrincipalName": record.get("UserId"),
                "clientIp": null, "administrativeUnits": [""], "auditData": data,
            })
        })
        .collect();
    let context = "https://graph.microsoft.com/beta/$metadata#security/auditLog/queries('3f4e')/records";
    let body = wrapped.iter().map(Value::to_string).collect::<Vec<_>>().join(",\n");
    File::new(path, format!("{{\"@odata.context\":{},\"value\":[\n{body}\n]}}\n", json!(context)))
}

/// `Search-UnifiedAuditLog | ConvertTo-Json` of PowerShell 5.1: the wrapper with AuditData as text and `/Date()/` times.
pub(crate) fn search_json(path: &str, records: &[Value]) -> File {
    let records = by_time(records, "CreationTime");
    let wrapped: Vec<Value> = records
        .iter()
        .enumerate()
        .map(|(place, record)| {
            let time: chrono::NaiveDateTime = text(record, "CreationTime").parse().expect("records carry ISO times");
            json!({
                "RecordType": record_type_name(record_type(record)), "CreationDate": format!("/Date({})/", time.and_utc().timestamp_millis()),
                "UserIds": record.get("UserId"), "Operations": record.get("Operation"), "AuditData": record.to_string(), "ResultIndex": place + 1,
                "ResultCount": records.len(), "Identity": record.get("Id"), "IsValid": true, "ObjectState": "Unchanged",
            })
        })
        .collect();
    File::new(path, format!("[\r\n{}\r\n]\r\n", wrapped.iter().map(Value::to_string).collect::<Vec<_>>().join(",\r\n")))
}
