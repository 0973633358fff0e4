//! The one macro of the house: it turns a list of columns into a polars schema, a row to fill, a builder, and a typed view to read rows back.

use polars::prelude::{DataFrame, PolarsResult};

/// What all frames can do.
pub trait Frame: Sized {
    /// A frame without rows, with its schema.
    fn empty() -> Self;
    /// The polars frame, for queries. Column names are the constants of the frame's module.
    fn data(&self) -> &DataFrame;
    /// The polars frame, to be replaced by one with the same schema.
    fn data_mut(&mut self) -> &mut DataFrame;
    /// Appends rows below.
    fn append(&mut self, later: Self) -> PolarsResult<()>;
    /// Number of rows.
    fn height(&self) -> usize {
        self.data().height()
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
    (builder Text) => { polars::prelude::StringChunkedBuilder };
    (builder Time) => { polars::prelude::PrimitiveChunkedBuilder<polars::prelude::Int64Type> };
    (builder Int) => { polars::prelude::PrimitiveChunkedBuilder<polars::prelude::Int64Type> };
    (builder Real) => { polars::prelude::PrimitiveChunkedBuilder<polars::prelude::Float64Type> };
    (builder Flag) => { polars::prelude::BooleanChunkedBuilder };
    (array Text) => { polars::prelude::StringChunked };
    (array Time) => { polars::prelude::Int64Chunked };
    (array Int) => { polars::prelude::Int64Chunked };
    (array Real) => { polars::prelude::Float64Chunked };
    (array Flag) => { polars::prelude::BooleanChunked };
}

macro_rules! column_code {
    (push Text, $builder:expr, $value:expr) => {
        $builder.append_option($value.as_deref())
    };
    (push Time, $builder:expr, $value:expr) => {
        $builder.append_option($value.map(|time: crate::time::Time| time.0))
    };
    (push $kind:ident, $builder:expr, $value:expr) => {
        $builder.append_option($value)
    };
    (finish Time, $builder:expr) => {{
        use polars::prelude::IntoColumn;
        $builder.finish().into_datetime(polars::prelude::TimeUnit::Microseconds, None).into_column()
    }};
    (finish $kind:ident, $builder:expr) => {{
        use polars::prelude::IntoColumn;
        $builder.finish().into_column()
    }};
    (array Text, $column:expr) => {
        $column.str()?
    };
    (array Time, $column:expr) => {
        $column.datetime()?.physical()
    };
    (array Int, $column:expr) => {
        $column.i64()?
    };
    (array Real, $column:expr) => {
        $column.f64()?
    };
    (array Flag, $column:expr) => {
        $column.bool()?
    };
    (cell Time, $array:expr, $row:expr) => {
        $array.get($row).map(crate::time::Time)
    };
    (cell $kind:ident, $array:expr, $row:expr) => {
        $array.get($row)
    };
}

/// Declares one frame: `Plural / Singular, module { column: Kind, … }` with `Kind` one of `Text`, `Time`, `Int`, `Real`, `Flag`.
macro_rules! frame {
    ($(#[$doc:meta])* $frame:ident / $view:ident, $row:ident, $builder:ident, $rows:ident, $module:ident {
        $($(#[$field_doc:meta])* $field:ident: $kind:ident,)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $frame(polars::prelude::DataFrame);

        #[doc = concat!("Column names of [`", stringify!($frame), "`].")]
        #[allow(non_upper_case_globals)]
        pub mod $module {
            $($(#[$field_doc])* pub const $field: &str = stringify!($field);)*
            /// All columns after the provenance block, in order.
            pub const ALL: &[&str] = &[$($field),*];
        }

        #[doc = concat!("One row of [`", stringify!($frame), "`], to be filled by a shape.")]
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $row { $($(#[$field_doc])* pub $field: column_types!(row $kind),)* }

        #[doc = concat!("One row of [`", stringify!($frame), "`], borrowed for reading.")]
        #[derive(Debug, Clone, Copy)]
        pub struct $view<'a> {
            /// The file.
            pub source: crate::provenance::SourceId,
            /// The record's ordinal in the file.
            pub record: u64,
            /// The record's own id, may be empty.
            pub record_id: &'a str,
            $($(#[$field_doc])* pub $field: column_types!(cell $kind),)*
        }

        impl $view<'_> {
            /// The reference to print under every statement that rests on this row.
            pub fn reference(&self) -> crate::provenance::RecordRef {
                crate::provenance::RecordRef { source: self.source, record: self.record, id: self.record_id.into() }
            }
        }

        #[doc = concat!("Column builders of [`", stringify!($frame), "`].")]
        pub struct $builder {
            n_rows: usize,
            source: polars::prelude::PrimitiveChunkedBuilder<polars::prelude::UInt32Type>,
            record: polars::prelude::PrimitiveChunkedBuilder<polars::prelude::UInt64Type>,
            record_id: polars::prelude::StringChunkedBuilder,
            $($field: column_types!(builder $kind),)*
        }

        impl Default for $builder {
            fn default() -> Self {
                Self {
                    n_rows: 0,
                    source: polars::prelude::PrimitiveChunkedBuilder::new("source".into(), 0),
                    record: polars::prelude::PrimitiveChunkedBuilder::new("record".into(), 0),
                    record_id: polars::prelude::StringChunkedBuilder::new("record_id".into(), 0),
                    $($field: <column_types!(builder $kind)>::new(stringify!($field).into(), 0),)*
                }
            }
        }

        impl $builder {
            /// Appends a row that comes from record `record` of `source`; `record_id` may be empty.
            pub fn push(&mut self, source: crate::provenance::SourceId, record: u64, record_id: &str, row: $row) {
                self.n_rows += 1;
                self.source.append_value(source.0);
                self.record.append_value(record);
                self.record_id.append_value(record_id);
                $(column_code!(push $kind, self.$field, row.$field);)*
            }

            /// Rows so far.
            pub fn len(&self) -> usize { self.n_rows }

            /// No rows.
            pub fn is_empty(&self) -> bool { self.n_rows == 0 }

            /// Seals the columns.
            pub fn finish(self) -> polars::prelude::PolarsResult<$frame> {
                use polars::prelude::IntoColumn;
                let columns = vec![
                    self.source.finish().into_column(),
                    self.record.finish().into_column(),
                    self.record_id.finish().into_column(),
                    $(column_code!(finish $kind, self.$field),)*
                ];
                Ok($frame(polars::prelude::DataFrame::new(self.n_rows, columns)?))
            }
        }

        #[doc = concat!("Typed access to the rows of [`", stringify!($frame), "`].")]
        pub struct $rows<'a> {
            n_rows: usize,
            source: &'a polars::prelude::UInt32Chunked,
            record: &'a polars::prelude::UInt64Chunked,
            record_id: &'a polars::prelude::StringChunked,
            $($field: &'a column_types!(array $kind),)*
        }

        impl<'a> $rows<'a> {
            /// Row number `row`, counted from 0 in the frame.
            pub fn get(&self, row: usize) -> Option<$view<'a>> {
                (row < self.n_rows).then(|| $view {
                    source: crate::provenance::SourceId(self.source.get(row).unwrap_or(u32::MAX)),
                    record: self.record.get(row).unwrap_or(u64::MAX),
                    record_id: self.record_id.get(row).unwrap_or(""),
                    $($field: column_code!(cell $kind, self.$field, row),)*
                })
            }

            /// All rows, in frame order: by time, then source, then record.
            pub fn iter(&self) -> impl Iterator<Item = $view<'a>> + '_ {
                (0..self.n_rows).filter_map(|row| self.get(row))
            }
        }

        impl $frame {
            /// Typed rows of the whole frame. Fails only when a column was replaced by one of another type.
            pub fn rows(&self) -> polars::prelude::PolarsResult<$rows<'_>> {
                Self::rows_of(&self.0)
            }

            /// Typed rows of a filtered or sorted frame with the same columns.
            pub fn rows_of(data: &polars::prelude::DataFrame) -> polars::prelude::PolarsResult<$rows<'_>> {
                Ok($rows {
                    n_rows: data.height(),
                    source: data.column("source")?.u32()?,
                    record: data.column("record")?.u64()?,
                    record_id: data.column("record_id")?.str()?,
                    $($field: column_code!(array $kind, data.column(stringify!($field))?),)*
                })
            }
        }

        impl crate::frame::Frame for $frame {
            fn empty() -> Self {
                $builder::default().finish().expect("columns of one builder have one length")
            }
            fn data(&self) -> &polars::prelude::DataFrame { &self.0 }
            fn data_mut(&mut self) -> &mut polars::prelude::DataFrame { &mut self.0 }
            fn append(&mut self, later: Self) -> polars::prelude::PolarsResult<()> {
                self.0.vstack_mut_owned(later.0)?;
                Ok(())
            }
        }
    };
}

pub(super) use {column_code, column_types, frame};
