//! Unified audit log records (AuditData objects) of the Exchange, SharePoint, Teams and sign-in workloads.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::tenant::{EXCHANGE, OFFICE, OUTLOOK_WEB, Person};
use super::world::{Issued, SignIn, World};

/// Through what somebody reached a mailbox.
#[derive(Clone)]
pub(crate) struct Reach<'a> {
    pub at: DateTime<Utc>,
    pub actor: &'a Person,
    pub mailbox: &'a Person,
    pub address: &'a str,
    /// `ClientInfoString`.
    pub client: &'a str,
    /// `ClientAppId`; empty when the record has none.
    pub app: &'a str,
    pub session: Option<&'a str>,
    pub token: Option<&'a str>,
    /// 0 owner, 1 admin, 2 delegate.
    pub logon: i64,
}

/// From where somebody ran a cmdlet or touched a file.
#[derive(Clone, Copy)]
pub(crate) struct Origin<'a> {
    pub at: DateTime<Utc>,
    pub actor: &'a Person,
    /// Empty for Microsoft's own relays.
    pub address: &'a str,
    pub agent: &'a str,
    /// Session and token.
    pub session: Option<(&'a str, &'a str)>,
}

impl<'a> Reach<'a> {
    /// The owner in Outlook on the web.
    pub(crate) fn web(at: DateTime<Utc>, owner: &'a Person, address: &'a str, session: &'a str, token: &'a str) -> Self {
        let client = "Client=OWA;Action=ViaProxy";
        Self { at, actor: owner, mailbox: owner, address, client, app: OUTLOOK_WEB.0, session: Some(session), token: Some(token), logon: 0 }
    }

    /// The owner in Outlook for Windows.
    pub(crate) fn desktop(at: DateTime<Utc>, owner: &'a Person, address: &'a str, session: &'a str) -> Self {
        let client = "Client=MSExchangeRPC";
        Self { at, actor: owner, mailbox: owner, address, client, app: OFFICE.0, session: Some(session), token: None, logon: 0 }
    }
}

/// A folder's store id; stable per mailbox and folder.
fn folder_id(mailbox: &Person, folder: &str) -> String {
    let tail: String = folder.bytes().fold(17_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte))).to_string();
    format!("LgAAAAD{}AQ{:0>20}AAAB", mailbox.sid.replace('-', "").trim_start_matches("S1521"), tail)
}

impl World {
    /// Members that all AuditData objects share.
    fn base(&mut self, at: DateTime<Utc>, record_type: i64, operation: &str, workload: &str, actor: &Person) -> Map<String, Value> {
        let Value::Object(record) = json!({
            "CreationTime": at.format("%Y-%m-%dT%H:%M:%S").to_string(), "Id": self.random.guid(), "Operation": operation,
            "OrganizationId": self.tenant.id, "RecordType": record_type, "UserKey": actor.puid,
            "UserType": if actor.kind == super::tenant::Kind::Admin { 2 } else { 0 },
            "Version": 1, "Workload": workload, "UserId": actor.upn,
        }) else {
            unreachable!("an object literal is an object")
        };
        record
    }

    fn mailbox_record(&mut self, record_type: i64, operation: &str, reach: &Reach<'_>) -> Map<String, Value> {
        let mut record = self.base(reach.at, record_type, operation, "Exchange", reach.actor);
        let server = format!("AM0PR04MB{} (15.20.9203.{:03})", 5001 + self.random.below(12), 11 + self.random.below(9));
        let Value::Object(rest) = json!({
            "ResultStatus": "Succeeded", "ClientIPAddress": reach.address, "ClientInfoString": reach.client, "ExternalAccess": false,
            "InternalLogonType": 0, "LogonType": reach.logon, "LogonUserSid": reach.actor.sid, "MailboxGuid": reach.mailbox.mailbox,
            "MailboxOwnerSid": reach.mailbox.sid, "MailboxOwnerUPN": reach.mailbox.upn, "OrganizationName": self.tenant.domain,
            "OriginatingServer": format!("{server}\r\n"),
        }) else {
            unreachable!("an object literal is an object")
        };
        record.extend(rest);
        if record_type != 50 {
            record.insert("ClientIP".to_owned(), json!(reach.address));
        }
        if !reach.app.is_empty() {
            record.insert("ClientAppId".to_owned(), json!(reach.app));
            record.insert("AppId".to_owned(), json!(EXCHANGE.0));
        }
        if let Some(session) = reach.session {
            record.insert("SessionId".to_owned(), json!(session));
            if let Some(token) = reach.token {
                let issued = reach.at - chrono::TimeDelta::minutes(3);
                record.insert(
                    "AppAccessContext".to_owned(),
                    json!({
                        "AADSessionId": session, "UniqueTokenId": token, "ClientAppId": reach.app, "APIId": EXCHANGE.0,
                        "IssuedAtTime": issued.format("%Y-%m-%dT%H:%M:%S").to_string(),
                    }),
                );
            }
        }
        record
    }

