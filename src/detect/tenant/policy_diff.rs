//! In which ways one version of a Conditional Access policy demands less than the one before. Not a detector.

use std::collections::BTreeSet;

use serde_json::Value;

/// Words of a list field, lower case; one text stands for a list of one.
fn words(policy: &Value, path: &[&str]) -> BTreeSet<String> {
    let found = path.iter().try_fold(policy, |value, name| field(value, name));
    match found {
        Some(Value::Array(elements)) => elements.iter().filter_map(Value::as_str).map(str::to_lowercase).collect(),
        Some(Value::String(text)) if !text.is_empty() => text.split(',').map(|word| word.trim().to_lowercase()).collect(),
        _ => BTreeSet::new(),
    }
}

/// Field names differ in case between the two services.
fn field<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    value.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn present(policy: &Value, path: &[&str]) -> bool {
    let found = path.iter().try_fold(policy, |value, name| field(value, name));
    !matches!(found, None | Some(Value::Null | Value::Bool(false)))
}

/// The policy's state, lower case.
pub(super) fn state(policy: &Value) -> String {
    field(policy, "state").and_then(Value::as_str).unwrap_or("").to_lowercase()
}

/// Lists whose growth excepts somebody or something.
const EXCEPTIONS: &[(&[&str], &str)] = &[
    (&["conditions", "users", "excludeUsers"], "users"),
    (&["conditions", "users", "excludeGroups"], "groups"),
    (&["conditions", "users", "excludeRoles"], "roles"),
    (&["conditions", "applications", "excludeApplications"], "applications"),
    (&["conditions", "locations", "excludeLocations"], "locations"),
    (&["conditions", "platforms", "excludePlatforms"], "platforms"),
];

/// Lists whose shrinking narrows what the policy covers; an empty list of levels means no condition, so it is no narrowing to clear it.
const COVERAGE: &[(&[&str], &str)] = &[
    (&["conditions", "users", "includeUsers"], "users"),
    (&["conditions", "users", "includeGroups"], "groups"),
    (&["conditions", "users", "includeRoles"], "roles"),
    (&["conditions", "applications", "includeApplications"], "applications"),
    (&["conditions", "clientAppTypes"], "client types"),
    (&["conditions", "platforms", "includePlatforms"], "platforms"),
    (&["conditions", "signInRiskLevels"], "sign-in risk levels"),
    (&["conditions", "userRiskLevels"], "user risk levels"),
];

/// Ids of users whom the new version exempts and the old one did not.
pub(super) fn newly_exempt(old: &Value, new: &Value) -> BTreeSet<String> {
    let path: &[&str] = &["conditions", "users", "excludeUsers"];
    words(new, path).difference(&words(old, path)).cloned().collect()
}

/// Every weakening, as sentences without a verdict; empty when the new version demands as much or more. `named` turns ids of people into names.
pub(super) fn weakenings(old: &Value, new: &Value, named: &dyn Fn(&str) -> String) -> Vec<String> {
    let mut found = Vec::new();
    let (was, is) = (state(old), state(new));
    if was == "enabled" && is != "enabled" && !is.is_empty() {
        let word = |state: &str| if state == "enabledforreportingbutnotenforced" { "report-only".to_owned() } else { state.to_owned() };
        found.push(format!("state {} to {}", word(&was), word(&is)));
    }
    for (path, what) in EXCEPTIONS {
        let added: Vec<String> = words(new, path).difference(&words(old, path)).map(|id| named(id)).collect();
        if !added.is_empty() {
            found.push(format!("excluded {what}: {}", added.join(", ")));
        }
    }
    for (path, what) in COVERAGE {
        let (before, after) = (words(old, path), words(new, path));
        let removed: Vec<String> = before.difference(&after).map(|id| named(id)).collect();
        let widened = after.contains("all") || (after.is_empty() && what.ends_with("levels"));
        if !removed.is_empty() && !widened {
            found.push(format!("no longer covered {what}: {}", removed.join(", ")));
        }
    }
    found.extend(controls(old, new));
    found
}

fn controls(old: &Value, new: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let built_in = &["grantControls", "builtInControls"][..];
    let (before, after) = (words(old, built_in), words(new, built_in));
    let strength = &["grantControls", "authenticationStrength"][..];
    let removed: Vec<String> = before.difference(&after).cloned().collect();
    // A phishing-resistant strength replaces the plain mfa control: that is a strengthening.
    let replaced = !present(old, strength) && present(new, strength) && removed == ["mfa"];
    if !removed.is_empty() && !replaced {
        found.push(format!("no longer demanded: {}", removed.join(", ")));
    }
    let operator = |policy: &Value| {
        field(policy, "grantControls").and_then(|grant| field(grant, "operator")).and_then(Value::as_str).unwrap_or("").to_uppercase()
    };
    if operator(old) == "AND" && operator(new) == "OR" && after.len() > 1 {
        found.push("one control is enough where all were demanded".to_owned());
    }
    if present(old, strength) && !present(new, strength) {
        found.push("authentication strength removed".to_owned());
    }
    for (control, name) in
        [("signInFrequency", "sign-in frequency"), ("secureSignInSession", "token protection"), ("cloudAppSecurity", "session monitoring")]
    {
        let path = &["sessionControls", control][..];
        if present(old, path) && !present(new, path) {
            found.push(format!("{name} removed"));
        }
    }
    let persistent = |policy: &Value| {
        let browser = field(policy, "sessionControls").and_then(|controls| field(controls, "persistentBrowser"));
        browser.and_then(|browser| field(browser, "mode")).and_then(Value::as_str).is_some_and(|mode| mode.eq_ignore_ascii_case("always"))
    };
    if persistent(new) && !persistent(old) {
        found.push("browser sessions are kept".to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::weakenings;

    #[test]
    fn only_the_weakening_direction_counts() {
        let strict = json!({"state": "enabled", "conditions": {"users": {"includeUsers": ["All"], "excludeUsers": []}, "clientAppTypes": ["all"]},
            "grantControls": {"operator": "AND", "builtInControls": ["mfa", "compliantDevice"]}, "sessionControls": {"signInFrequency": {"value": 4}}});
        let loose = json!({"state": "enabledForReportingButNotEnforced", "conditions": {"users": {"includeUsers": ["All"], "excludeUsers": ["id-1"]},
            "clientAppTypes": ["browser"]}, "grantControls": {"operator": "OR", "builtInControls": ["mfa", "domainJoinedDevice"]}, "sessionControls": null});
        assert_eq!(
            weakenings(&strict, &loose, &str::to_owned),
            [
                "state enabled to report-only",
                "excluded users: id-1",
                "no longer covered client types: all",
                "no longer demanded: compliantdevice",
                "one control is enough where all were demanded",
                "sign-in frequency removed",
            ]
        );
        assert_eq!(weakenings(&json!({"state": "enabledForReportingButNotEnforced"}), &json!({"state": "enabled"}), &str::to_owned), [] as [&str; 0]);
        assert_eq!(weakenings(&strict, &strict, &str::to_owned), [] as [&str; 0]);
    }

    #[test]
    fn a_stronger_second_factor_is_no_weakening() {
        let plain = json!({"state": "enabled", "grantControls": {"operator": "OR", "builtInControls": ["mfa"]}});
        let strong = json!({"state": "enabled", "grantControls": {"operator": "OR", "builtInControls": [], "authenticationStrength": {"id": "x"}}});
        assert_eq!(weakenings(&plain, &strong, &str::to_owned), [] as [&str; 0]);
        assert_eq!(weakenings(&strong, &plain, &str::to_owned), ["authentication strength removed"]);
    }
}
