//! The grammar of Microsoft's spellings of time.

use chrono::{Datelike, NaiveDate};

use super::{DateOrder, Time, plain};

/// See [`super::proved_order`].
pub(super) fn proved_order(text: &str) -> Option<DateOrder> {
    let mut scanner = Scanner { rest: text.trim() };
    let (first, first_digits) = scanner.number()?;
    scanner.eat('/').then_some(())?;
    let (second, _) = scanner.number()?;
    scanner.eat('/').then_some(())?;
    match (first_digits, first, second) {
        (1 | 2, 13.., 1..=12) => Some(DateOrder::DayFirst),
        (1 | 2, 1..=12, 13..) => Some(DateOrder::MonthFirst),
        _ => None,
    }
}

/// See [`super::parse`].
pub(super) fn parse(text: &str, order: DateOrder) -> Option<Time> {
    let text = text.trim().trim_matches(['"', '\'']).trim();
    if text.is_empty() {
        return None;
    }
    if let Some(time) = plain::parse(text) {
        return Some(time);
    }
    parse_any(text, order)
}

fn parse_any(text: &str, order: DateOrder) -> Option<Time> {
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && text.bytes().filter(|byte| *byte == b'.').count() < 2 {
        return parse_epoch(text);
    }
    if let Some(inner) = text.trim_start_matches('\\').strip_prefix("/Date(") {
        return parse_json_date(inner);
    }
    let mut scanner = Scanner { rest: text };
    let date = if text.starts_with(char::is_alphabetic) { scanner.worded_date() } else { scanner.date(order) }?;
    scanner.skip_blanks();
    // Kibana writes `Mar 24, 2026 @ 09:16:00.000`.
    if scanner.eat('@') {
        scanner.skip_blanks();
    }
    let clock = if scanner.rest.is_empty() { 0 } else { scanner.clock()? };
    let offset = scanner.zone()?;
    if date.year() <= 1 || (date.year() == 1601 && date.ordinal() == 1) {
        return None;
    }
    let days = i64::from(date.to_epoch_days());
    Some(Time(days * DAY + clock - offset))
}

/// See [`super::has_zone`].
pub(super) fn has_zone(text: &str) -> bool {
    let text = text.trim().trim_matches(['"', '\'']).trim();
    if text.contains("Date(") || (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')) {
        return true;
    }
    let Some((_, clock)) = text.split_once(':') else { return false };
    let last = clock.rsplit(' ').next().unwrap_or_default();
    let is_numeric =
        clock.rfind(['+', '-']).is_some_and(|at| clock.get(at + 1..).is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit())));
    is_numeric || last.ends_with(['Z', 'z']) || offset(last).is_some()
}

/// See [`super::offset`].
pub(super) fn offset(name: &str) -> Option<i32> {
    /// Names that only one zone has in practice (IANA abbreviations of Europe and North America).
    const NAMES: &[(&str, i32)] = &[
        ("UTC", 0),
        ("GMT", 0),
        ("WET", 0),
        ("WEST", 60),
        ("BST", 60),
        ("CET", 60),
        ("MEZ", 60),
        ("CEST", 120),
        ("MESZ", 120),
        ("EET", 120),
        ("EEST", 180),
        ("EST", -300),
        ("EDT", -240),
        ("CDT", -300),
        ("MST", -420),
        ("MDT", -360),
        ("PST", -480),
        ("PDT", -420),
    ];
    let name = name.trim();
    if let Some((_, minutes)) = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
        return Some(*minutes);
    }
    let number = ["UTC", "GMT", "utc", "gmt"].iter().find_map(|zone| name.strip_prefix(zone)).unwrap_or(name);
    if !number.starts_with(['+', '-']) {
        return None;
    }
    Scanner { rest: number }.zone().and_then(|micros| i32::try_from(micros / (60 * SECOND)).ok())
}

pub(super) const SECOND: i64 = 1_000_000;
pub(super) const DAY: i64 = 86_400 * SECOND;

