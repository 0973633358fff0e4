//! Files in the less common wrappings, each as the only file of a case: what it is, how many records it has, what is noted, and the rows.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use backtrail::case::{self, Case};
use backtrail::inventory;
use backtrail::settings::archive::Archive;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/containers")
}

fn load(path: &Path) -> Case {
    let inventory = inventory::take(&[path.to_owned()], &Archive::default()).expect("the fixture exists");
    case::load(inventory, &|_| ())
}

/// The file, its losses, and the rows of the frames that the fixtures fill; cells that are null are left out.
fn print(case: &Case) -> String {
    let mut text = String::new();
    for source in &case.sources {
        let counts = format!("{} records, {} kept, {} duplicates, {} skipped", source.records, source.kept, source.duplicates, source.skipped);
        let _ = writeln!(text, "{} {} {:?}: {counts}", source.encoding, source.container, source.shapes);
        for note in &source.notes {
            let _ = writeln!(text, "note: {note}");
        }
    }
    for skipped in &case.skipped {
        let _ = writeln!(text, "skipped {}: {:?}: {}", skipped.record, skipped.reason, skipped.detail);
    }
    let mut rows: Vec<String> = Vec::new();
    let frames = &case.frames;
    rows.extend(frames.audit.iter().map(|row| format!("{row:?}")));
    rows.extend(frames.sign_ins.iter().map(|row| format!("{row:?}")));
    rows.extend(frames.rules.iter().map(|row| format!("{row:?}")));
    rows.extend(frames.mailboxes.iter().map(|row| format!("{row:?}")));
    rows.extend(frames.permissions.iter().map(|row| format!("{row:?}")));
    rows.extend(frames.policies.iter().map(|row| format!("{row:?}")));
    rows.extend(frames.users.iter().map(|row| format!("{row:?}")));
    rows.extend(frames.notes.iter().map(|row| format!("{row:?}")));
    rows.extend(frames.methods.iter().map(|row| format!("{row:?}")));
    for row in rows {
        let _ = writeln!(
            text,
            "{}",
            row.split(", ").filter(|cell| !cell.ends_with(": None") && !cell.ends_with(": None }")).collect::<Vec<_>>().join(", ")
        );
    }
    text
}

#[test]
fn every_fixture_reads_as_its_snapshot() {
    let shapes = folder().with_file_name("shapes");
    // The shapes that only text carries have their fixtures where all shapes have them.
    let roots = [folder(), shapes.join("communication_log"), shapes.join("containment_note"), shapes.join("collector_log")];
    let mut files: Vec<PathBuf> =
        roots.iter().flat_map(|root| walkdir::WalkDir::new(root).into_iter().flatten()).map(walkdir::DirEntry::into_path).collect();
    files.retain(|path| path.is_file());
    files.sort();
    assert!(files.len() > 16, "the walk found the fixtures");
    for file in files {
        let name = file.strip_prefix(folder().parent().expect("below fixtures")).expect("below fixtures").to_string_lossy().replace(['/', '.'], "_");
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "snapshots/containers" }, {
            insta::assert_snapshot!(name, print(&load(&file)));
        });
    }
}

/// The same text in another encoding gives the same rows.
#[test]
fn encodings_of_screen_text_do_not_matter() {
    let text = fs::read_to_string(folder().join("powershell/transcript.txt")).expect("UTF-8 fixture");
    let path = std::env::temp_dir().join(format!("backtrail-containers-{}.txt", std::process::id()));
    let rows = |bytes: &[u8]| {
        fs::write(&path, bytes).expect("the temporary folder is writable");
        let case = load(&path);
        let printed = print(&case);
        printed.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let utf8 = rows(text.as_bytes());
    let little: Vec<u8> = text.replace('\n', "\r\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked: Vec<u8> = [0xFF, 0xFE].into_iter().chain(little.iter().copied()).collect();
    assert_eq!(rows(&little), utf8);
    assert_eq!(rows(&marked), utf8);
    assert_eq!(rows(format!("\u{feff}{text}").as_bytes()), utf8);
    fs::remove_file(&path).expect("it was written");
}
