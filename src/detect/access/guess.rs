//! Password guesses among sign-ins: which rows are guesses, which rows say how a guess ended, and from which source they come.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::record;
use crate::case::Case;
use crate::codes::{Outcome, outcome};
use crate::enrich::profile::Profiles;
use crate::frame::SignIn;
use crate::time::Time;

/// Rows whose error code has one of the wanted outcomes.
pub(super) fn with_outcome(case: &Case, wanted: fn(Outcome) -> bool) -> Vec<SignIn<'_>> {
    record::select(case, |row| row.error_code().is_some_and(|code| wanted(outcome(code))))
}

/// A guess that missed: wrong password, unknown user, disabled account.
pub(super) fn missed(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::WrongPassword | Outcome::UnknownUser | Outcome::Disabled)
}

/// How a guess may end: with a token, or with a password that was right although something stopped the sign-in.
pub(super) fn ended(outcome: Outcome) -> bool {
    outcome == Outcome::Success || outcome.proves_password()
}

/// What the row's code proves. Rows without a code prove nothing.
pub(super) fn outcome_of(row: &SignIn<'_>) -> Outcome {
    row.error_code().map_or(Outcome::OtherFailure, outcome)
}

/// Failures that no human or script guesses: Microsoft's own servers, and the device-bound broker that retries with an old password
/// (exclusions of Elastic's rules for Entra brute force, read 2026-11).
pub(super) fn is_noise(row: &SignIn<'_>) -> bool {
    let broker = row.user_agent().is_some_and(|agent| agent.to_ascii_lowercase().contains("msal 1.0) pkeyauth/"));
    broker || row.network() == Some("microsoft") || row.account().is_none_or(|account| account.eq_ignore_ascii_case("not available"))
}

/// Source block of an address: IPv4 /24, IPv6 /64. Each distinct address is parsed once.
#[derive(Default)]
pub(super) struct Blocks(BTreeMap<String, Option<String>>);

impl Blocks {
    /// The block of the row's address; `None` when it has none.
    pub(super) fn of(&mut self, row: &SignIn<'_>) -> Option<String> {
        let address = row.address().filter(|address| !address.is_empty())?;
        if let Some(block) = self.0.get(address) {
            return block.clone();
        }
        let block = Profiles::network_key(None, Some(address));
        self.0.insert(address.to_owned(), block.clone());
        block
    }
}

/// Indices of the longest stretches of an ascending list of times in which `keep` holds for a window no longer than `length`; overlapping windows
/// are one stretch. `enter` and `leave` are told which index joins and leaves the window, so that the caller can count.
pub(super) fn stretches<C>(
    times: &[Time],
    length: TimeDelta,
    counts: &mut C,
    enter: impl Fn(&mut C, usize),
    leave: impl Fn(&mut C, usize),
    keep: impl Fn(&C) -> bool,
) -> Vec<std::ops::Range<usize>> {
    let mut found: Vec<std::ops::Range<usize>> = Vec::new();
    let mut start = 0;
    for (end, at) in times.iter().enumerate() {
        enter(counts, end);
        while times.get(start).is_some_and(|first| *at - *first > length) {
            leave(counts, start);
            start += 1;
        }
        if keep(counts) {
            match found.last_mut() {
                Some(last) if last.end > start => last.end = end + 1,
                _ => found.push(start..end + 1),
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stretches of at least `n` moments inside an hour.
    fn dense(minutes: &[i64], n: usize) -> Vec<(usize, usize)> {
        let times: Vec<Time> = minutes.iter().map(|minute| Time(minute * 60_000_000)).collect();
        let ranges = stretches(&times, TimeDelta::hours(1), &mut 0, |count, _| *count += 1, |count, _| *count -= 1, |count: &usize| *count >= n);
        ranges.into_iter().map(|range| (range.start, range.end)).collect()
    }

    #[test]
    fn windows_slide_over_the_edges_of_clock_hours() {
        assert_eq!(dense(&[50, 55, 65, 70], 4), [(0, 4)]);
    }

    #[test]
    fn the_edge_of_the_window_belongs_to_it() {
        assert_eq!(dense(&[0, 30, 60], 3), [(0, 3)]);
        assert!(dense(&[0, 30, 61], 3).is_empty());
    }

    #[test]
    fn overlapping_windows_are_one_stretch_and_distant_ones_are_two() {
        assert_eq!(dense(&[0, 10, 20, 70, 80, 500, 510, 520], 3), [(0, 5), (5, 8)]);
        assert!(dense(&[], 1).is_empty());
    }
}
