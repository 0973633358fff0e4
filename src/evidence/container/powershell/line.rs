//! What one line of screen output is, and what the first lines say about a text.

use super::table::Ruler;
use crate::evidence::container::value::key_is;

/// Longest label, in characters. Exchange's longest property name has 44.
const LABEL_LIMIT: usize = 64;

/// Lines that are not blank in which a text must show that it is screen output; the heads of transcripts and some words of the analyst fit before.
const SNIFFED: usize = 60;

/// A line by its own look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// Nothing but blanks, this many.
    Blank { n_columns: usize },
    /// `**********************` around the head of a transcript.
    Stars,
    /// `PS C:\> command`.
    Prompt { command: &'a str },
    /// `@{Name=x; Value=y}`.
    HashTable,
    /// `WARNING: …`, or the first line of an error.
    Warning,
    /// Where an error arose, and what a transcript says about itself.
    Trace,
    /// Runs of dashes: the line below the head of a table.
    Dashes,
    /// `Label   : value`, the colon in this column.
    Label { label: &'a str, column: usize },
    /// Begins with blanks.
    Indented,
    /// Something else.
    Other,
}

impl<'a> Line<'a> {
    pub(super) fn of(line: &'a str) -> Self {
        let trimmed = line.trim_matches(|letter: char| letter.is_whitespace() || matches!(letter, '\0' | '\u{feff}'));
        if trimmed.is_empty() {
            return Self::Blank { n_columns: line.chars().count() };
        }
        if is_stars(trimmed) {
            return Self::Stars;
        }
        if trimmed.len() >= 2 && trimmed.bytes().all(|byte| matches!(byte, b'-' | b' ')) && trimmed.starts_with('-') {
            return Self::Dashes;
        }
        if is_trace(trimmed) {
            return Self::Trace;
        }
        if line.starts_with([' ', '\t']) {
            return Self::Indented;
        }
        if let Some(command) = prompt(trimmed) {
            return Self::Prompt { command };
        }
        if trimmed.starts_with("@{") && trimmed.ends_with('}') {
            return Self::HashTable;
        }
        if is_warning(trimmed) {
            return Self::Warning;
        }
        match label(line.trim_start_matches('\u{feff}')) {
            Some((label, column, _)) => Self::Label { label, column },
            None => Self::Other,
        }
    }
}

/// Label, column of the colon in characters, and value of `Label   : value`. PowerShell always puts a blank before the colon, people hardly ever do.
pub(super) fn label(line: &str) -> Option<(&str, usize, &str)> {
    let at = line.find(" :")?;
    let (padded, rest) = (line.get(..=at)?, line.get(at + 2..)?);
    let value = if rest.is_empty() { rest } else { rest.strip_prefix([' ', '\t', '\r'])? };
    let label = padded.trim_end();
    let begins = label.chars().next().is_some_and(|first| first.is_alphabetic() || matches!(first, '_' | '@'));
    let is_word = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '@' | '#' | '(' | ')' | '/');
    let is_label = begins
        && label.chars().count() <= LABEL_LIMIT
        && label.chars().all(|letter| is_word(letter) || letter == ' ')
        && !label.contains("  ")
        && label.split(' ').count() <= 5;
    is_label.then(|| (label, padded.chars().count(), value))
}

/// Ten or more asterisks alone.
pub(super) fn is_stars(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 10 && line.bytes().all(|byte| byte == b'*')
}

/// The command behind `PS C:\>`, `[host]: PS>` and the like.
fn prompt(line: &str) -> Option<&str> {
    let local = line.strip_prefix('[').and_then(|rest| rest.split_once("]: ")).map_or(line, |(_, local)| local);
    let rest = local.strip_prefix("PS")?;
    let (place, command) = rest.split_once('>')?;
    (place.is_empty() || place.starts_with(' ')).then(|| command.trim_start_matches('>').trim())
}

/// `WARNING: …` in the languages of Windows that the field uses most, and the first line of an error: `Get-Mailbox : The operation could not …`.
fn is_warning(line: &str) -> bool {
    const WORDS: &[&str] = &["WARNING:", "WARNUNG:", "AVERTISSEMENT", "ADVERTENCIA:", "AVVISO:", "AVISO:", "WAARSCHUWING:", "VARNING:", "警告:"];
    let is_command = |name: &str| name.split_once('-').is_some_and(|(verb, noun)| is_name(verb) && is_name(noun));
    WORDS.iter().any(|word| line.starts_with(word))
        || line.split_once(" : ").or_else(|| line.split_once(": ")).is_some_and(|(name, _)| is_command(name))
}

/// Lines behind the first of an error, and the words around a transcript.
fn is_trace(line: &str) -> bool {
    ["At line:", "+ ", "Transcript started", "Transcript stopped"].iter().any(|begin| line.starts_with(begin))
}

