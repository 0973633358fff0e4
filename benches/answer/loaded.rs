//! The answer from a loaded case: inventory, hash, parse, map to frames, fold duplicates, sort; then count.

use std::path::Path;

use backtrail::case::{self, Case};
use backtrail::inventory;
use backtrail::settings::archive::Archive;

use super::{Answer, Counts, Failure, Filter};

fn load(file: &Path) -> Result<Case, Failure> {
    let case = case::load(inventory::take(&[file.to_owned()], &Archive::default())?, &|_| ());
    let (n_records, n_kept) = case.sources.iter().fold((0, 0), |(records, kept), source| (records + source.records, kept + source.kept));
    if n_kept == n_records && n_records > 0 { Ok(case) } else { Err(format!("only {n_kept} of {n_records} records were kept").into()) }
}

/// Logons stand among the sign-ins, everything else among the audit events.
pub(crate) fn audit(file: &Path) -> Result<String, Failure> {
    let case = load(file)?;
    let (logons, events) = (&case.frames.sign_ins, &case.frames.audit);
    let (mut users, mut operations, mut addresses) = (Counts::default(), Counts::default(), Counts::default());
    let mut mail_reads = Filter::<1_000_000>::default();
    let mut records = 0;
    for row in logons.iter() {
        records += 1;
        users.add(row.account());
        operations.add(Some(if row.error_code() == Some(0) { "UserLoggedIn" } else { "UserLoginFailed" }));
        addresses.add(row.address());
    }
    for row in events.iter() {
        records += 1;
        users.add(row.account());
        operations.add(row.operation_raw());
        addresses.add(row.address());
        if row.operation() == Some("mailitemsaccessed") {
            mail_reads.add(row.account(), row.time().map(|time| time.0), Some(row.items().unwrap_or_default()));
        }
    }
    let (users, operations, addresses) = (users.sorted(), operations.sorted(), addresses.sorted());
    let filtered = mail_reads.found();
    Ok(serde_json::to_string(&Answer { records, users, operations, addresses, filtered, ..Answer::default() })?)
}

pub(crate) fn sign_ins(file: &Path) -> Result<String, Failure> {
    let case = load(file)?;
    let rows = &case.frames.sign_ins;
    let (mut users, mut apps, mut addresses) = (Counts::default(), Counts::default(), Counts::default());
    let mut errors = std::collections::BTreeMap::<i64, u64>::new();
    let mut failed = Filter::<1_000_000>::default();
    let mut records = 0;
    for row in rows.iter() {
        records += 1;
        users.add(row.account());
        apps.add(row.app());
        addresses.add(row.address());
        let code = row.error_code().unwrap_or_default();
        *errors.entry(code).or_default() += 1;
        if code != 0 {
            failed.add(row.account(), row.time().map(|time| time.0), None);
        }
    }
    let (users, apps, addresses) = (users.sorted(), apps.sorted(), addresses.sorted());
    let errors = errors.into_iter().map(|(code, count)| (code.to_string(), count)).collect();
    Ok(serde_json::to_string(&Answer { records, users, apps, addresses, errors, filtered: failed.found(), ..Answer::default() })?)
}
