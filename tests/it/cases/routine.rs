//! Weeks of innocent behaviour: the background that a finding must stand out from.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};

use super::audit::{Origin, Reach};
use super::changes::{daily_upkeep, innocent_changes};
use super::tenant::{
    AZURE_PORTAL, App, Client, Device, EXCHANGE, Kind, OFFICE, OFFICE_HOME, ONEDRIVE, OUTLOOK_MOBILE, Person, Place, SHAREPOINT, TEAMS,
};
use super::world::{Factor, SignIn, World};

const OUTLOOK_AGENT: &str = "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.19127; Pro)";
const PHONE_AGENT: &str =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 PKeyAuth/1.0";
/// One of Exchange Online's own addresses: background readers come from there.
const MICROSOFT_RELAY: &str = "2603:10a6:20b:3d5::15";
const SUBJECTS: [&str; 12] = [
    "Minutes of Monday's meeting",
    "Offer 2026-118",
    "Delivery dates for October",
    "RE: Offer 2026-118",
    "Holiday planning",
    "Question about the drawing",
    "FW: Delivery note 55120",
    "Lunch on Thursday?",
    "RE: Quarterly figures",
    "Updated price list",
    "RE: Holiday planning",
    "Site visit next week",
];
const FILES: [&str; 8] = [
    "Shared Documents/Projects/Plan.xlsx",
    "Shared Documents/Projects/Offer 2026-118.docx",
    "Shared Documents/Templates/Letter.dotx",
    "Shared Documents/Sales/Price list.xlsx",
    "Shared Documents/HR/Holiday calendar.xlsx",
    "Shared Documents/Projects/Drawing 17.pdf",
    "Shared Documents/Quality/Checklist.docx",
    "Shared Documents/Sales/Forecast.pptx",
];
const PARTNERS: [&str; 4] = ["sales@fabrikam.example", "m.roth@northwind.example", "dispatch@example.org", "orders@fabrikam.example"];

/// Days on which somebody works from elsewhere.
pub(crate) struct Journey {
    pub alias: &'static str,
    pub from: NaiveDate,
    /// Last day away.
    pub to: NaiveDate,
    /// Where the laptop is, in turn.
    pub stays: Vec<Place>,
    /// Where the phone is.
    pub carrier: Place,
}

/// Who reads which shared mailbox, where the kiosk stands, and when somebody stops working.
#[derive(Default)]
pub(crate) struct Habits {
    /// Shared mailbox alias → aliases of those who read it.
    pub delegates: BTreeMap<&'static str, Vec<&'static str>>,
    /// The computer that frontline workers share.
    pub kiosk: Option<Device>,
    /// Alias → first day on which this person does nothing any more (account disabled, holiday, story takes over).
    pub stops: BTreeMap<&'static str, NaiveDate>,
    pub journeys: Vec<Journey>,
}

/// An internet message id of the n-th message in somebody's inbox.
pub(crate) fn message_id(person: &Person, n: i64) -> String {
    let host = person.upn.rsplit('@').next().unwrap_or("example.com");
    format!("<{}.{n:06}@mail.{host}>", person.puid.to_lowercase())
}

/// Messages in the inbox after a day's work.
pub(crate) fn delivered(world: &World, day: NaiveDate) -> i64 {
    600 + 18 * (day - world.tenant.first_day).num_days()
}

fn native(user_agent: &str, browser: &str, os: &'static str, device: Option<&Device>) -> Client {
    Client { app_used: "Mobile Apps and Desktop clients", device: device.cloned(), ..Client::browser(user_agent, browser, os) }
}

fn alias(person: &Person) -> &str {
    person.upn.split('@').next().unwrap_or("")
}

/// One person's day.
struct Day<'a> {
    date: NaiveDate,
    person: &'a Person,
    place: Place,
    browser: Client,
    /// Session of the browser: a new one each week.
    session: String,
    /// Session of the laptop's primary refresh token.
    native: String,
}

impl Day<'_> {
    /// A UTC moment between two local hours.
    fn between(&self, world: &mut World, from: i64, to: i64) -> DateTime<Utc> {
        let midnight = self.date.and_hms_opt(0, 0, 0).expect("midnight exists").and_utc();
        midnight + TimeDelta::seconds(world.random.between(from * 3600, to * 3600 - 1)) - TimeDelta::hours(self.person.offset)
    }
}

