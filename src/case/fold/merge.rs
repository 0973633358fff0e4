//! Event frames: of several copies the richest keeps its rows and fills its gaps from the others.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::{Column, DataFrame, IdxCa, IdxSize, PolarsResult};

use super::cells::{Cells, N_PROVENANCE, Strength};
use super::groups::{Groups, places};
use super::{MAIL, Place};
use crate::evidence::read::compact;

/// What Identity Protection changes its mind about: taken from the copy that was updated last.
const VERDICT: &[&str] = &["updated", "level", "state", "detail"];

/// Per column behind the provenance block: row → the row whose cell it takes.
type Fills = BTreeMap<usize, Vec<(IdxSize, IdxSize)>>;

/// Folds the copies among the rows of one event frame.
pub(super) fn rows(name: &str, data: &mut DataFrame, groups: &Groups) -> PolarsResult<()> {
    let places = places(data)?;
    let mut of_groups: BTreeMap<u32, BTreeMap<Place, Vec<usize>>> = BTreeMap::new();
    for (row, place) in places.iter().enumerate() {
        if let Some(group) = groups.of(name, row) {
            of_groups.entry(group).or_default().entry(*place).or_default().push(row);
        }
    }
    if of_groups.is_empty() {
        return Ok(());
    }
    let cells = Cells::of(data)?;
    let updated = data.column("updated").ok().map(|column| column.datetime()).transpose()?.map(polars::prelude::Logical::physical);
    let mut fills = Fills::new();
    let mut dropped: BTreeSet<usize> = BTreeSet::new();
    for (group, mut copies) in of_groups {
        // The richest record may have no row in this frame; then the first copy that has one stays.
        let kept = groups.richest(group).filter(|richest| copies.contains_key(richest)).or_else(|| copies.keys().next().copied());
        let Some(kept_rows) = kept.and_then(|kept| copies.remove(&kept)) else { continue };
        if MAIL.contains(&name) {
            unite(data, &kept_rows, &copies, &mut dropped)?;
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
    *data = rebuild(data, &dropped, &fills)?;
    Ok(())
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
            fills.entry(column).or_default().push((index(row), index(*best)));
        }
    }
}

fn take_verdict(data: &DataFrame, updated: impl Fn(usize) -> Option<i64>, row: usize, others: &[usize], fills: &mut Fills) {
    let newest = others.iter().copied().rev().max_by_key(|other| updated(*other));
    let Some(newest) = newest.filter(|newest| updated(*newest) > updated(row)) else { return };
    for (column, values) in data.columns().iter().skip(N_PROVENANCE).enumerate() {
        if VERDICT.contains(&values.name().as_str()) && values.get(newest).is_ok_and(|value| !value.is_null()) {
            let fills = fills.entry(column).or_default();
            fills.retain(|(filled, _)| *filled != index(row));
            fills.push((index(row), index(newest)));
        }
    }
}

/// Mail rows: folders and messages that only other copies list stay beside those of the kept one.
fn unite(data: &DataFrame, kept_rows: &[usize], copies: &BTreeMap<Place, Vec<usize>>, dropped: &mut BTreeSet<usize>) -> PolarsResult<()> {
    let folders = data.column("folder")?.str()?;
    let messages = data.column("message_id").ok().map(Column::str).transpose()?;
    let key = |row: usize| (folders.get(row).unwrap_or_default(), messages.and_then(|messages| messages.get(row)).unwrap_or_default());
    let mut seen: BTreeSet<(&str, &str)> = kept_rows.iter().map(|row| key(*row)).collect();
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
    Ok(())
}

/// The frame without the dropped rows and with cells taken from other rows.
fn rebuild(data: &DataFrame, dropped: &BTreeSet<usize>, fills: &Fills) -> PolarsResult<DataFrame> {
    let kept: Vec<IdxSize> = (0..data.height()).filter(|row| !dropped.contains(row)).map(index).collect();
    let plain = IdxCa::from_vec("row".into(), kept.clone());
    let mut columns = Vec::with_capacity(data.width());
    for (number, column) in data.columns().iter().enumerate() {
        let fills = number.checked_sub(N_PROVENANCE).and_then(|number| fills.get(&number));
        columns.push(match fills {
            None => compact::gather_column(column, &plain)?,
            Some(fills) => {
                let mut rows = kept.clone();
                for (row, donor) in fills {
                    if let Ok(at) = kept.binary_search(row)
                        && let Some(cell) = rows.get_mut(at)
                    {
                        *cell = *donor;
                    }
                }
                column.take(&IdxCa::from_vec("row".into(), rows))?
            }
        });
    }
    DataFrame::new(kept.len(), columns)
}

fn index(row: usize) -> IdxSize {
    IdxSize::try_from(row).unwrap_or(IdxSize::MAX)
}
