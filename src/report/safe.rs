//! Evidence is hostile text: the one place where it is made harmless for a terminal and for spreadsheets. HTML is escaped by the template engine.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Text for a terminal: control characters, escape sequences, bidirectional overrides and zero-width characters become visible as `⟨U+202E⟩`;
/// line breaks become blanks.
pub fn terminal(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_dangerous) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\n' | '\r' | '\t' => safe.push(' '),
            character if is_dangerous(character) => {
                // Writing to a String cannot fail.
                let _ = write!(safe, "⟨U+{:04X}⟩", u32::from(character));
            }
            character => safe.push(character),
        }
    }
    Cow::Owned(safe)
}

/// Text for a CSV cell: as [`terminal`], and a cell that a spreadsheet would take for a formula gets a leading apostrophe; also behind a semicolon,
/// where spreadsheets of many countries begin a new cell.
pub fn cell(text: &str) -> Cow<'_, str> {
    let safe = terminal(text);
    if !safe.split(';').any(is_formula) && !text.starts_with(['\t', '\r', '\n']) {
        return safe;
    }
    let is_first = |position: usize| position == 0 && text.starts_with(['\t', '\r', '\n']);
    let parts = safe
        .split(';')
        .enumerate()
        .map(|(position, part)| if is_formula(part) || is_first(position) { Cow::Owned(format!("'{part}")) } else { Cow::Borrowed(part) });
    Cow::Owned(parts.collect::<Vec<_>>().join(";"))
}

/// A cell of this text would be calculated. The wide forms count where a spreadsheet speaks Japanese or Chinese.
fn is_formula(text: &str) -> bool {
    let begin = text.trim_start_matches(|character: char| character.is_whitespace() || character == '"');
    begin.starts_with(['=', '+', '-', '@', '|', '%', '＝', '＋', '－', '＠'])
}

/// Text for programs that may end on a terminal (`--format json`, `cat report.json`): true when JSON should spell the character as `\uXXXX`.
pub(super) fn is_escaped_in_json(character: char) -> bool {
    is_dangerous(character)
}

fn is_dangerous(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180E}' | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}'
            | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_direction_overrides_become_visible() {
        assert_eq!(terminal("a\u{1b}[31mred\u{202e}gpj.exe\u{200b}"), "a⟨U+001B⟩[31mred⟨U+202E⟩gpj.exe⟨U+200B⟩");
        assert_eq!(terminal("plain Ünïcode 日本"), "plain Ünïcode 日本");
    }

    #[test]
    fn formulas_are_not_formulas_in_a_spreadsheet() {
        for text in ["=HYPERLINK(\"http://x\")", "+1", "-1", "@SUM(A1)", "  =1", "\t=1"] {
            assert!(cell(text).starts_with('\''), "{text:?}");
        }
        assert_eq!(cell("a=b"), "a=b");
        assert_eq!(cell("a;=cmd; \"+1;b"), "a;'=cmd;' \"+1;b");
        assert_eq!(cell("＝1"), "'＝1");
    }

    proptest::proptest! {
        #[test]
        fn nothing_dangerous_survives(text in ".*") {
            let safe = terminal(&text).into_owned();
            proptest::prop_assert!(!safe.chars().any(is_dangerous));
            proptest::prop_assert_eq!(terminal(&safe).into_owned(), safe.clone());
        }
    }
}