    /// The unified log's own copy of a user sign-in (record type 15).
    pub(crate) fn logon(&mut self, sign_in: &SignIn<'_>, issued: &Issued) {
        let success = matches!(sign_in.code, 0 | 50140);
        let operation = if success { "UserLoggedIn" } else { "UserLoginFailed" };
        let mut record = self.base(sign_in.at, 15, operation, "AzureActiveDirectory", sign_in.person);
        let correlation = sign_in.correlation.map_or_else(|| self.random.guid(), str::to_owned);
        let mut device = vec![
            json!({"Name": "OS", "Value": sign_in.client.os}),
            json!({"Name": "BrowserType", "Value": sign_in.client.browser.split(' ').next()}),
        ];
        if let Some(known) = &sign_in.client.device {
            device.insert(0, json!({"Name": "Id", "Value": known.id}));
            device.insert(1, json!({"Name": "DisplayName", "Value": known.name}));
        }
        let compliant = sign_in.client.device.as_ref().is_some_and(|known| known.compliant);
        device.push(json!({"Name": "IsCompliantAndManaged", "Value": if compliant { "True" } else { "False" }}));
        device.push(json!({"Name": "SessionId", "Value": sign_in.session}));
        let Value::Object(rest) = json!({
            "Id": issued.id, "ResultStatus": "Success", "UserKey": sign_in.person.id, "ClientIP": sign_in.place.address,
            "ActorIpAddress": sign_in.place.address, "ObjectId": sign_in.resource.0, "ApplicationId": sign_in.app.0,
            "AzureActiveDirectoryEventType": 1, "ErrorNumber": sign_in.code.to_string(),
            "ExtendedProperties": [
                {"Name": "ResultStatusDetail", "Value": if success { "Success" } else { "UserError" }},
                {"Name": "UserAgent", "Value": sign_in.client.user_agent},
                {"Name": "RequestType", "Value": if sign_in.code == 0 { "OAuth2:Authorize" } else { "Login:login" }},
            ],
            "ModifiedProperties": [], "Actor": [{"ID": sign_in.person.id, "Type": 0}, {"ID": sign_in.person.upn, "Type": 5}],
            "ActorContextId": self.tenant.id, "InterSystemsId": correlation, "IntraSystemId": issued.id, "SupportTicketId": "",
            "Target": [{"ID": sign_in.resource.0, "Type": 0}], "TargetContextId": self.tenant.id, "DeviceProperties": device,
        }) else {
            unreachable!("an object literal is an object")
        };
        record.extend(rest);
        if !success {
            let error = match sign_in.code {
                50126 => "InvalidUserNameOrPassword",
                50053 => "IdsLocked",
                500_121 | 50074 | 50076 => "UserStrongAuthClientAuthNRequiredInterrupt",
                _ => "UserError",
            };
            record.insert("LogonError".to_owned(), json!(error));
        }
        self.audit.push(Value::Object(record));
    }

    /// Messages opened or previewed (MailItemsAccessed, Bind).
    pub(crate) fn bind(&mut self, reach: &Reach<'_>, folder: &str, messages: &[String]) {
        let mut record = self.mailbox_record(50, "MailItemsAccessed", reach);
        let items: Vec<Value> =
            messages.iter().enumerate().map(|(place, id)| json!({"InternetMessageId": id, "SizeInBytes": 21_000 + 977 * place})).collect();
        record.insert("OperationCount".to_owned(), json!(messages.len()));
        record.insert(
            "OperationProperties".to_owned(),
            json!([{"Name": "MailAccessType", "Value": "Bind"}, {"Name": "IsThrottled", "Value": "False"}]),
        );
        record.insert("Folders".to_owned(), json!([{"FolderItems": items, "Id": folder_id(reach.mailbox, folder), "Path": folder}]));
        self.audit.push(Value::Object(record));
    }

