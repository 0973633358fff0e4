//! How fast evidence becomes a case, and how much memory that takes: writes a unified-audit-log CSV and a sign-in NDJSON with a fixed seed into a
//! temporary folder, loads each, and prints MB/s, records/s and peak memory. `cargo bench --bench load -- 1000` makes files of 1,000 MB each.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a bench tells its figures on the console")]

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use backtrail::{case, inventory};

/// Megabytes of each file when no size is given.
const DEFAULT_MB: u64 = 256;

fn main() {
    // `cargo bench` adds `--bench`; the size is the first number.
    let size = std::env::args().skip(1).find_map(|argument| argument.parse::<u64>().ok()).unwrap_or(DEFAULT_MB) * 1_000_000;
    let folder = std::env::temp_dir().join(format!("backtrail-bench-{}", std::process::id()));
    if let Err(error) = run(&folder, size) {
        eprintln!("bench failed: {error}");
    }
    // A folder that cannot be removed is the system's to clean.
    let _ = fs::remove_dir_all(&folder);
}

fn run(folder: &Path, size: u64) -> Result<(), Box<dyn std::error::Error>> {
    fs::create_dir_all(folder)?;
    println!("{:<28} {:>9} {:>10} {:>9} {:>9} {:>12} {:>10} {:>9}", "file", "MB", "records", "hash s", "load s", "records/s", "MB/s", "peak MB");
    for (name, write) in [("audit.csv", write_audit as Generator), ("sign-ins.jsonl", write_sign_ins)] {
        let path = folder.join(name);
        write(&mut Random(0x5EED), &mut BufWriter::new(File::create(&path)?), size)?;
        measure(name, path)?;
    }
    Ok(())
}

type Generator = fn(&mut Random, &mut BufWriter<File>, u64) -> io::Result<()>;

fn measure(name: &str, path: PathBuf) -> Result<(), Box<dyn std::error::Error>> {
    let n_bytes = fs::metadata(&path)?.len();
    reset_peak();
    let start = Instant::now();
    let inventory = inventory::take(&[path])?;
    let hashed = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let case = case::load(inventory, &|_| ())?;
    let loaded = start.elapsed().as_secs_f64();
    let peak = peak_megabytes().map_or_else(|| "?".to_owned(), |peak| format!("{peak:.0}"));
    let n_records: u64 = case.sources.iter().map(|source| source.records).sum();
    let n_kept: u64 = case.sources.iter().map(|source| source.kept).sum();
    if n_kept != n_records {
        return Err(format!("{name}: only {n_kept} of {n_records} records were kept").into());
    }
    let megabytes = n_bytes as f64 / 1e6;
    println!(
        "{name:<28} {megabytes:>9.0} {n_records:>10} {hashed:>9.2} {loaded:>9.2} {:>12.0} {:>10.0} {peak:>9}",
        n_records as f64 / loaded,
        megabytes / loaded
    );
    Ok(())
}

/// Largest resident memory since the last reset, in MB; only Linux tells.
fn peak_megabytes() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse::<f64>().ok().map(|kibibytes| kibibytes * 1.024 / 1_000.0)
}

fn reset_peak() {
    // Elsewhere than on Linux the peak is that of the whole run.
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// xorshift64*: the same evidence on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, bound: u64) -> u64 {
        (self.next() >> 33) % bound
    }

    fn guid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        format!("{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}", high >> 32, high >> 16 & 0xFFFF, high & 0xFFF, low >> 48 & 0xFFF, low & 0xFFFF_FFFF_FFFF)
    }

    fn user(&mut self) -> String {
        format!("user{}@contoso.example", self.below(800))
    }

    fn address(&mut self) -> String {
        format!("203.0.113.{}", self.below(254) + 1)
    }
}

/// The moment of record `number`, three seconds after the one before, as ISO text without zone.
fn moment(number: u64) -> String {
    let seconds = number * 3;
    let (day, hour, minute, second) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    format!("2026-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}", day / 28 % 12 + 1, day % 28 + 1)
}

