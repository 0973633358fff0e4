//! One event frame as folding sees it: places, ids, and what two cells of one column say about each other.

use std::ops::Range;

use serde_json::Value;

use super::Place;
use crate::frame::{Column, Frame, Places, Row};

/// Columns whose words for "nothing" give way to a word that says something: a later copy of a sign-in gains its risk and loses its transfer method.
const WORDS: &[&str] =
    &["stream", "protocol", "transfer_method", "incoming_token", "risk_level", "risk_state", "risk_detail", "risk_types", "level", "state"];

/// Words by which an export says that it does not tell. They contradict nothing.
const MASKS: &[&str] = &["unknown", "hidden", "unknownfuturevalue", "[]"];

/// Columns with JSON, which exporters write with other blanks and in another order.
const JSON: &[&str] = &["auth_steps", "ca_policies", "parameters", "changes", "details"];

/// Columns in which copies differ by nature: the log of origin, the operation's spelling.
const BY_NATURE: &[&str] = &["feed", "operation_raw"];

/// Degrees within which two positions are one place, about a kilometre: exports round them differently.
const POSITION: f64 = 0.01;

const SECOND: i64 = 1_000_000;

/// A frame of events.
pub(super) struct Table<'a> {
    pub(super) name: &'static str,
    places: &'a Places,
    columns: Vec<(&'static str, Column<'a>)>,
    feed: Option<Column<'a>>,
}

/// How much a cell says, in ascending order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    /// The export has no such field.
    Null,
    /// The field is there without a value.
    Empty,
    /// A word for "not told".
    Mask,
    /// The word "none" where other copies may say more.
    Nothing,
    /// A value.
    Value,
}

/// What the cell of a copy means for the cell that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    /// Nothing new.
    Agrees,
    /// It says more, and nothing else: it is taken.
    Completes,
    /// It says something else. The flag tells whether it is taken nevertheless.
    Differs(bool),
}

impl<'a> Table<'a> {
    pub(super) fn of(name: &'static str, frame: &'a dyn Frame) -> Self {
        let columns = frame.columns();
        let feed = columns.iter().find(|(name, _)| *name == "feed").map(|(_, column)| *column);
        Self { name, places: frame.places(), columns, feed }
    }

    pub(super) fn height(&self) -> usize {
        self.places.len()
    }

