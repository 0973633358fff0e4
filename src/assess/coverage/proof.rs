//! Whether the evidence proves that nothing else happened: for some kinds of evidence, one account and one window. "Clear" needs files that hold such
//! records, name the account, reach over the window, and have neither hole nor cap nor cut there.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use crate::case::coverage::{Log, Series};
use crate::case::{Case, Limit};
use crate::evidence::Evidence;
use crate::provenance::SourceId;
use crate::settings::coverage::Coverage as Settings;
use crate::time::Time;

/// Reasons that are told one by one.
const REASONS_TOLD: usize = 3;

/// A log of administration names few accounts, and rarely the one in question: with this many it was not exported for chosen users.
const WIDE: usize = 3;

/// Between two files of one log may be as many days as there usually are between its days with records, and this many at least.
const JOINT_DAYS: i64 = 2;

/// What the evidence proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Proof {
    /// It covers the window.
    Whole,
    /// It covers the window in part, for these reasons.
    Partial(Vec<String>),
    /// It says nothing about the window, for these reasons.
    Nothing(Vec<String>),
}

/// From when to when something has to be shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) from: Time,
    pub(crate) to: Time,
    /// How much later the evidence may begin, and how much earlier it may end: a quiet day at the end is normal, and without an incident the window is only
    /// the span of all evidence.
    pub(crate) slack: (TimeDelta, TimeDelta),
}

impl Window {
    /// Around an incident: the evidence must begin before the first act.
    pub(crate) fn of_incident((from, to): (Time, Time)) -> Self {
        Self { from, to, slack: (TimeDelta::zero(), TimeDelta::days(1)) }
    }

    /// Over all evidence.
    pub(crate) fn of_evidence((from, to): (Time, Time)) -> Self {
        Self { from, to, slack: (TimeDelta::days(7), TimeDelta::days(7)) }
    }

    fn lies_in(&self, spans: &[(Time, Time)]) -> bool {
        spans.iter().any(|(first, last)| *first <= self.from + self.slack.0 && *last + self.slack.1 >= self.to)
    }

    fn meets(&self, span: (Time, Time)) -> bool {
        span.0 <= self.to && self.from <= span.1
    }
}

/// The evidence, asked for proofs.
pub(crate) struct Prover<'a> {
    case: &'a Case,
    limits: Vec<Limit>,
    /// The accounts that each file names, by their one name.
    named: BTreeMap<SourceId, BTreeSet<&'a str>>,
    /// How long nothing may be logged between two files of a log.
    joints: BTreeMap<Log, TimeDelta>,
}

impl<'a> Prover<'a> {
    pub(crate) fn new(case: &'a Case, settings: &Settings) -> Self {
        let resolved = |names: &'a BTreeSet<String>| names.iter().map(|name| case.identities.resolve(name)).collect();
        let named = case.extent.accounts.iter().map(|(source, names)| (*source, resolved(names))).collect();
        let logs: BTreeSet<Log> = case.coverage.keys().filter_map(|kind| Log::of(*kind)).collect();
        let joints = logs.into_iter().map(|log| (log, joint(&case.extent.of_log(log)))).collect();
        Self { case, limits: case.limits(settings), named, joints }
    }

    /// All limits of the case.
    pub(crate) fn limits(&self) -> &[Limit] {
        &self.limits
    }

