//! Synthetic evidence of any size, the same bytes on every machine: a unified-audit-log CSV and a sign-in NDJSON in their real shapes.

use std::io::{self, Write};

/// xorshift64*: the same evidence on every machine.
pub(crate) struct Random(pub(crate) u64);

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
pub(crate) fn write_audit(random: &mut Random, output: &mut impl Write, size: u64) -> io::Result<()> {
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
pub(crate) fn write_sign_ins(random: &mut Random, output: &mut impl Write, size: u64) -> io::Result<()> {
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
