//! Numbers, times and flags of one column, and what can be done with a column of any kind.

use std::borrow::Cow;

use super::Texts;
use crate::time::Time;

/// Number of a row.
pub type Row = u32;

/// A cell of fixed size; one of its values stands for "no value".
pub trait Cell: Copy {
    /// No value.
    const NULL: Self;
    /// This is [`Self::NULL`].
    fn is_null(self) -> bool;
}

impl Cell for i64 {
    const NULL: Self = i64::MIN;
    fn is_null(self) -> bool {
        self == i64::MIN
    }
}

impl Cell for f64 {
    const NULL: Self = f64::NAN;
    fn is_null(self) -> bool {
        self.is_nan()
    }
}

/// 0, 1, or 2 for "no value".
impl Cell for u8 {
    const NULL: Self = 2;
    fn is_null(self) -> bool {
        self == 2
    }
}

/// A column of such cells. Cells behind the last value are not stored.
#[derive(Debug, Clone)]
pub struct Cells<T> {
    height: usize,
    cells: Vec<T>,
}

impl<T> Default for Cells<T> {
    fn default() -> Self {
        Self { height: 0, cells: Vec::new() }
    }
}

impl<T: Cell> Cells<T> {
    /// The value of a row.
    pub fn get(&self, row: usize) -> Option<T> {
        self.cells.get(row).copied().filter(|cell| !cell.is_null())
    }

    /// All rows in order.
    pub fn iter(&self) -> impl Iterator<Item = Option<T>> {
        (0..self.height).map(|row| self.get(row))
    }

    /// Rows with a value.
    pub fn n_values(&self) -> usize {
        self.cells.iter().filter(|cell| !cell.is_null()).count()
    }

    /// Appends a row.
    pub fn push(&mut self, value: Option<T>) {
        if let Some(value) = value {
            self.cells.resize(self.height, T::NULL);
            self.cells.push(value);
        }
        self.height += 1;
    }

    fn append(&mut self, later: Self) {
        if !later.cells.is_empty() {
            if self.height == 0 {
                self.cells = later.cells;
            } else {
                self.cells.resize(self.height, T::NULL);
                self.cells.extend_from_slice(&later.cells);
            }
        }
        self.height += later.height;
    }

    fn gather(&mut self, rows: &[Row]) {
        if !self.cells.is_empty() {
            self.cells = rows.iter().map(|row| self.cells.get(*row as usize).copied().unwrap_or(T::NULL)).collect();
        }
        self.height = rows.len();
    }

    fn copy(&mut self, from: Row, to: Row) {
        let value = self.cells.get(from as usize).copied().unwrap_or(T::NULL);
        let to = to as usize;
        if !value.is_null() && to < self.height && self.cells.len() <= to {
            self.cells.resize(to + 1, T::NULL);
        }
        if let Some(cell) = self.cells.get_mut(to) {
            *cell = value;
        }
    }
}

impl<T: Cell> FromIterator<Option<T>> for Cells<T> {
    fn from_iter<I: IntoIterator<Item = Option<T>>>(values: I) -> Self {
        let mut cells = Self::default();
        for value in values {
            cells.push(value);
        }
        cells
    }
}

/// A column of any kind.
#[derive(Debug, Clone, Copy)]
pub enum Column<'a> {
    /// Texts.
    Text(&'a Texts),
    /// Microseconds since 1970, UTC.
    Time(&'a Cells<i64>),
    /// Whole numbers.
    Int(&'a Cells<i64>),
    /// Real numbers.
    Real(&'a Cells<f64>),
    /// Yes or no.
    Flag(&'a Cells<u8>),
}

impl<'a> Column<'a> {
    /// The row has a value, perhaps an empty text.
    pub fn has(self, row: usize) -> bool {
        match self {
            Self::Text(column) => column.has(row),
            Self::Time(column) | Self::Int(column) => column.get(row).is_some(),
            Self::Real(column) => column.get(row).is_some(),
            Self::Flag(column) => column.get(row).is_some(),
        }
    }

    /// Rows with a value.
    pub fn n_values(self) -> usize {
        match self {
            Self::Text(column) => column.n_values(),
            Self::Time(column) | Self::Int(column) => column.n_values(),
            Self::Real(column) => column.n_values(),
            Self::Flag(column) => column.n_values(),
        }
    }

    /// The cell as text; times as RFC 3339.
    pub fn text(self, row: usize) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(column) => column.get(row).map(Cow::Borrowed),
            Self::Time(column) => column.get(row).map(|time| Cow::Owned(Time(time).to_string())),
            Self::Int(column) => column.get(row).map(|number| Cow::Owned(number.to_string())),
            Self::Real(column) => column.get(row).map(|number| Cow::Owned(number.to_string())),
            Self::Flag(column) => column.get(row).map(|flag| Cow::Borrowed(if flag == 1 { "true" } else { "false" })),
        }
    }

    /// Bytes in memory.
    pub fn n_bytes(self) -> usize {
        match self {
            Self::Text(column) => column.n_bytes(),
            Self::Time(column) | Self::Int(column) => column.cells.capacity() * 8,
            Self::Real(column) => column.cells.capacity() * 8,
            Self::Flag(column) => column.cells.capacity(),
        }
    }
}

/// A column of any kind, to be changed.
#[derive(Debug)]
pub enum ColumnMut<'a> {
    /// Texts.
    Text(&'a mut Texts),
    /// Times and whole numbers.
    Int(&'a mut Cells<i64>),
    /// Real numbers.
    Real(&'a mut Cells<f64>),
    /// Yes or no.
    Flag(&'a mut Cells<u8>),
}

impl ColumnMut<'_> {
    /// Appends the rows of a column of the same kind, and takes them away from it. Columns of two kinds cannot meet: both are of one frame.
    pub(super) fn append(self, later: ColumnMut<'_>) {
        use std::mem::take;
        match (self, later) {
            (Self::Text(column), ColumnMut::Text(later)) => column.append(take(later)),
            (Self::Int(column), ColumnMut::Int(later)) => column.append(take(later)),
            (Self::Real(column), ColumnMut::Real(later)) => column.append(take(later)),
            (Self::Flag(column), ColumnMut::Flag(later)) => column.append(take(later)),
            _ => debug_assert!(false, "columns of one frame have one kind"),
        }
    }

    /// Puts the rows in this order; rows may be left out or repeated.
    pub(super) fn gather(self, rows: &[Row]) {
        match self {
            Self::Text(column) => column.gather(rows),
            Self::Int(column) => column.gather(rows),
            Self::Real(column) => column.gather(rows),
            Self::Flag(column) => column.gather(rows),
        }
    }

    /// Row `to` gets the cell of row `from`.
    pub fn copy(&mut self, from: Row, to: Row) {
        match self {
            Self::Text(column) => column.copy(from, to),
            Self::Int(column) => column.copy(from, to),
            Self::Real(column) => column.copy(from, to),
            Self::Flag(column) => column.copy(from, to),
        }
    }

    /// Frees what only growing needs.
    pub(super) fn seal(self) {
        match self {
            Self::Text(column) => column.seal(),
            Self::Int(column) => column.cells.shrink_to_fit(),
            Self::Real(column) => column.cells.shrink_to_fit(),
            Self::Flag(column) => column.cells.shrink_to_fit(),
        }
    }
}
