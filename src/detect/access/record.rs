//! What sign-in records give to findings: the selection of rows, the citation with its traces, and the innocent explanations that the records
//! themselves carry. Knows nothing of any one detector.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::{DataFrame, Expr, IntoLazy, NamedFrom, Series, col, lit};

use crate::case::Case;
use crate::detect::DetectError;
use crate::enrich::agent::os_family;
use crate::enrich::profile::{Novelty, Profiles, Trait};
use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::frame::{Frame, SignIn, SignIns, sign_in};
use crate::time::Time;

/// Every kind of evidence that fills the sign-in frame with people.
pub(super) const SIGN_INS: &[Evidence] =
    &[Evidence::InteractiveSignIns, Evidence::NonInteractiveSignIns, Evidence::UnknownSignIns, Evidence::AuditLogons];

/// References kept per finding; the full count stands in the fact `n_records`. A report line nobody can read to its end helps nobody.
const MAX_EVIDENCE: usize = 200;

/// Days of use after which a network is an account's habit (suppression F10: three days with the same VPN).
pub(super) const HABIT_DAYS: usize = 3;

/// Rows of people (no service principals) with a time and an account that satisfy `condition`, in frame order.
pub(super) fn select(case: &Case, condition: Expr) -> Result<DataFrame, DetectError> {
    let person = col(sign_in::account)
        .is_not_null()
        .and(col(sign_in::account).neq(lit("")))
        .and(col(sign_in::account).str().starts_with(lit("sp:")).not())
        .and(col(sign_in::time).is_not_null());
    let stream = col(sign_in::stream).fill_null(lit("unknown"));
    let human = stream.clone().neq(lit("service-principal")).and(stream.neq(lit("managed-identity")));
    Ok(case.frames.sign_ins.data().clone().lazy().filter(condition.and(person).and(human)).collect()?)
}

/// Rows whose error code is one of `codes`. Rows without a code match nothing.
pub(super) fn code_in(codes: &[i64]) -> Expr {
    codes.iter().fold(lit(false), |any, code| any.or(col(sign_in::error_code).eq(lit(*code)).fill_null(lit(false))))
}

/// Rows in which a token was issued.
pub(super) fn succeeded() -> Expr {
    code_in(&[0])
}

/// Rows of these accounts.
pub(super) fn account_in<'a>(accounts: impl IntoIterator<Item = &'a str>) -> Expr {
    let names: Vec<&str> = accounts.into_iter().collect();
    col(sign_in::account).is_in(lit(Series::new("accounts".into(), names)).implode(false), false)
}

/// The rows without those of the unified audit log that repeat an Entra row: the same record id, correlation id, or account, second and outcome.
/// Where both logs were exported each sign-in stands in both, and every count would be twice too high.
pub(super) fn without_twins<'a>(rows: impl IntoIterator<Item = SignIn<'a>>) -> Vec<SignIn<'a>> {
    let rows: Vec<SignIn<'a>> = rows.into_iter().collect();
    let moment = |row: &SignIn<'a>| Some((row.account?, row.time?.0.div_euclid(1_000_000), row.error_code?));
    let named = |text: Option<&'a str>| text.filter(|text| !text.is_empty());
    let entra = || rows.iter().filter(|row| row.feed != Some("ual"));
    let ids: BTreeSet<&str> = entra().filter_map(|row| named(Some(row.record_id))).collect();
    let correlations: BTreeSet<&str> = entra().filter_map(|row| named(row.correlation_id)).collect();
    let moments: BTreeSet<_> = entra().filter_map(moment).collect();
    let is_twin = |row: &SignIn<'a>| {
        ids.contains(row.record_id)
            || named(row.correlation_id).is_some_and(|id| correlations.contains(id))
            || moment(row).is_some_and(|moment| moments.contains(&moment))
    };
    rows.iter().filter(|row| row.feed != Some("ual") || !is_twin(row)).copied().collect()
}

