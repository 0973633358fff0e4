//! The sign-in CSV that the Entra portal downloads: 57 quoted columns, two of them with the same name, no risk and no policy results.

use serde_json::Value;

use super::writer::{File, quoted_csv};

const HEADER: [&str; 57] = [
    "Date (UTC)",
    "Request ID",
    "User agent",
    "Correlation ID",
    "User ID",
    "User",
    "Username",
    "User type",
    "Cross tenant access type",
    "Incoming token type",
    "Authentication Protocol",
    "Unique token identifier",
    "Original transfer method",
    "Client credential type",
    "Token Protection - Sign In Session",
    "Token Protection - Sign In Session StatusCode",
    "Application",
    "Application ID ",
    "App owner tenant ID",
    "Resource",
    "Resource ID ",
    "Resource tenant ID",
    "Resource owner tenant ID",
    "Home tenant ID",
    "Home tenant name",
    "IP address",
    "Location",
    "Status",
    "Sign-in error code",
    "Failure reason",
    "Client app",
    "Device ID",
    "Browser",
    "Operating System",
    "Compliant",
    "Managed",
    "Join Type",
    "Multifactor authentication result",
    "Multifactor authentication auth method",
    "Multifactor authentication auth detail",
    "Authentication requirement",
    "Sign-in identifier",
    "Session ID",
    "IP address (seen by resource)",
    "Through Global Secure Access",
    "Global Secure Access IP address",
    "Autonomous system  number",
    "Flagged for review",
    "Token issuer type",
    "Incoming token type",
    "Token issuer name",
    "Latency",
    "Conditional Access",
    "Managed Identity type",
    "Associated Resource Id",
    "Federated Token Id",
    "Federated Token Issuer",
];

fn at<'a>(record: &'a Value, pointer: &str) -> &'a str {
    record.pointer(pointer).and_then(Value::as_str).unwrap_or("")
}

/// The words that the portal shows for the values of the API.
fn shown(value: &str) -> &str {
    match value {
        "member" => "Member",
        "primaryRefreshToken" => "Primary refresh token",
        "refreshToken" => "Refresh token",
        "singleFactorAuthentication" => "Single-factor authentication",
        "multiFactorAuthentication" => "Multifactor authentication",
        "success" => "Success",
        "failure" => "Failure",
        "notApplied" => "Not Applied",
        "none" => "None",
        other => other,
    }
}

fn row(record: &Value) -> Vec<String> {
    let code = record.pointer("/status/errorCode").and_then(Value::as_i64).unwrap_or_default();
    let status = match code {
        0 => "Success",
        50058 | 50074 | 50076 | 50140 | 65001 => "Interrupted",
        _ => "Failure",
    };
    let place = format!("{}, {}, {}", at(record, "/location/city"), at(record, "/location/state"), at(record, "/location/countryOrRegion"));
    let flag = |pointer: &str| if record.pointer(pointer).and_then(Value::as_bool) == Some(true) { "Yes" } else { "No" };
    let asks_mfa = at(record, "/authenticationRequirement") == "multiFactorAuthentication";
    let number = record.get("autonomousSystemNumber").map(Value::to_string).unwrap_or_default();
    HEADER
        .iter()
        .map(|column| match *column {
            "Date (UTC)" => at(record, "/createdDateTime").to_owned(),
            "Request ID" => at(record, "/id").to_owned(),
            "User agent" => at(record, "/userAgent").to_owned(),
            "Correlation ID" => at(record, "/correlationId").to_owned(),
            "User ID" => at(record, "/userId").to_owned(),
            "User" => at(record, "/userDisplayName").to_owned(),
            "Username" | "Sign-in identifier" => at(record, "/userPrincipalName").to_owned(),
            "User type" => shown(at(record, "/userType")).to_owned(),
            "Cross tenant access type" | "Client credential type" | "Token Protection - Sign In Session" => "none".to_owned(),
            "Incoming token type" => shown(at(record, "/incomingTokenType")).to_owned(),
            "Authentication Protocol" => shown(at(record, "/authenticationProtocol")).to_owned(),
            "Unique token identifier" => guarded(at(record, "/uniqueTokenIdentifier")),
            "Original transfer method" => shown(at(record, "/originalTransferMethod")).to_owned(),
            "Application" => at(record, "/appDisplayName").to_owned(),
            "Application ID " => at(record, "/appId").to_owned(),
            "App owner tenant ID" => at(record, "/appOwnerTenantId").to_owned(),
            "Resource" => at(record, "/resourceDisplayName").to_owned(),
            "Resource ID " => at(record, "/resourceId").to_owned(),
            "Resource tenant ID" | "Home tenant ID" => at(record, "/homeTenantId").to_owned(),
            "IP address" => at(record, "/ipAddress").to_owned(),
            "Location" => place.clone(),
            "Status" => status.to_owned(),
            "Sign-in error code" if code != 0 => code.to_string(),
            "Failure reason" => at(record, "/status/failureReason").to_owned(),
            "Client app" => at(record, "/clientAppUsed").to_owned(),
            "Device ID" => at(record, "/deviceDetail/deviceId").to_owned(),
            "Browser" => at(record, "/deviceDetail/browser").to_owned(),
            "Operating System" => at(record, "/deviceDetail/operatingSystem").to_owned(),
            "Compliant" => flag("/deviceDetail/isCompliant").to_owned(),
            "Managed" => flag("/deviceDetail/isManaged").to_owned(),
            "Join Type" => at(record, "/deviceDetail/trustType").to_owned(),
            "Multifactor authentication result" if asks_mfa => at(record, "/status/additionalDetails").to_owned(),
            "Authentication requirement" => shown(at(record, "/authenticationRequirement")).to_owned(),
            "Session ID" => at(record, "/sessionId").to_owned(),
            "Autonomous system  number" => number.clone(),
            "Flagged for review" | "Through Global Secure Access" => "No".to_owned(),
            "Token issuer type" => "Azure AD".to_owned(),
            "Latency" => "128".to_owned(),
            "Conditional Access" => shown(at(record, "/conditionalAccessStatus")).to_owned(),
            _ => String::new(),
        })
        .collect()
}

/// The portal puts an apostrophe before cells that a spreadsheet would take for a formula.
fn guarded(cell: &str) -> String {
    if cell.starts_with(['-', '+', '=', '@']) { format!("'{cell}") } else { cell.to_owned() }
}

/// Newest first, as the portal downloads.
pub(crate) fn portal_csv(path: &str, records: &[Value]) -> File {
    let mut sorted: Vec<&Value> = records.iter().collect();
    sorted.sort_by(|left, right| at(right, "/createdDateTime").cmp(at(left, "/createdDateTime")));
    let rows: Vec<Vec<String>> = sorted.into_iter().map(row).collect();
    File::new(path, quoted_csv(&HEADER, &rows))
}
