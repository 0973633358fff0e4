//! Evidence in archives and workbooks means what it means in a folder, and archives made to do harm do none.

mod hostile;
mod pack;
mod workbooks;

use std::fs;
use std::path::Path;

use backtrail::case::Case;
use backtrail::provenance::{SkipReason, Source};
use backtrail::{Options, analyze};

use crate::folder::Folder;

fn sign_in(number: u32) -> String {
    format!(
        r#"{{"id":"00000000-0000-4000-8000-{number:012}","createdDateTime":"2026-03-02T08:{:02}:00Z","userPrincipalName":"anna@contoso.example","userId":"11111111-0000-4000-8000-000000000001","appId":"22222222-0000-4000-8000-000000000002","appDisplayName":"Mail","ipAddress":"192.0.2.{}","clientAppUsed":"Browser","conditionalAccessStatus":"success","isInteractive":true,"status":{{"errorCode":0}},"location":{{"city":"Town","countryOrRegion":"DE"}}}}"#,
        number % 60,
        number % 200
    )
}

fn source<'a>(case: &'a Case, path: &str) -> &'a Source {
    case.sources.iter().find(|source| source.path == path).unwrap_or_else(|| panic!("{path} is listed among {:?}", paths(case)))
}

fn paths(case: &Case) -> Vec<&str> {
    case.sources.iter().map(|source| source.path.as_str()).collect()
}

/// Path, reason and words of what was lost.
fn losses(case: &Case) -> Vec<(&str, SkipReason, &str)> {
    case.skipped.iter().map(|skipped| (case.path(skipped.source), skipped.reason, skipped.detail.as_str())).collect()
}

/// The evidence of a fixture case, by path.
fn evidence(case: &str) -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases").join(case).join("evidence");
    let files = walkdir::WalkDir::new(&root).sort_by_file_name().into_iter().filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            let path = entry.path().strip_prefix(&root).expect("below the root");
            (path.to_string_lossy().replace('\\', "/"), fs::read(entry.path()).expect("the fixture is readable"))
        })
        .collect()
}

/// The report as JSON without the evidence files, and these as (path, size, hash, shape, records, kept).
fn report(folder: &Folder) -> (String, Vec<String>) {
    let analysis = analyze(std::slice::from_ref(&folder.0), &Options::default(), &|_| ()).expect("the evidence can be analysed");
    let mut report = serde_json::to_value(&analysis.report).expect("a report is JSON");
    let sources = report.as_object_mut().and_then(|report| report.remove("sources")).expect("a report lists its sources");
    let lines = sources.as_array().into_iter().flatten().filter(|source| source["records"] != 0).map(ToString::to_string);
    (serde_json::to_string_pretty(&report).expect("a report is JSON"), lines.collect())
}

/// Ids of findings are made from the number of the file among all files, and an archive is one file more.
fn numberless(report: &str) -> String {
    let id = regex::Regex::new("-[0-9a-f]{12}\"").expect("a valid pattern");
    id.replace_all(report, "-n\"").into_owned()
}