/// A `Search-UnifiedAuditLog` export: logons, mail reads, deletions, file reads and rule changes, about 1.8 KB each.
fn write_audit(random: &mut Random, output: &mut BufWriter<File>, size: u64) -> io::Result<()> {
    writeln!(
        output,
        "\"RecordType\",\"CreationDate\",\"UserIds\",\"Operations\",\"AuditData\",\"ResultIndex\",\"ResultCount\",\"Identity\",\"IsValid\",\"ObjectState\""
    )?;
    let (mut n_bytes, mut number) = (0, 0);
    while n_bytes < size {
        let (user, id, address, time) = (random.user(), random.guid(), random.address(), moment(number));
        let (kind, record_type, operation, details) = match random.below(5) {
            0 => ("AzureActiveDirectoryStsLogon", 15, "UserLoggedIn", logon_details(random)),
            1 => ("ExchangeItemAggregated", 50, "MailItemsAccessed", mail_details(random)),
            2 => ("ExchangeItemGroup", 3, "HardDelete", mail_details(random)),
            3 => ("SharePointFileOperation", 6, "FileAccessed", file_details(random)),
            _ => ("ExchangeAdmin", 1, "Set-InboxRule", rule_details(random)),
        };
        let workload = match record_type {
            15 => "AzureActiveDirectory",
            6 => "SharePoint",
            _ => "Exchange",
        };
        let session = random.guid();
        let data = format!(
            "{{\"CreationTime\":\"{time}\",\"Id\":\"{id}\",\"Operation\":\"{operation}\",\"OrganizationId\":\"0f0f0f0f-0000-4000-8000-000000000001\",\"RecordType\":{record_type},\"ResultStatus\":\"Succeeded\",\"UserKey\":\"100320000000{}\",\"UserType\":0,\"Version\":1,\"Workload\":\"{workload}\",\"ClientIP\":\"{address}\",\"ClientIPAddress\":\"{address}\",\"UserId\":\"{user}\",\"AppAccessContext\":{{\"AADSessionId\":\"{session}\",\"UniqueTokenId\":\"{}\"}},{details}}}",
            random.below(10_000),
            random.guid()
        );
        let row = format!(
            "\"{kind}\",\"{time}\",\"{user}\",\"{operation}\",\"{}\",\"{}\",\"50000\",\"{id}\",\"True\",\"Unchanged\"\r\n",
            data.replace('"', "\"\""),
            number + 1
        );
        n_bytes += row.len() as u64;
        number += 1;
        output.write_all(row.as_bytes())?;
    }
    output.flush()
}

fn logon_details(random: &mut Random) -> String {
    format!(
        "\"ExtendedProperties\":[{{\"Name\":\"ResultStatusDetail\",\"Value\":\"Redirect\"}},{{\"Name\":\"UserAgent\",\"Value\":\"Mozilla\\/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit\\/537.36 (KHTML, like Gecko) Chrome\\/120.0.0.{} Safari\\/537.36\"}},{{\"Name\":\"RequestType\",\"Value\":\"OAuth2:Authorize\"}}],\"ModifiedProperties\":[],\"Actor\":[{{\"ID\":\"{}\",\"Type\":0}}],\"ActorContextId\":\"{}\",\"ActorIpAddress\":\"{}\",\"InterSystemsId\":\"{}\",\"IntraSystemId\":\"{}\",\"Target\":[{{\"ID\":\"00000003-0000-0000-c000-000000000000\",\"Type\":0}}],\"ApplicationId\":\"{}\",\"DeviceProperties\":[{{\"Name\":\"OS\",\"Value\":\"Windows 10\"}},{{\"Name\":\"BrowserType\",\"Value\":\"Chrome\"}},{{\"Name\":\"SessionId\",\"Value\":\"{}\"}}],\"ErrorNumber\":\"0\"",
        random.below(9_999),
        random.guid(),
        random.guid(),
        random.address(),
        random.guid(),
        random.guid(),
        random.guid(),
        random.guid()
    )
}

fn mail_details(random: &mut Random) -> String {
    let mut items = Vec::new();
    for _ in 0..=random.below(5) {
        items.push(format!(
            "{{\"InternetMessageId\":\"<{}@mail.contoso.example>\",\"Id\":\"RgAAAA{}\",\"SizeInBytes\":{}}}",
            random.guid(),
            random.next(),
            random.below(90_000)
        ));
    }
    format!(
        "\"OperationProperties\":[{{\"Name\":\"MailAccessType\",\"Value\":\"Bind\"}},{{\"Name\":\"IsThrottled\",\"Value\":\"False\"}}],\"ClientInfoString\":\"Client=OWA;Action=ViaProxy\",\"ExternalAccess\":false,\"LogonType\":0,\"MailboxGuid\":\"{}\",\"MailboxOwnerUPN\":\"{}\",\"OriginatingServer\":\"AM0PR01MB{} (15.20.7200.1)\",\"SessionId\":\"{}\",\"Folders\":[{{\"FolderItems\":[{}],\"Id\":\"LgAAAA{}\",\"Path\":\"\\\\Inbox\"}}],\"OperationCount\":{}",
        random.guid(),
        random.user(),
        random.below(9_999),
        random.guid(),
        items.join(","),
        random.next(),
        items.len()
    )
}

fn file_details(random: &mut Random) -> String {
    format!(
        "\"ObjectId\":\"https:\\/\\/contoso.example\\/sites\\/finance\\/Shared Documents\\/report-{0}.xlsx\",\"CorrelationId\":\"{1}\",\"EventSource\":\"SharePoint\",\"ItemType\":\"File\",\"ListId\":\"{2}\",\"ListItemUniqueId\":\"{3}\",\"Site\":\"{4}\",\"UserAgent\":\"Mozilla\\/5.0 (Macintosh; Intel Mac OS X 10_15_7)\",\"WebId\":\"{5}\",\"SourceFileExtension\":\"xlsx\",\"SiteUrl\":\"https:\\/\\/contoso.example\\/sites\\/finance\\/\",\"SourceFileName\":\"report-{0}.xlsx\",\"SourceRelativeUrl\":\"Shared Documents\"",
        random.below(100_000),
        random.guid(),
        random.guid(),
        random.guid(),
        random.guid(),
        random.guid()
    )
}

