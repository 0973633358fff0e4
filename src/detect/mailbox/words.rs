//! Word lists of the mailbox detectors: words of money and of warnings, localised names of default folders, providers of free mailboxes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

static WORDS: LazyLock<BTreeMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (group, word) in pairs(include_str!("../../data/mail-words.csv")) {
        groups.entry(group).or_default().push(word);
    }
    groups
});

static FOLDERS: LazyLock<BTreeMap<String, &'static str>> =
    LazyLock::new(|| pairs(include_str!("../../data/mail-folders.csv")).map(|(kind, name)| (name.to_lowercase(), kind)).collect());

static FREEMAIL: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| lines(include_str!("../../data/freemail.txt")).collect());

/// A group of `mail-words.csv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    /// Money.
    Finance,
    /// What warns a victim.
    Protection,
    /// Subjects of security notices.
    Notice,
    /// What intruders search for.
    Search,
}

/// The words of a group that stand in `text` as whole words, in the order of the list.
pub(super) fn found(group: Words, text: &str) -> Vec<&'static str> {
    let name = match group {
        Words::Finance => "finance",
        Words::Protection => "protection",
        Words::Notice => "notice",
        Words::Search => "search",
    };
    let text = text.to_lowercase();
    WORDS.get(name).into_iter().flatten().copied().filter(|word| stands_in(word, &text)).collect()
}

/// Kind of a default folder (`deleted`, `rss`, `archive`, `junk`, `conversation-history`, `sent`, `calendar` …) by its localised name. Paths
/// (`\Inbox\RSS Feeds`, `a@contoso.example:\Archive`) are known by their last part.
pub(in crate::detect) fn folder_kind(path: &str) -> Option<&'static str> {
    let last = path.rsplit(['\\', '/', ':']).map(str::trim).find(|part| !part.is_empty())?;
    FOLDERS.get(&last.to_lowercase()).copied()
}

/// True for providers where anybody gets a mailbox.
pub(super) fn is_freemail(domain: &str) -> bool {
    FREEMAIL.contains(domain.to_lowercase().as_str())
}

fn stands_in(word: &str, text: &str) -> bool {
    let joins = |inside: Option<char>, outside: Option<char>| inside.is_some_and(char::is_alphanumeric) && outside.is_some_and(char::is_alphanumeric);
    text.match_indices(word).any(|(start, _)| {
        let before = text.get(..start).and_then(|text| text.chars().next_back());
        let after = text.get(start + word.len()..).and_then(|text| text.chars().next());
        !joins(word.chars().next(), before) && !joins(word.chars().next_back(), after)
    })
}

/// Lines without the opening comment.
fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#') && !line.is_empty())
}

/// Lines `group,word` without the comment and the header.
fn pairs(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    lines(text).skip(1).filter_map(|line| line.split_once(','))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_match_whole_words_only() {
        assert_eq!(found(Words::Finance, "Your INVOICE 4711"), ["invoice"]);
        assert_eq!(found(Words::Finance, "achievement"), Vec::<&str>::new());
        assert!(found(Words::Finance, "PO#123").contains(&"po#"));
        assert_eq!(found(Words::Finance, "Überweisung"), ["überweisung"]);
    }

    #[test]
    fn folders_are_known_by_their_last_part() {
        assert_eq!(folder_kind(":\\RSS Subscriptions"), Some("rss"));
        assert_eq!(folder_kind("anna@contoso.example:\\Verlauf der Unterhaltung"), Some("conversation-history"));
        assert_eq!(folder_kind("\\Gelöschte Elemente\\"), Some("deleted"));
        assert_eq!(folder_kind("Newsletters"), None);
        assert_eq!(folder_kind(""), None);
    }

    #[test]
    fn lists_are_read_whole() {
        assert!(is_freemail("GMail.com") && !is_freemail("contoso.example"));
        assert!(WORDS.len() == 4 && FOLDERS.len() > 100);
    }
}
