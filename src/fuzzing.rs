//! What the fuzz targets in `fuzz/` call: each reader with any bytes. Compiled only for fuzzing. Besides not crashing, reading must account for every
//! record, and must not depend on how the bytes are cut into blocks.

use std::io::Cursor;

use crate::evidence::container::archive::{self, Guard};
use crate::evidence::container::encoding::Encoding;
use crate::evidence::container::{Container, Pool, Text, lines, sniff};
use crate::evidence::read::{self, Contents, Reading};
use crate::evidence::shape::field::{address as addresses, identity};
use crate::evidence::shape::recognise;
use crate::frame::{Column, Frames};
use crate::provenance::SourceId;
use crate::settings::archive::Archive;
use crate::time::{self as times, DateOrder};

fn contents(bytes: &[u8], text: Text, block: usize) -> Contents {
    let pool = Pool::default();
    let reading = Reading { source: SourceId(0), path: "evidence", text, recognise, block, parallel: false, pool: &pool, watch: None };
    read::read_from(bytes, reading, &|_| ())
}

fn cells(frames: &Frames) -> Vec<String> {
    let frames = frames.each().into_iter().flat_map(|(name, frame)| {
        let columns = frame.columns();
        let row = |row: usize| {
            // Whether 1/2 is the first of February or the second of January is decided by the first block.
            let cells = columns.iter().filter(|(_, column)| !matches!(column, Column::Time(_))).map(|(_, column)| column.text(row));
            format!("{name} {:?} {:?}", frame.places().reference(row), cells.collect::<Vec<_>>())
        };
        (0..frame.height()).map(row).collect::<Vec<_>>()
    });
    frames.collect()
}

/// The first byte decides encoding and block size.
fn read(bytes: &[u8], container: Container) {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let encodings = [Encoding::Utf8, Encoding::Utf8Bom, Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Windows1252];
    let encoding = encodings.get(usize::from(choice % 8)).copied().unwrap_or(Encoding::Utf8);
    let text = Text { encoding, container };
    let whole = contents(bytes, text, 1 << 20);
    assert!(whole.n_used <= whole.n_records, "more records used than found");
    assert!(whole.n_records - whole.n_used == whole.skipped.len() as u64 || whole.skipped.len() > read::LISTED, "a record is neither used nor named");
    let cut = contents(bytes, text, 1 + usize::from(*choice));
    assert_eq!(cells(&whole.frames), cells(&cut.frames), "rows depend on blocks");
    assert_eq!((whole.n_records, whole.n_used), (cut.n_records, cut.n_used), "counts depend on blocks");
}

/// JSON in all its wrappings.
pub fn json(bytes: &[u8]) {
    read(bytes, Container::Json);
}

/// CSV.
pub fn csv(bytes: &[u8]) {
    let delimiter = if bytes.first().is_some_and(|byte| byte & 128 > 0) { b';' } else { b',' };
    read(bytes, Container::Csv { delimiter });
}

/// PowerShell's screen output.
pub fn powershell(bytes: &[u8]) {
    read(bytes, Container::PowerShell);
}

/// PowerShell's XML.
pub fn clixml(bytes: &[u8]) {
    read(bytes, Container::Clixml);
}

/// Notes and collectors' logs.
pub fn lines(bytes: &[u8]) {
    for kind in [lines::Kind::Notes, lines::Kind::CollectorLog] {
        read(bytes, Container::Lines(kind));
    }
}

/// Archives and workbooks, each way of packing whatever the bytes say.
pub fn archive(bytes: &[u8]) {
    let limits = Archive::default();
    if let Ok(Some(packing)) = archive::packing(&mut Cursor::new(bytes)) {
        let guard = Guard::new(&limits, bytes.len() as u64);
        archive::read(Box::new(Cursor::new(bytes)), packing, &guard, &|_| true, &mut |_, content| {
            // A member that cannot be read to its end says so.
            let _ = std::io::copy(content, &mut std::io::sink());
            true
        });
    }
}

/// A file of which nothing is known.
pub fn file(bytes: &[u8]) {
    for encoding in [Encoding::Utf8, Encoding::Utf16Le, Encoding::Windows1252] {
        if let sniff::Kind::Records(container) = sniff::kind(bytes, encoding) {
            contents(bytes, Text { encoding, container }, 4096);
        }
    }
}

/// Times and identities.
pub fn time(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let both = [DateOrder::DayFirst, DateOrder::MonthFirst].map(|order| times::parse(&text, order));
    for time in both.into_iter().flatten() {
        // What a report prints is read as the same moment.
        if time.utc().is_some_and(|utc| (1..9999).contains(&chrono::Datelike::year(&utc))) {
            assert_eq!(times::parse(&time.to_string(), DateOrder::DayFirst), Some(time), "{text}");
        }
    }
    identity::account(&text);
    identity::is_upn(&text);
}

/// Addresses.
pub fn address(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(address) = addresses::canonical(&text) {
        assert_eq!(addresses::canonical(&address).as_deref(), Some(address.as_str()), "{text}");
    }
}
