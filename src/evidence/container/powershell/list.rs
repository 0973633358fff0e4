//! One object of `Format-List` → its fields.

use std::borrow::Cow;

use super::{line, value};
use crate::evidence::container::value::Object;

/// The narrowest screen, in characters: shorter lines were not wrapped by PowerShell.
const NARROWEST: usize = 79;

/// The fields of one object, in the order of the text.
pub(super) fn object(text: &str) -> Object<'_> {
    let width = Width::of(text);
    let mut fields: Vec<(&str, Vec<&str>, usize)> = Vec::new();
    for line in text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)) {
        match line::label(line.trim_start_matches('\u{feff}')) {
            Some((label, column, value)) if !line.starts_with([' ', '\t']) => fields.push((label, vec![value], column + 2)),
            _ => {
                if let Some((_, lines, indent)) = fields.last_mut() {
                    lines.push(unindented(line, *indent));
                }
            }
        }
    }
    Object::new(fields.into_iter().map(|(label, lines, indent)| (Cow::Borrowed(label), value::from_text(width.joined(&lines, indent)))))
}

/// A line of a value without the blanks that put it below the value's begin.
fn unindented(line: &str, n_columns: usize) -> &str {
    let end = line.char_indices().take(n_columns).take_while(|(_, letter)| letter.is_whitespace()).map(|(at, letter)| at + letter.len_utf8()).last();
    line.get(end.unwrap_or(0)..).unwrap_or_default()
}

/// The width at which PowerShell wrapped lines, as far as the object shows it.
struct Width(Option<usize>);

impl Width {
    /// The longest line, when it is as long as screens are or when several lines end there.
    fn of(text: &str) -> Self {
        let lengths = || text.split('\n').map(|line| line.trim_end_matches('\r').chars().count());
        let longest = lengths().max().unwrap_or(0);
        let n_longest = lengths().filter(|length| *length == longest).count();
        let is_screen = matches!(longest, 79 | 80 | 119 | 120) || n_longest > 1;
        Self((longest >= NARROWEST && is_screen).then_some(longest))
    }

    /// The lines of one value put together: where the next word would still have fitted, the value itself has a line break; elsewhere PowerShell wrapped.
    /// `indent`: columns before the value.
    fn joined<'a>(&self, lines: &[&'a str], indent: usize) -> Cow<'a, str> {
        let [first, rest @ ..] = lines else { return Cow::Borrowed("") };
        if rest.iter().all(|line| line.trim().is_empty()) {
            return Cow::Borrowed(first.trim());
        }
        let is_json = value::begins_json(first);
        let mut joined = (*first).to_owned();
        let mut before = *first;
        for line in rest {
            let n_columns = indent + before.chars().count();
            let word = line.split_inclusive([' ', '\t', '-']).next().unwrap_or_default().trim_end().chars().count();
            let separator = match self.0 {
                Some(width) if n_columns >= width || before.ends_with([' ', '-']) && n_columns + word > width => "",
                Some(width) if n_columns + 1 + word > width && word > 0 => " ",
                None if is_json => "",
                Some(_) | None => "\n",
            };
            joined.push_str(separator);
            joined.push_str(line);
            before = line;
        }
        Cow::Owned(joined.trim().to_owned())
    }
}
