//! One act on the directory: the audit records of both services folded into one, and the place it was done from. Not a detector.
//!
//! The unified log and the Entra audit log write the same act under one correlation id; the unified log gives it no address. So the place is taken from
//! the record, else from a sign-in or record with the same correlation id, else from the account's nearest sign-in, and says which of these it was.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::change::Changes;
use crate::case::Case;
use crate::detect::origin::filled;
use crate::detect::selection::attach;
use crate::detect::session::anchor::{Anchor, shortly_before};
use crate::detect::session::origins::place;
use crate::detect::session::sighting::Sighting;
use crate::enrich::profile::{Novelty, Trait};
use crate::finding::{Finding, Traces};
use crate::frame::AuditEvent;
use crate::provenance::RecordRef;
use crate::settings::Settings;
use crate::time::Time;

/// Records of one act without a correlation id lie this close together.
const SAME_ACT: TimeDelta = TimeDelta::seconds(5);
/// A sign-in this close to an act stands in for its missing address.
const NEAREST_SIGN_IN: TimeDelta = TimeDelta::minutes(10);

/// The audit records of one act, ascending by time. Never empty.
#[derive(Debug, Clone)]
pub(in crate::detect) struct Act<'a> {
    /// The records.
    pub events: Vec<AuditEvent<'a>>,
    /// Their modified properties, in the same order.
    pub changes: Vec<Changes>,
    /// Time of the first record.
    pub time: Time,
}

impl<'a> Act<'a> {
    /// The first record.
    pub(crate) fn first(&self) -> &AuditEvent<'a> {
        self.events.first().expect("an act is made from its first record")
    }

    /// The first filled value of a text field over all records.
    pub(crate) fn text(&self, field: impl Fn(&AuditEvent<'a>) -> Option<&'a str>) -> Option<&'a str> {
        self.events.iter().find_map(|event| filled(field(event)))
    }

    /// The first non-empty new value of a modified property over all records.
    pub(crate) fn new_text(&self, name: &str) -> Option<String> {
        self.changes.iter().find_map(|changes| changes.new_text(name))
    }

    /// Who acted.
    pub(crate) fn actor(&self) -> &'a str {
        self.text(|event| event.account()).unwrap_or("")
    }

    /// On whom or what.
    pub(crate) fn target(&self) -> &'a str {
        self.text(|event| event.target()).unwrap_or("")
    }

    /// Done by an application rather than a person.
    pub(crate) fn by_app(&self) -> bool {
        self.events.iter().all(|event| event.actor_kind() == Some("app"))
    }

    /// A finding about this act that cites all its records.
    pub(crate) fn finding(&self, detector: &'static str, signal: &'static str, account: &str) -> Finding {
        let mut finding = Finding::new(detector, signal, account, self.time, self.first().reference());
        attach(&mut finding, self.events.iter().map(|event| (event.time(), event.reference())));
        finding
    }
}

