//! The head of a CSV table: names for cells.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::cell;
use crate::evidence::container::json::record::Arena;
use crate::evidence::container::value::{Field, Object, Value, print_of_key};

/// The names in the first row.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Header {
    delimiter: u8,
    names: Vec<String>,
    /// Per name, the number by which it is found.
    prints: Vec<u32>,
    /// Per column, the earlier column of the same name.
    repeats: Vec<Option<usize>>,
}

impl Header {
    /// Reads the head row. Names lose blanks and marks around them; a repeated name becomes `name#2`.
    pub(crate) fn read(row: &str, delimiter: u8) -> Self {
        let arena = Arena::default();
        let mut names = Vec::new();
        let mut repeats = Vec::new();
        let mut seen: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for (column, cell) in cell::cells(row, delimiter, &arena).enumerate() {
            let name = cell.trim_matches(['\u{feff}', '\0', ' ', '\t', '"']);
            if name.is_empty() {
                names.push(format!("#{}", column + 1));
                repeats.push(None);
                continue;
            }
            let (first, n_seen) = seen.entry(name.to_ascii_lowercase()).or_insert((column, 0));
            *n_seen += 1;
            names.push(if *n_seen > 1 { format!("{name}#{n_seen}") } else { name.to_owned() });
            repeats.push((*n_seen > 1).then_some(*first));
        }
        let prints = names.iter().map(|name| print_of_key(name)).collect();
        Self { delimiter, names, prints, repeats }
    }

    /// Number of columns.
    pub(crate) fn n_cells(&self) -> usize {
        self.names.len()
    }

    /// The head as a record without content, to recognise the table.
    pub(crate) fn blank(&self) -> Object<'_> {
        Object::new(self.names.iter().map(|name| (Cow::Borrowed(name.as_str()), Value::Text("".into()))))
    }

    /// A row as a record; also its number of cells. A cell without a name is called `#` and its number. Missing cells are missing fields. When the
    /// first of two columns with one name is empty, it takes the second's content.
    pub(crate) fn object<'a>(&'a self, row: &'a str, arena: &'a Arena) -> (Object<'a>, usize) {
        let mut fields: Vec<Field<'a>> = Vec::with_capacity(self.names.len());
        for (column, text) in cell::cells(row, self.delimiter, arena).enumerate() {
            let name = self.names.get(column).map_or_else(|| Cow::Owned(format!("#{}", column + 1)), |name| Cow::Borrowed(name.as_str()));
            if let Some((_, Value::Text(first))) = self.repeats.get(column).copied().flatten().and_then(|first| fields.get_mut(first))
                && first.trim().is_empty()
            {
                first.clone_from(&text);
            }
            fields.push((name, Value::Text(text)));
        }
        let n_cells = fields.len();
        let record = if n_cells == self.names.len() { Object::of_row(&self.prints, fields) } else { Object::new(fields) };
        (record, n_cells)
    }

    /// The row repeats the head: files put one below the other.
    pub(crate) fn repeated_by(&self, record: &Object<'_>) -> bool {
        record.len() == self.names.len()
            && self.names.iter().zip(record.fields()).all(|(name, (_, value))| {
                let plain = name.split_once('#').filter(|(plain, _)| !plain.is_empty()).map_or(name.as_str(), |(plain, _)| plain);
                matches!(value, Value::Text(text) if text.at_hand().is_some_and(|text| text.trim_matches(['\u{feff}', '"', ' ']).eq_ignore_ascii_case(plain))) || name.starts_with('#')
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_and_padded_names_keep_their_cells() {
        let header = Header::read("\"Application ID \",Incoming token type,Incoming token type,,", b',');
        let arena = Arena::default();
        let (record, n_cells) = header.object("x,,refreshToken,y,z,extra", &arena);
        assert_eq!(n_cells, 6);
        assert_eq!(record.text("applicationid").as_deref(), Some("x"));
        assert_eq!(record.text("incomingtokentype").as_deref(), Some("refreshToken"));
        assert_eq!(
            record.iter().map(|(name, _)| name.as_ref()).collect::<Vec<_>>(),
            ["Application ID", "Incoming token type", "Incoming token type#2", "#4", "#5", "#6"]
        );
        let (short, _) = header.object("x", &arena);
        assert!(!short.has("incomingtokentype"));
        assert!(header.repeated_by(&header.object("Application ID,Incoming token type,Incoming token type,,", &arena).0));
        assert!(!header.repeated_by(&record));
    }
}
