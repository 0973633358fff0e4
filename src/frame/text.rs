//! Texts of one column: each row holds a number, the texts stand in one store. Equal texts are stored once while that pays; a column of nearly unique
//! texts (record ids, object paths) is stored in the order of its rows without looking for equals.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::cells::Row;

/// The number of a cell without a value. Cells behind the last value are not stored at all.
const NULL: u32 = 0;

/// Distinct texts after which a column must show that its texts repeat.
const TRIAL: usize = 512;

/// A text column.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    height: usize,
    /// Per row, 1 + position in the store.
    codes: Vec<u32>,
    store: Store,
}

/// Texts one after another.
#[derive(Debug, Clone, Default)]
struct Store {
    bytes: String,
    /// End of each text.
    ends: Vec<usize>,
    index: Index,
}

/// How equal texts find each other.
#[derive(Debug, Clone)]
enum Index {
    /// Codes by hash of their text.
    Kept(HashTable<u32>),
    /// Texts hardly repeat: they are stored as they come.
    Unique,
}

impl Default for Index {
    fn default() -> Self {
        Self::Kept(HashTable::new())
    }
}

/// Equal in all runs: hash order never reaches an output, and collisions cost time only.
fn hash(text: &str) -> u64 {
    static BUILDER: std::sync::LazyLock<DefaultHashBuilder> = std::sync::LazyLock::new(DefaultHashBuilder::default);
    BUILDER.hash_one(text)
}

impl Store {
    fn get(&self, code: u32) -> Option<&str> {
        let at = (code as usize).checked_sub(1)?;
        let begin = if at == 0 { 0 } else { *self.ends.get(at - 1)? };
        self.bytes.get(begin..*self.ends.get(at)?)
    }

    fn push(&mut self, text: &str) -> u32 {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
        code(self.ends.len())
    }

    /// The code of `text`, stored if need be.
    fn code(&mut self, text: &str) -> u32 {
        let Index::Kept(index) = &mut self.index else {
            return self.push(text);
        };
        let (bytes, ends) = (&self.bytes, &self.ends);
        let of = |code: u32| {
            let at = code as usize - 1;
            let begin = if at == 0 { 0 } else { ends.get(at - 1).copied().unwrap_or_default() };
            ends.get(at).and_then(|end| bytes.get(begin..*end)).unwrap_or_default()
        };
        let hash_of = hash(text);
        match index.entry(hash_of, |code| of(*code) == text, |code| hash(of(*code))) {
            hashbrown::hash_table::Entry::Occupied(entry) => *entry.get(),
            hashbrown::hash_table::Entry::Vacant(entry) => {
                let new = code(ends.len() + 1);
                entry.insert(new);
                self.push(text)
            }
        }
    }
}

