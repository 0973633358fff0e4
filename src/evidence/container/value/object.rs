//! The fields of one object, found by name at the cost of a few comparisons of numbers.

use std::borrow::Cow;
use std::fmt;

use super::slice::Slice;
use super::{Value, key_is};

/// A name and its value.
pub type Field<'a> = (Cow<'a, str>, Value<'a>);

/// Fields in the order of the file. Looked up by normalised name; the first of two equal names wins.
#[derive(Clone)]
pub struct Object<'a>(Repr<'a>);

#[derive(Clone)]
enum Repr<'a> {
    /// In the arena of its record, or nothing at all.
    Borrowed(&'a Parts<'a>),
    Owned(Box<Parts<'a>>),
}

/// What an object consists of.
#[derive(Clone)]
pub(in crate::evidence::container) struct Parts<'a> {
    /// Per field, the [`print`] of its name.
    prints: Slice<'a, u32>,
    fields: Slice<'a, Field<'a>>,
}

impl<'a> Parts<'a> {
    /// Fields in the arena with the prints of their names.
    pub(in crate::evidence::container) fn borrowed(prints: &'a [u32], fields: &'a [Field<'a>]) -> Self {
        Self { prints: Slice::Borrowed(prints), fields: Slice::Borrowed(fields) }
    }
}

impl<'a> Object<'a> {
    /// An object with these fields.
    pub fn new(fields: impl IntoIterator<Item = Field<'a>>) -> Self {
        let fields: Vec<Field<'a>> = fields.into_iter().collect();
        let prints = fields.iter().map(|(key, _)| print_of_key(key)).collect();
        Self::with_prints(prints, fields)
    }

    /// The same when the prints of the names are known.
    pub(in crate::evidence::container) fn with_prints(prints: Vec<u32>, fields: Vec<Field<'a>>) -> Self {
        // A hostile record may consist of millions of empty objects.
        const NOTHING: &Parts<'static> = &Parts { prints: Slice::Borrowed(&[]), fields: Slice::Borrowed(&[]) };
        if fields.is_empty() {
            return Self(Repr::Borrowed(NOTHING));
        }
        Self(Repr::Owned(Box::new(Parts { prints: Slice::Owned(prints), fields: Slice::Owned(fields) })))
    }

    /// The same when the prints belong to a table head.
    pub(in crate::evidence::container) fn of_row(prints: &'a [u32], fields: Vec<Field<'a>>) -> Self {
        Self(Repr::Owned(Box::new(Parts { prints: Slice::Borrowed(prints), fields: Slice::Owned(fields) })))
    }

    /// An object that lies in the arena of its record.
    pub(in crate::evidence::container) fn in_arena(parts: &'a Parts<'a>) -> Self {
        Self(Repr::Borrowed(parts))
    }

    fn parts(&self) -> &Parts<'a> {
        match &self.0 {
            Repr::Borrowed(parts) => parts,
            Repr::Owned(parts) => parts,
        }
    }

    /// The fields, in the order of the file.
    pub fn fields(&self) -> &[Field<'a>] {
        &self.parts().fields
    }

    /// The fields, in the order of the file.
    pub fn iter(&self) -> std::slice::Iter<'_, Field<'a>> {
        self.fields().iter()
    }