/// Selects successful acts by operation, then by the whole record, and folds their records. `same` tells, within one correlation id, which records
/// are about one thing.
pub(in crate::detect) fn acts<'a>(
    case: &'a Case,
    operation: impl Fn(&str) -> bool,
    wanted: impl Fn(&AuditEvent<'a>) -> bool,
    same: impl Fn(&AuditEvent<'a>) -> String,
) -> Vec<Act<'a>> {
    let mut acts: Vec<Act<'a>> = Vec::new();
    let mut by_correlation: BTreeMap<(String, String), usize> = BTreeMap::new();
    let rows = &case.frames.audit;
    let named = case.frames.audit.operation.rows_where(operation);
    for event in named.into_iter().filter_map(|row| rows.get(row)).filter(|event| event.result() != Some("failure")) {
        let Some(time) = event.time().filter(|_| wanted(&event)) else { continue };
        let thing = same(&event);
        let correlation = filled(event.correlation_id()).map(|id| (id.to_owned(), thing.clone()));
        let known = correlation.as_ref().and_then(|key| by_correlation.get(key)).copied().or_else(|| {
            let recent = acts.iter().enumerate().rev().take_while(|(_, act)| time.distance(act.time) <= SAME_ACT);
            let twin = |act: &Act<'a>| {
                let other_feed = act.events.iter().all(|twin| twin.feed() != event.feed()) || filled(event.correlation_id()).is_none();
                other_feed
                    && (filled(event.correlation_id()).is_none() || act.text(|twin| twin.correlation_id()).is_none())
                    && same(act.first()) == thing
            };
            recent.filter(|(_, act)| twin(act)).map(|(position, _)| position).next()
        });
        let position = known.unwrap_or(acts.len());
        if let Some(key) = correlation {
            by_correlation.insert(key, position);
        }
        let changes = Changes::parse(event.changes());
        match acts.get_mut(position) {
            Some(act) => {
                act.events.push(event);
                act.changes.push(changes);
            }
            None => acts.push(Act { events: vec![event], changes: vec![changes], time }),
        }
    }
    acts
}

/// All accounts that acted or were acted upon.
pub(in crate::detect) fn people<'a>(acts: &[Act<'a>]) -> BTreeSet<&'a str> {
    let events = acts.iter().flat_map(|act| &act.events);
    events.flat_map(|event| [filled(event.account()), filled(event.target())]).flatten().collect()
}

/// How the place of an act is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::detect) enum Known {
    /// The record has an address.
    Recorded,
    /// Another record with the same correlation id has it.
    Correlated,
    /// It is that of the account's nearest sign-in.
    Inferred,
    /// Nothing tells it.
    Unknown,
}

impl Known {
    /// For the fact `origin`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Correlated => "correlated",
            Self::Inferred => "inferred",
            Self::Unknown => "unknown",
        }
    }
}

/// From where an act was done.
#[derive(Debug, Clone, Copy)]
pub(in crate::detect) struct Place<'a> {
    /// The record that tells it; `None` when unknown.
    pub sighting: Option<Sighting<'a>>,
    /// How it is known.
    pub known: Known,
}

/// How a place relates to the actor's habits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::detect) enum Standing {
    /// Habitual network, and neither client nor device is new.
    Own,
    /// New or rented network.
    Strange,
    /// Cannot be told.
    Unclear,
}

impl Place<'_> {
    /// How the place relates to the actor's habits.
    pub(crate) fn standing(&self, case: &Case) -> Standing {
        let Some(sighting) = self.sighting.filter(Sighting::has_origin) else { return Standing::Unclear };
        let client = sighting.novelty(&case.profiles, Trait::Agent, sighting.family);
        let device = sighting.novelty(&case.profiles, Trait::Device, sighting.device);
        match sighting.network_novelty(&case.profiles) {
            Novelty::Established if client != Novelty::New && device != Novelty::New => Standing::Own,
            Novelty::New => Standing::Strange,
            Novelty::Unknown if sighting.is_rented() => Standing::Strange,
            Novelty::Established | Novelty::Unknown => Standing::Unclear,
        }
    }

    /// ` from 203.0.113.9, AS9009 M247 Europe SRL (vpn), RO`, or nothing.
    pub(crate) fn words(&self, case: &Case) -> String {
        let Some(sighting) = self.sighting else { return String::new() };
        format!(" from {}", place(case, sighting.address, sighting.asn, sighting.country))
    }

    /// Traces, unless the place is the account's own or only a guess.
    pub(crate) fn traces(&self, case: &Case) -> Traces {
        match (self.sighting, self.known) {
            (Some(sighting), Known::Recorded | Known::Correlated) if self.standing(case) != Standing::Own => sighting.traces(&case.profiles),
            _ => Traces::default(),
        }
    }
}

/// Finds places of acts.
#[derive(Debug, Default)]
pub(in crate::detect) struct Places<'a> {
    by_correlation: BTreeMap<&'a str, Sighting<'a>>,
    by_account: BTreeMap<&'a str, Vec<Sighting<'a>>>,
}