/// Rows and texts are numbered with 32 bits: four thousand million rows need more memory than any machine has that this runs on.
fn code(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl Texts {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.height
    }

    /// No rows.
    pub fn is_empty(&self) -> bool {
        self.height == 0
    }

    /// The text of a row; `None` for null and behind the last row.
    pub fn get(&self, row: usize) -> Option<&str> {
        self.store.get(*self.codes.get(row)?)
    }

    /// All rows in order.
    pub fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        (0..self.height).map(|row| self.get(row))
    }

    /// The row has a text, perhaps an empty one.
    pub fn has(&self, row: usize) -> bool {
        self.codes.get(row).is_some_and(|code| *code != NULL)
    }

    /// Rows with a text.
    pub fn n_values(&self) -> usize {
        self.codes.iter().filter(|code| **code != NULL).count()
    }

    /// Appends a row.
    pub fn push(&mut self, text: Option<&str>) {
        if let Some(text) = text {
            self.codes.resize(self.height, NULL);
            let code = self.store.code(text);
            self.codes.push(code);
            if self.store.ends.len() == TRIAL && self.codes.len() < TRIAL * 4 / 3 {
                self.store.index = Index::Unique;
            }
        }
        self.height += 1;
    }

    /// Appends the rows of `later`.
    pub(super) fn append(&mut self, later: Self) {
        if later.codes.is_empty() {
            self.height += later.height;
            return;
        }
        if self.codes.is_empty() {
            let height = self.height;
            *self = later;
            if height > 0 {
                self.codes.splice(0..0, std::iter::repeat_n(NULL, height));
                self.height += height;
            }
            return;
        }
        self.codes.resize(self.height, NULL);
        let is_unique = matches!(self.store.index, Index::Unique) || matches!(later.store.index, Index::Unique);
        if is_unique {
            self.store.index = Index::Unique;
            let (n_texts, n_bytes) = (code(self.store.ends.len()), self.store.bytes.len());
            self.store.bytes.push_str(&later.store.bytes);
            self.store.ends.extend(later.store.ends.iter().map(|end| end + n_bytes));
            self.codes.extend(later.codes.iter().map(|code| if *code == NULL { NULL } else { code + n_texts }));
        } else {
            let mut begin = 0;
            let mut codes = Vec::with_capacity(later.store.ends.len() + 1);
            codes.push(NULL);
            for end in &later.store.ends {
                codes.push(self.store.code(later.store.bytes.get(begin..*end).unwrap_or_default()));
                begin = *end;
            }
            self.codes.extend(later.codes.iter().map(|code| codes.get(*code as usize).copied().unwrap_or(NULL)));
        }
        self.height += later.height;
    }

    /// Puts the rows in this order; rows may be left out or repeated.
    pub(super) fn gather(&mut self, rows: &[Row]) {
        if !self.codes.is_empty() {
            self.codes = rows.iter().map(|row| self.codes.get(*row as usize).copied().unwrap_or(NULL)).collect();
        }
        self.height = rows.len();
    }

    /// Row `to` gets the cell of row `from`.
    pub(super) fn copy(&mut self, from: Row, to: Row) {
        let code = self.codes.get(from as usize).copied().unwrap_or(NULL);
        let to = to as usize;
        if code != NULL && to < self.height && self.codes.len() <= to {
            self.codes.resize(to + 1, NULL);
        }
        if let Some(cell) = self.codes.get_mut(to) {
            *cell = code;
        }
    }

    /// The same texts without room for more, and without the means to find equals.
    pub(super) fn seal(&mut self) {
        self.codes.shrink_to_fit();
        self.store.bytes.shrink_to_fit();
        self.store.ends.shrink_to_fit();
        self.store.index = Index::Unique;
    }

    /// Number of stored texts; codes run from 1 to it. Equal codes are equal texts, different codes may be.
    pub fn n_stored(&self) -> usize {
        self.store.ends.len()
    }

    /// The code of a row; 0 without a text. Equal codes are equal texts.
    pub fn code(&self, row: usize) -> u32 {
        self.codes.get(row).copied().unwrap_or(NULL)
    }

    /// The text of a code.
    pub fn stored(&self, code: u32) -> Option<&str> {
        self.store.get(code)
    }

    /// The stored texts; in a column that seldom repeats a text may come more than once.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        (1..=code(self.n_stored())).filter_map(|code| self.stored(code))
    }

    /// Calls `of` once per stored text, in the order of codes: the answer for code `n` stands at `n - 1`.
    pub fn each_stored<'t, T>(&'t self, of: impl FnMut(&'t str) -> T) -> Vec<T> {
        self.texts().map(of).collect()
    }

    /// A column with `of` applied to each text; called once per stored text.
    #[must_use]
    pub fn mapped<'t>(&'t self, of: impl FnMut(&'t str) -> Option<&'t str>) -> Self {
        let new = self.each_stored(of);
        let text = |code: u32| (code as usize).checked_sub(1).and_then(|at| new.get(at).copied().flatten());
        let mut column = Self::of(self.codes.iter().map(|code| text(*code)));
        column.height = self.height;
        column
    }

    /// Calls `test` once per stored text and returns the rows whose text passes, in order.
    pub fn rows_where(&self, mut test: impl FnMut(&str) -> bool) -> Vec<usize> {
        let mut passes = vec![false];
        passes.extend(self.texts().map(&mut test));
        let passes = |code: &u32| passes.get(*code as usize).copied().unwrap_or(false);
        self.codes.iter().enumerate().filter(|(_, code)| passes(code)).map(|(row, _)| row).collect()
    }

    /// A column of these rows.
    pub fn of<'t>(rows: impl IntoIterator<Item = Option<&'t str>>) -> Self {
        let mut column = Self::default();
        for text in rows {
            column.push(text);
        }
        column
    }

    /// Bytes in memory.
    pub fn n_bytes(&self) -> usize {
        let index = if let Index::Kept(index) = &self.store.index { index.allocation_size() } else { 0 };
        self.codes.capacity() * 4 + self.store.bytes.capacity() + self.store.ends.capacity() * size_of::<usize>() + index
    }
}
