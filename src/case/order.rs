//! Rows in the order that everything later relies on: by time, then source, then record. Rows without time come last.

use polars::prelude::{DataFrame, IdxCa, IdxSize, PolarsResult};

use crate::evidence::read::compact;
use crate::frame::Frames;

/// Sorts the frames that have times. Rows must stand by source and record: those of one moment keep that order, as do the rows of one record.
pub(super) fn by_time(frames: &mut Frames) -> PolarsResult<()> {
    for (_, data) in frames.each_mut() {
        if data.height() > 0 && data.column("time").is_ok() {
            sort(data)?;
        }
    }
    Ok(())
}

fn sort(data: &mut DataFrame) -> PolarsResult<()> {
    let times: Vec<i64> = data.column("time")?.datetime()?.physical().iter().map(|time| time.unwrap_or(i64::MAX)).collect();
    if times.is_sorted() {
        return compact::in_one_piece(data);
    }
    let mut rows: Vec<(i64, IdxSize)> = times.into_iter().zip(0..).collect();
    rows.sort_unstable();
    compact::gather(data, &IdxCa::from_vec("row".into(), rows.into_iter().map(|(_, row)| row).collect()))
}
