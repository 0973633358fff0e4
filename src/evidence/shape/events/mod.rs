//! Shapes of things that happened: sign-ins, audit records, risk.

use crate::evidence::shape::Shape;

/// Event shapes, most specific first.
pub const EVENT_SHAPES: &[&Shape] = &[];
