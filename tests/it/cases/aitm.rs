//! Pattern B. On a Tuesday evening a phishing proxy takes the session of a clerk in accounts payable; minutes later another host replays it, reads
//! mail, hides replies, adds an authenticator and sends changed bank details. The responders reset the password first and forget the rule.

use chrono::TimeDelta;

use super::Written;
use super::audit::{Origin, Reach};
use super::expected::Expected;
use super::random::Random;
use super::routine::{Habits, background, delivered, message_id};
use super::state::{self, newsletter_rule};
use super::tenant::{Client, EXCHANGE, Kind, MY_SIGNINS, OFFICE_HOME, OUTLOOK_WEB, Person, Place, SHAREPOINT, Tenant, at};
use super::world::{Factor, SignIn, World};
use super::writer;

const RULE_ID: u64 = 15_394_007_230_974_001_153;
const PHONE: &str = "SM-A155F";

pub(crate) fn write() -> Written {
    let mut random = Random::of("aitm");
    let mut tenant = Tenant::new(&mut random, "contoso.example", "contoso", "2026-09-09", "2026-10-08");
    let office = Place { trusted: true, ..Place::new("192.0.2.10", 8881, "DE", "Bremen", "Bremen", 53.079, 8.801) };
    for (alias, name, title, kind) in [
        ("m.keller", "Mara Keller", "Accounts payable", Kind::Employee),
        ("s.brandt", "Stefan Brandt", "Managing director", Kind::Employee),
        ("j.vogt", "Jana Vogt", "Sales", Kind::Employee),
        ("a.ozturk", "Aylin Öztürk", "Sales", Kind::Employee),
        ("t.berg", "Tom Berg", "IT administrator", Kind::Admin),
        ("p.weber", "Paul Weber", "Engineering", Kind::Employee),
        ("l.neumann", "Lea Neumann", "Human resources", Kind::Employee),
        ("svc-scan", "Scanner second floor", "", Kind::Service),
        ("invoices", "Invoices", "", Kind::Shared),
    ] {
        tenant.hire(&mut random, alias, name, title, kind, &office);
    }
    let mut world = World::new(tenant, random);
    let habits = Habits {
        delegates: [("invoices", vec!["m.keller", "j.vogt"])].into(),
        stops: [("m.keller", "2026-10-07".parse().expect("a date"))].into(),
        ..Habits::default()
    };
    background(&mut world, &habits);
    let victim = world.tenant.person("m.keller");
    let session = world.random.guid();
    let proxy = Place::new("203.0.113.45", 9009, "NL", "Noord-Holland", "Amsterdam", 52.374, 4.89);
    let cloud = Place::new("203.0.113.112", 14061, "DE", "Hessen", "Frankfurt am Main", 50.11, 8.682);
    capture(&mut world, &victim, &proxy, &session);
    let token = replay(&mut world, &victim, &cloud, &session);
    read_mail(&mut world, &victim, &cloud, &session, &token);
    settle(&mut world, &victim, &cloud, &session);
    defraud(&mut world, &victim, &cloud, &session, &token);
    respond(&mut world, &victim, &cloud, &session);
    let expected = Expected {
        accounts: vec![("m.keller", "compromised", Some("aitm"), None)],
        pattern: Some("aitm"),
        entry: Some("m.keller"),
        first_malicious: Some("2026-10-06T17:41:08Z"),
        tolerance_s: 120,
        addresses: vec![proxy.address, cloud.address],
        sessions: vec![session],
        artefacts: vec![
            ("inbox-rule", "m.keller", vec![".".to_owned(), RULE_ID.to_string()], "present"),
            ("auth-method", "m.keller", vec![PHONE.to_owned(), format!("authenticator on {PHONE}")], "present"),
        ],
        checklist: vec![
            (1, "found"),
            (2, "found"),
            (3, "found"),
            (4, "found"),
            (5, "clear"),
            (6, "found"),
            (7, "found"),
            (8, "clear"),
            (9, "clear"),
            (12, "clear"),
            (14, "clear"),
            (15, "clear"),
        ],
        faults: vec![("reset-before-revoke", "m.keller"), ("artefact-left", "m.keller")],
        notes: vec![
            "Capture through a proxy that copied the victim's user agent; multifactor authentication was performed live, so neither the agent nor MFA exonerates.",
            "The refused tokens after the revocation show that the attacker still tried and was locked out.",
        ],
    };
    export(world, &victim, &expected)
}