/// Fills the world with the routine of everybody, from the tenant's first day to its last.
pub(crate) fn background(world: &mut World, habits: &Habits) {
    let people = world.tenant.people.clone();
    let mut sessions: BTreeMap<(String, u32), (String, String)> = BTreeMap::new();
    let mut date = world.tenant.first_day;
    while date <= world.tenant.last_day {
        let weekday = date.weekday().num_days_from_monday();
        for person in &people {
            let stopped = habits.stops.get(alias(person)).is_some_and(|stop| date >= *stop);
            let absent = person.kind != Kind::Service && (weekday > 4 || world.random.chance(4));
            if stopped || absent || person.kind == Kind::Shared {
                continue;
            }
            let week = (person.upn.clone(), date.iso_week().week());
            let (session, native) = sessions.entry(week).or_insert_with(|| (world.random.guid(), world.random.guid())).clone();
            let at_home = person.laptop.is_some() && person.home_days.get(weekday as usize).copied().unwrap_or(false);
            let mut person = person.clone();
            let mut place = if at_home { person.home.clone() } else { person.office.clone() };
            if let Some(journey) =
                habits.journeys.iter().find(|journey| journey.alias == alias(&person) && (journey.from..=journey.to).contains(&date))
            {
                let night = usize::try_from((date - journey.from).num_days()).expect("a journey's days follow its first");
                place = journey.stays[night % journey.stays.len()].clone();
                (person.home, person.carrier) = (place.clone(), journey.carrier.clone());
            }
            let browser = world.tenant.browser_on(&person, date);
            let day = Day { date, person: &person, place, browser, session, native };
            match person.kind {
                Kind::Service => machine_day(world, &day),
                Kind::Frontline => kiosk_day(world, &day, habits.kiosk.as_ref()),
                Kind::Employee | Kind::Admin | Kind::Shared => {
                    sign_in_day(world, &day);
                    mail_day(world, &day);
                    work_day(world, &day, &people);
                    shared_day(world, &day, habits);
                }
            }
        }
        daily_upkeep(world, date);
        if weekday == 6 {
            weekly_housekeeping(world, date);
        }
        date += TimeDelta::days(1);
    }
    innocent_changes(world);
}

fn sign_in_day(world: &mut World, day: &Day<'_>) {
    let starts = day.person.starts;
    let at = day.between(world, starts, starts + 1);
    let opening = SignIn::new(at, day.person, &day.place, &day.browser, &day.session);
    if world.random.chance(6) {
        let typo = SignIn { at: at - TimeDelta::seconds(21), code: 50126, factor: Factor::Single, ..opening.clone() };
        world.sign_in(&typo);
    }
    let monday = day.date.weekday().num_days_from_monday() == 0;
    if monday || world.random.chance(7) {
        let correlation = world.random.guid();
        let proved = SignIn { factor: Factor::Push, correlation: Some(&correlation), ..opening };
        world.sign_in(&SignIn { at: at + TimeDelta::seconds(19), code: 50140, ..proved.clone() });
        let issued = world.sign_in(&SignIn { at: at + TimeDelta::seconds(24), ..proved.clone() });
        world.logon(&proved, &issued);
    } else {
        let issued = world.sign_in(&opening);
        if world.random.chance(12) {
            world.logon(&opening, &issued);
        }
    }
    if day.person.kind == Kind::Admin && world.random.chance(40) {
        let at = day.between(world, 10, 15);
        world.sign_in(&SignIn {
            app: AZURE_PORTAL,
            resource: App("797f4846-ba00-4fd7-ba43-dac1f8f63013", "Azure Resource Manager"),
            at,
            ..opening_again(day)
        });
    }
    let office = native(OUTLOOK_AGENT, "Rich Client 4.66.2.0", "Windows10", day.person.laptop.as_ref());
    for (app, resource, chance) in [(OFFICE, EXCHANGE, 55), (TEAMS, SHAREPOINT, 35), (ONEDRIVE, SHAREPOINT, 35)] {
        if world.random.chance(chance) {
            let at = day.between(world, starts + 1, starts + 9);
            let code = if world.random.chance(3) { 50058 } else { 0 };
            world.sign_in(&SignIn { code, ..SignIn::new(at, day.person, &day.place, &office, &day.native).refresh(app, resource) });
        }
    }
    if world.random.chance(50) {
        let phone = native(PHONE_AGENT, "Mobile Safari", "Ios18.6", None);
        let (at, place) =
            if world.random.chance(50) { (day.between(world, 6, 7), &day.person.carrier) } else { (day.between(world, 19, 22), &day.person.home) };
        let session = phone_session(day.person);
        world.sign_in(&SignIn::new(at, day.person, place, &phone, &session).refresh(OUTLOOK_MOBILE, EXCHANGE));
    }
}