fn rule_details(random: &mut Random) -> String {
    format!(
        "\"ObjectId\":\"EURPR01A001.PROD.EXAMPLE\\/Microsoft Exchange Hosted Organizations\\/contoso.example\\/{}\\\\{}\",\"Parameters\":[{{\"Name\":\"AlwaysDeleteOutlookRulesBlob\",\"Value\":\"False\"}},{{\"Name\":\"Force\",\"Value\":\"False\"}},{{\"Name\":\"Identity\",\"Value\":\"{}\"}},{{\"Name\":\"SubjectContainsWords\",\"Value\":\"invoice;payment\"}},{{\"Name\":\"MoveToFolder\",\"Value\":\"Archive\"}}],\"SessionId\":\"{}\",\"ExternalAccess\":false,\"OrganizationName\":\"contoso.example\",\"OriginatingServer\":\"AM0PR01MB{} (15.20.7200.1)\"",
        random.guid(),
        random.next(),
        random.next(),
        random.guid(),
        random.below(9_999)
    )
}

/// Graph beta sign-ins, one per line, about 3.5 KB each.
fn write_sign_ins(random: &mut Random, output: &mut BufWriter<File>, size: u64) -> io::Result<()> {
    let policies: Vec<String> = (0..8)
        .map(|_| {
            let id = random.guid();
            format!("{{\"id\":\"{id}\",\"displayName\":\"CA: require MFA for all users\",\"enforcedGrantControls\":[\"Mfa\"],\"enforcedSessionControls\":[],\"result\":\"notApplied\"}}")
        })
        .collect();
    let policies = policies.join(",");
    let (mut n_bytes, mut number) = (0, 0);
    while n_bytes < size {
        let time = moment(number);
        let code = [0, 0, 0, 50126, 50076][usize::try_from(random.below(5)).unwrap_or(0)];
        let line = format!(
            "{{\"id\":\"{}\",\"createdDateTime\":\"{time}Z\",\"userDisplayName\":\"A User\",\"userPrincipalName\":\"{}\",\"userId\":\"{}\",\"appId\":\"{}\",\"appDisplayName\":\"Office 365 Exchange Online\",\"ipAddress\":\"{}\",\"clientAppUsed\":\"Browser\",\"userAgent\":\"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36\",\"correlationId\":\"{}\",\"conditionalAccessStatus\":\"success\",\"isInteractive\":true,\"signInEventTypes\":[\"interactiveUser\"],\"sessionId\":\"{}\",\"uniqueTokenIdentifier\":\"{}\",\"incomingTokenType\":\"none\",\"authenticationProtocol\":\"none\",\"originalTransferMethod\":\"none\",\"authenticationRequirement\":\"multiFactorAuthentication\",\"autonomousSystemNumber\":64496,\"riskDetail\":\"none\",\"riskLevelAggregated\":\"none\",\"riskLevelDuringSignIn\":\"none\",\"riskState\":\"none\",\"riskEventTypes\":[],\"riskEventTypes_v2\":[],\"resourceDisplayName\":\"Microsoft Graph\",\"resourceId\":\"00000003-0000-0000-c000-000000000000\",\"homeTenantId\":\"{}\",\"resourceTenantId\":\"{}\",\"status\":{{\"errorCode\":{code},\"failureReason\":\"Other.\",\"additionalDetails\":\"MFA requirement satisfied by claim in the token\"}},\"deviceDetail\":{{\"deviceId\":\"\",\"displayName\":\"\",\"operatingSystem\":\"Windows10\",\"browser\":\"Chrome 120.0.0\",\"isCompliant\":false,\"isManaged\":false,\"trustType\":\"\"}},\"location\":{{\"city\":\"Koeln\",\"state\":\"Nordrhein-Westfalen\",\"countryOrRegion\":\"DE\",\"geoCoordinates\":{{\"altitude\":null,\"latitude\":50.93,\"longitude\":6.95}}}},\"appliedConditionalAccessPolicies\":[{policies}],\"authenticationDetails\":[{{\"authenticationStepDateTime\":\"{time}Z\",\"authenticationMethod\":\"Password\",\"authenticationMethodDetail\":\"Password Hash Sync\",\"succeeded\":true,\"authenticationStepResultDetail\":\"Correct password\",\"authenticationStepRequirement\":\"Primary authentication\"}}]}}\n",
            random.guid(),
            random.user(),
            random.guid(),
            random.guid(),
            random.address(),
            random.guid(),
            random.guid(),
            random.guid(),
            random.guid(),
            random.guid()
        );
        n_bytes += line.len() as u64;
        number += 1;
        output.write_all(line.as_bytes())?;
    }
    output.flush()
}
