//! Nobody was compromised. The tenant holds what most often passes for an incident: a traveller, a consumer VPN, a new phone, a stale password, a kiosk,
//! a backup application that reads all mail, a scanner that tries sign-ins, an application that many people adopt in one week.

use chrono::{Datelike, NaiveDate, TimeDelta};
use serde_json::json;

use super::Written;
use super::audit::Reach;
use super::directory::{Act, Actor, Target};
use super::expected::Expected;
use super::random::Random;
use super::routine::{Habits, Journey, background, delivered, message_id};
use super::state::{Snapshot, foreign_principal};
use super::tenant::{App, Client, Device, EXCHANGE, Kind, MY_SIGNINS, OUTLOOK_MOBILE, Person, Place, Tenant, at};
use super::world::{Factor, SignIn, World};
use super::writer;

/// The company's backup application.
const BACKUP: App = App("2f1c9d0e-5a17-4c7a-9f0e-6a3d1b7c4e21", "Fabrikam Mail Archive");
/// The tenant of the verified publisher of [`SIGNATURES`].
const PUBLISHER_TENANT: &str = "5d2c1f0a-7c51-4b1e-9a63-2f0e6c1d4b77";
const SIGNATURES: App = App("b71e4c52-0d9c-4f3e-8a6b-93c1f2d7a805", "Northwind Signatures");

pub(crate) fn write() -> Written {
    let mut random = Random::of("benign");
    let mut tenant = Tenant::new(&mut random, "fabrikam.example", "fabrikam", "2026-09-07", "2026-10-04");
    let office = Place { trusted: true, ..Place::new("192.0.2.40", 8881, "DE", "Hamburg", "Hamburg", 53.551, 9.994) };
    for (alias, name, title, kind) in [
        ("r.silva", "Rita Silva", "Sales", Kind::Employee),
        ("d.fischer", "Dirk Fischer", "Engineering", Kind::Employee),
        ("h.maier", "Hanna Maier", "Purchasing", Kind::Employee),
        ("t.berg", "Tom Berg", "IT administrator", Kind::Admin),
        ("c.lorenz", "Clara Lorenz", "Managing director", Kind::Employee),
        ("n.petrov", "Nadja Petrov", "Human resources", Kind::Employee),
        ("o.schmid", "Oskar Schmid", "Sales", Kind::Employee),
        ("kiosk.anna", "Anna Roth", "Assembly", Kind::Frontline),
        ("kiosk.ben", "Ben Krause", "Assembly", Kind::Frontline),
        ("kiosk.caro", "Caro Jung", "Assembly", Kind::Frontline),
        ("svc-scan", "Scanner ground floor", "", Kind::Service),
        ("orders", "Orders", "", Kind::Shared),
    ] {
        tenant.hire(&mut random, alias, name, title, kind, &office);
    }
    let vpn = Place::new("203.0.113.80", 212_238, "NL", "Noord-Holland", "Amsterdam", 52.374, 4.89);
    let subscriber = tenant.person_mut("d.fischer");
    (subscriber.home, subscriber.home_days) = (vpn, [false, true, true, false, true]);
    let kiosk = Device {
        id: random.guid(),
        object_id: random.guid(),
        name: "FABRIKAM-KIOSK1".to_owned(),
        os: "Windows",
        os_version: "10.0.26100.4652",
        registered: at("2025-03-02T09:00:00Z"),
        compliant: true,
        trust: "Azure AD joined",
    };
    let mut world = World::new(tenant, random);
    let habits = Habits {
        delegates: [("orders", vec!["h.maier", "o.schmid"])].into(),
        kiosk: Some(kiosk.clone()),
        journeys: vec![lisbon()],
        ..Habits::default()
    };
    background(&mut world, &habits);
    noticed_travel(&mut world);
    new_phone(&mut world);
    stale_password(&mut world);
    backup(&mut world);
    scanner(&mut world);
    let signatures = roll_out(&mut world);
    let expected = Expected {
        tolerance_s: 0,
        checklist: vec![(1, "clear"), (4, "clear"), (5, "clear"), (12, "clear"), (14, "clear"), (15, "clear")],
        notes: vec![
            "r.silva worked from Lisbon with the same compliant laptop; MFA was performed by push on it.",
            "d.fischer has used a consumer VPN at home since the first day, always with the same compliant laptop.",
            "n.petrov registered a new phone from the office with the own laptop and removed the old one.",
            "h.maier's phone kept an old password for three days and tried it at a regular interval.",
            "The failures of the vulnerability scanner come from the office gateway, every Sunday at the same time, one attempt per name.",
        ],
        ..Expected::default()
    };
    export(&world, &kiosk, &signatures, &expected)
}

