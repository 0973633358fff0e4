//! Logons of the unified audit log (record type 15, `UserLoggedIn` and `UserLoginFailed`) → sign-ins with feed `ual`.
//!
//! NOTE: `ResultStatus` is the status of the HTTP exchange, `Success` on most failed logons. The outcome is `ErrorNumber`, else `LogonError`.

use super::actor::Parties;
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::field::{self, address, identity};
use crate::frame::SignInRow;
use crate::time::Time;

/// Names in `LogonError` for records without `ErrorNumber`. Source: Microsoft "Microsoft Entra authentication and authorization error codes",
/// matched with the numbers that public records carry beside these names (read 2026-11).
const LOGON_ERRORS: &[(&str, i64)] = &[
    ("InvalidUserNameOrPassword", 50126),
    ("InvalidPassword", 50126),
    ("IdsLocked", 50053),
    ("UserStrongAuthEnrollmentRequiredInterrupt", 50072),
    ("UserStrongAuthClientAuthNRequiredInterrupt", 50074),
    ("UserStrongAuthClientAuthNRequired", 50076),
    ("DelegationDoesNotExist", 65001),
    ("UserInformationNotProvided", 50058),
    ("SsoArtifactRevoked", 50133),
    ("UserAccountNotFound", 50034),
    ("UserDisabled", 50057),
    ("BlockedByConditionalAccess", 53003),
];

/// The sign-in. `operation` is normalised.
pub(super) fn row(data: &Object<'_>, time: Time, operation: &str) -> SignInRow {
    let actor = Parties::of(data.get("actor"));
    let extended = data.get("extendedproperties").and_then(|pairs| pairs.nested().ok());
    let device = data.get("deviceproperties").and_then(|pairs| pairs.nested().ok());
    let extended = |name| field::pair(extended.as_deref(), name);
    let device = |name| field::pair(device.as_deref(), name);
    let user = field::text(data.get("userid")).map(|user| identity::account(&user)).unwrap_or_default();
    let user_key = field::lower(data.get("userkey")).filter(|key| identity::is_guid(key));
    let account_id = actor.object_id.or(user_key);
    let account = if user.is_empty() || identity::is_guid(&user) { actor.upn.map_or(user, |upn| identity::account(&upn)) } else { user };
    let resource = field::lower(data.get("objectid")).filter(|resource| identity::is_guid(resource));
    let session = [device("SessionId"), data.get("sessionid")].into_iter().find_map(field::some_text);
    SignInRow {
        time: Some(time),
        account: Some(account),
        account_id,
        stream: Some("unknown".into()),
        feed: Some("ual".into()),
        app_id: field::lower(data.any(&["applicationid", "appid"])),
        resource_id: resource.or_else(|| Parties::of(data.get("target")).object_id),
        address: ["clientip", "actoripaddress", "clientipaddress"].iter().find_map(|name| address::address(data.get(name))),
        error_code: error_code(data, operation),
        failure: field::text(data.get("logonerror")),
        user_agent: field::text(extended("UserAgent").or_else(|| data.get("useragent"))),
        request_type: field::text(extended("RequestType")),
        auth_steps: extended("UserAuthenticationMethod")
            .and_then(Value::text)
            .map(|bits| format!("[{{\"userAuthenticationMethod\":\"{}\"}}]", digits(&bits))),
        session_id: session.map(|session| session.to_lowercase()).or_else(|| device("SessionId").is_some().then(String::new)),
        token_id: field::token(field::Part::of(data, &["appaccesscontext"]).get("uniquetokenid", "uniquetokenid")),
        correlation_id: field::lower(data.get("intersystemsid")),
        device_id: field::lower(device("Id")),
        device_name: field::text(device("DisplayName")),
        os: field::text(device("OS")),
        browser: field::text(device("BrowserType")),
        compliant: field::flag(device("IsCompliant")),
        managed: field::flag(device("IsCompliantAndManaged")),
        join_type: field::lower(device("TrustType")),
        home_tenant: field::lower(data.get("actorcontextid")),
        resource_tenant: field::lower(data.get("targetcontextid")),
        ..SignInRow::default()
    }
}

/// The AADSTS code. A logon that succeeded may carry a code of its own (50140, the keep-me-signed-in page); a logon that failed is never 0.
fn error_code(data: &Object<'_>, operation: &str) -> Option<i64> {
    let recorded = ["errornumber", "errorcode"].iter().find_map(|name| field::int(data.get(name)));
    if operation != "userloginfailed" {
        return recorded.or((operation == "userloggedin").then_some(0));
    }
    recorded.filter(|code| *code != 0).or_else(|| {
        let error = data.text("logonerror")?;
        LOGON_ERRORS.iter().find(|(name, _)| name.eq_ignore_ascii_case(&error)).map(|(_, code)| *code)
    })
}

/// Digits only, so that the value can stand inside JSON as it is.
fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(json: &str, operation: &str) -> Option<i64> {
        let data: Value<'_> = serde_json::from_str(json).expect("test JSON");
        error_code(data.object().expect("object"), operation)
    }

    #[test]
    fn result_status_is_not_the_outcome() {
        assert_eq!(code(r#"{"ResultStatus":"Success","ErrorNumber":"50126"}"#, "userloginfailed"), Some(50126));
        assert_eq!(code(r#"{"ResultStatus":"Success","LogonError":"InvalidUserNameOrPassword"}"#, "userloginfailed"), Some(50126));
        assert_eq!(code(r#"{"ResultStatus":"Success","ErrorNumber":"0"}"#, "userloginfailed"), None);
        assert_eq!(code(r#"{"ErrorNumber":"50140"}"#, "userloggedin"), Some(50140));
        assert_eq!(code("{}", "userloggedin"), Some(0));
    }
}
