//! The program as a user runs it: exit codes, what it refuses, what it prints where, and hostile text in everything it writes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A fresh folder below the system's temporary one, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("backtrail-cli-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(path.join("evidence")).expect("the temporary folder is writable");
        Self(path)
    }

    fn with(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        fs::write(self.0.join(name), bytes).expect("the temporary folder is writable");
        self
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_backtrail"));
        command.current_dir(&self.0).args(arguments).env_remove("NO_COLOR").env("COLUMNS", "100").env("LC_ALL", "C.UTF-8");
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program starts")
    }

    fn code(&self, arguments: &[&str]) -> i32 {
        self.run(arguments).status.code().expect("the program ends by itself")
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).expect("the file was written")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn fixture(case: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases").join(case).join("evidence").display().to_string()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the output is UTF-8")
}

fn sign_in(app: &str) -> String {
    let record = serde_json::json!({
        "id": "00000000-0000-4000-8000-000000000001", "createdDateTime": "2026-03-02T08:00:00Z", "userPrincipalName": "anna@contoso.example",
        "userId": "11111111-0000-4000-8000-000000000001", "appId": "22222222-0000-4000-8000-000000000002", "appDisplayName": app,
        "ipAddress": "192.0.2.1", "clientAppUsed": "Browser", "conditionalAccessStatus": "success", "isInteractive": true, "status": {"errorCode": 0}
    });
    format!("[{record}]")
}

#[test]
fn exit_codes_tell_complete_findings_failure_and_loss() {
    let folder = Folder::new("codes").with("evidence/signins.json", sign_in("Mail"));
    assert_eq!(folder.code(&["analyze", "evidence", "-o", "complete"]), 0);
    assert_eq!(folder.code(&["analyze", "missing"]), 2);
    assert_eq!(folder.code(&["analyze", "evidence", "--threads", "0"]), 2);
    assert_eq!(folder.code(&["analyze", "evidence", "--threads", "100000"]), 2);
    assert_eq!(folder.code(&[]), 2);
    let folder = folder.with("evidence/cut.json", &sign_in("Mail")[..200]);
    assert_eq!(folder.code(&["analyze", "evidence", "-o", "lost"]), 3);
    assert_eq!(folder.code(&["analyze", "evidence", "-o", "below", "--fail-on", "suspected"]), 3);
    assert_eq!(folder.code(&["analyze", &fixture("aitm"), "-o", "found", "--fail-on", "suspected", "-q"]), 1);
}

#[test]
fn evidence_alone_is_a_command_also_behind_flags() {
    let folder = Folder::new("bare").with("evidence/signins.json", sign_in("Mail"));
    for arguments in [&["evidence", "-o", "a"][..], &["--quiet", "evidence", "-o", "b"], &["analyze", "-q", "evidence", "-o", "c"]] {
        assert_eq!(folder.code(arguments), 0, "{arguments:?}");
    }
    assert_eq!(folder.read("a/report.json"), folder.read("c/report.json"));
    assert_eq!(folder.code(&["--version"]), 0);
    assert_eq!(folder.code(&["evidence", "--quiet"]), 0);
    let name = folder.0.file_name().expect("it has a name").to_string_lossy().into_owned();
    assert!(folder.read(&format!("backtrail-{name}/report.html")).contains("</html>"), "the case is called like the folder around `evidence`");
}

