//! Where mail is sent on to: inside the tenant, outside, or to a directory object that the evidence does not resolve.
//!
//! Recipients are written as `a@b.c`, `smtp:a@b.c`, `"Name" [SMTP:a@b.c]`, `"Name" [EX:/o=…]`, or as a bare directory name. A name may belong to a mail
//! contact that points outside (`New-MailContact`), so contacts are learnt from the audit log first.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use crate::case::Case;
use crate::detect::properties::Properties;
use crate::detect::selection;

static ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"[^\s"'<>()\[\]{};,:=|\\]+@[^\s"'<>()\[\]{};,:=|\\@]+"#).expect("the pattern is a constant that compiles"));
static MARKED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?i)\[\s*SMTP:([^\]]+)\]").expect("the pattern is a constant that compiles"));

/// Where a recipient is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Recipient {
    /// An address outside the tenant, lower case.
    External(String),
    /// An address of the tenant, lower case.
    Internal(String),
    /// A directory object without an address in the evidence, as recorded. It may be a contact that points outside.
    Unresolved(String),
}

impl Recipient {
    /// The address or name.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::External(text) | Self::Internal(text) | Self::Unresolved(text) => text,
        }
    }
}

/// Mail contacts and mail users by every name that a forward may call them.
#[derive(Debug, Default)]
pub(super) struct Contacts(BTreeMap<String, String>);

impl Contacts {
    /// Learns the contacts that the audit log saw being made or changed.
    pub(super) fn read(case: &Case) -> Self {
        let data = selection::audit(case, &["new-mailcontact", "set-mailcontact", "new-mailuser", "set-mailuser", "enable-mailcontact"]);
        let mut contacts = BTreeMap::new();
        for event in &data {
            let parameters = Properties::parse(event.parameters());
            let Some(address) = parameters.filled("ExternalEmailAddress").map(|text| bare(&text)) else {
                continue;
            };
            let object = event.object().map(|object| object.rsplit(['/', '\\']).next().unwrap_or_default().to_owned());
            let names = ["Name", "Alias", "DisplayName", "Identity", "PrimarySmtpAddress"].into_iter().filter_map(|name| parameters.filled(name));
            for name in names.chain(object).filter(|name| !name.trim().is_empty()) {
                contacts.insert(name.trim().to_lowercase(), address.clone());
            }
        }
        Self(contacts)
    }

    /// The recipients in `text`, in order of appearance. `owner` is the mailbox they stand in: its own domain is inside.
    pub(super) fn recipients(&self, case: &Case, owner: &str, text: &str) -> Vec<Recipient> {
        text.split(';').flat_map(|part| self.part(case, owner, part.trim())).collect()
    }

    fn part(&self, case: &Case, owner: &str, part: &str) -> Vec<Recipient> {
        if part.is_empty() {
            return Vec::new();
        }
        let place = |address: &str| {
            if is_external(case, owner, address) { Recipient::External(address.to_lowercase()) } else { Recipient::Internal(address.to_lowercase()) }
        };
        let marked: Vec<Recipient> = MARKED.captures_iter(part).filter_map(|found| found.get(1)).map(|found| place(found.as_str().trim())).collect();
        if !marked.is_empty() {
            return marked;
        }
        let name = part.split('[').next().unwrap_or(part).trim().trim_matches(['"', '\'']).to_lowercase();
        if let Some(address) = self.0.get(&name).or_else(|| self.0.get(&bare(part))) {
            return vec![place(address)];
        }
        let addresses: Vec<Recipient> =
            if part.contains("[EX:") { Vec::new() } else { ADDRESS.find_iter(part).map(|found| place(&bare(found.as_str()))).collect() };
        if !addresses.is_empty() {
            return addresses;
        }
        match case.identities.resolve(&name) {
            account if account.contains('@') => vec![place(account)],
            _ => vec![Recipient::Unresolved(part.to_owned())],
        }
    }
}

/// An address without `smtp:` prefix and angle brackets, lower case.
pub(super) fn bare(text: &str) -> String {
    let text = text.trim().trim_matches(['<', '>', '"', '\'', ' ']).to_lowercase();
    text.strip_prefix("smtp:").map(str::to_owned).unwrap_or(text)
}

/// True when an address is neither of the tenant's domains nor of the mailbox' own; guests (`#ext#`) are outside.
pub(super) fn is_external(case: &Case, owner: &str, address: &str) -> bool {
    let address = address.to_lowercase();
    if address.contains("#ext#") {
        return true;
    }
    let domain = |text: &str| text.rsplit_once('@').map(|(_, domain)| domain.to_lowercase());
    match domain(&address) {
        Some(of_address) => !case.identities.is_own_address(&address) && domain(owner) != Some(of_address),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Recipient> {
        let contacts = Contacts(BTreeMap::from([("old supplier".to_owned(), "drop@example.net".to_owned())]));
        contacts.recipients(&Case::default(), "anna@contoso.example", text)
    }

    #[test]
    fn all_spellings_of_an_outside_address_are_outside() {
        for text in [
            "drop@example.net",
            "smtp:Drop@Example.NET",
            "\"Bob\" [SMTP:drop@example.net]",
            "Bob <drop@example.net>",
            "Old Supplier",
            "\"Old Supplier\" [EX:/o=ExchangeLabs/cn=x]",
        ] {
            assert_eq!(read(text), [Recipient::External("drop@example.net".to_owned())], "{text}");
        }
        assert_eq!(read("ben@contoso.example;drop@example.net,more@example.org").len(), 3);
    }

    #[test]
    fn an_address_in_a_display_name_is_no_target() {
        assert_eq!(read("\"drop@example.net\" [SMTP:ben@contoso.example]"), [Recipient::Internal("ben@contoso.example".to_owned())]);
        assert!(matches!(read("\"Rob\" [EX:/o=ExchangeLabs/cn=rob]").as_slice(), [Recipient::Unresolved(_)]));
    }

    #[test]
    fn guests_are_outside_and_blanks_are_nothing() {
        assert_eq!(read("drop_example.net#EXT#@contoso.example").len(), 1);
        assert!(matches!(read("drop_example.net#EXT#@contoso.example").as_slice(), [Recipient::External(_)]));
        assert!(read(" ; ").is_empty());
    }
}
