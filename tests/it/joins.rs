//! Facts of one event that stand in two exports meet: authentication steps and their sign-ins, sent mail and its trace.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use backtrail::settings::archive::Archive;
use backtrail::{Options, case, inventory};
use serde_json::Value;

use crate::verdicts::root;

/// An empty folder of the build.
fn folder(label: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("joins").join(label);
    let _absent = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the build's temporary folder can be written");
    folder
}

const SIGN_INS: &str = "\u{feff}\"Date (UTC)\",\"Request ID\",\"User ID\",\"User\",\"Username\",\"Application\",\"Application ID \",\"IP address\",\"Status\",\"Sign-in error code\",\"Multifactor authentication result\"
\"2026-03-24T01:10:00Z\",\"10CB3363-ba81-4d32-8c33-231fb7a1426d\",\"2f0b0000-1111-4222-8333-444455556666\",\"Ana Lima\",\"ana.lima@contoso.example\",\"OfficeHome\",\"4765445b-32c6-49b0-83e6-1d93765276ca\",\"203.0.113.45\",\"Failure\",\"500121\",\"\"
\"2026-03-24T01:11:00Z\",\"20cb3363-ba81-4d32-8c33-231fb7a1426d\",\"2f0b0000-1111-4222-8333-444455556666\",\"Ana Lima\",\"ana.lima@contoso.example\",\"OfficeHome\",\"4765445b-32c6-49b0-83e6-1d93765276ca\",\"203.0.113.45\",\"Success\",\"0\",\"MFA completed in Azure AD\"
";

const STEPS: &str = "Request ID,Date (UTC),Authentication method,Authentication method detail,Succeeded,Result detail,Requirement
10cb3363-ba81-4d32-8c33-231fb7a1426d,2026-03-24T01:10:00Z,Password,Password in the cloud,true,Correct password,Primary authentication
10cb3363-ba81-4d32-8c33-231fb7a1426d,2026-03-24T01:10:20Z,Mobile app notification,,false,MFA denied; user declined the authentication,Multifactor authentication
99cb3363-ba81-4d32-8c33-231fb7a1426d,2026-03-24T01:10:20Z,Password,Password in the cloud,true,Correct password,Primary authentication
";

#[test]
fn authentication_steps_join_their_sign_ins_whichever_file_comes_first() {
    for (sign_ins, steps) in [("a.csv", "b.csv"), ("b.csv", "a.csv")] {
        let folder = folder(&format!("steps-{sign_ins}"));
        fs::write(folder.join(sign_ins), SIGN_INS).expect("writable");
        fs::write(folder.join(steps), STEPS).expect("writable");
        let case = case::load(inventory::take(&[folder], &Archive::default()).expect("there are files"), &|_| ());
        let rows: Vec<_> = case.frames.sign_ins.iter().collect();
        let [refused, passed] = rows.as_slice() else { panic!("two sign-ins, {} rows", rows.len()) };
        let written: Value = serde_json::from_str(refused.auth_steps().expect("joined")).expect("JSON");
        assert_eq!(written[0]["authenticationMethod"], "Password");
        assert_eq!(written[1]["succeeded"], false);
        assert_eq!(written[1]["authenticationStepResultDetail"], "MFA denied; user declined the authentication");
        assert_eq!(refused.mfa_detail(), Some("MFA denied; user declined the authentication"));
        assert_eq!(refused.mfa_method(), Some("Mobile app notification"));
        // A sign-in without steps keeps what its own row says; a step without sign-in makes none.
        assert_eq!((passed.auth_steps(), passed.mfa_detail()), (None, Some("MFA completed in Azure AD")));
        assert!(case.columns.values().any(|columns| columns.contains("sign_ins.auth_steps")));
        assert!(case.skipped.is_empty(), "{:?}", case.skipped);
    }
}

/// A copy of the case of a phished clerk, with the recipients taken out of the audit log.
fn without_recipients(label: &str) -> PathBuf {
    let copy = folder(label);
    let from = root().join("fixtures/cases/aitm/evidence");
    for entry in walkdir::WalkDir::new(&from).into_iter().filter_map(Result::ok).filter(|entry| entry.file_type().is_file()) {
        let to = copy.join(entry.path().strip_prefix(&from).expect("below"));
        fs::create_dir_all(to.parent().expect("a folder")).expect("writable");
        let bytes = fs::read(entry.path()).expect("readable");
        let is_audit = to.to_string_lossy().contains("UAL");
        let bytes = if is_audit { String::from_utf8(bytes).expect("UTF-8").replace("recipientList", "listOfNobody").into_bytes() } else { bytes };
        fs::write(to, bytes).expect("writable");
    }
    copy
}

