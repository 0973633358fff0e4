//! Pattern C, variant device code. An employee types a code from a mail into Microsoft's own page: the sign-in comes from the own laptop, the tokens go
//! to somebody else, who reads mail through Graph from a hosting network.

use chrono::TimeDelta;
use serde_json::json;

use super::Written;
use super::audit::Reach;
use super::expected::Expected;
use super::random::Random;
use super::routine::{Habits, background, delivered, message_id};
use super::state::Snapshot;
use super::tenant::{Client, EXCHANGE, GRAPH, Kind, OFFICE, Person, Place, Tenant, at, date};
use super::world::{Factor, SignIn, World};
use super::writer;

pub(crate) fn write() -> Written {
    let mut random = Random::of("device-code");
    let mut tenant = Tenant::new(&mut random, "fabrikam.example", "fabrikam", "2026-08-31", "2026-09-30");
    let office = Place { trusted: true, ..Place::new("192.0.2.40", 8881, "DE", "Hamburg", "Hamburg", 53.551, 9.994) };
    let staff = [
        ("y.costa", "Yara Costa", "Finance", Kind::Employee),
        ("b.klein", "Bernd Klein", "Logistics", Kind::Employee),
        ("t.berg", "Tom Berg", "IT administrator", Kind::Admin),
        ("i.voss", "Ines Voss", "Quality", Kind::Employee),
        ("c.lorenz", "Clara Lorenz", "Managing director", Kind::Employee),
        ("h.maier", "Hanna Maier", "Purchasing", Kind::Employee),
    ];
    tenant.hire_all(&mut random, &office, &staff);
    let mut world = World::new(tenant, random);
    background(&mut world, &Habits::default());
    let victim = world.tenant.person("y.costa");
    let host = Place::new("203.0.113.174", 14061, "US", "New Jersey", "Clifton", 40.858, -74.164);
    let session = world.random.guid();
    type_code(&mut world, &victim, &session);
    use_tokens(&mut world, &victim, &host, &session);
    let expected = Expected {
        accounts: vec![("y.costa", "compromised", Some("oauth-consent"), Some("device-code"))],
        pattern: Some("oauth-consent"),
        entry: Some("y.costa"),
        first_malicious: Some("2026-09-24T08:41:15Z"),
        tolerance_s: 600,
        addresses: vec![host.address],
        sessions: vec![session],
        checklist: vec![
            (1, "found"),
            (2, "found"),
            (4, "clear"),
            (5, "clear"),
            (6, "found"),
            (7, "clear"),
            (8, "clear"),
            (9, "clear"),
            (12, "clear"),
            (14, "clear"),
            (15, "clear"),
        ],
        notes: vec!["The sign-in that gave the tokens away has the victim's own address, laptop and second factor: only its protocol tells."],
        ..Expected::default()
    };
    let mut files = vec![
        writer::graph_page("signIns.json", "auditLogs/signIns", &world.interactive, "createdDateTime"),
        writer::graph_page("signIns-noninteractive.json", "auditLogs/signIns", &world.refreshes, "createdDateTime"),
        writer::audit_query("auditLogRecords.json", &world.audit),
        writer::lines("directoryAudits.ndjson", &world.directory, "activityDateTime"),
    ];
    files.extend(Snapshot::default().files(&world, "state"));
    Written { files, expected: expected.json(&world.tenant) }
}

/// The confirmation page interrupts, then the code is redeemed: both from the victim's desk.
fn type_code(world: &mut World, victim: &Person, session: &str) {
    let laptop = Client { device: None, ..world.tenant.browser_on(victim, date("2026-09-24")) };
    let correlation = world.random.guid();
    let page = SignIn {
        app: OFFICE,
        resource: GRAPH,
        protocol: "deviceCode",
        transfer: "deviceCodeFlow",
        factor: Factor::Push,
        correlation: Some(&correlation),
        ..SignIn::new(at("2026-09-24T08:41:15Z"), victim, &victim.office, &laptop, session)
    };
    world.sign_in(&SignIn { code: 50199, ..page.clone() });
    let redeemed = SignIn { at: at("2026-09-24T08:41:38Z"), ..page };
    let issued = world.sign_in(&redeemed);
    world.logon(&redeemed, &issued);
}

fn use_tokens(world: &mut World, victim: &Person, host: &Place, session: &str) {
    let script = Client { app_used: "Mobile Apps and Desktop clients", ..Client::browser("python-requests/2.32.3", "Python Requests 2.32", "") };
    let mut time = at("2026-09-24T08:42:05Z");
    for step in 0..7 {
        let resource = if step % 2 == 0 { GRAPH } else { EXCHANGE };
        let refresh = SignIn { transfer: "deviceCodeFlow", ..SignIn::new(time, victim, host, &script, session).refresh(OFFICE, resource) };
        let issued = world.sign_in(&refresh);
        let newest = delivered(world, time.date_naive());
        for burst in 0..3 {
            let read: Vec<String> = (0..12).map(|n| message_id(victim, newest - 36 * step - 12 * burst - n)).collect();
            let fetched = time + TimeDelta::seconds(25 + 65 * burst);
            let reach = Reach { client: "Client=REST;;", app: OFFICE.0, ..Reach::web(fetched, victim, &host.address, session, &issued.token) };
            world.bind(&reach, "\\Inbox", &read);
            if let Some(record) = world.audit.last_mut() {
                record["AppId"] = json!(GRAPH.0);
            }
        }
        time += TimeDelta::minutes(world.random.between(70, 400));
    }
}
