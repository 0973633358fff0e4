//! The people, mailboxes, devices, offices and networks of a synthetic tenant.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::random::Random;

/// An application or resource: id and name, as sign-ins print them.
#[derive(Clone, Copy)]
pub(crate) struct App(pub &'static str, pub &'static str);

pub(crate) const OFFICE_HOME: App = App("4765445b-32c6-49b0-83e6-1d93765276ca", "OfficeHome");
pub(crate) const OUTLOOK_WEB: App = App("9199bf20-a13f-4107-85dc-02114787ef48", "One Outlook Web");
pub(crate) const OFFICE: App = App("d3590ed6-52b3-4102-aeff-aad2292ab01c", "Microsoft Office");
pub(crate) const TEAMS: App = App("1fec8e78-bce4-4aaf-ab1b-5451cc387264", "Microsoft Teams");
pub(crate) const ONEDRIVE: App = App("ab9b8c07-8f02-4f72-87fa-80105867a763", "OneDrive SyncEngine");
pub(crate) const OUTLOOK_MOBILE: App = App("27922004-5251-4030-b22d-91ecd9a37ea4", "Outlook Mobile");
pub(crate) const BROKER: App = App("29d9ed98-a469-4536-ade2-f981bc1d605e", "Microsoft Authentication Broker");
pub(crate) const MY_SIGNINS: App = App("19db86c3-b2b9-44cc-b339-36da233a3be2", "My Signins");
pub(crate) const AZURE_PORTAL: App = App("c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "Azure Portal");
pub(crate) const EXCHANGE: App = App("00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online");
pub(crate) const SHAREPOINT: App = App("00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online");
pub(crate) const GRAPH: App = App("00000003-0000-0000-c000-000000000000", "Microsoft Graph");
pub(crate) const DEVICE_REGISTRATION: App = App("01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9", "Device Registration Service");
/// The tenant that owns Microsoft's own applications.
pub(crate) const MICROSOFT_TENANT: &str = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

/// Where an address is, as the sign-in record itself says.
#[derive(Clone)]
pub(crate) struct Place {
    pub address: String,
    pub asn: u32,
    pub country: &'static str,
    pub state: &'static str,
    pub city: &'static str,
    pub latitude: f64,
    pub longitude: f64,
    /// A trusted named location of the tenant.
    pub trusted: bool,
}

impl Place {
    pub(crate) fn new(
        address: &str,
        asn: u32,
        country: &'static str,
        state: &'static str,
        city: &'static str,
        latitude: f64,
        longitude: f64,
    ) -> Self {
        Self { address: address.to_owned(), asn, country, state, city, latitude, longitude, trusted: false }
    }

    /// The same town and network under another address.
    pub(crate) fn at(&self, address: &str) -> Self {
        Self { address: address.to_owned(), ..self.clone() }
    }
}

/// A device known to the directory.
#[derive(Clone)]
pub(crate) struct Device {
    pub id: String,
    pub object_id: String,
    pub name: String,
    pub os: &'static str,
    pub os_version: &'static str,
    pub registered: DateTime<Utc>,
    pub compliant: bool,
    pub trust: &'static str,
}

/// What a person signs in with.
#[derive(Clone)]
pub(crate) struct Client {
    pub user_agent: String,
    pub browser: String,
    pub os: &'static str,
    pub device: Option<Device>,
    /// `clientAppUsed`.
    pub app_used: &'static str,
}

impl Client {
    pub(crate) fn browser(user_agent: &str, browser: &str, os: &'static str) -> Self {
        Self { user_agent: user_agent.to_owned(), browser: browser.to_owned(), os, device: None, app_used: "Browser" }
    }
}

/// Edge on Windows; browsers update by themselves, so the version depends on the day.
pub(crate) fn edge(version: u32) -> Client {
    let agent = format!(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Safari/537.36 Edg/{version}.0.0.0"
    );
    Client::browser(&agent, &format!("Edge {version}.0.0"), "Windows10")
}

/// How somebody works.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Office worker with laptop and phone.
    Employee,
    /// Office worker who also administers the tenant.
    Admin,
    /// Machine account with one fixed address and one client.
    Service,
    /// Mailbox that several people read; its own account never signs in.
    Shared,
    /// Frontline worker: only a kiosk computer.
    Frontline,
}

#[derive(Clone)]
pub(crate) struct Person {
    pub upn: String,
    pub name: String,
    pub title: &'static str,
    pub kind: Kind,
    pub id: String,
    pub puid: String,
    pub sid: String,
    pub mailbox: String,
    pub laptop: Option<Device>,
    pub office: Place,
    pub home: Place,
    pub carrier: Place,
    /// Hours between local time and UTC.
    pub offset: i64,
    /// Local hour at which the day starts.
    pub starts: i64,
    /// Days of the week (0 = Monday) at home.
    pub home_days: [bool; 5],
    pub created: DateTime<Utc>,
}

