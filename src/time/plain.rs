//! The one spelling that nearly all times have, read without looking around.

use chrono::NaiveDate;

use super::Time;
use super::spelling::{DAY, SECOND, micros_of_fraction};

/// `2021-05-18T21:13:33`, with a fraction, with `Z`: what nearly all times look like. `None` for every other spelling, and for times that are none.
pub(super) fn parse(text: &str) -> Option<Time> {
    let (head, tail) = text.as_bytes().split_first_chunk::<19>()?;
    let number = |at: usize, n_digits: usize| {
        head.get(at..at + n_digits)?.iter().try_fold(0_u32, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0')))
    };
    let signs = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if signs.iter().any(|(at, sign)| head.get(*at) != Some(sign)) {
        return None;
    }
    let fraction = tail.strip_suffix(b"Z").unwrap_or(tail);
    let micros = match fraction {
        [] => 0,
        [b'.', digits @ ..] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => micros_of_fraction(std::str::from_utf8(digits).ok()?),
        _ => return None,
    };
    let (year, hour, minute, second) = (i32::try_from(number(0, 4)?).ok()?, number(11, 2)?, number(14, 2)?, number(17, 2)?);
    // Years that may mean "no time" are looked at closely.
    if year < 1700 || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(year, number(5, 2)?, number(8, 2)?)?;
    let clock = (i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second)) * SECOND + micros;
    Some(Time(i64::from(date.to_epoch_days()) * DAY + clock))
}
