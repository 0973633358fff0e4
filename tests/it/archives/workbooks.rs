//! Exports that were opened in Excel and saved as a workbook.

use backtrail::provenance::SkipReason;
use backtrail::settings::archive::Archive;

use super::{Folder, evidence, losses, pack, report, source};

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A CSV file as the rows of a sheet, with the texts in the cells or shared.
fn rows(csv: &[u8]) -> (String, Vec<String>) {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(csv.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(csv));
    let (mut xml, mut texts) = (String::new(), Vec::new());
    for (at, record) in reader.records().map(|record| record.expect("the fixture is CSV")).enumerate() {
        xml += &[r#"<row r=""#, &(at + 1).to_string(), r#"">"#].concat();
        for (column, cell) in record.iter().enumerate() {
            let cell = if cell.is_empty() {
                "<c/>".to_owned()
            } else if column % 2 == 0 {
                texts.push(escaped(cell));
                format!(r#"<c t="s"><v>{}</v></c>"#, texts.len() - 1)
            } else {
                format!(r#"<c t="inlineStr"><is><t xml:space="preserve">{}</t></is></c>"#, escaped(cell))
            };
            xml.push_str(&cell);
        }
        xml.push_str("</row>");
    }
    (xml, texts)
}

#[test]
fn a_workbook_says_what_its_table_said() {
    let evidence = evidence("service-account");
    let plain = evidence.iter().fold(Folder::new("book-plain"), |folder, (path, bytes)| folder.with(path, bytes));
    let packed = evidence.iter().fold(Folder::new("book-packed"), |folder, (path, bytes)| match path.strip_suffix(".csv") {
        Some(stem) => {
            let (xml, texts) = rows(bytes);
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            folder.with(&format!("{stem}.xlsx"), pack::workbook(&[("Empty", ""), ("Sheet 2", &xml)], &texts))
        }
        None => folder.with(path, bytes),
    });
    let (plain, _) = report(&plain);
    let (packed, sources) = report(&packed);
    assert!(sources.iter().any(|line| line.contains(".xlsx")), "{sources:?}");
    let plain = plain.replace(".csv", ".xlsx");
    assert_eq!(packed.lines().zip(plain.lines()).find(|(packed, plain)| packed != plain), None);
    assert_eq!(packed.len(), plain.len());
}

const AUDIT: &str = r#"{"CreationTime":"2026-03-02T09:00:00","Id":"33333333-0000-4000-8000-000000000001","Operation":"HardDelete","RecordType":2,"UserType":0,"Workload":"Exchange","UserId":"anna@contoso.example","ClientIPAddress":"198.51.100.1","MailboxOwnerUPN":"anna@contoso.example","ResultStatus":"Succeeded"}"#;

fn audit_sheet() -> String {
    let head: String =
        ["CreationDate", "UserIds", "Operations", "AuditData"].map(|name| format!(r#"<c t="inlineStr"><is><t>{name}</t></is></c>"#)).concat();
    let texts: String = ["anna@contoso.example", "HardDelete", AUDIT].map(|text| format!(r#"<c t="inlineStr"><is><t>{text}</t></is></c>"#)).concat();
    // 2026-03-02 09:30:15, a date by its style.
    format!(r#"<row r="3">{head}</row><row r="4"><c s="1"><v>46083.396006944444</v></c>{texts}</row><row r="9"/>"#)
}

#[test]
fn the_first_sheet_with_data_is_read_and_the_others_are_named() {
    let book = pack::workbook(&[("Cover", "<row/>"), ("Log", &audit_sheet()), ("Notes", r"<row><c><v>1</v></c></row>")], &[]);
    let case = Folder::new("sheets")
        .with("a.xlsx", &book)
        .with("packed.zip", pack::zip(&[("b.xlsx", &book), ("c.xlsx", &pack::workbook(&[("Log", &audit_sheet())], &[]))]))
        .load();
    let own = source(&case, "a.xlsx");
    assert_eq!((own.kept, own.skipped, own.container.as_str(), own.size), (1, 0, "xlsx", book.len() as u64));
    assert_eq!(own.notes, ["only the first sheet with data is read (Log); not read: Notes"]);
    assert_eq!(source(&case, "packed.zip/b.xlsx").notes, ["same bytes as a.xlsx"]);
    assert_eq!(source(&case, "packed.zip/c.xlsx").duplicates, 1);
    assert_eq!(losses(&case), []);
}

#[test]
fn dates_of_a_sheet_are_read_as_utc() {
    let sheet = audit_sheet()
        .replace("CreationDate", "Date (UTC)")
        .replace("UserIds", "User")
        .replace("Operations", "IP address")
        .replace("AuditData", "Request ID");
    let sheet = sheet.replace("HardDelete", "192.0.2.7").replace(AUDIT, "44444444-0000-4000-8000-000000000001");
    let head =
        r#"<c t="inlineStr"><is><t>Username</t></is></c><c t="inlineStr"><is><t>Application</t></is></c><c t="inlineStr"><is><t>Status</t></is></c>"#;
    let cells = r#"<c t="inlineStr"><is><t>anna@contoso.example</t></is></c><c t="inlineStr"><is><t>Mail</t></is></c><c t="inlineStr"><is><t>Success</t></is></c>"#;
    let sheet = sheet.replacen("</row>", &format!("{head}</row>"), 1).replace("</row><row r=\"9\"/>", &format!("{cells}</row>"));
    let case = Folder::new("dates").with("InteractiveSignIns.xlsx", pack::workbook(&[("Log", &sheet)], &[])).load();
    assert_eq!(source(&case, "InteractiveSignIns.xlsx").kept, 1, "{:?}", losses(&case));
    let span = case.coverage.values().next().expect("one kind of evidence");
    assert_eq!(span.first.map(|at| at.to_string()).as_deref(), Some("2026-03-02T09:30:15Z"));
}

#[test]
fn workbooks_without_data_or_with_too_much_are_named() {
    let texts = "x".repeat(2 << 20);
    let limits = Archive { workbook_bytes: 1 << 20, ..Archive::default() };
    let cut = pack::workbook(&[("Log", &audit_sheet())], &[]);
    let folder = Folder::new("no-data")
        .with("empty.xlsx", pack::workbook(&[("Log", "")], &[]))
        .with("huge.xlsx", pack::workbook(&[("Log", &audit_sheet())], &[&texts]))
        .with("letter.docx", pack::zip(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<document/>")]))
        .with("bent.xlsx", pack::workbook(&[("Log", &format!("{}<row r=\"10\"><c r=\"A10\"", audit_sheet()))], &[]))
        .with("cut.xlsx", &cut[..cut.len() - 300]);
    let case = folder.load_within(&limits);
    let reasons: Vec<_> = losses(&case).into_iter().map(|(path, reason, _)| (path, reason)).collect();
    assert_eq!(
        reasons,
        [
            ("bent.xlsx", SkipReason::UnreadableFile),
            ("cut.xlsx", SkipReason::UnreadableFile),
            ("empty.xlsx", SkipReason::EmptyFile),
            ("huge.xlsx", SkipReason::LimitReached),
            ("letter.docx", SkipReason::UnsupportedContainer),
        ]
    );
    assert_eq!(source(&case, "bent.xlsx").kept, 1, "the rows in front of the damage are read");
}
