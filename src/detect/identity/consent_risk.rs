//! How much an application's permissions and description speak against it: points on the scale of the detection catalogue, 3.C. Not a detector.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::apps::{MICROSOFT_TENANTS, Publishers, abused};
use crate::case::Case;
use crate::detect::origin::filled;
use crate::time::Time;

/// Points and their reason.
pub(super) type Part = (i64, String);

const APPLICATION_WIDE: i64 = 40;
const WRITES_OR_SENDS: i64 = 25;
const READS: i64 = 18;
const OFFLINE: i64 = 5;
const NOT_VERIFIED: i64 = 10;
/// Not in the catalogue: a verified publisher is the one sign that speaks for a roll-out that nobody announced.
const VERIFIED: i64 = -15;
const ABUSED: i64 = 20;
const IMITATES: i64 = 20;
const REPLY_URL: i64 = 10;

/// Delegated scopes that write or send mail or files, or reach a whole mailbox; lower case.
const STRONG: &[&str] = &[
    "mail.readwrite",
    "mail.readwrite.shared",
    "mail.send",
    "mail.send.shared",
    "mailboxsettings.readwrite",
    "ews.accessasuser.all",
    "imap.accessasuser.all",
    "pop.accessasuser.all",
    "smtp.send",
    "full_access_as_user",
    "files.readwrite.all",
    "directory.accessasuser.all",
    "directory.readwrite.all",
    "user.readwrite.all",
    "group.readwrite.all",
    "application.readwrite.all",
    "approleassignment.readwrite.all",
    "rolemanagement.readwrite.directory",
    "userauthenticationmethod.readwrite.all",
];

/// What names imitate; a product *for* one of them is innocent.
const BRANDS: &[&str] = &["microsoft", "outlook", "office", "onedrive", "sharepoint", "teams", "adobe", "docusign"];

/// Hosting that anybody gets for free and without a name (public reports on consent phishing, read 2026-11).
const FREE_HOSTS: &[&str] = &[
    ".workers.dev",
    ".pages.dev",
    ".herokuapp.com",
    ".netlify.app",
    ".vercel.app",
    ".web.app",
    ".firebaseapp.com",
    ".glitch.me",
    ".ngrok.io",
    ".ngrok-free.app",
    ".repl.co",
    ".onrender.com",
];

/// How far a set of permissions reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// Signing in and the own profile.
    Basic,
    /// Mail, files, notes, chats or contacts can be read.
    Reads,
    /// Mail or files can be written, mail sent, or the directory changed.
    Writes,
    /// The application acts for itself on everybody's mail, files or directory.
    Everybody,
}

/// The reach of scopes or role values (lower case).
pub(super) fn reach(scopes: &BTreeSet<String>, app_only: bool) -> Reach {
    let one = |scope: &String| {
        let scope = scope.as_str();
        let data = ["mail.", "files.", "sites.", "notes.", "chat.", "contacts.", "mailboxsettings.", "ews.", "imap.", "pop."];
        let touches = data.iter().any(|prefix| scope.starts_with(prefix)) || scope == "full_access_as_app";
        let strong =
            STRONG.contains(&scope) || (scope.starts_with("sites.") && scope.split('.').next_back() == Some("all")) || scope == "full_access_as_app";
        match (app_only, strong, touches) {
            (true, true, _) | (true, _, true) => Reach::Everybody,
            (false, true, _) => Reach::Writes,
            (false, false, true) => Reach::Reads,
            (_, false, false) => Reach::Basic,
        }
    };
    scopes.iter().map(one).max().unwrap_or(Reach::Basic)
}

