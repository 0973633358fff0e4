//! Damaged and mixed evidence folders: everything readable is used, everything else is named, nothing is written, and the same facts in another
//! wrapping or encoding give the same case.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use backtrail::case::{self, Case};
use backtrail::evidence::Evidence;
use backtrail::frame::Frame;
use backtrail::inventory;
use backtrail::provenance::{SkipReason, Source};
use backtrail::settings::archive::Archive;

use crate::folder::Folder;

fn sign_in(number: u32) -> String {
    let id = format!("00000000-0000-4000-8000-{number:012}");
    format!(
        r#"{{"id":"{id}","createdDateTime":"2026-03-02T08:{:02}:00Z","userPrincipalName":"anna@contoso.example","userId":"11111111-0000-4000-8000-000000000001","appId":"22222222-0000-4000-8000-000000000002","appDisplayName":"Mail","ipAddress":"192.0.2.{number}","clientAppUsed":"Browser","conditionalAccessStatus":"success","isInteractive":true,"status":{{"errorCode":0}},"location":{{"city":"K\u00f6ln \"Mitte\"","countryOrRegion":"DE"}}}}"#,
        number % 60
    )
}

fn audit_data(number: u32) -> String {
    format!(
        r#"{{"CreationTime":"2026-03-02T09:{:02}:00","Id":"33333333-0000-4000-8000-{number:012}","Operation":"HardDelete","OrganizationId":"44444444-0000-4000-8000-000000000004","RecordType":2,"UserKey":"k","UserType":0,"Workload":"Exchange","UserId":"anna@contoso.example","ClientIPAddress":"198.51.100.{number}","MailboxOwnerUPN":"anna@contoso.example","ResultStatus":"Succeeded"}}"#,
        number % 60
    )
}

fn audit_row(number: u32) -> String {
    format!("2026-03-02T09:00:00.0000000Z,anna@contoso.example,HardDelete,\"{}\"", audit_data(number).replace('"', "\"\""))
}

const HEAD: &str = "CreationDate,UserIds,Operations,AuditData";

fn source<'a>(case: &'a Case, path: &str) -> &'a Source {
    case.sources.iter().find(|source| source.path == path).expect("the file is listed")
}

/// (kept, duplicates, skipped) of a file.
fn counts(case: &Case, path: &str) -> (u64, u64, u64) {
    let source = source(case, path);
    (source.kept, source.duplicates, source.skipped)
}

fn reason(case: &Case, path: &str) -> Vec<SkipReason> {
    case.skipped.iter().filter(|skipped| case.path(skipped.source) == path).map(|skipped| skipped.reason).collect()
}

#[test]
fn a_damaged_folder_gives_what_it_holds_and_names_the_rest() {
    let cut_json = format!("[{},\n{},\n{}", sign_in(1), sign_in(2), &sign_in(3)[..200]);
    let cut_csv = format!("{HEAD}\r\n{}\r\n{}\r\n{}", audit_row(1), audit_row(2), &audit_row(3)[..150]);
    let damaged_lines = format!("{}\n{}\n\n{}\r\nnot json at all\n{}\n", sign_in(11), &sign_in(12)[..120], sign_in(13), sign_in(14));
    let folder = Folder::new("damaged")
        .with("entra/cut.json", cut_json)
        .with("audit/cut.csv", cut_csv)
        .with("entra/lines.txt", damaged_lines)
        .with("empty.json", "")
        .with("binary.csv", [0x89, b'P', b'N', b'G', 0, 1, 2, 3, 0, 0, 0])
        .with("noise.json", (0..4_000u64).map(|at| u8::try_from(at * 2_654_435 % 251).expect("below 251")).collect::<Vec<u8>>())
        .with("packed.csv", b"PK\x03\x04 sheet")
        .with("lonely.json", "[");
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.0.join("nowhere"), folder.0.join("unreadable.json")).expect("links can be made");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&folder.0, folder.0.join("entra/circle")).expect("links can be made");

    let before = bytes(&folder.0);
    let case = folder.load();
    assert_eq!(bytes(&folder.0), before, "evidence is never written");

    assert_eq!(counts(&case, "entra/cut.json"), (2, 0, 1));
    assert_eq!(reason(&case, "entra/cut.json"), [SkipReason::Truncated]);
    assert_eq!(counts(&case, "audit/cut.csv"), (2, 0, 1));
    assert_eq!(reason(&case, "audit/cut.csv"), [SkipReason::Truncated]);
    assert_eq!(counts(&case, "entra/lines.txt"), (3, 0, 2));
    assert_eq!(reason(&case, "entra/lines.txt"), [SkipReason::Malformed; 2]);
    assert_eq!(reason(&case, "empty.json"), [SkipReason::EmptyFile]);
    assert_eq!(reason(&case, "binary.csv"), [SkipReason::BinaryFile]);
    assert_eq!(reason(&case, "noise.json"), [SkipReason::BinaryFile]);
    assert_eq!(reason(&case, "packed.csv"), [SkipReason::UnreadableFile]);
    assert_eq!(source(&case, "lonely.json").notes, ["the closing bracket is missing: the export was interrupted"]);
    #[cfg(unix)]
    assert_eq!(reason(&case, "unreadable.json"), [SkipReason::UnreadableFile]);
    assert_eq!(case.coverage[&Evidence::InteractiveSignIns].records, 5);
    assert_eq!(case.coverage[&Evidence::MailboxAudit].records, 2);
    let excerpts: Vec<&str> =
        case.skipped.iter().filter(|skipped| skipped.reason == SkipReason::Truncated).map(|skipped| skipped.excerpt.as_str()).collect();
    assert!(excerpts.iter().all(|excerpt| excerpt.contains("00000003")), "the lost record can be read: {excerpts:?}");
}