fn lisbon() -> Journey {
    let hotel = Place::new("203.0.113.150", 3243, "PT", "Lisboa", "Lisboa", 38.717, -9.133);
    let date = |text: &str| -> NaiveDate { text.parse().expect("a date") };
    Journey {
        alias: "r.silva",
        from: date("2026-09-21"),
        to: date("2026-09-25"),
        stays: vec![hotel.clone(), hotel.at("203.0.113.151"), hotel],
        carrier: Place::new("203.0.113.160", 12353, "PT", "Lisboa", "Lisboa", 38.717, -9.133),
    }
}

/// Identity Protection noticed the first day abroad; the risk-based policy asked for MFA and she passed.
fn noticed_travel(world: &mut World) {
    let traveller = world.tenant.person("r.silva");
    let hotel = lisbon().stays.swap_remove(0);
    let laptop = world.tenant.browser_on(&traveller, "2026-09-21".parse().expect("a date"));
    let (session, correlation) = (world.random.guid(), world.random.guid());
    let sign_in = SignIn {
        factor: Factor::Push,
        risk: "low",
        risk_types: &["unfamiliarFeatures"],
        correlation: Some(&correlation),
        ..SignIn::new(at("2026-09-20T19:48:10Z"), &traveller, &hotel, &laptop, &session)
    };
    let issued = world.sign_in(&sign_in);
    world.risk(&sign_in, &issued, "unfamiliarFeatures", "low", "realtime", 0);
    for record in world.risks.iter_mut().chain(world.interactive.last_mut()) {
        record["riskState"] = json!("remediated");
        record["riskDetail"] = json!("userPassedMFADrivenByRiskBasedPolicy");
    }
}

fn new_phone(world: &mut World) {
    let person = world.tenant.person("n.petrov");
    let laptop = world.tenant.browser_on(&person, "2026-09-16".parse().expect("a date"));
    let session = world.random.guid();
    world.sign_in(&SignIn {
        app: MY_SIGNINS,
        factor: Factor::Push,
        ..SignIn::new(at("2026-09-16T10:12:40Z"), &person, &person.office, &laptop, &session)
    });
    world.register_authenticator(at("2026-09-16T10:13:30Z"), &person, &person.office.address, "Pixel 9");
    let removal = Act::new(
        at("2026-09-16T10:16:02Z"),
        Actor::Person(&person, &person.office.address),
        "User deleted security info",
        "UserManagement",
        vec![Target::person(&person)],
    );
    world.act(&Act {
        service: "Authentication Methods",
        operation: "Delete",
        reason: "User deleted Authenticator App with Notification and Code",
        unified: false,
        ..removal
    });
    let agent = "Mozilla/5.0 (Linux; Android 16; Pixel 9 Build/BP2A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/141.0.0.0 Mobile Safari/537.36 PKeyAuth/1.0";
    let phone = Client { app_used: "Mobile Apps and Desktop clients", ..Client::browser(agent, "Chrome Mobile 141.0.0", "Android 16") };
    let session = world.random.guid();
    world.sign_in(&SignIn {
        app: OUTLOOK_MOBILE,
        factor: Factor::Push,
        ..SignIn::new(at("2026-09-16T10:21:15Z"), &person, &person.office, &phone, &session)
    });
    for day in 0..8 {
        let time = at("2026-09-17T18:02:11Z") + TimeDelta::hours(24 * day);
        world.sign_in(&SignIn::new(time, &person, &person.carrier, &phone, &session).refresh(OUTLOOK_MOBILE, EXCHANGE));
    }
}

