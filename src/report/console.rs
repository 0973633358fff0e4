//! The console report for a stressed reader: verdict, why, what to do and what is not covered in the first screen, then tables, counts last.

use std::fmt::Write as _;

use comfy_table::{Attribute, Cell, Color, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle, Width, presets};

use crate::model::{Report, Status, Verdict};

use super::safe::terminal;

/// How to draw.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Columns of the terminal.
    pub width: u16,
    /// ANSI colours.
    pub color: bool,
    /// Box-drawing characters; ASCII otherwise.
    pub unicode: bool,
    /// All tables instead of the first lines of each.
    pub verbose: bool,
}

const MAX_ROWS: usize = 15;
/// Characters of a reason in the first screen; the whole sentence stands in the report files.
const MAX_REASON: usize = 150;
/// Characters of a cell, and of a line of the first screen; a name of a megabyte stands in the report files.
const MAX_CELL: usize = 600;
const MAX_LINE: usize = 2_000;
/// Columns of the terminal below which a table has no room beside itself: each cell gets a line of its own.
const NARROW: u16 = 72;

const UNICODE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));
const ASCII: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('-').junction('-'));

/// Renders the whole console report.
pub fn render(report: &Report, style: Style) -> String {
    let mut screen = Screen::new(style);
    screen.first_screen(report);
    screen.accounts(report);
    screen.checklist(report);
    screen.artefacts(report);
    screen.timeline(report);
    screen.gaps(report);
    screen.into_text()
}

/// No record of any file became a row: then nothing was looked at, and nothing is clear.
pub(super) fn is_nothing_read(report: &Report) -> bool {
    report.sources.iter().all(|source| source.kept == 0)
}

/// The last line: what was read and what became of it.
pub fn counts(report: &Report) -> String {
    let sum = |value: fn(&crate::model::SourceLine) -> u64| report.sources.iter().map(value).sum::<u64>();
    format!(
        "{} files, {} records read: {} kept, {} duplicate, {} rejected",
        report.sources.len(),
        sum(|source| source.records),
        sum(|source| source.kept),
        sum(|source| source.duplicates),
        sum(|source| source.skipped)
    )
}

/// Text that is being drawn.
pub(super) struct Screen {
    style: Style,
    text: String,
    /// Names of the columns of the table being drawn.
    heads: Vec<String>,
}

impl Screen {
    pub(super) fn new(style: Style) -> Self {
        Self { style, text: String::new(), heads: Vec::new() }
    }

    /// All that was drawn.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// An empty line.
    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A paragraph.
    pub(super) fn paragraph(&mut self, text: &str) {
        let mut table = self.base();
        table.load_style(presets::NOTHING);
        table.add_row([self.cell(text, None)]);
        self.push_table(&table);
    }

    /// A line under a label, unless there is nothing to say.
    pub(super) fn line_if(&self, table: &mut Table, label: &str, lines: &[String]) {
        if !lines.is_empty() {
            self.line(table, label, lines, None);
        }
    }

