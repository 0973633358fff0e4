//! Pattern E. A caller talks the helpdesk into switching on the account behind a shared mailbox and into a new password. Half an hour later somebody
//! signs in to it directly from a hosting network, reads the payroll mail and asks for changed salary accounts, also in the name of another desk.

use chrono::TimeDelta;

use super::Written;
use super::audit::Reach;
use super::expected::Expected;
use super::random::Random;
use super::routine::{Habits, background, delivered, message_id};
use super::state::Snapshot;
use super::tenant::{Client, EXCHANGE, Kind, OUTLOOK_WEB, Place, Tenant, at, date};
use super::world::{Factor, SignIn, World};
use super::writer;

pub(crate) fn write() -> Written {
    let mut random = Random::of("shared-mailbox");
    let mut tenant = Tenant::new(&mut random, "fabrikam.example", "fabrikam", "2026-09-01", "2026-10-02");
    let office = Place { trusted: true, ..Place::new("192.0.2.40", 8881, "DE", "Hamburg", "Hamburg", 53.551, 9.994) };
    let staff = [
        ("t.berg", "Tom Berg", "IT administrator", Kind::Admin),
        ("n.petrov", "Nadja Petrov", "Human resources", Kind::Employee),
        ("w.ahrens", "Wiebke Ahrens", "Payroll", Kind::Employee),
        ("g.lindt", "Georg Lindt", "Production", Kind::Employee),
        ("o.schmid", "Oskar Schmid", "Sales", Kind::Employee),
        ("payroll", "Payroll", "", Kind::Shared),
        ("hr-desk", "HR desk", "", Kind::Shared),
    ];
    tenant.hire_all(&mut random, &office, &staff);
    let mut world = World::new(tenant, random);
    let delegates = [("payroll", vec!["n.petrov", "w.ahrens"]), ("hr-desk", vec!["n.petrov"])];
    background(&mut world, &Habits { delegates: delegates.into(), ..Habits::default() });
    let mailbox = world.tenant.person("payroll");
    let admin = world.tenant.person("t.berg");
    world.switch_account(at("2026-09-29T13:02:14Z"), &admin, &admin.office, &mailbox, true);
    world.reset_password(at("2026-09-29T13:03:01Z"), &admin, &admin.office, &mailbox);
    let host = Place::new("203.0.113.131", 14061, "GB", "England", "London", 51.507, -0.128);
    let session = world.random.guid();
    abuse(&mut world, &host, &session);
    let expected = Expected {
        accounts: vec![("payroll", "compromised", Some("shared-mailbox"), None)],
        pattern: Some("shared-mailbox"),
        entry: Some("payroll"),
        first_malicious: Some("2026-09-29T13:36:50Z"),
        tolerance_s: 2_400,
        addresses: vec![host.address],
        sessions: vec![session],
        checklist: vec![
            (1, "found"),
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
        notes: vec![
            "The helpdesk switched the account on and reset its password within a minute, from the office: the caller is not in the logs.",
            "The delegates' own reading, from their own places, is no compromise.",
        ],
        ..Expected::default()
    };
    let snapshot = Snapshot {
        delegates: vec![("payroll", "n.petrov"), ("payroll", "w.ahrens"), ("hr-desk", "n.petrov"), ("hr-desk", "payroll")],
        enabled: vec!["payroll"],
        ..Snapshot::default()
    };
    let sign_ins: Vec<_> = world.interactive.iter().chain(&world.refreshes).cloned().collect();
    let mut files = vec![
        writer::lines("signins.ndjson", &sign_ins, "createdDateTime"),
        writer::array_newest_first("management-api/Audit.json", &world.audit, "CreationTime"),
        writer::lines("azureadauditlog.ndjson", &world.directory, "activityDateTime"),
    ];
    files.extend(snapshot.files(&world, "state"));
    Written { files, expected: expected.json(&world.tenant) }
}

fn abuse(world: &mut World, host: &Place, session: &str) {
    let (mailbox, desk) = (world.tenant.person("payroll"), world.tenant.person("hr-desk"));
    let agent = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36";
    let browser = Client::browser(agent, "Chrome 139.0.0", "MacOs");
    let opening = SignIn { app: OUTLOOK_WEB, factor: Factor::Single, ..SignIn::new(at("2026-09-29T13:36:50Z"), &mailbox, host, &browser, session) };
    let issued = world.sign_in(&opening);
    world.logon(&opening, &issued);
    for time in ["2026-09-29T14:31:08Z", "2026-09-30T06:12:44Z", "2026-09-30T15:47:20Z"] {
        world.sign_in(&SignIn { factor: Factor::Single, ..SignIn::new(at(time), &mailbox, host, &browser, session).refresh(OUTLOOK_WEB, EXCHANGE) });
    }
    let reach = Reach::web(at("2026-09-29T13:39:02Z"), &mailbox, &host.address, session, &issued.token);
    let newest = delivered(world, date("2026-09-29"));
    for burst in 0..5 {
        let opened: Vec<String> = (0..12).map(|n| message_id(&mailbox, newest - 12 * burst - n)).collect();
        world.bind(&Reach { at: reach.at + TimeDelta::seconds(110 * burst), ..reach.clone() }, "\\Inbox", &opened);
    }
    for (time, recipient) in [("2026-09-29T14:02:37Z", "salaries@northwind.example"), ("2026-09-30T06:20:11Z", "salaries@northwind.example")] {
        let message = format!("<{}@mail.fabrikam.example>", world.random.hex(20));
        world.send(
            &Reach { at: at(time), ..reach.clone() },
            "Send",
            "Changed salary account, please update before the payroll run",
            &message,
            &[recipient],
        );
    }
    let message = format!("<{}@mail.fabrikam.example>", world.random.hex(20));
    let other = Reach { at: at("2026-09-30T06:31:55Z"), mailbox: &desk, logon: 2, ..reach };
    world.send(&other, "SendAs", "Confirmation of the changed salary account", &message, &["salaries@northwind.example"]);
}
