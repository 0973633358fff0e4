//! Whose object it is. Graph objects do not say; the page's `@odata.context` does, and at last the path of the file.

use super::cell;
use crate::evidence::container::value::Object;
use crate::evidence::shape::Place;
use crate::evidence::shape::field::identity;

/// The owner of an object, as far as the export tells.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Owner {
    /// Lower-case UPN, or the recorded text when it is neither UPN nor object id.
    pub(super) account: Option<String>,
    /// Lower-case Entra object id.
    pub(super) id: Option<String>,
}

impl Owner {
    /// From the record's own `fields`, else from the context of the page, else from the path of the file.
    pub(super) fn of(record: &Object<'_>, fields: &[&str], place: &Place<'_>) -> Self {
        let mut owner = Self::default();
        for name in fields {
            if let Some(text) = cell::filled(record, &[name]) {
                owner.take(&text);
            }
        }
        // An alias or display name is worth less than the address that the page or the command names.
        if (owner == Self::default() || owner.account.as_deref().is_some_and(|name| !name.contains('@')) && owner.id.is_none())
            && let Some(name) = from_context(place.context)
        {
            owner = Self::default();
            owner.take(&name);
        }
        if owner == Self::default()
            && let Some(name) = from_path(place.path)
        {
            owner.take(&name);
        }
        owner
    }

    /// The UPN, else the object id.
    pub(super) fn name(&self) -> Option<String> {
        self.account.clone().or_else(|| self.id.clone())
    }

    fn take(&mut self, text: &str) {
        let name = identity::account(text);
        if identity::is_guid(&name) {
            self.id.get_or_insert(name);
        } else if !name.is_empty() {
            self.account.get_or_insert(name);
        }
    }
}

/// `…$metadata#users('<id>')/authentication/methods` → `<id>`. A quote inside the id is doubled, an `@` may be `%40`.
fn from_context(context: &str) -> Option<String> {
    let start = context.to_ascii_lowercase().find("users('")? + "users('".len();
    let rest = context.get(start..)?;
    let end = rest.find("')")?;
    let name = rest.get(..end)?.replace("%40", "@").replace("%23", "#").replace("''", "'");
    (!name.is_empty()).then_some(name)
}

/// The last path segment that holds an address, else the last that holds a GUID.
fn from_path(path: &str) -> Option<String> {
    let segments = || path.rsplit(['/', '\\']);
    segments().find_map(address_in).or_else(|| segments().find_map(guid_in))
}

/// Words that collectors put before the owner in a file name; a file name can join them with the same `_` that a user name may hold.
const FILE_WORDS: &[&str] = &[
    "inboxrules",
    "inboxrule",
    "inbox",
    "mailboxrules",
    "messagerules",
    "messagerule",
    "sweeprules",
    "rules",
    "rule",
    "get",
    "exo",
    "graph",
    "mg",
    "user",
    "users",
    "mailbox",
    "authmethods",
    "authenticationmethods",
    "authentication",
    "auth",
    "methods",
    "mfa",
    "devices",
    "device",
    "mobiledevices",
    "owneddevices",
    "registereddevices",
    "permissions",
    "permission",
    "mailboxpermissions",
    "oauth",
    "oauth2permissiongrants",
    "grants",
    "hawk",
];

fn address_in(segment: &str) -> Option<String> {
    let stem = [".csv", ".json", ".jsonl", ".ndjson", ".txt"].iter().find_map(|end| segment.strip_suffix(end)).unwrap_or(segment);
    let at = stem.find('@')?;
    let (before, after) = (stem.get(..at)?, stem.get(at + 1..)?);
    let start = before.rfind(|letter: char| !(letter.is_alphanumeric() || "._-+'#%".contains(letter))).map_or(0, |cut| cut + 1);
    let mut local = before.get(start..)?;
    while let Some((word, rest)) = local.split_once(['_', '-']) {
        let is_word = FILE_WORDS.contains(&word.to_lowercase().as_str()) || (!word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()));
        if !is_word || rest.is_empty() {
            break;
        }
        local = rest;
    }
    let end = after.find(|letter: char| !(letter.is_ascii_alphanumeric() || ".-".contains(letter))).unwrap_or(after.len());
    let (domain, top) = after.get(..end)?.rsplit_once('.')?;
    let top = top.split('-').next().filter(|top| top.len() > 1)?;
    (!local.is_empty() && !domain.is_empty()).then(|| format!("{local}@{domain}.{top}"))
}

fn guid_in(segment: &str) -> Option<String> {
    segment.char_indices().filter_map(|(at, _)| segment.get(at..at + 36)).find(|window| identity::is_guid(window)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_context_names_the_owner() {
        let context = "https://graph.microsoft.com/v1.0/$metadata#users('jane%40contoso.example')/mailFolders('inbox')/messageRules";
        assert_eq!(from_context(context).as_deref(), Some("jane@contoso.example"));
        assert_eq!(from_context("https://graph.microsoft.com/v1.0/$metadata#Me/messageRules"), None);
        assert_eq!(from_context("$metadata#users('o''neil@contoso.example')/messageRules").as_deref(), Some("o'neil@contoso.example"));
    }

    #[test]
    fn the_path_names_the_owner() {
        assert_eq!(from_path("hawk/jane@contoso.example/InboxRules_jane.csv").as_deref(), Some("jane@contoso.example"));
        assert_eq!(from_path("InboxRules_jane_doe@contoso.example.csv").as_deref(), Some("jane_doe@contoso.example"));
        assert_eq!(from_path("20260105-jane@contoso.example-InboxRules.json").as_deref(), Some("jane@contoso.example"));
        assert_eq!(from_path("users/7d54cb02-aaa3-4016-9f9c-a4b49422dd9b/methods.json").as_deref(), Some("7d54cb02-aaa3-4016-9f9c-a4b49422dd9b"));
        assert_eq!(from_path("rules/all.json"), None);
        assert_eq!(from_path("é@/x.json"), None);
    }
}