    /// A folder synchronised by a caching client (MailItemsAccessed, Sync).
    pub(crate) fn sync(&mut self, reach: &Reach<'_>, folder: &str) {
        let mut record = self.mailbox_record(2, "MailItemsAccessed", reach);
        let id = folder_id(reach.mailbox, folder);
        record.insert(
            "OperationProperties".to_owned(),
            json!([{"Name": "MailAccessType", "Value": "Sync"}, {"Name": "IsThrottled", "Value": "False"}]),
        );
        record.insert("Item".to_owned(), json!({"Id": id, "ParentFolder": {"Id": id, "Name": folder.trim_start_matches('\\'), "Path": folder}}));
        record.insert("ClientProcessName".to_owned(), json!("OUTLOOK.EXE"));
        record.insert("ClientVersion".to_owned(), json!("16.0.19127.20240"));
        self.audit.push(Value::Object(record));
    }

    /// `Send`, `SendAs` or `SendOnBehalf`. Newer tenants log the recipients.
    pub(crate) fn send(&mut self, reach: &Reach<'_>, operation: &str, subject: &str, message: &str, recipients: &[&str]) {
        let mut record = self.mailbox_record(2, operation, reach);
        let size = 14_000 + self.random.below(60_000);
        let id = folder_id(reach.mailbox, "\\Sent Items");
        record.insert(
            "Item".to_owned(),
            json!({
                "Id": format!("RgAAAA{}", self.random.hex(24)), "Subject": subject, "InternetMessageId": message, "SizeInBytes": size,
                "ParentFolder": {"Id": id, "Name": "Sent Items", "Path": "\\Sent Items"},
            }),
        );
        record.insert("SaveToSentItems".to_owned(), json!(true));
        record.insert("recipientCount".to_owned(), json!(recipients.len()));
        record.insert("recipientList".to_owned(), json!(recipients.join(";")));
        if operation == "SendAs" {
            record.insert("SendAsUserSmtp".to_owned(), json!(reach.mailbox.upn));
        }
        self.audit.push(Value::Object(record));
    }

    /// `SoftDelete`, `HardDelete` or `MoveToDeletedItems` of one message.
    pub(crate) fn discard(&mut self, reach: &Reach<'_>, operation: &str, folder: &str, subject: &str, message: &str) {
        let mut record = self.mailbox_record(3, operation, reach);
        let id = folder_id(reach.mailbox, folder);
        let item = format!("RgAAAA{}", self.random.hex(24));
        record.insert(
            "AffectedItems".to_owned(),
            json!([{"Id": item, "InternetMessageId": message, "Subject": subject, "ParentFolder": {"Id": id, "Path": folder}}]),
        );
        record.insert("CrossMailboxOperation".to_owned(), json!(false));
        record.insert("Folder".to_owned(), json!({"Id": id, "Path": folder}));
        self.audit.push(Value::Object(record));
    }

    /// An Exchange cmdlet run by a person (record type 1).
    pub(crate) fn cmdlet(&mut self, origin: &Origin<'_>, operation: &str, object: &str, parameters: &[(&str, &str)]) {
        let mut record = self.base(origin.at, 1, operation, "Exchange", origin.actor);
        let request = self.random.guid();
        let Value::Object(rest) = json!({
            "ResultStatus": "True", "ObjectId": object, "AppId": EXCHANGE.0, "ClientAppId": OUTLOOK_WEB.0, "ExternalAccess": false,
            "OrganizationName": self.tenant.domain, "OriginatingServer": "AM0PR04MB5007 (15.20.9203.013)", "RequestId": request,
            "Parameters": parameters.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect::<Vec<_>>(),
        }) else {
            unreachable!("an object literal is an object")
        };
        record.extend(rest);
        if !origin.address.is_empty() {
            let port = 20_000 + self.random.below(40_000);
            record.insert("ClientIP".to_owned(), json!(format!("{}:{port}", origin.address)));
        }
        if let Some((session, token)) = origin.session {
            record.insert("SessionId".to_owned(), json!(session));
            record.insert("AppAccessContext".to_owned(), json!({"AADSessionId": session, "UniqueTokenId": token}));
        }
        self.audit.push(Value::Object(record));
    }

