//! Records of the unified audit log: 26 operations, a third of them mail reads.

use std::fmt::Write;
use std::io::{self, Write as _};

use super::spelling::{self, Style};
use super::tenant::{Moment, Presence, TENANT_ID, Tenant};
use super::{Random, administration};

pub(super) const HEADER: &[u8] = "\u{feff}\"RecordType\",\"CreationDate\",\"UserIds\",\"Operations\",\"AuditData\",\"ResultIndex\",\"ResultCount\",\"Identity\",\"IsValid\",\"ObjectState\"\r\n".as_bytes();

/// Seconds between records: a busy tenant of 500.
const PACE: u64 = 3;

/// Which members a record has.
#[derive(Debug, Clone, Copy)]
enum Family {
    Logon,
    MailRead,
    Message,
    Messages,
    File,
    Cmdlet,
    OutlookRule,
    Directory,
}

/// Share of 10,000 records, operation, record type, members.
const OPERATIONS: [(u64, &str, u64, Family); 26] = [
    (3_300, "MailItemsAccessed", 50, Family::MailRead),
    (1_800, "UserLoggedIn", 15, Family::Logon),
    (500, "UserLoginFailed", 15, Family::Logon),
    (1_020, "FileAccessed", 6, Family::File),
    (500, "FileModified", 6, Family::File),
    (350, "FilePreviewed", 6, Family::File),
    (220, "FileDownloaded", 6, Family::File),
    (180, "FileUploaded", 6, Family::File),
    (150, "FileSyncDownloadedFull", 6, Family::File),
    (60, "FileRenamed", 6, Family::File),
    (60, "FileRecycled", 6, Family::File),
    (500, "Send", 2, Family::Message),
    (350, "Create", 2, Family::Message),
    (250, "Update", 2, Family::Message),
    (250, "MoveToDeletedItems", 3, Family::Messages),
    (150, "SoftDelete", 3, Family::Messages),
    (100, "HardDelete", 3, Family::Messages),
    (12, "New-InboxRule", 1, Family::Cmdlet),
    (10, "Set-InboxRule", 1, Family::Cmdlet),
    (15, "Set-Mailbox", 1, Family::Cmdlet),
    (3, "Add-MailboxPermission", 1, Family::Cmdlet),
    (20, "UpdateInboxRules", 2, Family::OutlookRule),
    (5, "Consent to application.", 8, Family::Directory),
    (110, "Update user.", 8, Family::Directory),
    (35, "Add member to group.", 8, Family::Directory),
    (50, "Update device.", 8, Family::Directory),
];

pub(super) const APPLICATIONS: [&str; 5] = [
    "00000002-0000-0ff1-ce00-000000000000",
    "27922004-5251-4030-b22d-91ecd9a37ea4",
    "d3590ed6-52b3-4102-aeff-aad2292ab01c",
    "1fec8e78-bce4-4aaf-ab1b-5451cc387264",
    "00000003-0000-0ff1-ce00-000000000000",
];
const FOLDERS: [&str; 6] = ["Inbox", "Posteingang", "Sent Items", "Boîte de réception", "Archive", "Projects/2026"];
const SUBJECTS: [&str; 6] = [
    "Rechnung 2026-0117 für März",
    "Re: Quarterly report",
    "見積書の件",
    "Minutes of Tuesday, final (2)",
    "Zahlungsziel – bitte prüfen",
    "Delivery note 4711",
];
const FILES: [&str; 5] = ["Forecast.xlsx", "Übersicht Projekte.docx", "Offer.pdf", "contract draft.docx", "Bild.png"];

/// What the wrapper around AuditData repeats.
pub(super) struct Record<'t> {
    id: String,
    user: &'t str,
    operation: &'static str,
    /// Of the record type.
    number: u64,
    time: Moment,
}

/// One row of the export.
pub(super) fn row(record: &Record<'_>, json: &str, random: &mut Random, number: u64, line: &mut Vec<u8>) -> io::Result<()> {
    let kind = match record.number {
        1 => "ExchangeAdmin",
        2 => "ExchangeItem",
        3 => "ExchangeItemGroup",
        6 => "SharePointFileOperation",
        8 => "AzureActiveDirectory",
        15 => "AzureActiveDirectoryStsLogon",
        _ => "ExchangeItemAggregated",
    };
    // Half by the older serialiser, one in 250 with line breaks inside the cell.
    let style = Style { slashes: random.percent(50), ascii: random.percent(50), breaks: random.below(250) == 0 };
    write!(line, "\"{kind}\",\"{}\",\"{}\",\"{}\",\"", record.time.text(), record.user, record.operation)?;
    spelling::cell(json, style, line)?;
    write!(line, "\",\"{}\",\"50000\",\"{}\",\"True\",\"Unchanged\"\r\n", number % 50_000 + 1, record.id)
}

