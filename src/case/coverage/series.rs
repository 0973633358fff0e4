//! Records per day: from when to when a series reaches, and which of its days are missing, judged by the series itself.

use std::collections::BTreeMap;

use crate::settings::coverage::Coverage as Settings;
use crate::time::Time;

/// Microseconds of a day.
pub(super) const DAY: i64 = 86_400_000_000;

/// A few records (below one in a hundred) that lie further than this many days from all others are wrong dates, not evidence of a longer export. A year and a
/// day: no licence keeps audit records longer unless somebody bought ten years.
const ISLAND: i64 = 366;

/// Comparable days asked on each side of an empty one.
const NEIGHBOURS: usize = 4;

/// The records of one UTC day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// Records.
    pub n: u64,
    /// The first of the day.
    pub first: Time,
    /// The last of the day.
    pub last: Time,
}

impl Day {
    fn add(&mut self, other: Self) {
        self.n += other.n;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }
}

/// Records by day, counted from 1970-01-01.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Series {
    /// Records, those without a usable time included.
    pub n_records: u64,
    /// The days with records.
    pub days: BTreeMap<i64, Day>,
}

/// Consecutive days without records where records are to be expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hole {
    /// First day without records.
    pub first: i64,
    /// Last day without records.
    pub last: i64,
    /// Records on comparable days, in the middle.
    pub expected: u64,
}

impl Series {
    /// Adds the records of one day.
    pub(super) fn add(&mut self, day: i64, records: Day) {
        self.n_records += records.n;
        self.days.entry(day).and_modify(|own| own.add(records)).or_insert(records);
    }

    /// Adds the records of another series.
    pub(super) fn merge(&mut self, other: &Self) {
        self.n_records += other.n_records;
        for (day, records) in &other.days {
            self.days.entry(*day).and_modify(|own| own.add(*records)).or_insert(*records);
        }
    }

    /// First record.
    pub fn first(&self) -> Option<Time> {
        self.days.first_key_value().map(|(_, day)| day.first)
    }

    /// Last record.
    pub fn last(&self) -> Option<Time> {
        self.days.last_key_value().map(|(_, day)| day.last)
    }

    /// The days between which nearly all records lie; the few beyond are further away from them than any export reaches.
    pub(super) fn mainland(&self) -> Option<(i64, i64)> {
        let mut days: &[(i64, u64)] = &self.days.iter().map(|(day, records)| (*day, records.n)).collect::<Vec<_>>();
        let n_all: u64 = days.iter().map(|(_, n)| n).sum();
        // Longest stretches first do not matter: what is cut off is below one in a hundred in sum.
        let mut n_left = n_all / 100;
        while let Some(cut) = days.windows(2).position(|pair| matches!(pair, [(day, _), (next, _)] if next - day > ISLAND)) {
            let (before, after) = days.split_at(cut + 1);
            let count = |days: &[(i64, u64)]| days.iter().map(|(_, n)| n).sum::<u64>();
            let (n_before, n_after) = (count(before), count(after));
            let (n_lost, rest) = if n_before <= n_after { (n_before, after) } else { (n_after, before) };
            if n_lost > n_left {
                break;
            }
            n_left -= n_lost;
            days = rest;
        }
        Some((days.first()?.0, days.last()?.0))
    }

    /// The days without records on which records are to be expected: see [`Settings::hole_expects`].
    pub fn holes(&self, settings: &Settings) -> Vec<Hole> {
        let mut holes = Vec::new();
        let days: Vec<i64> = self.days.keys().copied().collect();
        for pair in days.windows(2) {
            let &[before, after] = pair else { continue };
            let missing: Vec<(i64, u64)> =
                (before + 1..after).filter_map(|day| Some((day, self.expected(day, (before + 1, after - 1), settings)?))).collect();
            if let (Some((first, _)), Some((last, _))) = (missing.first(), missing.last()) {
                let expected = missing.iter().map(|(_, expected)| *expected).min().unwrap_or_default();
                holes.push(Hole { first: *first, last: *last, expected });
            }
        }
        holes
    }

