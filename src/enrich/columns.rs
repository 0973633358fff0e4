//! Replaces columns of the frames: the only place after loading that writes to them.

use std::collections::{BTreeMap, HashMap};

use super::identity::{Identities, is_system};
use super::network::{Classifier, NetworkClass, Networks};
use super::tables::{Located, Tables};
use super::{agent, parse};
use crate::frame::{Cells, Frames, SignIns, Texts};

/// What is known about each distinct address of the case: by its own sign-ins, which carry network and country as of their day, else by the tables.
/// One address thus has one network in all logs, whichever of them records it.
pub(super) struct Places(HashMap<String, Located>);

impl Places {
    /// Looks up every distinct address of the event frames once.
    pub(super) fn look_up(frames: &Frames, tables: &Tables) -> Self {
        let mut places = HashMap::new();
        for addresses in [&frames.sign_ins.address, &frames.audit.address, &frames.mail_access.address, &frames.risks.address] {
            for text in addresses.texts() {
                if !places.contains_key(text) {
                    places.insert(text.to_owned(), parse(text).map(|address| tables.look_up(address)).unwrap_or_default());
                }
            }
        }
        let mut places = Self(places);
        places.learn(&frames.sign_ins);
        places
    }

    /// Takes over what most sign-ins from an address say about it; of equal numbers the smallest value.
    fn learn(&mut self, sign_ins: &SignIns) {
        let mut said: HashMap<&str, (Votes<u32>, Votes<&str>)> = HashMap::new();
        for row in sign_ins.iter() {
            if let Some(address) = row.address() {
                let (asn_votes, country_votes) = said.entry(address).or_default();
                asn_votes.add(row.asn().and_then(|asn| u32::try_from(asn).ok()).filter(|asn| *asn > 0));
                country_votes.add(row.country().filter(|country| !country.is_empty()));
            }
        }
        for (address, (asns, countries)) in said {
            if let Some(place) = self.0.get_mut(address) {
                if let Some(asn) = asns.most().filter(|asn| place.asn != Some(*asn)) {
                    place.asn = Some(asn);
                    place.organisation = None;
                }
                place.country = countries.most().map(str::to_owned).or(place.country.take());
            }
        }
    }
}

/// How often each value was said.
struct Votes<T>(BTreeMap<T, u64>);

impl<T> Default for Votes<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Ord + Copy> Votes<T> {
    fn add(&mut self, value: Option<T>) {
        if let Some(value) = value {
            *self.0.entry(value).or_default() += 1;
        }
    }

    fn most(&self) -> Option<T> {
        self.0.iter().rev().max_by_key(|(_, n)| **n).map(|(value, _)| *value)
    }
}

/// Fills `asn`, `country` and `network` of the event frames, and learns which networks occur. Organisations stay empty where no table names them.
pub(super) fn place_addresses(frames: &mut Frames, places: &Places, classifier: &Classifier<'_>, networks: &mut Networks) {
    // The four event frames share the names of these columns.
    macro_rules! place {
        ($($frame:ident),*) => {
            $({
                let frame = &mut frames.$frame;
                (frame.asn, frame.network, frame.country) = place(&frame.address, &frame.asn, &frame.country, places, classifier, networks);
            })*
        };
    }
    place!(sign_ins, audit, mail_access, risks);
}

type Placed = (Cells<i64>, Texts, Texts);

/// ASN, network class and country of each row.
fn place(
    addresses: &Texts,
    own_asns: &Cells<i64>,
    own_countries: &Texts,
    places: &Places,
    classifier: &Classifier<'_>,
    networks: &mut Networks,
) -> Placed {
    let unknown = Located::default();
    let located: Vec<(&Located, bool)> = addresses.each_stored(|address| {
        let is_egress = parse(address).is_some_and(|address| classifier.is_egress(address));
        (places.0.get(address).unwrap_or(&unknown), is_egress)
    });
    let (mut asns, mut classes, mut countries) = Placed::default();
    for row in 0..addresses.len() {
        let (place, is_egress) = (addresses.code(row) as usize).checked_sub(1).and_then(|at| located.get(at)).copied().unwrap_or((&unknown, false));
        let own_asn = own_asns.get(row).and_then(|asn| u32::try_from(asn).ok()).filter(|asn| *asn > 0);
        let asn = own_asn.or(place.asn);
        let mut class = asn.and_then(|asn| classifier.of_asn(asn));
        if let Some(asn) = asn {
            if let Some(class) = class {
                networks.classes.insert(asn, class);
            }
            let name = networks.organisations.entry(asn).or_default();
            if name.is_empty() && place.asn == Some(asn) {
                *name = place.organisation.clone().unwrap_or_default();
            }
        }
        if is_egress {
            class = Some(NetworkClass::Egress);
        }
        asns.push(asn.map(i64::from));
        classes.push(class.map(NetworkClass::slug));
        // An empty cell stays empty where the table is silent too: the export has the field.
        let own = own_countries.get(row);
        countries.push(own.filter(|own| !own.is_empty()).or(place.country.as_deref()).or(own));
    }
    (asns, classes, countries)
}

