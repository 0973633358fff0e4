//! Rows in the order that everything later relies on: by time, then record id, so that it does not depend on how the records were exported; records
//! without id by source and record. Rows without time come last.

use crate::frame::{Column, Frame, Frames, Row};

/// Sorts the frames that have times. Rows must stand by source and record: those of one moment and id keep that order, as do the rows of one record.
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
    let mut rows: Vec<(i64, Row)> = time.iter().map(|time| time.unwrap_or(i64::MAX)).zip(0..).collect();
    rows.sort_unstable();
    let places = frame.places();
    // GUIDs are the same in capitals.
    let id = |row: Row| places.record_id(row as usize).bytes().map(|byte| byte.to_ascii_lowercase());
    for moment in rows.chunk_by_mut(|(time, _), (other, _)| time == other) {
        moment.sort_by(|(_, row), (_, other)| id(*row).cmp(id(*other)));
    }
    let rows: Vec<Row> = rows.into_iter().map(|(_, row)| row).collect();
    if !rows.is_sorted() {
        frame.gather(&rows);
    }
}
