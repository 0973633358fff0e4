//! The one macro of the house: it turns a list of columns into a frame with one typed column each, a row to fill, and a view to read rows back.

use rayon::prelude::*;

use super::Texts;
use super::cells::{Column, ColumnMut, Row};
use crate::provenance::{RecordRef, SourceId};

/// Where the rows of a frame come from.
#[derive(Debug, Clone, Default)]
pub struct Places {
    source: Vec<u32>,
    record: Vec<u64>,
    record_id: Texts,
}

impl Places {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.source.len()
    }

    /// No rows.
    pub fn is_empty(&self) -> bool {
        self.source.is_empty()
    }

    /// The file of a row.
    pub fn source(&self, row: usize) -> SourceId {
        SourceId(self.source.get(row).copied().unwrap_or(u32::MAX))
    }

    /// The ordinal of a row's record in its file.
    pub fn record(&self, row: usize) -> u64 {
        self.record.get(row).copied().unwrap_or(u64::MAX)
    }

    /// The record's own id, may be empty.
    pub fn record_id(&self, row: usize) -> &str {
        self.record_id.get(row).unwrap_or("")
    }

    /// The reference to print under every statement that rests on this row.
    pub fn reference(&self, row: usize) -> RecordRef {
        RecordRef { source: self.source(row), record: self.record(row), id: self.record_id(row).into() }
    }

    /// All rows come from this file.
    pub fn set_source(&mut self, source: SourceId) {
        self.source.fill(source.0);
    }

    pub(super) fn push(&mut self, source: SourceId, record: u64, record_id: &str) {
        self.source.push(source.0);
        self.record.push(record);
        self.record_id.push(Some(record_id));
    }
}

/// What all frames can do.
pub trait Frame: Send + Sync {
    /// Where the rows come from.
    fn places(&self) -> &Places;
    /// The same, to be changed.
    fn places_mut(&mut self) -> &mut Places;
    /// Name and content of each column, in order of declaration.
    fn columns(&self) -> Vec<(&'static str, Column<'_>)>;
    /// The same, to be changed.
    fn columns_mut(&mut self) -> Vec<(&'static str, ColumnMut<'_>)>;

    /// Number of rows.
    fn height(&self) -> usize {
        self.places().len()
    }

    /// Appends the rows of a frame of the same kind below, and takes them away from it.
    fn append(&mut self, later: &mut dyn Frame) {
        if later.height() == 0 {
            return;
        }
        let mut places = std::mem::take(later.places_mut());
        let own = self.places_mut();
        own.source.append(&mut places.source);
        own.record.append(&mut places.record);
        own.record_id.append(places.record_id);
        self.columns_mut().into_par_iter().zip(later.columns_mut()).for_each(|((_, column), (_, later))| column.append(later));
    }

    /// Puts the rows in this order; rows may be left out.
    fn gather(&mut self, rows: &[Row]) {
        let places = self.places_mut();
        places.source = rows.iter().map(|row| places.source.get(*row as usize).copied().unwrap_or(u32::MAX)).collect();
        places.record = rows.iter().map(|row| places.record.get(*row as usize).copied().unwrap_or(u64::MAX)).collect();
        places.record_id.gather(rows);
        self.columns_mut().into_par_iter().for_each(|(_, column)| column.gather(rows));
    }

    /// Frees what only growing needs.
    fn seal(&mut self) {
        let places = self.places_mut();
        places.source.shrink_to_fit();
        places.record.shrink_to_fit();
        places.record_id.seal();
        self.columns_mut().into_par_iter().for_each(|(_, column)| column.seal());
    }

    /// Bytes in memory.
    fn n_bytes(&self) -> usize {
        let places = self.places();
        let columns: usize = self.columns().into_iter().map(|(_, column)| column.n_bytes()).sum();
        places.source.capacity() * 4 + places.record.capacity() * 8 + places.record_id.n_bytes() + columns
    }
}

