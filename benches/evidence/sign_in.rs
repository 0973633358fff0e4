//! Graph (beta) sign-ins, interactive and not, about 3.5 KB each.

use std::fmt::Write;

use super::Random;
use super::tenant::{CITIES, SERVERS_ASN, TENANT_ID, Tenant};

/// Seconds between records, so that a gigabyte of sign-ins spans as many days as a gigabyte of the audit log.
const PACE: u64 = 5;

/// Application and id.
const APPLICATIONS: [(&str, &str); 6] = [
    ("Office 365 Exchange Online", "00000002-0000-0ff1-ce00-000000000000"),
    ("Microsoft Office", "d3590ed6-52b3-4102-aeff-aad2292ab01c"),
    ("Microsoft Teams", "1fec8e78-bce4-4aaf-ab1b-5451cc387264"),
    ("Office 365 SharePoint Online", "00000003-0000-0ff1-ce00-000000000000"),
    ("Outlook Mobile", "27922004-5251-4030-b22d-91ecd9a37ea4"),
    ("OfficeHome", "4765445b-32c6-49b0-83e6-1d93765276ca"),
];
const POLICIES: [&str; 3] = ["CA001: Require MFA for all users", "CA002: Block legacy authentication", "CA003: Geräte müssen konform sein"];

/// Writes one sign-in as compact JSON.
pub(super) fn write(tenant: &Tenant, random: &mut Random, number: u64, json: &mut String) {
    let presence = tenant.presence(random, number, PACE);
    let (person, device, time) = (presence.person, presence.device, presence.time.text());
    let (code, reason) = match random.below(100) {
        0..5 => (50126, "Error validating credentials due to invalid username or password."),
        5..8 => (50076, "Due to a configuration change made by your administrator, you must use multi-factor authentication."),
        8..10 => (50140, "This error occurred due to 'Keep me signed in' interrupt when the user was signing-in."),
        _ => (0, "Other."),
    };
    let address = if code == 50126 && random.percent(85) { tenant.guesser(random) } else { presence.address };
    // Rented servers stand elsewhere.
    let abroad = ("Clifton", "New Jersey", 40.858_333, -74.166_667);
    let is_guess = !std::ptr::eq(address, presence.address);
    let (city, state, latitude, longitude) = if presence.is_attacker || is_guess { abroad } else { CITIES[person.city] };
    let country = if city == abroad.0 { "US" } else { "DE" };
    let interactive = code != 0 || random.percent(25);
    let (app, app_id) = random.pick(&APPLICATIONS);
    let client =
        if device.browser.starts_with("Rich") || device.agent.starts_with("Outlook") { "Mobile Apps and Desktop clients" } else { "Browser" };
    let device_id = presence.device_id.as_deref().unwrap_or_default();
    // Writing into a text cannot fail.
    let _ = write!(
        json,
        r#"{{"id":"{}","createdDateTime":"{time}Z","userDisplayName":"{}","userPrincipalName":"{}","userId":"{}","appId":"{app_id}","appDisplayName":"{app}","ipAddress":"{address}","clientAppUsed":"{client}","userAgent":"{}","correlationId":"{}","conditionalAccessStatus":"{}","originalRequestId":"","isInteractive":{interactive},"tokenIssuerName":"","tokenIssuerType":"AzureAD","clientCredentialType":"none","processingTimeInMilliseconds":{},"riskDetail":"none","riskLevelAggregated":"none","riskLevelDuringSignIn":"none","riskState":"none","riskEventTypes":[],"riskEventTypes_v2":[],"resourceDisplayName":"Microsoft Graph","resourceId":"00000003-0000-0000-c000-000000000000","resourceTenantId":"{TENANT_ID}","homeTenantId":"{TENANT_ID}","homeTenantName":"","authenticationMethodsUsed":[],"authenticationRequirement":"{}","servicePrincipalName":null,"signInEventTypes":["{}"],"servicePrincipalId":"","federatedCredentialId":"","userType":"member","flaggedForReview":false,"isTenantRestricted":false,"autonomousSystemNumber":{},"crossTenantAccessType":"none","servicePrincipalCredentialKeyId":null,"servicePrincipalCredentialThumbprint":"","uniqueTokenIdentifier":""#,
        random.guid(),
        person.name,
        person.upn,
        person.id,
        device.agent,
        random.guid(),
        if code == 0 { "success" } else { "notApplied" },
        random.below(400) + 60,
        if random.percent(70) { "multiFactorAuthentication" } else { "singleFactorAuthentication" },
        if interactive { "interactiveUser" } else { "nonInteractiveUser" },
        if country == "US" { SERVERS_ASN } else { person.asn },
    );
    random.letters(20, json);
    let _ = write!(
        json,
        r#"","incomingTokenType":"{}","authenticationProtocol":"none","resourceServicePrincipalId":"{}","sessionId":"{}","originalTransferMethod":"none","signInTokenProtectionStatus":"none","mfaDetail":null,"authenticationAppDeviceDetails":null,"status":{{"errorCode":{code},"failureReason":"{reason}","additionalDetails":"{}"}},"deviceDetail":{{"deviceId":"{device_id}","displayName":"{}","operatingSystem":"{}","browser":"{}","isCompliant":false,"isManaged":false,"trustType":"{}"}},"location":{{"city":"{city}","state":"{state}","countryOrRegion":"{country}","geoCoordinates":{{"altitude":null,"latitude":{latitude},"longitude":{longitude}}}}},"appliedConditionalAccessPolicies":["#,
        if interactive { "none" } else { "primaryRefreshToken" },
        Random::of([3, 3, 3]).guid(),
        if is_guess { "" } else { &presence.session },
        if code == 0 { "MFA requirement satisfied by claim in the token" } else { "" },
        if device_id.is_empty() { "" } else { "PC" },
        device.os,
        device.browser,
        if device_id.is_empty() { "" } else { "Azure AD registered" },
    );
    for (number, policy) in POLICIES.iter().enumerate() {
        let _ = write!(
            json,
            r#"{}{{"id":"{}","displayName":"{policy}","enforcedGrantControls":["Mfa"],"enforcedSessionControls":[],"result":"{}"}}"#,
            if number == 0 { "" } else { "," },
            Random::of([number as u64, 9, 9]).guid(),
            if number == 0 && code == 0 { "success" } else { "notApplied" },
        );
    }
    let _ = write!(
        json,
        r#"],"authenticationContextClassReferences":[],"authenticationProcessingDetails":[{{"key":"Is CAE Token","value":"False"}}],"networkLocationDetails":[],"authenticationDetails":[{{"authenticationStepDateTime":"{time}Z","authenticationMethod":"{}","authenticationMethodDetail":"Password Hash Sync","succeeded":{},"authenticationStepResultDetail":"{}","authenticationStepRequirement":"Primary authentication"}}],"authenticationRequirementPolicies":[],"sessionLifetimePolicies":[],"privateLinkDetails":{{"policyId":"","policyName":"","resourceId":"","policyTenantId":""}}}}"#,
        if interactive { "Password" } else { "Previously satisfied" },
        code != 50126,
        if code == 50126 { "Invalid username or password or Invalid on-premise username or password." } else { "Correct password" },
    );
}
