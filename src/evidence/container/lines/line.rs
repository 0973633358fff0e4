//! One line of notes or of a log: its time, its mark, its words.

use crate::time::{self, DateOrder, Time};

/// Words that a time may take: `Saturday, 18 July 2026 2:05:33 PM UTC`, `sábado, 18 de julio de 2026 14:05:33`.
const TIME_WORDS: usize = 9;

/// What kind of text it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Written by people: who was told what, when containment was reached.
    Notes,
    /// Written by the program that exported the evidence.
    CollectorLog,
}

impl Kind {
    /// Name of the field that holds the words.
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::Notes => "NoteText",
            Self::CollectorLog => "LogText",
        }
    }
}

/// Where the zone of a time is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    /// The line or a head above says it.
    Stated,
    /// Nobody says it; read as UTC.
    Unknown,
}

impl Zone {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::Unknown => "unknown",
        }
    }
}

/// What the lines above say for those below.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Above {
    /// `2026-07-18`, for lines that begin with an hour.
    pub(super) date: Option<String>,
    /// `+02:00`.
    pub(super) zone: Option<String>,
}

impl Above {
    pub(super) fn to_context(&self) -> String {
        format!("{}|{}", self.date.as_deref().unwrap_or_default(), self.zone.as_deref().unwrap_or_default())
    }

    pub(super) fn from_context(context: &str) -> Self {
        let (date, zone) = context.split_once('|').unwrap_or_default();
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Self { date: some(date), zone: some(zone) }
    }
}

/// A line by its begin.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// Begins with a time, or with a mark and a time. `time` is `None` for an hour without a day.
    Dated { mark: Option<&'static str>, time: Option<Time>, zone: Zone, text: &'a str },
    /// A day or a zone for the lines below.
    Head(Above),
    /// A row of a Markdown table.
    Row(Vec<&'a str>),
    /// The line below the head of such a table.
    Rule,
    /// Anything else.
    Plain,
}

impl<'a> Line<'a> {
    pub(super) fn of(line: &'a str, above: &Above) -> Self {
        let line = line.trim_matches(|letter: char| letter.is_whitespace() || matches!(letter, '\u{feff}' | '\0'));
        if line.starts_with('|') && line.len() > 2 {
            let cells = cells(line);
            let is_rule = cells.iter().all(|cell| !cell.is_empty() && cell.bytes().all(|byte| matches!(byte, b'-' | b':')));
            return if is_rule { Self::Rule } else { Self::Row(cells) };
        }
        let plain = line.trim_start_matches(['-', '*', '•', '–', '>', '#', '+', ' ', '\t', '_']);
        if let Some((mark, rest)) = mark(plain)
            && let Some((time, zone, text)) = begin(rest, above).filter(|(time, ..)| time.is_some())
        {
            return Self::Dated { mark: Some(mark), time, zone, text: if text.is_empty() { plain } else { text } };
        }
        if let Some(zone) = zone_head(plain) {
            return Self::Head(Above { zone: Some(zone), ..above.clone() });
        }
        match begin(plain, above) {
            Some((Some(time), _, text)) if text.is_empty() && !plain.contains(':') => Self::Head(Above { date: Some(time.date()), ..above.clone() }),
            Some((time, zone, text)) => Self::Dated { mark: None, time, zone, text },
            None => Self::Plain,
        }
    }
}

/// `T0`–`T3`, also by name, and what follows. The names are those of the field's runbooks: containment, eradication, notification, recovery.
fn mark(line: &str) -> Option<(&'static str, &str)> {
    const MARKS: &[(&str, &str)] = &[
        ("t0", "T0"),
        ("t1", "T1"),
        ("t2", "T2"),
        ("t3", "T3"),
        ("containment", "T0"),
        ("contained", "T0"),
        ("eradication", "T1"),
        ("eradicated", "T1"),
        ("notification", "T2"),
        ("notified", "T2"),
        ("recovery", "T3"),
        ("recovered", "T3"),
    ];
    /// Longest text between the mark and its time: `T0 (containment achieved, all sessions revoked):`.
    const BETWEEN: usize = 80;
    let (word, mark) = MARKS.iter().find(|(word, _)| line.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word)))?;
    let rest = line.get(word.len()..)?;
    if rest.starts_with(|letter: char| letter.is_alphanumeric()) {
        return None;
    }
    // The time stands behind the first colon or equals sign, or at once.
    let at = rest.find([':', '=']).filter(|at| *at <= BETWEEN);
    let before = at.and_then(|at| rest.get(..at)).unwrap_or_default();
    let behind = if before.contains(|letter: char| letter.is_ascii_digit()) { rest } else { at.and_then(|at| rest.get(at + 1..)).unwrap_or(rest) };
    Some((mark, behind.trim_start_matches([' ', '-', '–', '*', '_', '\t', ':', '='])))
}

