//! Mail, files and everything else that a record says about the thing it touched.

use crate::evidence::container::value::{Names, Object, Value, is_sidecar};
use crate::evidence::shape::field::{self, Part, identity, json};
use crate::frame::AuditEventRow;

/// Keys that a column, `parameters` or `changes` holds. Everything else of a record goes to `details`.
const HELD_ELSEWHERE: Names = Names::new(&[
    "id",
    "creationtime",
    "operation",
    "recordtype",
    "workload",
    "resultstatus",
    "version",
    "organizationid",
    "userid",
    "usertype",
    "clientip",
    "clientipaddress",
    "actoripaddress",
    "objectid",
    "sessionid",
    "correlationid",
    "intersystemsid",
    "appid",
    "applicationid",
    "clientappid",
    "clientinfostring",
    "useragent",
    "externalaccess",
    "logontype",
    "internallogontype",
    "mailboxguid",
    "mailboxownerupn",
    "parameters",
    "operationproperties",
    "modifiedproperties",
    "extendedproperties",
    "extraproperties",
    "appaccesscontext",
    "item",
    "folder",
    "folders",
    "operationcount",
    "sourcefilename",
    "siteurl",
    "filesizebytes",
    "originatingserver",
    "organizationname",
    "actor",
    "target",
    "actorcontextid",
    "targetcontextid",
    "azureactivedirectoryeventtype",
    "supportticketid",
    "intrasystemid",
    "deviceid",
    "deviceproperties",
    "tokenobjectid",
    "tokentenantid",
    "clientrequestid",
    "site",
    "webid",
    "listid",
    "highprioritymediaprocessing",
    "donotdistributeevent",
    "customuniqueid",
    "affecteditems",
]);

/// Fills the columns of mailbox, subject, folder, file and size.
pub(super) fn fill(row: &mut AuditEventRow, data: &Object<'_>) {
    row.mailbox = field::text(data.get("mailboxownerupn")).map(|owner| identity::account(&owner));
    row.mailbox_id = field::lower(data.get("mailboxguid"));
    fill_items(row, data);
    row.recipients = recipients(data);
    row.file = field::text(data.any(&["sourcefilename", "filename"]));
    row.site = field::text(data.get("siteurl"));
    row.size = row.size.or_else(|| field::int(data.any(&["filesizebytes", "filesyncbytescommitted"])));
}

/// One `Item`, or `AffectedItems`: then the first subject and message id stand for the record and `items` counts.
fn fill_items(row: &mut AuditEventRow, data: &Object<'_>) {
    let single = data.get("item").and_then(|item| item.nested().ok());
    let affected = data.get("affecteditems").and_then(|items| items.nested().ok());
    let all = || [single.as_deref(), affected.as_deref()].into_iter().flatten().flat_map(Value::elements).filter_map(Value::object);
    // The item of a folder operation is the folder: it has neither subject nor message id.
    let items: Vec<&Object<'_>> = all().filter(|item| affected.is_some() || item.has("internetmessageid") || item.has("subject")).collect();
    let first = |name: &str| items.iter().find_map(|item| field::some_text(item.get(name)));
    if !items.is_empty() {
        row.items = i64::try_from(items.len()).ok();
        row.subject = first("subject").or_else(|| items.iter().any(|item| item.has("subject")).then(String::new));
        row.message_id = first("internetmessageid");
        row.attachments = first("attachments");
        row.size = items.iter().filter_map(|item| field::int(item.get("sizeinbytes"))).reduce(i64::saturating_add);
    }
    let exchange = Part::of(data, &["exchangemetadata"]);
    row.subject = row.subject.take().or_else(|| field::text(exchange.get("subject", "subject")));
    row.message_id = row.message_id.take().or_else(|| field::some_text(exchange.get("messageid", "internetmessageid")));
    let folder = data.get("folder").and_then(|folder| folder.nested().ok());
    let parents = all().find_map(|item| item.get("parentfolder")).and_then(|folder| folder.nested().ok());
    row.folder = [folder, parents].iter().flatten().find_map(|folder| folder_name(folder.object()?));
}

/// A folder's path, else its name; `Not Available` is no path.
pub(super) fn folder_name(folder: &Object<'_>) -> Option<String> {
    field::some_text(folder.get("path")).or_else(|| field::some_text(folder.get("name")))
}

/// Recipients, `;`-joined, from the few records that list them.
fn recipients(data: &Object<'_>) -> Option<String> {
    let exchange = Part::of(data, &["exchangemetadata"]);
    let lists = [data.get("recipientlist"), data.get("recipients"), exchange.get("to", "to"), exchange.get("cc", "cc"), exchange.get("bcc", "bcc")];
    if lists.iter().any(Option::is_some) {
        let all: Vec<String> = lists.into_iter().flat_map(|list| field::list(list, &[';'])).map(|name| identity::account(&name)).collect();
        return Some(all.join(";"));
    }
    let members = data.get("members")?.nested().ok()?;
    let upns = members.elements().iter().filter_map(Value::object).filter_map(|member| field::some_text(member.get("upn")));
    Some(upns.map(|upn| identity::account(&upn)).collect::<Vec<_>>().join(";"))
}

