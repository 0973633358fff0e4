//! `inventory` for people: the files, the evidence by kind and day, what limits it, what is missing and how to get it. Fits narrow and plain terminals.

use comfy_table::{ColumnConstraint, Width};

use crate::model::{Inventory, InventoryFile, MissingExport};

use super::console::{Screen, Style};
use super::days;

/// Files told one by one without `--verbose`; damaged ones come first then.
const MAX_FILES: usize = 40;

/// Columns of the strip of days, at most.
const STRIP: usize = 60;

/// What the other columns of that table take.
const OTHER_COLUMNS: usize = 70;

/// Renders the list.
pub fn render(inventory: &Inventory, style: Style) -> String {
    let mut screen = Screen::new(style);
    files(&mut screen, inventory, style.verbose);
    evidence(&mut screen, inventory, style);
    section(&mut screen, "What limits it", "-", &inventory.limits.iter().map(|limit| limit.text.clone()).collect::<Vec<_>>());
    let absent = (!inventory.absent.is_empty()).then(|| format!("not a single record of: {}", inventory.absent.join(", ")));
    section(&mut screen, "What is not there", "-", &inventory.gaps.iter().cloned().chain(absent).collect::<Vec<_>>());
    missing(&mut screen, inventory, style.verbose);
    section(&mut screen, "Must survive remediation", "-", &inventory.preservation);
    screen.into_text()
}

/// The last line.
pub fn counts(inventory: &Inventory) -> String {
    let sum = |value: fn(&InventoryFile) -> u64| inventory.files.iter().map(value).sum::<u64>();
    format!(
        "{} files, {}, {} records: {} cannot be used; {} limits; {} exports missing",
        inventory.files.len(),
        bytes(sum(|file| file.size)),
        sum(|file| file.records),
        sum(|file| file.rejected),
        inventory.limits.len(),
        inventory.missing.len()
    )
}

fn files(screen: &mut Screen, inventory: &Inventory, verbose: bool) {
    screen.heading(&format!("Files ({})", inventory.files.len()));
    let mut shown: Vec<&InventoryFile> = inventory.files.iter().collect();
    if !verbose && shown.len() > MAX_FILES {
        shown.sort_by_key(|file| file.damage.is_empty());
        shown.truncate(MAX_FILES);
        shown.sort_by(|a, b| a.path.cmp(&b.path));
    }
    for file in &shown {
        screen.paragraph(&file.path);
        let mut table = screen.plain();
        screen.line(&mut table, "what", &[what(file)], None);
        if file.kinds.len() > 1 {
            let kinds: Vec<String> = file.kinds.iter().map(|kind| format!("{} {}", kind.records, kind.kind)).collect();
            screen.line(&mut table, "kinds", &[kinds.join(", ")], None);
        }
        screen.line(&mut table, "form", &[format!("{}, {}, {}", file.container, file.encoding, bytes(file.size))], None);
        if !file.exporter.is_empty() {
            screen.line(&mut table, "written by", std::slice::from_ref(&file.exporter), None);
        }
        screen.line(&mut table, "sha-256", std::slice::from_ref(&file.sha256), None);
        screen.line_if(&mut table, "damage", &file.damage);
        screen.line_if(&mut table, "note", &file.notes);
        screen.push_table(&table);
        screen.blank();
    }
    if shown.len() < inventory.files.len() {
        let n = inventory.files.len() - shown.len();
        screen.paragraph(&format!("{n} more files; --verbose lists all, --format json has everything"));
    }
}

fn what(file: &InventoryFile) -> String {
    if file.records == 0 {
        return "no records of its own".to_owned();
    }
    if file.titles.is_empty() {
        return if file.records > file.rejected { format!("{} records", file.records) } else { "no usable record".to_owned() };
    }
    let users = match file.users {
        0 => String::new(),
        1 => ", 1 user".to_owned(),
        n => format!(", {n} users"),
    };
    let span = match (&file.first, &file.last) {
        (Some(first), Some(last)) => format!(", {} to {}", minutes(first), minutes(last)),
        _ => String::new(),
    };
    let records = if file.records == 1 { "1 record".to_owned() } else { format!("{} records", file.records) };
    format!("{}: {records}{users}{span}", file.titles.join(" + "))
}

