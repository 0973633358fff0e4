//! What the first bytes of a file are: JSON, CSV, or something that this version does not read and names instead.

use super::archive::Packing;
use super::encoding::{self, Decoder, Encoding};
use super::{Container, clixml, csv, lines, powershell};

/// Share of control characters, in hundredths, above which bytes are not text.
const CONTROL_PERCENT: usize = 2;

/// Longest name of a CSV column that is believed. Longer ones are sentences.
const NAME_LIMIT: usize = 80;

/// Bytes that tell an archive.
pub(crate) const MAGIC_LENGTH: u64 = 512;

/// First bytes → what the file is.
const MAGIC: &[(&[u8], Kind)] = &[
    (b"PK\x03\x04", Kind::Packed(Packing::Zip)),
    (b"PK\x05\x06", Kind::Packed(Packing::Zip)),
    (b"\x1F\x8B", Kind::Packed(Packing::Gzip)),
    (b"7z\xBC\xAF\x27\x1C", Kind::Packed(Packing::SevenZip)),
    (b"Rar!\x1A\x07", Kind::Archive("a RAR archive: unpack it")),
    (b"\x28\xB5\x2F\xFD", Kind::Archive("a zstandard archive: unpack it")),
    (b"BZh", Kind::Archive("a bzip2 archive: unpack it")),
    (b"\xFD7zXZ\0", Kind::Archive("an xz archive: unpack it")),
    (b"PAR1", Kind::Archive("a Parquet table: export it as CSV or JSON")),
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Kind::Archive("an old or locked Office document, or an Outlook message: export it as CSV")),
    (b"ElfFile\0", Kind::Binary("a Windows event log")),
    (b"SQLite format 3\0", Kind::Binary("an SQLite database")),
    (b"!BDN", Kind::Binary("an Outlook data file")),
    (b"%PDF-", Kind::Binary("a PDF document")),
    (b"\x89PNG\r\n", Kind::Binary("a PNG picture")),
    (b"\xFF\xD8\xFF", Kind::Binary("a JPEG picture")),
    (b"GIF8", Kind::Binary("a GIF picture")),
    (b"MZ\x90", Kind::Binary("a Windows program")),
    (b"\x7FELF", Kind::Binary("a program")),
];

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text with records.
    Records(Container),
    /// Text without records that are known.
    Unsupported(&'static str),
    /// Packed, and read in place.
    Packed(Packing),
    /// Packed in another way: its content may be evidence.
    Archive(&'static str),
    /// Not text.
    Binary(&'static str),
}

/// How the members of a file are packed, by its first [`MAGIC_LENGTH`] bytes.
pub(crate) fn packing(head: &[u8]) -> Option<Packing> {
    let magic = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, kind)| *kind);
    match magic {
        Some(Kind::Packed(packing)) => Some(packing),
        None if head.get(257..262) == Some(b"ustar") => Some(Packing::Tar),
        _ => None,
    }
}

/// Tells what a file is by its first bytes, as they stand in the file.
pub(crate) fn kind(head: &[u8], encoding: Encoding) -> Kind {
    if let Some(packing) = packing(head) {
        return Kind::Packed(packing);
    }
    if let Some((_, kind)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return *kind;
    }
    let mut text = String::new();
    Decoder::new(head, encoding).fill(&mut text, encoding::HEAD);
    let begin = text.trim_start_matches(|character: char| character.is_whitespace() || matches!(character, '\0' | '\u{feff}' | '\u{1e}'));
    // What is left of an array may stand in front: files put together or cut apart by hand.
    let is_json = begin.trim_start_matches([']', '}', ',', ' ', '\r', '\n']).starts_with(['{', '[']);
    // Zero bytes come with files that a crashed collector left behind; inside JSON they are damage, elsewhere they mean that it is no text.
    let is_control =
        |character: &char| matches!(character, '\u{1}'..='\u{8}' | '\u{e}'..='\u{1a}' | '\u{1c}'..='\u{1f}') || (!is_json && *character == '\0');
    let n_control = text.chars().filter(is_control).count();
    if n_control * 100 > text.chars().count() * CONTROL_PERCENT || (begin.is_empty() && text.contains('\0')) {
        return Kind::Binary("binary data");
    }
    if begin.is_empty() {
        return Kind::Unsupported("nothing but white space");
    }
    if is_json {
        return Kind::Records(Container::Json);
    }
    if clixml::is_clixml(begin) {
        return Kind::Records(Container::Clixml);
    }
    // A table head of several names is no screen output, whatever its cells hold; `Name : a, b` is one name and some words.
    let first_line = begin.split(['\n', '\r']).next().unwrap_or_default();
    let delimiter = delimiter(begin).filter(|_| !powershell::begins_record(first_line));
    if delimiter.is_none() && powershell::is_screen_text(begin) {
        return Kind::Records(Container::PowerShell);
    }
    // `Communication log, case 17` may stand above dated lines: a head that the line below it does not fit is none.
    let delimiter = delimiter.filter(|delimiter| fits(begin, *delimiter) || lines::kind(begin).is_none());
    if delimiter.is_none()
        && let Some(kind) = lines::kind(begin)
    {
        return Kind::Records(Container::Lines(kind));
    }
    match delimiter {
        Some(delimiter) => Kind::Records(Container::Csv { delimiter }),
        None => Kind::Unsupported("text without records that are known"),
    }
}