    fn first_screen(&mut self, report: &Report) {
        let incident = &report.incident;
        let entry = incident.entry_account.as_ref().and_then(|account| report.verdicts.iter().find(|verdict| verdict.account == *account));
        let mut table = self.plain();
        let (word, color) = match incident.status {
            Status::Compromised => ("COMPROMISED", Color::Red),
            Status::Suspected => ("SUSPECTED", Color::Yellow),
            Status::PasswordKnown => ("PASSWORD KNOWN", Color::Yellow),
            Status::Attempted => ("ATTEMPTED", Color::Yellow),
            Status::Clear if is_nothing_read(report) => ("NO VERDICT: nothing in these files could be read as evidence", Color::Yellow),
            Status::Clear => ("CLEAR as far as the evidence reaches", Color::Green),
        };
        self.line(&mut table, "VERDICT", &[word.to_owned()], Some(color));
        if !is_nothing_read(report) {
            self.line(&mut table, "", std::slice::from_ref(&incident.summary), None);
        }
        if let Some(entry) = entry {
            self.line(&mut table, "FROM", &limited(&entry.attacker.origins, 3), None);
            if !entry.attacker.session_ids.is_empty() {
                self.line(&mut table, "SESSION", &limited(&entry.attacker.session_ids, 2), None);
            }
            let why: Vec<String> =
                entry.reasons.iter().take(3).map(|reason| format!("{} ({:+.1} dB)", shortened(&reason.text), reason.weight)).collect();
            self.line(&mut table, "WHY", &why, None);
            if let Some(against) = entry.against.first() {
                self.line(&mut table, "AGAINST", &[shortened(&against.text)], None);
            }
        }
        let open: Vec<String> = report
            .artefacts
            .iter()
            .filter(|artefact| artefact.attributed && artefact.state != "removed")
            .map(|artefact| format!("[!] {} {:?} of {} ({})", artefact.kind, artefact.key, or(&artefact.account, "the tenant"), artefact.state))
            .collect();
        if !open.is_empty() {
            self.line(&mut table, "STILL OPEN", &limited(&open, 4), Some(Color::Red));
        }
        if let Some(exposure) = report.exposure.first() {
            let synced = if exposure.synced_folders.is_empty() {
                String::new()
            } else {
                format!(", whole folders copied: {}", exposure.synced_folders.join(", "))
            };
            self.line(
                &mut table,
                "EXPOSED",
                &[format!("{}: at least {} messages read{synced}; {} sent", exposure.mailbox, exposure.lower_bound, report.sent.len())],
                None,
            );
        }
        self.line(&mut table, "DO NOW", &next_steps(report), None);
        let absent = report.checklist.iter().filter(|item| item.status == "not_covered").count();
        let partial = report.checklist.iter().filter(|item| item.status == "partial").count();
        let mut blind = vec![format!("{absent} of 15 blast-radius items have no evidence, {partial} are covered in part")];
        blind.extend(
            entry
                .into_iter()
                .flat_map(|entry| entry.missing_evidence.iter())
                .take(2)
                .map(|missing| format!("no {}: it would decide {}", missing.source, missing.would_decide)),
        );
        self.line(&mut table, "NOT COVERED", &blind, None);
        self.push_table(&table);
    }

    fn accounts(&mut self, report: &Report) {
        let shown: Vec<&Verdict> = report.verdicts.iter().filter(|verdict| verdict.status > Status::Clear).collect();
        self.heading(&format!(
            "Accounts ({} with findings that stand, {} clear)",
            shown.len(),
            report.verdicts.len() - shown.len() + report.clear_accounts.len()
        ));
        if shown.is_empty() {
            return;
        }
        let mut table = self.table(&["Account", "Status", "Pattern", "Conf.", "First malicious act"]);
        for verdict in shown.iter().take(self.limit()) {
            let pattern = [verdict.pattern.as_deref(), verdict.variant.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" / ");
            self.row(
                &mut table,
                &[
                    &verdict.account,
                    verdict.status.slug(),
                    &pattern,
                    &format!("{:.2}", verdict.confidence),
                    &seconds(verdict.first_malicious.as_deref()),
                ],
            );
        }
        self.push_limited(&table, shown.len());
    }

    fn checklist(&mut self, report: &Report) {
        self.heading("Blast radius: the fifteen items");
        let mut table = self.table(&["#", "Item", "Status", "Why"]);
        self.constrain(
            &mut table,
            [
                ColumnConstraint::Absolute(Width::Fixed(4)),
                ColumnConstraint::UpperBoundary(Width::Fixed(30)),
                ColumnConstraint::Absolute(Width::Fixed(13)),
            ],
        );
        for item in &report.checklist {
            self.row(&mut table, &[&item.item.to_string(), &item.name, &item.status.replace('_', " "), &item.why]);
        }
        self.push_table(&table);
    }

    fn artefacts(&mut self, report: &Report) {
        let shown: Vec<_> = report.artefacts.iter().filter(|artefact| artefact.attributed || self.style.verbose).collect();
        if shown.is_empty() {
            return;
        }
        self.heading("Artefacts left behind");
        let mut table = self.table(&["Kind", "Account", "Name", "Made", "Removed", "State"]);
        for artefact in shown.iter().take(self.limit()) {
            let key = or(&artefact.key, "(empty name)");
            let dates = (seconds(artefact.created.as_deref()), seconds(artefact.removed.as_deref()));
            self.row(&mut table, &[&artefact.kind, &artefact.account, key, &dates.0, &dates.1, &artefact.state]);
        }
        self.push_limited(&table, shown.len());
    }

