//! Entities of alerts: Graph evidence objects, entities of the older incident API, of Sentinel alerts, and rows of `AlertEvidence`. They name the same
//! things in four vocabularies; what is common to them is the kind and a few fields.

use super::feed;
use crate::evidence::container::value::{Object, Value, is_sidecar};
use crate::evidence::shape::field::{self, Part, address, identity, json};
use crate::frame::AlertRow;

/// Beginning of the kind's name in lower case, without the prefix of Graph → kind. The first match counts.
const KINDS: &[(&str, &str)] = &[
    ("useraccount", "user"),
    ("user", "user"),
    ("account", "user"),
    ("mailboxconfiguration", "mailbox"),
    ("mailbox", "mailbox"),
    ("mailmessage", "message"),
    ("analyzedmessage", "message"),
    ("submissionmail", "message"),
    ("mailcluster", "message-cluster"),
    ("ip", "ip"),
    ("cloudlogonsession", "session"),
    ("cloudapplication", "app"),
    ("oauthapplication", "app"),
    ("oauthapp", "app"),
    ("url", "url"),
    ("dns", "url"),
    ("fileh", "file"),
    ("file", "file"),
    ("device", "device"),
    ("machine", "device"),
    ("host", "device"),
    ("process", "process"),
    ("securitygroup", "group"),
];

/// The entities of a list (`evidence`, `entities`), or of text that holds one.
pub(in crate::evidence::shape::events) fn of_list(list: Option<&Value<'_>>) -> Vec<AlertRow> {
    let Some(nested) = list.and_then(|list| list.nested().ok()) else { return Vec::new() };
    // Sentinel replaces a repeated entity by `{"$ref": "4"}`.
    nested.elements().iter().filter_map(Value::object).filter(|entity| !entity.has("$ref")).map(of_object).collect()
}

/// One entity.
pub(in crate::evidence::shape::events) fn of_object(entity: &Object<'_>) -> AlertRow {
    let user = Part::of(entity, &["useraccount", "account", "mailboxprimaryaccount"]);
    let text = |names: &[&str]| names.iter().find_map(|name| field::some_text(entity.get(name)));
    let upn = user.get("userprincipalname", "userprincipalname").or_else(|| entity.any(&["accountupn", "upn"]));
    let name_and_domain = || {
        let name = field::some_text(user.get("accountname", "accountname").or_else(|| entity.get("name")))?;
        let domain = field::some_text(user.get("domainname", "domainname").or_else(|| entity.any(&["upnsuffix", "accountdomain"])))?;
        Some(if name.contains('@') { name } else { format!("{name}@{domain}") })
    };
    let account_id = field::some_text(user.get("azureaduserid", "aaduserid").or_else(|| entity.get("accountobjectid")));
    let kind = kind_of(entity);
    let is_person = matches!(kind.as_str(), "user" | "mailbox" | "session");
    let mailbox = || text(&["primaryaddress", "mailboxaddress", "mailboxprimaryaddress"]);
    let message = kind == "message";
    let account = field::some_text(upn)
        .or_else(|| if is_person { name_and_domain().filter(|name| identity::is_upn(name)).or_else(mailbox) } else { None })
        .or_else(|| if message { text(&["recipientemailaddress", "recipient"]) } else { None })
        .map(|name| identity::account(&name))
        .or_else(|| account_id.clone().map(|id| id.to_lowercase()));
    let row = AlertRow {
        feed: Some(feed::ENTITY.into()),
        account,
        account_id: account_id.map(|id| id.to_lowercase()),
        // The address that a message came from is not the address of anyone who acted.
        address: if message { None } else { ["ipaddress", "address", "remoteip"].iter().find_map(|name| address::address(entity.get(name))) },
        message_id: text(&["internetmessageid", "networkmessageid"]),
        app_id: if kind == "app" { text(&["oauthapplicationid", "appid", "saasid", "applicationid"]).map(|id| id.to_lowercase()) } else { None },
        session_id: if kind == "session" { text(&["sessionid"]).map(|id| id.to_lowercase()) } else { None },
        user_agent: text(&["useragent"]),
        classification: field::word(entity.any(&["verdict", "threatanalysissummary"])),
        details: filled(entity),
        ..AlertRow::default()
    };
    let label = match kind.as_str() {
        "user" | "mailbox" => row.account.clone().or_else(|| text(&["displayname", "accountname", "name"])),
        "ip" => row.address.clone(),
        "message" => text(&["subject", "emailsubject"]).or_else(|| row.message_id.clone()),
        "url" => text(&["url", "remoteurl", "domainname"]),
        "app" => text(&["displayname", "application", "name"]).or_else(|| row.app_id.clone()),
        "session" => row.session_id.clone(),
        "file" => text(&["filename", "name"]).or_else(|| text(&["sha256", "sha1"])),
        "process" => text(&["processcommandline", "commandline", "filename"]),
        "device" => text(&["devicednsname", "devicename", "hostname", "deviceid", "azureaddeviceid"]),
        _ => text(&["displayname", "name", "title"]),
    };
    AlertRow { entity_kind: Some(kind), entity: Some(label.unwrap_or_default()), ..row }
}

/// All fields that have a value.
fn filled(entity: &Object<'_>) -> Option<String> {
    let mut map = json::Map::default();
    for (name, value) in entity.iter().filter(|(name, _)| !is_sidecar(name)) {
        let is_filled = match value {
            Value::Null => false,
            Value::Text(text) => !field::is_blank(text),
            Value::List(elements) => !elements.is_empty(),
            Value::Bool(_) | Value::Number(_) | Value::Object(_) => true,
        };
        if is_filled {
            map.add(name.as_ref(), value);
        }
    }
    map.to_text()
}

/// The kind, from `@odata.type` (which re-exporters rename), `entityType` or `Type`; else told by the fields.
fn kind_of(entity: &Object<'_>) -> String {
    let odata =
        entity.iter().find(|(name, _)| name.to_ascii_lowercase().ends_with("odata.type") || name.to_ascii_lowercase().ends_with("odata_type"));
    let named = odata.and_then(|(_, value)| value.text()).or_else(|| entity.any(&["entitytype", "type"]).and_then(Value::text)).unwrap_or_default();
    let named = named.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    if let Some((_, kind)) = KINDS.iter().find(|(prefix, _)| named.starts_with(prefix)) {
        return (*kind).to_owned();
    }
    let told = [("useraccount", "user"), ("ipaddress", "ip"), ("networkmessageid", "message"), ("url", "url"), ("primaryaddress", "mailbox")];
    told.into_iter().find(|(name, _)| entity.has(name)).map_or_else(|| named.trim_end_matches("evidence").to_owned(), |(_, kind)| kind.to_owned())
}

/// The entity with what it shares with its alert.
pub(super) fn of_alert(entity: AlertRow, alert: &AlertRow) -> AlertRow {
    AlertRow {
        time: alert.time,
        last: alert.last,
        raised: alert.raised,
        alert_id: alert.alert_id.clone(),
        incident_id: alert.incident_id.clone(),
        title: alert.title.clone(),
        severity: alert.severity.clone(),
        category: alert.category.clone(),
        product: alert.product.clone(),
        ..entity
    }
}
