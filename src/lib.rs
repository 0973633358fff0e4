//! Backtrail: offline forensic analyzer for Microsoft 365 account compromise.

pub mod assess;
pub mod attack;
pub mod case;
pub mod cli;
pub mod codes;
pub mod detect;
pub mod enrich;
pub mod evidence;
pub mod finding;
pub mod frame;
pub mod inventory;
pub mod model;
pub mod provenance;
pub mod report;
pub mod settings;
pub mod time;
pub mod timeline;