impl<'a> Places<'a> {
    /// Indexes the sign-ins and audit records that the given acts may need.
    pub(crate) fn of(case: &'a Case, acts: &[Act<'a>]) -> Self {
        let events = || acts.iter().flat_map(|act| &act.events);
        let correlations: BTreeSet<&str> = events().filter_map(|event| filled(event.correlation_id())).collect();
        let accounts = people(acts);
        let mut places = Self::default();
        for row in case.frames.sign_ins.iter() {
            let correlation = filled(row.correlation_id()).and_then(|id| correlations.get(id));
            let is_theirs = row.account().is_some_and(|account| accounts.contains(account));
            if correlation.is_none() && !is_theirs {
                continue;
            }
            let Some(sighting) = Sighting::of_sign_in(&row).filter(Sighting::has_origin) else { continue };
            if let Some(correlation) = correlation {
                places.by_correlation.insert(correlation, sighting);
            }
            if row.error_code() == Some(0) && is_theirs {
                places.by_account.entry(sighting.account).or_default().push(sighting);
            }
        }
        for event in events() {
            if let (Some(correlation), Some(sighting)) = (filled(event.correlation_id()), Sighting::of_audit(event))
                && sighting.has_origin()
            {
                places.by_correlation.entry(correlation).or_insert(sighting);
            }
        }
        places
    }

    /// The place of an act that `account` did, itself or through one of Microsoft's services.
    pub(crate) fn place(&self, act: &Act<'a>, account: &str) -> Place<'a> {
        let recorded = act.events.iter().filter_map(Sighting::of_audit).find(Sighting::has_origin);
        let correlated = || act.events.iter().find_map(|event| self.by_correlation.get(filled(event.correlation_id())?)).copied();
        let nearest = || {
            let sightings = self.by_account.get(account)?;
            let nearest = sightings.iter().min_by_key(|sighting| sighting.time.distance(act.time))?;
            (nearest.time.distance(act.time) <= NEAREST_SIGN_IN).then_some(*nearest)
        };
        let (sighting, known) = if let Some(sighting) = correlated().filter(|one| recorded.is_none_or(|record| record.address == one.address)) {
            // A sign-in of the same flow says more than the audit record: client, session, device.
            (Some(sighting), if recorded.is_some() { Known::Recorded } else { Known::Correlated })
        } else if let Some(sighting) = recorded {
            (Some(sighting), Known::Recorded)
        } else if let Some(sighting) = nearest() {
            (Some(sighting), Known::Inferred)
        } else {
            (None, Known::Unknown)
        };
        Place { sighting, known }
    }
}

/// The context of an act, stated in the finding: place, how it is known, and the suspicious sign-in before it. Returns the standing.
pub(in crate::detect) fn state_context(
    case: &Case,
    settings: &Settings,
    finding: &mut Finding,
    place: &Place<'_>,
    anchors: &BTreeMap<String, Vec<Anchor>>,
    actor: &str,
) -> Standing {
    finding.fact("origin", place.known.word());
    if let Some(sighting) = place.sighting {
        finding.fact("place", super::act::place(case, sighting.address, sighting.asn, sighting.country));
        attach(finding, [(None, sighting.reference())]);
    }
    finding.traces.extend(&place.traces(case));
    let own = place.standing(case) == Standing::Own;
    if own {
        finding.against.push("network, client and device are habitual for the account".to_owned());
    }
    if let Some(anchor) = shortly_before(anchors, actor, finding.first_seen, settings.identity.suspicious_before_hours) {
        finding.fact("suspicious_sign_in", format!("{} from {} ({})", anchor.time, anchor.place, anchor.reason.words()));
        let reference: RecordRef = anchor.reference.clone();
        attach(finding, [(None, reference)]);
        return if own { Standing::Unclear } else { Standing::Strange };
    }
    place.standing(case)
}
