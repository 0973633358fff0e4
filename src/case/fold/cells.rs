//! How much a cell says, whatever its type.

use polars::prelude::{BooleanChunked, Column, DataFrame, DataType, PolarsResult, StringChunked};

/// Columns whose words for "nothing" give way to a word that says something: a later copy of a sign-in gains its risk and loses its transfer method.
const WEAK_IN: &[&str] =
    &["stream", "protocol", "transfer_method", "incoming_token", "risk_level", "risk_state", "risk_detail", "risk_types", "level", "state"];

/// Such words.
const WEAK: &[&str] = &["none", "unknown", "hidden", "unknownfuturevalue", "[]"];

/// How much a cell says, in ascending order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// The export has no such field.
    Null,
    /// The field is there without a value.
    Empty,
    /// A word for "nothing".
    Weak,
    /// A value.
    Value,
}

/// The columns of one frame behind the provenance block, to ask about single cells.
pub(super) struct Cells<'a> {
    columns: Vec<Kind<'a>>,
}

enum Kind<'a> {
    Text { column: &'a StringChunked, weak: bool },
    Other(BooleanChunked),
}

/// `source`, `record` and `record_id` come first in every frame.
pub(super) const N_PROVENANCE: usize = 3;

impl<'a> Cells<'a> {
    /// Of a frame in one chunk.
    pub(super) fn of(data: &'a DataFrame) -> PolarsResult<Self> {
        let kind = |column: &'a Column| {
            Ok(match column.dtype() {
                DataType::String => Kind::Text { column: column.str()?, weak: WEAK_IN.contains(&column.name().as_str()) },
                _ => Kind::Other(column.is_not_null()),
            })
        };
        Ok(Self { columns: data.columns().iter().skip(N_PROVENANCE).map(kind).collect::<PolarsResult<_>>()? })
    }

    /// Number of columns.
    pub(super) fn n_columns(&self) -> usize {
        self.columns.len()
    }

    /// How much a cell says.
    pub(super) fn strength(&self, column: usize, row: usize) -> Strength {
        match self.columns.get(column) {
            Some(Kind::Text { column, weak }) => match column.get(row) {
                None => Strength::Null,
                Some("") => Strength::Empty,
                Some(text) if *weak && WEAK.contains(&text) => Strength::Weak,
                Some(_) => Strength::Value,
            },
            Some(Kind::Other(present)) if present.get(row) == Some(true) => Strength::Value,
            Some(Kind::Other(_)) | None => Strength::Null,
        }
    }

    /// Cells of a row that are neither null nor empty.
    pub(super) fn n_filled(&self, row: usize) -> u64 {
        (0..self.n_columns()).filter(|column| self.strength(*column, row) >= Strength::Weak).count() as u64
    }
}