/// One synthetic organisation and the weeks its evidence covers.
pub(crate) struct Tenant {
    pub id: String,
    pub domain: &'static str,
    pub name: &'static str,
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
    /// The day on which browsers update.
    pub update_day: NaiveDate,
    pub policy: String,
    pub people: Vec<Person>,
}

impl Tenant {
    pub(crate) fn new(random: &mut Random, domain: &'static str, name: &'static str, first_day: &str, last_day: &str) -> Self {
        let first_day: NaiveDate = first_day.parse().expect("a case's first day is a date");
        let last_day = last_day.parse().expect("a case's last day is a date");
        let update_day = first_day + TimeDelta::days(15);
        Self { id: random.guid(), domain, name, first_day, last_day, update_day, policy: random.guid(), people: Vec::new() }
    }

    /// Adds somebody of the main office; homes, phones and identifiers follow from the position in the list.
    pub(crate) fn hire(&mut self, random: &mut Random, alias: &str, name: &str, title: &'static str, kind: Kind, office: &Place) {
        const HOMES: [(u32, &str, f64, f64); 4] = [
            (3320, "Bremen", 53.079, 8.801),
            (31334, "Oldenburg", 53.143, 8.214),
            (6805, "Delmenhorst", 53.05, 8.631),
            (3209, "Verden", 52.923, 9.235),
        ];
        let position = self.people.len();
        let (asn, city, latitude, longitude) = HOMES[position % HOMES.len()];
        let home = Place::new(&format!("198.51.100.{}", 20 + position), asn, "DE", "Niedersachsen", city, latitude, longitude);
        let carrier = Place::new(&format!("198.51.100.{}", 180 + position), 6805, "DE", "Hamburg", "Hamburg", 53.551, 9.994);
        let created = self.first_day.and_hms_opt(7, 0, 0).expect("07:00 exists").and_utc() - TimeDelta::days(400 + random.below(900));
        let laptop = matches!(kind, Kind::Employee | Kind::Admin).then(|| Device {
            id: random.guid(),
            object_id: random.guid(),
            name: format!("{}-L{:03}", self.name.to_uppercase(), 101 + position),
            os: "Windows",
            os_version: "10.0.26100.4652",
            registered: created + TimeDelta::days(2),
            compliant: true,
            trust: "Azure AD joined",
        });
        self.people.push(Person {
            upn: format!("{alias}@{}", self.domain),
            name: name.to_owned(),
            title,
            kind,
            id: random.guid(),
            puid: format!("100320{}", random.hex(10)),
            sid: format!(
                "S-1-5-21-{}-{}-{}-{}",
                random.between(1_000_000_000, 3_999_999_999),
                random.between(1_000_000_000, 3_999_999_999),
                1_187_618_197,
                25_600_000 + random.below(90_000)
            ),
            mailbox: random.guid(),
            laptop,
            office: office.clone(),
            home,
            carrier,
            offset: 2,
            starts: 7 + random.below(3),
            home_days: [false, random.chance(40), random.chance(50), random.chance(30), random.chance(70)],
            created,
        });
    }

    /// Hires a whole list of alias, name, title and kind.
    pub(crate) fn hire_all(&mut self, random: &mut Random, office: &Place, list: &[(&str, &str, &'static str, Kind)]) {
        for (alias, name, title, kind) in list {
            self.hire(random, alias, name, title, *kind, office);
        }
    }

    /// The person with this alias. A case that asks for a stranger is wrong.
    pub(crate) fn person(&self, alias: &str) -> Person {
        let upn = format!("{alias}@{}", self.domain);
        self.people.iter().find(|person| person.upn == upn).cloned().expect("the case hired this person")
    }

    pub(crate) fn person_mut(&mut self, alias: &str) -> &mut Person {
        let upn = format!("{alias}@{}", self.domain);
        self.people.iter_mut().find(|person| person.upn == upn).expect("the case hired this person")
    }

    /// App id and service principal object id of the application that the company bought. Derived from the tenant, not drawn.
    pub(crate) fn adopted(&self) -> (String, String) {
        (format!("6f1d{}", &self.id[4..]), format!("7a2e{}", &self.id[4..]))
    }

    /// Object id of Microsoft Graph's service principal in this tenant.
    pub(crate) fn graph_principal(&self) -> String {
        format!("8b3f{}", &self.id[4..])
    }

    /// The tenant's browser on that day.
    pub(crate) fn browser_on(&self, person: &Person, day: NaiveDate) -> Client {
        let mut client = edge(if day < self.update_day { 140 } else { 141 });
        client.device.clone_from(&person.laptop);
        client
    }
}

/// A day of the story.
pub(crate) fn date(text: &str) -> NaiveDate {
    text.parse().expect("days of a story are ISO dates")
}

/// A moment of the story, written as RFC 3339.
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).expect("moments of a story are RFC 3339").to_utc()
}