/// Points for the permissions.
pub(super) fn scope_parts(scopes: &BTreeSet<String>, app_only: bool) -> Vec<Part> {
    let mut parts = match reach(scopes, app_only) {
        Reach::Everybody => vec![(APPLICATION_WIDE, "acts for itself on everybody's mail, files or directory".to_owned())],
        Reach::Writes => vec![(WRITES_OR_SENDS, "writes or sends mail, or writes files or the directory".to_owned())],
        Reach::Reads => vec![(READS, "reads mail, files, notes, chats or contacts".to_owned())],
        Reach::Basic => return Vec::new(),
    };
    if scopes.contains("offline_access") {
        parts.push((OFFLINE, "keeps access without the user (offline_access)".to_owned()));
    }
    parts
}

/// Blank- or comma-separated scopes in lower case, resource prefixes cut off.
pub(super) fn scopes(text: &str) -> BTreeSet<String> {
    let short = |scope: &str| scope.rsplit('/').next().unwrap_or(scope).to_ascii_lowercase();
    text.split([' ', ',', ';']).map(str::trim).filter(|scope| !scope.is_empty()).map(short).collect()
}

/// What the application lists say about one application.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct AppFacts<'a> {
    /// Application id, lower case.
    pub(super) app_id: Option<&'a str>,
    /// Display name.
    pub(super) name: Option<&'a str>,
    /// Owner tenant.
    pub(super) owner: Option<&'a str>,
    /// Verified publisher: empty = not verified, `None` = not in the evidence.
    pub(super) verified: Option<&'a str>,
    /// Publisher's own name.
    pub(super) publisher: Option<&'a str>,
    /// Reply URLs.
    pub(super) reply_urls: Option<&'a str>,
    /// When the service principal appeared in the tenant.
    pub(super) created: Option<Time>,
}

impl AppFacts<'_> {
    /// `verified: Contoso Ltd`, `not verified`, or `unknown`.
    pub(super) fn publisher_words(&self) -> String {
        match (self.verified, self.publisher.and_then(|name| filled(Some(name)))) {
            (Some(verified), _) if !verified.trim().is_empty() => format!("verified: {verified}"),
            (Some(_), Some(name)) => format!("{name}, not verified"),
            (Some(_), None) => "not verified".to_owned(),
            (None, Some(name)) => format!("{name}, verification unknown"),
            (None, None) => "unknown".to_owned(),
        }
    }

    /// A verified publisher is on record.
    pub(super) fn is_verified(&self) -> bool {
        self.verified.is_some_and(|name| !name.trim().is_empty())
    }
}

/// Everything the case knows about applications, by application id and by object id of the service principal.
#[derive(Debug, Default)]
pub(super) struct Inventory<'a> {
    by_id: BTreeMap<&'a str, AppFacts<'a>>,
    publishers: Publishers<'a>,
}

impl<'a> Inventory<'a> {
    /// Reads the application lists; a service principal's row says more than an application's, so the first filled value of each field wins.
    pub(super) fn of(case: &'a Case) -> Self {
        let mut by_id: BTreeMap<&'a str, AppFacts<'a>> = BTreeMap::new();
        for row in case.frames.apps.iter() {
            for id in [filled(row.app_id()), filled(row.object_id())].into_iter().flatten() {
                let facts = by_id.entry(id).or_default();
                facts.app_id = facts.app_id.or(filled(row.app_id()));
                facts.name = facts.name.or(filled(row.name()));
                facts.owner = facts.owner.or(filled(row.owner_tenant()));
                facts.verified = facts.verified.or(row.verified_publisher());
                facts.publisher = facts.publisher.or(filled(row.publisher()));
                facts.reply_urls = facts.reply_urls.or(filled(row.reply_urls()));
                facts.created = facts.created.or(row.created());
            }
        }
        Self { by_id, publishers: Publishers::of(case) }
    }

    /// By application id or object id; nothing known is a value too.
    pub(super) fn facts(&self, ids: &[Option<&str>]) -> AppFacts<'a> {
        ids.iter().flatten().find_map(|id| self.by_id.get(*id)).copied().unwrap_or_default()
    }

    /// Microsoft's own application.
    pub(super) fn is_microsoft(&self, app_id: Option<&str>, facts: &AppFacts<'_>) -> bool {
        facts.owner.is_some_and(|owner| MICROSOFT_TENANTS.contains(&owner)) || app_id.is_some_and(|id| self.publishers.is_microsoft(id))
    }
}

