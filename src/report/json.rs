//! `report.json`, its JSON Schema, `manifest.json` and `rejected.jsonl`: for programs. Nothing is changed; characters that a terminal would obey or
//! hide are spelled `\uXXXX`, because people look at these files with `cat` too.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use super::safe;
use crate::model::{Inventory, Merging, Report, SourceLine, Tool};
use crate::provenance::{SkipReason, Skipped, Source};
use crate::settings::Settings;

/// Writes `report.json`.
pub fn report(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    pretty(report, out)
}

/// Writes what `inventory` found.
pub fn inventory(inventory: &Inventory, out: &mut dyn Write) -> io::Result<()> {
    pretty(inventory, out)
}

/// The JSON Schema of `report.json`.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Report).to_value()
}

#[derive(Serialize)]
struct Manifest<'a> {
    schema: &'static str,
    tool: &'a Tool,
    settings: &'a Settings,
    sources: &'a [SourceLine],
    merging: &'a Merging,
}

/// Writes `manifest.json`: every evidence file with size, hash and counts; tool, tables and settings of the run; what was merged.
pub fn manifest(report: &Report, settings: &Settings, out: &mut dyn Write) -> io::Result<()> {
    pretty(&Manifest { schema: "backtrail.manifest/1", tool: &report.tool, settings, sources: &report.sources, merging: &report.merging }, out)
}

#[derive(Serialize)]
struct Rejected<'a> {
    source: &'a str,
    record: u64,
    reason: SkipReason,
    detail: &'a str,
    excerpt: &'a str,
}

/// Writes `rejected.jsonl`: every record that could not be used, with its place and the reason.
pub fn rejected(sources: &[Source], skipped: &[Skipped], out: &mut dyn Write) -> io::Result<()> {
    for skip in skipped {
        let source = sources.get(skip.source.0 as usize).map_or("", |source| source.path.as_str());
        let line = Rejected { source, record: skip.record, reason: skip.reason, detail: &skip.detail, excerpt: &skip.excerpt };
        line.serialize(&mut Serializer::with_formatter(&mut *out, Visible(CompactFormatter)))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn pretty(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, Visible(PrettyFormatter::new())))?;
    out.write_all(b"\n")
}

/// A layout of JSON in which dangerous characters of texts are spelled out.
struct Visible<F>(F);

impl<F: Formatter> Formatter for Visible<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, text: &str) -> io::Result<()> {
        let mut rest = text;
        while let Some(at) = rest.find(safe::is_escaped_in_json) {
            let (before, behind) = rest.split_at(at);
            out.write_all(before.as_bytes())?;
            let mut characters = behind.chars();
            for unit in characters.next().into_iter().flat_map(|character| character.encode_utf16(&mut [0; 2]).to_vec()) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = characters.as_str();
        }
        out.write_all(rest.as_bytes())
    }
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }
    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }
    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, is_first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, is_first)
    }
    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }
    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }
    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }
    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, is_first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, is_first)
    }
    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }
    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_unchanged_and_hold_nothing_that_a_terminal_obeys() {
        let value = serde_json::json!({"a\u{9b}": ["x\u{202e}y\u{1b}\"\\", "\u{e0041}", "K\u{f6}ln", []], "b": {}});
        for text in [written(&value, Visible(PrettyFormatter::new())), written(&value, Visible(CompactFormatter))] {
            assert_eq!(serde_json::from_str::<serde_json::Value>(&text).expect("it is JSON"), value);
            assert!(!text.chars().any(|character| character != '\n' && safe::is_escaped_in_json(character)), "{text:?}");
            assert!(text.contains("K\u{f6}ln") && text.contains("\\udb40\\udc41"), "{text}");
        }
        assert_eq!(
            written(&value, Visible(PrettyFormatter::new())).lines().count(),
            serde_json::to_string_pretty(&value).expect("it is JSON").lines().count()
        );
    }

    fn written(value: &serde_json::Value, layout: impl Formatter) -> String {
        let mut bytes = Vec::new();
        value.serialize(&mut Serializer::with_formatter(&mut bytes, layout)).expect("memory takes it");
        String::from_utf8(bytes).expect("JSON is UTF-8")
    }
}
