//! Records per day as a strip of levels over the span of all evidence: the form in which holes show, for the console and for HTML.

use chrono::{NaiveDate, TimeDelta};

use crate::model::CoverageLine;

/// The highest level; 0 is no record at all, and any record is at least 1.
pub(super) const LEVELS: u64 = 8;

/// First and last day with records of any kind, counted from 1970-01-01.
pub(super) fn window(lines: &[CoverageLine]) -> Option<(i64, i64)> {
    let days = || lines.iter().flat_map(|line| line.days.iter().filter_map(|day| number(&day.day)));
    days().min().zip(days().max())
}

/// Days of a window.
pub(super) fn length((first, last): (i64, i64)) -> i64 {
    last.saturating_sub(first).saturating_add(1).max(1)
}

/// One level per day, or per stretch of days where the window has more than `width`. Empty for kinds without days.
pub(super) fn levels(line: &CoverageLine, window: (i64, i64), width: usize) -> Vec<u64> {
    if line.days.is_empty() {
        return Vec::new();
    }
    let length = length(window);
    let width = usize::try_from(length).unwrap_or(width).clamp(1, width.max(1));
    let mut counts = vec![0_u64; width];
    for day in &line.days {
        let place = number(&day.day).map_or(0, |number| number.saturating_sub(window.0).max(0));
        let place = usize::try_from(place.saturating_mul(i64::try_from(width).unwrap_or(1)) / length).unwrap_or(0);
        if let Some(count) = counts.get_mut(place) {
            *count += day.records;
        }
    }
    let most = counts.iter().max().copied().unwrap_or(0).max(1);
    counts.iter().map(|count| if *count == 0 { 0 } else { count.saturating_mul(LEVELS).div_ceil(most).clamp(1, LEVELS) }).collect()
}

/// `2026-11-22` of a day.
pub(super) fn date(day: i64) -> String {
    TimeDelta::try_days(day).and_then(|days| NaiveDate::default().checked_add_signed(days)).map(|day| day.to_string()).unwrap_or_default()
}

fn number(day: &str) -> Option<i64> {
    let day = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
    Some((day - NaiveDate::default()).num_days())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::DayLine;

    fn line(days: &[(&str, u64)]) -> CoverageLine {
        let days = days.iter().map(|(day, records)| DayLine { day: (*day).to_owned(), records: *records }).collect();
        CoverageLine { kind: String::new(), records: 0, first: None, last: None, files: Vec::new(), days }
    }

    #[test]
    fn holes_show_and_single_records_do_not_vanish() {
        let line = line(&[("2026-06-01", 800), ("2026-06-02", 1), ("2026-06-05", 400)]);
        let window = window(std::slice::from_ref(&line)).expect("it has days");
        assert_eq!(levels(&line, window, 40), [8, 1, 0, 0, 4]);
        assert_eq!(levels(&line, window, 2), [8, 4], "fewer signs than days");
        assert_eq!((date(window.0), length(window)), ("2026-06-01".to_owned(), 5));
    }
}