/// The time at the begin of the text, whether its zone is known, and the words behind it.
fn begin<'a>(text: &'a str, above: &Above) -> Option<(Option<Time>, Zone, &'a str)> {
    let text = text.trim_start_matches(['[', '(', '`', '"', '*', '_']);
    let ends = text.match_indices([' ', ']', '\t', ')', '–', '|', ';', '`']).map(|(at, _)| at).chain([text.len()]).take(TIME_WORDS + 2);
    let mut ends: Vec<usize> = ends.collect();
    ends.reverse();
    ends.into_iter().find_map(|end| {
        let candidate = text.get(..end)?.trim_end_matches([':', ',', '-', '.', ' ', ']', '*', '_']);
        if !candidate.contains(|letter: char| letter.is_ascii_digit()) || candidate.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (time, zone) = moment(candidate, above)?;
        let rest = text.get(candidate.len()..)?.trim_start_matches([' ', ']', ')', ':', ',', '-', '–', '—', '|', ';', '\t', '*', '_', '`', '"']);
        Some((time, zone, rest))
    })
}

/// A whole time, or an hour of the day that the head above names.
fn moment(text: &str, above: &Above) -> Option<(Option<Time>, Zone)> {
    let shifted = |text: &str| match &above.zone {
        Some(zone) if !time::has_zone(text) => (time::parse(&format!("{text}{zone}"), DateOrder::default()), Zone::Stated),
        _ => (time::parse(text, DateOrder::default()), if time::has_zone(text) { Zone::Stated } else { Zone::Unknown }),
    };
    if let (Some(time), zone) = shifted(text) {
        return Some((Some(time), zone));
    }
    if let Some(time) = time::parse(text, DateOrder::default()) {
        return Some((Some(time), Zone::Unknown));
    }
    let is_hour =
        text.len() >= 4 && text.split(':').next().is_some_and(|hour| matches!(hour.len(), 1 | 2) && hour.bytes().all(|byte| byte.is_ascii_digit()));
    // The day only proves that it is an hour when no head names one.
    let day = above.date.as_deref().unwrap_or("2000-01-01");
    let (time, zone) = shifted(&format!("{day} {text}"));
    time.filter(|_| is_hour && text.contains(':')).map(|time| (above.date.is_some().then_some(time), zone))
}

/// `All times UTC`, `Times are in CET`, `Zeitzone: UTC+2`.
fn zone_head(line: &str) -> Option<String> {
    const BEGINS: &[&str] = &["all times", "times are", "times in", "time zone", "timezone", "alle zeiten", "zeitzone", "fuseau", "zona horaria"];
    let lower = line.to_lowercase();
    if !BEGINS.iter().any(|begin| lower.starts_with(begin)) {
        return None;
    }
    line.split(|letter: char| letter.is_whitespace() || matches!(letter, ':' | '(' | ')' | ',' | '.' | '*')).find_map(time::offset).map(|minutes| {
        let sign = if minutes < 0 { '-' } else { '+' };
        format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
    })
}

/// Cells of a row of a Markdown table.
pub(super) fn cells(line: &str) -> Vec<&str> {
    line.trim().trim_start_matches('|').trim_end_matches('|').split('|').map(str::trim).collect()
}

/// The head of a table of communication: a time and a channel.
pub(super) fn is_note_head(cells: &[&str]) -> bool {
    let has = |words: &[&str]| cells.iter().any(|cell| words.iter().any(|word| cell.to_lowercase().starts_with(word)));
    has(&["time", "date", "when", "zeit", "datum", "uhrzeit"]) && has(&["channel", "kanal", "medium", "via"])
}