/// `ExtendedProperties`, the JSON inside `additionalDetails`, Teams' `ExtraProperties`, and every field that no column holds.
pub(super) fn details(data: &Object<'_>) -> Option<String> {
    let extended = data.get("extendedproperties").and_then(|pairs| pairs.nested().ok());
    let additional = field::pair(extended.as_deref(), "additionalDetails").and_then(|details| details.nested().ok());
    let extra = data.get("extraproperties").and_then(|pairs| pairs.nested().ok());
    let actor_name = super::actor::Parties::of(data.get("actor")).name;
    let affected =
        data.get("affecteditems").and_then(|items| items.nested().ok()).map(|items| Value::List(items.elements().iter().map(without_ids).collect()));
    let mut map = json::Map::default();
    match additional.as_deref() {
        Some(Value::Object(details)) => {
            for (name, value) in details.iter().filter(|(name, _)| !is_sidecar(name) && name != "User-Agent") {
                map.add(name.as_ref(), value);
            }
        }
        Some(Value::Text(text)) if !text.trim().is_empty() => map.add_owned("additionalDetails", Value::Text(text.as_ref().into())),
        _ => {}
    }
    for entry in extended.iter().flat_map(|pairs| pairs.elements()).filter_map(Value::object) {
        if let (Some(name), Some(value)) = (field::pair_name(entry), entry.get("value"))
            && !["additionalDetails", "UserAgent"].contains(&name.as_ref())
        {
            map.add(name, value);
        }
    }
    map.add_pairs(extra.as_deref());
    if let Some(name) = actor_name {
        map.add_owned("ActorName", Value::Text(name.into()));
    }
    if let Some(affected) = affected {
        map.add_owned("AffectedItems", affected);
    }
    for (name, value) in members(data) {
        map.add_owned(name, Value::Text(value.into()));
    }
    for (name, value) in data.without(&HELD_ELSEWHERE) {
        if !is_sidecar(name) && !is_empty(value) {
            map.add(name.as_ref(), value);
        }
    }
    map.to_text()
}

/// Who was given which right on a folder: `MemberUpn`, `MemberRights` of `Folder` or of the item's parent folder.
fn members(data: &Object<'_>) -> Vec<(&'static str, String)> {
    let folder = data.get("folder").and_then(|folder| folder.nested().ok());
    let item = data.get("item").and_then(|item| item.nested().ok());
    let parent = item.as_deref().and_then(Value::object).and_then(|item| item.get("parentfolder")).and_then(|parent| parent.nested().ok());
    let find =
        |name: &str| [folder.as_deref(), parent.as_deref()].into_iter().flatten().find_map(|folder| field::some_text(folder.object()?.get(name)));
    [("MemberUpn", "memberupn"), ("MemberSid", "membersid"), ("MemberRights", "memberrights")]
        .into_iter()
        .filter_map(|(name, key)| find(key).map(|value| (name, value)))
        .collect()
}

/// Nothing to keep: null, or a cell without text.
fn is_empty(value: &Value<'_>) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.trim().is_empty(),
        Value::List(elements) => elements.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

/// A listed item without its store ids, which are long and mean nothing outside the mailbox.
fn without_ids<'a>(item: &Value<'a>) -> Value<'a> {
    let Value::Object(object) = item else { return item.clone() };
    let kept = object.iter().filter(|(name, _)| !["Id", "ImmutableId"].contains(&name.as_ref()));
    Value::Object(Object::new(kept.map(|(name, value)| (name.clone(), without_ids(value)))))
}

/// The user agent inside `ClientInfoString`: the part that looks like `name/version`, after `Client=…;`.
pub(super) fn agent_of_client_info(client_info: &str) -> Option<&str> {
    let (_, rest) = client_info.split_once(';')?;
    let rest = rest.trim_matches([';', ' ']);
    let rest = rest.split_once("UserAgent=").map_or(rest, |(_, agent)| agent);
    let name = rest.split(['/', ';', ' ']).next().unwrap_or_default();
    let looks_like_agent = rest.get(name.len()..).is_some_and(|tail| tail.starts_with('/')) && !name.is_empty() && !name.contains('=');
    looks_like_agent.then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_are_found_in_client_info() {
        assert_eq!(agent_of_client_info("Client=OutlookService;Outlook-iOS/2.0;"), Some("Outlook-iOS/2.0"));
        assert_eq!(agent_of_client_info("Client=OWA;Mozilla/5.0 (X11; Linux) x;"), Some("Mozilla/5.0 (X11; Linux) x"));
        assert_eq!(agent_of_client_info("Client=ActiveSync;UserAgent=Apple-iPhone/1.0;Action=x"), Some("Apple-iPhone/1.0;Action=x"));
        for none in ["Client=OWA;Action=ViaProxy", "Client=REST;Client=RESTSystem;;", "Client=MSExchangeRPC", ""] {
            assert_eq!(agent_of_client_info(none), None, "{none}");
        }
    }
}
