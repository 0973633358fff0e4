//! Pattern A. Somebody knows a password and calls the owner's phone fourteen times in one night. The owner refuses, reports, and at last approves. The
//! intruder joins a computer to the directory and forwards the mailbox. In the morning the forwarding is found, the computer is not.

use chrono::TimeDelta;

use super::Written;
use super::audit::{Origin, Reach};
use super::directory::{Act, Actor, Target};
use super::expected::Expected;
use super::random::Random;
use super::routine::{Habits, background, delivered, message_id};
use super::state::Snapshot;
use super::tenant::{App, BROKER, Client, DEVICE_REGISTRATION, Device, EXCHANGE, Kind, OFFICE, OUTLOOK_WEB, Person, Place, Tenant, at, date};
use super::world::{Factor, SignIn, World};
use super::writer;

const FORWARD: &str = "docs.archive@example.net";

pub(crate) fn write() -> Written {
    let mut random = Random::of("mfa-fatigue");
    let mut tenant = Tenant::new(&mut random, "fabrikam.example", "fabrikam", "2026-09-01", "2026-10-01");
    let office = Place { trusted: true, ..Place::new("192.0.2.40", 8881, "DE", "Hamburg", "Hamburg", 53.551, 9.994) };
    let staff = [
        ("e.hoffmann", "Eva Hoffmann", "Purchasing", Kind::Employee),
        ("g.lindt", "Georg Lindt", "Production", Kind::Employee),
        ("t.berg", "Tom Berg", "IT administrator", Kind::Admin),
        ("y.costa", "Yara Costa", "Finance", Kind::Employee),
        ("b.klein", "Bernd Klein", "Logistics", Kind::Employee),
        ("i.voss", "Ines Voss", "Quality", Kind::Employee),
        ("svc-scan", "Scanner ground floor", "", Kind::Service),
    ];
    tenant.hire_all(&mut random, &office, &staff);
    let mut world = World::new(tenant, random);
    background(&mut world, &Habits { stops: [("e.hoffmann", date("2026-09-30"))].into(), ..Habits::default() });
    let victim = world.tenant.person("e.hoffmann");
    let host = Place::new("203.0.113.66", 20473, "FR", "Ile-de-France", "Paris", 48.857, 2.352);
    let session = world.random.guid();
    let computer = Device {
        id: world.random.guid(),
        object_id: world.random.guid(),
        name: "DESKTOP-7K2M9QX".to_owned(),
        os: "Windows",
        os_version: "10.0.19045.2006",
        registered: at("2026-09-30T00:23:10Z"),
        compliant: false,
        trust: "Azure AD joined",
    };
    push(&mut world, &victim, &host, &session);
    settle(&mut world, &victim, &host, &session, &computer);
    respond(&mut world, &victim);
    let expected = Expected {
        accounts: vec![("e.hoffmann", "compromised", Some("mfa-fatigue"), None)],
        pattern: Some("mfa-fatigue"),
        entry: Some("e.hoffmann"),
        first_malicious: Some("2026-09-29T23:18:05Z"),
        tolerance_s: 300,
        addresses: vec![host.address.clone()],
        sessions: vec![session],
        artefacts: vec![
            ("device", "e.hoffmann", vec![computer.name.clone(), computer.id.clone(), computer.object_id.clone()], "present"),
            ("mailbox-forwarding", "e.hoffmann", vec![FORWARD.to_owned(), format!("smtp:{FORWARD}")], "removed"),
        ],
        checklist: vec![
            (1, "found"),
            (2, "found"),
            (3, "found"),
            (4, "clear"),
            (5, "found"),
            (6, "found"),
            (7, "clear"),
            (8, "clear"),
            (12, "clear"),
            (14, "clear"),
            (15, "clear"),
        ],
        faults: vec![("artefact-left", "e.hoffmann")],
        notes: vec![
            "The password was known beforehand: no wrong guess precedes the first prompt.",
            "The user reported the first prompts and approved a later one.",
        ],
    };
    let snapshot = Snapshot { devices: vec![(&computer, &victim)], disabled: vec!["e.hoffmann"], excluded: vec!["svc-scan"], ..Snapshot::default() };
    let mut files = vec![
        writer::array_newest_first("InteractiveSignIns_2026-09-01_2026-10-01.json", &world.interactive, "createdDateTime"),
        writer::array_newest_first("NonInteractiveSignIns_2026-09-01_2026-10-01.json", &world.refreshes, "createdDateTime"),
        writer::search_json("UAL.json", &world.audit),
        writer::array_newest_first("AuditLogs_2026-10-01.json", &world.directory, "activityDateTime"),
        writer::array_newest_first("RiskDetections.json", &world.risks, "activityDateTime"),
    ];
    files.extend(snapshot.files(&world, "exchange-and-entra"));
    Written { files, expected: expected.json(&world.tenant) }
}

fn intruder() -> Client {
    let agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0.0.0 Safari/537.36";
    Client::browser(agent, "Chrome 127.0.0", "Windows10")
}

