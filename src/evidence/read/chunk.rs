//! One batch of records → rows, and the reasons why some records became none.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{LISTED, Reading};
use crate::evidence::container::json::record::{Arena, parse_into};
use crate::evidence::container::value::{Object, Value};
use crate::evidence::container::{Batch, Container, Piece, State, clixml, json, lines, powershell, repair};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{Frames, Remarks, Rows};
use crate::provenance::{SkipReason, Skipped};
use crate::time::DateOrder;

/// Characters of an unusable record that are kept, for the first [`FULL_EXCERPTS`] of a batch and for the others.
const EXCERPT: usize = 2_000;
const SHORT_EXCERPT: usize = 200;
const FULL_EXCERPTS: usize = 500;

/// Names of fields that are told when a record is not recognised.
const FIELDS_TOLD: usize = 12;

/// What a batch held.
#[derive(Default)]
pub(super) struct Chunk {
    pub(super) frames: Frames,
    pub(super) skipped: Vec<Skipped>,
    pub(super) n_unlisted: BTreeMap<SkipReason, u64>,
    pub(super) first_unlisted: Option<u64>,
    pub(super) n_used: u64,
    pub(super) n_by_shape: BTreeMap<&'static str, u64>,
    pub(super) n_ragged: u64,
    pub(super) n_cut: u64,
    pub(super) n_repaired: u64,
    pub(super) remarks: Remarks,
}

/// Why a record became no row.
struct Loss {
    reason: SkipReason,
    detail: String,
}

impl Loss {
    fn new(reason: SkipReason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }
}

impl Chunk {
    /// Parses, recognises and reads the records of a batch.
    pub(super) fn parse(batch: Batch, reading: Reading<'_>, order: DateOrder) -> Self {
        let mut chunk = Self::default();
        let mut rows = Rows::default();
        let table = batch.header.as_ref().and_then(|header| (reading.recognise)(&header.blank()));
        let mut arena = Arena::default();
        for (record, piece) in (batch.first..).zip(&batch.pieces) {
            let text = batch.text.get(piece.start..piece.end).unwrap_or_default();
            arena.reset();
            let place = Place { source: reading.source, path: reading.path, context: &piece.context, record, dates: order };
            let result = match piece.state {
                State::Cut => {
                    chunk.n_cut += 1;
                    Err(Loss::new(SkipReason::Truncated, "the file ends in the middle of this record"))
                }
                State::Broken(why) => Err(Loss::new(SkipReason::Malformed, why)),
                State::Whole => match &batch.header {
                    Some(header) => {
                        let (object, n_cells) = header.object(text, &arena);
                        let is_ragged = n_cells != header.n_cells();
                        if header.repeated_by(&object) {
                            Err(Loss::new(SkipReason::NotEvidence, "the table head again"))
                        } else {
                            let result = use_row(&object, table, reading, &place, &mut rows);
                            chunk.n_ragged += u64::from(is_ragged && result.is_ok());
                            result
                        }
                    }
                    None if reading.text.container == Container::PowerShell => {
                        let object = powershell::object(text, piece.columns.as_deref());
                        use_record(&object, (reading.recognise)(&object), &place, &mut rows)
                    }
                    None if reading.text.container == Container::Clixml => clixml::object(text)
                        .map_err(|detail| Loss::new(SkipReason::Malformed, detail))
                        .and_then(|object| use_record(&object, (reading.recognise)(&object), &place, &mut rows)),
                    None if let Container::Lines(kind) = reading.text.container => {
                        let object = lines::object(text, &piece.context, piece.columns.as_deref(), kind);
                        use_record(&object, (reading.recognise)(&object), &place, &mut rows)
                    }
                    None => use_json((text, &arena), piece.columns.as_deref(), reading, place, (&mut rows, &mut chunk.n_repaired)),
                },
            };
            match result {
                Ok(shape) => {
                    chunk.n_used += 1;
                    *chunk.n_by_shape.entry(shape.id).or_default() += 1;
                }
                Err(loss) => chunk.lose(loss, reading, record, piece, text),
            }
        }
        chunk.remarks = std::mem::take(&mut rows.remarks);
        chunk.frames = rows.finish();
        if let Some(watch) = reading.watch {
            watch(reading.source, &std::mem::take(&mut chunk.frames));
        }
        reading.pool.give(batch.text);
        chunk
    }

    fn lose(&mut self, loss: Loss, reading: Reading<'_>, record: u64, piece: &Piece, text: &str) {
        if self.skipped.len() >= LISTED {
            self.first_unlisted.get_or_insert(record);
            *self.n_unlisted.entry(loss.reason).or_default() += 1;
            return;
        }
        let n_characters = if self.skipped.len() < FULL_EXCERPTS { EXCERPT } else { SHORT_EXCERPT };
        let excerpt = text.char_indices().nth(n_characters).map_or(text, |(end, _)| text.get(..end).unwrap_or_default());
        debug_assert!(piece.start <= piece.end, "pieces do not run backwards");
        self.skipped.push(Skipped { source: reading.source, record, reason: loss.reason, detail: loss.detail, excerpt: excerpt.to_owned() });
    }
}

