//! Who is shown with which ids: directory exports first, then events.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{Identities, guest_home, is_system, plain};
use crate::frame::Frames;
use crate::time::Time;

/// Mail services for everybody: never a tenant's own domain.
const PUBLIC_MAIL: &str = include_str!("../../data/freemail.txt");

/// Where no record says who is a member, a domain is the tenant's own when it is the most frequent one or holds this share of the accounts, in percent.
/// Proposal: guests of one partner stay below it; taking a partner's domain for an own one would hide mail forwarded there.
const OWN_DOMAIN_PERCENT: usize = 10;

/// Reads all frames that name accounts.
pub(super) fn learn(frames: &Frames) -> Identities {
    let mut learning = Learning::default();
    learning.read_users(frames);
    learning.read_mailboxes(frames);
    learning.read_apps(frames);
    learning.read_domains(frames);
    learning.read_sign_ins(frames);
    learning.read_audit(frames);
    learning.read_mail_access(frames);
    learning.read_methods(frames);
    learning.finish()
}

/// When events showed a key together with a name.
#[derive(Debug, Clone, Copy)]
struct Sighting {
    first: Time,
    last: Time,
}

impl Sighting {
    fn widen(&mut self, other: Self) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }
}

/// What a record says about an account's belonging.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Standing {
    /// A member of the tenant, or the owner of a mailbox in it.
    Member,
    /// Somebody who signed in or acted like one.
    MaybeMember,
    /// Nothing.
    Unknown,
    /// A service principal.
    Principal,
}

/// Account, id beside it, and what the record says about its belonging.
type Mention<'a> = (Option<&'a str>, Option<&'a str>, Standing);

/// The distinct mentions of accounts in one frame of events; millions of rows hold few. Texts are borrowed and not looked into yet.
#[derive(Debug, Default)]
struct Mentions<'a> {
    spans: HashMap<Mention<'a>, Option<Sighting>>,
    names: HashSet<(Option<&'a str>, Option<&'a str>)>,
}

impl<'a> Mentions<'a> {
    fn note(&mut self, account: Option<&'a str>, id: Option<&'a str>, standing: Standing, time: Option<Time>) {
        if account.is_none() {
            return;
        }
        let known = self.spans.entry((account, id, standing)).or_default();
        if let Some(time) = time {
            known.get_or_insert(Sighting { first: time, last: time }).widen(Sighting { first: time, last: time });
        }
    }
}

#[derive(Debug, Default)]
struct Learning {
    /// From directory exports: key → UPN.
    stated: BTreeMap<String, String>,
    /// From events: key → UPN → when.
    seen: BTreeMap<String, BTreeMap<String, Sighting>>,
    upns: BTreeSet<String>,
    /// Those that directory exports list as accounts; others may turn out to be aliases.
    stated_upns: BTreeSet<String>,
    names: BTreeMap<String, BTreeSet<String>>,
    own_domains: BTreeSet<String>,
    /// Domains of accounts of which no record says whether they are members.
    maybe_own: BTreeMap<String, BTreeSet<String>>,
}

impl Learning {
    fn read_users(&mut self, frames: &Frames) {
        let rows = &frames.users;
        for row in rows.iter() {
            let Some(upn) = user_name(row.account()) else { continue };
            self.state(&upn, row.account_id());
            self.state_aliases(&upn, row.aliases());
            self.name(&upn, row.display_name());
            if !row.user_type().is_some_and(|kind| kind.eq_ignore_ascii_case("guest")) {
                self.own(&upn);
            }
        }
    }

    fn read_mailboxes(&mut self, frames: &Frames) {
        let rows = &frames.mailboxes;
        for row in rows.iter() {
            let Some(upn) = user_name(row.mailbox()) else { continue };
            self.state(&upn, row.account_id());
            self.state(&upn, row.mailbox_id());
            self.state(&upn, row.primary_address());
            self.state_aliases(&upn, row.aliases());
            self.name(&upn, row.display_name());
            let is_guest = row.kind().is_some_and(|kind| kind.eq_ignore_ascii_case("guestmailuser") || kind.eq_ignore_ascii_case("mailuser"));
            if !is_guest {
                self.own(&upn);
                for address in row.primary_address().into_iter().chain(row.aliases().unwrap_or_default().split(';')) {
                    self.own(&address.trim().to_lowercase());
                }
            }
        }
    }

