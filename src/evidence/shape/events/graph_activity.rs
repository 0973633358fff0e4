//! `MicrosoftGraphActivityLogs`: every request to Microsoft Graph, by whom, with which token.

use super::mail_flow::details;
use crate::evidence::container::value::Object;
use crate::evidence::shape::field::{self, address, identity};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{AuditEventRow, Rows};

/// See the file's first line.
pub(super) const GRAPH_ACTIVITY: Shape = Shape {
    id: "graph_activity",
    title: "Microsoft Graph activity",
    made_by: "Entra diagnostic settings, Log Analytics or Sentinel: MicrosoftGraphActivityLogs; Defender hunting: GraphApiAuditEvents",
    claims: |record| record.has("requesturi") && record.has("requestmethod") && (record.has("responsestatuscode") || record.has("signinactivityid")),
    read: |record, place, rows| read_request(record, None, place, rows),
};

/// Reads one request. `envelope` is the Azure Monitor record around it.
pub(super) fn read_request(record: &Object<'_>, envelope: Option<&Object<'_>>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let when = record.any(&["timegenerated", "timestamp"]).or_else(|| envelope?.get("time"));
    let Some(time) = field::time(when, place.dates) else {
        return Err(Reject::missing("TimeGenerated", when));
    };
    let Some(uri) = field::some_text(record.get("requesturi")) else {
        return Err(Reject::missing("RequestUri", record.get("requesturi")));
    };
    let method = field::text(record.get("requestmethod")).unwrap_or_default();
    let status = field::int(record.get("responsestatuscode"));
    let user = field::lower(record.any(&["userid", "accountobjectid"])).filter(|id| !id.is_empty());
    let principal = field::lower(record.get("serviceprincipalid")).filter(|id| !id.is_empty());
    let account = user.clone().or_else(|| principal.as_deref().map(identity::principal)).unwrap_or_default();
    let row = AuditEventRow {
        time: Some(time),
        account: Some(account),
        account_id: Some(user.clone().or(principal).unwrap_or_default()),
        actor_kind: Some(if user.is_some() { "user" } else { "app" }.into()),
        feed: Some("graph".into()),
        workload: Some("MicrosoftGraph".into()),
        operation: Some("graph request".into()),
        operation_raw: Some(format!("{} {}", method.to_uppercase(), path(&uri))),
        result: Some(match status {
            Some(200..400) => "success".to_owned(),
            Some(_) => "failure".to_owned(),
            None => String::new(),
        }),
        address: address::address(record.get("ipaddress")).or_else(|| address::address(envelope?.get("calleripaddress"))),
        session_id: field::lower(record.get("sessionid")),
        token_id: field::token(record.any(&["signinactivityid", "uniquetokenidentifier", "uniquetokenid"])),
        correlation_id: field::lower(record.any(&["clientrequestid", "operationid"])),
        app_id: field::lower(record.any(&["appid", "applicationid"])),
        user_agent: field::text(record.get("useragent")),
        size: field::int(record.get("responsesizebytes")),
        device_id: field::lower(record.get("deviceid")),
        details: details(
            record,
            &["requesturi", "responsestatuscode", "scopes", "roles", "wids", "apiversion", "clientauthmethod", "tokenissuedat", "isreplay"],
        ),
        ..AuditEventRow::default()
    };
    let id = field::text(record.any(&["requestid", "reportid"])).unwrap_or_default();
    rows.audit.push(place.source, place.record, &id, row);
    Ok(())
}

/// The path of a request with its ids replaced, so that requests of one kind are told as one: `/users/{}/messages/{}`.
fn path(uri: &str) -> String {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    let rest = rest.split('?').next().unwrap_or_default().trim_matches('/');
    let mut path = String::new();
    for part in rest.split('/').filter(|part| !part.is_empty() && !["v1.0", "beta"].contains(part)) {
        path.push('/');
        let part = part.split_once("('").map_or(part, |(name, _)| name);
        path.push_str(if is_name(part) { part } else { "{}" });
    }
    path
}

/// Names of resources are short and made of letters; ids, addresses and UPNs are not.
fn is_name(part: &str) -> bool {
    part.len() <= 40 && part.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'$' | b'_' | b'.' | b'(' | b')'))
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn ids_are_taken_out_of_paths() {
        assert_eq!(path("https://graph.microsoft.com/v1.0/me/messages?$top=50"), "/me/messages");
        assert_eq!(path("https://graph.microsoft.com/beta/users/ana@contoso.example/messages/AAMkAGI2="), "/users/{}/messages/{}");
        assert_eq!(path("https://graph.microsoft.com/v1.0/users('1a2b')/mailFolders"), "/users/mailFolders");
        assert_eq!(path("me"), "/me");
    }
}
