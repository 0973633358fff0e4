//! The integration tests: one binary, because each one would link everything again.

mod archives;
mod cases;
mod claims;
mod cli;
mod containers;
mod coverage;
mod detectors;
mod docs;
mod folder;
mod house;
mod joins;
mod judgement;
mod metamorphic;
mod notes;
mod robustness;
mod samples;
mod schema;
mod shapes;
mod state_shapes;
mod verdicts;
