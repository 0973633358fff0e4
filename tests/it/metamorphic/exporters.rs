//! Microsoft-Extractor-Suite writes the same events as tables per user, as one merged JSON file, or as lines: the report may not depend on it. The
//! events are those of the whole cases; how the collector lays them out was read in its source.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use backtrail::Options;
use serde_json::{Value, json};

/// The logs of one case, taken out of whatever they were exported to, and the files that stay as they are.
#[derive(Default)]
struct Logs {
    audit: Vec<Value>,
    sign_ins: Vec<Value>,
    directory: Vec<Value>,
    others: Vec<(String, Vec<u8>)>,
}

impl Logs {
    fn of(case: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases").join(case).join("evidence");
        let mut logs = Self::default();
        for entry in walkdir::WalkDir::new(&folder).sort_by_file_name().into_iter().map(|entry| entry.expect("readable")) {
            if entry.file_type().is_file() {
                let bytes = fs::read(entry.path()).expect("a fixture is readable");
                let text = String::from_utf8(bytes.clone()).expect("cases are UTF-8");
                if !logs.take(text.trim_start_matches('\u{feff}')) {
                    let path = entry.path().strip_prefix(&folder).expect("below").to_string_lossy().replace('\\', "/");
                    logs.others.push((path, bytes));
                }
            }
        }
        logs
    }

    /// Takes the records of a file when they are events.
    fn take(&mut self, text: &str) -> bool {
        let mut taken = false;
        for record in records(text) {
            let has = |key: &str| record.get(key).is_some();
            taken = true;
            if let Some(data) = record.get("AuditData").or_else(|| record.get("auditData")) {
                let mut data = data.as_str().map_or_else(|| data.clone(), |text| serde_json::from_str(text).expect("whole AuditData"));
                data.as_object_mut().expect("AuditData is an object").retain(|key, _| !key.contains('@'));
                self.audit.push(data);
            } else if has("CreationTime") && has("Operation") {
                self.audit.push(record);
            } else if has("createdDateTime") && has("ipAddress") && has("status") {
                self.sign_ins.push(record);
            } else if has("activityDisplayName") && has("initiatedBy") {
                self.directory.push(record);
            } else {
                return false;
            }
        }
        taken
    }

    fn write(&self, style: Style) -> Vec<(String, Vec<u8>)> {
        let mut files = self.others.clone();
        let mut add = |path: &str, bytes: Vec<u8>| files.push((path.to_owned(), bytes));
        let unified = "UnifiedAuditLog/20261010-101500";
        let (sign_ins, audits) = ("EntraID/20261010101700-SignInLogs", "EntraID/20261010101900-AuditLogs.json");
        match style {
            Style::TablePerUser => {
                for (number, (_, records)) in by(&self.audit, "UserId").into_iter().enumerate() {
                    add(&format!("{unified}-{number}/UAL-20260901000000-20261010000000.csv"), table(&records));
                }
                for (user, records) in by(&self.sign_ins, "userPrincipalName") {
                    add(&format!("{sign_ins}/{user}-SignInLogs.json"), pretty(&records));
                }
                add(audits, pretty(&self.directory));
            }
            Style::Merged => {
                let wrapped: Vec<Value> =
                    wrapped(&self.audit).into_iter().zip(&self.audit).map(|(wrapper, data)| with(wrapper, data.clone())).collect();
                add(&format!("{unified}/Merged/UAL-Combined.json"), pretty(&wrapped));
                add(&format!("{sign_ins}/SignInLogs-interactiveUser-nonInteractiveUser-Combined.json"), pretty(&self.sign_ins));
                add(audits, pretty(&self.directory));
            }
            Style::Lines => {
                let wrapped: Vec<Value> =
                    wrapped(&self.audit).into_iter().zip(&self.audit).map(|(wrapper, data)| with(wrapper, data.to_string().into())).collect();
                add(&format!("{unified}/UAL-20260901000000-20261010000000.jsonl"), lines(&wrapped));
                add(&format!("{sign_ins}/20261010101700-SignInLogs.json"), lines(&self.sign_ins));
                add(audits, lines(&self.directory));
            }
        }
        files
    }
}

#[derive(Debug, Clone, Copy)]
enum Style {
    TablePerUser,
    Merged,
    Lines,
}

/// The records of any JSON export of the cases, and those of a table with AuditData.
fn records(text: &str) -> Vec<Value> {
    if !text.starts_with(['{', '[']) {
        let mut table = csv::Reader::from_reader(text.as_bytes());
        let rows = table.deserialize::<BTreeMap<String, String>>().map(|row| row.expect("cases are sound tables"));
        return rows.map(|row| json!(row)).collect();
    }
    let mut records = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>().map(|value| value.expect("cases are valid JSON")) {
        match value {
            Value::Array(elements) => records.extend(elements),
            Value::Object(mut page) if page.get("value").is_some_and(Value::is_array) => {
                records.extend(page.remove("value").and_then(|value| value.as_array().cloned()).unwrap_or_default());
            }
            Value::Object(mut envelope) if envelope.contains_key("category") && envelope.contains_key("properties") => {
                records.extend(envelope.remove("properties"));
            }
            record => records.push(record),
        }
    }
    records
}