/// The proxy relays the whole login: demand for MFA, keep-me-signed-in page and success in one correlation.
fn capture(world: &mut World, victim: &Person, proxy: &Place, session: &str) {
    let copied = Client { device: None, ..world.tenant.browser_on(victim, world.tenant.last_day) };
    let correlation = world.random.guid();
    let page =
        SignIn { app: OFFICE_HOME, correlation: Some(&correlation), ..SignIn::new(at("2026-10-06T17:41:08Z"), victim, proxy, &copied, session) };
    world.sign_in(&SignIn { code: 50074, factor: Factor::Demanded, ..page.clone() });
    world.sign_in(&SignIn { at: at("2026-10-06T17:41:29Z"), code: 50140, factor: Factor::Push, ..page.clone() });
    let done = SignIn { at: at("2026-10-06T17:41:34Z"), factor: Factor::Push, risk: "low", risk_types: &["unfamiliarFeatures"], ..page };
    let issued = world.sign_in(&done);
    world.logon(&done, &issued);
    world.risk(&done, &issued, "unfamiliarFeatures", "low", "realtime", 0);
    world.risk(&done, &issued, "anomalousToken", "medium", "offline", 57);
}

fn thief() -> Client {
    Client::browser("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox 128.0", "Linux")
}

/// The cookie at work elsewhere: no password, no prompt, MFA by claim. Returns the mail token.
fn replay(world: &mut World, victim: &Person, cloud: &Place, session: &str) -> String {
    let browser = thief();
    let first = SignIn { app: OUTLOOK_WEB, ..SignIn::new(at("2026-10-06T17:46:12Z"), victim, cloud, &browser, session) };
    let issued = world.sign_in(&first);
    world.logon(&first, &issued);
    for (time, app, resource) in [
        ("2026-10-06T17:52:40Z", OUTLOOK_WEB, EXCHANGE),
        ("2026-10-06T18:08:03Z", OFFICE_HOME, SHAREPOINT),
        ("2026-10-06T18:52:40Z", OUTLOOK_WEB, EXCHANGE),
        ("2026-10-06T20:15:22Z", OUTLOOK_WEB, EXCHANGE),
        ("2026-10-07T04:55:31Z", OUTLOOK_WEB, EXCHANGE),
    ] {
        world.sign_in(&SignIn::new(at(time), victim, cloud, &browser, session).refresh(app, resource));
    }
    issued.token
}

fn read_mail(world: &mut World, victim: &Person, cloud: &Place, session: &str, token: &str) {
    let newest = delivered(world, "2026-10-06".parse().expect("a date"));
    let reach = Reach::web(at("2026-10-06T17:48:10Z"), victim, &cloud.address, session, token);
    for burst in 0..6 {
        let opened: Vec<String> = (0..13).map(|n| message_id(victim, newest - 13 * burst - n)).collect();
        world.bind(&Reach { at: reach.at + TimeDelta::seconds(95 * burst), ..reach.clone() }, "\\Inbox", &opened);
    }
    let outlook = Reach { client: "Client=MSExchangeRPC", ..reach.clone() };
    world.sync(&Reach { at: at("2026-10-06T17:55:02Z"), ..outlook }, "\\Inbox");
    let early: Vec<String> = (0..8).map(|n| message_id(victim, newest + n)).collect();
    world.bind(&Reach { at: at("2026-10-07T04:56:10Z"), ..reach }, "\\Inbox", &early);
}

/// What outlives the session: a rule that hides replies, and an authenticator app.
fn settle(world: &mut World, victim: &Person, cloud: &Place, session: &str) {
    let token = world.random.token();
    let origin = Origin { at: at("2026-10-06T17:58:40Z"), actor: victim, address: &cloud.address, agent: "", session: Some((session, &token)) };
    let parameters = [
        ("AlwaysDeleteOutlookRulesBlob", "False"),
        ("Force", "False"),
        ("MarkAsRead", "True"),
        ("MoveToFolder", "RSS Feeds"),
        ("Name", "."),
        ("StopProcessingRules", "True"),
        ("SubjectOrBodyContainsWords", "invoice;payment"),
    ];
    world.cmdlet(&origin, "New-InboxRule", &format!("{}\\.", victim.mailbox), &parameters);
    let browser = thief();
    world.sign_in(&SignIn { app: MY_SIGNINS, ..SignIn::new(at("2026-10-06T18:03:37Z"), victim, cloud, &browser, session) });
    world.register_authenticator(at("2026-10-06T18:04:20Z"), victim, &cloud.address, PHONE);
}