/// Per kind: records, span, and a strip of days over the span of all evidence, in which holes show.
fn evidence(screen: &mut Screen, inventory: &Inventory, style: Style) {
    if inventory.evidence.is_empty() {
        return;
    }
    screen.heading("Evidence by kind");
    let window = days::window(&inventory.evidence);
    let room = usize::from(style.width).saturating_sub(OTHER_COLUMNS).clamp(12, STRIP);
    if let Some((first, last)) = window {
        let n_days = days::length((first, last));
        let per = match usize::try_from(n_days) {
            Ok(n_days) if n_days <= room => "one sign a day".to_owned(),
            _ => format!("{room} signs for {n_days} days"),
        };
        screen.paragraph(&format!("Days from {} to {} (UTC), {per}", days::date(first), days::date(last)));
    }
    let mut table = screen.table(&["Evidence", "Records", "Days", "First", "Last"]);
    screen.constrain(&mut table, [ColumnConstraint::UpperBoundary(Width::Fixed(34)), ColumnConstraint::ContentWidth, ColumnConstraint::ContentWidth]);
    for line in &inventory.evidence {
        let strip = window.map_or_else(String::new, |window| strip(&days::levels(line, window, room), style.unicode));
        let time = |time: &Option<String>| time.as_deref().and_then(|time| time.get(..10)).unwrap_or_default().to_owned();
        screen.row(&mut table, &[&line.kind, &line.records.to_string(), &strip, &time(&line.first), &time(&line.last)]);
    }
    screen.push_table(&table);
}

fn strip(levels: &[u64], unicode: bool) -> String {
    let signs: [char; 9] =
        if unicode { ['·', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] } else { ['.', ':', '-', '=', '+', '*', '#', '%', '@'] };
    levels.iter().filter_map(|level| signs.get(usize::try_from(*level).ok()?)).collect()
}

fn missing(screen: &mut Screen, inventory: &Inventory, verbose: bool) {
    if inventory.missing.is_empty() {
        return;
    }
    screen.heading(&format!("Missing exports ({})", inventory.missing.len()));
    let (full, short): (Vec<&MissingExport>, Vec<&MissingExport>) = inventory.missing.iter().partition(|export| export.essential || verbose);
    for MissingExport { title, decides, command, portal, licence, limits, keeps, expires, .. } in full {
        screen.paragraph(title);
        let mut table = screen.plain();
        for (label, text) in [
            ("decides", decides),
            ("command", command),
            ("portal", portal),
            ("takes", licence),
            ("kept", keeps),
            ("expires", expires),
            ("beware", limits),
        ] {
            if !text.is_empty() {
                screen.line(&mut table, label, std::slice::from_ref(text), None);
            }
        }
        screen.push_table(&table);
        screen.blank();
    }
    if !short.is_empty() {
        screen.paragraph("Also missing; --verbose says what they take and how long they are kept");
        let mut table = screen.plain();
        for export in short {
            screen.line(&mut table, "-", &[format!("{}: {}", export.title, export.decides), export.command.clone()], None);
        }
        screen.push_table(&table);
    }
}

fn section(screen: &mut Screen, title: &str, label: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    screen.heading(title);
    let mut table = screen.plain();
    for line in lines {
        screen.line(&mut table, label, std::slice::from_ref(line), None);
    }
    screen.push_table(&table);
}

fn minutes(time: &str) -> String {
    format!("{}Z", time.get(..16).unwrap_or(time)).replace('T', " ")
}

fn bytes(n: u64) -> String {
    match n {
        0..1_000 => format!("{n} bytes"),
        1_000..1_000_000 => format!("{} kB", n / 1_000),
        1_000_000..1_000_000_000 => format!("{}.{} MB", n / 1_000_000, n / 100_000 % 10),
        _ => format!("{}.{} GB", n / 1_000_000_000, n / 100_000_000 % 10),
    }
}
