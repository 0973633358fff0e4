//! A frame that costs nothing while it is empty. A file fills one or two of all frames, and a collection can have a hundred thousand files.

use std::ops::{Deref, DerefMut};

/// A frame; made when something is first written to it.
#[derive(Debug, Clone, Default)]
pub struct Sparse<T>(Option<Box<T>>);

/// A frame that has an empty one to show.
pub trait Empty: Default + 'static {
    /// The frame without rows.
    fn empty() -> &'static Self;
}

impl<T> Sparse<T> {
    /// The frame, if there is one.
    pub(super) fn take(&mut self) -> Option<Box<T>> {
        self.0.take()
    }
}

impl<T: Empty> Deref for Sparse<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match &self.0 {
            Some(frame) => frame,
            None => T::empty(),
        }
    }
}

impl<T: Empty> DerefMut for Sparse<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.get_or_insert_default()
    }
}