fn defraud(world: &mut World, victim: &Person, cloud: &Place, session: &str, token: &str) {
    let site = "https://contoso.sharepoint.example/sites/Finance/";
    for (minute, name) in [
        "Suppliers 2026.xlsx",
        "Open items.xlsx",
        "Bank accounts.xlsx",
        "Payment run October.xlsx",
        "Invoice template.docx",
        "Signatures.pdf",
        "Fabrikam contract.pdf",
        "Invoice 2026-1187.pdf",
        "Dunning letters.docx",
    ]
    .iter()
    .enumerate()
    {
        let time = at("2026-10-06T18:10:05Z") + TimeDelta::seconds(41 * i64::try_from(minute).expect("a short list"));
        let path = format!("Shared Documents/{name}");
        let origin = Origin { at: time, actor: victim, address: &cloud.address, agent: &thief().user_agent, session: Some((session, token)) };
        world.file(&origin, "FileDownloaded", site, &path);
    }
    for (time, recipient, subject) in [
        ("2026-10-06T18:31:04Z", "orders@fabrikam.example", "RE: Invoice 2026-1187: changed bank details"),
        ("2026-10-06T18:34:50Z", "accounts@northwind.example", "RE: Invoice 2026-1203: changed bank details"),
        ("2026-10-06T18:39:17Z", "buchhaltung@example.org", "Updated payment instructions for open invoices"),
    ] {
        let message = format!("<{}@mail.contoso.example>", world.random.hex(20));
        let reach = Reach::web(at(time), victim, &cloud.address, session, token);
        world.send(&reach, "Send", subject, &message, &[recipient]);
        world.discard(&Reach { at: reach.at + TimeDelta::seconds(74), ..reach }, "HardDelete", "\\Sent Items", subject, &message);
    }
}

/// Wednesday morning. The token is refused afterwards, twice.
fn respond(world: &mut World, victim: &Person, cloud: &Place, session: &str) {
    let admin = world.tenant.person("t.berg");
    let desk = admin.office.clone();
    world.reset_password(at("2026-10-07T05:50:14Z"), &admin, &desk, victim);
    world.refresh_tokens(at("2026-10-07T06:02:33Z"), &admin, &desk, victim, None);
    world.switch_account(at("2026-10-07T06:09:20Z"), &admin, &desk, victim, false);
    let browser = thief();
    for (time, code) in [("2026-10-07T06:31:44Z", 50173), ("2026-10-07T07:12:09Z", 50173)] {
        let refused = SignIn::new(at(time), victim, cloud, &browser, session).refresh(OUTLOOK_WEB, EXCHANGE);
        world.sign_in(&SignIn { code, ..refused });
    }
}

fn export(mut world: World, victim: &Person, expected: &Expected) -> Written {
    let added = serde_json::json!({
        "@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod", "id": world.random.guid(), "displayName": PHONE,
        "deviceTag": "SoftwareTokenActivated", "phoneAppVersion": "6.8.29", "createdDateTime": null,
    });
    let hidden = state::inbox_rule(
        victim,
        ".",
        RULE_ID,
        1,
        &serde_json::json!({
            "SubjectOrBodyContainsWords": ["invoice", "payment"], "MoveToFolder": "RSS Feeds", "MarkAsRead": true, "StopProcessingRules": true,
            "Description": "If the message:\r\n\tthe message includes specific words in the subject or body 'invoice' or 'payment'\r\nTake the following actions:\r\n\tmark the message as Read\r\n\tand move the message to folder 'RSS Feeds'\r\n\tand stop processing more rules on this message\r\n",
        }),
    );
    let rules: Vec<_> = newsletter_rule(&world).into_iter().chain([hidden]).collect();
    let mut files = vec![
        writer::graph_page("sign-ins/interactive.json", "auditLogs/signIns", &world.interactive, "createdDateTime"),
        writer::graph_page("sign-ins/non-interactive.json", "auditLogs/signIns", &world.refreshes, "createdDateTime"),
        writer::search_csv("audit/UAL-2026-09-09-2026-10-08.csv", &world.tenant, &world.audit),
        writer::graph_page("directory/directoryAudits.json", "auditLogs/directoryAudits", &world.directory, "activityDateTime"),
        writer::graph_page("risk/riskDetections.json", "identityProtection/riskDetections", &world.risks, "activityDateTime"),
        writer::pretty("state/inbox-rules.json", &serde_json::json!(rules)),
        writer::pretty("state/mailboxes.json", &world.mailboxes(&[])),
        writer::pretty("state/mailbox-permissions.json", &world.mailbox_permissions(&[("invoices", "m.keller"), ("invoices", "j.vogt")])),
        writer::pretty("state/oauth2-grants.json", &world.grants(&[])),
        writer::pretty("state/service-principals.json", &world.service_principals(&[])),
        writer::pretty("state/devices.json", &world.devices(&[])),
        writer::pretty("state/users.json", &world.users(&["m.keller"])),
        writer::pretty("state/conditional-access.json", &world.policies(&["svc-scan"], None)),
    ];
    let people = world.tenant.people.clone();
    for person in people.iter().filter(|person| matches!(person.kind, Kind::Employee | Kind::Admin)) {
        let extra = if person.upn == victim.upn { std::slice::from_ref(&added) } else { &[] };
        let alias = person.upn.split('@').next().unwrap_or("");
        let methods = World::methods(person, extra);
        files.push(writer::pretty(&format!("state/methods/{alias}.json"), &methods));
    }
    Written { files, expected: expected.json(&world.tenant) }
}
