//! The integration tests: one binary, because each one would link polars again.

mod cases;
mod robustness;
mod state_shapes;
