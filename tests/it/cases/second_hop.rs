//! Pattern B twice. The alert names the finance director. The door was an assistant whose session was stolen the day before, and whose mailbox wrote
//! to the colleagues from inside.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::Written;
use super::audit::{Origin, Reach};
use super::expected::Expected;
use super::random::Random;
use super::routine::{Habits, background, delivered, message_id};
use super::state::{Snapshot, inbox_rule};
use super::tenant::{Client, EXCHANGE, Kind, OFFICE_HOME, OUTLOOK_WEB, Person, Place, Tenant, at};
use super::world::{Factor, SignIn, World};
use super::writer;

const FORWARD: &str = "c.lang.private@example.com";
const RULE_ID: u64 = 12_208_119_004_817_331_201;
const LURE: &str = "Shared with you: Quarterly review Q3.pdf";

pub(crate) fn write() -> Written {
    let mut random = Random::of("second-hop");
    let mut tenant = Tenant::new(&mut random, "contoso.example", "contoso", "2026-09-01", "2026-10-01");
    let office = Place { trusted: true, ..Place::new("192.0.2.10", 8881, "DE", "Bremen", "Bremen", 53.079, 8.801) };
    let staff = [
        ("e.wolf", "Emil Wolf", "Assistant, reception", Kind::Employee),
        ("c.lang", "Carla Lang", "Finance director", Kind::Employee),
        ("t.berg", "Tom Berg", "IT administrator", Kind::Admin),
        ("m.keller", "Mara Keller", "Accounts payable", Kind::Employee),
        ("s.brandt", "Stefan Brandt", "Managing director", Kind::Employee),
        ("k.arslan", "Kaan Arslan", "Engineering", Kind::Employee),
    ];
    tenant.hire_all(&mut random, &office, &staff);
    let mut world = World::new(tenant, random);
    background(&mut world, &Habits::default());
    let (assistant, director) = (world.tenant.person("e.wolf"), world.tenant.person("c.lang"));
    let proxy = Place::new("203.0.113.45", 9009, "NL", "Noord-Holland", "Amsterdam", 52.374, 4.89);
    let cloud = Place::new("203.0.113.112", 14061, "DE", "Hessen", "Frankfurt am Main", 50.11, 8.682);
    let first = world.random.guid();
    let token = steal(&mut world, &assistant, (&proxy, &cloud), &first, at("2026-09-28T15:12:20Z"), None);
    spread(&mut world, &assistant, &cloud, &first, &token);
    let second = world.random.guid();
    let alert = Some("anomalousToken");
    let token = steal(&mut world, &director, (&proxy, &cloud), &second, at("2026-09-29T12:41:33Z"), alert);
    take_mail(&mut world, &director, &cloud, &second, &token);
    let expected = Expected {
        accounts: vec![("e.wolf", "compromised", Some("aitm"), None), ("c.lang", "compromised", Some("aitm"), None)],
        pattern: Some("aitm"),
        entry: Some("e.wolf"),
        first_malicious: Some("2026-09-28T15:12:20Z"),
        tolerance_s: 120,
        addresses: vec![proxy.address, cloud.address],
        sessions: vec![first, second],
        artefacts: vec![("inbox-rule", "c.lang", vec!["..".to_owned(), RULE_ID.to_string()], "present")],
        checklist: vec![
            (1, "found"),
            (2, "found"),
            (3, "found"),
            (4, "found"),
            (5, "clear"),
            (6, "found"),
            (7, "clear"),
            (8, "clear"),
            (9, "clear"),
            (12, "clear"),
            (14, "clear"),
            (15, "clear"),
        ],
        notes: vec![
            "The alert is about the finance director; the same two addresses appear a day earlier on the assistant.",
            "The assistant's mailbox sent the lure to the director and two colleagues, who did not fall for it.",
        ],
        ..Expected::default()
    };
    let rule = json!({
        "SubjectOrBodyContainsWords": ["payment", "transfer", "iban"], "RedirectTo": [format!("\"{FORWARD}\" [SMTP:{FORWARD}]")], "StopProcessingRules": true,
        "Description": format!("If the message:\r\n\tthe message includes specific words in the subject or body 'payment' or 'transfer' or 'iban'\r\nTake the following actions:\r\n\tredirect the message to '{FORWARD}'\r\n\tand stop processing more rules on this message\r\n"),
    });
    let snapshot = Snapshot { rules: vec![inbox_rule(&director, "..", RULE_ID, 1, &rule)], ..Snapshot::default() };
    let sign_ins: Vec<_> = world.interactive.iter().chain(&world.refreshes).cloned().collect();
    let mut files = vec![
        writer::array_newest_first("EntraID/SignInLogs-interactiveUser-nonInteractiveUser-Combined.json", &sign_ins, "createdDateTime"),
        writer::search_csv("UnifiedAuditLog/UAL-Combined.csv", &world.tenant, &world.audit),
        writer::array_newest_first("EntraID/AuditLogs-Combined.json", &world.directory, "activityDateTime"),
        writer::graph_page("EntraID/riskDetections.json", "identityProtection/riskDetections", &world.risks, "activityDateTime"),
    ];
    files.extend(snapshot.files(&world, "State"));
    Written { files, expected: expected.json(&world.tenant) }
}