/// Numbers without unit: seconds, milliseconds, microseconds, nanoseconds, FILETIME or .NET ticks. Between 2000 and 2100 the ranges of the six
/// do not overlap, so the size decides.
fn parse_epoch(text: &str) -> Option<Time> {
    const YEAR_2000: i128 = 946_684_800;
    const YEAR_2100: i128 = 4_102_444_800;
    /// Units per second, seconds from the unit's zero to 1970.
    const UNITS: [(i128, i128); 6] =
        [(1, 0), (1_000, 0), (1_000_000, 0), (1_000_000_000, 0), (10_000_000, 11_644_473_600), (10_000_000, 62_135_596_800)];
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole: i128 = whole.parse().ok()?;
    let (per_second, zero) =
        UNITS.into_iter().find(|(per_second, zero)| ((YEAR_2000 + zero) * per_second..(YEAR_2100 + zero) * per_second).contains(&whole))?;
    let mut micros = (whole - zero * per_second) * i128::from(SECOND) / per_second;
    if per_second == 1 {
        micros += i128::from(micros_of_fraction(fraction));
    }
    i64::try_from(micros).ok().map(Time)
}

/// `1621952909000)/` and `1621952909000+0200)/`, the inside of PowerShell 5.1's `/Date(…)/`: milliseconds UTC; the zone is for display only.
fn parse_json_date(inner: &str) -> Option<Time> {
    /// .NET's year 1 and FILETIME zero come as large negative numbers.
    const YEAR_1700: i64 = -8_520_336_000_000;
    let end = inner.bytes().enumerate().position(|(position, byte)| !(byte.is_ascii_digit() || position == 0 && byte == b'-'))?;
    let millis: i64 = inner.get(..end)?.parse().ok()?;
    if millis < YEAR_1700 {
        return None;
    }
    millis.checked_mul(1_000).map(Time)
}

/// Microseconds of the digits after the decimal point; digits beyond the sixth are cut.
pub(super) fn micros_of_fraction(digits: &str) -> i64 {
    let mut micros = 0;
    let mut place = SECOND / 10;
    for digit in digits.bytes() {
        micros += i64::from(digit.saturating_sub(b'0')) * place;
        place /= 10;
    }
    micros
}

/// What is left to read of one time text.
struct Scanner<'a> {
    rest: &'a str,
}

impl<'a> Scanner<'a> {
    fn eat(&mut self, wanted: char) -> bool {
        if let Some(rest) = self.rest.strip_prefix(wanted) {
            self.rest = rest;
            return true;
        }
        false
    }

