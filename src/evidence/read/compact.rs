//! Rows that stay in memory take as little of it as polars allows: equal texts are stored once, columns without values cost nothing, and many small
//! pieces become few large ones, which the system takes back when they are freed.

use std::collections::HashMap;

use polars::prelude::{
    ChunkTake, Column, DataFrame, DataType, IdxCa, IdxSize, IntoColumn, PolarsResult, Series, StringChunked, StringChunkedBuilder,
};
use rayon::prelude::*;

use crate::frame::Frames;

/// Bytes of evidence whose rows are put together at a time. Large enough that equal texts meet and that pieces are worth freeing (glibc returns
/// pieces from 128 KiB), small enough that the copy made meanwhile does not matter.
const STRETCH: u64 = 16 * 1024 * 1024;

/// Frames that grow at their end.
#[derive(Default)]
pub(crate) struct Growing {
    compact: Frames,
    recent: Frames,
    n_recent_bytes: u64,
}

impl Growing {
    /// Appends the rows that `n_bytes` of evidence gave.
    pub(crate) fn append(&mut self, frames: &Frames, n_bytes: u64) -> PolarsResult<()> {
        // Rows of a large stretch were put together when they were read.
        if n_bytes >= STRETCH {
            self.settle()?;
            return join(&mut self.compact, frames);
        }
        join(&mut self.recent, frames)?;
        self.n_recent_bytes += n_bytes;
        if self.n_recent_bytes >= STRETCH { self.settle() } else { Ok(()) }
    }

    /// All rows.
    pub(crate) fn finish(mut self) -> PolarsResult<Frames> {
        self.settle()?;
        Ok(self.compact)
    }

    fn settle(&mut self) -> PolarsResult<()> {
        let mut recent = std::mem::take(&mut self.recent);
        self.n_recent_bytes = 0;
        for (_, data) in recent.each_mut() {
            if data.height() > 0 {
                *data = compacted(data)?;
            }
        }
        join(&mut self.compact, &recent)
    }
}

/// Appends `later` below `frames`; frames without rows add nothing, not even an empty piece.
fn join(frames: &mut Frames, later: &Frames) -> PolarsResult<()> {
    for ((_, data), (_, more)) in frames.each_mut().into_iter().zip(later.each()) {
        if data.height() == 0 && more.height() > 0 {
            *data = more.clone();
        } else if more.height() > 0 {
            data.vstack_mut(more)?;
        }
    }
    Ok(())
}

fn compacted(data: &DataFrame) -> PolarsResult<DataFrame> {
    let columns = data.columns().par_iter().map(column).collect::<PolarsResult<Vec<_>>>()?;
    DataFrame::new(data.height(), columns)
}

fn column(column: &Column) -> PolarsResult<Column> {
    if column.null_count() == column.len() {
        return Ok(nothing(column, column.len()));
    }
    if *column.dtype() == DataType::String { Ok(texts(column.str()?)?.into_column()) } else { Ok(column.rechunk()) }
}

/// A column without values: its cells share memory with all others of its kind.
fn nothing(column: &Column, height: usize) -> Column {
    Series::full_null(column.name().clone(), height, column.dtype()).into_column()
}

/// The same texts, equal ones stored once.
fn texts(column: &StringChunked) -> PolarsResult<StringChunked> {
    let mut numbers: HashMap<&str, IdxSize> = HashMap::new();
    let mut distinct: Vec<&str> = Vec::new();
    let mut rows: Vec<Option<IdxSize>> = Vec::with_capacity(column.len());
    for text in column.iter() {
        let number = text.map(|text| {
            *numbers.entry(text).or_insert_with(|| {
                distinct.push(text);
                IdxSize::try_from(distinct.len() - 1).unwrap_or(IdxSize::MAX)
            })
        });
        rows.push(number);
    }
    let mut stored = StringChunkedBuilder::new(column.name().clone(), distinct.len());
    for text in distinct {
        stored.append_value(text);
    }
    let rows: IdxCa = rows.into_iter().collect();
    stored.finish().take(&rows)
}

/// Puts the rows of a frame in this order, column by column, so that only one column is in memory twice. Columns without values stay free of cost.
pub(crate) fn gather(data: &mut DataFrame, rows: &IdxCa) -> PolarsResult<()> {
    let columns = std::mem::take(data).into_columns().into_iter();
    let columns = columns.map(|column| gather_column(&column, rows)).collect::<PolarsResult<Vec<_>>>()?;
    *data = DataFrame::new(rows.len(), columns)?;
    Ok(())
}

/// [`gather`] for one column.
pub(crate) fn gather_column(column: &Column, rows: &IdxCa) -> PolarsResult<Column> {
    if column.null_count() == column.len() { Ok(nothing(column, rows.len())) } else { column.take(rows) }
}

/// Makes each column one piece, one column after the other.
pub(crate) fn in_one_piece(data: &mut DataFrame) -> PolarsResult<()> {
    let height = data.height();
    let columns = std::mem::take(data).into_columns().into_iter();
    let columns = columns.map(|column| if column.null_count() == height { nothing(&column, height) } else { column.rechunk() });
    *data = DataFrame::new(height, columns.collect())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use polars::prelude::NamedFrom;

    use super::*;

    #[test]
    fn content_stays_and_equal_texts_are_stored_once() {
        let long = "a text that is longer than a view can hold";
        let texts = [Some(long), None, Some(""), Some("b"), Some(long)];
        let repeated: Vec<Option<&str>> = texts.into_iter().cycle().take(5_000).collect();
        let column_of = |name: &str, cells: &[Option<&str>]| Series::new(name.into(), cells).into_column();
        let mut data = DataFrame::new(5_000, vec![column_of("text", &repeated), column_of("none", &vec![None; 5_000])]).expect("one length");
        data.vstack_mut(&data.clone()).expect("one schema");
        let compact = compacted(&data).expect("texts are texts");
        assert!(compact.equals_missing(&data));
        // Both of the long texts are the same bytes in memory.
        let stored: Vec<*const u8> = compact
            .column("text")
            .and_then(|column| column.str())
            .expect("texts")
            .iter()
            .flatten()
            .filter(|text| *text == long)
            .map(str::as_ptr)
            .collect();
        assert!(stored.len() == 4_000 && stored.iter().all(|at| Some(at) == stored.first()));
        assert_eq!(compact.columns().iter().map(Column::n_chunks).collect::<Vec<_>>(), [1, 1]);

        let rows = IdxCa::from_vec("row".into(), vec![4, 1, 0]);
        let mut gathered = compact.clone();
        gather(&mut gathered, &rows).expect("rows are inside");
        assert!(gathered.equals_missing(&data.take(&rows).expect("rows are inside")));
    }
}