    pub(super) fn places(&self) -> &'a Places {
        self.places
    }

    pub(super) fn columns(&self) -> &[(&'static str, Column<'a>)] {
        &self.columns
    }

    /// The column of this name.
    pub(super) fn column(&self, name: &str) -> Option<Column<'a>> {
        self.columns.iter().find(|(own, _)| *own == name).map(|(_, column)| *column)
    }

    /// The text of a cell; `None` also where it is empty.
    pub(super) fn text(column: Option<Column<'a>>, row: usize) -> Option<&'a str> {
        if let Some(Column::Text(texts)) = column { texts.get(row).filter(|text| !text.is_empty()) } else { None }
    }

    pub(super) fn place(&self, row: usize) -> Place {
        (self.places.source(row).0, self.places.record(row))
    }

    pub(super) fn feed(&self, row: usize) -> Option<&'a str> {
        Self::text(self.feed, row)
    }

    /// The rows of one record; rows stand by source and record.
    pub(super) fn rows_of(&self, place: Place) -> Range<usize> {
        let first_not = |is_before: &dyn Fn(Place) -> bool| {
            let (mut low, mut high) = (0, self.height());
            while low < high {
                let middle = low + (high - low) / 2;
                if is_before(self.place(middle)) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            low
        };
        first_not(&|other| other < place)..first_not(&|other| other <= place)
    }

    /// Cells of a row that are neither null nor empty.
    pub(super) fn n_filled(&self, row: usize) -> usize {
        (0..self.columns.len()).filter(|column| self.strength(*column, row) > Strength::Empty).count()
    }

    /// The cell holds a value.
    pub(super) fn has_value(&self, column: usize, row: usize) -> bool {
        self.strength(column, row) == Strength::Value
    }

    fn strength(&self, column: usize, row: usize) -> Strength {
        let Some((name, column)) = self.columns.get(column) else { return Strength::Null };
        let Column::Text(texts) = column else {
            return if column.has(row) { Strength::Value } else { Strength::Null };
        };
        match texts.get(row) {
            None => Strength::Null,
            Some("") => Strength::Empty,
            Some(text) if WORDS.contains(name) && MASKS.contains(&text) => Strength::Mask,
            Some("none") if WORDS.contains(name) => Strength::Nothing,
            Some(_) => Strength::Value,
        }
    }

    /// Compares the cell that stands in `own` with that of a copy. The stated rule: a value beats "none", which beats "not told", which beats an empty
    /// field, which beats an absent one; a finer time beats a coarser one; of two JSON texts that differ the longer stays; else what stands stays.
    pub(super) fn compare(&self, column: usize, own: Row, other: Row) -> Relation {
        let (own, other) = (own as usize, other as usize);
        let (strength, others) = (self.strength(column, own), self.strength(column, other));
        if others <= Strength::Mask || strength <= Strength::Mask {
            return if others > strength { Relation::Completes } else { Relation::Agrees };
        }
        let Some((name, content)) = self.columns.get(column) else { return Relation::Agrees };
        if strength != others {
            return Relation::Differs(others > strength);
        }
        match content {
            Column::Text(texts) if texts.code(own) == texts.code(other) || BY_NATURE.contains(name) => Relation::Agrees,
            Column::Text(texts) => {
                let (own, other) = (texts.get(own).unwrap_or_default(), texts.get(other).unwrap_or_default());
                if own.eq_ignore_ascii_case(other) {
                    Relation::Agrees
                } else if JSON.contains(name) {
                    json(own, other)
                } else {
                    Relation::Differs(false)
                }
            }
            Column::Time(times) => match (times.get(own), times.get(other)) {
                (Some(own), Some(other)) if own == other => Relation::Agrees,
                (Some(own), Some(other)) if own.div_euclid(SECOND) == other.div_euclid(SECOND) => {
                    if own.rem_euclid(SECOND) == 0 {
                        Relation::Completes
                    } else {
                        Relation::Agrees
                    }
                }
                _ => Relation::Differs(false),
            },
            Column::Real(numbers) => {
                let apart = numbers.get(own).zip(numbers.get(other)).map(|(own, other)| (own - other).abs());
                if apart.is_some_and(|apart| apart > POSITION) { Relation::Differs(false) } else { Relation::Agrees }
            }
            Column::Int(numbers) if numbers.get(own) == numbers.get(other) => Relation::Agrees,
            Column::Flag(flags) if flags.get(own) == flags.get(other) => Relation::Agrees,
            Column::Int(_) | Column::Flag(_) => Relation::Differs(false),
        }
    }
}

/// Two JSON texts: the same content in another order agrees, one that holds all of the other and more completes it.
fn json(own: &str, other: &str) -> Relation {
    let parsed = |text: &str| serde_json::from_str::<Value>(text).ok();
    match (parsed(own), parsed(other)) {
        (Some(own), Some(other)) if covers(&own, &other) => Relation::Agrees,
        (Some(own), Some(other)) if covers(&other, &own) => Relation::Completes,
        _ => Relation::Differs(other.len() > own.len()),
    }
}

/// `whole` holds everything that `part` holds. Parsing has bounded the depth.
fn covers(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => part.iter().all(|(key, part)| whole.get(key).is_some_and(|whole| covers(whole, part))),
        (Value::Array(whole), Value::Array(part)) => whole.len() == part.len() && whole.iter().zip(part).all(|(whole, part)| covers(whole, part)),
        (whole, part) => whole == part,
    }
}