    /// PowerShell 7 and newer ICU write a narrow no-break space before AM and PM.
    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn digits(&mut self) -> &'a str {
        let end = self.rest.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        digits
    }

    /// A number and how many digits it was written with.
    fn number(&mut self) -> Option<(u32, usize)> {
        let digits = self.digits();
        digits.parse().ok().map(|number| (number, digits.len()))
    }

    fn word(&mut self) -> &'a str {
        let end = self.rest.find(|letter: char| !letter.is_alphabetic()).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    /// Numeric dates, with what separates them from the time.
    fn date(&mut self, order: DateOrder) -> Option<NaiveDate> {
        let (first, first_digits) = self.number()?;
        let separator = self.rest.chars().next()?;
        if !matches!(separator, '-' | '/' | '.') {
            return None;
        }
        self.eat(separator);
        let (second, _) = self.number()?;
        self.eat(separator).then_some(())?;
        let (third, third_digits) = self.number()?;
        let date = if first_digits == 4 {
            NaiveDate::from_ymd_opt(first.try_into().ok()?, second, third)?
        } else {
            let year = match third_digits {
                4 => third,
                2 => 2_000 + third,
                _ => return None,
            };
            let year = year.try_into().ok()?;
            let day_first = separator == '.' || order == DateOrder::DayFirst;
            let (day, month) = if day_first { (first, second) } else { (second, first) };
            NaiveDate::from_ymd_opt(year, month, day).or_else(|| NaiveDate::from_ymd_opt(year, day, month))?
        };
        let separated = self.eat('T') || self.eat('t') || self.eat(',') || self.rest.is_empty() || self.rest.starts_with(char::is_whitespace);
        separated.then_some(date)
    }

    /// `Friday, 16 May 2021 …`, `Tuesday, June 1, 2021 …`, `Tue, 01 Jun 2021 …`, and what `Get-Date` writes elsewhere: `samedi 18 juillet 2026 …`,
    /// `Samstag, 18. Juli 2026 …`, `sábado, 18 de julio de 2026 …`.
    fn worded_date(&mut self) -> Option<NaiveDate> {
        let (mut day, mut month, mut year) = (None, None, None);
        for _ in 0..6 {
            self.rest = self.rest.trim_start_matches([' ', ',', '.']);
            if self.rest.starts_with(char::is_alphabetic) {
                month = month.or(month_of(self.word()));
            } else {
                match self.number()? {
                    (number, 1 | 2) if day.is_none() => day = Some(number),
                    (number, 4) => year = i32::try_from(number).ok(),
                    _ => return None,
                }
            }
            if let (Some(day), Some(month), Some(year)) = (day, month, year) {
                self.rest = self.rest.trim_start_matches(',');
                return NaiveDate::from_ymd_opt(year, month, day);
            }
        }
        None
    }

    /// Microseconds since midnight.
    fn clock(&mut self) -> Option<i64> {
        let (mut hour, hour_digits) = self.number()?;
        if hour_digits > 2 || !self.eat(':') {
            return None;
        }
        let (minute, _) = self.number()?;
        let mut second = 0;
        let mut micros = 0;
        if self.eat(':') {
            (second, _) = self.number()?;
            if self.eat('.') || self.eat(',') {
                micros = micros_of_fraction(self.digits());
            }
        }
        self.skip_blanks();
        if let Some(after_noon) = self.half_day() {
            if !(1..=12).contains(&hour) {
                return None;
            }
            hour = hour % 12 + if after_noon { 12 } else { 0 };
        }
        let real = hour < 24 && minute < 60 && second <= 60;
        real.then(|| (i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second)) * SECOND + micros)
    }

    /// `AM`, `pm`, `a.m.`, `p. m.`: true for the second half of the day.
    fn half_day(&mut self) -> Option<bool> {
        let after_noon = match self.rest.bytes().next()? {
            b'A' | b'a' => false,
            b'P' | b'p' => true,
            _ => return None,
        };
        let tail = self.rest.get(1..)?.trim_start_matches(['.', ' ', '\u{a0}', '\u{202f}']);
        let tail = tail.strip_prefix(['M', 'm'])?;
        self.rest = tail.trim_start_matches('.');
        Some(after_noon)
    }

    /// Microseconds east of Greenwich. `None` when something else than a zone is left.
    fn zone(&mut self) -> Option<i64> {
        self.skip_blanks();
        if matches!(self.rest, "" | "Z" | "z") {
            return Some(0);
        }
        if self.rest.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            return offset(self.rest).map(|minutes| i64::from(minutes) * 60 * SECOND);
        }
        let east = if self.eat('+') { 1 } else { -1 };
        if east < 0 && !self.eat('-') {
            return None;
        }
        let (number, n_digits) = self.number()?;
        let (hours, minutes) = match n_digits {
            1 | 2 if self.eat(':') => (number, self.number()?.0),
            1 | 2 => (number, 0),
            4 => (number / 100, number % 100),
            _ => return None,
        };
        let real = hours <= 18 && minutes < 60 && self.rest.trim().is_empty();
        real.then(|| east * (i64::from(hours) * 3_600 + i64::from(minutes) * 60) * SECOND)
    }
}

