//! Who works in the tenant, from where and with what. People keep their habits: a computer and a telephone each, addresses of one provider, a few of
//! them most of the time. Guessers try passwords from rented servers; for three days one account is also used by somebody else.

use std::fmt::Write;
use std::net::{Ipv4Addr, Ipv6Addr};

use chrono::{DateTime, Datelike, Timelike};

use super::Random;

/// 2026-03-02T00:00:00Z, a Monday.
const START: u64 = 1_772_409_600;
const N_PEOPLE: usize = 500;
/// 60,000 addresses in all.
const ADDRESSES_PER_PERSON: usize = 120;
const N_GUESSERS: usize = 200;
const DAY: u64 = 86_400;
/// Whose account is used by somebody else, and when.
const VICTIM: usize = 11;
const ATTACK: std::ops::Range<u64> = START + 2 * 3_600..START + 3 * DAY;

pub(super) const TENANT_ID: &str = "0f0f0f0f-0000-4000-8000-000000000001";

const FIRST_NAMES: [(&str, &str); 16] = [
    ("Jürgen", "juergen"),
    ("Zoë", "zoe"),
    ("Ana", "ana"),
    ("Łukasz", "lukasz"),
    ("Mary", "mary"),
    ("Søren", "soeren"),
    ("Wei", "wei"),
    ("Inès", "ines"),
    ("Otto", "otto"),
    ("Rosa", "rosa"),
    ("Tom", "tom"),
    ("Kaori", "kaori"),
    ("Ivan", "ivan"),
    ("Lena", "lena"),
    ("Omar", "omar"),
    ("Beth", "beth"),
];
const FAMILY_NAMES: [(&str, &str); 8] = [
    ("Müller", "mueller"),
    ("Lima", "lima"),
    ("Nowak", "nowak"),
    ("Weiß", "weiss"),
    ("Hansen", "hansen"),
    ("Okafor", "okafor"),
    ("Tanaka", "tanaka"),
    ("Brown", "brown"),
];
/// City, state, latitude, longitude.
pub(super) const CITIES: [(&str, &str, f64, f64); 6] = [
    ("Köln", "Nordrhein-Westfalen", 50.933_333, 6.95),
    ("Berlin", "Berlin", 52.516_667, 13.4),
    ("München", "Bayern", 48.133_333, 11.566_667),
    ("Hamburg", "Hamburg", 53.55, 10.0),
    ("Leipzig", "Sachsen", 51.333_333, 12.383_333),
    ("Frankfurt am Main", "Hessen", 50.116_667, 8.683_333),
];

/// An access provider: its number, an IPv4 block with its length, and the upper half of its IPv6 addresses.
struct Provider {
    asn: u32,
    narrow: (u32, u32),
    wide: u64,
}

/// All of one country.
const PROVIDERS: [Provider; 4] = [
    Provider { asn: 3_320, narrow: (0x5480_0000, 10), wide: 0x2003_00C0_0000_0000 },
    Provider { asn: 3_320, narrow: (0x5B00_0000, 10), wide: 0x2003_00D0_0000_0000 },
    Provider { asn: 3_209, narrow: (0x5840_0000, 12), wide: 0x2A00_0020_0000_0000 },
    Provider { asn: 6_805, narrow: (0x4DB0_0000, 12), wide: 0x2A02_3000_0000_0000 },
];
/// Where rented servers stand, and whose they are.
const SERVERS: (u32, u32) = (0x6883_0000, 16);
pub(super) const SERVERS_ASN: u32 = 14_061;

/// What a device tells about itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Device {
    pub(super) agent: &'static str,
    pub(super) os: &'static str,
    pub(super) browser: &'static str,
    pub(super) client: &'static str,
}

const COMPUTERS: [Device; 3] = [
    Device {
        agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/133.0.0.0 Safari/537.36 Edg/133.0.0.0",
        os: "Windows10",
        browser: "Edge 133.0.0",
        client: "Client=OWA;Action=ViaProxy",
    },
    Device {
        agent: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15",
        os: "MacOs",
        browser: "Safari 18.3",
        client: "Client=WebServices;MacOutlook/16.94.25020927 (Intelx64 Mac OS X 15.3.1)",
    },
    Device {
        agent: "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.18429; Pro)",
        os: "Windows10",
        browser: "Rich Client 4.61.3.0",
        client: "Client=MSExchangeRPC",
    },
];
const TELEPHONES: [Device; 2] = [
    Device {
        agent: "Outlook-iOS/715.2511.0.prod.iphone (4.2511.0) iOS/18.3.1",
        os: "Ios 18.3.1",
        browser: "Mobile Safari",
        client: "Client=OutlookService;Outlook-iOS/2.0;",
    },
    Device {
        agent: "Dalvik/2.1.0 (Linux; U; Android 15; Pixel 8 Build/AP4A.250205.002)",
        os: "Android 15",
        browser: "Chrome Mobile 133",
        client: "Client=REST;Client=RESTSystem;;",
    },
];
const STRANGER: Device = Device {
    agent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/121.0.0.0 Safari/537.36",
    os: "Linux",
    browser: "Chrome 121.0.0",
    client: "Client=OWA;Action=ViaProxy",
};

