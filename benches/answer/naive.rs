//! What one writes first: the csv crate, one `serde_json::Value` per record, one thread. It extracts the columns that the other tools are asked for.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde_json::Value;

use super::{Answer, Counts, Failure, Filter};

/// Texts of an audit record, as they stand.
const AUDIT_TEXTS: [&str; 12] = [
    "Id",
    "Operation",
    "OrganizationId",
    "ResultStatus",
    "UserKey",
    "Workload",
    "UserId",
    "ObjectId",
    "ClientInfoString",
    "MailboxGuid",
    "MailboxOwnerUPN",
    "ErrorNumber",
];
const AUDIT_NUMBERS: [&str; 4] = ["RecordType", "UserType", "LogonType", "InternalLogonType"];
const SIGN_IN_TEXTS: [&str; 20] = [
    "id",
    "userDisplayName",
    "userPrincipalName",
    "userId",
    "appId",
    "appDisplayName",
    "ipAddress",
    "clientAppUsed",
    "userAgent",
    "correlationId",
    "conditionalAccessStatus",
    "resourceDisplayName",
    "resourceId",
    "authenticationRequirement",
    "sessionId",
    "uniqueTokenIdentifier",
    "incomingTokenType",
    "riskLevelDuringSignIn",
    "riskState",
    "userType",
];
const SIGN_IN_PATHS: [&str; 8] = [
    "/status/failureReason",
    "/status/additionalDetails",
    "/deviceDetail/deviceId",
    "/deviceDetail/operatingSystem",
    "/deviceDetail/browser",
    "/deviceDetail/trustType",
    "/location/city",
    "/location/countryOrRegion",
];

/// One row of the table that is held in memory.
#[derive(Debug)]
struct Row {
    time: Option<i64>,
    texts: Vec<Option<String>>,
    numbers: Vec<Option<i64>>,
    #[expect(dead_code, reason = "a column that is extracted and not counted")]
    flag: Option<bool>,
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn first(values: &[&Value]) -> Option<String> {
    values.iter().find_map(|value| text(value))
}

fn pair<'v>(list: &'v Value, name: &str) -> &'v Value {
    let found = list.as_array().and_then(|pairs| pairs.iter().find(|pair| pair["Name"] == name));
    found.map_or(&Value::Null, |pair| &pair["Value"])
}

fn seconds(value: &Value) -> Option<i64> {
    let text = value.as_str()?;
    let time = chrono::NaiveDateTime::parse_from_str(text.trim_end_matches('Z'), "%Y-%m-%dT%H:%M:%S").ok()?;
    Some(time.and_utc().timestamp())
}

fn audit_row(data: &Value) -> Row {
    let mut texts: Vec<_> = AUDIT_TEXTS.iter().map(|name| text(&data[*name])).collect();
    let (device, extended, properties) = (&data["DeviceProperties"], &data["ExtendedProperties"], &data["OperationProperties"]);
    texts.extend([
        first(&[&data["ClientIP"], &data["ClientIPAddress"], &data["ActorIpAddress"]]),
        first(&[&data["AppId"], &data["ApplicationId"]]),
        first(&[&data["SessionId"], pair(device, "SessionId")]),
        first(&[&data["UserAgent"], pair(extended, "UserAgent")]),
        text(pair(properties, "MailAccessType")),
        text(pair(properties, "IsThrottled")),
        text(pair(extended, "RequestType")),
        text(pair(device, "OS")),
        data.get("Parameters").map(Value::to_string),
    ]);
    let mut numbers: Vec<_> = AUDIT_NUMBERS.iter().map(|name| data[*name].as_i64()).collect();
    let folders = data["Folders"].as_array();
    let n_items = folders.map(|folders| folders.iter().filter_map(|folder| folder["FolderItems"].as_array()).map(Vec::len).sum::<usize>());
    numbers.push(n_items.and_then(|n_items| i64::try_from(n_items).ok()));
    Row { time: seconds(&data["CreationTime"]), texts, numbers, flag: data["ExternalAccess"].as_bool() }
}

/// The text in the column of that number.
fn cell(row: &Row, column: usize) -> Option<&str> {
    row.texts.get(column).and_then(Option::as_deref)
}

pub(crate) fn audit(file: &Path) -> Result<String, Failure> {
    let (mut reader, mut rows) = (csv::Reader::from_path(file)?, Vec::new());
    let column = reader.headers()?.iter().position(|name| name == "AuditData").ok_or("no column AuditData")?;
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record)? {
        rows.push(audit_row(&serde_json::from_str(record.get(column).unwrap_or_default())?));
    }
    let (mut users, mut operations, mut addresses) = (Counts::default(), Counts::default(), Counts::default());
    let mut mail_reads = Filter::<1>::default();
    for row in &rows {
        users.add(cell(row, 6));
        operations.add(cell(row, 1));
        addresses.add(cell(row, AUDIT_TEXTS.len()));
        if cell(row, 1) == Some("MailItemsAccessed") {
            mail_reads.add(cell(row, 6), row.time, Some(row.numbers.last().copied().flatten().unwrap_or_default()));
        }
    }
    let (users, operations, addresses) = (users.sorted(), operations.sorted(), addresses.sorted());
    let filtered = mail_reads.found();
    Ok(serde_json::to_string(&Answer { records: rows.len() as u64, users, operations, addresses, filtered, ..Answer::default() })?)
}

fn sign_in_row(record: &Value) -> Row {
    let mut texts: Vec<_> = SIGN_IN_TEXTS.iter().map(|name| text(&record[*name])).collect();
    texts.extend(SIGN_IN_PATHS.iter().map(|path| record.pointer(path).and_then(text)));
    texts.push(record.get("appliedConditionalAccessPolicies").map(Value::to_string));
    texts.push(record.get("authenticationDetails").map(Value::to_string));
    let numbers = vec![record["status"]["errorCode"].as_i64(), record["autonomousSystemNumber"].as_i64()];
    Row { time: seconds(&record["createdDateTime"]), texts, numbers, flag: record["isInteractive"].as_bool() }
}

pub(crate) fn sign_ins(file: &Path) -> Result<String, Failure> {
    let mut rows = Vec::new();
    for line in BufReader::new(File::open(file)?).lines() {
        rows.push(sign_in_row(&serde_json::from_str(&line?)?));
    }
    let (mut users, mut apps, mut addresses) = (Counts::default(), Counts::default(), Counts::default());
    let mut errors = BTreeMap::<i64, u64>::new();
    let mut failed = Filter::<1>::default();
    for row in &rows {
        users.add(cell(row, 2));
        apps.add(cell(row, 5));
        addresses.add(cell(row, 6));
        let code = row.numbers.first().copied().flatten().unwrap_or_default();
        *errors.entry(code).or_default() += 1;
        if code != 0 {
            failed.add(cell(row, 2), row.time, None);
        }
    }
    let (users, apps, addresses) = (users.sorted(), apps.sorted(), addresses.sorted());
    let errors = errors.into_iter().map(|(code, count)| (code.to_string(), count)).collect();
    Ok(serde_json::to_string(&Answer { records: rows.len() as u64, users, apps, addresses, errors, filtered: failed.found(), ..Answer::default() })?)
}