#[test]
fn any_wrapping_gives_the_same_report() {
    for case in ["aitm", "service-account"] {
        let evidence = evidence(case);
        let files: Vec<(&str, &[u8])> = evidence.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
        let plain = files.iter().fold(Folder::new(&format!("{case}-plain")), |folder, (path, bytes)| folder.with(path, bytes));
        let (plain, plain_sources) = report(&plain);
        assert!(plain.contains(files[0].0), "records are named by their file");

        let gzipped: Vec<(String, Vec<u8>)> = files.iter().map(|(path, bytes)| (format!("{path}.gz"), pack::gzip(bytes))).collect();
        let gzipped: Vec<(&str, &[u8])> = gzipped.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
        #[expect(clippy::type_complexity, reason = "name of the wrapping; name and bytes of each file")]
        let wrappings: Vec<(&str, Vec<(&str, Vec<u8>)>)> = vec![
            ("zip", vec![("e.zip", pack::zip(&files))]),
            ("tar", vec![("e.tar", pack::tar(&files))]),
            ("tar-gz", vec![("e.tgz", pack::gzip(&pack::tar(&files)))]),
            ("7z", vec![("e.7z", pack::seven_zip(&files, true))]),
            ("7z-blocks", vec![("e.7z", pack::seven_zip(&files, false))]),
            ("gz", gzipped.iter().map(|(path, bytes)| (*path, bytes.to_vec())).collect()),
            ("gz-in-zip", vec![("e.zip", pack::zip(&gzipped))]),
            ("7z-in-tar-gz", vec![("e.tar.gz", pack::gzip(&pack::tar(&[("e.7z", &pack::seven_zip(&files, true))])))]),
            ("no-extension", vec![("evidence", pack::zip(&files))]),
        ];
        for (name, wrapped) in wrappings {
            let folder = wrapped.iter().fold(Folder::new(&format!("{case}-{name}")), |folder, (path, bytes)| folder.with(path, bytes));
            let (packed, packed_sources) = report(&folder);
            let bare = |text: &str| {
                let mut text = text.to_owned();
                for archive in ["e.tar.gz/e.7z/", "e.zip/", "e.tar/", "e.tgz/", "e.7z/", "evidence/"] {
                    text = text.replace(archive, "");
                }
                for (path, _) in &files {
                    text = text.replace(&format!("{path}.gz/{}", path.rsplit('/').next().unwrap_or_default()), path);
                }
                numberless(&text)
            };
            let plain = numberless(&plain);
            let mut packed_sources: Vec<String> = packed_sources.iter().map(|line| bare(line)).collect();
            packed_sources.sort();
            let mut plain_sources = plain_sources.clone();
            plain_sources.sort();
            assert_eq!(packed_sources, plain_sources, "{case} as {name}");
            let packed = bare(&packed);
            let differs = packed.lines().zip(plain.lines()).find(|(packed, plain)| packed != plain);
            assert_eq!(differs, None, "{case} as {name}");
            assert_eq!(packed.len(), plain.len(), "{case} as {name}");
        }
    }
}

#[test]
fn an_archive_is_listed_with_its_own_hash_beside_its_members() {
    let member = format!("[{}]", sign_in(1));
    let archive = pack::zip(&[("logs/SignIns.json", member.as_bytes())]);
    let folder = Folder::new("listed").with("export.zip", &archive).with("again/SignIns.json", &member);
    let case = folder.load();
    assert_eq!(paths(&case), ["again/SignIns.json", "export.zip", "export.zip/logs/SignIns.json"]);
    let (own, inside) = (source(&case, "export.zip"), source(&case, "export.zip/logs/SignIns.json"));
    assert_eq!((own.size, own.container.as_str(), own.records), (archive.len() as u64, "zip", 0));
    assert_eq!(inside.size, member.len() as u64);
    assert_ne!(own.sha256, inside.sha256);
    assert_eq!(inside.sha256, source(&case, "again/SignIns.json").sha256);
    assert_eq!(inside.notes, ["same bytes as again/SignIns.json"]);
    assert_eq!(losses(&case), []);
}

#[test]
fn members_larger_than_a_block_are_read_by_all_threads() {
    let records: Vec<String> = (0..30_000).map(sign_in).collect();
    let large = format!("[{}]", records.join(",\n"));
    assert!(large.len() > 9 << 20, "more than two blocks");
    let small = format!("[{}]", sign_in(40_000));
    let files: Vec<(&str, &[u8])> = vec![("a.json", small.as_bytes()), ("large.json", large.as_bytes()), ("z.json", b"{}")];
    for (name, bytes) in [("e.zip", pack::stored_zip(&files)), ("e.tgz", pack::stored_gzip(&pack::tar(&files)))] {
        let case = Folder::new(&format!("large-{name}")).with(name, bytes).load();
        assert_eq!(source(&case, &format!("{name}/large.json")).kept, 30_000, "{name}");
        assert_eq!(source(&case, &format!("{name}/a.json")).kept, 1, "{name}");
    }
}
