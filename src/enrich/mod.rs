//! Facts that are not in the records themselves: address → ASN, country, network class; user-agent family; who is who; what is normal.
//! Each distinct address is looked up once. Nothing here needs a network.

use std::net::IpAddr;

use crate::case::Case;
use crate::settings::Settings;

pub mod address;
pub mod agent;
pub mod catalogue;
mod columns;
pub mod identity;
pub mod network;
pub mod profile;
pub mod tables;

use columns::Places;
use identity::Identities;
use network::{Classifier, Networks};
use profile::Profiles;
use tables::Tables;

/// Why enrichment could not finish.
#[derive(Debug, thiserror::Error)]
pub enum EnrichError {
    /// The settings name a network that is neither an address block nor an autonomous system.
    #[error("settings, network.egress: {0}; write 198.51.100.0/24 or AS64496")]
    Settings(String),
}

/// Fills the columns marked "enrichment", resolves accounts, and learns identities, networks and profiles. What a record says itself about its ASN
/// and country is kept; the tables answer only where it says nothing. The frames must not change afterwards.
pub fn enrich(case: &mut Case, settings: &Settings, tables: &Tables) -> Result<(), EnrichError> {
    case.identities = Identities::build(&case.frames);
    columns::resolve_accounts(&mut case.frames, &case.identities);

    let classifier = Classifier::new(&tables.catalogue, &settings.network).map_err(EnrichError::Settings)?;
    let places = Places::look_up(&case.frames, tables);
    let mut networks = Networks { provenance: provenance(case, settings, tables), ..Networks::default() };
    columns::place_addresses(&mut case.frames, &places, &classifier, &mut networks);
    for (asn, name) in &mut networks.organisations {
        if name.is_empty() {
            name.push_str(tables.catalogue.get(*asn).map_or("", |listed| listed.name.as_str()));
        }
    }
    networks.organisations.retain(|_, name| !name.is_empty());
    case.networks = networks;

    columns::classify_agents(&mut case.frames);
    case.profiles = Profiles::build(&case.frames.sign_ins, &settings.baseline);
    Ok(())
}

fn provenance(case: &Case, settings: &Settings, tables: &Tables) -> Vec<String> {
    let mut lines: Vec<String> = tables.provenance.iter().chain(tables.catalogue.provenance()).cloned().collect();
    let furthest = case.coverage.values().flat_map(|span| [span.first, span.last]).flatten().max_by_key(|time| time.distance(tables.built()));
    if let Some(time) = furthest {
        let days = time.distance(tables.built()).num_days();
        if days > settings.network.table_age_days {
            lines.push(format!("the ASN table is {days} days away from the record of {time}: networks may have had other owners then"));
        }
    }
    lines
}

