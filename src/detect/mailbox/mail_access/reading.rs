//! Mail accesses of people and their programs: Exchange's own background reading is left out, and so are programs that serve the whole tenant.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::Case;
use crate::detect::origin::filled;
use crate::frame::MailAccess;
use crate::settings::mailbox::MailAccess as Thresholds;

/// Which programs are a service of the tenant, and which are a habit of a mailbox.
#[derive(Debug, Default)]
pub(super) struct Programs {
    /// Program and actor.
    services: BTreeSet<(String, String)>,
    /// Program and mailbox → days of access.
    days: BTreeMap<(String, String), BTreeSet<i64>>,
    history_days: usize,
}

impl Programs {
    /// Learns which programs serve the tenant: one actor reads several mailboxes with it on each of several days (backup, archive, CRM).
    pub(super) fn read(case: &Case, thresholds: &Thresholds) -> Self {
        let mut actors: BTreeMap<(String, String), BTreeMap<i64, BTreeSet<&str>>> = BTreeMap::new();
        let mut own = Self { history_days: usize::try_from(thresholds.history_days).unwrap_or(usize::MAX), ..Self::default() };
        let rows = &case.frames.mail_access;
        for access in rows.iter() {
            let (Some(time), Some(mailbox)) = (access.time(), filled(access.mailbox())) else { continue };
            if let Some(program) = program(&access) {
                own.days.entry((program, mailbox.to_owned())).or_default().insert(time.day());
            }
            if let Some(program) = application(&access) {
                let actor = (program.to_owned(), access.account().unwrap_or_default().to_owned());
                actors.entry(actor).or_default().entry(time.day()).or_default().insert(mailbox);
            }
        }
        let serves = |days: &BTreeMap<i64, BTreeSet<&str>>| {
            days.values().filter(|mailboxes| mailboxes.len() >= thresholds.app_mailboxes).count() >= thresholds.service_days
        };
        own.services = actors.into_iter().filter(|(_, days)| serves(days)).map(|(actor, _)| actor).collect();
        own
    }

    /// The actor of this access serves the whole tenant with its program.
    pub(super) fn is_service(&self, access: &MailAccess<'_>) -> bool {
        application(access).is_some_and(|program| self.services.contains(&(program.to_owned(), access.account().unwrap_or_default().to_owned())))
    }

    /// The program read this mailbox on enough earlier days.
    pub(super) fn is_habit(&self, access: &MailAccess<'_>) -> bool {
        let (Some(program), Some(time)) = (program(access), access.time()) else {
            return false;
        };
        let key = (program, access.mailbox().unwrap_or_default().to_owned());
        self.days.get(&key).is_some_and(|days| days.range(..time.day()).count() >= self.history_days)
    }
}

/// Whose finding a reading is: the actor's where the actor is a person, else the mailbox'.
pub(super) fn subject<'a>(account: &'a str, mailbox: &'a str) -> &'a str {
    if account.contains('@') { account } else { mailbox }
}

/// Exchange reading for itself: system actors and the internal REST client. Its addresses are Microsoft's and prove nothing either way.
pub(super) fn is_background(access: &MailAccess<'_>) -> bool {
    let client = access.client_info().unwrap_or_default().to_lowercase();
    access.actor_kind() == Some("system")
        || client.contains("client=restsystem")
        || client.starts_with("client=tba")
        || client.contains("mrmassistant")
}

/// Application id of the reading program.
pub(super) fn application<'a>(access: &MailAccess<'a>) -> Option<&'a str> {
    filled(access.client_app_id()).or(filled(access.app_id()))
}

/// Name of the reading program for comparisons: application id, else the client string up to its first version number.
pub(super) fn program(access: &MailAccess<'_>) -> Option<String> {
    filled(access.client_app_id()).map(str::to_owned).or_else(|| {
        let client = filled(access.client_info())?;
        let name: String = client.chars().take_while(|c| !c.is_ascii_digit()).collect();
        Some(name.trim_end_matches([' ', '/', ';']).to_lowercase())
    })
}
