//! Pattern C. From the own desk an employee grants a look-alike application access to the mailbox. From then on a foreign server reads it every day:
//! no hostile sign-in of the user, no alert. The responders reset the password; the grant stays.

use chrono::TimeDelta;
use serde_json::json;

use super::Written;
use super::audit::Reach;
use super::directory::{Act, Actor, Target};
use super::expected::Expected;
use super::random::Random;
use super::routine::{Habits, background, delivered, message_id};
use super::state::{Snapshot, foreign_principal};
use super::tenant::{App, GRAPH, Kind, Place, Tenant, at, date};
use super::world::{SignIn, World};
use super::writer;

const LOOKALIKE: App = App("c3d8a7f1-2b64-4e0f-9a15-7d0c6b2e8f43", "Outlook Secure Archive");
const OWNER_TENANT: &str = "9b1f4c77-6a25-4d0e-8c3b-15e2d07a6f98";
const SCOPE: &str = " Mail.Read Mail.ReadWrite MailboxSettings.ReadWrite User.Read offline_access openid profile";

pub(crate) fn write() -> Written {
    let mut random = Random::of("oauth-consent");
    let mut tenant = Tenant::new(&mut random, "contoso.example", "contoso", "2026-09-03", "2026-10-02");
    let office = Place { trusted: true, ..Place::new("192.0.2.10", 8881, "DE", "Bremen", "Bremen", 53.079, 8.801) };
    let staff = [
        ("s.haas", "Sabine Haas", "Sales", Kind::Employee),
        ("m.keller", "Mara Keller", "Accounts payable", Kind::Employee),
        ("t.berg", "Tom Berg", "IT administrator", Kind::Admin),
        ("f.jansen", "Finn Jansen", "Sales", Kind::Employee),
        ("u.braun", "Ulla Braun", "Marketing", Kind::Employee),
        ("k.arslan", "Kaan Arslan", "Engineering", Kind::Employee),
    ];
    tenant.hire_all(&mut random, &office, &staff);
    let mut world = World::new(tenant, random);
    background(&mut world, &Habits::default());
    let principal = Target::thing("ServicePrincipal", &world.random.guid(), LOOKALIKE.1);
    let server = Place::new("203.0.113.201", 62240, "US", "New York", "New York", 40.713, -74.006);
    consent(&mut world, &principal);
    read_mail(&mut world, &principal, &server);
    let victim = world.tenant.person("s.haas");
    let admin = world.tenant.person("t.berg");
    let desk = admin.office.clone();
    world.refresh_tokens(at("2026-10-01T08:02:10Z"), &admin, &desk, &victim, None);
    world.reset_password(at("2026-10-01T08:05:45Z"), &admin, &desk, &victim);
    let grant_id = format!("VsVRpe{}", world.random.hex(24));
    let expected = Expected {
        accounts: vec![("s.haas", "compromised", Some("oauth-consent"), None)],
        pattern: Some("oauth-consent"),
        entry: Some("s.haas"),
        first_malicious: Some("2026-09-24T09:32:40Z"),
        tolerance_s: 120,
        addresses: vec![server.address.clone()],
        artefacts: vec![(
            "oauth-grant",
            "s.haas",
            vec![LOOKALIKE.1.to_owned(), LOOKALIKE.0.to_owned(), principal.id.clone(), grant_id.clone()],
            "present",
        )],
        checklist: vec![
            (1, "clear"),
            (2, "found"),
            (4, "clear"),
            (5, "clear"),
            (6, "found"),
            (7, "clear"),
            (8, "clear"),
            (9, "found"),
            (12, "clear"),
            (14, "clear"),
            (15, "clear"),
        ],
        faults: vec![("artefact-left", "s.haas"), ("activity-after-containment", "s.haas")],
        notes: vec![
            "The consent was given from the employee's own laptop and office: the consent is the door, not what followed a stolen session.",
            "The application reads on after the password reset.",
        ],
        ..Expected::default()
    };
    let grant = json!({
        "id": grant_id, "clientId": principal.id, "consentType": "Principal", "principalId": victim.id, "resourceId": world.tenant.graph_principal(), "scope": SCOPE,
    });
    let snapshot = Snapshot {
        grants: vec![grant],
        principals: vec![foreign_principal(
            &principal,
            LOOKALIKE.0,
            OWNER_TENANT,
            "Secure Archive Ltd",
            "https://archive.example.net/callback",
            "2026-09-24T09:32:38Z",
        )],
        ..Snapshot::default()
    };
    let tenant = &world.tenant;
    let mut files = vec![
        writer::azure_monitor("insights/SignInLogs.json", tenant, "SignInLogs", &world.interactive, "createdDateTime"),
        writer::azure_monitor(
            "insights/NonInteractiveUserSignInLogs.json",
            tenant,
            "NonInteractiveUserSignInLogs",
            &world.refreshes,
            "createdDateTime",
        ),
        writer::azure_monitor("insights/ServicePrincipalSignInLogs.json", tenant, "ServicePrincipalSignInLogs", &world.principals, "createdDateTime"),
        writer::azure_monitor("insights/AuditLogs.json", tenant, "AuditLogs", &world.directory, "activityDateTime"),
        writer::audit_query("audit-query/records.json", &world.audit),
    ];
    files.extend(snapshot.files(&world, "state"));
    Written { files, expected: expected.json(&world.tenant) }
}

