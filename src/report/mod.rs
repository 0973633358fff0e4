//! The writers: `model::Report` → console, JSON, HTML, CSV. One file per writer; each sees plain data only and escapes everything that came from evidence.

pub mod console;
pub mod csv;
mod days;
pub mod html;
pub mod inventory;
pub mod json;
pub mod safe;
