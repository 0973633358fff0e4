//! Which records are copies of each other: by id, and where records carry none, by what they say.

use std::borrow::Cow;

use rayon::prelude::*;

use super::repeated;
use super::table::{Relation, Table};
use crate::frame::{Column, Row};
use crate::time::Time;

const SECOND: u64 = 1_000_000;

/// Local times of two zones are at most 26 hours apart (UTC−12 and UTC+14), by quarters of an hour: one wrapper may have been written in another zone.
const ZONES: u64 = 26 * 3_600 * SECOND;
const ZONE_STEP: u64 = 900 * SECOND;

/// The rows of records that are copies of each other, by source and record.
pub(super) type Copies = Vec<Row>;

/// What ids are.
#[derive(Default)]
pub(super) struct Found {
    /// One entry per event with copies.
    pub(super) copies: Vec<Copies>,
    /// Rows whose ids also stand for other events: the first of each.
    pub(super) not_copies: Vec<Row>,
}

/// Records with the same id, as far as they tell of the same event.
pub(super) fn by_id(table: &Table<'_>) -> Found {
    let key = |row: usize| {
        let id = table.places().record_id(row);
        let mut guid = [0; 36];
        match id.len() {
            0 => None,
            36 if is_guid(id) => {
                guid.copy_from_slice(id.as_bytes());
                guid.make_ascii_lowercase();
                Some(repeated::hash((kind(table, row), &guid[..])))
            }
            _ => Some(repeated::hash((kind(table, row), id.as_bytes()))),
        }
    };
    let goes_on = |row: usize| row > 0 && table.place(row) == table.place(row - 1);
    let rows = repeated::rows(table.height(), key, goes_on);
    let runs: Vec<Found> =
        rows.par_chunk_by(|(hash, _), (other, _)| hash == other).filter(|run| run.len() > 1).map(|run| told_apart(table, run)).collect();
    let mut found = Found::default();
    for run in runs {
        found.copies.extend(run.copies);
        found.not_copies.extend(run.not_copies);
    }
    found
}

/// Events with one id that are told apart. An id that stands for more is a placeholder; what comes behind stays as it is.
pub(super) const PLACEHOLDER: usize = 64;

/// Rows with one hash → events.
fn told_apart(table: &Table<'_>, run: &[(u64, Row)]) -> Found {
    let mut found = Found::default();
    let mut last: Option<(Row, usize)> = None;
    for (_, row) in run {
        let first = |event: &Copies| event.first().copied().unwrap_or_default();
        let goes_on = last.filter(|(last, _)| table.place(*last as usize) == table.place(*row as usize)).map(|(_, event)| event);
        let of = || found.copies.iter().position(|event| has_id_of(table, first(event), *row) && tells_of(table, first(event), *row));
        let at = goes_on.or_else(of).unwrap_or(found.copies.len());
        if let Some(event) = found.copies.get_mut(at) {
            event.push(*row);
        } else {
            if found.copies.iter().any(|event| has_id_of(table, first(event), *row)) {
                found.not_copies.push(*row);
            }
            if at < PLACEHOLDER {
                found.copies.push(vec![*row]);
            }
        }
        last = Some((*row, at));
    }
    let place = |row: Option<&Row>| row.map(|row| table.place(*row as usize));
    found.copies.retain(|event| place(event.first()) != place(event.last()));
    found
}

/// Ids of different kinds of record do not meet.
fn kind(table: &Table<'_>, row: usize) -> bool {
    match table.name {
        "audit" => table.feed(row) == Some("directory"),
        "risks" => table.feed(row) == Some("user"),
        // The id of a logon in the unified audit log is the request id of the Entra sign-in: one event in two logs.
        _ => false,
    }
}

/// GUIDs are the same in capitals; ids of other kinds (base64) are not.
fn is_guid(id: &str) -> bool {
    let is_digit = |(at, byte): (usize, u8)| if matches!(at, 8 | 13 | 18 | 23) { byte == b'-' } else { byte.is_ascii_hexdigit() };
    id.len() == 36 && id.bytes().enumerate().all(is_digit)
}

fn has_id_of(table: &Table<'_>, one: Row, other: Row) -> bool {
    let (id, others) = (table.places().record_id(one as usize), table.places().record_id(other as usize));
    let is_same = id == others || (is_guid(id) && id.eq_ignore_ascii_case(others));
    is_same && kind(table, one as usize) == kind(table, other as usize)
}

