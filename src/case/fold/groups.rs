//! Which records are copies of each other, and which copy is the richest.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::cells::Cells;
use super::{EVENTS, MAIL, Place};
use crate::frame::{Frame, Frames};

/// What ids are compared within: ids of different kinds of record do not meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Feed {
    UnifiedAudit,
    Directory,
    SignIns,
    RiskDetections,
    RiskyUsers,
}

/// Groups of records with one id. Group numbers follow the order of the frames' rows.
pub(super) struct Groups {
    /// Per frame of [`EVENTS`], the group of each row that has copies.
    rows: HashMap<&'static str, Vec<Option<u32>>>,
    /// Per group with copies, its members and how rich they are.
    members: BTreeMap<u32, BTreeMap<Place, Member>>,
}

/// One copy.
#[derive(Default)]
struct Member {
    id: String,
    /// Rows in the mail frames: a copy with its folders beats one without.
    n_mail_rows: u64,
    n_cells: u64,
}

impl Groups {
    /// Compares the ids of all event rows.
    pub(super) fn find(frames: &Frames) -> Self {
        let events: Vec<(&'static str, &dyn Frame)> = frames.each().into_iter().filter(|(name, _)| EVENTS.contains(name)).collect();
        let mut numbers: HashMap<(Feed, Cow<'_, str>), u32> = HashMap::new();
        let mut firsts: Vec<(Place, bool)> = Vec::new();
        let mut rows: HashMap<&'static str, Vec<Option<u32>>> = HashMap::new();
        for (name, data) in &events {
            let feeds = data.columns().into_iter().find(|(name, _)| *name == "feed").map(|(_, column)| column);
            let mut of_rows = vec![None; data.height()];
            for (row, group) in of_rows.iter_mut().enumerate() {
                let (id, place) = (data.places().record_id(row), place(*data, row));
                if id.is_empty() {
                    continue;
                }
                let feed = feed(name, feeds.and_then(|feeds| feeds.text(row)).as_deref());
                let number = *numbers.entry((feed, normal(id))).or_insert_with(|| {
                    firsts.push((place, false));
                    u32::try_from(firsts.len() - 1).unwrap_or(u32::MAX)
                });
                if let Some((first, has_copies)) = firsts.get_mut(number as usize) {
                    *has_copies |= *first != place;
                    *group = Some(number);
                }
            }
            rows.insert(name, of_rows);
        }
        drop(numbers);
        for group in rows.values_mut().flatten() {
            let has_copies = group.and_then(|group| firsts.get(group as usize)).is_some_and(|(_, has_copies)| *has_copies);
            if !has_copies {
                *group = None;
            }
        }
        let mut members: BTreeMap<u32, BTreeMap<Place, Member>> = BTreeMap::new();
        for (name, data) in &events {
            let Some(of_rows) = rows.get(name) else { continue };
            if of_rows.iter().all(Option::is_none) {
                continue;
            }
            let cells = Cells::of(*data);
            for (row, group) in of_rows.iter().enumerate() {
                let Some(group) = group else { continue };
                let member = members.entry(*group).or_default().entry(place(*data, row)).or_default();
                data.places().record_id(row).clone_into(&mut member.id);
                member.n_mail_rows += u64::from(MAIL.contains(name));
                member.n_cells += cells.n_filled(row);
            }
        }
        Self { rows, members }
    }

    /// No record stands twice.
    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The group of a row; `None` when its record has no copies.
    pub(super) fn of(&self, frame: &str, row: usize) -> Option<u32> {
        self.rows.get(frame)?.get(row).copied().flatten()
    }

    /// The richest copy; of equals the first.
    pub(super) fn richest(&self, group: u32) -> Option<Place> {
        let richness = |member: &Member| (member.n_mail_rows, member.n_cells);
        self.members.get(&group)?.iter().rev().max_by_key(|(_, member)| richness(member)).map(|(place, _)| *place)
    }

    /// Every copy that is not the richest of its group, with the place of the richest.
    pub(super) fn others(&self) -> impl Iterator<Item = (Place, (u32, u64, String))> {
        self.members.iter().filter_map(|(group, members)| Some((self.richest(*group)?, members))).flat_map(|(richest, members)| {
            let others = members.iter().filter(move |(place, _)| **place != richest);
            others.map(move |((source, record), member)| (richest, (*source, *record, member.id.clone())))
        })
    }
}

/// Source and ordinal of a row.
pub(super) fn place(data: &dyn Frame, row: usize) -> Place {
    (data.places().source(row).0, data.places().record(row))
}

fn feed(frame: &str, feed: Option<&str>) -> Feed {
    match (frame, feed) {
        ("audit", Some("directory")) => Feed::Directory,
        // The id of a logon in the unified audit log is the request id of the Entra sign-in: one event in two logs.
        ("sign_ins", _) => Feed::SignIns,
        ("risks", Some("user")) => Feed::RiskyUsers,
        ("risks", _) => Feed::RiskDetections,
        _ => Feed::UnifiedAudit,
    }
}

/// GUIDs are the same in capitals; ids of other kinds (base64) are not.
fn normal(id: &str) -> Cow<'_, str> {
    let is_guid = id.len() == 36
        && id.bytes().enumerate().all(|(at, byte)| if matches!(at, 8 | 13 | 18 | 23) { byte == b'-' } else { byte.is_ascii_hexdigit() });
    if is_guid && id.bytes().any(|byte| byte.is_ascii_uppercase()) { Cow::Owned(id.to_ascii_lowercase()) } else { Cow::Borrowed(id) }
}