/// Points for what the application says about itself.
pub(super) fn app_parts(name: &str, app_id: Option<&str>, facts: &AppFacts<'_>) -> Vec<Part> {
    let mut parts = Vec::new();
    if let Some(verified) = facts.verified {
        let part = if verified.trim().is_empty() { (NOT_VERIFIED, "publisher not verified") } else { (VERIFIED, "publisher verified") };
        parts.push((part.0, part.1.to_owned()));
    }
    if let Some(listed) = app_id.and_then(abused) {
        parts.push((ABUSED, format!("{listed} is often named in incident reports")));
    }
    if let Some(brand) = imitated(name) {
        parts.push((IMITATES, format!("name resembles {brand} but the application is not Microsoft's")));
    }
    if let Some(url) = facts.reply_urls.into_iter().flat_map(str::split_whitespace).find(|url| is_odd_reply(url)) {
        parts.push((REPLY_URL, format!("reply URL {url}")));
    }
    parts
}

/// The brand that a name borrows.
fn imitated(name: &str) -> Option<&'static str> {
    let plain = name.to_lowercase();
    let straight: String = plain
        .chars()
        .map(|letter| match letter {
            '0' | 'о' | 'ο' => 'o',
            '1' | '|' | 'і' | 'ı' => 'i',
            'а' => 'a',
            'с' => 'c',
            'е' => 'e',
            'ѕ' => 's',
            'т' => 't',
            other => other,
        })
        .collect::<String>()
        .replace("rn", "m");
    BRANDS.iter().copied().find(|brand| {
        let written_plainly = plain.find(brand).map(|at| plain.get(..at).unwrap_or("").trim_end());
        match written_plainly {
            Some(before) => !before.ends_with(" for") && !before.ends_with(" to") && !before.ends_with(" with"),
            None => straight.contains(brand),
        }
    })
}

fn is_odd_reply(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or("");
    let host = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(host, |(host, _)| host).to_ascii_lowercase();
    let bare_address = host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
    scheme == "http" || host == "localhost" || bare_address || FREE_HOSTS.iter().any(|free| host.ends_with(free))
}

#[cfg(test)]
mod tests {
    use super::{Reach, imitated, is_odd_reply, reach, scopes};

    #[test]
    fn reach_follows_the_strongest_scope() {
        assert_eq!(reach(&scopes("openid profile User.Read"), false), Reach::Basic);
        assert_eq!(reach(&scopes("User.Read Mail.Read"), false), Reach::Reads);
        assert_eq!(reach(&scopes("https://graph.microsoft.com/Mail.Send"), false), Reach::Writes);
        assert_eq!(reach(&scopes("Mail.Read"), true), Reach::Everybody);
        assert_eq!(reach(&scopes("User.Read.All"), true), Reach::Basic);
    }

    #[test]
    fn borrowed_names_are_seen_and_companions_are_not() {
        assert_eq!(imitated("Micr0soft 0utlook Sync"), Some("microsoft"));
        assert_eq!(imitated("Outlook Web Backup"), Some("outlook"));
        assert_eq!(imitated("Northwind CRM for Outlook"), None);
        assert_eq!(imitated("Fabrikam Mail"), None);
    }

    #[test]
    fn odd_reply_urls() {
        for url in ["http://app.example.com/cb", "https://localhost:8080/", "https://203.0.113.9/cb", "https://x.workers.dev/cb"] {
            assert!(is_odd_reply(url), "{url}");
        }
        assert!(!is_odd_reply("https://app.example.com/callback"));
        assert!(!is_odd_reply("urn:ietf:wg:oauth:2.0:oob"));
    }
}
