//! The rules of the house, tested: data flows one way, files stay readable, nothing prints but `main`, nothing panics on evidence.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Rooms from the ground up. A module may use rooms of its own or a lower rank only.
const RANKS: &[&[&str]] = &[
    &["provenance", "time", "attack", "codes"],
    &["settings", "finding", "frame", "model"],
    &["evidence"],
    &["inventory"],
    &["enrich", "case"],
    &["detect"],
    &["assess"],
    &["timeline"],
    &["report"],
    &["cli", "fuzzing"],
];

fn sources() -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("src is readable").map(|entry| entry.expect("src is readable").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&entry).expect("sources are text");
                files.push((entry, text));
            }
        }
    }
    files.sort();
    assert!(files.len() > 40, "the walk found the sources");
    files
}

/// First part of the module path: `src/detect/access/mod.rs` → `detect`.
fn room(path: &Path) -> String {
    let relative = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).expect("below src");
    let first = relative.components().next().expect("not empty").as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// Code without its tests, comments and doc comments.
fn code(text: &str) -> String {
    let body = text.split("#[cfg(test)]").next().unwrap_or_default();
    body.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn modules_use_lower_rooms_only() {
    let rank: BTreeMap<&str, usize> = RANKS.iter().enumerate().flat_map(|(rank, rooms)| rooms.iter().map(move |room| (*room, rank))).collect();
    let mut upward = Vec::new();
    for (path, text) in sources() {
        let own = room(&path);
        let Some(own_rank) = rank.get(own.as_str()) else {
            assert!(matches!(own.as_str(), "lib" | "main"), "{own} has no rank");
            continue;
        };
        for used in code(&text).split("crate::").skip(1) {
            let used: String = used.chars().take_while(|character| character.is_ascii_lowercase() || *character == '_').collect();
            if rank.get(used.as_str()).is_some_and(|used| used > own_rank) {
                upward.push(format!("{} uses crate::{used}", path.display()));
            }
        }
    }
    assert!(upward.is_empty(), "{upward:#?}");
}

#[test]
fn files_stay_readable() {
    let long: Vec<_> = sources().into_iter().filter(|(_, text)| text.lines().count() > 500).map(|(path, _)| path).collect();
    assert!(long.is_empty(), "over 500 lines: {long:#?}");
}

#[test]
fn detectors_stay_readable() {
    let long: Vec<_> = sources()
        .into_iter()
        .filter(|(_, text)| text.contains("const DETECTOR: Detector") && code(text).lines().count() > 200)
        .map(|(path, _)| path)
        .collect();
    assert!(long.is_empty(), "detectors with over 200 lines of code: {long:#?}");
}

#[test]
fn library_neither_prints_nor_reads_clock_environment_or_network() {
    let mut bad = Vec::new();
    for (path, text) in sources() {
        if room(&path) == "main" {
            continue;
        }
        let text = code(&text);
        for word in [
            "println!",
            "eprintln!",
            "print!(",
            "std::env::",
            "SystemTime",
            "Instant::now",
            "Utc::now",
            "Local::now",
            "std::net::Tcp",
            "std::net::Udp",
            "process::exit",
        ] {
            if text.contains(word) {
                bad.push(format!("{}: {word}", path.display()));
            }
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn microsoft_field_names_stay_in_shapes() {
    let mut bad = Vec::new();
    for (path, text) in sources() {
        if !matches!(room(&path).as_str(), "detect" | "assess" | "timeline" | "report" | "model") {
            continue;
        }
        for word in ["\"userPrincipalName\"", "\"createdDateTime\"", "\"CreationTime\"", "\"ClientIPAddress\"", "\"AuditData\"", "\"ipAddress\""] {
            if code(&text).contains(word) {
                bad.push(format!("{}: {word}", path.display()));
            }
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn every_room_is_described_in_the_architecture() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md")).expect("ARCHITECTURE.md exists");
    for room in RANKS.iter().flat_map(|rooms| rooms.iter()) {
        assert!(text.contains(&format!("`{room}")), "ARCHITECTURE.md says nothing about {room}");
    }
}

#[test]
fn techniques_of_all_detectors_have_names() {
    for detector in backtrail::detect::detectors() {
        for id in detector.attack {
            assert!(backtrail::attack::name(id).is_some(), "{}: {id} is not in attack.rs", detector.id);
        }
        assert!(!detector.signals.is_empty() && !detector.needs.is_empty() && !detector.false_positives.is_empty(), "{}", detector.id);
    }
}