    /// Domains that the tenant lists as its own.
    fn read_domains(&mut self, frames: &Frames) {
        let owned = |state: Option<&str>| !matches!(state, Some("unverified" | "externalrelay"));
        for row in frames.policies.iter().filter(|row| row.kind() == Some("domain") && owned(row.state())) {
            if let Some(domain) =
                row.name().map(|name| name.trim().to_lowercase()).filter(|name| name.contains('.') && !name.contains([' ', '@', '*']))
            {
                self.own_domains.insert(domain);
            }
        }
    }

    fn read_apps(&mut self, frames: &Frames) {
        let rows = &frames.apps;
        for row in rows.iter().filter(|row| row.kind() == Some("service-principal")) {
            if let Some(id) = id(row.object_id()) {
                self.stated.entry(id.clone()).or_insert(format!("sp:{id}"));
            }
        }
    }

    fn read_sign_ins(&mut self, frames: &Frames) {
        let rows = &frames.sign_ins;
        let mut mentions = Mentions::default();
        for row in rows.iter() {
            if row.account().is_some_and(|account| account.starts_with("sp:")) {
                mentions.note(row.account(), row.principal_id(), Standing::Principal, row.time());
                continue;
            }
            let is_guest = row.user_type().is_some_and(|kind| kind.eq_ignore_ascii_case("guest"));
            let crosses = row.home_tenant().zip(row.resource_tenant()).is_some_and(|(home, resource)| !home.is_empty() && home != resource);
            let standing = match row.user_type() {
                _ if row.error_code() != Some(0) || is_guest || crosses => Standing::Unknown,
                Some(kind) if kind.eq_ignore_ascii_case("member") => Standing::Member,
                _ => Standing::MaybeMember,
            };
            mentions.note(row.account(), row.account_id(), standing, row.time());
            mentions.names.insert((row.account(), row.display_name()));
        }
        self.take(mentions);
    }

    fn read_audit(&mut self, frames: &Frames) {
        let rows = &frames.audit;
        let mut mentions = Mentions::default();
        for row in rows.iter() {
            // In SharePoint and Teams outsiders act under their own addresses.
            let is_inside = row.actor_kind() == Some("user") && matches!(row.workload(), Some("AzureActiveDirectory" | "Exchange"));
            mentions.note(row.account(), row.account_id(), if is_inside { Standing::MaybeMember } else { Standing::Unknown }, row.time());
            if row.target_kind() == Some("user") {
                mentions.note(row.target(), row.target_id(), Standing::Unknown, row.time());
            }
            mentions.note(row.mailbox(), row.mailbox_id(), Standing::Member, row.time());
        }
        self.take(mentions);
    }

    fn read_mail_access(&mut self, frames: &Frames) {
        let rows = &frames.mail_access;
        let mut mentions = Mentions::default();
        for row in rows.iter() {
            mentions.note(row.mailbox(), row.mailbox_id(), Standing::Member, row.time());
        }
        self.take(mentions);
    }

    /// The order in which mentions come does not matter: what is kept of them are sets, and first and last times.
    fn take(&mut self, mentions: Mentions<'_>) {
        for ((account, key, standing), span) in mentions.spans {
            if standing == Standing::Principal {
                if let Some(principal) = id(key) {
                    self.stated.entry(principal.clone()).or_insert(format!("sp:{principal}"));
                }
                continue;
            }
            let Some(upn) = user_name(account) else { continue };
            self.see(&upn, key, span);
            match standing {
                Standing::Member => self.own(&upn),
                Standing::MaybeMember => self.maybe_own(&upn),
                Standing::Unknown | Standing::Principal => {}
            }
        }
        for (account, name) in mentions.names {
            if let Some(upn) = user_name(account) {
                self.name(&upn, name);
            }
        }
    }

    fn read_methods(&mut self, frames: &Frames) {
        let rows = &frames.methods;
        for row in rows.iter() {
            if let Some(upn) = user_name(row.account()) {
                self.state(&upn, row.account_id());
            }
        }
    }

    fn state(&mut self, upn: &str, key: Option<&str>) {
        self.upns.insert(upn.to_owned());
        self.stated_upns.insert(upn.to_owned());
        if let Some(key) = id(key) {
            self.stated.entry(key).or_insert_with(|| upn.to_owned());
        }
    }

    fn state_aliases(&mut self, upn: &str, aliases: Option<&str>) {
        for alias in aliases.unwrap_or_default().split(';') {
            self.state(upn, Some(alias));
        }
    }

    fn see(&mut self, upn: &str, key: Option<&str>, span: Option<Sighting>) {
        self.upns.insert(upn.to_owned());
        if let (Some(key), Some(span)) = (id(key), span) {
            self.seen.entry(key).or_default().entry(upn.to_owned()).and_modify(|known| known.widen(span)).or_insert(span);
        }
    }