fn text<'a>(record: &'a Value, key: &str) -> &'a str {
    record.get(key).and_then(Value::as_str).unwrap_or("")
}

fn by<'a>(records: &'a [Value], key: &str) -> BTreeMap<&'a str, Vec<Value>> {
    let mut groups: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for record in records {
        groups.entry(text(record, key)).or_default().push(record.clone());
    }
    groups
}

/// What `Search-UnifiedAuditLog` puts around AuditData.
fn wrapped(records: &[Value]) -> Vec<Value> {
    let wrap = |(place, record): (usize, &Value)| {
        json!({
            "RecordType": record.get("RecordType"), "CreationDate": format!("{}Z", text(record, "CreationTime")), "UserIds": record.get("UserId"),
            "Operations": record.get("Operation"), "ResultIndex": place + 1, "ResultCount": records.len(), "Identity": record.get("Id"),
            "IsValid": true, "ObjectState": "Unchanged",
        })
    };
    records.iter().enumerate().map(wrap).collect()
}

fn with(mut wrapper: Value, data: Value) -> Value {
    wrapper["AuditData"] = data;
    wrapper
}

fn table(records: &[Value]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let head =
        ["RecordType", "CreationDate", "UserIds", "Operations", "AuditData", "ResultIndex", "ResultCount", "Identity", "IsValid", "ObjectState"];
    writer.write_record(head).expect("memory takes it");
    for (wrapper, data) in wrapped(records).into_iter().zip(records) {
        let time: chrono::NaiveDateTime = text(data, "CreationTime").parse().expect("cases carry ISO times");
        let cell = |name: &&str| match *name {
            "CreationDate" => time.format("%-m/%-d/%Y %-I:%M:%S %p").to_string(),
            "AuditData" => data.to_string(),
            name => wrapper[name].as_str().map_or_else(|| wrapper[name].to_string(), str::to_owned),
        };
        writer.write_record(head.iter().map(cell)).expect("memory takes it");
    }
    writer.into_inner().expect("memory takes it")
}

fn pretty(records: &[Value]) -> Vec<u8> {
    serde_json::to_vec_pretty(records).expect("memory takes it")
}

fn lines(records: &[Value]) -> Vec<u8> {
    records.iter().map(|record| record.to_string() + "\n").collect::<String>().into_bytes()
}

/// The report of one style, without what names files and places in files.
fn report(case: &str, logs: &Logs, style: Style) -> Value {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("exporters").join(format!("{case}-{style:?}"));
    let _absent = fs::remove_dir_all(&folder);
    for (path, bytes) in logs.write(style) {
        let path: PathBuf = folder.join(path);
        fs::create_dir_all(path.parent().expect("files have folders")).expect("the build's temporary folder can be written");
        fs::write(path, bytes).expect("the build's temporary folder can be written");
    }
    let analysis = backtrail::analyze(&[folder], &Options::default(), &|_| {}).expect("the case can be analyzed");
    let lost: Vec<_> = analysis.case.skipped.iter().take(3).collect();
    assert!(lost.is_empty(), "{case} {style:?}: {lost:#?}");
    let mut report = serde_json::to_value(&analysis.report).expect("a report is JSON");
    // These judge what the files prove: tables per user prove less about days without records than one file of all.
    for part in ["sources", "coverage", "checklist"] {
        report.as_object_mut().expect("a report is an object").remove(part).expect("a part of every report");
    }
    placeless(&mut report);
    report
}

/// Removes source and ordinal from every reference to a record, whose id stays, and the remarks on single files.
fn placeless(value: &mut Value) {
    match value {
        Value::Array(elements) => {
            elements.retain(|element| !element.as_str().is_some_and(|text| text.starts_with("UnifiedAuditLog/") || text.starts_with("EntraID/")));
            elements.iter_mut().for_each(placeless);
        }
        Value::Object(members) => {
            if members.contains_key("record") && members.contains_key("source") {
                members.retain(|key, _| key == "id");
            }
            members.values_mut().for_each(placeless);
        }
        _ => {}
    }
}

#[test]
fn output_styles_of_one_collector_give_one_report() {
    for case in ["aitm", "benign", "device-code", "mfa-fatigue", "oauth-consent", "password-spray", "second-hop", "shared-mailbox"] {
        let logs = Logs::of(case);
        assert!(logs.audit.len() > 100 && logs.sign_ins.len() > 100 && !logs.directory.is_empty(), "{case}: the logs were found");
        let plain = report(case, &logs, Style::Merged);
        assert!(plain["findings"].as_array().is_some_and(|findings| findings.len() > 3), "{case} has findings");
        for style in [Style::TablePerUser, Style::Lines] {
            let other = report(case, &logs, style);
            for (part, value) in plain.as_object().into_iter().flatten() {
                let (plain, other) = (serde_json::to_string_pretty(value).expect("JSON"), serde_json::to_string_pretty(&other[part]).expect("JSON"));
                assert!(plain == other, "{case}, {part}: merged and {style:?}\n{}", super::difference(&plain, &other));
            }
        }
    }
}
