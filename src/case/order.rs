//! Rows in the order that everything later relies on: by time, then source, then record. Rows without time come last.

use crate::frame::{Column, Frame, Frames, Row};

/// Sorts the frames that have times. Rows must stand by source and record: those of one moment keep that order, as do the rows of one record.
pub(super) fn by_time(frames: &mut Frames) {
    for (_, frame) in frames.each_mut() {
        sort(frame);
        frame.seal();
    }
}

fn sort(frame: &mut dyn Frame) {
    let time =
        frame.columns().into_iter().find_map(|(name, column)| if let ("time", Column::Time(time)) = (name, column) { Some(time) } else { None });
    let Some(time) = time else { return };
    let times: Vec<i64> = time.iter().map(|time| time.unwrap_or(i64::MAX)).collect();
    if times.is_sorted() {
        return;
    }
    let mut rows: Vec<(i64, Row)> = times.into_iter().zip(0..).collect();
    rows.sort_unstable();
    let rows: Vec<Row> = rows.into_iter().map(|(_, row)| row).collect();
    frame.gather(&rows);
}
