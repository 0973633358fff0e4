//! Logons of the unified audit log that share no id with their Entra sign-in: the same user, application and address within two seconds is the same
//! event (the ids differ when Entra writes several rows for one request). Each sign-in stands for one logon; what cannot be paired stays.

use std::collections::HashMap;

use super::copies::{Copies, PLACEHOLDER};
use super::repeated::hash;
use super::table::Table;
use crate::frame::{Column, Row};

/// The audit log tells whole seconds and is written a moment later.
const NEAR: u64 = 2_000_000;

/// A logon that no sign-in has claimed yet.
struct Waiting {
    time: i64,
    row: Row,
    is_paired: bool,
}

/// Adds each logon to the copies of its sign-in, or makes a pair of them.
pub(super) fn join(table: &Table<'_>, copies: &mut Vec<Copies>) {
    let columns = ["account", "app_id", "address"].map(|name| table.column(name));
    let (Some(Column::Time(times)), Some(Column::Int(codes))) = (table.column("time"), table.column("error_code")) else { return };
    let key = |row: usize| -> Option<u64> {
        let [account, app, address] = columns.map(|column| Table::text(column, row));
        Some(hash((account?, app?, address?)))
    };
    let is_logon = |row: usize| table.feed(row) == Some("ual");
    let event_of: HashMap<usize, usize> = copies.iter().zip(0..).flat_map(|(event, at)| event.iter().map(move |row| (*row as usize, at))).collect();
    let mut logons: HashMap<u64, Vec<Waiting>> = HashMap::new();
    for row in (0..table.height()).filter(|row| is_logon(*row) && !event_of.contains_key(row)) {
        if let (Some(key), Some(time), Ok(row)) = (key(row), times.get(row), Row::try_from(row)) {
            logons.entry(key).or_default().push(Waiting { time, row, is_paired: false });
        }
    }
    if logons.is_empty() {
        return;
    }
    for rows in logons.values_mut() {
        rows.sort_unstable_by_key(|logon| (logon.time, logon.row));
    }
    for row in (0..table.height()).filter(|row| !is_logon(*row)) {
        let event = event_of.get(&row).and_then(|at| Some((*at, copies.get(*at)?)));
        // Copies of one sign-in claim one logon, and none when they have one by id.
        if event.is_some_and(|(_, rows)| rows.first().is_none_or(|first| *first as usize != row) || rows.iter().any(|row| is_logon(*row as usize))) {
            continue;
        }
        let event = event.map(|(at, _)| at);
        let (Some(key), Some(time), Ok(number)) = (key(row), times.get(row), Row::try_from(row)) else { continue };
        let Some(waiting) = logons.get_mut(&key) else { continue };
        let from = waiting.partition_point(|logon| logon.time < time && logon.time.abs_diff(time) > NEAR);
        let is_same = |logon: &&mut Waiting| {
            let other = logon.row as usize;
            !logon.is_paired
                && logon.time.abs_diff(time) <= NEAR
                && columns.iter().all(|column| Table::text(*column, row) == Table::text(*column, other))
                && codes.get(row).zip(codes.get(other)).is_none_or(|(code, other)| code == other)
        };
        let near = waiting.iter_mut().skip(from).take(PLACEHOLDER);
        if let Some(logon) = near.filter(is_same).min_by_key(|logon| logon.time.abs_diff(time)) {
            logon.is_paired = true;
            match event.and_then(|at| copies.get_mut(at)) {
                Some(event) => {
                    event.push(logon.row);
                    event.sort_unstable();
                }
                None => copies.push(vec![number.min(logon.row), number.max(logon.row)]),
            }
        }
    }
}