/// Reads one JSON record.
fn use_json(
    (text, arena): (&str, &Arena),
    columns: Option<&[String]>,
    reading: Reading<'_>,
    place: Place<'_>,
    (rows, n_repaired): (&mut Rows, &mut u64),
) -> Result<&'static Shape, Loss> {
    let value = if let Some(value) = parse_into(arena, text) {
        value
    } else {
        let (value, is_repaired) = repair::parse(text).map_err(|error| Loss::new(SkipReason::Malformed, error.to_string()))?;
        *n_repaired += u64::from(is_repaired);
        value
    };
    let value = match (value, columns) {
        (Value::List(cells), Some(columns)) => {
            Value::Object(Object::new(columns.iter().map(|name| Cow::Borrowed(name.as_str())).zip(cells.into_vec())))
        }
        (value, _) => value,
    };
    let nested = value.nested().map_err(|error| Loss::new(SkipReason::Malformed, format!("the JSON inside this text: {error}")))?;
    let Some(object) = nested.object() else {
        return Err(Loss::new(SkipReason::UnknownShape, "a bare value, not an object"));
    };
    // An object saved alone carries the context that pages carry.
    let own_context = if place.context.is_empty() { json::context(object) } else { None };
    let place = Place { context: own_context.as_deref().unwrap_or(place.context), ..place };
    use_object(object, reading, &place, rows, 0)
}

/// Reads one row of a table. SIEM tables hold the original record beside the columns that were made of it, which are poorer: lists in them are torn.
fn use_row(
    row: &Object<'_>,
    table: Option<&'static Shape>,
    reading: Reading<'_>,
    place: &Place<'_>,
    rows: &mut Rows,
) -> Result<&'static Shape, Loss> {
    const ORIGINALS: &[&str] = &["raw", "eventoriginal"];
    for original in ORIGINALS.iter().filter_map(|name| row.get(name)?.nested().ok()) {
        if let Some(inner) = original.object().filter(|inner| (reading.recognise)(inner).is_some()) {
            return use_object(inner, reading, place, rows, 0);
        }
    }
    match table.or_else(|| (reading.recognise)(row)) {
        Some(shape) => use_record(row, Some(shape), place, rows),
        None => use_object(row, reading, place, rows, 0),
    }
}

/// Wrappings inside each other that are opened: Elasticsearch hits around Filebeat events around original records, and one to spare.
const WRAPPINGS: usize = 4;

/// Reads one object: the record, or what programs put around it.
fn use_object(object: &Object<'_>, reading: Reading<'_>, place: &Place<'_>, rows: &mut Rows, depth: usize) -> Result<&'static Shape, Loss> {
    if let Some(shape) = (reading.recognise)(object) {
        return use_record(object, Some(shape), place, rows);
    }
    for inner in WRAPPERS.iter().filter_map(|path| object.path(path)?.nested().ok()) {
        if let Some(inner) = inner.object().filter(|inner| is_known(inner, reading, depth + 1)) {
            return use_object(inner, reading, place, rows, depth + 1);
        }
    }
    use_record(object, None, place, rows)
}

/// A record, or something around one.
fn is_known(object: &Object<'_>, reading: Reading<'_>, depth: usize) -> bool {
    let holds_one = || {
        let mut inner = WRAPPERS.iter().filter_map(|path| object.path(path)?.nested().ok());
        inner.any(|inner| inner.object().is_some_and(|inner| is_known(inner, reading, depth + 1)))
    };
    depth <= WRAPPINGS && ((reading.recognise)(object).is_some() || holds_one())
}

fn use_record(object: &Object<'_>, shape: Option<&'static Shape>, place: &Place<'_>, rows: &mut Rows) -> Result<&'static Shape, Loss> {
    let Some(shape) = shape else {
        let names: Vec<&str> = object.iter().take(FIELDS_TOLD).map(|(name, _)| name.as_ref()).collect();
        let more = if object.len() > FIELDS_TOLD { " …" } else { "" };
        return Err(Loss::new(SkipReason::UnknownShape, format!("no known shape has these fields: {}{more}", names.join(", "))));
    };
    let n_before = rows.len();
    // A record that no one thought of must not take the other records with it.
    let result = catch_unwind(AssertUnwindSafe(|| (shape.read)(object, place, rows)))
        .unwrap_or_else(|_| Err(Reject { reason: SkipReason::Malformed, detail: "a defect of this program; please report this record".to_owned() }));
    match result {
        // Rows that were pushed before a rejection cannot be taken back: the record counts as used.
        _ if rows.len() > n_before => Ok(shape),
        Ok(()) => Err(Loss::new(SkipReason::NotEvidence, format!("{}: nothing in this record fills a row", shape.id))),
        Err(reject) => Err(Loss::new(reject.reason, format!("{}: {}", shape.id, reject.detail))),
    }
}

/// Where SIEMs and REST clients put the record: `_source`, `_raw`, `event.original`, or the single object under `value` or `data`.
const WRAPPERS: &[&[&str]] =
    &[&["source"], &["raw"], &["event", "original"], &["eventoriginal"], &["value"], &["data"], &["event"], &["result"], &["message"], &["body"]];
