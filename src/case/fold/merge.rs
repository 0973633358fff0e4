//! Copies of one event become one record: the richest keeps its rows, takes over what others say better, and what they say otherwise is noted.

use rayon::prelude::*;

use super::Place;
use super::copies::Copies;
use super::table::{Relation, Table};
use crate::frame::{Column, Row};

/// What Identity Protection changes its mind about: taken from the copy that was updated last.
const VERDICT: &[&str] = &["updated", "level", "state", "detail"];

/// A cell that is taken over.
pub(super) struct Fill {
    pub(super) column: usize,
    pub(super) to: Row,
    pub(super) from: Row,
}

/// A cell in which two copies differ.
pub(super) struct Differing {
    pub(super) column: usize,
    pub(super) kept: Row,
    pub(super) other: Row,
    /// The other copy's value is the one that stays.
    pub(super) is_taken: bool,
}

/// What becomes of one event's copies.
#[derive(Default)]
pub(super) struct Merged {
    pub(super) fills: Vec<Fill>,
    pub(super) differing: Vec<Differing>,
    pub(super) dropped: Vec<Row>,
    pub(super) kept: Place,
    pub(super) others: Vec<Row>,
}

/// Merges the copies of each event; `mail` are the frames with further rows of the same records. In the order of the kept records.
pub(super) fn all(table: &Table<'_>, copies: &[Copies], mail: &[Table<'_>]) -> Vec<Merged> {
    let mut merged: Vec<Merged> = copies.par_iter().filter_map(|copies| event(table, copies, mail)).collect();
    merged.sort_by_key(|event| event.kept);
    merged
}

fn event(table: &Table<'_>, copies: &Copies, mail: &[Table<'_>]) -> Option<Merged> {
    let records: Vec<&[Row]> = copies.chunk_by(|row, other| table.place(*row as usize) == table.place(*other as usize)).collect();
    let richness = |rows: &[Row]| {
        let first = rows.first().map_or(0, |row| *row as usize);
        // A copy with its folders beats one without; the sign-in log beats the audit log's account of it.
        let n_mail_rows: usize = mail.iter().map(|mail| mail.rows_of(table.place(first)).len()).sum();
        let is_own_log = !(table.name == "sign_ins" && table.feed(first) == Some("ual"));
        (n_mail_rows, is_own_log, rows.iter().map(|row| table.n_filled(*row as usize)).sum::<usize>())
    };
    // `max_by_key` takes the last of equals; the first copy shall stay.
    let (at, kept) = records.iter().enumerate().rev().max_by_key(|(_, rows)| richness(rows))?;
    let mut merged = Merged { kept: table.place(*kept.first()? as usize), ..Merged::default() };
    for (nth, row) in kept.iter().enumerate() {
        let others: Vec<Row> = records.iter().enumerate().filter(|(other, _)| *other != at).filter_map(|(_, rows)| rows.get(nth).copied()).collect();
        cells(table, *row, &others, &mut merged);
    }
    for (_, rows) in records.iter().enumerate().filter(|(other, _)| *other != at) {
        merged.others.extend(rows.first());
        merged.dropped.extend_from_slice(rows);
    }
    Some(merged)
}

/// One row and the rows that repeat it.
fn cells(table: &Table<'_>, row: Row, others: &[Row], merged: &mut Merged) {
    let updated = if let Some(Column::Time(times)) = table.column("updated") { Some(times) } else { None };
    let when = |row: Row| updated.and_then(|times| times.get(row as usize));
    let newest = others.iter().copied().rev().max_by_key(|other| when(*other)).filter(|newest| when(*newest) > when(row));
    for (column, (name, _)) in table.columns().iter().enumerate() {
        let mut from = row;
        for other in others {
            let is_same_log = table.feed(row as usize) == table.feed(*other as usize);
            match table.compare(column, row, *other) {
                Relation::Agrees => continue,
                Relation::Completes => {}
                Relation::Differs(is_taken) => {
                    // Two logs describe one event in words of their own.
                    if is_same_log {
                        merged.differing.push(Differing { column, kept: row, other: *other, is_taken });
                    }
                    if !is_taken {
                        continue;
                    }
                }
            }
            if from == row || matches!(table.compare(column, from, *other), Relation::Completes | Relation::Differs(true)) {
                from = *other;
            }
        }
        if let Some(newest) = newest.filter(|newest| VERDICT.contains(name) && table.has_value(column, *newest as usize)) {
            from = newest;
            for cell in merged.differing.iter_mut().filter(|cell| cell.column == column && cell.kept == row) {
                cell.is_taken = cell.other == newest;
            }
        }
        if from != row {
            merged.fills.push(Fill { column, to: row, from });
        }
    }
}

/// Rows of a mail frame to drop: folders and messages that only other copies list stay beside those of the kept one.
pub(super) fn repeated_mail(mail: &Table<'_>, merged: &Merged, record: &Table<'_>) -> Vec<Row> {
    let (folders, messages) = (mail.column("folder"), mail.column("message_id"));
    let key = |row: usize| (Table::text(folders, row), Table::text(messages, row));
    let mut seen: std::collections::BTreeSet<_> = mail.rows_of(merged.kept).map(key).collect();
    let mut dropped = Vec::new();
    for other in &merged.others {
        let rows = mail.rows_of(record.place(*other as usize));
        let (repeated, new): (Vec<usize>, Vec<usize>) = rows.partition(|row| seen.contains(&key(*row)));
        seen.extend(new.into_iter().map(key));
        dropped.extend(repeated.into_iter().filter_map(|row| Row::try_from(row).ok()));
    }
    dropped
}