/// How many sign-ins the rows are, see [`without_twins`].
pub(super) fn n_sign_ins(rows: &[SignIn<'_>]) -> usize {
    without_twins(rows.iter().copied()).len()
}

/// The network of a row as profiles know it: ASN, else address prefix.
pub(super) fn network_of(row: &SignIn<'_>) -> Option<String> {
    Profiles::network_key(row.asn, row.address.filter(|address| !address.is_empty()))
}

/// How one trait of the row relates to the history of its account. Blank values are unknown.
pub(super) fn novelty(case: &Case, row: &SignIn<'_>, habit: Trait) -> Novelty {
    let (Some(account), Some(at)) = (row.account, row.time) else {
        return Novelty::Unknown;
    };
    let value = match habit {
        Trait::Network => return network_of(row).map_or(Novelty::Unknown, |key| case.profiles.novelty(account, habit, &key, at)),
        Trait::Country => row.country,
        Trait::Agent => row.agent_family,
        Trait::Device => row.device_id,
        Trait::App => row.app_id,
        Trait::Client => row.client_app,
        Trait::Os => row.os.and_then(os_family),
    };
    value.filter(|value| !value.is_empty()).map_or(Novelty::Unknown, |value| case.profiles.novelty(account, habit, value, at))
}

/// How many accounts have each network as a habit. Unlike plain prevalence it does not grow when one actor enters many accounts for a day.
pub(super) struct HabitualUsers<'a> {
    case: &'a Case,
    n_users: BTreeMap<&'a str, usize>,
}

impl<'a> HabitualUsers<'a> {
    /// Counts once over all profiles.
    pub(super) fn of(case: &'a Case) -> Self {
        let mut n_users = BTreeMap::new();
        for ((kind, network), seen) in case.profiles.accounts.values().flat_map(|profile| &profile.habits) {
            if *kind == Trait::Network && seen.days.len() >= HABIT_DAYS {
                *n_users.entry(network.as_str()).or_default() += 1;
            }
        }
        Self { case, n_users }
    }

    /// Accounts other than `account` that use `network` habitually.
    pub(super) fn others(&self, network: &str, account: &str) -> usize {
        let own = self.case.profiles.accounts.get(account).and_then(|profile| profile.habits.get(&(Trait::Network, network.to_owned())));
        let own = usize::from(own.is_some_and(|seen| seen.days.len() >= HABIT_DAYS));
        self.n_users.get(network).map_or(0, |n| n - own)
    }
}

/// The address is the company's way out: a trusted location, a secure web gateway, or a block through which a good part of the company works.
pub(super) fn is_company_egress(case: &Case, row: &SignIn<'_>) -> bool {
    row.trusted_location == Some(true)
        || matches!(row.network, Some("gateway" | "egress"))
        || row.address.is_some_and(|address| case.profiles.is_company_egress(address))
}

/// The device is one the account has long used, and the client on it is none the account never used: a stolen token carries its device's id along.
pub(super) fn is_own_device(case: &Case, row: &SignIn<'_>) -> bool {
    novelty(case, row, Trait::Device) == Novelty::Established && novelty(case, row, Trait::Agent) != Novelty::New
}