/// A phone that still has the password from before the change: every hour for three days.
fn stale_password(world: &mut World) {
    let person = world.tenant.person("h.maier");
    let change = Act::new(
        at("2026-09-28T07:05:20Z"),
        Actor::Person(&person, &person.office.address),
        "Change password (self-service)",
        "UserManagement",
        vec![Target::person(&person)],
    );
    world.act(&Act { service: "Self-service Password Management", reason: "Successfully completed change.", ..change });
    let tablet = Client { app_used: "Exchange ActiveSync", ..Client::browser("Android-Mail/2026.08.17.797", "", "") };
    let mut time = at("2026-09-28T07:31:00Z");
    while time < at("2026-10-01T06:00:00Z") {
        let guess = SignIn { app: EXCHANGE, code: 50126, factor: Factor::Single, ..SignIn::new(time, &person, &person.home, &tablet, "") };
        world.sign_in(&guess);
        time += TimeDelta::minutes(60);
    }
}

/// Every working night the archive reads what is new in each mailbox, with its own identity, from its own address.
fn backup(world: &mut World) {
    let people = world.tenant.people.clone();
    let object = world.random.guid();
    let host = Place::new("198.51.100.240", 24940, "DE", "Sachsen", "Falkenstein", 50.475, 12.365);
    let owner = world.tenant.id.clone();
    let mut day = world.tenant.first_day;
    while day <= world.tenant.last_day {
        let start = day.and_hms_opt(1, 30, 0).expect("01:30 exists").and_utc();
        world.principal(start, BACKUP, &object, &owner, &host);
        for (place, owner) in people.iter().filter(|person| matches!(person.kind, Kind::Employee | Kind::Admin | Kind::Shared)).enumerate() {
            let newest = delivered(world, day);
            let read: Vec<String> = (0..3).map(|n| message_id(owner, newest - n)).collect();
            let time = start + TimeDelta::seconds(40 + 55 * i64::try_from(place).expect("a short list"));
            let reach = Reach { client: "Client=REST;;", app: BACKUP.0, session: None, logon: 1, ..Reach::desktop(time, owner, &host.address, "") };
            world.bind(&reach, "\\Inbox", &read);
            if let Some(record) = world.audit.last_mut() {
                record["UserId"] = json!(format!("ServicePrincipal_{object}"));
                record["UserKey"] = json!(object);
                record["UserType"] = json!(5);
                record["AppId"] = json!("00000003-0000-0000-c000-000000000000");
            }
        }
        day += TimeDelta::days(if day.weekday() == chrono::Weekday::Fri { 3 } else { 1 });
    }
}

/// The vulnerability scanner behind the office gateway tries a list of names once, every Sunday.
fn scanner(world: &mut World) {
    let staff = world.tenant.people.clone();
    let gateway = world.tenant.person("t.berg").office.at("192.0.2.41");
    let client = Client::browser("Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.1; Trident/4.0)", "IE 8.0", "WindowsXP");
    let mut sunday = at("2026-09-13T03:00:00Z");
    while sunday < at("2026-10-04T12:00:00Z") {
        for (place, target) in staff.iter().filter(|person| person.kind == Kind::Employee).enumerate() {
            let time = sunday + TimeDelta::seconds(12 * i64::try_from(place).expect("a short list"));
            world.sign_in(&SignIn { code: 50126, factor: Factor::Single, ..SignIn::new(time, target, &gateway, &client, "") });
        }
        for (place, name) in ["admin", "test", "backup"].iter().enumerate() {
            let nobody = Person {
                upn: format!("{name}@fabrikam.example"),
                name: String::new(),
                id: "00000000-0000-0000-0000-000000000000".to_owned(),
                ..staff[0].clone()
            };
            let time = sunday + TimeDelta::seconds(90 + 12 * i64::try_from(place).expect("a short list"));
            world.sign_in(&SignIn { code: 50034, factor: Factor::Single, ..SignIn::new(time, &nobody, &gateway, &client, "") });
        }
        sunday += TimeDelta::days(7);
    }
}

