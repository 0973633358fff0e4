//! What the program that exported the evidence wrote about its own work: which searches ran, what failed, how many records it says it found. Without these
//! lines a capped or filtered export looks like a whole one.

use super::{dated, words};
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{NoteRow, Rows};
use crate::time::{self, DateOrder, Time};

pub(super) const SHAPE: Shape = Shape {
    id: "collector_log",
    title: "Collectors' logs",
    made_by: "Microsoft-Extractor-Suite LogFile.txt; DFIR-O365RC *.log; Untitled Goose logs; Hawk.log",
    claims: |record| record.has("logtext"),
    read,
};

const LEVELS: &[&str] = &["info", "information", "warning", "warn", "error", "debug", "critical", "success", "verbose"];

/// Words of the line → what they mean for the export, the worst first (sources: messages in the code of Microsoft-Extractor-Suite f62281f, DFIR-O365RC 2d06b94,
/// Untitled Goose 6febba8).
const STATUS_WORDS: &[(&str, &[&str])] = &[
    (
        "partial",
        &[
            "not captured",
            "will be missing",
            "exceeds 5000",
            "exceeds the 5000",
            "more than 5000",
            "more than 50000",
            "exceeded 50000",
            "incomplete",
            "truncated",
            "maximum number of results",
            "skipping",
        ],
    ),
    ("filtered", &["filtered to", "only success", "filter applied", "filtering"]),
    (
        "failed",
        &[
            "failed",
            "exception",
            "access denied",
            "access is denied",
            "forbidden",
            "unauthorized",
            "timed out",
            "throttl",
            "could not",
            "couldn't",
            "cannot",
            "aborted",
        ],
    ),
    ("empty", &["no audit logs", "no results", "no records", "no events", "no data", "no logs", "nothing found", "returned 0", "not found"]),
    ("complete", &["completed", "finished", "successfully", "output written", "output is written", "saved to", "done"]),
];

/// What collectors count.
const COUNTED: &[&str] =
    &["records", "record", "events", "event", "logs", "log", "rows", "entries", "results", "items", "objects", "users", "rules", "mailboxes"];

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let text = words(record, "logtext");
    let (level, message) = leveled(&text);
    let lower = message.to_lowercase();
    let status = STATUS_WORDS.iter().find(|(_, phrases)| phrases.iter().any(|phrase| lower.contains(phrase))).map(|(status, _)| *status);
    let status = status.filter(|status| *status == "partial").or((matches!(level, "error" | "critical")).then_some("failed")).or(status);
    let window = window(message);
    let row = NoteRow {
        status: status.map(str::to_owned),
        n_claimed: claimed(&lower),
        from: window.first().copied(),
        until: window.get(1).copied(),
        ..dated(record, "collector", message)
    };
    rows.notes.push(place.source, place.record, "", row);
    Ok(())
}

/// The level at the begin of the line in lower case, and the message behind it.
fn leveled(text: &str) -> (&'static str, &str) {
    let begin = text.trim_start_matches(['[', '-', ' ', '<', '(']);
    let end = begin.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(begin.len());
    let (word, rest) = begin.split_at(end);
    match LEVELS.iter().find(|level| level.eq_ignore_ascii_case(word)) {
        Some(level) => (level, rest.trim_start_matches([']', '>', ')', ',', ':', '-', ' '])),
        None => ("", text),
    }
}

/// The largest number that stands before something counted: `Found 50,000 records`, `Total: 1234 events`.
fn claimed(lower: &str) -> Option<i64> {
    let words: Vec<&str> = lower.split_whitespace().collect();
    let number = |word: &str| {
        let digits: String =
            word.trim_matches(['(', ')', ':', ',', '.', '[', ']']).chars().filter(|letter| !matches!(letter, ',' | '.' | '\'')).collect();
        digits.parse::<i64>().ok().filter(|number| *number >= 0)
    };
    let is_counted = |word: &&str| COUNTED.contains(&word.trim_matches(|letter: char| !letter.is_ascii_alphabetic()));
    // `12 audit log records`: what is counted stands within three words.
    (0..words.len())
        .filter(|at| words.get(at + 1..).unwrap_or_default().iter().take(3).any(is_counted))
        .filter_map(|at| words.get(at).and_then(|word| number(word)))
        .max()
}

/// The times that the message names.
fn window(message: &str) -> Vec<Time> {
    let words: Vec<&str> = message.split_whitespace().map(|word| word.trim_matches(['(', ')', '[', ']', ',', '\'', '"'])).collect();
    let mut times = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let is_day = word.len() >= 8 && word.starts_with(|first: char| first.is_ascii_digit()) && word.contains(['-', '/', '.']);
        let both = words.get(at + 1).map(|next| format!("{word} {next}"));
        let (time, n_words) = match both.as_deref().filter(|_| is_day).and_then(|both| time::parse(both, DateOrder::default())) {
            Some(time) => (Some(time), 2),
            None if is_day => (time::parse(word.trim_end_matches('.'), DateOrder::default()), 1),
            None => (None, 1),
        };
        times.extend(time);
        at += n_words;
    }
    times
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_windows_and_levels_are_read() {
        assert_eq!(claimed("found 50,000 audit log records"), Some(50_000));
        assert_eq!(claimed("[info] total events: 12 (3 users)"), Some(12));
        assert_eq!(claimed("connected to 3.2"), None);
        assert_eq!(leveled("[WARNING] x"), ("warning", "x"));
        assert_eq!(leveled("INFO, start"), ("info", "start"));
        let times = window("between 2026-07-01T00:00:00Z and 2026-07-02 12:00:00 there are 3");
        assert_eq!(times.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2026-07-01T00:00:00Z", "2026-07-02T12:00:00Z"]);
    }
}
