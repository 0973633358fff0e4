//! Replaces columns of the frames: the only place after loading that writes to them.

use std::collections::{BTreeMap, HashMap};

use polars::prelude::{DataFrame, Int64Chunked, IntoColumn, PolarsResult, StringChunked, StringChunkedBuilder};

use super::identity::{Identities, is_system};
use super::network::{Classifier, NetworkClass, Networks};
use super::tables::{Located, Tables};
use super::{agent, parse};
use crate::frame::{
    Frame, Frames, audit_event, device_state, grant_state, mail_access, mail_item, method_state, permission_state, risk_event, rule_state, sign_in,
    user_state,
};

/// What is known about each distinct address of the case: by its own sign-ins, which carry network and country as of their day, else by the tables.
/// One address thus has one network in all logs, whichever of them records it.
pub(super) struct Places(HashMap<String, Located>);

impl Places {
    /// Looks up every distinct address of the event frames once.
    pub(super) fn look_up(frames: &Frames, tables: &Tables) -> PolarsResult<Self> {
        let mut places = HashMap::new();
        for (frame, column) in [
            (frames.sign_ins.data(), sign_in::address),
            (frames.audit.data(), audit_event::address),
            (frames.mail_access.data(), mail_access::address),
            (frames.risks.data(), risk_event::address),
        ] {
            for text in frame.column(column)?.str()?.iter().flatten() {
                if !places.contains_key(text) {
                    places.insert(text.to_owned(), parse(text).map(|address| tables.look_up(address)).unwrap_or_default());
                }
            }
        }
        let mut places = Self(places);
        places.learn(frames.sign_ins.data())?;
        Ok(places)
    }