/// Records with one id are copies unless what they tell cannot be one event: ids that an exporter or a tool for making data anonymous has replaced
/// stand for many.
fn tells_of(table: &Table<'_>, one: Row, other: Row) -> bool {
    let (one, other) = (one as usize, other as usize);
    let differs = |name: &str| {
        let column = table.column(name);
        let texts = Table::text(column, one).zip(Table::text(column, other));
        texts.is_some_and(|(text, other)| !text.eq_ignore_ascii_case(other))
    };
    if table.name == "risks" {
        // A user's risk is written anew with every change.
        return !differs("account_id");
    }
    if differs("operation") {
        return false;
    }
    let Some(Column::Time(times)) = table.column("time") else { return true };
    let Some((time, others)) = times.get(one).zip(times.get(other)) else { return true };
    let apart = time.abs_diff(others);
    if apart <= SECOND {
        return true;
    }
    // Nobody makes the same GUID twice; of another id only a shift between zones or a misread date makes two times out of one.
    let is_shifted = apart <= ZONES && (is_guid(table.places().record_id(one)) || apart % ZONE_STEP <= SECOND);
    let is_swapped = || Time(time).with_day_and_month_swapped().is_some_and(|swapped| swapped.0.abs_diff(others) <= SECOND);
    (is_shifted || is_swapped()) && !differs("account")
}

/// What makes records without id the same, per frame. Formats differ in what else they carry; that must not contradict.
const KEYS: &[(&str, &[&str])] = &[
    ("audit", &["time", "operation", "account", "object", "record_type", "parameters"]),
    ("sign_ins", &["time", "account", "app_id", "app", "address", "error_code", "user_agent"]),
    ("risks", &["time", "account", "event_type", "level", "state"]),
    ("mail_access", &["time", "account", "mailbox", "access", "folder", "address", "session_id"]),
    ("mail_items", &["time", "mailbox", "folder", "message_id"]),
    ("messages", &["time", "feed", "sender", "recipient", "message_id", "event", "status"]),
];

/// Records without id that say the same in several files. Inside one file equal records stay, because they may be several events of one second: the
/// first in one file is the first in the other, the second the second.
pub(super) fn by_content(table: &Table<'_>) -> Vec<Copies> {
    let names = KEYS.iter().find(|(name, _)| *name == table.name).map_or(&[][..], |(_, names)| names);
    let columns: Vec<Column<'_>> = names.iter().filter_map(|name| table.column(name)).collect();
    let key = |row: usize| {
        let is_nameless = table.places().record_id(row).is_empty();
        (is_nameless && columns.first().is_some_and(|time| time.has(row))).then(|| columns.iter().fold(0, |key, column| cell_hash(key, *column, row)))
    };
    let rows = repeated::rows(table.height(), key, |_| false);
    let runs: Vec<Vec<Copies>> =
        rows.par_chunk_by(|(hash, _), (other, _)| hash == other).filter(|run| run.len() > 1).map(|run| paired(table, &columns, run)).collect();
    runs.into_iter().flatten().collect()
}

/// The cell as text; an empty one is as good as none.
fn filled(column: Column<'_>, row: usize) -> Option<Cow<'_, str>> {
    column.text(row).filter(|text| !text.is_empty())
}

fn cell_hash(key: u64, column: Column<'_>, row: usize) -> u64 {
    match column {
        Column::Text(texts) => repeated::hash((key, texts.get(row).filter(|text| !text.is_empty()))),
        Column::Time(numbers) | Column::Int(numbers) => repeated::hash((key, numbers.get(row))),
        Column::Real(numbers) => repeated::hash((key, numbers.get(row).map(f64::to_bits))),
        Column::Flag(flags) => repeated::hash((key, flags.get(row))),
    }
}

fn paired(table: &Table<'_>, columns: &[Column<'_>], run: &[(u64, Row)]) -> Vec<Copies> {
    let mut events: Vec<Copies> = Vec::new();
    let is_copy = |one: Row, other: Row| {
        columns.iter().all(|column| filled(*column, one as usize) == filled(*column, other as usize))
            && (0..table.columns().len()).all(|column| !matches!(table.compare(column, one, other), Relation::Differs(_)))
    };
    let (mut source, mut next) = (None, 0);
    for (_, row) in run {
        let own = Some(table.places().source(*row as usize));
        if source != own {
            (source, next) = (own, 0);
        }
        let is_of = |event: &Copies| {
            let (first, last) = (event.first().copied().unwrap_or_default(), event.last().copied().unwrap_or_default());
            Some(table.places().source(last as usize)) != own && is_copy(first, *row)
        };
        match events.iter().skip(next).take(PLACEHOLDER).position(is_of) {
            Some(offset) => {
                if let Some(event) = events.get_mut(next + offset) {
                    event.push(*row);
                }
                next += offset + 1;
            }
            None => events.push(vec![*row]),
        }
    }
    events.retain(|event| event.len() > 1);
    events
}