/// The consent page interrupts a sign-in from the own laptop; the service principal appears in the tenant a moment before the grant.
fn consent(world: &mut World, principal: &Target) {
    let victim = world.tenant.person("s.haas");
    let laptop = world.tenant.browser_on(&victim, date("2026-09-24"));
    let (session, correlation) = (world.random.guid(), world.random.guid());
    let page = SignIn {
        app: LOOKALIKE,
        resource: GRAPH,
        correlation: Some(&correlation),
        ..SignIn::new(at("2026-09-24T09:31:55Z"), &victim, &victim.office, &laptop, &session)
    };
    world.sign_in(&SignIn { code: 65001, ..page.clone() });
    let actor = Actor::Person(&victim, &victim.office.address);
    let created = Act::new(at("2026-09-24T09:32:38Z"), actor, "Add service principal", "ApplicationManagement", vec![principal.clone()]);
    let changes = vec![
        ("AppPrincipalId", "[]".to_owned(), format!("[\"{}\"]", LOOKALIKE.0)),
        ("DisplayName", "[]".to_owned(), format!("[\"{}\"]", LOOKALIKE.1)),
    ];
    world.act(&Act { changes, operation: "Add", ..created });
    world.consent(at("2026-09-24T09:32:40Z"), &victim, &victim.office.address, principal, LOOKALIKE.0, SCOPE);
    world.sign_in(&SignIn { at: at("2026-09-24T09:32:43Z"), ..page });
    for record in world.interactive.iter_mut().rev().take(2) {
        record["appOwnerTenantId"] = json!(OWNER_TENANT);
    }
}

/// Twice a day the server fetches what is new, and on the first day what is old.
fn read_mail(world: &mut World, principal: &Target, server: &Place) {
    let victim = world.tenant.person("s.haas");
    let mut time = at("2026-09-24T09:40:12Z");
    while time < at("2026-10-02T12:00:00Z") {
        world.principal(time, LOOKALIKE, &principal.id, OWNER_TENANT, server);
        let newest = delivered(world, time.date_naive());
        let bursts = if time < at("2026-09-24T12:00:00Z") { 9 } else { 1 };
        for burst in 0..bursts {
            let read: Vec<String> = (0..14).map(|n| message_id(&victim, newest - 14 * burst - n)).collect();
            let fetched = time + TimeDelta::seconds(20 + 70 * burst);
            let reach = Reach { client: "Client=REST;;", app: LOOKALIKE.0, session: None, ..Reach::desktop(fetched, &victim, &server.address, "") };
            world.bind(&reach, "\\Inbox", &read);
            if let Some(record) = world.audit.last_mut() {
                record["AppId"] = json!(GRAPH.0);
            }
        }
        time += TimeDelta::hours(12);
    }
}