    /// Housekeeping by Microsoft's own service host.
    pub(crate) fn housekeeping(&mut self, at: DateTime<Utc>, operation: &str, object: &str, parameters: &[(&str, &str)]) {
        const HOST: &str = "NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost)";
        let id = self.random.guid();
        self.audit.push(json!({
            "CreationTime": at.format("%Y-%m-%dT%H:%M:%S").to_string(), "Id": id, "Operation": operation, "OrganizationId": self.tenant.id,
            "RecordType": 1, "ResultStatus": "True", "UserKey": HOST, "UserType": 3, "Version": 1, "Workload": "Exchange", "ObjectId": object,
            "UserId": HOST, "AppId": "", "ClientAppId": "", "ExternalAccess": true, "OrganizationName": self.tenant.domain,
            "OriginatingServer": "AM0PR04MB5003 (15.20.9203.011)",
            "Parameters": parameters.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect::<Vec<_>>(),
        }));
    }

    /// A SharePoint or OneDrive file operation (record type 6). `path` is `library/file`, below the site.
    pub(crate) fn file(&mut self, origin: &Origin<'_>, operation: &str, site: &str, path: &str) {
        let workload = if site.contains("-my.") { "OneDrive" } else { "SharePoint" };
        let mut record = self.base(origin.at, 6, operation, workload, origin.actor);
        let (folder, file_name) = path.rsplit_once('/').unwrap_or(("", path));
        let bytes = 20_000 + self.random.below(900_000);
        let (list, entry, library, correlation) = (self.random.guid(), self.random.guid(), self.random.guid(), self.random.guid());
        let Value::Object(rest) = json!({
            "UserKey": format!("i:0h.f|membership|{}@live.com", origin.actor.puid.to_lowercase()), "ClientIP": origin.address,
            "ObjectId": format!("{site}{path}"), "CorrelationId": correlation, "EventSource": "SharePoint", "ItemType": "File",
            "ListId": list, "ListItemUniqueId": entry, "Site": library, "UserAgent": origin.agent, "WebId": library, "FileSizeBytes": bytes,
            "SourceFileExtension": file_name.rsplit('.').next(), "SiteUrl": site, "SourceFileName": file_name, "SourceRelativeUrl": folder,
        }) else {
            unreachable!("an object literal is an object")
        };
        record.extend(rest);
        if let Some((session, token)) = origin.session {
            record.insert("AppAccessContext".to_owned(), json!({"AADSessionId": session, "UniqueTokenId": token, "CorrelationId": correlation}));
        }
        self.audit.push(Value::Object(record));
    }

    /// A Teams message or chat (record type 25).
    pub(crate) fn chat(&mut self, at: DateTime<Utc>, actor: &Person, with: &Person, address: &str, operation: &str) {
        let mut record = self.base(at, 25, operation, "MicrosoftTeams", actor);
        let message = at.timestamp_millis().to_string();
        let Value::Object(rest) = json!({
            "UserKey": actor.id, "ClientIP": address, "CommunicationType": "OneOnOne", "ChatThreadId": format!("19:{}_{}@unq.gbl.spaces", actor.id, with.id),
            "MessageId": message, "ItemName": format!("19:{}_{}@unq.gbl.spaces", actor.id, with.id),
            "Members": [{"UPN": actor.upn, "DisplayName": actor.name}, {"UPN": with.upn, "DisplayName": with.name}],
            "ParticipantInfo": {"HasForeignTenantUsers": false, "HasGuestUsers": false, "HasOtherGuestUsers": false, "HasUnauthenticatedUsers": false, "ParticipatingTenantIds": [self.tenant.id]},
            "ResourceTenantId": self.tenant.id, "ExtraProperties": [],
        }) else {
            unreachable!("an object literal is an object")
        };
        record.extend(rest);
        self.audit.push(Value::Object(record));
    }
}