/// An address as text; records may hold anything.
fn parse(address: &str) -> Option<IpAddr> {
    address.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::case::Span;
    use crate::evidence::Evidence;
    use crate::frame::{AuditEventRow, Frame, GrantStateRow, MailAccessRow, RiskEventRow, Rows, RuleStateRow, SignInRow, UserStateRow};
    use crate::provenance::SourceId;
    use crate::settings::network::Network;
    use crate::time::Time;

    const ADA: &str = "ada@contoso.example";
    const ID: &str = "11111111-2222-3333-4444-555555555555";

    fn enriched(settings: &Settings, fill: impl FnOnce(&mut Rows)) -> Case {
        let mut rows = Rows::default();
        fill(&mut rows);
        let mut case = Case { frames: rows.finish(), ..Case::default() };
        let shapes: Vec<_> = case.frames.each().into_iter().map(|(name, frame)| (name, frame.columns().len(), frame.height())).collect();
        enrich(&mut case, settings, &Tables::embedded().expect("sound tables")).expect("own frames");
        let later: Vec<_> = case.frames.each().into_iter().map(|(name, frame)| (name, frame.columns().len(), frame.height())).collect();
        assert_eq!(shapes, later, "enrichment changed the number of rows");
        case
    }

    fn sign_in(address: &str) -> SignInRow {
        SignInRow { time: Some(Time(0)), account: Some(ADA.into()), address: Some(address.into()), error_code: Some(0), ..SignInRow::default() }
    }

    #[test]
    fn tables_answer_only_where_the_record_says_nothing() {
        let case = enriched(&Settings::default(), |rows| {
            rows.sign_ins.push(SourceId(0), 0, "", sign_in("104.131.0.2"));
            let own = SignInRow { asn: Some(9009), country: Some("RO".into()), user_agent: Some("axios/1.7.9".into()), ..sign_in("104.131.0.1") };
            rows.sign_ins.push(SourceId(0), 1, "", own);
            rows.sign_ins.push(SourceId(0), 2, "", SignInRow { asn: Some(24940), ..sign_in("203.0.113.7") });
            rows.sign_ins.push(
                SourceId(0),
                3,
                "",
                SignInRow { country: Some(String::new()), user_agent: Some(" ".into()), ..sign_in("not an address") },
            );
            rows.sign_ins.push(SourceId(0), 4, "", SignInRow::default());
        });
        let rows = &case.frames.sign_ins;
        let cells: Vec<_> = rows.iter().map(|row| (row.asn(), row.country(), row.network(), row.agent_family())).collect();
        assert_eq!(
            cells,
            [
                (Some(14061), Some("US"), Some("hosting"), None),
                (Some(9009), Some("RO"), Some("vpn"), Some("axios")),
                (Some(24940), None, Some("hosting"), None),
                (None, Some(""), None, Some("")),
                (None, None, None, None),
            ]
        );
        assert_eq!(case.networks.describe(Some(14061)), "AS14061 DigitalOcean, LLC (hosting)");
        assert_eq!(case.networks.describe(Some(24940)), "AS24940 Hetzner Online GmbH (hosting)", "named by the list when no address led to it");
        assert_eq!(case.networks.classes.keys().copied().collect::<Vec<_>>(), [9009, 14061, 24940], "only networks that occur");
        assert!(case.networks.provenance.len() >= 3, "{:?}", case.networks.provenance);
    }

    #[test]
    fn an_address_has_one_network_in_all_logs() {
        let case = enriched(&Settings::default(), |rows| {
            for (record, asn, country) in [(0, Some(9009), "RO"), (1, Some(9009), "RO"), (2, Some(64500), "NL")] {
                rows.sign_ins.push(SourceId(0), record, "", SignInRow { asn, country: Some(country.into()), ..sign_in("104.131.0.1") });
            }
            rows.sign_ins.push(SourceId(0), 3, "", sign_in("104.131.0.1"));
            rows.audit.push(SourceId(0), 4, "", AuditEventRow { address: Some("104.131.0.1".into()), ..AuditEventRow::default() });
        });
        let rows = &case.frames.sign_ins;
        assert_eq!(rows.iter().map(|row| row.asn()).collect::<Vec<_>>(), [Some(9009), Some(9009), Some(64500), Some(9009)]);
        let audit = &case.frames.audit;
        assert_eq!(audit.iter().map(|row| (row.asn(), row.country(), row.network())).collect::<Vec<_>>(), [(Some(9009), Some("RO"), Some("vpn"))]);
        assert_eq!(case.networks.describe(Some(9009)), "AS9009 M247 Europe SRL (vpn)", "not named after the table's owner of the address");
    }

    #[test]
    fn all_event_frames_are_placed() {
        let case = enriched(&Settings::default(), |rows| {
            let address = Some("104.131.0.1".to_owned());
            rows.audit.push(
                SourceId(0),
                0,
                "",
                AuditEventRow { address: address.clone(), user_agent: Some("curl/8".into()), ..AuditEventRow::default() },
            );
            rows.mail_access.push(SourceId(0), 0, "", MailAccessRow { address: address.clone(), ..MailAccessRow::default() });
            rows.risks.push(SourceId(0), 0, "", RiskEventRow { address, country: Some("NL".into()), ..RiskEventRow::default() });
        });
        let audit = &case.frames.audit;
        let audit: Vec<_> = audit.iter().map(|row| (row.asn(), row.country(), row.network(), row.agent_family())).collect();
        assert_eq!(audit, [(Some(14061), Some("US"), Some("hosting"), Some("curl"))]);
        let mail = &case.frames.mail_access;
        assert_eq!(
            mail.iter().map(|row| (row.asn(), row.country(), row.network())).collect::<Vec<_>>(),
            [(Some(14061), Some("US"), Some("hosting"))]
        );
        let risks = &case.frames.risks;
        assert_eq!(
            risks.iter().map(|row| (row.asn(), row.country(), row.network())).collect::<Vec<_>>(),
            [(Some(14061), Some("NL"), Some("hosting"))]
        );
    }

    #[test]
    fn own_networks_are_never_rented() {
        let network = Network { egress: vec!["104.131.0.0/24".into()], ..Network::default() };
        let case = enriched(&Settings { network, ..Settings::default() }, |rows| {
            rows.sign_ins.push(SourceId(0), 0, "", sign_in("104.131.0.1"));
            rows.sign_ins.push(SourceId(0), 1, "", sign_in("104.131.1.1"));
        });
        let rows = &case.frames.sign_ins;
        assert_eq!(rows.iter().map(|row| row.network()).collect::<Vec<_>>(), [Some("egress"), Some("hosting")]);
        assert!(!network::is_rented(Some("egress")));

        let network = Network { egress: vec!["head office".into()], ..Network::default() };
        let settings = Settings { network, ..Settings::default() };
        let error = enrich(&mut Case::default(), &settings, &Tables::embedded().expect("sound tables")).expect_err("not a network");
        assert!(error.to_string().starts_with("settings, network.egress: `head office`"), "{error}");
    }

    #[test]
    fn accounts_are_resolved_in_events_and_states() {
        let case = enriched(&Settings::default(), |rows| {
            let user = UserStateRow {
                account: Some(ADA.into()),
                account_id: Some(ID.into()),
                display_name: Some("Ada Byron".into()),
                aliases: Some("ada.byron@contoso.example".into()),
                ..UserStateRow::default()
            };
            rows.users.push(SourceId(0), 0, "", user);
            let event = AuditEventRow {
                account: Some("ada.byron@contoso.example".into()),
                target: Some(ID.into()),
                mailbox: None,
                mailbox_id: Some(ID.into()),
                ..AuditEventRow::default()
            };
            rows.audit.push(SourceId(0), 1, "", event);
            let named = AuditEventRow { account: Some("Ada Byron".into()), target: Some("Finance".into()), ..AuditEventRow::default() };
            rows.audit.push(SourceId(0), 2, "", named);
            let system = AuditEventRow { account: Some("app@sharepoint".into()), account_id: Some(ID.into()), ..AuditEventRow::default() };
            rows.audit.push(SourceId(0), 3, "", system);
            rows.rules.push(SourceId(0), 4, "", RuleStateRow { mailbox: Some("Ada Byron".into()), ..RuleStateRow::default() });
            rows.grants.push(SourceId(0), 5, "", GrantStateRow { principal_id: Some(ID.into()), ..GrantStateRow::default() });
        });
        let audit = &case.frames.audit;
        assert_eq!(
            audit.iter().map(|row| (row.account(), row.target(), row.mailbox())).collect::<Vec<_>>(),
            [(Some(ADA), Some(ADA), Some(ADA)), (Some("Ada Byron"), Some("Finance"), None), (Some("app@sharepoint"), None, None),]
        );
        assert_eq!(case.frames.rules.get(0).and_then(|row| row.mailbox()), Some(ADA));
        assert_eq!(case.frames.grants.get(0).and_then(|row| row.account()), Some(ADA));
        assert!(case.identities.is_own_address("x@contoso.example"));
        assert_eq!(case.profiles.accounts.len(), 0, "no sign-ins, no habits");
    }

    #[test]
    fn old_evidence_is_told_from_the_date_of_the_table() {
        let warns = |time: &str| {
            let at = crate::time::parse(time, crate::time::DateOrder::default()).expect("a time");
            let span = Span { records: 1, first: Some(at), last: Some(at), ..Span::default() };
            let mut case = Case { coverage: BTreeMap::from([(Evidence::InteractiveSignIns, span)]), ..Case::default() };
            enrich(&mut case, &Settings::default(), &Tables::embedded().expect("sound tables")).expect("empty frames");
            case.networks.provenance.iter().any(|line| line.contains("days away"))
        };
        assert!(warns("2021-03-01T00:00:00Z") && !warns("2026-06-20T00:00:00Z"));
        assert!(warns("2026-12-15T00:00:00Z") && !warns("2026-12-14T00:00:00Z"), "exactly 180 days are near enough");
    }

    #[test]
    fn frames_of_several_chunks_are_enriched() {
        let chunk = |address: &str| {
            let mut rows = Rows::default();
            rows.sign_ins.push(SourceId(0), 0, "", sign_in(address));
            rows.finish()
        };
        let mut case = Case { frames: chunk("104.131.0.1"), ..Case::default() };
        case.frames.append(chunk("8.8.8.8"));
        enrich(&mut case, &Settings::default(), &Tables::embedded().expect("sound tables")).expect("own frames");
        assert_eq!(case.frames.sign_ins.height(), 2);
        let rows = &case.frames.sign_ins;
        assert_eq!(rows.iter().map(|row| row.asn()).collect::<Vec<_>>(), [Some(14061), Some(15169)]);
    }
}
