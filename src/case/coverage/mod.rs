//! Which evidence a case holds, counted on its rows: from when to when each file reaches, on which days, about whom, and what limits it.
//! Facts only: what a limit means for a statement is for `assess` to say.

mod auditing;
mod claims;
mod file;
mod kinds;
mod limit;
mod pages;
mod series;
mod states;
mod tally;

use std::collections::{BTreeMap, BTreeSet};

use super::Span;
use crate::evidence::Evidence;
use crate::provenance::SourceId;
use crate::time::Time;

pub use self::auditing::{Auditing, Silent};
pub use self::claims::Claim;
pub use self::kinds::Log;
pub use self::limit::{Limit, LimitKind, Read, limits};
pub use self::series::{Day, Hole, Series};
pub use self::tally::{Implausible, Throttled};
pub(crate) use self::tally::{Tally, records};

/// How far the evidence of a case reaches.
#[derive(Debug, Clone, Default)]
pub struct Extent {
    /// Records of each kind, each counted once; a kind whose records all stand under another kind as well (logons of the audit log that are sign-ins of Entra)
    /// is not among them.
    pub records: BTreeMap<Evidence, u64>,
    /// Records per day of each kind in each file. Records that stand in several files count in each: a file is what it is, whatever else there is.
    pub series: BTreeMap<(SourceId, Evidence), Series>,
    /// Records whose time cannot be right, per file; they are in no series.
    pub implausible: BTreeMap<SourceId, Implausible>,
    /// The accounts that a file names as actor, mailbox or target, as recorded.
    pub accounts: BTreeMap<SourceId, BTreeSet<String>>,
    /// When Exchange stopped logging mail reads.
    pub throttled: Vec<Throttled>,
    /// Files with synchronised folders among their mail reads.
    pub synced: BTreeSet<SourceId>,
    /// What was not audited, as far as exported settings tell.
    pub auditing: Auditing,
    /// What collectors' logs admit.
    pub claims: Vec<Claim>,
    /// Somebody noted who was told what.
    pub has_communications: bool,
}

impl Extent {
    /// Sorts what was counted on the files as they are (`records`: when copies are folded), and sets records apart that lie years from all others of their log.
    pub(crate) fn new(tally: Tally, records: BTreeMap<Evidence, u64>) -> Self {
        let Tally { days, undated, mut implausible, accounts, throttled, synced, auditing, claims, has_communications } = tally;
        let mut logs: BTreeMap<Option<Log>, Series> = BTreeMap::new();
        for ((_, kind, day), records) in &days {
            logs.entry(Log::of(*kind)).or_default().add(*day, *records);
        }
        let reach: BTreeMap<Option<Log>, (i64, i64)> = logs.iter().filter_map(|(log, series)| Some((*log, series.mainland()?))).collect();
        let mut series: BTreeMap<(SourceId, Evidence), Series> = BTreeMap::new();
        for ((source, kind, day), records) in days {
            let is_near = reach.get(&Log::of(kind)).is_some_and(|(first, last)| (*first..=*last).contains(&day));
            let own = series.entry((source, kind)).or_default();
            if is_near {
                own.add(day, records);
            } else {
                own.n_records += records.n;
                let far = Implausible::new(records.n, records.first, records.last);
                implausible.entry(source).and_modify(|all| all.add(far)).or_insert(far);
            }
        }
        for ((source, kind), n) in undated {
            series.entry((source, kind)).or_default().n_records += n;
        }
        let accounts = accounts.into_iter().map(|(source, names)| (source, names.into_iter().collect())).collect();
        Self {
            records,
            series,
            implausible,
            accounts,
            throttled: throttled.into_iter().collect(),
            synced,
            auditing,
            claims: claims.into_iter().collect(),
            has_communications,
        }
    }

    /// First and last event of a file, over all kinds that it holds.
    pub fn reach(&self, source: SourceId) -> Option<(Time, Time)> {
        let series = || self.of_source(source).map(|(_, series)| series);
        Some((series().filter_map(Series::first).min()?, series().filter_map(Series::last).max()?))
    }

    /// The kinds of a file.
    pub fn of_source(&self, source: SourceId) -> impl Iterator<Item = (Evidence, &Series)> {
        Evidence::ALL.iter().filter_map(move |kind| Some((*kind, self.series.get(&(source, *kind))?)))
    }

    /// The files that hold a kind.
    pub fn holders(&self, kind: Evidence) -> impl Iterator<Item = SourceId> {
        self.series.keys().filter(move |(_, own)| *own == kind).map(|(source, _)| *source)
    }

    /// The records of one kind over all files.
    pub fn of_kind(&self, kind: Evidence) -> Series {
        let mut all = Series::default();
        self.series.iter().filter(|((_, own), _)| *own == kind).for_each(|(_, series)| all.merge(series));
        all.n_records = self.records.get(&kind).copied().unwrap_or(all.n_records);
        all
    }