/// Capture through the proxy with the victim's own user agent, replay from the cloud host four minutes later. Returns the mail token.
fn steal(world: &mut World, victim: &Person, (proxy, cloud): (&Place, &Place), session: &str, start: DateTime<Utc>, alert: Option<&str>) -> String {
    let copied = Client { device: None, ..world.tenant.browser_on(victim, world.tenant.last_day) };
    let correlation = world.random.guid();
    let page = SignIn { app: OFFICE_HOME, correlation: Some(&correlation), ..SignIn::new(start, victim, proxy, &copied, session) };
    world.sign_in(&SignIn { code: 50074, factor: Factor::Demanded, ..page.clone() });
    world.sign_in(&SignIn { at: start + TimeDelta::seconds(17), code: 50140, factor: Factor::Push, ..page.clone() });
    let done = SignIn { at: start + TimeDelta::seconds(21), factor: Factor::Push, ..page };
    let issued = world.sign_in(&done);
    world.logon(&done, &issued);
    if let Some(event) = alert {
        world.risk(&done, &issued, event, "high", "offline", 44);
    }
    let thief = Client::browser("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox 128.0", "Linux");
    let replayed = SignIn { app: OUTLOOK_WEB, ..SignIn::new(start + TimeDelta::seconds(248), victim, cloud, &thief, session) };
    let issued = world.sign_in(&replayed);
    world.logon(&replayed, &issued);
    for hours in [1, 3, 7, 15] {
        world.sign_in(&SignIn::new(start + TimeDelta::hours(hours), victim, cloud, &thief, session).refresh(OUTLOOK_WEB, EXCHANGE));
    }
    issued.token
}

/// The assistant's mailbox writes to three colleagues and forgets it.
fn spread(world: &mut World, assistant: &Person, cloud: &Place, session: &str, token: &str) {
    let newest = delivered(world, at("2026-09-28T16:00:00Z").date_naive());
    let reach = Reach::web(at("2026-09-28T15:22:40Z"), assistant, &cloud.address, session, token);
    for burst in 0..2 {
        let opened: Vec<String> = (0..9).map(|n| message_id(assistant, newest - 9 * burst - n)).collect();
        world.bind(&Reach { at: reach.at + TimeDelta::seconds(120 * burst), ..reach.clone() }, "\\Inbox", &opened);
    }
    for (time, alias) in [("2026-09-29T12:04:10Z", "m.keller"), ("2026-09-29T12:04:41Z", "c.lang"), ("2026-09-29T12:05:15Z", "s.brandt")] {
        let recipient = world.tenant.person(alias).upn;
        let message = format!("<{}@mail.contoso.example>", world.random.hex(20));
        let sent = Reach { at: at(time), ..reach.clone() };
        world.send(&sent, "Send", LURE, &message, &[&recipient]);
        world.discard(&Reach { at: sent.at + TimeDelta::seconds(50), ..sent }, "HardDelete", "\\Sent Items", LURE, &message);
    }
}

fn take_mail(world: &mut World, director: &Person, cloud: &Place, session: &str, token: &str) {
    let newest = delivered(world, at("2026-09-29T12:00:00Z").date_naive());
    let reach = Reach::web(at("2026-09-29T12:47:02Z"), director, &cloud.address, session, token);
    for burst in 0..6 {
        let opened: Vec<String> = (0..15).map(|n| message_id(director, newest - 15 * burst - n)).collect();
        world.bind(&Reach { at: reach.at + TimeDelta::seconds(100 * burst), ..reach.clone() }, "\\Inbox", &opened);
    }
    let origin = Origin { at: at("2026-09-29T13:01:26Z"), actor: director, address: &cloud.address, agent: "", session: Some((session, token)) };
    let parameters = [
        ("AlwaysDeleteOutlookRulesBlob", "False"),
        ("Force", "False"),
        ("Name", ".."),
        ("RedirectTo", FORWARD),
        ("StopProcessingRules", "True"),
        ("SubjectOrBodyContainsWords", "payment;transfer;iban"),
    ];
    world.cmdlet(&origin, "New-InboxRule", &format!("{}\\..", director.mailbox), &parameters);
    let message = format!("<{}@mail.contoso.example>", world.random.hex(20));
    let sent = Reach { at: at("2026-09-29T13:20:48Z"), ..reach };
    world.send(&sent, "Send", "Urgent: please release the transfer to Fabrikam today", &message, &["buchhaltung@example.org"]);
    world.discard(
        &Reach { at: sent.at + TimeDelta::seconds(66), ..sent },
        "HardDelete",
        "\\Sent Items",
        "Urgent: please release the transfer to Fabrikam today",
        &message,
    );
}
