//! Writes archives for the tests: well-formed ones, and ones that no tool would write.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use sevenz_rust2::{ArchiveEntry, ArchiveWriter, EncoderMethod};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

/// Name and bytes of a member.
pub(super) type Files<'a> = [(&'a str, &'a [u8])];

pub(super) fn zip(files: &Files<'_>) -> Vec<u8> {
    zip_by(CompressionMethod::Deflated, files)
}

/// Not compressed, which takes less time.
pub(super) fn stored_zip(files: &Files<'_>) -> Vec<u8> {
    zip_by(CompressionMethod::Stored, files)
}

fn zip_by(method: CompressionMethod, files: &Files<'_>) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, SimpleFileOptions::default().compression_method(method)).expect("names differ");
        archive.write_all(bytes).expect("memory is writable");
    }
    archive.finish().expect("memory is writable").into_inner()
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    gzip_by(Compression::default(), bytes)
}

/// Not compressed, which takes less time.
pub(super) fn stored_gzip(bytes: &[u8]) -> Vec<u8> {
    gzip_by(Compression::none(), bytes)
}

fn gzip_by(level: Compression, bytes: &[u8]) -> Vec<u8> {
    let mut file = GzEncoder::new(Vec::new(), level);
    file.write_all(bytes).expect("memory is writable");
    file.finish().expect("memory is writable")
}

pub(super) fn tar(files: &Files<'_>) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, *bytes).expect("memory is writable");
    }
    archive.into_inner().expect("memory is writable")
}

/// All members in one block, as 7-Zip does by itself, or each in a block of its own.
pub(super) fn seven_zip(files: &Files<'_>, solid: bool) -> Vec<u8> {
    let mut archive = ArchiveWriter::new(Cursor::new(Vec::new())).expect("memory is writable");
    archive.set_content_methods(vec![EncoderMethod::LZMA2.into()]);
    let entries = files.iter().map(|(name, _)| ArchiveEntry::new_file(name));
    if solid {
        let readers: Vec<sevenz_rust2::SourceReader<&[u8]>> = files.iter().map(|(_, bytes)| (*bytes).into()).collect();
        archive.push_archive_entries(entries.collect(), readers).expect("memory is writable");
    } else {
        for (entry, (_, bytes)) in entries.zip(files) {
            archive.push_archive_entry(entry, Some(*bytes)).expect("memory is writable");
        }
    }
    archive.finish().expect("memory is writable").into_inner()
}

/// A workbook of sheets; cells are XML as they stand in a sheet, `texts` the shared ones.
pub(super) fn workbook(sheets: &[(&str, &str)], texts: &[&str]) -> Vec<u8> {
    let list = |each: &dyn Fn(usize, &str) -> String| sheets.iter().enumerate().map(|(at, (name, _))| each(at + 1, name)).collect::<String>();
    let types = concat!(
        r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>"#,
        r#"<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>"#
    );
    let relation = |id: usize, kind: &str, target: &str| {
        format!(r#"<Relationship Id="rId{id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"/>"#)
    };
    let relations =
        |list: String| format!(r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{list}</Relationships>"#);
    let main = r#"xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main""#;
    let names = list(&|id, name| format!(r#"<sheet name="{name}" sheetId="{id}" r:id="rId{id}"/>"#));
    let office = r#"xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships""#;
    let book = format!("<workbook {main} {office}><sheets>{names}</sheets></workbook>");
    let targets = list(&|id, _| relation(id, "worksheet", &format!("worksheets/sheet{id}.xml")));
    let shared = relation(90, "sharedStrings", "sharedStrings.xml") + &relation(91, "styles", "styles.xml");
    let texts = texts.iter().map(|text| format!("<si><t>{text}</t></si>")).collect::<Vec<_>>().concat();
    // Style 1 is Excel's own date with time (22).
    let styles = format!(r#"<styleSheet {main}><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>"#);
    let mut parts = vec![
        ("[Content_Types].xml".to_owned(), types.to_owned()),
        ("_rels/.rels".to_owned(), relations(relation(1, "officeDocument", "xl/workbook.xml"))),
        ("xl/workbook.xml".to_owned(), book),
        ("xl/_rels/workbook.xml.rels".to_owned(), relations(targets + &shared)),
        ("xl/sharedStrings.xml".to_owned(), format!("<sst {main}>{texts}</sst>")),
        ("xl/styles.xml".to_owned(), styles),
    ];
    parts.extend(sheets.iter().enumerate().map(|(at, (_, rows))| {
        (format!("xl/worksheets/sheet{}.xml", at + 1), format!("<worksheet {main}><sheetData>{rows}</sheetData></worksheet>"))
    }));
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, xml)| (name.as_str(), xml.as_bytes())).collect();
    zip(&parts)
}
