//! Pattern D. An administrator exempts a scanner's account from multifactor authentication to end a nuisance. Three days later somebody in another
//! country opens its mailbox by IMAP with the right password at the fourth attempt and sends from it.

use chrono::TimeDelta;
use serde_json::json;

use super::Written;
use super::audit::Reach;
use super::directory::{Act, Actor, Target};
use super::expected::Expected;
use super::portal_csv::portal_csv;
use super::random::Random;
use super::routine::{Habits, background, delivered, message_id};
use super::state::Snapshot;
use super::tenant::{Client, EXCHANGE, Kind, Place, Tenant, at, date};
use super::world::{Factor, SignIn, World};
use super::writer;

pub(crate) fn write() -> Written {
    let mut random = Random::of("service-account");
    let mut tenant = Tenant::new(&mut random, "contoso.example", "contoso", "2026-09-03", "2026-10-05");
    let office = Place { trusted: true, ..Place::new("192.0.2.10", 8881, "DE", "Bremen", "Bremen", 53.079, 8.801) };
    let staff = [
        ("t.berg", "Tom Berg", "IT administrator", Kind::Admin),
        ("m.keller", "Mara Keller", "Accounts payable", Kind::Employee),
        ("p.weber", "Paul Weber", "Engineering", Kind::Employee),
        ("q.lang", "Quirin Lang", "Purchasing", Kind::Employee),
        ("v.stein", "Vera Stein", "Reception", Kind::Employee),
        ("svc-scan", "Scanner second floor", "", Kind::Service),
    ];
    tenant.hire_all(&mut random, &office, &staff);
    let mut world = World::new(tenant, random);
    background(&mut world, &Habits::default());
    exempt(&mut world);
    let abroad = Place::new("203.0.113.87", 57043, "RO", "Bucuresti", "Bucharest", 44.432, 26.104);
    open_mailbox(&mut world, &abroad);
    let admin = world.tenant.person("t.berg");
    let account = world.tenant.person("svc-scan");
    world.reset_password(at("2026-10-05T07:20:00Z"), &admin, &admin.office, &account);
    let expected = Expected {
        accounts: vec![("svc-scan", "compromised", Some("service-account"), None)],
        pattern: Some("service-account"),
        entry: Some("svc-scan"),
        first_malicious: Some("2026-10-02T23:14:09Z"),
        tolerance_s: 300,
        addresses: vec![abroad.address],
        checklist: vec![
            (1, "found"),
            (4, "clear"),
            (5, "clear"),
            (6, "found"),
            (7, "clear"),
            (9, "clear"),
            (12, "clear"),
            (14, "clear"),
            (15, "found"),
        ],
        faults: vec![("no-session-revocation", "svc-scan")],
        notes: vec![
            "The exclusion from the policy was the administrator's own act from the own desk: it opened the door, it was not the intruder's.",
            "Portal CSV has no risk columns: item 3 cannot be answered from it.",
        ],
        ..Expected::default()
    };
    let snapshot = Snapshot { excluded: vec!["svc-scan"], policy_edited: Some("2026-09-29T14:05:12.3310927Z"), ..Snapshot::default() };
    let mut files = vec![
        portal_csv("InteractiveSignIns_2026-09-03_2026-10-05.csv", &world.interactive),
        portal_csv("NonInteractiveSignIns_2026-09-03_2026-10-05.csv", &world.refreshes),
        writer::purview_csv("AuditLog_2026-09-03_2026-10-05.csv", &world.audit),
        writer::array_newest_first("AuditLogs_2026-10-05.json", &world.directory, "activityDateTime"),
    ];
    files.extend(snapshot.files(&world, "exports"));
    Written { files, expected: expected.json(&world.tenant) }
}

/// The same edit under both services, old and new policy as text.
fn exempt(world: &mut World) {
    let admin = world.tenant.person("t.berg");
    let edited = world.policies(&["svc-scan"], Some("2026-09-29T14:05:12.3310927Z"));
    let before = world.policies(&[], None);
    let text = |page: &serde_json::Value| page.pointer("/value/0").unwrap_or(&json!(null)).to_string();
    let policy = Target::thing("Policy", &world.tenant.policy.clone(), "Require MFA for all users");
    let actor = Actor::Person(&admin, &admin.office.address);
    let edit = Act::new(at("2026-09-29T14:05:12Z"), actor, "Update conditional access policy", "Policy", vec![policy.clone()]);
    let changes = vec![("ConditionalAccessPolicy", text(&before), text(&edited))];
    let correlation = world.act(&Act { changes, service: "Conditional Access", unified: false, ..edit });
    let twin = Act::new(at("2026-09-29T14:05:12Z"), actor, "Update policy", "Policy", vec![policy]);
    let changes = vec![("PolicyDetail", text(&before), text(&edited))];
    world.act(&Act { changes, correlation: Some(correlation), ..twin });
}

fn open_mailbox(world: &mut World, abroad: &Place) {
    let account = world.tenant.person("svc-scan");
    let client = Client { app_used: "IMAP4", ..Client::browser("BAV2ROPC", "", "") };
    let mail =
        SignIn { app: EXCHANGE, factor: Factor::Single, protocol: "ropc", ..SignIn::new(at("2026-10-02T23:14:09Z"), &account, abroad, &client, "") };
    for seconds in [0, 31, 64] {
        world.sign_in(&SignIn { at: mail.at + TimeDelta::seconds(seconds), code: 50126, ..mail.clone() });
    }
    for time in ["2026-10-02T23:16:20Z", "2026-10-03T01:40:02Z", "2026-10-03T09:12:33Z", "2026-10-04T04:30:18Z", "2026-10-04T19:05:47Z"] {
        let opened = SignIn { at: at(time), ..mail.clone() };
        let issued = world.sign_in(&opened);
        world.logon(&opened, &issued);
        let reach = Reach {
            client: "Client=POP3/IMAP4;Protocol=IMAP4",
            app: "",
            session: None,
            ..Reach::desktop(opened.at + TimeDelta::seconds(12), &account, &abroad.address, "")
        };
        for folder in ["\\Inbox", "\\Sent Items"] {
            world.sync(&reach, folder);
        }
        let newest = delivered(world, date("2026-10-02"));
        let read: Vec<String> = (0..20).map(|n| message_id(&account, newest - n)).collect();
        world.bind(&Reach { at: reach.at + TimeDelta::seconds(30), ..reach }, "\\Inbox", &read);
    }
    for (time, recipient) in [
        ("2026-10-03T09:15:10Z", "orders@fabrikam.example"),
        ("2026-10-03T09:15:31Z", "m.roth@northwind.example"),
        ("2026-10-03T09:15:52Z", "dispatch@example.org"),
        ("2026-10-03T09:16:14Z", "sales@fabrikam.example"),
    ] {
        let message = format!("<{}@mail.contoso.example>", world.random.hex(20));
        let reach = Reach { client: "Client=SMTP;", app: "", session: None, ..Reach::desktop(at(time), &account, &abroad.address, "") };
        world.send(&reach, "Send", "Scanned document: remittance advice", &message, &[recipient]);
    }
}
