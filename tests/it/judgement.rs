//! Judgements that once read wrong: small evidence written for each, and what the report must say about it.

use std::fs;
use std::path::PathBuf;

use backtrail::Options;
use serde_json::{Value, json};

const ANNA: &str = "anna@contoso.example";
const HOME: (&str, i64, &str) = ("192.0.2.10", 64500, "DE");
const HOSTER: (&str, i64, &str) = ("198.51.100.7", 20473, "US");
const VPN: (&str, i64, &str) = ("203.0.113.9", 9009, "RO");
const HOTEL: (&str, i64, &str) = ("203.0.113.60", 64520, "ES");
const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/133.0.0.0 Safari/537.36";

/// Evidence about one account.
#[derive(Default)]
struct Evidence {
    sign_ins: Vec<Value>,
    audit: Vec<Value>,
    directory: Vec<Value>,
    rules: Vec<Value>,
}

impl Evidence {
    /// Three weeks of sign-ins from home, until the day before 2026-03-24.
    fn with_history() -> Self {
        let mut evidence = Self::default();
        for day in 1..=22 {
            for hour in [7, 13] {
                evidence.sign_in(&format!("2026-03-{day:02}T{hour:02}:00:00Z"), HOME, None);
            }
        }
        evidence
    }

    fn sign_in(&mut self, at: &str, (ip, asn, country): (&str, i64, &str), company_device: Option<&str>) {
        let number = self.sign_ins.len();
        self.sign_ins.push(json!({
            "id": format!("00000000-0000-4000-8000-{number:012}"), "createdDateTime": at, "userPrincipalName": ANNA, "userId": "10000000-0000-4000-8000-000000000001",
            "userDisplayName": "Anna", "appId": "4765445b-32c6-49b0-83e6-1d93765276ca", "appDisplayName": "OfficeHome", "ipAddress": ip,
            "autonomousSystemNumber": asn, "clientAppUsed": "Browser", "userAgent": CHROME, "correlationId": format!("20000000-0000-4000-8000-{number:012}"),
            "isInteractive": true, "signInEventTypes": ["interactiveUser"], "conditionalAccessStatus": "success",
            "status": {"errorCode": 0, "failureReason": "Other.", "additionalDetails": null},
            "location": {"city": "", "state": "", "countryOrRegion": country, "geoCoordinates": {}},
            "deviceDetail": {"deviceId": company_device.unwrap_or_default(), "displayName": company_device.unwrap_or_default(), "operatingSystem": "Windows10",
                "browser": "Chrome 133.0.0", "isCompliant": company_device.is_some(), "isManaged": company_device.is_some(), "trustType": ""},
        }));
    }

    fn act(&mut self, at: &str, operation: &str, record_type: i64, object: &str, ip: &str, parameters: &[(&str, &str)]) {
        let by = if ip == HOSTER.0 || ip == HOME.0 { ANNA } else { "admin@contoso.example" };
        let parameters: Vec<Value> = parameters.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect();
        self.audit.push(json!({
            "CreationTime": at, "Id": format!("30000000-0000-4000-8000-{:012}", self.audit.len()), "Operation": operation, "RecordType": record_type,
            "ResultStatus": "True", "UserKey": by, "UserType": 0, "Version": 1, "Workload": "Exchange", "ClientIP": ip, "ObjectId": object, "UserId": by,
            "MailboxOwnerUPN": if record_type == 2 { json!(ANNA) } else { Value::Null },
            "Parameters": if record_type == 1 { json!(parameters) } else { Value::Null },
            "OperationProperties": if record_type == 2 { json!(parameters) } else { Value::Null },
        }));
    }

    /// A rule that files mail about money under a name that says nothing.
    fn hiding_rule(&mut self, at: &str) {
        let content = [("Name", "."), ("SubjectOrBodyContainsWords", "invoice;payment"), ("MoveToFolder", "RSS Feeds"), ("MarkAsRead", "True")];
        self.act(at, "New-InboxRule", 1, ANNA, HOSTER.0, &content);
    }

    fn removed(&mut self, at: &str, rule: &str) {
        let path = format!("{ANNA}\\{rule}");
        self.act(at, "Remove-InboxRule", 1, &path, "192.0.2.1", &[("Identity", &path)]);
    }

    fn method(&mut self, at: &str, activity: &str, reason: &str, ip: &str) {
        self.directory.push(json!({
            "id": format!("Directory_{}", self.directory.len()), "category": "UserManagement", "result": "success", "resultReason": reason,
            "correlationId": format!("40000000-0000-4000-8000-{:012}", self.directory.len()), "activityDisplayName": activity, "activityDateTime": at,
            "loggedByService": "Authentication Methods", "operationType": "Update",
            "initiatedBy": {"user": {"id": "u", "userPrincipalName": if ip == HOSTER.0 { ANNA } else { "admin@contoso.example" }, "ipAddress": ip}, "app": null},
            "targetResources": [{"id": "10000000-0000-4000-8000-000000000001", "type": "User", "userPrincipalName": ANNA, "modifiedProperties": []}],
            "additionalDetails": [],
        }));
    }