/// Up to three values in order, then how many more: `a, b, c and 4 more`.
pub(super) fn listed(values: &BTreeSet<String>) -> String {
    let shown: Vec<&str> = values.iter().take(3).map(String::as_str).collect();
    match values.len().saturating_sub(shown.len()) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// [`listed`] for addresses, which records may lack.
pub(super) fn listed_addresses(addresses: &BTreeSet<String>) -> String {
    if addresses.is_empty() { "an unrecorded address".to_owned() } else { listed(addresses) }
}

/// The addresses of rows, without blanks.
pub(super) fn addresses_of(rows: &[SignIn<'_>]) -> BTreeSet<String> {
    rows.iter().filter_map(|row| row.address).filter(|address| !address.is_empty()).map(str::to_owned).collect()
}

/// Names of the applications of rows; the id where no row names it.
pub(super) fn apps_of(rows: &[SignIn<'_>]) -> BTreeSet<String> {
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    for row in rows {
        if let Some(id) = row.app_id.filter(|id| !id.is_empty()).or(row.app) {
            let name = names.entry(id).or_insert(id);
            *name = row.app.filter(|app| !app.is_empty() && *name == id).unwrap_or(name);
        }
    }
    names.into_values().map(str::to_owned).filter(|name| !name.is_empty()).collect()
}

/// `1 prompt`, `2 prompts`, `2 addresses`.
pub(super) fn counted(n: usize, thing: &str) -> String {
    match n {
        1 => format!("1 {thing}"),
        _ if thing.ends_with('s') => format!("{n} {thing}es"),
        _ => format!("{n} {thing}s"),
    }
}

/// Cites rows in a tenant-wide finding, as many as a report can carry, and states how many there are.
pub(super) fn cite_all(finding: &mut Finding, rows: &[SignIn<'_>]) {
    for row in rows.iter().take(MAX_EVIDENCE) {
        finding.add_record(row.time, row.reference());
    }
    finding.last_seen = rows.iter().filter_map(|row| row.time).fold(finding.last_seen, Time::max);
    finding.fact("n_records", rows.len());
}

/// `203.0.113.9 (AS9009 M247 Europe SRL (vpn), RO)`, as far as known.
pub(super) fn origin(case: &Case, row: &SignIn<'_>) -> String {
    let address = row.address.filter(|address| !address.is_empty()).unwrap_or("an unrecorded address");
    let country = row.country.filter(|country| !country.is_empty()).map(|country| format!(", {country}")).unwrap_or_default();
    format!("{address} ({}{country})", case.networks.describe(row.asn))
}

/// Innocent explanations that this row supports.
fn innocent(case: &Case, row: &SignIn<'_>) -> Vec<String> {
    let mut reasons = Vec::new();
    if row.compliant == Some(true) {
        let known = if is_own_device(case, row) { " and long used by the account" } else { "" };
        reasons.push(format!("the device {} is compliant{known}", row.device_name.filter(|name| !name.is_empty()).unwrap_or("in the record")));
    } else if is_own_device(case, row) {
        reasons.push("the device is one the account has long used".to_owned());
    }
    if row.trusted_location == Some(true) {
        reasons.push("the address belongs to a trusted named location".to_owned());
    }
    if novelty(case, row, Trait::Network) == Novelty::Established {
        reasons.push(format!("{} is an established network of the account", case.networks.describe(row.asn)));
    }
    match row.network {
        Some("gateway") => reasons.push("the address belongs to a secure web gateway".to_owned()),
        Some("relay") => reasons.push("the address belongs to a privacy relay".to_owned()),
        _ => {}
    }
    if row.address.is_some_and(|address| case.profiles.is_company_egress(address)) {
        reasons.push("the address belongs to a block through which the company works".to_owned());
    }
    reasons
}

/// A finding while its rows are collected. [`Draft::finish`] turns it into a [`Finding`].
pub(super) struct Draft {
    /// To be filled by the detector: severity, confidence, summary, facts.
    pub(super) finding: Finding,
    networks: BTreeSet<String>,
    n_records: usize,
}

impl Draft {
    /// A finding about the row's account that rests on `primary`; the row is suspicious itself.
    pub(super) fn new(case: &Case, detector: &'static str, signal: &'static str, primary: &SignIn<'_>) -> Self {
        let account = primary.account.unwrap_or_default();
        let finding = Finding::new(detector, signal, account, primary.time.unwrap_or_default(), primary.reference());
        let mut draft = Self { finding, networks: BTreeSet::new(), n_records: 0 };
        draft.suspect(case, primary);
        draft
    }

    /// Cites a row that belongs to the story without being suspicious itself.
    pub(super) fn cite(&mut self, row: &SignIn<'_>) {
        let reference = row.reference();
        let known = self.finding.evidence.contains(&reference);
        if self.finding.evidence.len() < MAX_EVIDENCE || known {
            self.finding.add_record(row.time, reference);
        } else if let Some(at) = row.time {
            self.finding.first_seen = self.finding.first_seen.min(at);
            self.finding.last_seen = self.finding.last_seen.max(at);
        }
        self.n_records += usize::from(!known || self.n_records == 0);
    }

    /// Cites a suspicious row and takes over the traces by which its actor can be followed.
    pub(super) fn suspect(&mut self, case: &Case, row: &SignIn<'_>) {
        self.cite(row);
        self.networks.extend(network_of(row));
        let traces = &mut self.finding.traces;
        let pairs = [
            (&mut traces.addresses, row.address),
            (&mut traces.sessions, row.session_id),
            (&mut traces.tokens, row.token_id),
            (&mut traces.agents, row.user_agent),
            (&mut traces.devices, row.device_id),
            (&mut traces.apps, row.app_id),
        ];
        for (set, value) in pairs {
            set.extend(value.filter(|value| !value.is_empty()).map(str::to_owned));
        }
        for reason in innocent(case, row) {
            if !self.finding.against.contains(&reason) {
                self.finding.against.push(reason);
            }
        }
    }

    /// [`Self::suspect`] for each of the rows.
    pub(super) fn suspect_all<'r, 'a: 'r>(&mut self, case: &Case, rows: impl IntoIterator<Item = &'r SignIn<'a>>) {
        for row in rows {
            self.suspect(case, row);
        }
    }

    /// Seals the finding: drops traces that are the account's own, states the number of records.
    pub(super) fn finish(mut self, own: &OwnTraces) -> Finding {
        let finding = &mut self.finding;
        let (account, before) = (finding.account.clone(), finding.first_seen);
        let networks = &self.networks;
        let is_own = |kind: Kind, value: &String| own.had(&account, kind, value, networks, before);
        finding.traces.addresses.retain(|value| !is_own(Kind::Address, value));
        finding.traces.agents.retain(|value| !is_own(Kind::Agent, value));
        finding.traces.devices.retain(|value| !is_own(Kind::Device, value));
        finding.traces.apps.retain(|value| !is_own(Kind::App, value));
        finding.fact("n_records", self.n_records);
        self.finding
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Address,
    Agent,
    Device,
    App,
}

/// What accounts demonstrably used themselves: the values of their successes on networks that were not new to them, with the first time per network.
/// A trace that the account itself left earlier leads to the account's owner, not to somebody else.
#[derive(Default)]
pub(super) struct OwnTraces {
    established: BTreeMap<(String, Kind, String), Time>,
    other: BTreeMap<(String, Kind, String), BTreeMap<String, Time>>,
}

impl OwnTraces {
    /// Reads the history of `accounts`.
    pub(super) fn of(case: &Case, accounts: &BTreeSet<String>) -> Result<Self, DetectError> {
        if accounts.is_empty() {
            return Ok(Self::default());
        }
        let data = select(case, succeeded().and(account_in(accounts.iter().map(String::as_str))))?;
        let mut own = Self::default();
        for row in SignIns::rows_of(&data)?.iter() {
            own.learn(case, &row);
        }
        Ok(own)
    }

    fn learn(&mut self, case: &Case, row: &SignIn<'_>) {
        let (Some(account), Some(at)) = (row.account, row.time) else {
            return;
        };
        let novelty = novelty(case, row, Trait::Network);
        let network = network_of(row).unwrap_or_default();
        let values = [(Kind::Address, row.address), (Kind::Agent, row.user_agent), (Kind::Device, row.device_id), (Kind::App, row.app_id)];
        for (kind, value) in values {
            let Some(value) = value.filter(|value| !value.is_empty()) else {
                continue;
            };
            let key = (account.to_owned(), kind, value.to_owned());
            match novelty {
                Novelty::Established => {
                    self.established.entry(key).or_insert(at);
                }
                Novelty::Unknown => {
                    self.other.entry(key).or_default().entry(network.clone()).or_insert(at);
                }
                Novelty::New => {}
            }
        }
    }

    /// The account used `value` before `before` on an established network, or, where novelty is unknown, on a network that is not among `networks`.
    fn had(&self, account: &str, kind: Kind, value: &str, networks: &BTreeSet<String>, before: Time) -> bool {
        let key = (account.to_owned(), kind, value.to_owned());
        self.established.get(&key).is_some_and(|first| *first < before)
            || self.other.get(&key).is_some_and(|first| first.iter().any(|(network, first)| *first < before && !networks.contains(network)))
    }
}

/// Seals drafts and reads the history of their accounts once.
pub(super) fn finish_all(case: &Case, drafts: Vec<Draft>) -> Result<Vec<Finding>, DetectError> {
    let accounts = drafts.iter().map(|draft| draft.finding.account.clone()).filter(|account| !account.is_empty()).collect();
    let own = OwnTraces::of(case, &accounts)?;
    Ok(drafts.into_iter().map(|draft| draft.finish(&own)).collect())
}
