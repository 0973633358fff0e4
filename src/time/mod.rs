//! Microsoft's spellings of time → UTC microseconds. The only date parser of the house.

mod plain;
mod spelling;

use std::fmt;
use std::ops::{Add, Sub};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// A moment, UTC microseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Time(pub i64);

impl Time {
    /// Calendar form; `None` outside the years chrono can hold.
    pub fn utc(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_micros(self.0)
    }

    /// The calendar day, `2026-11-22`, for sentences in which the hour does not matter.
    pub fn date(self) -> String {
        self.to_string().chars().take(10).collect()
    }

    /// The UTC day, counted from 1970-01-01.
    pub fn day(self) -> i64 {
        self.0.div_euclid(86_400_000_000)
    }

    /// The moment that the same digits mean when day and month change places; `None` when there is no such day.
    pub fn with_day_and_month_swapped(self) -> Option<Self> {
        use chrono::Datelike;
        let time = self.utc()?.naive_utc();
        let date = chrono::NaiveDate::from_ymd_opt(time.year(), time.day(), time.month())?;
        Some(Self(date.and_time(time.time()).and_utc().timestamp_micros()))
    }

    /// Distance without sign.
    pub fn distance(self, other: Self) -> TimeDelta {
        TimeDelta::microseconds(self.0.abs_diff(other.0).try_into().unwrap_or(i64::MAX))
    }
}

impl fmt::Display for Time {
    /// RFC 3339 UTC with `Z`; fractions only when there are any.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.utc() {
            Some(utc) if self.0 % 1_000_000 == 0 => write!(formatter, "{}", utc.format("%Y-%m-%dT%H:%M:%SZ")),
            Some(utc) => write!(formatter, "{}", utc.format("%Y-%m-%dT%H:%M:%S%.6fZ")),
            None => write!(formatter, "invalid-time"),
        }
    }
}

impl Sub for Time {
    type Output = TimeDelta;
    fn sub(self, earlier: Self) -> TimeDelta {
        TimeDelta::microseconds(self.0.saturating_sub(earlier.0))
    }
}

impl Add<TimeDelta> for Time {
    type Output = Self;
    fn add(self, delta: TimeDelta) -> Self {
        Self(self.0.saturating_add(delta.num_microseconds().unwrap_or(i64::MAX)))
    }
}

impl Sub<TimeDelta> for Time {
    type Output = Self;
    fn sub(self, delta: TimeDelta) -> Self {
        Self(self.0.saturating_sub(delta.num_microseconds().unwrap_or(i64::MAX)))
    }
}

/// Which of the first two numbers of a slashed date is the day. Decided per column of a file, never per cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateOrder {
    /// US machines and portals; also the default when nothing decides.
    #[default]
    MonthFirst,
    /// Most of the world.
    DayFirst,
}

/// The order that a slashed date proves by itself: `18/05/2021` can only be day first. `None` when it is ambiguous, not slashed, or no date.
/// To decide for a column, ask its cells until one answers.
pub fn proved_order(text: &str) -> Option<DateOrder> {
    spelling::proved_order(text)
}

/// Reads any spelling that Microsoft's exports and the tools around them write; a time without zone is UTC, a date without time is midnight.
/// `order` matters for slashes and dashes with the year last; dots are written day first wherever they are written. A cell that is possible in one
/// order alone is read in that one. `None` for blanks, for .NET's year 1 and for FILETIME zero (1601): these mean "no time".
pub fn parse(text: &str, order: DateOrder) -> Option<Time> {
    spelling::parse(text, order)
}

/// True when the text says in which zone its time is: `Z`, `UTC`, `CEST`, `+02:00`, or a form that is UTC by definition (`/Date(…)/`, plain numbers).
pub fn has_zone(text: &str) -> bool {
    spelling::has_zone(text)
}

/// Minutes east of Greenwich of a zone's name (`UTC`, `CEST`, `EDT`) or offset (`+02:00`, `UTC+2`). Names that several zones share (CST, IST) are `None`.
pub fn offset(name: &str) -> Option<i32> {
    spelling::offset(name)
}