/// English month names, whole or three letters, and whole names in the languages that Windows is used in most; weekday names and everything else are `None`.
fn month_of(word: &str) -> Option<u32> {
    const MONTHS: [&str; 12] =
        ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
    /// German, French, Spanish, Italian, Portuguese, Dutch, Polish (genitive), Swedish and Danish, where they differ.
    const OTHERS: [&[&str]; 12] = [
        &["januar", "janvier", "enero", "gennaio", "janeiro", "januari", "stycznia"],
        &["februar", "février", "febrero", "febbraio", "fevereiro", "februari", "lutego"],
        &["märz", "mars", "marzo", "março", "maart", "marca", "marts"],
        &["avril", "abril", "aprile", "kwietnia"],
        &["mai", "mayo", "maggio", "maio", "mei", "maja", "maj"],
        &["juni", "juin", "junio", "giugno", "junho", "czerwca"],
        &["juli", "juillet", "julio", "luglio", "julho", "lipca"],
        &["août", "agosto", "augustus", "sierpnia", "augusti"],
        &["septembre", "septiembre", "settembre", "setembro", "września"],
        &["oktober", "octobre", "octubre", "ottobre", "outubro", "października"],
        &["novembre", "noviembre", "novembro", "listopada"],
        &["dezember", "décembre", "diciembre", "dicembre", "dezembro", "grudnia"],
    ];
    let word = word.to_lowercase();
    let english = (word.len() >= 3).then(|| MONTHS.iter().position(|month| month.starts_with(&word))).flatten();
    english.or_else(|| OTHERS.iter().position(|names| names.contains(&word.as_str()))).and_then(|month| u32::try_from(month + 1).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn month_first(text: &str) -> String {
        parse(text, DateOrder::MonthFirst).map_or_else(|| "none".to_owned(), |time| time.to_string())
    }

    #[test]
    fn every_spelling_of_the_same_second_meets() {
        for text in [
            "2021-05-18T21:13:33",
            "2021-05-18T21:13:33Z",
            "2021-05-18T21:13:33.0000000Z ",
            "2021-05-18t21:13:33z",
            "2021-05-18 21:13:33",
            "2021-05-18 21:13:33Z",
            "2021-05-18T23:13:33+02:00",
            "2021-05-18T16:13:33-0500",
            "5/18/2021 9:13:33 PM",
            "5/18/2021, 9:13:33.000 PM",
            "5/18/2021 9:13:33\u{202f}p.m.",
            "18/05/2021 21:13:33",
            "18.05.2021 21:13:33",
            "18-05-2021 21:13:33",
            "2021/05/18 21:13:33",
            "05/18/2021 21:13:33 +00:00",
            "/Date(1621372413000)/",
            "\\/Date(1621372413000+0200)\\/",
            "1621372413",
            "1621372413000",
            "1621372413000000",
            "1621372413000000000",
            "132658460130000000",
            "637569692130000000",
            "Tuesday, 18 May 2021 21:13:33",
            "Tuesday, May 18, 2021 9:13:33 PM",
            "Tue, 18 May 2021 21:13:33 GMT",
            "mardi 18 mai 2021 21:13:33",
            "Dienstag, 18. Mai 2021 21:13:33",
            "martes, 18 de mayo de 2021 21:13:33",
            "2021-05-18 23:13:33 CEST",
            "2021-05-18 21:13:33 UTC",
            "2021-05-18 23:13:33 UTC+2",
        ] {
            assert_eq!(month_first(text), "2021-05-18T21:13:33Z", "{text}");
        }
    }

    #[test]
    fn fractions_of_one_to_nine_digits_are_cut_to_microseconds() {
        assert_eq!(month_first("2026-07-17T08:28:17.5365166Z"), "2026-07-17T08:28:17.536516Z");
        assert_eq!(month_first("2026-07-17T08:28:17.5Z"), "2026-07-17T08:28:17.500000Z");
        assert_eq!(month_first("2026-07-17T08:28:17.123456789Z"), "2026-07-17T08:28:17.123456Z");
        assert_eq!(month_first("2022-09-09T8:48:50.361Z"), "2022-09-09T08:48:50.361000Z");
        assert_eq!(month_first("5/12/2021, 10:36:53.884 AM"), "2021-05-12T10:36:53.884000Z");
        assert_eq!(month_first("1700000000.25"), "2023-11-14T22:13:20.250000Z");
    }

    #[test]
    fn the_order_of_the_column_decides_ambiguous_dates() {
        assert_eq!(month_first("3/4/2024 01:00:00"), "2024-03-04T01:00:00Z");
        assert_eq!(parse("3/4/2024 01:00:00", DateOrder::DayFirst), parse("2024-04-03T01:00:00Z", DateOrder::MonthFirst));
        assert_eq!(month_first("3.4.2024 01:00:00"), "2024-04-03T01:00:00Z");
        assert_eq!(month_first("3-4-2024 01:00:00"), "2024-03-04T01:00:00Z");
        assert_eq!(proved_order("18/05/2021 21:13"), Some(DateOrder::DayFirst));
        assert_eq!(proved_order("5/18/2021 9:13 PM"), Some(DateOrder::MonthFirst));
        assert_eq!(proved_order("5/6/2021"), None);
        assert_eq!(proved_order("2021-05-18T21:13:33"), None);
    }

    #[test]
    fn midnight_and_noon_of_the_twelve_hour_clock() {
        assert_eq!(month_first("1/2/2024 12:00:00 AM"), "2024-01-02T00:00:00Z");
        assert_eq!(month_first("1/2/2024 12:00:00 PM"), "2024-01-02T12:00:00Z");
        assert_eq!(month_first("1/2/2024 13:00:00 PM"), "none");
    }

    #[test]
    fn zero_times_and_damage_are_no_time() {
        for text in [
            "",
            "  ",
            "0001-01-01T00:00:00Z",
            "0001-01-01T08:00:00Z",
            "1601-01-01T00:00:00Z",
            "/Date(-62135596800000)/",
            "36:53.9",
            "12:36 PM",
            "2021-13-01T00:00:00Z",
            "2021-02-30",
            "2021-05-18T25:00:00Z",
            "2021-05-18T21:13:33 nonsense",
            "2021-05-18x21:13:33",
            "12",
            "99999999999999999999999999999999999999999999",
            "/Date()/",
            "never",
        ] {
            assert_eq!(month_first(text), "none", "{text}");
        }
    }

    #[test]
    fn a_stated_zone_is_told_from_none() {
        for text in [
            "2021-05-18T21:13:33Z",
            "2021-05-18 21:13 UTC",
            "2021-05-18T21:13:33+02:00",
            "14:05 CEST",
            "/Date(1621372413000)/",
            "1621372413",
            "5/18/2021 9:13 PM -05:00",
        ] {
            assert!(has_zone(text), "{text}");
        }
        for text in ["2021-05-18 21:13", "5/18/2021 9:13:33 PM", "2021-05-18", "14:05", "18-05-2021 21:13:33", ""] {
            assert!(!has_zone(text), "{text}");
        }
        assert_eq!(
            (offset("UTC+2"), offset("EDT"), offset("+05:30"), offset("CST"), offset("Paris")),
            (Some(120), Some(-240), Some(330), None, None)
        );
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            parse(&text, DateOrder::DayFirst);
            proved_order(&text);
        }

        #[test]
        fn nothing_that_looks_like_time_panics(text in "[-/.0-9:TZ+ ,APMade()\u{e4}]{0,40}") {
            parse(&text, DateOrder::MonthFirst);
            proved_order(&text);
        }

        #[test]
        fn plain_times_are_read_like_all_others(text in "[0-9]{4}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,9})?[Z+]?") {
            if let Some(time) = plain::parse(&text) {
                prop_assert_eq!(parse_any(&text, DateOrder::DayFirst), Some(time));
            }
        }

        #[test]
        fn display_is_read_back(micros in -11_000_000_000_000_000_i64..253_402_300_799_000_000) {
            prop_assert_eq!(parse(&Time(micros).to_string(), DateOrder::MonthFirst), Some(Time(micros)));
        }
    }
}
