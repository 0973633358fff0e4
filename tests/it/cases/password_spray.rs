//! Pattern F. For three days one range tries a few passwords on everybody, slowly. One account has no second factor for an old protocol and falls; for
//! two more the password was right and multifactor authentication held.

use chrono::TimeDelta;

use super::Written;
use super::audit::Reach;
use super::expected::Expected;
use super::random::Random;
use super::routine::{Habits, background, delivered, message_id};
use super::state::Snapshot;
use super::tenant::{Client, Device, EXCHANGE, Kind, Place, Tenant, at, date};
use super::world::{Factor, SignIn, World};
use super::writer;

const STAFF: [(&str, &str, &str, Kind); 14] = [
    ("t.berg", "Tom Berg", "IT administrator", Kind::Admin),
    ("m.keller", "Mara Keller", "Accounts payable", Kind::Employee),
    ("p.weber", "Paul Weber", "Engineering", Kind::Employee),
    ("a.ozturk", "Aylin Öztürk", "Sales", Kind::Employee),
    ("j.vogt", "Jana Vogt", "Sales", Kind::Employee),
    ("x.baum", "Xaver Baum", "Production", Kind::Employee),
    ("l.neumann", "Lea Neumann", "Human resources", Kind::Employee),
    ("z.horn", "Zoe Horn", "Marketing", Kind::Employee),
    ("f.jansen", "Finn Jansen", "Sales", Kind::Employee),
    ("kiosk.anna", "Anna Roth", "Assembly", Kind::Frontline),
    ("kiosk.ben", "Ben Krause", "Assembly", Kind::Frontline),
    ("kiosk.caro", "Caro Jung", "Assembly", Kind::Frontline),
    ("svc-scan", "Scanner second floor", "", Kind::Service),
    ("info", "Info", "", Kind::Shared),
];
/// The account that falls, and those whose password was found.
const FALLEN: &str = "x.baum";
const KNOWN: [&str; 2] = ["j.vogt", "z.horn"];

pub(crate) fn write() -> Written {
    let mut random = Random::of("password-spray");
    let mut tenant = Tenant::new(&mut random, "contoso.example", "contoso", "2026-09-09", "2026-10-02");
    let office = Place { trusted: true, ..Place::new("192.0.2.10", 8881, "DE", "Bremen", "Bremen", 53.079, 8.801) };
    tenant.hire_all(&mut random, &office, &STAFF);
    let mut world = World::new(tenant, random);
    let kiosk = Device {
        id: world.random.guid(),
        object_id: world.random.guid(),
        name: "CONTOSO-KIOSK1".to_owned(),
        os: "Windows",
        os_version: "10.0.26100.4652",
        registered: at("2025-03-02T09:00:00Z"),
        compliant: true,
        trust: "Azure AD joined",
    };
    let delegates = [("info", vec!["a.ozturk", "f.jansen"])].into();
    background(&mut world, &Habits { delegates, kiosk: Some(kiosk.clone()), ..Habits::default() });
    let range = Place::new("203.0.113.10", 9009, "BG", "Sofia", "Sofia", 42.698, 23.322);
    let mut addresses = spray(&mut world, &range);
    let inside = range.at("203.0.113.29");
    read_mail(&mut world, &inside);
    addresses.push(inside.address);
    addresses.sort();
    addresses.dedup();
    let mut accounts = vec![(FALLEN, "compromised", Some("password-spray"), None)];
    accounts.extend(KNOWN.map(|alias| (alias, "password_known", None, None)));
    let tried = STAFF.iter().filter(|(alias, _, _, kind)| is_target(*kind) && *alias != FALLEN && !KNOWN.contains(alias));
    accounts.extend(tried.map(|(alias, ..)| (*alias, "attempted", None, None)));
    let expected = Expected {
        accounts,
        pattern: Some("password-spray"),
        entry: Some(FALLEN),
        first_malicious: Some("2026-09-28T06:00:00Z"),
        tolerance_s: 259_200,
        addresses,
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
            "The attacker addresses named here are those at which a password was right; the whole range belongs to the campaign.",
            "Each account was tried only a few times a day: no lock-out, no alert.",
            "The campaign starts on 28 September; the fallen account itself falls on 30 September. Either is a fair start, hence the tolerance.",
        ],
        ..Expected::default()
    };
    let mut files = vec![
        writer::graph_page("graph/signIns-interactive.json", "auditLogs/signIns", &world.interactive, "createdDateTime"),
        writer::graph_page("graph/signIns-nonInteractive.json", "auditLogs/signIns", &world.refreshes, "createdDateTime"),
        writer::graph_page("graph/directoryAudits.json", "auditLogs/directoryAudits", &world.directory, "activityDateTime"),
        writer::lines("ual/UAL.jsonl", &world.audit, "CreationTime"),
    ];
    files.extend(
        Snapshot {
            delegates: vec![("info", "a.ozturk"), ("info", "f.jansen")],
            devices: vec![(&kiosk, &world.tenant.person("t.berg"))],
            excluded: vec!["svc-scan", "kiosk.anna", "kiosk.ben", "kiosk.caro"],
            ..Snapshot::default()
        }
        .files(&world, "state"),
    );
    Written { files, expected: expected.json(&world.tenant) }
}

