//! The answer: how often each user, operation (application) and address occurs, and one filter with count, distinct users, first and last time.

pub(crate) mod loaded;
pub(crate) mod naive;

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

pub(crate) type Failure = Box<dyn std::error::Error>;

/// Counts per user, per operation or application, per address; of sign-ins also per error code.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Answer {
    pub(crate) records: u64,
    pub(crate) users: BTreeMap<String, u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) operations: BTreeMap<String, u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) apps: BTreeMap<String, u64>,
    pub(crate) addresses: BTreeMap<String, u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) errors: BTreeMap<String, u64>,
    /// MailItemsAccessed, or failed sign-ins.
    pub(crate) filtered: Filtered,
}

/// What the filter found.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Filtered {
    pub(crate) records: u64,
    /// Messages listed; absent for sign-ins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) items: Option<i64>,
    pub(crate) users: usize,
    /// Seconds since 1970.
    pub(crate) first: i64,
    pub(crate) last: i64,
}

/// Counts texts.
#[derive(Debug, Default)]
pub(crate) struct Counts<'a>(HashMap<&'a str, u64>);

impl<'a> Counts<'a> {
    pub(crate) fn add(&mut self, text: Option<&'a str>) {
        if let Some(text) = text {
            *self.0.entry(text).or_default() += 1;
        }
    }

    pub(crate) fn sorted(self) -> BTreeMap<String, u64> {
        self.0.into_iter().map(|(text, count)| (text.to_owned(), count)).collect()
    }
}

/// Gathers what the filter lets through; times in any unit of which a second has `UNITS`.
#[derive(Debug, Default)]
pub(crate) struct Filter<'a, const UNITS: i64> {
    records: u64,
    items: Option<i64>,
    users: HashSet<&'a str>,
    span: Option<(i64, i64)>,
}

impl<'a, const UNITS: i64> Filter<'a, UNITS> {
    pub(crate) fn add(&mut self, user: Option<&'a str>, time: Option<i64>, items: Option<i64>) {
        self.records += 1;
        self.users.extend(user);
        if let Some(items) = items {
            *self.items.get_or_insert(0) += items;
        }
        if let Some(time) = time {
            let (first, last) = self.span.unwrap_or((time, time));
            self.span = Some((first.min(time), last.max(time)));
        }
    }

    pub(crate) fn found(self) -> Filtered {
        let (first, last) = self.span.unwrap_or_default();
        Filtered { records: self.records, items: self.items, users: self.users.len(), first: first / UNITS, last: last / UNITS }
    }
}
