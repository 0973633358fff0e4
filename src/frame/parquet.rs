//! Frames as Parquet files, for other tools and for the cache: one file per frame, one column per column. Texts are UTF-8 strings, times microseconds
//! in UTC; `source` is the number of the file in `manifest.json`, `record` counts from 0 in it.

use std::io::Write;
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical, ZstdLevel};
use parquet::column::reader::ColumnReaderImpl;
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};
use rayon::prelude::*;

use super::cells::{Cell, Cells, Column, ColumnMut};
use super::{Frame, Texts};
use crate::provenance::SourceId;

/// Rows per row group: large enough for dictionaries, small enough that a group's values are no burden.
const GROUP: usize = 1 << 20;

/// Values read at a time.
const BATCH: usize = 1 << 14;

/// Writes a frame.
pub fn write(frame: &dyn Frame, out: impl Write + Send) -> Result<()> {
    let columns = frame.columns();
    let provenance =
        [("source", Physical::INT64, None), ("record", Physical::INT64, None), ("record_id", Physical::BYTE_ARRAY, Some(LogicalType::String))];
    let described = columns.iter().map(|(name, column)| match column {
        Column::Text(_) => (*name, Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Column::Time(_) => (*name, Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS))),
        Column::Int(_) => (*name, Physical::INT64, None),
        Column::Real(_) => (*name, Physical::DOUBLE, None),
        Column::Flag(_) => (*name, Physical::BOOLEAN, None),
    });
    let fields = provenance.into_iter().chain(described).map(|(name, physical, logical)| {
        let field = Type::primitive_type_builder(name, physical).with_logical_type(logical).with_repetition(Repetition::OPTIONAL);
        field.build().map(Arc::new)
    });
    let schema = Type::group_type_builder("frame").with_fields(fields.collect::<Result<Vec<TypePtr>>>()?).build()?;
    // Created by: a fixed word, so that equal rows are equal bytes whatever version of the library wrote them.
    let properties =
        WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?)).set_created_by("backtrail".to_owned()).build();
    let mut file = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))?;
    for begin in (0..frame.height()).step_by(GROUP) {
        let rows = begin..frame.height().min(begin + GROUP);
        let places = frame.places();
        let mut group = file.next_row_group()?;
        let mut number = 0;
        while let Some(mut writer) = group.next_column()? {
            let out = writer.untyped();
            match number {
                0 => values::<Int64Type>(out, rows.clone().map(|row| Some(i64::from(places.source(row).0))))?,
                1 => values::<Int64Type>(out, rows.clone().map(|row| i64::try_from(places.record(row)).ok()))?,
                2 => values::<ByteArrayType>(out, rows.clone().map(|row| Some(places.record_id(row).into())))?,
                _ => match columns.get(number - 3).map(|(_, column)| *column) {
                    Some(Column::Text(texts)) => values::<ByteArrayType>(out, rows.clone().map(|row| texts.get(row).map(ByteArray::from)))?,
                    Some(Column::Time(cells) | Column::Int(cells)) => values::<Int64Type>(out, rows.clone().map(|row| cells.get(row)))?,
                    Some(Column::Real(cells)) => values::<DoubleType>(out, rows.clone().map(|row| cells.get(row)))?,
                    Some(Column::Flag(cells)) => values::<BoolType>(out, rows.clone().map(|row| cells.get(row).map(|flag| flag == 1)))?,
                    None => {}
                },
            }
            writer.close()?;
            number += 1;
        }
        group.close()?;
    }
    file.close()?;
    Ok(())
}

fn values<T: DataType>(out: &mut ColumnWriter<'_>, rows: impl Iterator<Item = Option<T::T>>) -> Result<()> {
    let out = T::get_column_writer_mut(out).ok_or_else(|| ParquetError::General("a column of another type".to_owned()))?;
    let (mut found, mut levels) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
    let mut rows = rows.peekable();
    while rows.peek().is_some() {
        for value in rows.by_ref().take(BATCH) {
            levels.push(i16::from(value.is_some()));
            found.extend(value);
        }
        out.write_batch(&found, Some(&levels), None)?;
        found.clear();
        levels.clear();
    }
    Ok(())
}

