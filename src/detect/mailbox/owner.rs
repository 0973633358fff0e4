//! Whose mailbox an Exchange record is about. Administration records name it in `Identity`, `Mailbox` or the object path, mailbox records in the owner field.

use crate::case::Case;
use crate::detect::origin::filled;
use crate::detect::properties::Properties;
use crate::frame::AuditEvent;

/// Lower-case UPN of the owner where the evidence resolves it, else the recorded name in lower case; the actor when the record names nobody.
pub(super) fn owner(case: &Case, event: &AuditEvent<'_>, parameters: &Properties) -> String {
    let named = ["Mailbox", "Identity"].into_iter().filter_map(|name| parameters.filled(name));
    let object = filled(event.object()).map(str::to_owned);
    let candidates: Vec<String> = filled(event.mailbox())
        .map(str::to_owned)
        .into_iter()
        .chain(named)
        .chain(object)
        .chain(filled(event.target()).map(str::to_owned))
        .map(|text| mailbox_part(&text))
        .filter(|text| !text.is_empty())
        .collect();
    let resolved = candidates.iter().find_map(|key| account_of(case, key));
    match resolved {
        Some(account) => account,
        None if event.operation().is_some_and(|operation| operation.ends_with("inboxrule") || operation.ends_with("sweeprule")) => {
            event.account().unwrap_or_default().to_lowercase()
        }
        None => candidates.into_iter().next().unwrap_or_else(|| event.account().unwrap_or_default().to_lowercase()),
    }
}

/// The account behind a mailbox name: by identity table, else the one account whose address has this name before the `@`.
pub(super) fn account_of(case: &Case, key: &str) -> Option<String> {
    let account = case.identities.resolve(key);
    if account.contains('@') {
        return Some(account.to_owned());
    }
    let mut same: Vec<&String> = case.identities.accounts.values().filter(|upn| upn.split('@').next() == Some(key) && upn.contains('@')).collect();
    same.sort();
    same.dedup();
    match same.as_slice() {
        [only] => Some((*only).clone()),
        _ => None,
    }
}

/// The mailbox in `…/Hosted Organizations/tenant/alias\Rule`, `alias\Rule`, `a@contoso.example:\Calendar` or a bare name, lower case.
pub(super) fn mailbox_part(text: &str) -> String {
    let front = text.split(":\\").next().unwrap_or(text);
    let front = front.split('\\').next().unwrap_or(front);
    front.rsplit('/').next().unwrap_or(front).trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::mailbox_part;

    #[test]
    fn the_mailbox_stands_before_the_first_backslash() {
        assert_eq!(mailbox_part("EURP/Microsoft Exchange Hosted Organizations/contoso/A.Thulile\\."), "a.thulile");
        assert_eq!(mailbox_part("joey\\a\\b/c"), "joey");
        assert_eq!(mailbox_part("anna@contoso.example:\\Calendar"), "anna@contoso.example");
        assert_eq!(mailbox_part("Anna"), "anna");
    }
}
