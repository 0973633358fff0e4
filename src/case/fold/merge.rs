//! Event frames: of several copies the richest keeps its rows and fills its gaps from the others.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::{Cells, Strength};
use super::groups::{Groups, place};
use super::{MAIL, Place, number};
use crate::frame::{Column, Frame, Row};

/// What Identity Protection changes its mind about: taken from the copy that was updated last.
const VERDICT: &[&str] = &["updated", "level", "state", "detail"];

/// Per column: row → the row whose cell it takes.
type Fills = BTreeMap<usize, Vec<(Row, Row)>>;

/// Folds the copies among the rows of one event frame.
pub(super) fn rows(name: &str, data: &mut dyn Frame, groups: &Groups) {
    let mut of_groups: BTreeMap<u32, BTreeMap<Place, Vec<usize>>> = BTreeMap::new();
    for row in 0..data.height() {
        if let Some(group) = groups.of(name, row) {
            of_groups.entry(group).or_default().entry(place(data, row)).or_default().push(row);
        }
    }
    if of_groups.is_empty() {
        return;
    }
    let cells = Cells::of(data);
    let updated =
        data.columns().into_iter().find_map(|(name, column)| if let ("updated", Column::Time(times)) = (name, column) { Some(times) } else { None });
    let mut fills = Fills::new();
    let mut dropped: BTreeSet<usize> = BTreeSet::new();
    for (group, mut copies) in of_groups {
        // The richest record may have no row in this frame; then the first copy that has one stays.
        let kept = groups.richest(group).filter(|richest| copies.contains_key(richest)).or_else(|| copies.keys().next().copied());
        let Some(kept_rows) = kept.and_then(|kept| copies.remove(&kept)) else { continue };
        if MAIL.contains(&name) {
            unite(data, &kept_rows, &copies, &mut dropped);
            continue;
        }
        for (nth, row) in kept_rows.iter().enumerate() {
            let others: Vec<usize> = copies.values().filter_map(|rows| rows.get(nth).copied()).collect();
            fill(&cells, *row, &others, &mut fills);
            if let Some(updated) = updated {
                take_verdict(data, |row| updated.get(row), *row, &others, &mut fills);
            }
        }
        dropped.extend(copies.into_values().flatten());
    }
    drop(cells);
    for ((_, mut column), number) in data.columns_mut().into_iter().zip(0..) {
        for (row, donor) in fills.get(&number).into_iter().flatten() {
            column.copy(*donor, *row);
        }
    }
    let kept: Vec<Row> = (0..data.height()).filter(|row| !dropped.contains(row)).map(number).collect();
    data.gather(&kept);
}

/// Takes over, cell by cell, what an other copy says and the kept one does not.
fn fill(cells: &Cells<'_>, row: usize, others: &[usize], fills: &mut Fills) {
    for column in 0..cells.n_columns() {
        let own = cells.strength(column, row);
        if own == Strength::Value {
            continue;
        }
        // `max_by_key` takes the last of equals; the first copy shall give.
        let best = others.iter().rev().max_by_key(|other| cells.strength(column, **other));
        if let Some(best) = best.filter(|best| cells.strength(column, **best) > own) {
            fills.entry(column).or_default().push((number(row), number(*best)));
        }
    }
}

fn take_verdict(data: &dyn Frame, updated: impl Fn(usize) -> Option<i64>, row: usize, others: &[usize], fills: &mut Fills) {
    let newest = others.iter().copied().rev().max_by_key(|other| updated(*other));
    let Some(newest) = newest.filter(|newest| updated(*newest) > updated(row)) else { return };
    for (column, (name, values)) in data.columns().into_iter().enumerate() {
        if VERDICT.contains(&name) && values.has(newest) {
            let fills = fills.entry(column).or_default();
            fills.retain(|(filled, _)| *filled != number(row));
            fills.push((number(row), number(newest)));
        }
    }
}

/// Mail rows: folders and messages that only other copies list stay beside those of the kept one.
fn unite(data: &dyn Frame, kept_rows: &[usize], copies: &BTreeMap<Place, Vec<usize>>, dropped: &mut BTreeSet<usize>) {
    let columns = data.columns();
    let text = |name: &str| {
        columns.iter().find_map(|(own, column)| if let (true, Column::Text(texts)) = (*own == name, column) { Some(*texts) } else { None })
    };
    let (folders, messages) = (text("folder"), text("message_id"));
    let key = |row: usize| [folders, messages].map(|texts| texts.and_then(|texts| texts.get(row)).unwrap_or_default());
    let mut seen: BTreeSet<[&str; 2]> = kept_rows.iter().map(|row| key(*row)).collect();
    for rows in copies.values() {
        let is_new: Vec<bool> = rows.iter().map(|row| !seen.contains(&key(*row))).collect();
        for (row, is_new) in rows.iter().zip(is_new) {
            if is_new {
                seen.insert(key(*row));
            } else {
                dropped.insert(*row);
            }
        }
    }
}
