//! Whole synthetic investigations: weeks of background, one incident each, and the verdict an examiner reaches. The generator is the source;
//! `fixtures/cases/` holds what it writes. After a change run `BACKTRAIL_WRITE_CASES=1 cargo test --test it case_fixtures` to write it anew.

mod aitm;
mod audit;
mod benign;
mod changes;
mod device_code;
mod directory;
mod expected;
mod loading;
mod mfa_fatigue;
mod oauth_consent;
mod password_spray;
mod portal_csv;
mod random;
mod routine;
mod same_facts;
mod second_hop;
mod service_account;
mod shared_mailbox;
mod state;
mod tenant;
mod world;
mod writer;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use writer::File;

/// A case: the files of its evidence folder and the expected verdict.
pub(crate) struct Written {
    pub files: Vec<File>,
    pub expected: Value,
}

type Write = fn() -> Written;

const CASES: &[(&str, Write)] = &[
    ("aitm", aitm::write),
    ("benign", benign::write),
    ("device-code", device_code::write),
    ("mfa-fatigue", mfa_fatigue::write),
    ("oauth-consent", oauth_consent::write),
    ("password-spray", password_spray::write),
    ("second-hop", second_hop::write),
    ("service-account", service_account::write),
    ("shared-mailbox", shared_mailbox::write),
];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases").join(name)
}

/// Every file below a folder, by path relative to it.
fn on_disk(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).expect("walked below the folder").to_string_lossy().replace('\\', "/");
            (path, fs::read(entry.path()).expect("a fixture can be read"))
        })
        .collect()
}

fn generated(write: Write) -> BTreeMap<String, Vec<u8>> {
    let written = write();
    let mut files: BTreeMap<String, Vec<u8>> = written.files.into_iter().map(|file| (format!("evidence/{}", file.path), file.bytes)).collect();
    let expected = serde_json::to_string_pretty(&written.expected).expect("a value can be written") + "\n";
    files.insert("expected.json".to_owned(), expected.into_bytes());
    files
}

#[test]
fn case_fixtures_are_what_the_generator_writes() {
    for (name, write) in CASES {
        let folder = folder(name);
        let files = generated(*write);
        if std::env::var_os("BACKTRAIL_WRITE_CASES").is_some() {
            let _absent = fs::remove_dir_all(&folder);
            for (path, bytes) in &files {
                let path = folder.join(path);
                fs::create_dir_all(path.parent().expect("fixture files have a folder")).expect("the fixture folder can be made");
                fs::write(path, bytes).expect("a fixture can be written");
            }
        }
        let found = on_disk(&folder);
        let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&found), names(&files), "{name}: other files than the generator writes; set BACKTRAIL_WRITE_CASES=1 to write them anew");
        for (path, bytes) in &files {
            assert!(found.get(path) == Some(bytes), "{name}/{path} differs from what the generator writes; set BACKTRAIL_WRITE_CASES=1");
        }
    }
}

#[test]
fn case_evidence_keeps_its_size() {
    for (name, write) in CASES {
        let bytes: usize = write().files.iter().map(|file| file.bytes.len()).sum();
        assert!((300_000..2_700_000).contains(&bytes), "{name}: {bytes} bytes of evidence");
    }
}