    /// The records of one log over all files and kinds.
    pub fn of_log(&self, log: Log) -> Series {
        let mut all = Series::default();
        self.series.iter().filter(|((_, kind), _)| Log::of(*kind) == Some(log)).for_each(|(_, series)| all.merge(series));
        all
    }

    /// Per kind: the records, and how far the files reach that hold it.
    pub fn spans(&self) -> BTreeMap<Evidence, Span> {
        let mut spans: BTreeMap<Evidence, Span> = BTreeMap::new();
        for ((source, kind), series) in &self.series {
            let reach = self.reach(*source);
            let span = spans.entry(*kind).or_default();
            span.records += series.n_records;
            span.first = span.first.into_iter().chain(series.first()).min();
            span.last = span.last.max(series.last());
            span.reach_first = span.reach_first.into_iter().chain(reach.map(|(first, _)| first)).min();
            span.reach_last = span.reach_last.max(reach.map(|(_, last)| last));
        }
        for (kind, records) in &self.records {
            spans.entry(*kind).or_default().records = *records;
        }
        spans
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{AuditEventRow, MailAccessRow, PolicyStateRow, Rows, SignInRow};

    const DAY: i64 = series::DAY;
    const START: i64 = 20_605 * DAY;

    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn extent(rows: Rows) -> Extent {
        let mut tally = Tally::default();
        tally.add(&rows.finish());
        Extent::new(tally, BTreeMap::new())
    }

    #[test]
    fn kinds_are_told_apart_by_stream_type_and_feed() {
        let mut rows = Rows::default();
        let sign_in = |feed: &str, stream: &str, at: i64| SignInRow {
            feed: text(feed),
            stream: text(stream),
            time: Some(Time(START + at)),
            ..SignInRow::default()
        };
        rows.sign_ins.push(SourceId(0), 0, "", sign_in("entra", "interactive", 5));
        rows.sign_ins.push(SourceId(0), 1, "", sign_in("entra", "interactive", 2));
        rows.sign_ins.push(SourceId(0), 2, "", sign_in("ual", "unknown", 9));
        let audit = |feed: &str, record_type: i64, operation: &str| AuditEventRow {
            feed: text(feed),
            record_type: Some(record_type),
            operation: text(operation),
            ..AuditEventRow::default()
        };
        rows.audit.push(SourceId(0), 3, "", audit("ual", 2, "mailitemsaccessed"));
        rows.audit.push(SourceId(0), 4, "", audit("ual", 2, "harddelete"));
        rows.audit.push(SourceId(0), 5, "", audit("directory", 8, "update user"));
        for _ in 0..3 {
            rows.mail_access.push(SourceId(0), 3, "", MailAccessRow::default());
            rows.mail_access.push(SourceId(2), 7, "", MailAccessRow::default());
        }
        rows.policies.push(SourceId(1), 0, "", PolicyStateRow { kind: text("transport-rule"), ..PolicyStateRow::default() });
        let spans = extent(rows).spans();
        let counts: Vec<(Evidence, u64)> = spans.iter().map(|(kind, span)| (*kind, span.records)).collect();
        assert_eq!(
            counts,
            [
                (Evidence::InteractiveSignIns, 2),
                (Evidence::AuditLogons, 1),
                (Evidence::MailboxAudit, 1),
                (Evidence::MailItemsAccessed, 2),
                (Evidence::DirectoryAudits, 1),
                (Evidence::TransportRules, 1)
            ]
        );
        // The file of the sign-ins also holds a logon at 9: it reaches that far for every kind in it.
        let at = |time: i64| Some(Time(START + time));
        assert_eq!(spans[&Evidence::InteractiveSignIns], Span { records: 2, first: at(2), last: at(5), reach_first: at(2), reach_last: at(9) });
        assert_eq!(spans[&Evidence::AuditLogons].last, at(9));
    }

    #[test]
    fn wrong_dates_stretch_nothing_and_are_named() {
        let mut rows = Rows::default();
        let days: Vec<i64> = [-20_605, 2_932_896 - 20_605, 4_000].into_iter().chain((0..300).map(|row| row % 10)).collect();
        for (record, day) in (0..).zip(days) {
            let row = SignInRow { feed: text("entra"), stream: text("interactive"), time: Some(Time(START + day * DAY)), ..SignInRow::default() };
            rows.sign_ins.push(SourceId(0), record, "", row);
        }
        let extent = extent(rows);
        let span = extent.spans()[&Evidence::InteractiveSignIns];
        assert_eq!((span.records, span.first, span.last), (303, Some(Time(START)), Some(Time(START + 9 * DAY))));
        let wrong = extent.implausible[&SourceId(0)];
        assert_eq!((wrong.n, wrong.first.date(), wrong.last.date()), (3, "1970-01-01".to_owned(), "9999-12-31".to_owned()));
    }
}