    /// Writes the evidence, analyzes it, removes it.
    fn judged(&self, name: &str) -> Value {
        let folder: PathBuf = std::env::temp_dir().join(format!("backtrail-judgement-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).expect("a writable temporary folder");
        let files = [("SignIns.json", &self.sign_ins), ("DirectoryAudits.json", &self.directory), ("InboxRules.json", &self.rules)];
        for (file, records) in files.into_iter().filter(|(_, records)| !records.is_empty()) {
            fs::write(folder.join(file), Value::from(records.clone()).to_string()).expect("a writable file");
        }
        if !self.audit.is_empty() {
            let lines: String = self.audit.iter().flat_map(|record| [record.to_string(), "\n".to_owned()]).collect();
            fs::write(folder.join("ual.jsonl"), lines).expect("a writable file");
        }
        let analysis = backtrail::analyze(std::slice::from_ref(&folder), &Options::default(), &|_| {});
        fs::remove_dir_all(&folder).expect("the folder is ours");
        serde_json::to_value(&analysis.expect("the evidence can be analyzed").report).expect("a report is JSON")
    }
}

fn verdict(report: &Value) -> (&str, &str) {
    let verdicts = report["verdicts"].as_array().expect("a list");
    let found = verdicts.iter().find(|verdict| verdict["account"] == ANNA);
    found.map_or(("clear", ""), |verdict| (verdict["status"].as_str().unwrap_or(""), verdict["first_malicious"].as_str().unwrap_or("")))
}

fn fate<'a>(report: &'a Value, kind: &str) -> &'a str {
    let artefacts = report["artefacts"].as_array().expect("a list");
    let found: Vec<&Value> = artefacts.iter().filter(|artefact| artefact["kind"] == kind).collect();
    assert_eq!(found.len(), 1, "{artefacts:#?}");
    found[0]["state"].as_str().unwrap_or_default()
}

fn faults(report: &Value) -> Vec<&str> {
    report["containment"]["faults"].as_array().into_iter().flatten().filter_map(|fault| fault["kind"].as_str()).collect()
}

#[test]
fn a_traveller_on_a_company_device_is_no_intruder() {
    let journey = |device| {
        let mut evidence = Evidence::with_history();
        evidence.sign_in("2026-03-24T09:00:00Z", HOSTER, device);
        evidence.act(
            "2026-03-24T09:20:00Z",
            "New-InboxRule",
            1,
            ANNA,
            HOSTER.0,
            &[("Name", "Travel"), ("From", "x@example.org"), ("MoveToFolder", "Travel")],
        );
        for minute in 30..34 {
            evidence.act(&format!("2026-03-24T09:{minute}:00Z"), "Send", 2, "", HOSTER.0, &[]);
        }
        evidence.judged(if device.is_some() { "traveller" } else { "stranger" })
    };
    assert_eq!(verdict(&journey(Some("LAPTOP-2"))).0, "clear");
    // A rule that only sorts mail is no persistence: place, mail and an unknown machine raise suspicion, they do not convict.
    assert_eq!(verdict(&journey(None)).0, "suspected", "the same from an unknown machine");
}

#[test]
fn the_own_browser_behind_a_vpn_service_is_not_a_takeover() {
    let mut evidence = Evidence::with_history();
    for (hour, place) in [(9, VPN), (11, VPN), (20, HOTEL)] {
        evidence.sign_in(&format!("2026-03-24T{hour:02}:00:00Z"), place, None);
        evidence.sign_ins.last_mut().expect("just added")["sessionId"] = json!("60000000-0000-4000-8000-000000000001");
    }
    for minute in 30..34 {
        evidence.act(&format!("2026-03-24T09:{minute}:00Z"), "Send", 2, "", VPN.0, &[]);
    }
    for send in &mut evidence.audit {
        send["UserId"] = json!(ANNA);
    }
    assert_ne!(verdict(&evidence.judged("vpn")).0, "compromised");
}

#[test]
fn a_hiding_rule_from_a_rented_network_needs_no_history() {
    let mut evidence = Evidence::default();
    evidence.sign_in("2026-03-24T09:00:00Z", HOSTER, None);
    evidence.hiding_rule("2026-03-24T09:30:00Z");
    assert_eq!(verdict(&evidence.judged("no-history")).0, "suspected");
}

#[test]
fn a_hostile_rule_known_from_the_export_only_stands_for_itself() {
    let rule = |target: &str, name: &str, delete: bool| {
        let mut evidence = Evidence::with_history();
        evidence.rules.push(json!({"MailboxOwnerId": ANNA, "Name": name, "Identity": format!("{ANNA}\\1"), "RuleIdentity": "1", "Enabled": true,
            "ForwardTo": [target], "SubjectOrBodyContainsWords": if delete { json!(["invoice"]) } else { Value::Null }, "DeleteMessage": delete}));
        evidence.judged(&format!("export-{name}"))
    };
    let report = rule("collector@example.net", ".", true);
    assert_eq!((verdict(&report).0, fate(&report, "inbox-rule")), ("suspected", "present"));
    assert_eq!(verdict(&rule("anna.private@example.net", "holiday", false)).0, "clear", "forwarding alone is a leak, no takeover");
}