/// A verified publisher's application that human resources announced: five people consent within two days, each from the own laptop.
fn roll_out(world: &mut World) -> Target {
    let principal = Target::thing("ServicePrincipal", &world.random.guid(), SIGNATURES.1);
    for (alias, time) in [
        ("n.petrov", "2026-09-29T08:15:20Z"),
        ("c.lorenz", "2026-09-29T09:02:41Z"),
        ("o.schmid", "2026-09-29T12:36:05Z"),
        ("r.silva", "2026-09-30T07:44:58Z"),
        ("d.fischer", "2026-09-30T10:20:13Z"),
    ] {
        let person = world.tenant.person(alias);
        let laptop = world.tenant.browser_on(&person, "2026-09-29".parse().expect("a date"));
        let (time, session) = (at(time), world.random.guid());
        let sign_in = SignIn {
            app: SIGNATURES,
            resource: super::tenant::GRAPH,
            ..SignIn::new(time - TimeDelta::seconds(20), &person, &person.office, &laptop, &session)
        };
        world.sign_in(&SignIn { code: 65001, ..sign_in.clone() });
        world.consent(time, &person, &person.office.address, &principal, SIGNATURES.0, " User.Read openid profile offline_access");
        world.sign_in(&SignIn { at: time + TimeDelta::seconds(4), ..sign_in });
    }
    principal
}

fn export(world: &World, kiosk: &Device, signatures: &Target, expected: &Expected) -> Written {
    let admin = world.tenant.person("t.berg");
    let reply = "https://signatures.northwind.example/signin";
    let mut verified = foreign_principal(signatures, SIGNATURES.0, PUBLISHER_TENANT, "Northwind Software", reply, "2026-09-29T08:15:20Z");
    verified["verifiedPublisher"] =
        json!({"displayName": "Northwind Software", "verifiedPublisherId": "4410982", "addedDateTime": "2024-01-15T10:00:00Z"});
    let grant = |(place, alias): (usize, &str)| {
        json!({
            "id": format!("VsVRpeSIG{place}{}", signatures.id.replace('-', "")), "clientId": signatures.id, "consentType": "Principal",
            "principalId": world.tenant.person(alias).id, "resourceId": world.tenant.graph_principal(), "scope": " User.Read openid profile offline_access",
        })
    };
    let snapshot = Snapshot {
        delegates: vec![("orders", "h.maier"), ("orders", "o.schmid")],
        grants: ["n.petrov", "c.lorenz", "o.schmid", "r.silva", "d.fischer"].into_iter().enumerate().map(grant).collect(),
        principals: vec![verified],
        devices: vec![(kiosk, &admin)],
        excluded: vec!["svc-scan", "kiosk.anna", "kiosk.ben", "kiosk.caro"],
        ..Snapshot::default()
    };
    let mut files = vec![
        writer::array_newest_first("InteractiveSignIns_2026-09-07_2026-10-04.json", &world.interactive, "createdDateTime"),
        writer::array_newest_first("NonInteractiveSignIns_2026-09-07_2026-10-04.json", &world.refreshes, "createdDateTime"),
        writer::array_newest_first("ApplicationSignIns_2026-09-07_2026-10-04.json", &world.principals, "createdDateTime"),
        writer::lines("UnifiedAuditLog.jsonl", &world.audit, "CreationTime"),
        writer::array_newest_first("AuditLogs_2026-10-04.json", &world.directory, "activityDateTime"),
        writer::array_newest_first("RiskDetections.json", &world.risks, "activityDateTime"),
    ];
    files.extend(snapshot.files(world, "exports"));
    Written { files, expected: expected.json(&world.tenant) }
}