/// Reads what [`write()`] wrote into an empty frame. Columns that the file does not have stay empty; a file with other types fails.
pub fn read(frame: &mut dyn Frame, file: Bytes) -> Result<()> {
    let file = SerializedFileReader::new(file)?;
    let names: Vec<String> = file.metadata().file_metadata().schema_descr().columns().iter().map(|column| column.name().to_owned()).collect();
    let number = |name: &str| names.iter().position(|own| own == name);
    let n_groups = file.num_row_groups();
    let groups = || (0..n_groups).map(|group| file.get_row_group(group));
    let (mut sources, mut records, mut ids) = (Cells::<i64>::default(), Cells::<i64>::default(), Texts::default());
    for group in groups() {
        let group = group?;
        for (name, cells) in [("source", &mut sources), ("record", &mut records)] {
            cells_of::<Int64Type, _>(&*group, number(name), |value| cells.push(value.copied()))?;
        }
        cells_of::<ByteArrayType, _>(&*group, number("record_id"), |value| ids.push(value.map(text).transpose().ok().flatten()))?;
    }
    for row in 0..ids.len() {
        let wrong = || ParquetError::General("a row without a place".to_owned());
        let source = sources.get(row).and_then(|source| u32::try_from(source).ok()).ok_or_else(wrong)?;
        let record = records.get(row).and_then(|record| u64::try_from(record).ok()).ok_or_else(wrong)?;
        frame.places_mut().push(SourceId(source), record, ids.get(row).unwrap_or_default());
    }
    frame.columns_mut().into_par_iter().try_for_each(|(name, column)| {
        let number = number(name);
        match column {
            ColumnMut::Text(texts) => groups().try_for_each(|group| {
                column_of::<ByteArrayType>(&*group?, number, |value| {
                    texts.push(value.map(text).transpose()?);
                    Ok(())
                })
            }),
            ColumnMut::Int(cells) => groups().try_for_each(|group| numbers::<Int64Type, i64>(&*group?, number, cells, |value| *value)),
            ColumnMut::Real(cells) => groups().try_for_each(|group| numbers::<DoubleType, f64>(&*group?, number, cells, |value| *value)),
            ColumnMut::Flag(cells) => groups().try_for_each(|group| numbers::<BoolType, u8>(&*group?, number, cells, |value| u8::from(*value))),
        }
    })
}

fn numbers<T: DataType, C: Cell>(group: &dyn RowGroupReader, number: Option<usize>, cells: &mut Cells<C>, of: impl Fn(&T::T) -> C) -> Result<()> {
    column_of::<T>(group, number, |value| {
        cells.push(value.map(&of));
        Ok(())
    })
}

fn text(bytes: &ByteArray) -> Result<&str> {
    std::str::from_utf8(bytes.data()).map_err(|error| ParquetError::General(error.to_string()))
}

fn cells_of<T: DataType, F: FnMut(Option<&T::T>)>(group: &dyn RowGroupReader, number: Option<usize>, mut push: F) -> Result<()> {
    column_of::<T>(group, number, |value| {
        push(value);
        Ok(())
    })
}

/// Hands each cell of a column to `push`; a missing column has only nulls.
fn column_of<T: DataType>(group: &dyn RowGroupReader, number: Option<usize>, mut push: impl FnMut(Option<&T::T>) -> Result<()>) -> Result<()> {
    let n_rows = usize::try_from(group.metadata().num_rows()).map_err(|error| ParquetError::General(error.to_string()))?;
    let Some(number) = number else {
        return (0..n_rows).try_for_each(|_| push(None));
    };
    let reader = group.get_column_reader(number)?;
    let mut reader: ColumnReaderImpl<T> = T::get_column_reader(reader).ok_or_else(|| ParquetError::General("a column of another type".to_owned()))?;
    let (mut found, mut levels) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
    let mut n_read = 0;
    while n_read < n_rows {
        let (n_records, ..) = reader.read_records(BATCH, Some(&mut levels), None, &mut found)?;
        if n_records == 0 {
            return Err(ParquetError::General("a column is shorter than its table".to_owned()));
        }
        let mut values = found.iter();
        for level in &levels {
            push(if *level == 1 { values.next() } else { None })?;
        }
        n_read += n_records;
        found.clear();
        levels.clear();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{SignInRow, SignIns};
    use crate::time::Time;

    #[test]
    fn frames_survive_the_way_through_a_file() {
        let mut frame = SignIns::default();
        for number in 0..40_000 {
            let account = (number % 3 != 0).then(|| format!("user{}@contoso.example", number % 7));
            let row = SignInRow {
                time: Some(Time(1_790_000_000_000_000 + number)),
                account,
                city: (number == 39_999).then(String::new),
                error_code: (number % 2 == 0).then_some(number),
                latitude: (number % 5 == 0).then_some(0.5),
                managed: [None, Some(true), Some(false)].get(usize::try_from(number % 3).expect("small")).copied().flatten(),
                ..SignInRow::default()
            };
            frame.push(SourceId(u32::from(number > 20_000)), number.unsigned_abs(), &format!("id-{number}"), row);
        }
        let mut file = Vec::new();
        write(&frame, &mut file).expect("written");
        let mut back = SignIns::default();
        read(&mut back, file.into()).expect("read");
        let cells = |frame: &SignIns| frame.iter().map(|row| format!("{:?} {row:?}", row.reference())).collect::<Vec<_>>();
        assert_eq!(cells(&back), cells(&frame));
    }
}