#[test]
fn the_first_malicious_act_is_the_sign_in_from_which_the_rule_was_made() {
    let mut evidence = Evidence::default();
    evidence.sign_in("2026-02-27T07:30:00Z", HOSTER, None);
    evidence.hiding_rule("2026-02-27T08:00:00Z");
    evidence.sign_ins.extend(Evidence::with_history().sign_ins.into_iter().map(|mut row| {
        row["id"] = json!(format!("5{}", &row["id"].as_str().unwrap_or_default()[1..]));
        row
    }));
    assert_eq!(verdict(&evidence.judged("day-one")), ("suspected", "2026-02-27T07:30:00Z"));
}

/// An intruder who hides mail, then what `after` adds.
fn intrusion(name: &str, after: impl FnOnce(&mut Evidence)) -> Value {
    let mut evidence = Evidence::with_history();
    evidence.sign_in("2026-03-24T09:00:00Z", HOSTER, None);
    evidence.hiding_rule("2026-03-24T09:30:00Z");
    after(&mut evidence);
    let report = evidence.judged(name);
    assert_ne!(verdict(&report).0, "clear");
    report
}

#[test]
fn only_the_removal_of_this_very_rule_removes_it() {
    let fate_after = |name, after: &dyn Fn(&mut Evidence)| fate(&intrusion(name, after), "inbox-rule").to_owned();
    assert_eq!(fate_after("removed", &|evidence| evidence.removed("2026-03-24T11:00:00Z", ".")), "removed");
    assert_eq!(fate_after("similar", &|evidence| evidence.removed("2026-03-24T11:00:00Z", "..")), "unknown");
    let by_outlook = |rule: &'static str| {
        move |evidence: &mut Evidence| {
            let change = [("RuleOperation", "RemoveMailboxRule"), ("RuleName", rule)];
            evidence.act("2026-03-24T11:00:00Z", "UpdateInboxRules", 2, "", HOME.0, &change);
        }
    };
    assert_eq!(fate_after("outlook-other", &by_outlook("a.b")), "unknown");
    assert_eq!(fate_after("outlook", &by_outlook(".")), "removed");
}

#[test]
fn a_rule_made_again_is_not_removed() {
    let report = intrusion("again", |evidence| {
        evidence.removed("2026-03-24T11:00:00Z", ".");
        evidence.hiding_rule("2026-03-24T12:00:00Z");
    });
    assert_eq!(fate(&report, "inbox-rule"), "unknown");
    let report = intrusion("again-listed", |evidence| {
        evidence.removed("2026-03-24T11:00:00Z", ".");
        evidence.hiding_rule("2026-03-24T12:00:00Z");
        evidence.rules.push(json!({"MailboxOwnerId": ANNA, "Name": ".", "Identity": format!("{ANNA}\\1"), "RuleIdentity": "1", "Enabled": true,
            "SubjectOrBodyContainsWords": ["invoice"], "MoveToFolder": "RSS Feeds"}));
    });
    assert_eq!(fate(&report, "inbox-rule"), "present");
}

#[test]
fn the_removal_of_another_method_leaves_the_added_one() {
    let fate_after = |name, gone: &str| {
        let report = intrusion(name, |evidence| {
            evidence.method(
                "2026-03-24T09:40:00Z",
                "User registered security info",
                "User registered Authenticator App with Notification and Code",
                HOSTER.0,
            );
            evidence.method("2026-03-24T12:00:00Z", "Admin deleted security info", gone, "192.0.2.1");
        });
        fate(&report, "auth-method").to_owned()
    };
    assert_eq!(fate_after("phone", "Admin deleted phone method for user"), "unknown");
    assert_eq!(fate_after("app", "Admin deleted Authenticator App with Notification and Code for user"), "removed");
    assert_eq!(fate_after("unnamed", ""), "removed");
}

#[test]
fn what_the_evidence_cannot_show_is_no_fault() {
    let silent = intrusion("no-directory", |_| ());
    let kinds = faults(&silent);
    assert!(kinds.contains(&"response-not-covered"), "{kinds:?}");
    assert!(!kinds.contains(&"no-session-revocation") && !kinds.contains(&"not-disabled"), "{kinds:?}");
    let early = intrusion("early-directory", |evidence| evidence.method("2026-03-20T09:00:00Z", "Admin deleted security info", "", "192.0.2.1"));
    assert!(faults(&early).contains(&"response-not-covered"));
    let told = intrusion("directory", |evidence| evidence.method("2026-03-26T09:00:00Z", "Admin deleted security info", "", "192.0.2.1"));
    let kinds = faults(&told);
    assert!(kinds.contains(&"no-session-revocation") && kinds.contains(&"not-disabled"), "{kinds:?}");
}