/// Every file below a folder, links not followed.
fn bytes(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
    files.map(|entry| (entry.path().to_path_buf(), fs::read(entry.path()).expect("the file is readable"))).collect()
}

/// The frames without the number of the file, as text: what the case says, wherever it was read.
pub(crate) fn facts(case: &Case) -> String {
    let frames = case.frames.each().into_iter().map(|(name, data)| format!("{name} {}", cells(data)));
    frames.collect::<Vec<_>>().join("\n")
}

fn cells(frame: &dyn Frame) -> String {
    let rows = 0..frame.height();
    let columns =
        frame.columns().into_iter().map(|(_, column)| rows.clone().map(|row| format!("{:?}", column.text(row))).collect::<Vec<_>>().join("|"));
    let places = rows.clone().map(|row| format!("{} {}", frame.places().record(row), frame.places().record_id(row)));
    columns.chain(places).collect::<Vec<_>>().join(" ")
}

#[test]
fn wrappings_and_encodings_do_not_change_the_facts() {
    let records: Vec<String> = (1..=5).map(sign_in).collect();
    let utf16 = |text: &str, little: bool, marked: bool| -> Vec<u8> {
        let text = if marked { format!("\u{feff}{text}") } else { text.to_owned() };
        text.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    };
    let array = format!("[{}]", records.join(","));
    let pretty = serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(&array).expect("valid")).expect("printable");
    let page = |records: &[String]| {
        format!("{{\"@odata.context\":\"https://graph.example/v1.0/$metadata#auditLogs/signIns\",\"value\":[{}]}}", records.join(","))
    };
    let variants: Vec<(&str, Vec<u8>)> = vec![
        ("array", array.clone().into_bytes()),
        ("lines", records.join("\n").into_bytes()),
        ("lines-crlf", format!("{}\r\n\r\n", records.join("\r\n\r\n")).into_bytes()),
        ("pages", format!("{}{}", page(&records[..2]), page(&records[2..])).into_bytes()),
        ("records", format!("{{\"records\":{array}}}").into_bytes()),
        ("joined", format!("[{}][{}]", records[..3].join(","), records[3..].join(",")).into_bytes()),
        ("unclosed", format!("[{}", records.join(",")).into_bytes()),
        ("marked", format!("\u{feff}{array}").into_bytes()),
        ("utf16le", utf16(&array, true, true)),
        ("utf16be", utf16(&array, false, true)),
        ("utf16le-unmarked", utf16(&array, true, false)),
        ("utf16be-unmarked", utf16(&array, false, false)),
        ("texts", serde_json::to_string(&records).expect("printable").into_bytes()),
        (
            "elastic",
            format!("[{}]", records.iter().map(|record| format!("{{\"_index\":\"i\",\"_source\":{record}}}")).collect::<Vec<_>>().join(","))
                .into_bytes(),
        ),
        ("rebuilt", pretty.into_bytes()),
    ];
    let plain = facts(&Folder::new("wrap-plain").with("evidence.json", &array).load());
    assert!(plain.contains("anna@contoso.example") && plain.contains("K\u{f6}ln"), "{plain}");
    for (name, bytes) in variants {
        let case = Folder::new(&format!("wrap-{name}")).with("evidence.json", bytes).load();
        assert_eq!(case.skipped, vec![], "{name}");
        assert_eq!(facts(&case), plain, "{name}");
    }
}