fn is_target(kind: Kind) -> bool {
    matches!(kind, Kind::Employee | Kind::Admin | Kind::Frontline)
}

fn client() -> Client {
    Client { app_used: "Authenticated SMTP", ..Client::browser("BAV2ROPC", "", "") }
}

/// One guess per account twice a day, each from the next address of the range. Returns the addresses at which a
/// password was right.
fn spray(world: &mut World, range: &Place) -> Vec<String> {
    let targets: Vec<_> = world.tenant.people.iter().filter(|person| is_target(person.kind)).cloned().collect();
    let client = client();
    let mut right = Vec::new();
    let mut time = at("2026-09-28T06:00:00Z");
    for round in 0..6 {
        for (place, target) in targets.iter().enumerate() {
            let place = i64::try_from(place).expect("a short list");
            let source = range.at(&format!("203.0.113.{}", 10 + (round * 7 + place * 3) % 36));
            let alias = target.upn.split('@').next().unwrap_or("");
            let guess = SignIn { app: EXCHANGE, protocol: "ropc", factor: Factor::Single, ..SignIn::new(time, target, &source, &client, "") };
            let (code, factor) = match (round, alias) {
                (2, "j.vogt") | (4, "z.horn") => (50076, Factor::Demanded),
                (4, FALLEN) => (0, Factor::Single),
                (5.., FALLEN) => continue,
                _ => (50126, Factor::Single),
            };
            let issued = world.sign_in(&SignIn { code, factor, ..guess.clone() });
            if round % 2 == 0 || code == 0 {
                world.logon(&SignIn { code, factor, ..guess }, &issued);
            }
            if code != 50126 {
                right.push(source.address);
            }
            time += TimeDelta::seconds(world.random.between(240, 420));
        }
        time += TimeDelta::seconds(world.random.between(9 * 3600, 10 * 3600));
    }
    right
}

/// The range comes back to the fallen account by IMAP and takes the mailbox.
fn read_mail(world: &mut World, inside: &Place) {
    let victim = world.tenant.person(FALLEN);
    let imap = Client { app_used: "IMAP4", ..client() };
    for time in ["2026-09-30T15:20:31Z", "2026-10-01T02:44:07Z", "2026-10-01T21:15:50Z"] {
        let opened = SignIn { app: EXCHANGE, protocol: "ropc", factor: Factor::Single, ..SignIn::new(at(time), &victim, inside, &imap, "") };
        let issued = world.sign_in(&opened);
        world.logon(&opened, &issued);
        let reach = Reach {
            client: "Client=POP3/IMAP4;Protocol=IMAP4",
            app: "",
            session: None,
            ..Reach::desktop(opened.at + TimeDelta::seconds(15), &victim, &inside.address, "")
        };
        world.sync(&reach, "\\Inbox");
        let newest = delivered(world, date("2026-09-30"));
        let read: Vec<String> = (0..25).map(|n| message_id(&victim, newest - n)).collect();
        world.bind(&Reach { at: reach.at + TimeDelta::seconds(40), ..reach }, "\\Inbox", &read);
    }
}
