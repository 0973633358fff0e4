//! Counts rows by file, kind and day. Whole cases and single batches are counted by the same code, so that `inventory` and `analyze` say the same.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use super::auditing::Auditing;
use super::claims::Claim;
use super::series::Day;
use super::{kinds, states};
use crate::evidence::Evidence;
use crate::evidence::read::Contents;
use crate::frame::{Frame, Frames, Texts};
use crate::provenance::SourceId;
use crate::time::Time;

/// Times that an event of Microsoft 365 can have: the service began in 2011, and no export of this century is from the next.
const PLAUSIBLE: std::ops::Range<Time> = Time(1_262_304_000_000_000)..Time(4_102_444_800_000_000);

/// Records of one file whose time cannot be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Implausible {
    /// Records.
    pub n: u64,
    /// The earliest of their times.
    pub first: Time,
    /// The latest.
    pub last: Time,
}

impl Implausible {
    pub(super) fn new(n: u64, first: Time, last: Time) -> Self {
        Self { n, first, last }
    }

    pub(super) fn add(&mut self, other: Self) {
        *self = Self { n: self.n + other.n, first: self.first.min(other.first), last: self.last.max(other.last) };
    }
}

/// Exchange stopped logging binds of a mailbox for 24 hours.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Throttled {
    /// Lower-case owner of the mailbox, as recorded.
    pub mailbox: String,
    /// From when on.
    pub at: Time,
    /// The file.
    pub source: SourceId,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(super) days: HashMap<(SourceId, Evidence, i64), Day>,
    pub(super) undated: BTreeMap<(SourceId, Evidence), u64>,
    pub(super) implausible: BTreeMap<SourceId, Implausible>,
    pub(super) accounts: HashMap<SourceId, HashSet<String>>,
    pub(super) throttled: BTreeSet<Throttled>,
    /// Files with synchronised folders among their mail reads.
    pub(super) synced: BTreeSet<SourceId>,
    pub(super) auditing: Auditing,
    pub(super) claims: BTreeSet<Claim>,
    pub(super) has_communications: bool,
}

impl Tally {
    /// Counts the rows of all files.
    pub(crate) fn of(loaded: &[(SourceId, Contents)]) -> Self {
        let of_file = |(_, contents): &(SourceId, Contents)| {
            let mut tally = Self::default();
            tally.add(&contents.frames);
            tally
        };
        loaded.par_iter().map(of_file).reduce(Self::default, |mut all, other| {
            all.merge(other);
            all
        })
    }

    /// Counts the rows of `frames`.
    pub(crate) fn add(&mut self, frames: &Frames) {
        each_event(frames, |kind, source, time| self.event(kind, source, time));
        for row in frames.mail_access.iter() {
            if row.access() == Some("sync") {
                self.synced.insert(row.source());
            }
            if let (Some(true), Some(mailbox), Some(at)) = (row.throttled(), row.mailbox(), row.time()) {
                self.throttled.insert(Throttled { mailbox: mailbox.to_owned(), at, source: row.source() });
            }
        }
        self.auditing.read(frames);
        self.notes(frames);
        self.name(&*frames.audit, &frames.audit.account, |_| true);
        self.name(&*frames.audit, &frames.audit.mailbox, |_| true);
        let is_person = |row: usize| matches!(frames.audit.target_kind.get(row), Some("user" | "mailbox"));
        self.name(&*frames.audit, &frames.audit.target, is_person);
        self.name(&*frames.sign_ins, &frames.sign_ins.account, |_| true);
        self.name(&*frames.mail_access, &frames.mail_access.account, |_| true);
        self.name(&*frames.mail_access, &frames.mail_access.mailbox, |_| true);
        self.name(&*frames.risks, &frames.risks.account, |_| true);
    }

    /// What people and collectors wrote that says something about the evidence itself.
    fn notes(&mut self, frames: &Frames) {
        for row in frames.notes.iter() {
            self.has_communications |= row.kind() == Some("communication");
            let status = row.status().filter(|status| matches!(*status, "partial" | "filtered" | "failed"));
            if let (Some("collector"), Some(status)) = (row.kind(), status) {
                let (status, text) = (status.to_owned(), row.text().unwrap_or_default().to_owned());
                self.claims.insert(Claim { source: row.source(), record: row.record(), status, window: row.from().zip(row.until()), text });
            }
        }
    }