#[test]
fn tables_mean_the_same_with_any_delimiter_encoding_and_line_break() {
    let rows: Vec<String> = (1..=4).map(audit_row).collect();
    let table = format!("{HEAD}\n{}\n", rows.join("\n"));
    // No cell but the quoted JSON holds commas.
    let with = |delimiter: &str| -> String {
        let lines = (1..=4).map(|number| {
            let cells = ["2026-03-02T09:00:00.0000000Z".to_owned(), "anna@contoso.example".to_owned(), "HardDelete".to_owned(), audit_data(number)];
            cells.map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).join(delimiter)
        });
        format!("{}\r\n{}", HEAD.replace(',', delimiter), lines.collect::<Vec<_>>().join("\r\n"))
    };
    let variants: Vec<(&str, Vec<u8>)> = vec![
        ("crlf", table.replace('\n', "\r\n").into_bytes()),
        ("cr", table.replace('\n', "\r").into_bytes()),
        ("type", format!("#TYPE Selected.System.Management.Automation.PSCustomObject\r\n{table}").into_bytes()),
        ("semicolon", with(";").into_bytes()),
        ("tab", with("\t").into_bytes()),
        ("padded", table.replace(HEAD, "\"CreationDate \", UserIds,Operations ,\"AuditData\"").into_bytes()),
        ("marked", format!("\u{feff}{table}").into_bytes()),
        ("utf16le", format!("\u{feff}{table}").encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("utf16be", table.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        ("blank-rows", format!("{table}\n,,,\n\r\n").into_bytes()),
    ];
    let plain = facts(&Folder::new("table-plain").with("audit.csv", &table).load());
    assert!(plain.contains("198.51.100.4"), "{plain}");
    for (name, bytes) in variants {
        let case = Folder::new(&format!("table-{name}")).with("audit.csv", bytes).load();
        assert_eq!(case.skipped, vec![], "{name}");
        assert_eq!(facts(&case), plain, "{name}");
    }
}

#[test]
fn hostile_characters_do_not_cost_the_record() {
    let half = sign_in(1).replace("\"Mail\"", r#""cut \ud83d""#);
    let control = sign_in(2).replace("\"Mail\"", "\"M\u{0}\u{1b}ail\"");
    let cell = audit_row(3).replace("HardDelete\"\"", r#"HardDelete\ud83d"""#);
    let folder = Folder::new("characters")
        .with("signins.json", format!("[{half},{control}]"))
        .with("audit.csv", format!("{HEAD}\r\n{cell}\r\n"))
        .with("joined.json", format!("][{}][{}", sign_in(4), sign_in(5)));
    let case = folder.load();
    assert_eq!(counts(&case, "signins.json"), (2, 0, 0));
    assert!(source(&case, "signins.json").notes.iter().any(|note| note.starts_with("2 records")), "{:?}", source(&case, "signins.json").notes);
    assert_eq!(counts(&case, "audit.csv"), (1, 0, 0));
    assert_eq!(counts(&case, "joined.json"), (2, 0, 0), "brackets of other arrays in front do not make it a table");
}

#[test]
fn a_record_beyond_the_limit_costs_itself_only() {
    let huge = "a".repeat(70 << 20);
    let record = sign_in(1).replace("\"Mail\"", &format!("\"{huge}\""));
    let folder = Folder::new("huge")
        .with("array.json", format!("[{record},{},{}]", sign_in(2), sign_in(3)))
        .with("table.csv", format!("{HEAD}\r\n{}\r\n{huge}\r\n\"{huge}\"\r\n{}\r\n", audit_row(1), audit_row(2)));
    let case = folder.load();
    assert_eq!(counts(&case, "array.json"), (2, 0, 1));
    assert_eq!(counts(&case, "table.csv"), (2, 0, 2));
    assert!(case.skipped.iter().all(|skipped| skipped.detail.contains("longer than the limit")), "each loss says why");
}

#[test]
fn a_file_that_changes_between_hashing_and_reading_is_named() {
    let folder = Folder::new("changing").with("a.json", format!("[{}]", sign_in(1))).with("b.json", format!("[{}]", sign_in(2)));
    let inventory = inventory::take(std::slice::from_ref(&folder.0), &Archive::default()).expect("the folder holds files");
    fs::write(folder.0.join("a.json"), format!("[{},{}]", sign_in(1), sign_in(3))).expect("the temporary folder is writable");
    let case = case::load(inventory, &|_| ());
    assert_eq!(counts(&case, "a.json"), (2, 0, 1));
    assert_eq!(reason(&case, "a.json"), [SkipReason::UnreadableFile]);
    assert_eq!(counts(&case, "b.json"), (1, 0, 0));
}

#[test]
fn parts_beside_their_merged_file_count_once() {
    let parts = [audit_row(1), audit_row(2), audit_row(3)];
    let folder = Folder::new("merged")
        .with("a-part.csv", format!("{HEAD}\n{}\n{}\n", parts[0], parts[1]))
        .with("b-part.csv", format!("{HEAD}\n{}\n", parts[2]))
        .with("combined.csv", format!("{HEAD}\n{}\n", parts.join("\n")))
        .with("copy-of-a.csv", format!("{HEAD}\n{}\n{}\n", parts[0], parts[1]))
        .with("lines.json", format!("{}\n", audit_data(3)));
    let case = folder.load();
    assert_eq!(counts(&case, "a-part.csv"), (2, 0, 0));
    assert_eq!(counts(&case, "b-part.csv"), (1, 0, 0));
    assert_eq!(counts(&case, "combined.csv"), (0, 3, 0));
    assert_eq!(counts(&case, "lines.json"), (0, 1, 0));
    assert_eq!(source(&case, "copy-of-a.csv").notes, ["same bytes as a-part.csv"]);
    assert_eq!(case.coverage[&Evidence::MailboxAudit].records, 3);
    let places: Vec<usize> = case.occurrences.values().map(Vec::len).collect();
    assert_eq!(places, [1, 1, 2], "every other place is remembered");
}
