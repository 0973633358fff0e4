//! Finds the few session ids, or token ids, that were used from more than one network, among the many that were not. Not a detector.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::sighting::Sighting;
use crate::case::Case;
use crate::detect::identity::apps::Publishers;
use crate::enrich::address::neighbourhood;
use crate::frame::Texts;

/// Which identifier is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// Entra session id: all that one sign-in gave rise to.
    Session,
    /// Unique token identifier: one access token.
    Token,
}

impl Key {
    fn of<'a>(self, sighting: &Sighting<'a>) -> Option<&'a str> {
        match self {
            Self::Session => sighting.session,
            Self::Token => sighting.token,
        }
    }
}

/// Uses of every key that shows at least two networks, ascending by time, each record once, by (account, key).
pub(super) type Uses<'a> = BTreeMap<(&'a str, &'a str), Vec<Sighting<'a>>>;

/// Reads successful sign-ins, audit events and mail access. Servers of other companies that use a user's token by consent are no second place of
/// that user: records of applications that are not Microsoft's are left out.
pub(super) fn used_from_two_networks<'a>(case: &'a Case, key: Key) -> Uses<'a> {
    let publishers = Publishers::of(case);
    let moved = keys_with_two_networks(case, key);
    let mut uses: Uses<'a> = BTreeMap::new();
    let mut take = |sighting: Option<Sighting<'a>>| {
        if let Some(sighting) = sighting
            && let Some(id) = key.of(&sighting)
            && moved.contains(id)
            && !sighting.account.is_empty()
            && !sighting.app.is_some_and(|app| publishers.is_foreign(app))
        {
            uses.entry((sighting.account, id)).or_default().push(sighting);
        }
    };
    let at = |[session, token]: [&Texts; 2]| (if key == Key::Session { session } else { token }).rows_where(|id| moved.contains(id));
    let (sign_ins, audit, mail) = (&case.frames.sign_ins, &case.frames.audit, &case.frames.mail_access);
    let tokens = sign_ins.at(at([&sign_ins.session_id, &sign_ins.token_id]));
    tokens.filter(|row| row.error_code() == Some(0)).for_each(|row| take(Sighting::of_sign_in(&row)));
    let acts = audit.at(at([&audit.session_id, &audit.token_id]));
    acts.for_each(|row| take(Sighting::of_audit(&row)));
    let reads = mail.at(at([&mail.session_id, &mail.token_id]));
    reads.for_each(|row| take(Sighting::of_mail_access(&row)));
    for sightings in uses.values_mut() {
        // One MailItemsAccessed record stands in two frames and in several rows; the sort is stable, so the richest view stays first.
        let mut seen = BTreeSet::new();
        sightings.retain(|sighting| seen.insert(sighting.key()));
        sightings.sort_by_key(|sighting| (sighting.time, sighting.key()));
    }
    uses
}

/// A cheap first look at the columns alone; it may name too many keys, never too few.
fn keys_with_two_networks(case: &Case, key: Key) -> BTreeSet<&str> {
    let (sign_ins, audit, mail) = (&case.frames.sign_ins, &case.frames.audit, &case.frames.mail_access);
    let frames = [
        (&sign_ins.session_id, &sign_ins.token_id, &sign_ins.address, &sign_ins.asn),
        (&audit.session_id, &audit.token_id, &audit.address, &audit.asn),
        (&mail.session_id, &mail.token_id, &mail.address, &mail.asn),
    ];
    let mut first: HashMap<&str, (Option<i64>, &str)> = HashMap::new();
    let mut moved = BTreeSet::new();
    for (session, token, addresses, asns) in frames {
        let ids = if key == Key::Session { session } else { token };
        for ((id, address), asn) in ids.iter().zip(addresses.iter()).zip(asns.iter()) {
            let (Some(id), Some(address)) = (id, address) else { continue };
            match first.entry(id) {
                Entry::Vacant(entry) => {
                    entry.insert((asn, address));
                }
                Entry::Occupied(entry) => {
                    let (known_asn, known_address) = *entry.get();
                    let same_number = asn.is_some() && asn == known_asn;
                    let one_unknown = asn.is_none() || known_asn.is_none();
                    let same_block = one_unknown && neighbourhood(known_address) == neighbourhood(address);
                    let same = known_address == address || same_number || same_block;
                    if !same && !moved.contains(id) {
                        moved.insert(id);
                    }
                }
            }
        }
    }
    moved
}