fn opening_again<'a>(day: &'a Day<'_>) -> SignIn<'a> {
    SignIn::new(day.date.and_hms_opt(9, 0, 0).expect("09:00 exists").and_utc(), day.person, &day.place, &day.browser, &day.session)
}

/// A phone keeps its session for months: derived from the person, not drawn.
fn phone_session(person: &Person) -> String {
    let (head, tail) = person.id.split_at(18);
    format!("{}4{}-9{}", &head[..14], &head[15..], &tail[2..])
}

fn mail_day(world: &mut World, day: &Day<'_>) {
    let (person, starts) = (day.person, day.person.starts);
    let newest = delivered(world, day.date);
    if world.random.chance(70) {
        let at = day.between(world, starts + 1, starts + 9);
        let token = world.random.token();
        let opened: Vec<String> = (0..world.random.between(1, 5)).map(|_| message_id(person, newest - world.random.below(30))).collect();
        world.bind(&Reach::web(at, person, &day.place.address, &day.session, &token), "\\Inbox", &opened);
    }
    if world.random.chance(45) {
        let at = day.between(world, starts + 1, starts + 8);
        world.sync(&Reach::desktop(at, person, &day.place.address, &day.native), "\\Inbox");
    }
    if world.random.chance(12) {
        let at = day.between(world, 0, 24);
        let opened: Vec<String> = (0..world.random.between(1, 3)).map(|_| message_id(person, newest - world.random.below(20))).collect();
        let system = Reach { client: "Client=REST;Client=RESTSystem;;", app: "", session: None, ..Reach::desktop(at, person, MICROSOFT_RELAY, "") };
        world.bind(&system, "\\Inbox", &opened);
    }
    if world.random.chance(60) {
        let at = day.between(world, starts + 1, starts + 9);
        let subject = *world.random.pick(&SUBJECTS);
        let colleagues = world.tenant.people.clone();
        let recipient = if world.random.chance(55) { world.random.pick(&colleagues).upn.clone() } else { (*world.random.pick(&PARTNERS)).to_owned() };
        let message = format!("<{}@mail.{}>", world.random.hex(20), world.tenant.domain);
        world.send(&Reach::desktop(at, person, &day.place.address, &day.native), "Send", subject, &message, &[&recipient]);
    }
    if world.random.chance(12) {
        let at = day.between(world, starts + 1, starts + 9);
        let message = message_id(person, newest - world.random.below(60));
        let subject = *world.random.pick(&SUBJECTS);
        world.discard(&Reach::desktop(at, person, &day.place.address, &day.native), "MoveToDeletedItems", "\\Inbox", subject, &message);
    }
}

fn work_day(world: &mut World, day: &Day<'_>, people: &[Person]) {
    let starts = day.person.starts;
    let site = format!("https://{0}.sharepoint.example/sites/Office/", world.tenant.name);
    if world.random.chance(55) {
        let at = day.between(world, starts + 1, starts + 9);
        let operation = *world.random.pick(&["FileAccessed", "FileAccessed", "FileModified", "FileDownloaded", "FilePreviewed", "FileUploaded"]);
        let path = *world.random.pick(&FILES);
        let token = world.random.token();
        let origin =
            Origin { at, actor: day.person, address: &day.place.address, agent: &day.browser.user_agent, session: Some((&day.session, &token)) };
        world.file(&origin, operation, &site, path);
    }
    if world.random.chance(30) {
        let at = day.between(world, starts + 1, starts + 9);
        let colleagues: Vec<&Person> = people.iter().filter(|other| other.upn != day.person.upn && other.laptop.is_some()).collect();
        if !colleagues.is_empty() {
            let other = *world.random.pick(&colleagues);
            let operation = if world.random.chance(20) { "ChatCreated" } else { "MessageSent" };
            world.chat(at, day.person, other, &day.place.address, operation);
        }
    }
}