/// A program wrote the line: a level behind the time, or the second and a colon as Microsoft-Extractor-Suite writes them, or `[time] - message` as Hawk does.
pub(super) fn is_log_line(line: &str) -> bool {
    const LEVELS: &[&str] = &["INFO", "INFORMATION", "WARNING", "WARN", "ERROR", "DEBUG", "CRITICAL", "SUCCESS", "VERBOSE"];
    let words = line.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).take(12);
    let has_level = words.into_iter().any(|word| LEVELS.contains(&word));
    let bytes = line.trim_start().as_bytes();
    let is_extractor = bytes.get(4) == Some(&b'-') && bytes.get(16) == Some(&b':') && bytes.get(19..21) == Some(b": ");
    let is_hawk = line.starts_with('[') && line.split_once("] - ").is_some_and(|(time, _)| time.len() < 40 && time.contains(':'));
    has_level || is_extractor || is_hawk
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str, above: &Above) -> (Option<&'static str>, String, bool, String) {
        match Line::of(line, above) {
            Line::Dated { mark, time, zone, text } => {
                (mark, time.map_or_else(String::new, |time| time.to_string()), zone == Zone::Stated, text.to_owned())
            }
            other => (None, format!("{other:?}"), false, String::new()),
        }
    }

    #[test]
    fn times_at_the_begin_are_read_and_the_words_kept() {
        let none = Above::default();
        for (line, time, is_stated, text) in [
            ("2026-07-18 14:05 UTC called Ana", "2026-07-18T14:05:00Z", true, "called Ana"),
            ("- [2026-07-18 14:05] Teams: CISO told", "2026-07-18T14:05:00Z", false, "Teams: CISO told"),
            ("* 2026-07-18T14:05:33+02:00 – phone", "2026-07-18T12:05:33Z", true, "phone"),
            ("18.07.2026 14:05: Anruf bei Leo", "2026-07-18T14:05:00Z", false, "Anruf bei Leo"),
            ("2026-07-18 14:05 CEST - mail to DPO", "2026-07-18T12:05:00Z", true, "mail to DPO"),
            ("[2026-07-18 14:05:10] - Getting rules", "2026-07-18T14:05:10Z", false, "Getting rules"),
        ] {
            assert_eq!(of(line, &none), (None, time.to_owned(), is_stated, text.to_owned()), "{line}");
        }
    }

    #[test]
    fn heads_give_day_and_zone_to_hours() {
        let none = Above::default();
        let Line::Head(zone) = Line::of("All times UTC+2", &none) else { panic!("a head") };
        let Line::Head(both) = Line::of("## Saturday, 18 July 2026", &zone) else { panic!("a head") };
        assert_eq!(both, Above { date: Some("2026-07-18".to_owned()), zone: Some("+02:00".to_owned()) });
        assert_eq!(of("14:05 – called Ana", &both), (None, "2026-07-18T12:05:00Z".to_owned(), true, "called Ana".to_owned()));
        assert_eq!(of("2:05 PM UTC called Ana", &both).1, "2026-07-18T14:05:00Z");
        assert_eq!(of("14:05–14:20 with legal", &both).3, "14:20 with legal");
        assert_eq!(of("14:05 called Ana", &none), (None, String::new(), false, "called Ana".to_owned()));
        assert_eq!(Above::from_context(&both.to_context()), both);
    }

    #[test]
    fn marks_of_the_response_are_told() {
        let none = Above::default();
        for (line, mark, time) in [
            ("T0: 2026-10-07 09:12Z", "T0", "2026-10-07T09:12:00Z"),
            ("**T1** = 2026-10-07 11:00 UTC", "T1", "2026-10-07T11:00:00Z"),
            ("T0 (containment): 2026-10-07 09:12Z all sessions revoked", "T0", "2026-10-07T09:12:00Z"),
            ("Containment achieved at: 07/18/2026 14:05:33", "T0", "2026-07-18T14:05:33Z"),
            ("Containment achieved at: samedi 18 juillet 2026 14:05:33", "T0", "2026-07-18T14:05:33Z"),
            ("Recovery: Saturday, 18 July 2026 2:05:33 PM", "T3", "2026-07-18T14:05:33Z"),
            ("t2 2026-10-07T12:00:00Z", "T2", "2026-10-07T12:00:00Z"),
        ] {
            let found = of(line, &none);
            assert_eq!((found.0, found.1.as_str()), (Some(mark), time), "{line}");
        }
        for line in ["Containment was discussed at length.", "T0x: 2026-10-07 09:12Z", "Recovered files: 12"] {
            assert_eq!(of(line, &none).0, None, "{line}");
        }
    }

    #[test]
    fn tables_and_plain_lines() {
        let none = Above::default();
        assert_eq!(Line::of("|---|:---:|", &none), Line::Rule);
        assert_eq!(Line::of("| Time | Channel |", &none), Line::Row(vec!["Time", "Channel"]));
        for line in ["Called the user.", "12 users", "2026", "v1.2.3 of the tool", "10 of 12: done"] {
            assert_eq!(Line::of(line, &none), Line::Plain, "{line}");
        }
    }
}