    /// What one kind of evidence proves about one account (`None`: about anybody).
    pub(crate) fn history(&self, kind: Evidence, account: Option<&str>, window: Window) -> Proof {
        let files = self.files(kind);
        let (about, unnamed) = self.naming(kind, &files, account);
        let mine = |limit: &&Limit| limit.kind.hides_records() && limit.evidence.contains(&kind) && self.concerns(limit, account);
        let unsound: Vec<&Limit> =
            self.limits.iter().filter(mine).filter(|limit| limit.span.is_none() && !about.is_disjoint(&limit.sources)).collect();
        let is_sound = |file: &SourceId| !unsound.iter().any(|limit| limit.sources.contains(file));
        let sound: BTreeSet<SourceId> = about.iter().copied().filter(is_sound).collect();
        let blind: Vec<&Limit> = self.limits.iter().filter(mine).filter(|limit| self.is_blind(limit, kind, window, &sound)).collect();
        if blind.is_empty() && unnamed.is_none() && window.lies_in(&self.joined(kind, &sound)) {
            return Proof::Whole;
        }
        let all = self.joined(kind, &about);
        let mut reasons: Vec<String> = unnamed.into_iter().collect();
        reasons.extend(Self::short(kind, &all, window));
        let told = blind.iter().copied().chain(unsound.iter().copied().filter(|_| !window.lies_in(&self.joined(kind, &sound))));
        reasons.extend(told.map(|limit| limit.text.clone()));
        let shows_something =
            all.iter().any(|span| window.meets(*span)) && !blind.iter().any(|limit| limit.span.is_some_and(|span| window.is_within(span)));
        if shows_something { Proof::Partial(shortened(reasons)) } else { Proof::Nothing(shortened(reasons)) }
    }

    /// What keeps a state export from being whole: limits of all the files that hold it.
    pub(crate) fn state(&self, kind: Evidence) -> Vec<String> {
        let hiding = |file: SourceId| {
            self.limits.iter().find(|limit| limit.kind.hides_records() && limit.sources.contains(&file) && limit.evidence.contains(&kind))
        };
        let limits: Option<BTreeSet<&str>> = self.case.extent.holders(kind).map(|file| Some(hiding(file)?.text.as_str())).collect();
        shortened(limits.into_iter().flatten().map(str::to_owned).collect())
    }

    /// The files that would hold such records: those that do, and files of the same log that are mixed enough not to have been filtered.
    fn files(&self, kind: Evidence) -> BTreeSet<SourceId> {
        let mut files: BTreeSet<SourceId> = self.case.extent.holders(kind).collect();
        if Log::of(kind) == Some(Log::Unified) {
            let is_mixed =
                |file: &SourceId| self.case.extent.of_source(*file).filter(|(other, _)| Log::of(*other) == Some(Log::Unified)).count() >= 2;
            files.extend(self.named.keys().filter(|file| is_mixed(file)));
        }
        files
    }

    /// The files that speak about the account, and what to say when none does. Files of one export share their people: a day on which one of them is away
    /// is no file about others.
    fn naming(&self, kind: Evidence, files: &BTreeSet<SourceId>, account: Option<&str>) -> (BTreeSet<SourceId>, Option<String>) {
        let log = Log::of(kind);
        let Some(account) = account.filter(|_| !matches!(log, None | Some(Log::Risk | Log::Workload))) else { return (files.clone(), None) };
        let people = |file: &SourceId| self.named.get(file).into_iter().flatten().copied();
        let naming: BTreeSet<SourceId> = files.iter().copied().filter(|file| people(file).any(|name| name == account)).collect();
        let everybody: BTreeSet<&str> = files.iter().flat_map(people).collect();
        if naming.is_empty() {
            if log == Some(Log::Directory) && everybody.len() >= WIDE {
                return (files.clone(), None);
            }
            let text = format!(
                "{} name {} accounts and never {account}: nothing was logged for it, or the export was made for others",
                kind.title(),
                everybody.len()
            );
            return (files.clone(), Some(text));
        }
        let colleagues: BTreeSet<&str> = naming.iter().flat_map(people).collect();
        let shares_people = |file: &SourceId| people(file).filter(|name| colleagues.contains(name)).count() * 2 >= people(file).count();
        (files.iter().copied().filter(shares_people).collect(), None)
    }

    /// What to say when files hold such records and none of them names the account.
    pub(crate) fn unnamed(&self, kind: Evidence, account: &str) -> Option<String> {
        self.naming(kind, &self.files(kind), Some(account)).1
    }

