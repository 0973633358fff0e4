//! Records that stand in the evidence more than once become one. Nothing is lost: the richest copy stays and takes over what only other copies have,
//! every place where the record stands is remembered, and so is every cell in which copies differ.

mod copies;
mod identical;
mod logons;
mod merge;
mod repeated;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use self::merge::Merged;
use self::table::Table;
use crate::frame::{Frame, Frames, Row};
use crate::provenance::{RecordRef, SourceId};

/// Kept record → the other places where it stands.
pub(super) type Occurrences = BTreeMap<(SourceId, u64), Vec<RecordRef>>;

/// A record's place: source and ordinal.
type Place = (u32, u64);

/// Events: copies are found by id, or by content where there is none, and merged cell by cell.
const EVENTS: &[&str] = &["sign_ins", "audit", "mail_access", "mail_items", "risks", "messages"];

/// One row per folder or message of an audit record: they follow their record, and the rows of all copies are united.
const MAIL: &[&str] = &["mail_access", "mail_items"];

/// Differences that are listed; the others are counted.
const LISTED: usize = 1_000;

/// Characters of a differing value that are quoted.
const QUOTED: usize = 200;

/// What copies of one record say differently.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differences {
    /// Records whose copies differ.
    pub n_records: u64,
    /// Cells in which they differ.
    pub n_cells: u64,
    /// Records that share an id with others and tell of other events: each is kept.
    pub n_not_copies: u64,
    /// The first such records.
    pub not_copies: Vec<RecordRef>,
    /// The first differences, by frame and record.
    pub listed: Vec<Difference>,
}

/// One cell in which two copies differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The copy that stays.
    pub kept: RecordRef,
    /// The other copy.
    pub other: RecordRef,
    /// `frame.column`.
    pub column: String,
    /// The value in the kept copy.
    pub value: String,
    /// The value in the other copy.
    pub other_value: String,
    /// The other copy's value is the one that is used.
    pub is_taken: bool,
}

/// What folding found.
#[derive(Default)]
pub(super) struct Folded {
    pub(super) occurrences: Occurrences,
    pub(super) differences: Differences,
    /// Logons of the audit log that were joined to their Entra sign-in and have no row of their own any more. They still are evidence of their kind.
    pub(super) n_logons: u64,
}

/// What happens to one frame.
#[derive(Default)]
struct Plan {
    merged: Vec<Merged>,
    /// Rows to drop besides those of `merged`.
    dropped: Vec<Row>,
}

/// Folds the duplicates of all frames. Events are the same by id or content; states only when all cells are.
pub(super) fn duplicates(frames: &mut Frames) -> Folded {
    let mut folded = Folded::default();
    let mut others: BTreeMap<Place, BTreeSet<RecordRef>> = BTreeMap::new();
    let mut plans = plans(frames, &mut folded, &mut others);
    for (name, frame) in frames.each_mut() {
        if let Some(plan) = plans.remove(name) {
            apply(frame, &plan);
        } else if !EVENTS.contains(&name) {
            for (kept, other) in identical::rows(frame) {
                others.entry(kept).or_default().insert(other);
            }
        }
    }
    folded.occurrences = others.into_iter().map(|((source, record), others)| ((SourceId(source), record), others.into_iter().collect())).collect();
    folded
}

