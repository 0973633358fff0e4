//! Which of the first two numbers of a file's slashed dates is the day. Decided once per file on a sample, never per cell.

use crate::time::DateOrder;

/// What a sample of a file's dates says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sample {
    /// Dates that have only one reading.
    n_day_first: u64,
    n_month_first: u64,
    /// Earliest and latest day of the others under each reading, as `year * 372 + month * 31 + day`: only distances matter.
    span_if_days: Option<(u32, u32)>,
    span_if_months: Option<(u32, u32)>,
}

impl Sample {
    /// Looks at all dates like `18/05/2021` or `18-5-2021` that begin a cell or a text.
    pub(crate) fn of(text: &str) -> Self {
        let mut sample = Self::default();
        let bytes = text.as_bytes();
        let mut from = 0;
        while let Some(offset) = memchr::memchr2(b'/', b'-', bytes.get(from..).unwrap_or_default()) {
            let at = from + offset;
            from = at + 1;
            if let Some((first, second, year)) = date(bytes, at) {
                sample.add(first, second, year);
            }
        }
        sample
    }

    fn add(&mut self, first: u32, second: u32, year: u32) {
        let widen = |span: &mut Option<(u32, u32)>, month: u32, day: u32| {
            let at = year * 372 + month * 31 + day;
            *span = Some(span.map_or((at, at), |(low, high)| (low.min(at), high.max(at))));
        };
        match (first > 12, second > 12) {
            (true, false) => self.n_day_first += 1,
            (false, true) => self.n_month_first += 1,
            (false, false) => {
                widen(&mut self.span_if_days, second, first);
                widen(&mut self.span_if_months, first, second);
            }
            (true, true) => {}
        }
    }

    /// The reading, and a note when it is not certain. A file with no number above 12 is read so that its dates lie closer together: an export of
    /// some days, read the wrong way round, spreads over months.
    pub(crate) fn order(&self) -> (DateOrder, Option<String>) {
        match (self.n_day_first, self.n_month_first) {
            (0, 0) => {}
            (n_days, 0) if n_days > 0 => return (DateOrder::DayFirst, None),
            (0, _) => return (DateOrder::MonthFirst, None),
            (n_days, n_months) => {
                let order = if n_days > n_months { DateOrder::DayFirst } else { DateOrder::MonthFirst };
                return (order, Some(format!("dates in both orders ({n_days} with the day first, {n_months} with the month first)")));
            }
        }
        let (Some(day_first), Some(month_first)) = (self.span_if_days, self.span_if_months) else {
            return (DateOrder::default(), None);
        };
        let width = |(low, high): (u32, u32)| high - low;
        let (order, words) =
            if width(day_first) < width(month_first) { (DateOrder::DayFirst, "day first") } else { (DateOrder::MonthFirst, "month first") };
        (order, Some(format!("no date tells day from month; read with the {words}")))
    }
}

/// The date whose first separator stands at `at`: two numbers of one or two digits and a year of this century, at the begin of a cell or text.
fn date(text: &[u8], at: usize) -> Option<(u32, u32, u32)> {
    let separator = *text.get(at)?;
    let n_first = (1..=2).take_while(|back| at.checked_sub(*back).and_then(|begin| text.get(begin)).is_some_and(u8::is_ascii_digit)).count();
    let begin = at.checked_sub(n_first).filter(|_| n_first > 0)?;
    let begins_cell = begin == 0 || text.get(begin - 1).is_some_and(|before| matches!(before, b'"' | b',' | b';' | b'\t' | b'\n' | b' '));
    let second_from = at + 1;
    let n_second = text.get(second_from..)?.iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
    let year_from = second_from + n_second + 1;
    let is_date = begins_cell && n_second > 0 && text.get(year_from - 1) == Some(&separator) && text.get(year_from..year_from + 2) == Some(b"20");
    let year = text.get(year_from..year_from + 4).filter(|_| is_date)?;
    let ends = !text.get(year_from + 4).is_some_and(u8::is_ascii_digit);
    let number = |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse::<u32>().ok();
    let (first, second, year) = (number(text.get(begin..at)?)?, number(text.get(second_from..second_from + n_second)?)?, number(year)?);
    let possible = ends && (1..=31).contains(&first) && (1..=31).contains(&second);
    possible.then_some((first, second, year))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(text: &str) -> (DateOrder, bool) {
        let (order, note) = Sample::of(text).order();
        (order, note.is_some())
    }

    #[test]
    fn a_number_above_twelve_decides() {
        assert_eq!(order("Date\n1/2/2024 10:00,x\n18/05/2021 21:13:33,y\n"), (DateOrder::DayFirst, false));
        assert_eq!(order("\"5/18/2021 9:13:33 PM\",\"3/4/2021\"\n"), (DateOrder::MonthFirst, false));
        assert_eq!(order("{\"a\":\"18-05-2021 21:13\"}"), (DateOrder::DayFirst, false));
        assert_eq!(order("18/05/2021,05/18/2021,05/19/2021"), (DateOrder::MonthFirst, true));
    }

    #[test]
    fn closeness_decides_when_no_number_does() {
        assert_eq!(order("03/05/2024,\n04/05/2024,\n05/05/2024,\n"), (DateOrder::DayFirst, true));
        assert_eq!(order("5/3/2024,\n5/4/2024,\n5/5/2024,\n"), (DateOrder::MonthFirst, true));
        assert_eq!(order("7/7/2024"), (DateOrder::MonthFirst, true));
    }

    #[test]
    fn paths_identifiers_and_iso_dates_are_no_dates() {
        assert_eq!(order("https://x/13/05/2021,2021-05-18T21:13:33,/1/2/20,113/05/2021,13/05/20219,1/2"), (DateOrder::MonthFirst, false));
    }
}
