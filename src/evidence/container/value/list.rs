//! The elements of one array.

use std::fmt;
use std::ops::Deref;

use super::Value;
use super::slice::Slice;

/// Elements in the order of the file.
#[derive(Clone)]
pub struct List<'a>(Slice<'a, Value<'a>>);

impl<'a> List<'a> {
    /// Elements that lie in the arena of their record.
    pub(in crate::evidence::container) fn in_arena(elements: &'a [Value<'a>]) -> Self {
        Self(Slice::Borrowed(elements))
    }

    /// The elements by value.
    pub fn into_vec(self) -> Vec<Value<'a>> {
        match self.0 {
            Slice::Borrowed(elements) => elements.to_vec(),
            Slice::Owned(elements) => elements,
        }
    }
}

impl<'a> Deref for List<'a> {
    type Target = [Value<'a>];

    fn deref(&self) -> &[Value<'a>] {
        &self.0
    }
}

impl<'v, 'a> IntoIterator for &'v List<'a> {
    type Item = &'v Value<'a>;
    type IntoIter = std::slice::Iter<'v, Value<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a> From<Vec<Value<'a>>> for List<'a> {
    fn from(elements: Vec<Value<'a>>) -> Self {
        Self(Slice::Owned(elements))
    }
}

impl<'a> FromIterator<Value<'a>> for List<'a> {
    fn from_iter<I: IntoIterator<Item = Value<'a>>>(elements: I) -> Self {
        Self(Slice::Owned(elements.into_iter().collect()))
    }
}

impl fmt::Debug for List<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}

impl PartialEq for List<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}