/// The first line is the head of a table: it has many cells, or one of the lines below has as many.
fn fits(text: &str, delimiter: u8) -> bool {
    const MANY: usize = 5;
    const TRIED: usize = 20;
    let mut lines = text.lines().skip_while(|line| line.starts_with("#TYPE ") || line.trim().is_empty());
    let mut n_cells = lines.by_ref().take(TRIED).map(|line| csv::Header::read(line, delimiter).n_cells());
    n_cells.next().is_some_and(|n_names| n_names >= MANY || n_cells.any(|n_cells| n_cells == n_names))
}

/// The delimiter of a CSV text, told by its head; `None` when the first line is no table head.
fn delimiter(text: &str) -> Option<u8> {
    let typed = text.strip_prefix("#TYPE ");
    let table = typed.map_or(text, |rest| rest.split_once(['\n', '\r']).map_or("", |(_, table)| table));
    let line = table.trim_start().split(['\n', '\r']).next().unwrap_or_default();
    // A line that is longer than the sample or holds quoted line breaks is cut here; its beginning decides as well.
    // Of equals the last wins: the comma.
    let best = [b'\t', b';', b','].into_iter().max_by_key(|delimiter| csv::Header::read(line, *delimiter).n_cells())?;
    let header = csv::Header::read(line, best);
    let names: Vec<String> = header.blank().iter().map(|(name, _)| name.to_string()).collect();
    let n_words = if names.len() < 4 { 4 } else { 8 };
    let is_name = |name: &String| {
        let begins = name.trim_start_matches(['"', '@', '_', '\'', '\u{feff}']).chars().next().is_some_and(char::is_alphabetic);
        begins
            && name.len() <= NAME_LIMIT
            && !name.contains(['{', '}', '"'])
            && name.split_whitespace().count() <= n_words
            && !name.ends_with(['.', ':', '!', '?'])
    };
    let n_names = names.iter().filter(|name| is_name(name)).count();
    (names.len() >= 2 && n_names * 10 >= names.len() * 8).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Kind {
        kind(text.as_bytes(), Encoding::Utf8)
    }
    const COMMA: Kind = Kind::Records(Container::Csv { delimiter: b',' });

    #[test]
    fn content_decides() {
        assert_eq!(of(" \u{feff}\n[{\"a\":1}]"), Kind::Records(Container::Json));
        assert_eq!(of("[\0\0\0\0"), Kind::Records(Container::Json));
        assert_eq!(of("CreationDate,UserIds,Operations,AuditData\n"), COMMA);
        assert_eq!(of("#TYPE Selected.System\r\n\"Name\",\"Enabled\"\r\n\"x\",\"True\"\r\n"), COMMA);
        assert_eq!(of("Id;User, full name;Time\n1;2;3"), Kind::Records(Container::Csv { delimiter: b';' }));
        assert_eq!(of("][{\"a\": 1, \"b\": 2}]"), Kind::Records(Container::Json));
        assert_eq!(of("Name    : x, y\nEnabled : True\n"), Kind::Records(Container::PowerShell));
        assert_eq!(of("@{Name=x; Enabled=True}\n@{Name=y; Enabled=True}\n"), Kind::Records(Container::PowerShell));
        assert_eq!(of("Name,Description,Enabled\nx,\"Name : x\nPlace : y\",True\n"), COMMA);
        assert_eq!(of("Id\tUser\tTime\n"), Kind::Records(Container::Csv { delimiter: b'\t' }));
    }

    #[test]
    fn prose_archives_and_binaries_are_named() {
        assert_eq!(of("Called the user at 23:10, no answer.\nThen, later, again.\n"), Kind::Unsupported("text without records that are known"));
        assert_eq!(of("  \"a\": \"1\", \"b\": \"2\", \"c\": \"3\",\n"), Kind::Unsupported("text without records that are known"));
        assert_eq!(of("12,13,14\n"), Kind::Unsupported("text without records that are known"));
        assert_eq!(kind(b"PK\x03\x04rest", Encoding::Windows1252), Kind::Packed(Packing::Zip));
        assert_eq!(kind(b"\x1F\x8B\x08", Encoding::Windows1252), Kind::Packed(Packing::Gzip));
        assert!(matches!(kind(b"Rar!\x1A\x07\x01", Encoding::Windows1252), Kind::Archive(_)));
        assert!(matches!(kind(&[0; 100], Encoding::Windows1252), Kind::Binary(_)));
        assert!(matches!(kind(b"\x01\x02abc\x00\x00", Encoding::Windows1252), Kind::Binary(_)));
    }
}