fn sent(evidence: &Path) -> Vec<Value> {
    let analysis = backtrail::analyze(&[evidence.to_owned()], &Options::default(), &|_| {}).expect("the case can be analyzed");
    let report = serde_json::to_value(&analysis.report).expect("a report is JSON");
    report["sent"].as_array().cloned().unwrap_or_default()
}

#[test]
fn message_traces_give_sent_mail_its_recipients() {
    let whole = sent(&root().join("fixtures/cases/aitm/evidence"));
    assert!(!whole.is_empty() && whole.iter().all(|mail| mail["recipients"][0].is_string()), "the audit log of this case names recipients");
    let copy = without_recipients("sent");
    assert!(sent(&copy).iter().all(|mail| mail["recipients"].as_array().is_some_and(Vec::is_empty)));
    let mut trace = "MessageTraceId,MessageId,Received,SenderAddress,RecipientAddress,FromIP,ToIP,Subject,Status,Size\n".to_owned();
    for (number, mail) in whole.iter().enumerate() {
        for recipient in mail["recipients"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let text = |name: &str| mail[name].as_str().unwrap_or_default().replace('"', "\"\"");
            let (id, at, account, subject) = (text("message_id"), text("at"), text("account"), text("subject"));
            let _ =
                writeln!(trace, "{number:08x}-0000-4000-8000-000000000000,{id},{at},{account},{recipient},192.0.2.25,,\"{subject}\",Delivered,2000");
        }
    }
    // Only the trace knows this one: it was handed in from an address of the attacker.
    trace.push_str("ffffffff-0000-4000-8000-000000000000,<only-traced@contoso.example>,2026-10-06T18:30:00Z,m.keller@contoso.example,pay@fabrikam.example,203.0.113.112,,New account,Delivered,2000\n");
    fs::write(copy.join("MTL.csv"), trace).expect("writable");
    let completed = sent(&copy);
    assert_eq!(completed.len(), whole.len() + 1);
    for mail in &whole {
        let same = completed.iter().find(|other| other["message_id"] == mail["message_id"]).expect("the same message");
        let listed =
            |mail: &Value| mail["recipients"].as_array().map(|list| list.iter().map(ToString::to_string).collect::<std::collections::BTreeSet<_>>());
        assert_eq!((listed(same), &same["subject"], &same["at"]), (listed(mail), &mail["subject"], &mail["at"]));
    }
    let traced = completed.iter().find(|mail| mail["message_id"] == "<only-traced@contoso.example>").expect("traced");
    assert_eq!((traced["recipients"][0].as_str(), traced["subject"].as_str()), (Some("pay@fabrikam.example"), Some("New account")));
}

/// What Splunk, Elasticsearch and their pipelines put around a record is taken off, however deep; the original beats the columns made of it.
#[test]
fn originals_inside_siem_exports_are_read() {
    let record = r#"{"CreationTime":"2026-03-24T09:15:00","Id":"5d0a0000-1111-4222-8333-444455556666","Operation":"New-InboxRule","RecordType":1,"UserType":0,"OrganizationId":"1","Workload":"Exchange","UserId":"ana.lima@contoso.example","ClientIP":"203.0.113.45","Parameters":[{"Name":"Name","Value":"."},{"Name":"DeleteMessage","Value":"True"}]}"#;
    let cell = record.replace('"', "\"\"");
    let text = serde_json::to_string(record).expect("JSON text");
    let exports = [
        format!(
            "_time,host,CreationTime,Operation,Workload,UserId,\"Parameters{{}}.Name\",_raw\n1774343700,x,2026-03-24T09:15:00,New-InboxRule,Exchange,ana.lima@contoso.example,Name,\"{cell}\"\n"
        ),
        format!("@timestamp,event.original\n2026-03-24T09:15:00Z,\"{cell}\"\n"),
        format!("{{\"preview\":false,\"result\":{{\"host\":\"x\",\"_raw\":{text}}}}}\n"),
        format!("{{\"_index\":\"logs\",\"_source\":{{\"@timestamp\":\"2026-03-24T09:15:00Z\",\"event\":{{\"original\":{text}}}}}}}\n"),
    ];
    for (number, export) in exports.iter().enumerate() {
        let folder = folder(&format!("siem-{number}"));
        fs::write(folder.join("export.txt"), export).expect("writable");
        let case = case::load(inventory::take(&[folder], &Archive::default()).expect("there is a file"), &|_| ());
        let rows: Vec<_> = case.frames.audit.iter().collect();
        let [row] = rows.as_slice() else { panic!("export {number}: {} rows, {:?}", rows.len(), case.skipped) };
        assert_eq!(row.parameters(), Some(r#"{"Name":".","DeleteMessage":"True"}"#), "export {number}");
        assert_eq!((row.account(), row.address()), (Some("ana.lima@contoso.example"), Some("203.0.113.45")), "export {number}");
    }
}