    /// The fields whose names are none of these.
    pub fn without<'v>(&'v self, names: &'v Names) -> impl Iterator<Item = &'v Field<'a>> {
        let parts = self.parts();
        parts.prints.iter().zip(parts.fields.iter()).filter(|(print, (key, _))| !names.contain(**print, key)).map(|(_, field)| field)
    }

    /// Appends a field.
    pub fn push(&mut self, key: Cow<'a, str>, value: Value<'a>) {
        let mut fields = std::mem::take(self).into_fields();
        fields.push((key, value));
        *self = Self::new(fields);
    }

    /// The fields by value.
    pub fn into_fields(self) -> Vec<Field<'a>> {
        match self.0 {
            Repr::Owned(parts) => match parts.fields {
                Slice::Owned(fields) => fields,
                Slice::Borrowed(fields) => fields.to_vec(),
            },
            Repr::Borrowed(parts) => parts.fields.to_vec(),
        }
    }

    /// Number of fields.
    pub fn len(&self) -> usize {
        self.fields().len()
    }

    /// No fields.
    pub fn is_empty(&self) -> bool {
        self.fields().is_empty()
    }

    /// The field whose name equals `name` after key normalisation; `name` is given in lower case without blanks, `_`, `-` and `.`.
    /// Empty text is a value here: absent is `None`, null is [`Value::Null`].
    #[inline]
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.find(print(name.as_bytes()), name)
    }

    fn find(&self, print: u32, name: &str) -> Option<&Value<'a>> {
        /// Prints that are compared at once.
        const WIDTH: usize = 8;
        let parts = self.parts();
        let is_field = |nth: usize| parts.fields.get(nth).filter(|(key, _)| key_is(key, name)).map(|(_, value)| value);
        let (chunks, rest) = parts.prints.as_chunks::<WIDTH>();
        for (n_chunks, chunk) in chunks.iter().enumerate() {
            if chunk.contains(&print) {
                let found = (0..WIDTH).filter(|nth| chunk.get(*nth) == Some(&print)).find_map(|nth| is_field(n_chunks * WIDTH + nth));
                if found.is_some() {
                    return found;
                }
            }
        }
        let from = chunks.len() * WIDTH;
        rest.iter().enumerate().filter(|(_, other)| **other == print).find_map(|(nth, _)| is_field(from + nth))
    }

    /// [`Self::get`] through several levels: `["status", "errorcode"]`. Text that holds JSON is not entered; use [`Value::nested`] for that.
    pub fn path(&self, names: &[&str]) -> Option<&Value<'a>> {
        let (first, rest) = names.split_first()?;
        rest.iter().try_fold(self.get(first)?, |value, name| value.object()?.get(name))
    }

    /// The first of several spellings that is present.
    #[inline]
    pub fn any(&self, names: &[&str]) -> Option<&Value<'a>> {
        names.iter().find_map(|name| self.get(name))
    }

    /// True when a field of that normalised name is present, whatever its value.
    #[inline]
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Text of a field: see [`Value::text`]. `Some("")` = present but empty, `None` = absent or null.
    #[inline]
    pub fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        self.get(name).and_then(Value::text)
    }
}

impl<'o, 'a> IntoIterator for &'o Object<'a> {
    type Item = &'o Field<'a>;
    type IntoIter = std::slice::Iter<'o, Field<'a>>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Default for Object<'_> {
    fn default() -> Self {
        Self::with_prints(Vec::new(), Vec::new())
    }
}

impl fmt::Debug for Object<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.iter().map(|(key, value)| (key, value))).finish()
    }
}

impl PartialEq for Object<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.fields() == other.fields()
    }
}

/// Normalised names whose membership is asked for every field of every record.
#[derive(Debug)]
pub struct Names {
    names: &'static [&'static str],
    /// Places by the low bits of a name's print; the number of the name plus one.
    places: [u8; Self::N_PLACES],
}

impl Names {
    const N_PLACES: usize = 256;

    /// A set of at most 128 names.
    ///
    /// # Panics
    /// With more names: when the program is compiled, because sets are constants.
    pub const fn new(names: &'static [&'static str]) -> Self {
        assert!(names.len() <= Self::N_PLACES / 2, "half of the places stay free, so that a search ends");
        let mut places = [0; Self::N_PLACES];
        let mut nth = 0;
        while nth < names.len() {
            let mut place = Self::place(print(names[nth].as_bytes()));
            while places[place] != 0 {
                place = (place + 1) % Self::N_PLACES;
            }
            #[expect(clippy::cast_possible_truncation, reason = "at most 128 names")]
            {
                places[place] = nth as u8 + 1;
            }
            nth += 1;
        }
        Self { names, places }
    }

    const fn place(print: u32) -> usize {
        (print.wrapping_mul(0x9E37_79B1) >> 24) as usize
    }

    fn contain(&self, print: u32, key: &str) -> bool {
        let places = (0..Self::N_PLACES).map(|step| (Self::place(print) + step) % Self::N_PLACES);
        let numbers = places.map_while(|place| self.places.get(place).and_then(|number| usize::from(*number).checked_sub(1)));
        numbers.filter_map(|number| self.names.get(number)).any(|name| key_is(key, name))
    }
}

/// A number that is equal for all spellings of a name: length, first, middle and last letter of the normalised name. Unequal names seldom share one.
#[inline]
pub(in crate::evidence::container) const fn print(normalised: &[u8]) -> u32 {
    let length = normalised.len();
    if length == 0 {
        return 0;
    }
    print_of(length, normalised[0], normalised[length / 2], normalised[length - 1])
}

#[inline]
const fn print_of(length: usize, first: u8, middle: u8, last: u8) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "the low bits are what is wanted")]
    let length = length as u8;
    // One bit makes letters lower case; what it does to other signs it does to them everywhere.
    u32::from_le_bytes([length, first | 0x20, middle | 0x20, last | 0x20])
}

/// [`print`] of a name as it stands in the evidence.
pub(in crate::evidence::container) fn print_of_key(key: &str) -> u32 {
    let letters = || super::letters(key);
    let length = letters().count();
    let middle = letters().nth(length / 2);
    match (letters().next(), middle, letters().last()) {
        (Some(first), Some(middle), Some(last)) => print_of(length, first, middle, last),
        _ => 0,
    }
}