fn shared_day(world: &mut World, day: &Day<'_>, habits: &Habits) {
    for (shared, readers) in &habits.delegates {
        if !readers.contains(&alias(day.person)) || !world.random.chance(60) {
            continue;
        }
        let mailbox = world.tenant.person(shared);
        let at = day.between(world, day.person.starts + 1, day.person.starts + 8);
        let token = world.random.token();
        let newest = delivered(world, day.date);
        let opened: Vec<String> = (0..world.random.between(1, 4)).map(|_| message_id(&mailbox, newest - world.random.below(25))).collect();
        let reach = Reach { mailbox: &mailbox, logon: 2, ..Reach::web(at, day.person, &day.place.address, &day.session, &token) };
        world.bind(&reach, "\\Inbox", &opened);
        if world.random.chance(45) {
            let message = format!("<{}@mail.{}>", world.random.hex(20), world.tenant.domain);
            let subject = *world.random.pick(&SUBJECTS);
            let recipient = *world.random.pick(&PARTNERS);
            world.send(&Reach { at: at + TimeDelta::minutes(6), ..reach }, "SendAs", subject, &message, &[recipient]);
        }
    }
}

/// A scanner or backup job: the same client from the same address, on weekends too, without a second factor.
fn machine_day(world: &mut World, day: &Day<'_>) {
    let client = Client { app_used: "Authenticated SMTP", browser: String::new(), ..Client::browser("", "", "") };
    for hour in [6, 14] {
        if world.random.chance(50) {
            continue;
        }
        let at = day.between(world, hour, hour + 1);
        let mail = SignIn { app: EXCHANGE, factor: Factor::Single, protocol: "ropc", ..SignIn::new(at, day.person, &day.place, &client, "") };
        world.sign_in(&mail);
    }
    if world.random.chance(40) {
        let at = day.between(world, 8, 17);
        let message = format!("<{}@mail.{}>", world.random.hex(20), world.tenant.domain);
        let colleagues = world.tenant.people.clone();
        let recipient = world.random.pick(&colleagues).upn.clone();
        let reach = Reach { client: "Client=Hub Transport;", app: "", session: None, ..Reach::desktop(at, day.person, &day.place.address, "") };
        world.send(&reach, "Send", "Scan from the copier, second floor", &message, &[&recipient]);
    }
}

/// A frontline worker at the shared computer: password only, because the shop floor is a trusted location.
fn kiosk_day(world: &mut World, day: &Day<'_>, kiosk: Option<&Device>) {
    let client = Client { device: kiosk.cloned(), ..day.browser.clone() };
    let at = day.between(world, day.person.starts, day.person.starts + 1);
    let session = world.random.guid();
    let opening = SignIn { factor: Factor::Single, app: OFFICE_HOME, ..SignIn::new(at, day.person, &day.person.office, &client, &session) };
    if world.random.chance(12) {
        world.sign_in(&SignIn { at: at - TimeDelta::seconds(17), code: 50126, ..opening.clone() });
    }
    let issued = world.sign_in(&opening);
    if world.random.chance(50) {
        let newest = delivered(world, day.date);
        let opened = vec![message_id(day.person, newest - world.random.below(10))];
        world.bind(&Reach::web(at + TimeDelta::minutes(3), day.person, &day.person.office.address, &session, &issued.token), "\\Inbox", &opened);
    }
    if world.random.chance(35) {
        world.sign_in(&SignIn {
            factor: Factor::Single,
            incoming: "none",
            ..SignIn { at: at + TimeDelta::minutes(4), ..opening }.refresh(TEAMS, SHAREPOINT)
        });
    }
}

fn weekly_housekeeping(world: &mut World, date: NaiveDate) {
    let at = date.and_hms_opt(2, 17, 9).expect("02:17:09 exists").and_utc();
    world.housekeeping(
        at,
        "Set-AdminAuditLogConfig",
        "Admin Audit Log Settings",
        &[("AdminAuditLogAgeLimit", "90.00:00:00"), ("UnifiedAuditLogIngestionEnabled", "True"), ("Force", "True")],
    );
    let people = world.tenant.people.clone();
    let person = world.random.pick(&people).clone();
    let object = format!("EURPR04A009.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/{}/{}", world.tenant.domain, person.id);
    world.housekeeping(
        at + TimeDelta::seconds(40),
        "Add-MailboxPermission",
        &object,
        &[("Identity", &object), ("User", "Discovery Management"), ("AccessRights", "FullAccess")],
    );
    world.housekeeping(
        at + TimeDelta::seconds(55),
        "Set-Mailbox",
        &object,
        &[("Identity", &object), ("RecoverableItemsQuota", "30 GB (32,212,254,720 bytes)"), ("Force", "True")],
    );
}
