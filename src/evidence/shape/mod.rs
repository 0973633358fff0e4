//! The registry of export shapes. A shape recognises a record by its keys (never by a file name) and maps Microsoft's field names to frame rows.
//! Microsoft's names appear in this folder and nowhere else.

pub mod events;
pub mod field;
pub mod notes;
pub mod states;

use crate::evidence::container::value::{Object, Value};
use crate::frame::Rows;
use crate::provenance::{SkipReason, SourceId};

/// One export shape.
pub struct Shape {
    /// Slug = file name = fixture folder.
    pub id: &'static str,
    /// For people.
    pub title: &'static str,
    /// The evidence table of the README: who makes such files.
    pub made_by: &'static str,
    /// True when this record, or a CSV row with this header, has this shape. Shapes are asked in registry order; the first that claims it reads it.
    pub claims: fn(&Object<'_>) -> bool,
    /// Fills rows from one claimed record. `Err` rejects the record: nothing may have been pushed then.
    pub read: fn(&Object<'_>, &Place<'_>, &mut Rows) -> Result<(), Reject>,
}

/// Where the record stands.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The file.
    pub source: SourceId,
    /// Its path below the evidence folder: a hint of last resort (interactive or not, owner of rules), never a reason to claim.
    pub path: &'a str,
    /// `@odata.context` of the page the record came from; empty when there is none. Names the owner that Graph objects do not carry.
    pub context: &'a str,
    /// The record's ordinal in the file.
    pub record: u64,
    /// How slashed dates of this file are to be read.
    pub dates: crate::time::DateOrder,
}

/// Why a claimed record cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// The class of reason.
    pub reason: SkipReason,
    /// What was wrong, in words.
    pub detail: String,
}

impl Reject {
    /// A field that the frame needs is absent or unreadable.
    pub(in crate::evidence::shape) fn missing(field: &str, recorded: Option<&Value<'_>>) -> Self {
        let detail = match recorded.and_then(Value::text) {
            Some(text) if text.is_empty() => format!("{field} is empty"),
            Some(text) => format!("{field} is unreadable: {:?}", text.chars().take(80).collect::<String>()),
            None => format!("{field} is absent"),
        };
        Self { reason: SkipReason::MissingField, detail }
    }
}

/// All shapes, most specific first: wrappers nest, so order matters. Things that happened come before things as they stood, and both
/// before what was written about them.
pub fn shapes() -> impl Iterator<Item = &'static Shape> {
    events::EVENT_SHAPES.iter().chain(states::STATE_SHAPES).chain(notes::NOTE_SHAPES).copied()
}

/// The shape that claims this record.
pub fn recognise(record: &Object<'_>) -> Option<&'static Shape> {
    shapes().find(|shape| (shape.claims)(record))
}
