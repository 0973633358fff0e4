//! The evidence of every case is read without loss, and what an examiner needs arrives in the frames.

use std::collections::BTreeSet;
use std::fs;
use std::sync::LazyLock;

use backtrail::case::{Case, load};
use backtrail::inventory;
use backtrail::settings::archive::Archive;
use serde_json::Value;

use super::{CASES, folder};

/// All cases, loaded once for all tests.
static LOADED: LazyLock<Vec<(&'static str, Case)>> = LazyLock::new(|| {
    let load = |name: &str| {
        let inventory = inventory::take(&[folder(name).join("evidence")], &Archive::default()).expect("the fixture exists");
        load(inventory, &|_| {})
    };
    CASES.iter().map(|(name, _)| (*name, load(name))).collect()
});

fn expected(name: &str) -> Value {
    let text = fs::read_to_string(folder(name).join("expected.json")).expect("every case has its verdict");
    serde_json::from_str(&text).expect("the verdict is JSON")
}

fn texts<'a>(value: &'a Value, pointer: &str) -> Vec<&'a str> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

#[test]
fn case_evidence_loads_without_a_rejected_record() {
    for (name, case) in &*LOADED {
        let lost: Vec<String> = case
            .skipped
            .iter()
            .take(5)
            .map(|skipped| format!("{} #{}: {:?} {}", case.path(skipped.source), skipped.record, skipped.reason, skipped.detail))
            .collect();
        assert!(lost.is_empty(), "{name}: {lost:#?}");
        for source in &case.sources {
            assert!(
                source.records > 0 && source.records == source.kept + source.duplicates && source.kept > 0,
                "{name}/{}: {} records, {} kept, {} duplicates",
                source.path,
                source.records,
                source.kept,
                source.duplicates
            );
            // Only a logon of the audit log repeats what another export holds.
            assert!(source.duplicates == 0 || source.shapes.iter().any(|shape| shape.starts_with("ual")), "{name}/{}", source.path);
            assert_eq!(source.shapes.len(), 1, "{name}/{}: {:?}", source.path, source.shapes);
            assert_eq!(source.notes, Vec::<String>::new(), "{name}/{}", source.path);
        }
    }
}

#[test]
fn case_events_say_who_did_what_and_when() {
    for (name, case) in &*LOADED {
        let sign_ins = &case.frames.sign_ins;
        assert!(case.frames.sign_ins.iter().len() > 200, "{name}");
        for row in sign_ins.iter() {
            let whole =
                row.time().is_some() && row.account().is_some() && row.app_id().is_some() && row.error_code().is_some() && row.address().is_some();
            assert!(whole, "{name}: {} #{} {row:?}", case.path(row.source()), row.record());
        }
        for row in case.frames.audit.iter() {
            let whole = row.time().is_some() && row.account().is_some() && row.operation().is_some();
            assert!(whole, "{name}: {} #{} {row:?}", case.path(row.source()), row.record());
        }
        for row in case.frames.mail_access.iter() {
            let whole = row.time().is_some()
                && row.mailbox().is_some()
                && row.access().is_some()
                && row.address().is_some()
                && row.throttled() == Some(false);
            assert!(whole, "{name}: {} #{} {row:?}", case.path(row.source()), row.record());
        }
    }
}

#[test]
fn case_attackers_stand_in_the_frames() {
    for (name, case) in &*LOADED {
        let expected = expected(name);
        let sign_ins = &case.frames.sign_ins;
        let accesses = &case.frames.mail_access;
        let addresses: BTreeSet<String> = sign_ins.iter().filter_map(|row| row.address().map(str::to_owned)).collect();
        for address in texts(&expected, "/attacker/addresses") {
            assert!(addresses.contains(address), "{name}: {address} signs in nowhere");
        }
        let by_mail: BTreeSet<&str> = texts(&expected, "/attacker/addresses")
            .into_iter()
            .filter(|address| accesses.iter().any(|row| row.address() == Some(*address)))
            .collect();
        assert!(by_mail.is_empty() == expected["incident"]["pattern"].is_null(), "{name}: {by_mail:?} read mail");
        for session in texts(&expected, "/attacker/session_ids") {
            assert!(sign_ins.iter().any(|row| row.session_id() == Some(session)), "{name}: session {session} signs in nowhere");
            assert!(accesses.iter().any(|row| row.session_id() == Some(session)), "{name}: session {session} reads no mail");
        }
        let accounts: BTreeSet<&str> = case.frames.users.iter().filter_map(|row| row.account()).collect();
        for account in expected["accounts"].as_object().into_iter().flatten().map(|(account, _)| account.as_str()) {
            assert!(accounts.contains(account), "{name}: {account} is not in the users' export");
        }
    }
}