    /// The story: what was found and what the responders did; the single records stand in the report files.
    fn timeline(&mut self, report: &Report) {
        let matters = |finding: &str| {
            report.findings.iter().any(|line| line.id == finding && line.attributed && !matches!(line.severity.as_str(), "info" | "low"))
        };
        let shown: Vec<_> =
            report.timeline.iter().filter(|event| self.style.verbose || event.actor == "responder" || matters(&event.finding)).collect();
        if shown.is_empty() {
            return;
        }
        self.heading("Timeline (UTC)");
        let mut table = self.table(&["Time", "What", "Record"]);
        self.constrain(
            &mut table,
            [
                ColumnConstraint::Absolute(Width::Fixed(22)),
                ColumnConstraint::LowerBoundary(Width::Percentage(45)),
                ColumnConstraint::UpperBoundary(Width::Percentage(28)),
            ],
        );
        for event in shown.iter().take(self.limit()) {
            let record = event.evidence.first().map(|line| format!("{}#{}", line.source, line.record)).unwrap_or_default();
            let text = if event.actor == "responder" { format!("RESPONSE {} {}", event.account, event.text) } else { shortened(&event.text) };
            self.row(&mut table, &[&seconds(Some(&event.at)), &text, &record]);
        }
        self.push_limited(&table, shown.len());
    }

    fn gaps(&mut self, report: &Report) {
        let lost: Vec<String> = report
            .sources
            .iter()
            .filter(|source| source.skipped > 0)
            .map(|source| format!("{}: {} of {} records rejected", source.path, source.skipped, source.records))
            .collect();
        let failed: Vec<String> =
            report.detectors.iter().filter(|run| run.outcome == "failed").map(|run| format!("detector {} failed: {}", run.id, run.detail)).collect();
        let lines: Vec<String> = failed
            .into_iter()
            .chain(lost)
            .chain(report.coverage.limits.iter().filter(|limit| limit.hides_records && limit.kind != "rejected").map(|limit| limit.text.clone()))
            .collect();
        if lines.is_empty() {
            return;
        }
        self.heading("Lost or doubtful");
        let mut table = self.plain();
        for line in lines.iter().take(self.limit()) {
            self.line(&mut table, "-", std::slice::from_ref(line), None);
        }
        self.push_limited(&table, lines.len());
    }

    fn limit(&self) -> usize {
        if self.style.verbose { usize::MAX } else { MAX_ROWS }
    }

    pub(super) fn heading(&mut self, text: &str) {
        let text = terminal(text);
        let line = if self.style.color { format!("\n\u{1b}[1m{text}\u{1b}[0m\n") } else { format!("\n{text}\n") };
        self.text.push_str(&line);
    }

    fn base(&self) -> Table {
        let mut table = Table::new();
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(self.style.width);
        if self.style.color {
            table.enforce_styling()
        } else {
            table.force_no_tty()
        };
        table
    }

    pub(super) fn plain(&self) -> Table {
        let mut table = self.base();
        table.load_style(presets::NOTHING);
        table.set_constraints([ColumnConstraint::Absolute(Width::Fixed(13))]);
        table
    }

    /// A table without constraints when there is room for it; see [`NARROW`].
    pub(super) fn table(&mut self, header: &[&str]) -> Table {
        self.heads = header.iter().map(|name| (*name).to_owned()).collect();
        if self.is_narrow() {
            return self.plain();
        }
        let mut table = self.base();
        table.load_style(if self.style.unicode { UNICODE } else { ASCII });
        table.set_header(header.iter().map(|name| self.cell(name, None)));
        table
    }

    fn is_narrow(&self) -> bool {
        self.style.width < NARROW
    }

    pub(super) fn constrain(&self, table: &mut Table, constraints: [ColumnConstraint; 3]) {
        if !self.is_narrow() {
            table.set_constraints(constraints);
        }
    }

    /// Text as this terminal can show it, at most so many characters of it.
    fn shown(&self, text: &str, limit: usize) -> String {
        let safe = terminal(cut(text, limit)).into_owned();
        let safe = if safe.chars().nth(limit).is_some() || text.len() > cut(text, limit).len() { format!("{}…", cut(&safe, limit)) } else { safe };
        // Signs of our own; letters of the evidence stay, whatever the terminal makes of them.
        if self.style.unicode { safe } else { safe.replace('…', "...").replace('⟨', "<").replace('⟩', ">") }
    }

    fn cell(&self, text: &str, color: Option<Color>) -> Cell {
        let cell = Cell::new(self.shown(text, MAX_CELL));
        match color.filter(|_| self.style.color) {
            Some(color) => cell.fg(color).add_attribute(Attribute::Bold),
            None => cell,
        }
    }

    pub(super) fn line(&self, table: &mut Table, label: &str, lines: &[String], color: Option<Color>) {
        let text = lines.iter().map(|line| self.shown(line, MAX_LINE)).collect::<Vec<_>>().join("\n");
        let value = match color.filter(|_| self.style.color) {
            Some(color) => Cell::new(text).fg(color).add_attribute(Attribute::Bold),
            None => Cell::new(text),
        };
        table.add_row([self.cell(label, None), value]);
    }