/// Writes AuditData as compact JSON.
pub(super) fn write<'t>(tenant: &'t Tenant, random: &mut Random, number: u64, json: &mut String) -> Record<'t> {
    let mut draw = random.below(10_000);
    let (_, operation, record_type, family) = *OPERATIONS
        .iter()
        .find(|(share, ..)| {
            let is_it = draw < *share;
            draw = draw.wrapping_sub(*share);
            is_it
        })
        .unwrap_or(&OPERATIONS[0]);
    let presence = tenant.presence(random, number, PACE);
    let is_sync = matches!(family, Family::MailRead) && random.percent(8);
    let record_type = if is_sync { 2 } else { record_type };
    let actor = if let Family::Directory = family { tenant.administrator(random) } else { presence.person };
    let user = &actor.upn;
    let id = random.guid();
    let time = presence.time;
    let workload = match record_type {
        8 | 15 => "AzureActiveDirectory",
        6 => "SharePoint",
        _ => "Exchange",
    };
    let result = match record_type {
        8 | 15 => "Success",
        1 => "True",
        _ => "Succeeded",
    };
    let key = if record_type == 15 { actor.id.clone() } else { format!("1003{}", actor.id[24..].to_uppercase()) };
    // Writing into a text cannot fail.
    let _ = write!(
        json,
        r#"{{"CreationTime":"{}","Id":"{id}","Operation":"{operation}","OrganizationId":"{TENANT_ID}","RecordType":{record_type},"ResultStatus":"{result}","UserKey":"{key}","UserType":{},"Version":1,"Workload":"{workload}""#,
        time.text(),
        if record_type == 1 { 2 } else { 0 },
    );
    match family {
        Family::Logon => logon(tenant, &presence, operation == "UserLoginFailed", random, json),
        Family::MailRead => mail_read(&presence, is_sync, random, json),
        Family::Message | Family::Messages | Family::OutlookRule => mailbox(&presence, family, random, json),
        Family::File => file(&presence, random, json),
        Family::Cmdlet => administration::cmdlet(&presence, operation, random, json),
        Family::Directory => administration::directory(&presence, user, operation, random, json),
    }
    json.push('}');
    Record { id, user, operation, number: record_type, time }
}

pub(super) fn add(json: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing into a text cannot fail.
    let _ = json.write_fmt(text);
}