    fn name(&mut self, upn: &str, name: Option<&str>) {
        if let Some(name) = name.map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty()) {
            self.names.entry(name).or_default().insert(upn.to_owned());
        }
    }

    fn own(&mut self, address: &str) {
        if let Some(domain) = domain(address)
            && !self.own_domains.contains(domain)
            && !is_public_mail(domain)
        {
            self.own_domains.insert(domain.to_owned());
        }
    }

    fn maybe_own(&mut self, upn: &str) {
        let Some(domain) = domain(upn) else { return };
        let known = self.maybe_own.get_mut(domain);
        match known {
            Some(upns) if upns.contains(upn) => {}
            Some(upns) => {
                upns.insert(upn.to_owned());
            }
            None if is_public_mail(domain) => {}
            None => {
                self.maybe_own.insert(domain.to_owned(), BTreeSet::from([upn.to_owned()]));
            }
        }
    }

    fn finish(mut self) -> Identities {
        let mut accounts: BTreeMap<String, String> = self.upns.iter().map(|upn| (upn.clone(), upn.clone())).collect();
        for (key, upn) in self.stated {
            // An account keeps its own name even when another mailbox lists it among its addresses.
            if !self.stated_upns.contains(&key) {
                accounts.insert(key, upn);
            }
        }
        // A guest signs in under the home address and acts under the tenant's name for it; both are one account here.
        for guest in &self.upns {
            if let Some(home) = guest_home(guest).filter(|home| !self.stated_upns.contains(home)) {
                accounts.insert(home, guest.clone());
            }
        }
        for (key, names) in self.seen {
            let names = names.into_iter().map(|(name, sighting)| (accounts.get(&name).cloned().unwrap_or(name), sighting));
            if let Some(name) = latest_name(names) {
                accounts.entry(key).or_insert(name);
            }
        }
        for upn in self.upns.iter().filter(|upn| !upn.contains("#ext#")) {
            if let Some((local, _)) = upn.split_once('@') {
                self.names.entry(local.to_owned()).or_default().insert(upn.clone());
            }
        }
        let names = self.names.into_iter().filter(|(_, upns)| upns.len() == 1).filter_map(|(name, upns)| Some((name, upns.into_iter().next()?)));
        if self.own_domains.is_empty() {
            let n_accounts: usize = self.maybe_own.values().map(BTreeSet::len).sum();
            let most = self.maybe_own.values().map(BTreeSet::len).max().unwrap_or_default();
            let is_frequent = |n: usize| n == most || n * 100 >= n_accounts * OWN_DOMAIN_PERCENT;
            self.own_domains = self.maybe_own.into_iter().filter(|(_, upns)| is_frequent(upns.len())).map(|(domain, _)| domain).collect();
        }
        Identities { accounts, names: names.collect(), own_domains: self.own_domains }
    }
}

/// The last of names that followed each other; `None` when two were in use at the same time.
fn latest_name(names: impl Iterator<Item = (String, Sighting)>) -> Option<String> {
    let mut by_name: BTreeMap<String, Sighting> = BTreeMap::new();
    for (name, sighting) in names {
        by_name.entry(name).and_modify(|known| known.widen(sighting)).or_insert(sighting);
    }
    let mut names: Vec<_> = by_name.into_iter().collect();
    names.sort_by_key(|(_, sighting)| sighting.first);
    let overlap = names.windows(2).any(|pair| matches!(pair, [(_, earlier), (_, later)] if later.first <= earlier.last));
    if overlap { None } else { names.pop().map(|(name, _)| name) }
}

/// A lower-case user name with exactly the parts of an address; service principals, system actors and plain texts are none.
fn user_name(account: Option<&str>) -> Option<String> {
    let account = plain(account?);
    let (local, domain) = account.rsplit_once('@')?;
    (!local.is_empty() && !domain.is_empty() && !account.contains(char::is_whitespace) && !is_system(&account)).then_some(account)
}

/// A lower-case key worth remembering; blanks and the all-zero guid are none.
fn id(key: Option<&str>) -> Option<String> {
    let key = plain(key?);
    let has_content = key.bytes().any(|byte| byte.is_ascii_alphanumeric() && byte != b'0');
    has_content.then_some(key)
}

/// Domain of a member's address, which must be lower case; guests have none here.
fn domain(address: &str) -> Option<&str> {
    let (_, domain) = address.rsplit_once('@').filter(|_| !address.contains("#ext#"))?;
    domain.contains('.').then_some(domain)
}

fn is_public_mail(domain: &str) -> bool {
    PUBLIC_MAIL.lines().any(|line| line == domain)
}