    pub(super) fn row(&self, table: &mut Table, cells: &[&str]) {
        if !self.is_narrow() {
            table.add_row(cells.iter().map(|text| self.cell(text, color_of(text))));
            return;
        }
        for (head, text) in self.heads.iter().zip(cells).filter(|(_, text)| !text.is_empty()) {
            table.add_row([self.cell(head, None), self.cell(text, color_of(text))]);
        }
        table.add_row([""; 2]);
    }

    pub(super) fn push_table(&mut self, table: &Table) {
        for line in table.to_string().lines() {
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }

    fn push_limited(&mut self, table: &Table, n_all: usize) {
        self.push_table(table);
        if n_all > self.limit() {
            let dots = self.shown("…", 1);
            let _ = writeln!(self.text, "{dots} {} more, see the report files", n_all - self.limit());
        }
    }
}

fn color_of(text: &str) -> Option<Color> {
    match text {
        "compromised" | "found" | "present" => Some(Color::Red),
        "suspected" | "partial" | "not covered" | "unknown" | "password_known" => Some(Color::Yellow),
        "clear" | "removed" => Some(Color::Green),
        _ => None,
    }
}

/// The first `limit` characters.
fn cut(text: &str, limit: usize) -> &str {
    text.char_indices().nth(limit).map_or(text, |(end, _)| text.get(..end).unwrap_or_default())
}

fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.is_empty() { otherwise } else { text }
}

/// A time without fractions of a second.
fn seconds(time: Option<&str>) -> String {
    time.map(|time| time.split('.').next().unwrap_or(time).trim_end_matches('Z').to_owned() + "Z").unwrap_or_default()
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= MAX_REASON { text.to_owned() } else { text.chars().take(MAX_REASON).chain(['…']).collect() }
}

fn limited(lines: &[String], n: usize) -> Vec<String> {
    let mut shown: Vec<String> = lines.iter().take(n).cloned().collect();
    if lines.len() > n {
        shown.push(format!("… and {} more", lines.len() - n));
    }
    shown
}

/// The next response actions, in the order of the runbooks, without those that the evidence already shows.
fn next_steps(report: &Report) -> Vec<String> {
    let affected: Vec<&str> = report.incident.accounts.iter().map(String::as_str).collect();
    if affected.is_empty() {
        let known: Vec<&str> =
            report.verdicts.iter().filter(|verdict| verdict.status == Status::PasswordKnown).map(|verdict| verdict.account.as_str()).collect();
        return if known.is_empty() {
            vec!["nothing urgent; read what is not covered before closing".to_owned()]
        } else {
            vec![format!("reset the password of {}", known.join(", "))]
        };
    }
    let done = |account: &str, action: &str| report.containment.steps.iter().any(|step| step.account == account && step.action == action);
    let todo = |action: &str| affected.iter().copied().filter(|account| !done(account, action)).collect::<Vec<_>>();
    let mut steps = Vec::new();
    for (action, words) in [("revoke-sessions", "revoke sessions of"), ("disable-account", "disable"), ("reset-password", "reset the password of")] {
        let accounts = todo(action);
        if !accounts.is_empty() {
            steps.push(format!("{}. {words} {}", steps.len() + 1, accounts.join(", ")));
        }
    }
    let open = |kinds: &[&str]| {
        report
            .artefacts
            .iter()
            .filter(|artefact| artefact.attributed && artefact.state != "removed" && kinds.contains(&artefact.kind.as_str()))
            .count()
    };
    let groups: [(&[&str], &str); 4] = [
        (&["auth-method", "device"], "review methods and devices"),
        (&["inbox-rule", "mailbox-forwarding", "delegate", "transport-rule"], "remove rules, forwarding and delegates"),
        (&["oauth-grant", "app-role-assignment", "sp-credential", "app"], "revoke grants and credentials"),
        (&["role-member", "group-member", "user-created", "ca-policy", "flow", "audit-bypass"], "undo tenant changes"),
    ];
    for (kinds, words) in groups {
        let n = open(kinds);
        if n > 0 {
            steps.push(format!("{}. {words} ({n} open)", steps.len() + 1));
        }
    }
    if steps.is_empty() {
        steps.push("every step of the runbook is in the evidence; check what is not covered before re-enabling".to_owned());
    }
    steps
}