    /// The limit is about this account.
    fn concerns(&self, limit: &Limit, account: Option<&str>) -> bool {
        match (&limit.account, account) {
            // Settings name mailboxes for people.
            (Some(limited), Some(account)) => {
                self.case.identities.resolve(limited) == account || self.case.identities.resolve_name(limited) == account
            }
            _ => true,
        }
    }

    /// Records of the window may be missing there, and no other sound file holds them.
    fn is_blind(&self, limit: &Limit, kind: Evidence, window: Window, sound: &BTreeSet<SourceId>) -> bool {
        let Some(span) = limit.span.filter(|span| window.meets(*span)) else { return false };
        let holds = |file: &&SourceId| self.reach(kind, **file).is_some_and(|(first, last)| first <= span.0 && span.1 <= last);
        let other = sound.iter().filter(|file| !limit.sources.contains(file)).find(holds);
        limit.sources.is_empty() || other.is_none()
    }

    /// From when to when a file holds records of the kind's log.
    fn reach(&self, kind: Evidence, file: SourceId) -> Option<(Time, Time)> {
        let log = Log::of(kind);
        let series = || self.case.extent.of_source(file).filter(|(other, _)| Log::of(*other) == log).map(|(_, series)| series);
        Some((series().filter_map(|series| series.first()).min()?, series().filter_map(|series| series.last()).max()?))
    }

    /// The spans that files cover together.
    fn joined(&self, kind: Evidence, files: &BTreeSet<SourceId>) -> Vec<(Time, Time)> {
        let joint = Log::of(kind).and_then(|log| self.joints.get(&log)).copied().unwrap_or_default();
        let mut spans: Vec<(Time, Time)> = files.iter().filter_map(|file| self.reach(kind, *file)).collect();
        spans.sort_unstable();
        let mut joined: Vec<(Time, Time)> = Vec::new();
        for (first, last) in spans {
            match joined.last_mut() {
                Some(span) if first <= span.1 + joint => span.1 = span.1.max(last),
                _ => joined.push((first, last)),
            }
        }
        joined
    }

    /// Where the files end before the window does.
    fn short(kind: Evidence, spans: &[(Time, Time)], window: Window) -> Option<String> {
        if window.lies_in(spans) {
            return None;
        }
        let (from, to) = (seconds(window.from), seconds(window.to));
        let reach: Vec<String> = spans.iter().map(|(first, last)| format!("{} to {}", seconds(*first), seconds(*last))).collect();
        Some(match reach.as_slice() {
            [] => format!("no {} about the window from {from} to {to}", kind.title()),
            _ => format!("{} are there for {}, not for all of the window from {from} to {to}", kind.title(), reach.join(" and ")),
        })
    }
}

/// How long nothing may be logged between two files: nine of ten pauses of the log are not longer.
fn joint(log: &Series) -> TimeDelta {
    let days: Vec<i64> = log.days.keys().copied().collect();
    let mut pauses: Vec<i64> = days.windows(2).filter_map(|pair| Some(pair.get(1)? - pair.first()?)).collect();
    pauses.sort_unstable();
    let usual = pauses.get(pauses.len() * 9 / 10).or(pauses.last()).copied().unwrap_or_default();
    TimeDelta::days(usual.saturating_add(1).clamp(JOINT_DAYS, 366))
}

/// A time without fractions of a second.
fn seconds(time: Time) -> String {
    Time(time.0.div_euclid(1_000_000) * 1_000_000).to_string()
}

impl Window {
    fn is_within(&self, span: (Time, Time)) -> bool {
        span.0 <= self.from && self.to <= span.1
    }
}

fn shortened(mut reasons: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    reasons.retain(|reason| seen.insert(reason.clone()));
    let n_more = reasons.len().saturating_sub(REASONS_TOLD);
    reasons.truncate(REASONS_TOLD);
    if n_more > 0 {
        reasons.push(format!("{n_more} more limits, see coverage"));
    }
    reasons
}