fn plans(frames: &Frames, folded: &mut Folded, others: &mut BTreeMap<Place, BTreeSet<RecordRef>>) -> BTreeMap<&'static str, Plan> {
    let tables: Vec<Table<'_>> =
        frames.each().into_iter().filter(|(name, _)| EVENTS.contains(name)).map(|(name, frame)| Table::of(name, frame)).collect();
    let (mail, tables): (Vec<Table<'_>>, Vec<Table<'_>>) = tables.into_iter().partition(|table| MAIL.contains(&table.name));
    let mut plans: BTreeMap<&'static str, Plan> = BTreeMap::new();
    let audit = tables.iter().find(|table| table.name == "audit");
    for table in &tables {
        let found = copies::by_id(table);
        let mail = if table.name == "audit" { &mail[..] } else { &[] };
        let mut copies = found.copies;
        copies.extend(copies::by_content(table));
        if table.name == "sign_ins" {
            logons::join(table, &mut copies);
        }
        let merged = merge::all(table, &copies, mail);
        for mail in mail {
            let dropped = merged.iter().flat_map(|event| merge::repeated_mail(mail, event, table));
            plans.entry(mail.name).or_default().dropped.extend(dropped);
        }
        if table.name == "sign_ins" {
            folded.n_logons = joined_logons(table, &merged, audit);
        }
        let differences = &mut folded.differences;
        note(table, &merged, differences, others);
        differences.n_not_copies += found.not_copies.len() as u64;
        let room = LISTED.saturating_sub(differences.not_copies.len());
        let mut not_copies: Vec<RecordRef> = found.not_copies.iter().map(|row| table.places().reference(*row as usize)).collect();
        not_copies.sort_unstable();
        differences.not_copies.extend(not_copies.into_iter().take(room));
        plans.entry(table.name).or_default().merged = merged;
    }
    for table in &mail {
        // Derived exports fill the mail frames only.
        let merged = merge::all(table, &copies::by_content(table), &[]);
        note(table, &merged, &mut folded.differences, others);
        plans.entry(table.name).or_default().merged = merged;
    }
    plans
}

/// Events that are an Entra sign-in and a logon of the audit log.
fn joined_logons(table: &Table<'_>, merged: &[Merged], audit: Option<&Table<'_>>) -> u64 {
    let is_logon = |row: usize| table.feed(row) == Some("ual");
    let has_own_row = |row: usize| audit.is_some_and(|audit| !audit.rows_of(table.place(row)).is_empty());
    let joins = |event: &&Merged| {
        let is_of_entra = !table.rows_of(event.kept).any(is_logon);
        is_of_entra && event.others.iter().map(|row| *row as usize).any(|row| is_logon(row) && !has_own_row(row))
    };
    merged.iter().filter(joins).count() as u64
}

/// Remembers where else the records stand and in what their copies differ.
fn note(table: &Table<'_>, merged: &[Merged], differences: &mut Differences, others: &mut BTreeMap<Place, BTreeSet<RecordRef>>) {
    let reference = |row: Row| table.places().reference(row as usize);
    for event in merged {
        // Two rows of one record may repeat two rows of another.
        let elsewhere = event.others.iter().map(|row| reference(*row)).filter(|other| (other.source.0, other.record) != event.kept);
        others.entry(event.kept).or_default().extend(elsewhere);
        differences.n_records += u64::from(!event.differing.is_empty());
        differences.n_cells += event.differing.len() as u64;
        let room = LISTED.saturating_sub(differences.listed.len());
        for cell in event.differing.iter().take(room) {
            let Some((name, column)) = table.columns().get(cell.column) else { continue };
            let quoted = |row: Row| column.text(row as usize).unwrap_or_default().chars().take(QUOTED).collect::<String>();
            differences.listed.push(Difference {
                kept: reference(cell.kept),
                other: reference(cell.other),
                column: format!("{}.{name}", table.name),
                value: quoted(cell.kept),
                other_value: quoted(cell.other),
                is_taken: cell.is_taken,
            });
        }
    }
}

fn apply(frame: &mut dyn Frame, plan: &Plan) {
    let mut is_dropped = Vec::new();
    for row in plan.dropped.iter().chain(plan.merged.iter().flat_map(|event| &event.dropped)) {
        is_dropped.resize(frame.height(), false);
        if let Some(is_dropped) = is_dropped.get_mut(*row as usize) {
            *is_dropped = true;
        }
    }
    if is_dropped.is_empty() {
        return;
    }
    let mut columns = frame.columns_mut();
    for fill in plan.merged.iter().flat_map(|event| &event.fills) {
        if let Some((_, column)) = columns.get_mut(fill.column) {
            column.copy(fill.from, fill.to);
        }
    }
    drop(columns);
    let kept: Vec<Row> = is_dropped.iter().zip(0..).filter(|(is_dropped, _)| !**is_dropped).map(|(_, row)| row).collect();
    frame.gather(&kept);
}

#[cfg(test)]
mod tests;
