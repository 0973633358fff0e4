//! How much a cell says, whatever its type.

use crate::frame::{Column, Frame};

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

/// The columns of one frame, to ask about single cells.
pub(super) struct Cells<'a>(Vec<(Column<'a>, bool)>);

impl<'a> Cells<'a> {
    /// Of a frame.
    pub(super) fn of(frame: &'a dyn Frame) -> Self {
        Self(frame.columns().into_iter().map(|(name, column)| (column, WEAK_IN.contains(&name))).collect())
    }

    /// Number of columns.
    pub(super) fn n_columns(&self) -> usize {
        self.0.len()
    }

    /// How much a cell says.
    pub(super) fn strength(&self, column: usize, row: usize) -> Strength {
        match self.0.get(column) {
            Some((Column::Text(column), weak)) => match column.get(row) {
                None => Strength::Null,
                Some("") => Strength::Empty,
                Some(text) if *weak && WEAK.contains(&text) => Strength::Weak,
                Some(_) => Strength::Value,
            },
            Some((column, _)) if column.has(row) => Strength::Value,
            _ => Strength::Null,
        }
    }

    /// Cells of a row that are neither null nor empty.
    pub(super) fn n_filled(&self, row: usize) -> u64 {
        (0..self.n_columns()).filter(|column| self.strength(*column, row) >= Strength::Weak).count() as u64
    }
}
