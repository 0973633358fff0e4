//! A run of things that either lies in the arena of its record or is owned.

use std::ops::Deref;

/// Like `Cow<'a, [T]>`, but a longer-lived one may stand where a shorter-lived one is wanted.
#[derive(Debug, Clone)]
pub(super) enum Slice<'a, T> {
    /// In the arena.
    Borrowed(&'a [T]),
    /// On its own.
    Owned(Vec<T>),
}

impl<T> Deref for Slice<'_, T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::Borrowed(things) => things,
            Self::Owned(things) => things,
        }
    }
}
