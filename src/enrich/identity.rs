//! Who is who: UPN ↔ object id ↔ PUID ↔ mailbox guid ↔ aliases, learnt from all frames.

use std::collections::BTreeMap;

/// The identity table of a case.
#[derive(Debug, Clone, Default)]
pub struct Identities {
    /// Any lower-case key (object id, PUID, mailbox guid, alias, SID) → lower-case UPN. UPNs map to themselves.
    pub accounts: BTreeMap<String, String>,
    /// The tenant's own mail domains, lower case: those of member UPNs and mailboxes.
    pub own_domains: std::collections::BTreeSet<String>,
}

impl Identities {
    /// The account behind any of its names; the key itself (lower case) when nothing is known.
    pub fn resolve<'a>(&'a self, key: &'a str) -> &'a str {
        self.accounts.get(key).map_or(key, String::as_str)
    }

    /// True when a mail address belongs to the tenant.
    pub fn is_own_address(&self, address: &str) -> bool {
        address.rsplit_once('@').is_some_and(|(_, domain)| self.own_domains.contains(&domain.to_ascii_lowercase()))
    }
}