fn logon(tenant: &Tenant, presence: &Presence<'_>, failed: bool, random: &mut Random, json: &mut String) {
    // Passwords are mistyped, and far more often tried by others.
    let address = if failed && random.percent(85) { tenant.guesser(random) } else { presence.address };
    let (application, code) = (random.pick(&APPLICATIONS), if failed { "50126" } else { "0" });
    let request = if random.percent(60) { "OAuth2:Token" } else { "OAuth2:Authorize" };
    add(
        json,
        format_args!(
            r#","ClientIP":"{address}","ObjectId":"00000003-0000-0000-c000-000000000000","UserId":"{}","AzureActiveDirectoryEventType":1,"ExtendedProperties":[{{"Name":"ResultStatusDetail","Value":"{}"}},{{"Name":"UserAgent","Value":"{}"}},{{"Name":"UserAuthenticationMethod","Value":"1"}},{{"Name":"RequestType","Value":"{request}"}}],"ModifiedProperties":[],"Actor":[{{"ID":"{}","Type":0}},{{"ID":"{}","Type":5}}],"ActorContextId":"{TENANT_ID}","ActorIpAddress":"{address}","InterSystemsId":"{}","IntraSystemId":"{}","SupportTicketId":"","Target":[{{"ID":"00000003-0000-0000-c000-000000000000","Type":0}}],"TargetContextId":"{TENANT_ID}","ApplicationId":"{application}","DeviceProperties":["#,
            presence.person.upn,
            if failed { "UserError" } else { "Success" },
            presence.device.agent,
            presence.person.id,
            presence.person.upn,
            random.guid(),
            random.guid(),
        ),
    );
    if let Some(device) = &presence.device_id {
        add(json, format_args!(r#"{{"Name":"Id","Value":"{device}"}},{{"Name":"DisplayName","Value":"PC-{}"}},"#, &device[..6]));
    }
    add(
        json,
        format_args!(
            r#"{{"Name":"OS","Value":"{}"}},{{"Name":"BrowserType","Value":"{}"}},{{"Name":"IsCompliantAndManaged","Value":"False"}},{{"Name":"SessionId","Value":"{}"}}],"ErrorNumber":"{code}""#,
            presence.device.os, presence.device.browser, presence.session
        ),
    );
    if failed {
        json.push_str(r#","LogonError":"InvalidUserNameOrPassword""#);
    }
}

/// What records of Exchange share.
fn exchange(presence: &Presence<'_>, random: &mut Random, json: &mut String) {
    let person = presence.person;
    let sid = u64::from_str_radix(&person.id[..8], 16).unwrap_or(0);
    add(
        json,
        format_args!(
            r#","UserId":"{0}","AppId":"{1}","ClientAppId":"","ClientInfoString":"{2}","ClientRequestId":"{3}","ExternalAccess":false,"InternalLogonType":0,"LogonType":0,"LogonUserSid":"S-1-5-21-1885000000-3141592653-2718281828-{sid}","MailboxGuid":"{4}","MailboxOwnerSid":"S-1-5-21-1885000000-3141592653-2718281828-{sid}","MailboxOwnerUPN":"{0}","OrganizationName":"contoso.example","OriginatingServer":"AM0PR07MB{5} (15.20.8466.016)\r\n","SessionId":"{6}","AppAccessContext":{{"AADSessionId":"{6}","APIId":"00000002-0000-0ff1-ce00-000000000000","ClientAppId":"{1}","IssuedAtTime":"{7}","UniqueTokenId":""#,
            person.upn,
            random.pick(&APPLICATIONS),
            presence.device.client,
            random.below(100_000),
            person.id,
            random.below(400) + 5_000,
            presence.session,
            presence.time.text(),
        ),
    );
    random.letters(20, json);
    json.push_str("\"}");
}

/// Exchange tells some addresses with the port, IPv6 ones in brackets.
pub(super) fn with_port(address: &str, random: &mut Random) -> String {
    let port = 49_152 + 4_096 * random.below(4);
    match (random.percent(30), address.contains(':')) {
        (false, _) => address.to_owned(),
        (true, false) => format!("{address}:{port}"),
        (true, true) => format!("[{address}]:{port}"),
    }
}

fn message_id(random: &mut Random, json: &mut String) {
    json.push_str(r#""InternetMessageId":"<AM0PR07MB"#);
    random.letters(30, json);
    json.push_str(r#"@AM0PR07MB5763.mail.contoso.example>""#);
}

fn mail_read(presence: &Presence<'_>, is_sync: bool, random: &mut Random, json: &mut String) {
    let address = with_port(presence.address, random);
    exchange(presence, random, json);
    if is_sync {
        add(json, format_args!(r#","ClientIP":"{address}""#));
    }
    let access = if is_sync { "Sync" } else { "Bind" };
    add(
        json,
        format_args!(
            r#","ClientIPAddress":"{address}","OperationProperties":[{{"Name":"MailAccessType","Value":"{access}"}},{{"Name":"IsThrottled","Value":"False"}}]"#
        ),
    );
    let folder = random.pick(&FOLDERS);
    if is_sync {
        json.push_str(r#","Item":{"Id":""#);
        random.letters(80, json);
        json.push_str(r#"","ParentFolder":{"Id":""#);
        random.letters(80, json);
        add(json, format_args!(r#"","Name":"{folder}","Path":"\\{folder}"}}}}"#));
        return;
    }
    let n_items = 1 + random.skewed(10);
    json.push_str(r#","Folders":[{"FolderItems":["#);
    for item in 0..n_items {
        json.push_str(if item == 0 { "{" } else { ",{" });
        message_id(random, json);
        json.push_str(r#","Id":"RgAAAAB"#);
        random.letters(80, json);
        add(json, format_args!(r#"","ClientRequestId":"{}","SizeInBytes":{}}}"#, random.below(100_000), random.below(90_000) + 2_000));
    }
    json.push_str(r#"],"Id":"LgAAAAB"#);
    random.letters(70, json);
    add(json, format_args!(r#"","Path":"\\{folder}"}}],"OperationCount":{n_items}"#));
}

/// Messages sent, made, changed and deleted, and rules made in Outlook.
fn mailbox(presence: &Presence<'_>, family: Family, random: &mut Random, json: &mut String) {
    let address = with_port(presence.address, random);
    exchange(presence, random, json);
    add(json, format_args!(r#","ClientIP":"{address}","ClientIPAddress":"{address}""#));
    let folder = random.pick(&FOLDERS);
    match family {
        Family::OutlookRule => add(
            json,
            format_args!(
                r#","OperationProperties":[{{"Name":"RuleOperation","Value":"ModifyMailboxRule"}},{{"Name":"RuleId","Value":"{}"}},{{"Name":"RuleState","Value":"Enabled"}},{{"Name":"RuleName","Value":"Newsletter"}},{{"Name":"RuleProvider","Value":"RuleOrganizer"}},{{"Name":"RuleActions","Value":"[{{\"ActionType\":\"Move\",\"FolderId\":\"{folder}\"}}]"}}]"#,
                random.next()
            ),
        ),
        Family::Messages => {
            json.push_str(r#","AffectedItems":["#);
            for item in 0..=random.skewed(4) {
                json.push_str(if item == 0 { "{" } else { ",{" });
                json.push_str(r#""Id":"RgAAAAB"#);
                random.letters(130, json);
                json.push_str("\",");
                message_id(random, json);
                add(
                    json,
                    format_args!(
                        r#","ParentFolder":{{"Id":"LgAAAAB{}","Path":"\\{folder}"}},"Subject":"{}"}}"#,
                        random.next(),
                        random.pick(&SUBJECTS)
                    ),
                );
            }
            add(json, format_args!(r#"],"CrossMailboxOperation":false,"Folder":{{"Id":"LgAAAAB{}","Path":"\\{folder}"}}"#, random.next()));
        }
        _ => {
            json.push_str(r#","Item":{"Id":"RgAAAAB"#);
            random.letters(130, json);
            json.push_str("\",");
            message_id(random, json);
            add(
                json,
                format_args!(
                    r#","IsRecord":false,"ParentFolder":{{"Id":"LgAAAAB{}","Name":"{folder}","Path":"\\{folder}"}},"SizeInBytes":{},"Subject":"{}"}}"#,
                    random.next(),
                    random.below(90_000) + 2_000,
                    random.pick(&SUBJECTS)
                ),
            );
        }
    }
}

fn file(presence: &Presence<'_>, random: &mut Random, json: &mut String) {
    let (site, name) = (random.below(40), random.pick(&FILES));
    let ending = name.rsplit('.').next().unwrap_or_default();
    let folder = random.below(900);
    add(
        json,
        format_args!(
            r#","ClientIP":"{0}","UserId":"{1}","AppAccessContext":{{"AADSessionId":"{2}","CorrelationId":"{3}","UniqueTokenId":""#,
            presence.address,
            presence.person.upn,
            presence.session,
            random.guid()
        ),
    );
    random.letters(20, json);
    add(
        json,
        format_args!(
            r#"","ClientAppId":"{0}","ClientAppName":"Microsoft Office"}},"ObjectId":"https://contoso.example/sites/team{site}/Shared Documents/Projects/{folder}/{name}","AuthenticationType":"OAuth","BrowserName":"Edge","BrowserVersion":"133.0.0.0","CorrelationId":"{1}","EventSource":"SharePoint","IsManagedDevice":false,"ItemType":"File","ListBaseType":1,"ListServerTemplate":101,"ListId":"{2}","ListItemUniqueId":"{3}","Platform":"WinDesktop","Site":"{4}","UserAgent":"{5}","WebId":"{6}","DeviceDisplayName":"{7}","HighPriorityMediaProcessing":false,"ApplicationId":"{0}","ApplicationDisplayName":"Microsoft Office","FileSizeBytes":{8},"SourceFileExtension":"{ending}","SiteUrl":"https://contoso.example/sites/team{site}/","SourceFileName":"{name}","SourceRelativeUrl":"Shared Documents/Projects/{folder}""#,
            random.pick(&APPLICATIONS),
            random.guid(),
            Random::of([site, 1, 1]).guid(),
            random.guid(),
            Random::of([site, 2, 2]).guid(),
            presence.device.agent,
            Random::of([site, 3, 3]).guid(),
            presence.address,
            random.below(9_000_000),
        ),
    );
}