/// Fills `agent_family` of sign-ins and audit events.
pub(super) fn classify_agents(frames: &mut Frames) {
    frames.sign_ins.agent_family = frames.sign_ins.user_agent.mapped(|text| Some(agent::family(text)));
    frames.audit.agent_family = frames.audit.user_agent.mapped(|text| Some(agent::family(text)));
}

/// How far a column may be trusted to name an account.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Naming {
    /// Events: ids and addresses only.
    Ids,
    /// Exports for people: display names too.
    Names,
}

/// Resolves every column that names an account through the identity table.
pub(super) fn resolve_accounts(frames: &mut Frames, identities: &Identities) {
    use Naming::{Ids, Names};
    let of = |names: &Texts, ids: Option<&Texts>, naming: Naming| resolved(names, ids, naming, identities);
    frames.sign_ins.account = of(&frames.sign_ins.account, Some(&frames.sign_ins.account_id), Ids);
    frames.audit.account = of(&frames.audit.account, Some(&frames.audit.account_id), Ids);
    frames.audit.target = of(&frames.audit.target, Some(&frames.audit.target_id), Ids);
    frames.audit.mailbox = of(&frames.audit.mailbox, Some(&frames.audit.mailbox_id), Ids);
    frames.mail_access.account = of(&frames.mail_access.account, None, Ids);
    frames.mail_access.mailbox = of(&frames.mail_access.mailbox, Some(&frames.mail_access.mailbox_id), Ids);
    frames.mail_items.account = of(&frames.mail_items.account, None, Ids);
    frames.mail_items.mailbox = of(&frames.mail_items.mailbox, None, Ids);
    frames.risks.account = of(&frames.risks.account, Some(&frames.risks.account_id), Ids);
    frames.messages.sender = of(&frames.messages.sender, None, Ids);
    frames.messages.recipient = of(&frames.messages.recipient, None, Ids);
    frames.alerts.account = of(&frames.alerts.account, Some(&frames.alerts.account_id), Ids);
    frames.rules.mailbox = of(&frames.rules.mailbox, None, Names);
    frames.permissions.mailbox = of(&frames.permissions.mailbox, None, Names);
    frames.permissions.trustee = of(&frames.permissions.trustee, None, Names);
    frames.grants.account = of(&frames.grants.account, Some(&frames.grants.principal_id), Ids);
    frames.methods.account = of(&frames.methods.account, Some(&frames.methods.account_id), Ids);
    frames.devices.account = of(&frames.devices.account, None, Names);
    frames.users.account = of(&frames.users.account, Some(&frames.users.account_id), Ids);
    frames.members.member = of(&frames.members.member, Some(&frames.members.member_id), Names);
    frames.flows.account = of(&frames.flows.account, Some(&frames.flows.account_id), Names);
}

/// The accounts that the rows name. Each pair of name and id is resolved once.
fn resolved(names: &Texts, ids: Option<&Texts>, naming: Naming, identities: &Identities) -> Texts {
    let mut known: HashMap<(u32, u32), Option<&str>> = HashMap::new();
    let row = |row: usize| {
        let id = ids.map_or(0, |ids| ids.code(row));
        let pair = (names.code(row), id);
        *known.entry(pair).or_insert_with(|| account_of(names.get(row), ids.and_then(|ids| ids.get(row)), naming, identities))
    };
    Texts::of((0..names.len()).map(row))
}

fn account_of<'a>(name: Option<&'a str>, id: Option<&'a str>, naming: Naming, identities: &'a Identities) -> Option<&'a str> {
    let by_id = || id.map(|id| identities.resolve(id)).filter(|account| account.contains('@'));
    let Some(name) = name.filter(|name| !name.is_empty()) else {
        return by_id().or(name);
    };
    let account = match naming {
        Naming::Ids => identities.resolve(name),
        Naming::Names => identities.resolve_name(name),
    };
    // A name that is neither an address nor known says less than the id beside it; machinery keeps its own name.
    if account.contains('@') || account.starts_with("sp:") || is_system(account) {
        return Some(account);
    }
    by_id().or(Some(account))
}
