//! JSON: arrays, lines, pages, values in a row, texts inside texts.

use serde_json::{Map, Value, json};

use super::{exports, is_json, same, text};

/// The records of an export, and the context of its pages.
struct Records {
    context: Option<Value>,
    records: Vec<Value>,
}

fn records(text: &str) -> Records {
    let values = serde_json::Deserializer::from_str(text).into_iter::<Value>().map(|value| value.expect("whole exports are valid"));
    let mut found = Records { context: None, records: Vec::new() };
    for value in values {
        match value {
            Value::Array(elements) => found.records.extend(elements),
            Value::Object(mut page) if page.get("value").is_some_and(Value::is_array) => {
                found.context = page.get("@odata.context").cloned().or(found.context);
                found.records.extend(page.remove("value").and_then(|value| value.as_array().cloned()).unwrap_or_default());
            }
            record => found.records.push(record),
        }
    }
    found
}

fn joined(records: &[Value], between: &str) -> String {
    records.iter().map(Value::to_string).collect::<Vec<_>>().join(between)
}

fn page(context: &Value, records: &[Value]) -> Value {
    json!({ "@odata.context": context, "value": records })
}

#[test]
fn wrappings_do_not_change_the_facts() {
    for fixture in exports() {
        let text = text(&fixture);
        if !is_json(&text) {
            continue;
        }
        let Records { context, records } = records(&text);
        // A list among lines belongs to the owner whom its last element names: it is no wrapping.
        if records.iter().any(|record| record.get("userPrincipalName").is_some() && record.as_object().is_some_and(|record| record.len() == 1)) {
            continue;
        }
        let array = Value::from(records.clone());
        let (some, others) = records.split_at(records.len() / 2);
        let mut variants: Vec<(&str, String)> = Vec::new();
        let plain = if let Some(context) = &context {
            variants.push(("pretty page", serde_json::to_string_pretty(&page(context, &records)).expect("printable")));
            variants.push(("pages in a row", format!("{}{}", page(context, some), page(context, others))));
            variants.push(("pages in lines", format!("{}\r\n{}\r\n", page(context, some), page(context, others))));
            variants.push(("pages in an array", json!([page(context, some), page(context, others)]).to_string()));
            page(context, &records).to_string()
        } else {
            variants.push(("pretty", serde_json::to_string_pretty(&array).expect("printable")));
            variants.push(("lines", joined(&records, "\n")));
            variants.push(("lines with blank lines", joined(&records, "\r\n\r\n")));
            variants.push(("values in a row", joined(&records, "")));
            variants.push(("arrays in a row", format!("[{}][{}]", joined(some, ","), joined(others, ","))));
            variants.push(("unclosed", format!("[{}", joined(&records, ",\n"))));
            variants.push(("records", json!({ "records": records }).to_string()));
            variants.push(("page without context", json!({ "value": records }).to_string()));
            variants.push(("texts", Value::from(records.iter().map(|record| record.to_string().into()).collect::<Vec<Value>>()).to_string()));
            array.to_string()
        };
        let variants: Vec<(String, Vec<u8>)> = variants.into_iter().map(|(way, text)| (way.to_owned(), text.into_bytes())).collect();
        same(&fixture, plain.as_bytes(), &variants);
    }
}

/// The record with AuditData as text or as an object; `None` when it carries none.
fn with_data(record: &Value, as_text: bool) -> Option<Value> {
    let mut record: Map<String, Value> = record.as_object()?.clone();
    let (_, data) = record.iter_mut().find(|(key, _)| key.eq_ignore_ascii_case("AuditData"))?;
    let object: Value = data.as_str().map_or_else(|| Some(data.clone()), |text| serde_json::from_str(text).ok()).filter(Value::is_object)?;
    *data = if as_text { Value::String(object.to_string()) } else { object };
    Some(record.into())
}

#[test]
fn audit_data_is_the_same_as_text_and_as_object() {
    let mut n_turned = 0;
    for fixture in exports() {
        let text = text(&fixture);
        if !is_json(&text) {
            continue;
        }
        let Records { context, records } = records(&text);
        let all = |as_text| records.iter().map(|record| with_data(record, as_text)).collect::<Option<Vec<Value>>>();
        let (Some(texts), Some(objects)) = (all(true), all(false)) else { continue };
        if texts.is_empty() {
            continue;
        }
        let wrap = |records: Vec<Value>| context.as_ref().map_or_else(|| Value::from(records.clone()), |context| page(context, &records)).to_string();
        same(&fixture, wrap(texts).as_bytes(), &[("as objects".to_owned(), wrap(objects).into_bytes())]);
        n_turned += 1;
    }
    assert!(n_turned > 1, "both wrappers carry AuditData");
}