    /// Takes over what most sign-ins from an address say about it; of equal numbers the smallest value.
    fn learn(&mut self, sign_ins: &DataFrame) -> PolarsResult<()> {
        let addresses = sign_ins.column(sign_in::address)?.str()?;
        let asns = sign_ins.column(sign_in::asn)?.i64()?;
        let countries = sign_ins.column(sign_in::country)?.str()?;
        let mut said: HashMap<&str, (Votes<u32>, Votes<&str>)> = HashMap::new();
        for ((address, asn), country) in addresses.iter().zip(asns.iter()).zip(countries.iter()) {
            if let Some(address) = address {
                let (asn_votes, country_votes) = said.entry(address).or_default();
                asn_votes.add(asn.and_then(|asn| u32::try_from(asn).ok()).filter(|asn| *asn > 0));
                country_votes.add(country.filter(|country| !country.is_empty()));
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
        Ok(())
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
pub(super) fn place_addresses(frames: &mut Frames, places: &Places, classifier: &Classifier<'_>, networks: &mut Networks) -> PolarsResult<()> {
    place(frames.sign_ins.data_mut(), places, classifier, networks)?;
    place(frames.audit.data_mut(), places, classifier, networks)?;
    place(frames.mail_access.data_mut(), places, classifier, networks)?;
    place(frames.risks.data_mut(), places, classifier, networks)
}

/// The four event frames share the names of these columns.
fn place(frame: &mut DataFrame, places: &Places, classifier: &Classifier<'_>, networks: &mut Networks) -> PolarsResult<()> {
    let addresses = frame.column(sign_in::address)?.str()?.clone();
    let own_asns = frame.column(sign_in::asn)?.i64()?.clone();
    let own_countries = frame.column(sign_in::country)?.str()?.clone();
    let unknown = Located::default();
    let located = || addresses.iter().map(|address| address.and_then(|address| places.0.get(address)).unwrap_or(&unknown));

    let mut asns: Vec<Option<i64>> = Vec::with_capacity(addresses.len());
    let mut slugs = StringChunkedBuilder::new(sign_in::network.into(), addresses.len());
    for ((address, own_asn), place) in addresses.iter().zip(own_asns.iter()).zip(located()) {
        let own_asn = own_asn.and_then(|asn| u32::try_from(asn).ok()).filter(|asn| *asn > 0);
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
        if address.and_then(parse).is_some_and(|address| classifier.is_egress(address)) {
            class = Some(NetworkClass::Egress);
        }
        asns.push(asn.map(i64::from));
        slugs.append_option(class.map(NetworkClass::slug));
    }
    let mut countries = StringChunkedBuilder::new(sign_in::country.into(), addresses.len());
    for (own, place) in own_countries.iter().zip(located()) {
        // An empty cell stays empty where the table is silent too: the export has the field.
        countries.append_option(own.filter(|own| !own.is_empty()).or(place.country.as_deref()).or(own));
    }
    frame.with_column(asns.into_iter().collect::<Int64Chunked>().with_name(sign_in::asn.into()).into_column())?;
    frame.with_column(slugs.finish().into_column())?;
    frame.with_column(countries.finish().into_column())?;
    Ok(())
}

/// Fills `agent_family` of sign-ins and audit events.
pub(super) fn classify_agents(frames: &mut Frames) -> PolarsResult<()> {
    for frame in [frames.sign_ins.data_mut(), frames.audit.data_mut()] {
        let agents = frame.column(sign_in::user_agent)?.str()?.clone();
        let mut known: HashMap<&str, &'static str> = HashMap::new();
        let families = agents.iter().map(|text| text.map(|text| *known.entry(text).or_insert_with(|| agent::family(text))));
        let families: StringChunked = families.collect();
        frame.with_column(families.with_name(sign_in::agent_family.into()).into_column())?;
    }
    Ok(())
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
pub(super) fn resolve_accounts(frames: &mut Frames, identities: &Identities) -> PolarsResult<()> {
    use Naming::{Ids, Names};
    let resolve = |frame: &mut DataFrame, column: &str, id: Option<&str>, naming: Naming| resolve(frame, column, id, naming, identities);
    resolve(frames.sign_ins.data_mut(), sign_in::account, Some(sign_in::account_id), Ids)?;
    resolve(frames.audit.data_mut(), audit_event::account, Some(audit_event::account_id), Ids)?;
    resolve(frames.audit.data_mut(), audit_event::target, Some(audit_event::target_id), Ids)?;
    resolve(frames.audit.data_mut(), audit_event::mailbox, Some(audit_event::mailbox_id), Ids)?;
    resolve(frames.mail_access.data_mut(), mail_access::account, None, Ids)?;
    resolve(frames.mail_access.data_mut(), mail_access::mailbox, Some(mail_access::mailbox_id), Ids)?;
    resolve(frames.mail_items.data_mut(), mail_item::account, None, Ids)?;
    resolve(frames.mail_items.data_mut(), mail_item::mailbox, None, Ids)?;
    resolve(frames.risks.data_mut(), risk_event::account, Some(risk_event::account_id), Ids)?;
    resolve(frames.rules.data_mut(), rule_state::mailbox, None, Names)?;
    resolve(frames.permissions.data_mut(), permission_state::mailbox, None, Names)?;
    resolve(frames.permissions.data_mut(), permission_state::trustee, None, Names)?;
    resolve(frames.grants.data_mut(), grant_state::account, Some(grant_state::principal_id), Ids)?;
    resolve(frames.methods.data_mut(), method_state::account, Some(method_state::account_id), Ids)?;
    resolve(frames.devices.data_mut(), device_state::account, None, Names)?;
    resolve(frames.users.data_mut(), user_state::account, Some(user_state::account_id), Ids)
}

fn resolve(frame: &mut DataFrame, column: &str, id: Option<&str>, naming: Naming, identities: &Identities) -> PolarsResult<()> {
    let names = frame.column(column)?.str()?.clone();
    let ids = match id {
        Some(id) => Some(frame.column(id)?.str()?.clone()),
        None => None,
    };
    let mut resolved = StringChunkedBuilder::new(column.into(), names.len());
    for row in 0..names.len() {
        let name = names.get(row);
        let id = ids.as_ref().and_then(|ids| ids.get(row));
        resolved.append_option(account_of(name, id, naming, identities));
    }
    frame.with_column(resolved.finish().into_column())?;
    Ok(())
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