    /// How many records an empty day should have, if it should have any. `run`: the empty days that it is one of.
    fn expected(&self, day: i64, run: (i64, i64), settings: &Settings) -> Option<u64> {
        let (first, last) = (*self.days.first_key_value()?.0, *self.days.last_key_value()?.0);
        let alike = |other: &i64| is_weekend(*other) == is_weekend(day);
        let count = |other: i64| self.days.get(&other).map_or(0, |records| records.n);
        let before = (first..run.0).rev().filter(alike).take(NEIGHBOURS).map(count);
        let after = (run.1 + 1..=last).filter(alike).take(NEIGHBOURS).map(count);
        let mut counts: Vec<u64> = before.chain(after).collect();
        counts.sort_unstable();
        let median = counts.get(counts.len() / 2).copied()?;
        (counts.len() >= settings.hole_compares && median >= settings.hole_expects).then_some(median)
    }
}

/// Saturday or Sunday; 1970-01-01 was a Thursday.
fn is_weekend(day: i64) -> bool {
    matches!((day + 4).rem_euclid(7), 0 | 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Monday 2026-06-01.
    const MONDAY: i64 = 20_605;

    fn series(counts: &[(i64, u64)]) -> Series {
        let mut series = Series::default();
        for (day, n) in counts.iter().filter(|(_, n)| *n > 0) {
            let at = Time((MONDAY + day) * DAY);
            series.add(MONDAY + day, Day { n: *n, first: at, last: at });
        }
        series
    }

    fn holes(counts: &[(i64, u64)]) -> Vec<(i64, i64, u64)> {
        let holes = series(counts).holes(&Settings::default());
        holes.into_iter().map(|hole| (hole.first - MONDAY, hole.last - MONDAY, hole.expected)).collect()
    }

    #[test]
    fn days_missing_from_a_busy_series_are_holes() {
        let all: Vec<(i64, u64)> = (0..14).filter(|day| ![2, 3, 4].contains(day)).map(|day| (day, 20)).collect();
        assert_eq!(holes(&all), [(2, 4, 20)]);
    }

    #[test]
    fn quiet_weekends_are_no_holes_and_do_not_hide_one_beside_them() {
        let working: Vec<(i64, u64)> = (0..28).filter(|day| day % 7 < 5).map(|day| (day, 50)).collect();
        assert_eq!(holes(&working), []);
        let without_friday: Vec<(i64, u64)> = working.iter().copied().filter(|(day, _)| *day != 11).collect();
        assert_eq!(holes(&without_friday), [(11, 11, 50)]);
        // A tenant that works on weekends.
        let shop: Vec<(i64, u64)> = (0..28).filter(|day| *day != 13).map(|day| (day, 30)).collect();
        assert_eq!(holes(&shop), [(13, 13, 30)]);
    }

    #[test]
    fn sparse_and_short_series_say_nothing_about_empty_days() {
        let exactly = |n: u64| (0..10).filter(|day| *day != 3).map(|day| (day, n)).collect::<Vec<_>>();
        assert_eq!(holes(&exactly(9)), []);
        assert_eq!(holes(&exactly(10)), [(3, 3, 10)]);
        assert_eq!(holes(&[(0, 100), (2, 100)]), [], "two days compare with nothing");
        assert_eq!(holes(&[]), []);
    }

    #[test]
    fn a_few_records_years_away_do_not_stretch_a_series() {
        let mut counts: Vec<(i64, u64)> = (0..10).map(|day| (day, 100)).collect();
        counts.extend([(-9_000, 1), (4_000, 1)]);
        counts.sort_unstable();
        let mainland = series(&counts).mainland();
        assert_eq!(mainland, Some((MONDAY, MONDAY + 9)));
        // Two exports of different years are both evidence.
        let both = series(&[(0, 50), (800, 50)]);
        assert_eq!(both.mainland(), Some((MONDAY, MONDAY + 800)));
    }
}
