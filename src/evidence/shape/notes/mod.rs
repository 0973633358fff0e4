//! Shapes of what people and collecting programs wrote beside the exports: dated lines, and tables of communication.

mod collector_log;
mod communication_log;
mod containment_note;

use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::{Shape, field};
use crate::frame::NoteRow;
use crate::time::DateOrder;

/// Shapes of notes.
pub const NOTE_SHAPES: &[&Shape] = &[&containment_note::SHAPE, &communication_log::SHAPE, &collector_log::SHAPE];

/// What all dated lines have in common. The time was read with the line, whose begin it is.
fn dated(record: &Object<'_>, kind: &str, text: &str) -> NoteRow {
    NoteRow {
        time: field::time(record.get("notetime"), DateOrder::default()),
        zone_stated: Some(record.text("notezone").as_deref() == Some("stated")),
        kind: Some(kind.to_owned()),
        text: Some(text.to_owned()),
        ..NoteRow::default()
    }
}

/// The words of a line under this field; empty when there are none.
fn words<'v>(record: &'v Object<'_>, name: &str) -> std::borrow::Cow<'v, str> {
    record.get(name).and_then(Value::text).unwrap_or_default()
}