#[test]
fn nothing_is_overwritten_and_evidence_is_never_written_to() {
    let folder = Folder::new("refuse").with("evidence/signins.json", sign_in("Mail")).with("report.json", sign_in("Mail"));
    let before = folder.read("evidence/signins.json");
    assert_eq!(folder.code(&["evidence", "-o", "out"]), 0);
    let again = folder.run(&["evidence", "-o", "out"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(text(&again.stderr).contains("--force"));
    assert_eq!(folder.code(&["evidence", "-o", "out", "--force"]), 0);
    for inside in ["evidence", "evidence/out", "evidence/../evidence/out", "out/../evidence/x/y"] {
        assert_eq!(folder.code(&["evidence", "-o", inside, "--force"]), 2, "{inside}");
    }
    assert_eq!(folder.code(&["report.json", "-o", ".", "--force"]), 2, "the report would take the place of the evidence");
    assert_eq!(folder.read("report.json"), before);
    assert_eq!(fs::read_dir(folder.0.join("evidence")).expect("it exists").count(), 1);
}

#[cfg(unix)]
#[test]
fn links_in_the_output_folder_do_not_lead_into_the_evidence() {
    let folder = Folder::new("links").with("evidence/a.json", sign_in("Mail")).with("evidence/b.json", sign_in("Word"));
    let before = (folder.read("evidence/a.json"), folder.read("evidence/b.json"));
    fs::create_dir(folder.0.join("out")).expect("the folder is new");
    std::os::unix::fs::symlink(folder.0.join("evidence/a.json"), folder.0.join("out/report.json")).expect("links can be made");
    std::os::unix::fs::symlink(folder.0.join("evidence/a.json"), folder.0.join("out/report.html.partial")).expect("links can be made");
    fs::hard_link(folder.0.join("evidence/b.json"), folder.0.join("out/report.html")).expect("links can be made");
    assert_eq!(folder.code(&["evidence", "-o", "out", "--force"]), 0);
    assert_eq!((folder.read("evidence/a.json"), folder.read("evidence/b.json")), before);
    assert!(folder.read("out/report.json").contains("backtrail.report"));
    assert!(!folder.0.join("out/report.html.partial").exists());
}

#[test]
fn files_without_evidence_give_no_clear_verdict() {
    let folder = Folder::new("pictures").with("evidence/a.png", b"\x89PNG\r\n\x1a\n");
    let output = folder.run(&["evidence", "-o", "out"]);
    assert_eq!(output.status.code(), Some(3));
    let first = text(&output.stdout).lines().next().unwrap_or_default().to_owned();
    assert!(first.contains("NO VERDICT") && !first.contains("CLEAR"), "{first}");
    let page = folder.read("out/report.html");
    assert!(page.contains("no verdict") && !page.contains("class=\"banner clear\""));
}

/// A whole case with hostile text in front of and behind what people and programs may name.
fn hostile_case(name: &str, payload: &str) -> Folder {
    let folder = Folder::new(name);
    let case = PathBuf::from(fixture("aitm"));
    for (number, entry) in walkdir::WalkDir::new(&case).sort_by_file_name().into_iter().filter_map(Result::ok).enumerate() {
        if entry.path().extension().is_some_and(|extension| extension == "json") {
            let text = fs::read_to_string(entry.path()).expect("the fixture is text");
            let mut value: serde_json::Value = serde_json::from_str(&text).expect("the fixture is JSON");
            spoil(&mut value, "", payload);
            fs::write(folder.0.join(format!("evidence/{number}.json")), value.to_string()).expect("the temporary folder is writable");
        } else if entry.file_type().is_file() {
            fs::copy(entry.path(), folder.0.join("evidence").join(format!("{number}-{}", entry.file_name().display()))).expect("it is writable");
        }
    }
    folder
}

fn spoil(value: &mut serde_json::Value, key: &str, payload: &str) {
    const KEYS: &[&str] =
        &["appDisplayName", "userAgent", "displayName", "city", "Name", "Subject", "resourceDisplayName", "browser", "operatingSystem"];
    match value {
        serde_json::Value::String(text) if KEYS.contains(&key) => *text = format!("{payload}{text}{payload}"),
        serde_json::Value::Array(elements) => elements.iter_mut().for_each(|element| spoil(element, key, payload)),
        serde_json::Value::Object(fields) => fields.iter_mut().for_each(|(key, value)| spoil(value, key, payload)),
        _ => {}
    }
}

fn is_hidden(character: char) -> bool {
    (character.is_control() && character != '\n') || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[test]
fn hostile_text_stays_text_everywhere() {
    let payload = "=HYPERLINK(\"http://x\");=cmd<script>alert(1)</script></style>{{7*7}}\u{1b}[31m\u{1b}]8;;http://x\u{7}\u{9b}31m\u{202e}gpj\u{2066}\u{200b}\"><img src=x onerror=a>";
    let folder = hostile_case("hostile", payload);
    let output = folder.run(&["evidence", "-o", "out", "--verbose"]);
    let console = text(&output.stdout);
    assert!(console.contains("COMPROMISED") && console.contains("{{7*7}}"), "the payload reaches the console: {console}");
    assert!(!console.chars().any(is_hidden), "{console:?}");

    let page = folder.read("out/report.html");
    assert!(page.contains("&lt;script&gt;"), "the payload reaches the page");
    for tag in ["<script", "<img", "<iframe", "<a href=\"j"] {
        assert!(!page.contains(tag), "{tag}");
    }
    assert_eq!(page.matches("</style>").count(), 1);
    assert!(!page.chars().any(is_hidden));

    let mut table = csv::Reader::from_path(folder.0.join("out/timeline.csv")).expect("the timeline was written");
    let cells: Vec<String> = table.records().flat_map(|row| row.expect("the table is even").iter().map(str::to_owned).collect::<Vec<_>>()).collect();
    assert!(cells.iter().any(|cell| cell.contains("=cmd")), "the payload reaches the timeline");
    for cell in cells.iter().flat_map(|cell| cell.split(';')) {
        assert!(!cell.trim_start_matches([' ', '"']).starts_with(['=', '+', '-', '@']), "{cell}");
        assert!(!cell.chars().any(is_hidden), "{cell:?}");
    }

    let json = folder.run(&["evidence", "-o", "json", "--format", "json"]);
    let json = text(&json.stdout);
    assert!(!json.chars().any(is_hidden), "a terminal obeys nothing in it");
    let report: serde_json::Value = serde_json::from_str(&json).expect("standard output is JSON and nothing else");
    assert!(report.to_string().contains('\u{202e}'), "the text itself is unchanged");
    assert_eq!(json, folder.read("out/report.json"));
}

#[test]
fn a_name_of_a_megabyte_does_not_bury_the_verdict() {
    let folder = hostile_case("long", &"W\u{f6}rter ".repeat(4_000));
    let output = folder.run(&["evidence", "-o", "out"]);
    let console = text(&output.stdout);
    assert!(console.starts_with(" VERDICT      COMPROMISED"), "{}", console.chars().take(200).collect::<String>());
    assert!(console.len() < 100_000, "{} bytes", console.len());
}

#[test]
fn every_line_fits_the_terminal() {
    let folder = Folder::new("narrow");
    for width in [40, 60, 80, 200] {
        let out = format!("out-{width}");
        let output = folder.command(&[&fixture("aitm"), "-o", &out]).env("COLUMNS", width.to_string()).output().expect("the program starts");
        let console = text(&output.stdout);
        let in_tables = console.lines().filter(|line| line.starts_with([' ', '\u{2500}']));
        let longest = in_tables.map(|line| line.chars().count()).max().unwrap_or_default();
        assert!(longest <= width, "{longest} columns of {width}:\n{console}");
        assert!(console.contains("Blast radius") && console.lines().count() < 700, "{} lines", console.lines().count());
    }
    let output = folder.command(&[&fixture("aitm"), "-o", "ascii"]).env("LC_ALL", "C").output().expect("the program starts");
    assert!(output.stdout.is_ascii(), "{}", text(&output.stdout));
    let output = folder.command(&[&fixture("aitm"), "-o", "color", "--color", "always"]).env("NO_COLOR", "1").output().expect("the program starts");
    assert!(output.stdout.contains(&0x1b), "what was asked for wins over the environment");
    let output = folder.run(&[&fixture("aitm"), "-o", "plain"]);
    assert!(!output.stdout.contains(&0x1b) && !output.stderr.contains(&0x1b), "no colours in a file");
    assert!(text(&output.stderr).starts_with("peak memory ") && text(&output.stderr).lines().count() == 1, "{}", text(&output.stderr));
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_nobody_takes_is_an_error_unless_the_reader_left() {
    let folder = Folder::new("full").with("evidence/signins.json", sign_in("Mail"));
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    let status = folder.command(&["evidence", "-o", "a"]).stdout(full()).output().expect("the program starts");
    assert_eq!(status.status.code(), Some(2), "{}", text(&status.stderr));
    assert!(text(&status.stderr).contains("standard output"));
    let status = folder.command(&["missing"]).stderr(full()).output().expect("the program starts");
    assert_eq!(status.status.code(), Some(2), "no panic where standard error is full");
    let (reader, writer) = std::io::pipe().expect("pipes can be made");
    drop(reader);
    let status = folder.command(&["schema"]).stdout(writer).output().expect("the program starts");
    assert_eq!(status.status.code(), Some(0), "{}", text(&status.stderr));
}

#[test]
fn settings_printed_and_read_back_change_nothing() {
    let folder = Folder::new("settings").with("evidence/signins.json", sign_in("Mail")).with("bad.toml", "nonsense = 1\n");
    fs::write(folder.0.join("own.toml"), folder.run(&["settings"]).stdout).expect("the temporary folder is writable");
    assert_eq!(folder.code(&["evidence", "-o", "a", "--settings", "own.toml"]), 0);
    assert_eq!(folder.code(&["evidence", "-o", "b"]), 0);
    for name in ["report.json", "report.html", "timeline.csv", "manifest.json", "rejected.jsonl"] {
        assert_eq!(folder.read(&format!("a/{name}")), folder.read(&format!("b/{name}")), "{name}");
    }
    let bad = folder.run(&["evidence", "-o", "c", "--settings", "bad.toml"]);
    assert_eq!(bad.status.code(), Some(2));
    assert!(text(&bad.stderr).contains("nonsense"));
    assert_eq!(folder.code(&["evidence", "-o", "c", "--asn-db", "own.toml"]), 2);
    assert!(!folder.0.join("c").exists(), "a run that cannot start leaves nothing");
}
