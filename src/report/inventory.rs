//! `inventory` for people: the files, the evidence by kind and day, what limits it, what is missing and how to get it. Fits narrow and plain terminals.

use crate::model::{CoverageLine, Inventory, InventoryFile, MissingExport};

use super::console::{Screen, Style};

/// Files told one by one without `--verbose`; damaged ones come first then.
const MAX_FILES: usize = 40;

/// Columns of the strip of days.
const STRIP: usize = 40;

/// Renders the list.
pub fn render(inventory: &Inventory, style: Style) -> String {
    let mut screen = Screen::new(style);
    files(&mut screen, inventory, style.verbose);
    evidence(&mut screen, inventory, style);
    section(&mut screen, "What limits it", "-", inventory.limits.iter().map(|limit| limit.text.clone()).collect());
    section(&mut screen, "Kinds of evidence without any record", "-", inventory.gaps.clone());
    missing(&mut screen, inventory);
    section(&mut screen, "Must survive remediation", "-", inventory.preservation.clone());
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
        let mut table = screen.plain();
        screen.line(&mut table, "", &[file.path.clone()], None);
        screen.line(&mut table, "what", &[what(file)], None);
        if file.kinds.len() > 1 {
            let kinds: Vec<String> = file.kinds.iter().map(|kind| format!("{} {}", kind.records, kind.kind)).collect();
            screen.line(&mut table, "kinds", &[kinds.join(", ")], None);
        }
        let by = if file.exporter.is_empty() { String::new() } else { format!("; probably from {}", file.exporter) };
        screen.line(&mut table, "form", &[format!("{}, {}, {}{by}", file.container, file.encoding, bytes(file.size))], None);
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
    if file.records == 0 || file.titles.is_empty() {
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
    format!("{}: {} records{users}{span}", file.titles.join(" + "), file.records)
}

/// Per kind: records, span, and a strip of days over the span of all evidence, in which holes show.
fn evidence(screen: &mut Screen, inventory: &Inventory, style: Style) {
    if inventory.evidence.is_empty() {
        return;
    }
    screen.heading("Evidence by kind");
    let days: Vec<i64> = inventory.evidence.iter().flat_map(|line| line.days.iter().filter_map(|day| number(&day.day))).collect();
    let window = days.iter().min().copied().zip(days.iter().max().copied());
    if let Some((first, last)) = window {
        let width = strip_width(first, last);
        let per = if width as i64 == last - first + 1 { "one sign a day".to_owned() } else { format!("{width} signs for {} days", last - first + 1) };
        screen.paragraph(&format!("Days from {} to {} (UTC), {per}", date(first), date(last)));
    }
    let mut table = screen.table(&["Evidence", "Records", "Days", "First", "Last"]);
    for line in &inventory.evidence {
        let strip = window.map_or_else(String::new, |window| strip(line, window, style.unicode));
        let time = |time: &Option<String>| time.as_deref().map(minutes).unwrap_or_default();
        screen.row(&mut table, &[&line.kind, &line.records.to_string(), &strip, &time(&line.first), &time(&line.last)]);
    }
    screen.push_table(&table);
}

fn strip_width(first: i64, last: i64) -> usize {
    usize::try_from(last - first + 1).unwrap_or(STRIP).clamp(1, STRIP)
}

/// One sign per day or stretch of days: nothing, some, or much of what the busiest has.
fn strip(line: &CoverageLine, (first, last): (i64, i64), unicode: bool) -> String {
    if line.days.is_empty() {
        return String::new();
    }
    let width = strip_width(first, last);
    let mut counts = vec![0_u64; width];
    for day in &line.days {
        let at = number(&day.day).map_or(0, |number| (number - first).max(0));
        let at = usize::try_from(at * width as i64 / (last - first + 1)).unwrap_or(0);
        if let Some(count) = counts.get_mut(at) {
            *count += day.records;
        }
    }
    let signs: &[char] =
        if unicode { &['·', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] } else { &['.', ':', '-', '=', '+', '*', '#', '%', '@'] };
    let most = counts.iter().max().copied().unwrap_or(0).max(1);
    let levels = signs.len() as u64 - 1;
    // Any record at all makes a sign.
    let level = |count: u64| if count == 0 { 0 } else { (count.saturating_mul(levels)).div_ceil(most).clamp(1, levels) };
    counts.into_iter().filter_map(|count| signs.get(usize::try_from(level(count)).ok()?)).collect()
}

fn missing(screen: &mut Screen, inventory: &Inventory) {
    if inventory.missing.is_empty() {
        return;
    }
    screen.heading(&format!("Missing exports ({}), the ones that decide most first", inventory.missing.len()));
    for MissingExport { title, decides, command, portal, licence, limits, keeps, .. } in &inventory.missing {
        let mut table = screen.plain();
        screen.line(&mut table, "", std::slice::from_ref(title), None);
        for (label, text) in [("decides", decides), ("command", command), ("portal", portal), ("takes", licence), ("kept", keeps), ("beware", limits)]
        {
            if !text.is_empty() {
                screen.line(&mut table, label, std::slice::from_ref(text), None);
            }
        }
        screen.push_table(&table);
        screen.blank();
    }
}

fn section(screen: &mut Screen, title: &str, label: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    screen.heading(title);
    let mut table = screen.plain();
    for line in &lines {
        screen.line(&mut table, label, std::slice::from_ref(line), None);
    }
    screen.push_table(&table);
}

fn minutes(time: &str) -> String {
    format!("{}Z", time.get(..16).unwrap_or(time)).replace('T', " ")
}

/// The day of `2026-11-22`, counted from 1970.
fn number(day: &str) -> Option<i64> {
    let day = chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
    Some((day - chrono::NaiveDate::default()).num_days())
}

fn date(day: i64) -> String {
    chrono::TimeDelta::try_days(day)
        .and_then(|days| chrono::NaiveDate::default().checked_add_signed(days))
        .map(|day| day.to_string())
        .unwrap_or_default()
}

fn bytes(n: u64) -> String {
    match n {
        0..1_000 => format!("{n} bytes"),
        1_000..1_000_000 => format!("{} kB", n / 1_000),
        1_000_000..1_000_000_000 => format!("{}.{} MB", n / 1_000_000, n / 100_000 % 10),
        _ => format!("{}.{} GB", n / 1_000_000_000, n / 100_000_000 % 10),
    }
}