/// Fourteen prompts in an hour, then one approval. Each prompt is a demand and a refusal in its own correlation.
fn push(world: &mut World, victim: &Person, host: &Place, session: &str) {
    let browser = intruder();
    let mut time = at("2026-09-29T23:18:05Z");
    for prompt in 0..15 {
        let correlation = world.random.guid();
        let page = SignIn { app: OUTLOOK_WEB, correlation: Some(&correlation), ..SignIn::new(time, victim, host, &browser, session) };
        world.sign_in(&SignIn { code: 50074, factor: Factor::Demanded, ..page.clone() });
        if prompt == 14 {
            let approved =
                SignIn { at: time + TimeDelta::seconds(27), factor: Factor::Push, risk: "medium", risk_types: &["unfamiliarFeatures"], ..page };
            let issued = world.sign_in(&approved);
            world.logon(&approved, &issued);
            world.risk(&approved, &issued, "unfamiliarFeatures", "medium", "realtime", 0);
            continue;
        }
        let factor = if prompt % 4 == 3 { Factor::Unanswered } else { Factor::Declined };
        let refused = SignIn { at: time + TimeDelta::seconds(if factor == Factor::Declined { 14 } else { 61 }), code: 500_121, factor, ..page };
        let issued = world.sign_in(&refused);
        if prompt < 2 {
            let report = Act::new(
                refused.at + TimeDelta::seconds(9),
                Actor::Person(victim, ""),
                "Suspicious activity reported",
                "UserManagement",
                vec![Target::person(victim)],
            );
            world.act(&Act { service: "Azure MFA", reason: "Suspicious activity reported by user", unified: false, ..report });
            world.risk(&refused, &issued, "userReportedSuspiciousActivity", "high", "nearRealtime", 4);
        }
        time += TimeDelta::seconds(world.random.between(150, 290));
    }
}

fn settle(world: &mut World, victim: &Person, host: &Place, session: &str, computer: &Device) {
    let browser = intruder();
    let mail = world.random.token();
    let broker = Client { app_used: "Mobile Apps and Desktop clients", ..Client::browser("Dsreg/10.0 (Windows 10.0.19045.2006)", "", "Windows10") };
    world.sign_in(&SignIn { app: BROKER, resource: DEVICE_REGISTRATION, ..SignIn::new(at("2026-09-30T00:22:31Z"), victim, host, &broker, session) });
    world.register_device(at("2026-09-30T00:23:10Z"), victim, &host.address, computer);
    let office = Client {
        app_used: "Mobile Apps and Desktop clients",
        device: Some(computer.clone()),
        ..Client::browser("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)", "Rich Client 4.61.0.0", "Windows10")
    };
    for time in ["2026-09-30T00:41:12Z", "2026-09-30T03:10:45Z", "2026-09-30T05:58:20Z"] {
        world.sign_in(&SignIn::new(at(time), victim, host, &office, session).refresh(OFFICE, EXCHANGE));
    }
    world.sign_in(&SignIn {
        app: App("00000006-0000-0ff1-ce00-000000000000", "Microsoft Office 365 Portal"),
        ..SignIn::new(at("2026-09-30T00:33:02Z"), victim, host, &browser, session)
    });
    let origin = Origin { at: at("2026-09-30T00:35:44Z"), actor: victim, address: &host.address, agent: "", session: Some((session, &mail)) };
    let forward = format!("smtp:{FORWARD}");
    let parameters = [("Identity", victim.upn.as_str()), ("ForwardingSmtpAddress", &forward), ("DeliverToMailboxAndForward", "True")];
    world.cmdlet(&origin, "Set-Mailbox", &victim.mailbox, &parameters);
    let newest = delivered(world, date("2026-09-30"));
    for burst in 0..3 {
        let opened: Vec<String> = (0..11).map(|n| message_id(victim, newest - 11 * burst - n)).collect();
        let reach = Reach::web(at("2026-09-30T00:37:20Z") + TimeDelta::seconds(130 * burst), victim, &host.address, session, &mail);
        world.bind(&reach, "\\Inbox", &opened);
    }
}

/// In the morning: sessions, account, password, forwarding; nobody looks at devices.
fn respond(world: &mut World, victim: &Person) {
    let admin = world.tenant.person("t.berg");
    let desk = admin.office.clone();
    world.refresh_tokens(at("2026-09-30T06:40:10Z"), &admin, &desk, victim, None);
    world.switch_account(at("2026-09-30T06:42:51Z"), &admin, &desk, victim, false);
    world.reset_password(at("2026-09-30T06:47:30Z"), &admin, &desk, victim);
    let token = world.random.token();
    let session = world.random.guid();
    let origin = Origin { at: at("2026-09-30T06:58:15Z"), actor: &admin, address: &desk.address, agent: "", session: Some((&session, &token)) };
    let parameters = [("Identity", victim.upn.as_str()), ("ForwardingSmtpAddress", ""), ("DeliverToMailboxAndForward", "False")];
    world.cmdlet(&origin, "Set-Mailbox", &victim.mailbox, &parameters);
}
