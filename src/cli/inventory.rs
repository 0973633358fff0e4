//! `inventory`: what is in a folder, and what is missing.

use crate::model::Inventory as Listing;
use crate::report::inventory::{counts, render};
use crate::report::{console, json};
use crate::{Options, Progress};

use super::analyze::{in_pool, is_colored, read_settings};
use super::{Inventory, ListFormat, Outcome, Terminal};

/// Runs the command. `Err` is a message for people; the run could not be done.
pub fn run(arguments: &Inventory, terminal: Terminal, progress: &(dyn Fn(Progress) + Sync)) -> Result<Outcome, String> {
    let options = Options { settings: read_settings(arguments.settings.as_deref())?, ..Options::default() };
    let listing = in_pool(arguments.threads, || crate::inventory(&arguments.evidence, &options, progress))?.map_err(|error| error.to_string())?;
    let stdout = match arguments.format {
        ListFormat::Json => {
            let mut bytes = Vec::new();
            json::inventory(&listing, &mut bytes).map_err(|error| error.to_string())?;
            String::from_utf8_lossy(&bytes).into_owned()
        }
        ListFormat::Text => {
            let width = terminal.width.unwrap_or(100).max(40);
            let style = console::Style { width, color: is_colored(arguments.color, terminal), unicode: terminal.unicode, verbose: arguments.verbose };
            let body = if arguments.quiet { String::new() } else { render(&listing, style) + "\n" };
            format!("{body}{}\n", counts(&listing))
        }
    };
    Ok(Outcome { stdout, code: exit_code(&listing) })
}

/// 3 when a record or a file cannot be used; missing evidence is the answer, not a failure.
fn exit_code(listing: &Listing) -> u8 {
    if listing.files.iter().any(|file| file.lost > 0) { 3 } else { 0 }
}
