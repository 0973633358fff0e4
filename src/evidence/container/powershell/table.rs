//! `Format-Table`: columns as wide as the head and its dashes say.

use std::borrow::Cow;
use std::sync::Arc;

use super::value;
use crate::evidence::container::value::Object;

/// Longest head, in bytes. `Out-File -Width` is rarely above 4,096.
pub(super) const HEAD_LIMIT: usize = 64 * 1024;

/// Where the columns of a table begin.
pub(super) struct Ruler {
    /// The head, cut where columns begin: each name padded to the width of its column.
    columns: Arc<[String]>,
}

impl Ruler {
    /// The ruler of a head and the dashes below it: each run of dashes stands below a name.
    pub(super) fn of(head: &str, dashes: &str) -> Option<Self> {
        let (head, dashes): (Vec<char>, Vec<char>) = (head.chars().collect(), dashes.trim_end().chars().collect());
        let begins_run = |at: usize| dashes.get(at) == Some(&'-') && (at == 0 || dashes.get(at - 1) == Some(&' '));
        let starts: Vec<usize> = (0..dashes.len()).filter(|at| begins_run(*at)).collect();
        let names_match = starts.iter().all(|at| {
            let is_begin = *at == 0 || head.get(at - 1).is_some_and(|before| before.is_whitespace());
            is_begin && head.get(*at).is_some_and(|first| !first.is_whitespace())
        });
        let is_underlined = starts.first().is_some_and(|first| head.iter().take(*first).all(|before| before.is_whitespace()));
        if !names_match || !is_underlined {
            return None;
        }
        let cut = |index: usize| {
            let start = if index == 0 { 0 } else { starts.get(index).copied().unwrap_or(0) };
            let end = starts.get(index + 1).copied().unwrap_or(head.len());
            head.get(start..end).unwrap_or_default().iter().collect::<String>()
        };
        Some(Self { columns: (0..starts.len()).map(cut).collect() })
    }

    /// Number of columns.
    pub(super) fn n_columns(&self) -> usize {
        self.columns.len()
    }

    /// For [`object`].
    pub(super) fn columns(&self) -> Arc<[String]> {
        Arc::clone(&self.columns)
    }

    /// The line goes on the row whose last line is `above` (`-Wrap`): it has nothing in the first column, and what it has did not fit above. A row whose
    /// first cell is empty, such as a rule without a name, is a row of its own.
    pub(super) fn continues(&self, above: &str, line: &str) -> bool {
        let first = self.columns.first().map_or(0, |column| column.chars().count());
        if self.columns.len() < 2 || !line.chars().take(first).all(char::is_whitespace) {
            return false;
        }
        let did_not_fit = |((above, below), (index, column)): ((String, String), (usize, &String))| {
            let width = column.chars().count();
            let word = below.split_inclusive([' ', '-']).next().unwrap_or_default().trim_end().chars().count();
            // The last column reaches to the edge of the screen, which the head does not tell.
            let is_last = index + 1 == self.columns.len();
            below.is_empty() || !above.is_empty() && (is_last || above.chars().count() + 1 + word >= width)
        };
        parts(above, &self.columns).into_iter().zip(parts(line, &self.columns)).zip(self.columns.iter().enumerate()).all(did_not_fit)
    }
}

/// Some cell was cut to the width of its column.
pub(super) fn is_cut(row: &str) -> bool {
    row.contains('…') || row.contains("... ") || row.trim_end().ends_with("...")
}

/// A row as a record. `columns`: see [`Ruler`].
pub(super) fn object<'a>(row: &str, columns: &'a [String]) -> Object<'a> {
    let mut cells: Vec<String> = vec![String::new(); columns.len()];
    for line in row.lines() {
        for (cell, part) in cells.iter_mut().zip(parts(line, columns)) {
            if !cell.is_empty() && !part.is_empty() && !cell.ends_with('-') {
                cell.push(' ');
            }
            cell.push_str(&part);
        }
    }
    let field = |(name, cell): (&'a String, String)| (Cow::Borrowed(name.trim()), value::from_text(Cow::Owned(cell)));
    Object::new(columns.iter().zip(cells).map(field))
}

/// The cells of one line. Numbers stand at the right end of their column and may begin left of the name: a cell begins where the blanks before it end.
fn parts(line: &str, columns: &[String]) -> Vec<String> {
    let letters: Vec<char> = line.chars().collect();
    let mut starts = Vec::with_capacity(columns.len());
    let mut at = 0;
    for column in columns {
        let mut start = at;
        let floor = starts.last().copied().unwrap_or(0);
        while start > floor && letters.get(start).is_some() && letters.get(start - 1).is_some_and(|before| !before.is_whitespace()) {
            start -= 1;
        }
        // A text that runs on from the column before without a blank cannot be cut here.
        starts.push(if start == floor && at > 0 { at } else { start });
        at += column.chars().count();
    }
    let end = |index: usize| starts.get(index + 1).copied().unwrap_or(letters.len()).min(letters.len());
    let cell = |(index, start): (usize, &usize)| {
        let text: String = letters.get(*start..end(index)).unwrap_or_default().iter().collect();
        let text = text.trim();
        text.strip_suffix("...").map_or_else(|| text.to_owned(), |begin| format!("{begin}…"))
    };
    starts.iter().enumerate().map(cell).collect()
}