    /// Notes the accounts of a column. Equal texts are looked up once per file, not once per row.
    fn name(&mut self, frame: &dyn Frame, column: &Texts, counts: impl Fn(usize) -> bool) {
        let mut source = None;
        let mut seen = Vec::new();
        for row in 0..frame.height() {
            if source.replace(frame.places().source(row)) != Some(frame.places().source(row)) {
                seen = vec![false; column.n_stored() + 1];
            }
            let code = column.code(row);
            let Some(is_seen) = seen.get_mut(code as usize).filter(|is_seen| !**is_seen) else { continue };
            if let (Some(account), Some(source), true) = (column.stored(code).filter(|account| !account.is_empty()), source, counts(row)) {
                *is_seen = true;
                let accounts = self.accounts.entry(source).or_default();
                if !accounts.contains(account) {
                    accounts.insert(account.to_owned());
                }
            }
        }
    }

    fn event(&mut self, kind: Evidence, source: SourceId, time: Option<Time>) {
        match time {
            Some(at) if PLAUSIBLE.contains(&at) => {
                let day = self.days.entry((source, kind, at.day())).or_insert(Day { n: 0, first: at, last: at });
                *day = Day { n: day.n + 1, first: day.first.min(at), last: day.last.max(at) };
            }
            Some(at) => {
                let one = Implausible::new(1, at, at);
                self.implausible.entry(source).and_modify(|all| all.add(one)).or_insert(one);
                *self.undated.entry((source, kind)).or_default() += 1;
            }
            None => *self.undated.entry((source, kind)).or_default() += 1,
        }
    }

    /// Adds what was counted elsewhere.
    pub(crate) fn merge(&mut self, other: Self) {
        for (key, records) in other.days {
            let day = self.days.entry(key).or_insert(Day { n: 0, ..records });
            *day = Day { n: day.n + records.n, first: day.first.min(records.first), last: day.last.max(records.last) };
        }
        for (key, n) in other.undated {
            *self.undated.entry(key).or_default() += n;
        }
        for (source, implausible) in other.implausible {
            self.implausible.entry(source).and_modify(|all| all.add(implausible)).or_insert(implausible);
        }
        for (source, names) in other.accounts {
            self.accounts.entry(source).or_default().extend(names);
        }
        self.throttled.extend(other.throttled);
        self.synced.extend(other.synced);
        self.claims.extend(other.claims);
        self.has_communications |= other.has_communications;
        self.auditing.merge(other.auditing);
    }
}

/// Records of each kind, whichever file they stand in.
pub(crate) fn records(frames: &Frames) -> BTreeMap<Evidence, u64> {
    let mut records: HashMap<Evidence, u64> = HashMap::new();
    each_event(frames, |kind, _, _| *records.entry(kind).or_default() += 1);
    records.into_iter().collect()
}

/// Tells the kind, file and time of every record.
fn each_event(frames: &Frames, mut event: impl FnMut(Evidence, SourceId, Option<Time>)) {
    let mut logons_of_audit = HashSet::new();
    let mut mail_reads = BTreeSet::new();
    for row in frames.audit.iter() {
        let kind = kinds::audit(row.feed(), row.record_type(), row.operation(), row.workload());
        match kind {
            Evidence::AuditLogons => _ = logons_of_audit.insert((row.source(), row.record())),
            Evidence::MailItemsAccessed => _ = mail_reads.insert(row.source()),
            _ => {}
        }
        event(kind, row.source(), row.time());
    }
    for row in frames.sign_ins.iter() {
        // A logon of the audit log may stand in both frames.
        if row.feed() != Some("ual") {
            event(kinds::sign_in(row.stream()), row.source(), row.time());
        } else if !logons_of_audit.contains(&(row.source(), row.record())) {
            event(Evidence::AuditLogons, row.source(), row.time());
        }
    }
    // Mail reads are audit records; derived exports fill only the mail frames, one row per folder or message.
    let mut derived = HashSet::new();
    for row in frames.mail_access.iter() {
        if !mail_reads.contains(&row.source()) && derived.insert((row.source(), row.record())) {
            event(Evidence::MailItemsAccessed, row.source(), row.time());
        }
    }
    for row in frames.risks.iter() {
        let kind = if row.feed() == Some("user") { Evidence::RiskyUsers } else { Evidence::RiskDetections };
        event(kind, row.source(), row.time());
    }
    for row in frames.messages.iter() {
        event(Evidence::MessageTrace, row.source(), row.time());
    }
    // An alert and the entities that it names are one record.
    let mut alerts = HashSet::new();
    for row in frames.alerts.iter().filter(|row| alerts.insert((row.source(), row.record()))) {
        event(Evidence::Alerts, row.source(), row.time());
    }
    states::each(frames, |kind, source| event(kind, source, None));
}