fn is_name(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_uppercase()) && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Whom a `Get-…` command asks about: the mailbox or user that it names by address or id. Variables and wildcards name nobody.
pub(super) fn owner(command: &str) -> Option<String> {
    const PARAMETERS: &[&str] = &["mailbox", "identity", "userprincipalname", "userid"];
    let first = command.split('|').next()?;
    let first = first.rsplit_once('=').map_or(first, |(variable, command)| if variable.trim_start().starts_with('$') { command } else { first });
    let mut words = first.split_whitespace();
    let verb = words.next()?;
    verb.get(..4).filter(|verb| verb.eq_ignore_ascii_case("get-"))?;
    let words: Vec<&str> = words.collect();
    let after = |wanted: &str| {
        let at = words.iter().position(|word| word.strip_prefix('-').is_some_and(|name| key_is(name.trim_end_matches(':'), wanted)))?;
        words.get(at + 1).copied()
    };
    let positional = words.first().copied().filter(|word| !word.starts_with('-'));
    let named = PARAMETERS.iter().find_map(|name| after(name)).or(positional)?;
    let name = named.trim_matches(['"', '\'', ',', ';', '(', ')']);
    // `ana@contoso.example:\Calendar` is a folder of the mailbox.
    let name = name.split_once(":\\").map_or(name, |(owner, _)| owner);
    let is_guid = name.len() == 36 && name.split('-').count() == 5;
    let is_address = name.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'));
    ((is_guid || is_address) && !name.contains(['$', '*', '{'])).then(|| name.to_owned())
}

/// The command asks for something, so that silence is an answer; what its output was stored in or sent to is silent anyway.
pub(super) fn asks(command: &str) -> bool {
    let verb = command.split('-').next().unwrap_or_default();
    let is_kept = ["Export-", "Out-File", "Set-Content", ">"].iter().any(|word| command.contains(word));
    (verb.eq_ignore_ascii_case("get") || verb.eq_ignore_ascii_case("search")) && !is_kept
}

/// See [`super::is_screen_text`]: a prompt or a transcript's head with something below, two labels with one column of colons, a table's head above dashes.
pub(super) fn is_screen_text(text: &str) -> bool {
    let mut previous = "";
    let mut column_before = None;
    let mut is_session = false;
    for line in text.lines().filter(|line| !line.trim().is_empty()).take(SNIFFED) {
        match Line::of(line) {
            Line::Prompt { .. } => is_session = true,
            Line::Stars if column_before.is_none() => is_session = true,
            Line::HashTable => return true,
            Line::Dashes if Ruler::of(previous, line).is_some_and(|ruler| ruler.n_columns() > 1 || is_session) => return true,
            Line::Label { column, .. } => {
                if is_session || column_before == Some(column) {
                    return true;
                }
                column_before = Some(column);
            }
            Line::Dashes | Line::Stars | Line::Blank { .. } | Line::Warning | Line::Trace | Line::Indented | Line::Other => {}
        }
        previous = line;
    }
    // A session without output: what was asked is evidence of what was looked at.
    is_session && text.contains("PS ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_told_from_sentences_and_errors() {
        assert_eq!(label("Name        : x : y"), Some(("Name", 12, "x : y")));
        assert_eq!(label("Mailbox Owner :"), Some(("Mailbox Owner", 14, "")));
        for other in ["T0: 2026-10-07 09:12Z", "Called : ", "the user, who was away : no", "Get-Mailbox : The operation failed", "x :y"] {
            assert!(label(other).is_none() || other.starts_with("Called"), "{other}");
        }
        assert_eq!(Line::of("Get-InboxRule : The mailbox does not exist."), Line::Warning);
        assert_eq!(Line::of("PS C:\\> Get-Mailbox | fl"), Line::Prompt { command: "Get-Mailbox | fl" });
        assert_eq!(Line::of("[server01]: PS>Get-Mailbox"), Line::Prompt { command: "Get-Mailbox" });
        assert_eq!(Line::of("--- ----"), Line::Dashes);
    }

    #[test]
    fn the_command_names_the_owner() {
        let of = |command| owner(command).unwrap_or_default();
        assert_eq!(of("Get-InboxRule -Mailbox ana@contoso.example | fl"), "ana@contoso.example");
        assert_eq!(of("Get-MailboxPermission ana@contoso.example"), "ana@contoso.example");
        assert_eq!(of("$rules = Get-InboxRule -mailbox 'ana@contoso.example'"), "ana@contoso.example");
        assert_eq!(of("Get-MailboxFolderPermission -Identity ana@contoso.example:\\Calendar"), "ana@contoso.example");
        assert_eq!(of("Get-MgUserAuthenticationMethod -UserId 6f8b5c1e-0000-4000-8000-000000000001"), "6f8b5c1e-0000-4000-8000-000000000001");
        for nobody in [
            "Get-InboxRule -Mailbox $user",
            "Get-Mailbox -ResultSize Unlimited",
            "Get-Mailbox *@contoso.example",
            "Remove-InboxRule ana@x.example",
            "",
        ] {
            assert_eq!(of(nobody), "", "{nobody}");
        }
    }

    #[test]
    fn screen_text_is_recognised() {
        assert!(is_screen_text("\n\nName    : x\nEnabled : True\n"));
        assert!(is_screen_text("ForwardingSmtpAddress : \n\nForwardingSmtpAddress : smtp:a@x.example\n"));
        assert!(is_screen_text("Identity User\n-------- ----\nana      bob\n"));
        assert!(is_screen_text("PS C:\\> Get-Mailbox ana | fl Name\n\nName : ana\n"));
        assert!(is_screen_text("@{Name=x; Enabled=True}\n"));
        for other in [
            "Notes\n-----\nfoo\n",
            "Name : x\nCalled at 10:00.\n",
            "a,b\n1,2\n",
            "14:05 - called ana\n14:10 - called bob\n",
            "| a | b |\n|---|---|\n",
        ] {
            assert!(!is_screen_text(other), "{other}");
        }
    }
}
