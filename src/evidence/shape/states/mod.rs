//! Shapes of how things stood when the export was made.

use crate::evidence::shape::Shape;

/// State shapes, most specific first.
pub const STATE_SHAPES: &[&Shape] = &[];