macro_rules! column_types {
    (row Text) => { Option<String> };
    (row Time) => { Option<crate::time::Time> };
    (row Int) => { Option<i64> };
    (row Real) => { Option<f64> };
    (row Flag) => { Option<bool> };
    (cell Text) => { Option<&'a str> };
    (cell Time) => { Option<crate::time::Time> };
    (cell Int) => { Option<i64> };
    (cell Real) => { Option<f64> };
    (cell Flag) => { Option<bool> };
    (column Text) => { crate::frame::Texts };
    (column Time) => { crate::frame::Cells<i64> };
    (column Int) => { crate::frame::Cells<i64> };
    (column Real) => { crate::frame::Cells<f64> };
    (column Flag) => { crate::frame::Cells<u8> };
}

macro_rules! column_code {
    (push Text, $column:expr, $value:expr) => {
        $column.push($value.as_deref())
    };
    (push Time, $column:expr, $value:expr) => {
        $column.push($value.map(|time: crate::time::Time| time.0))
    };
    (push Flag, $column:expr, $value:expr) => {
        $column.push($value.map(u8::from))
    };
    (push $kind:ident, $column:expr, $value:expr) => {
        $column.push($value)
    };
    (get Time, $column:expr, $row:expr) => {
        $column.get($row).map(crate::time::Time)
    };
    (get Flag, $column:expr, $row:expr) => {
        $column.get($row).map(|flag| flag == 1)
    };
    (get $kind:ident, $column:expr, $row:expr) => {
        $column.get($row)
    };
    (mutable Time, $column:expr) => {
        crate::frame::ColumnMut::Int(&mut $column)
    };
    (mutable $kind:ident, $column:expr) => {
        crate::frame::ColumnMut::$kind(&mut $column)
    };
}

/// Declares one frame: `Plural / Singular, Row { column: Kind, … }` with `Kind` one of `Text`, `Time`, `Int`, `Real`, `Flag`.
macro_rules! frame {
    ($(#[$doc:meta])* $frame:ident / $view:ident, $row:ident {
        $($(#[$field_doc:meta])* $field:ident: $kind:ident,)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default)]
        pub struct $frame {
            places: crate::frame::Places,
            $($(#[$field_doc])* pub(crate) $field: column_types!(column $kind),)*
        }

        #[doc = concat!("One row of [`", stringify!($frame), "`], to be filled by a shape.")]
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $row { $($(#[$field_doc])* pub $field: column_types!(row $kind),)* }

        #[doc = concat!("One row of [`", stringify!($frame), "`], to be read.")]
        #[derive(Clone, Copy)]
        pub struct $view<'a> {
            frame: &'a $frame,
            row: usize,
        }

        impl<'a> $view<'a> {
            /// The file.
            pub fn source(self) -> crate::provenance::SourceId { self.frame.places.source(self.row) }

            /// The record's ordinal in the file.
            pub fn record(self) -> u64 { self.frame.places.record(self.row) }

            /// The record's own id, may be empty.
            pub fn record_id(self) -> &'a str { self.frame.places.record_id(self.row) }

            /// The reference to print under every statement that rests on this row.
            pub fn reference(self) -> crate::provenance::RecordRef { self.frame.places.reference(self.row) }

            /// The number of this row in its frame.
            pub fn number(self) -> usize { self.row }

            $($(#[$field_doc])* pub fn $field(self) -> column_types!(cell $kind) { column_code!(get $kind, self.frame.$field, self.row) })*
        }

        impl std::fmt::Debug for $view<'_> {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let cells = crate::frame::Frame::columns(self.frame).into_iter().filter_map(|(name, column)| Some((name, column.text(self.row)?)));
                formatter.write_str(stringify!($view))?;
                formatter.debug_map().entries(cells).finish()
            }
        }

        impl $frame {
            /// Appends a row that comes from record `record` of `source`; `record_id` may be empty.
            pub fn push(&mut self, source: crate::provenance::SourceId, record: u64, record_id: &str, row: $row) {
                self.places.push(source, record, record_id);
                $(column_code!(push $kind, self.$field, row.$field);)*
            }

            /// Row number `row`, counted from 0.
            pub fn get(&self, row: usize) -> Option<$view<'_>> {
                (row < self.places.len()).then_some($view { frame: self, row })
            }

            /// All rows, in frame order: by time, then record id, then source and record.
            pub fn iter(&self) -> impl ExactSizeIterator<Item = $view<'_>> + DoubleEndedIterator {
                (0..self.places.len()).map(|row| $view { frame: self, row })
            }

            /// The rows of these numbers, in their order.
            pub fn at(&self, rows: impl IntoIterator<Item = usize>) -> impl Iterator<Item = $view<'_>> {
                rows.into_iter().filter_map(|row| self.get(row))
            }
        }

        impl crate::frame::Frame for $frame {
            fn places(&self) -> &crate::frame::Places { &self.places }
            fn places_mut(&mut self) -> &mut crate::frame::Places { &mut self.places }
            fn columns(&self) -> Vec<(&'static str, crate::frame::Column<'_>)> {
                vec![$((stringify!($field), crate::frame::Column::$kind(&self.$field)),)*]
            }
            fn columns_mut(&mut self) -> Vec<(&'static str, crate::frame::ColumnMut<'_>)> {
                vec![$((stringify!($field), column_code!(mutable $kind, self.$field)),)*]
            }
        }
    };
}

pub(super) use {column_code, column_types, frame};