pub(super) struct Person {
    pub(super) upn: String,
    pub(super) name: String,
    pub(super) id: String,
    pub(super) city: usize,
    pub(super) asn: u32,
    addresses: Vec<String>,
    computer: Device,
    telephone: Device,
}

pub(super) struct Tenant {
    pub(super) people: Vec<Person>,
    guessers: Vec<String>,
    attackers: Vec<String>,
}

/// Somebody at work: who, when, from where, with what.
pub(super) struct Presence<'t> {
    pub(super) person: &'t Person,
    pub(super) time: Moment,
    pub(super) address: &'t str,
    pub(super) device: Device,
    pub(super) session: String,
    pub(super) device_id: Option<String>,
    pub(super) is_attacker: bool,
}

impl Tenant {
    pub(super) fn new() -> Self {
        let mut random = Random(super::SEED ^ 0x7E4A);
        Self {
            people: (0..N_PEOPLE).map(|number| person(number, &mut random)).collect(),
            guessers: (0..N_GUESSERS).map(|_| narrow(SERVERS, &mut random)).collect(),
            attackers: (0..3).map(|_| narrow(SERVERS, &mut random)).collect(),
        }
    }

    /// Somebody does something, about `number` times `pace` seconds after the start; exports are not quite in order.
    pub(super) fn presence(&self, random: &mut Random, number: u64, pace: u64) -> Presence<'_> {
        let seconds = START + number * pace + random.below(600);
        // A third of the people does half of the work.
        let who = random.skewed(N_PEOPLE).max(random.skewed(N_PEOPLE));
        let person = &self.people[who];
        if who == VICTIM && ATTACK.contains(&seconds) && random.percent(40) {
            let mut session = Random::of([who as u64, seconds / DAY, 2]);
            let address = session.pick::<String>(&self.attackers);
            return Presence {
                person,
                time: Moment(seconds),
                address,
                device: STRANGER,
                session: session.guid(),
                device_id: None,
                is_attacker: true,
            };
        }
        let is_mobile = random.percent(35);
        // A session lasts a working day; a telephone gets another address every two hours.
        let mut session = Random::of([who as u64, seconds / (8 * 3_600), u64::from(is_mobile)]);
        let mut habit = Random::of([who as u64, seconds / if is_mobile { 2 * 3_600 } else { 8 * 3_600 }, 4 + u64::from(is_mobile)]);
        let address = &person.addresses[habit.skewed(ADDRESSES_PER_PERSON)];
        let device = if is_mobile { person.telephone } else { person.computer };
        let device_id = Random::of([who as u64, u64::from(is_mobile), 8]).guid();
        Presence { person, time: Moment(seconds), address, device, session: session.guid(), device_id: Some(device_id), is_attacker: false }
    }

    /// The address of one who tries passwords.
    pub(super) fn guesser(&self, random: &mut Random) -> &str {
        random.pick::<String>(&self.guessers)
    }

    /// One of the five who administer the tenant.
    pub(super) fn administrator(&self, random: &mut Random) -> &Person {
        &self.people[100 + random.index(5)]
    }
}

fn person(number: usize, random: &mut Random) -> Person {
    let (first, first_plain) = FIRST_NAMES[number % FIRST_NAMES.len()];
    let (family, family_plain) = FAMILY_NAMES[number / FIRST_NAMES.len() % FAMILY_NAMES.len()];
    let upn = format!("{first_plain}.{family_plain}{number}@contoso.example");
    // Some directories keep the capitals that somebody typed.
    let upn = if number.is_multiple_of(5) { upn[..1].to_uppercase() + &upn[1..] } else { upn };
    let provider = random.pick(&PROVIDERS);
    let home = provider.wide | random.next() & 0x0000_0007_FFFF_FF00;
    let address = |random: &mut Random| if random.percent(15) { wide(home, random) } else { narrow(provider.narrow, random) };
    Person {
        upn,
        name: format!("{first} {family}"),
        id: random.guid(),
        city: random.index(CITIES.len()),
        asn: provider.asn,
        addresses: (0..ADDRESSES_PER_PERSON).map(|_| address(random)).collect(),
        computer: *random.pick(&COMPUTERS),
        telephone: *random.pick(&TELEPHONES),
    }
}

fn narrow((block, length): (u32, u32), random: &mut Random) -> String {
    let host = u32::try_from(random.below(1 << (32 - length))).unwrap_or(0);
    Ipv4Addr::from(block | host).to_string()
}

/// An IPv6 address in the customer's own /60.
fn wide(home: u64, random: &mut Random) -> String {
    let network = home | random.below(16);
    Ipv6Addr::from(u128::from(network) << 64 | u128::from(random.next())).to_string()
}

/// Seconds since 1970.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment(u64);

impl Moment {
    /// `2026-03-02T09:30:00`, without zone.
    pub(super) fn text(self) -> String {
        let time = DateTime::from_timestamp(i64::try_from(self.0).unwrap_or(0), 0).unwrap_or_default();
        let mut text = String::with_capacity(20);
        let (year, month, day) = (time.year(), time.month(), time.day());
        // Writing into a text cannot fail.
        let _ = write!(text, "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
        text
    }
}
