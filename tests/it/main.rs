//! The integration tests: one binary, because each one would link polars again.

mod cases;
mod state_shapes;
