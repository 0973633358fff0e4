//! `report.json` is what its published JSON Schema says. The validator covers the keywords that the schema uses and fails on any other.

use serde_json::{Map, Value};

fn check(schema: &Value, root: &Value, value: &Value, path: &str, errors: &mut Vec<String>) {
    let schema = match schema {
        Value::Bool(true) => return,
        Value::Object(schema) => schema,
        other => return errors.push(format!("{path}: schema {other} is not supported")),
    };
    for (keyword, rule) in schema {
        match keyword.as_str() {
            "$ref" => {
                let pointer = rule.as_str().unwrap_or_default().trim_start_matches('#');
                match root.pointer(pointer) {
                    Some(target) => check(target, root, value, path, errors),
                    None => errors.push(format!("{path}: {rule} leads nowhere")),
                }
            }
            "type" => {
                let types = rule.as_array().cloned().unwrap_or_else(|| vec![rule.clone()]);
                if !types.iter().any(|name| is(value, name.as_str().unwrap_or_default())) {
                    errors.push(format!("{path}: {value} is not {rule}"));
                }
            }
            "const" if rule != value => errors.push(format!("{path}: {value} is not {rule}")),
            "enum" if !rule.as_array().is_some_and(|values| values.contains(value)) => errors.push(format!("{path}: {value} is not one of {rule}")),
            "minimum" if value.as_f64() < rule.as_f64() => errors.push(format!("{path}: {value} is below {rule}")),
            "maximum" if value.as_f64() > rule.as_f64() => errors.push(format!("{path}: {value} is above {rule}")),
            "$schema" | "$defs" | "title" | "description" | "format" | "default" | "const" | "enum" | "minimum" | "maximum" => {}
            "required" => {
                for name in rule.as_array().into_iter().flatten().filter_map(Value::as_str) {
                    if value.is_object() && value.get(name).is_none() {
                        errors.push(format!("{path}: {name} is missing"));
                    }
                }
            }
            "properties" => {
                for (name, inner) in rule.as_object().into_iter().flatten() {
                    if let Some(field) = value.get(name) {
                        check(inner, root, field, &format!("{path}/{name}"), errors);
                    }
                }
            }
            "additionalProperties" => {
                let known = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_else(Map::new);
                for (name, field) in value.as_object().into_iter().flatten().filter(|(name, _)| !known.contains_key(*name)) {
                    check(rule, root, field, &format!("{path}/{name}"), errors);
                }
            }
            "items" => {
                for (index, element) in value.as_array().into_iter().flatten().enumerate() {
                    check(rule, root, element, &format!("{path}/{index}"), errors);
                }
            }
            "anyOf" | "oneOf" => {
                let fits = |inner: &Value| {
                    let mut own = Vec::new();
                    check(inner, root, value, path, &mut own);
                    own.is_empty()
                };
                if !rule.as_array().is_some_and(|rules| rules.iter().any(fits)) {
                    errors.push(format!("{path}: {value} fits none of {keyword}"));
                }
            }
            other => errors.push(format!("{path}: keyword {other} is not supported by this test")),
        }
    }
}

fn is(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

#[test]
fn reports_of_all_cases_fit_the_schema() {
    let schema = backtrail::report::json::schema();
    for case in ["aitm", "benign", "oauth-consent"] {
        let evidence = super::verdicts::root().join("fixtures/cases").join(case).join("evidence");
        let analysis = backtrail::analyze(&[evidence], &backtrail::Options::default(), &|_| {}).expect("analyzed");
        let mut errors = Vec::new();
        check(&schema, &schema, &serde_json::to_value(&analysis.report).expect("JSON"), "", &mut errors);
        assert!(errors.is_empty(), "{case}: {errors:#?}");
    }
}

#[test]
fn a_report_without_its_promised_keys_does_not_fit() {
    let schema = backtrail::report::json::schema();
    let mut errors = Vec::new();
    check(&schema, &schema, &serde_json::json!({"schema": "backtrail.report/1"}), "", &mut errors);
    for key in [
        "tool",
        "incident",
        "verdicts",
        "findings",
        "artefacts",
        "checklist",
        "sessions",
        "exposure",
        "sent",
        "containment",
        "campaign",
        "coverage",
        "timeline",
        "sources",
    ] {
        assert!(errors.iter().any(|error| error.contains(&format!("{key} is missing"))), "{key} is not required by the schema");
    }
}
