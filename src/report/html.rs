//! `report.html`: one self-contained page without scripts, readable from a mail attachment, printable. The template engine escapes every value.

use std::io::{self, Write};

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};

use crate::model::Report;

use super::safe;

const TEMPLATE: &str = include_str!("report.html.j2");
/// Events printed in the page; the rest stands in `timeline.csv`.
const MAX_EVENTS: usize = 2_000;

/// Days shown one by one in a strip; longer spans are drawn in stretches.
const MAX_CELLS: usize = 180;

/// Writes the page.
pub fn report(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_filter("safe_text", |text: &str| safe::terminal(text).into_owned());
    environment.add_filter("technique", |id: &str| crate::attack::name(id).unwrap_or("").to_owned());
    environment.add_template("report.html", TEMPLATE).map_err(io::Error::other)?;
    let template = environment.get_template("report.html").map_err(io::Error::other)?;
    let n_hidden = report.timeline.len().saturating_sub(MAX_EVENTS);
    let events = report.timeline.get(..MAX_EVENTS.min(report.timeline.len())).unwrap_or_default();
    let context = minijinja::context! {
        r => minijinja::Value::from(Serde(report)),
        events => minijinja::Value::from(Serde(events)),
        n_hidden => n_hidden,
        window => super::days::window(&report.coverage.sources).map(|(first, last)| (super::days::date(first), super::days::date(last))),
        strips => strips(report),
        is_nothing_read => super::console::is_nothing_read(report),
    };
    template.render_captured_to(context, &mut *out).map_err(io::Error::other)?;
    out.write_all(b"\n")
}

/// Per kind of evidence, one level from 0 to 8 per day or stretch of days.
fn strips(report: &Report) -> Vec<Vec<u64>> {
    let lines = &report.coverage.sources;
    let window = super::days::window(lines);
    lines.iter().map(|line| window.map_or_else(Vec::new, |window| super::days::levels(line, window, MAX_CELLS))).collect()
}
