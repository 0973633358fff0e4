//! What a tenant's logs hold: the lists that the story and the background fill, and that [`super::writer`] exports.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::random::Random;
use super::tenant::{App, Client, EXCHANGE, GRAPH, MICROSOFT_TENANT, OFFICE_HOME, Person, Place, Tenant};

pub(crate) struct World {
    pub tenant: Tenant,
    pub random: Random,
    /// Interactive user sign-ins, Graph beta objects.
    pub interactive: Vec<Value>,
    /// Non-interactive user sign-ins.
    pub refreshes: Vec<Value>,
    /// Service principal sign-ins.
    pub principals: Vec<Value>,
    /// AuditData objects.
    pub audit: Vec<Value>,
    /// Directory audits, Graph objects.
    pub directory: Vec<Value>,
    /// Risk detections, Graph objects.
    pub risks: Vec<Value>,
}

/// What the second factor did.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Factor {
    /// Nobody asked.
    Single,
    /// An earlier proof in the token or cookie.
    Claim,
    /// A push notification, approved.
    Push,
    /// A push notification, declined.
    Declined,
    /// A push notification that nobody answered.
    Unanswered,
    /// Demanded, not yet given.
    Demanded,
}

/// One sign-in, before it takes the form of a record.
#[derive(Clone)]
pub(crate) struct SignIn<'a> {
    pub at: DateTime<Utc>,
    pub person: &'a Person,
    pub place: &'a Place,
    pub client: &'a Client,
    pub app: App,
    pub resource: App,
    pub session: &'a str,
    pub code: i64,
    pub factor: Factor,
    pub interactive: bool,
    pub correlation: Option<&'a str>,
    pub protocol: &'static str,
    pub transfer: &'static str,
    pub incoming: &'static str,
    pub risk: &'static str,
    pub risk_types: &'static [&'static str],
    pub ca: Option<&'static str>,
}

impl<'a> SignIn<'a> {
    /// A successful browser sign-in to the portal with an earlier MFA proof.
    pub(crate) fn new(at: DateTime<Utc>, person: &'a Person, place: &'a Place, client: &'a Client, session: &'a str) -> Self {
        Self {
            at,
            person,
            place,
            client,
            app: OFFICE_HOME,
            resource: EXCHANGE,
            session,
            code: 0,
            factor: Factor::Claim,
            interactive: true,
            correlation: None,
            protocol: "oAuth2",
            transfer: "none",
            incoming: "none",
            risk: "none",
            risk_types: &[],
            ca: None,
        }
    }

    /// A background token refresh of an installed application.
    pub(crate) fn refresh(self, app: App, resource: App) -> Self {
        let incoming = if self.client.device.is_some() { "primaryRefreshToken" } else { "refreshToken" };
        Self { app, resource, interactive: false, incoming, factor: Factor::Claim, ..self }
    }
}

/// What a recorded sign-in leaves for the other logs to quote.
pub(crate) struct Issued {
    pub id: String,
    pub token: String,
}

fn failure(code: i64) -> &'static str {
    match code {
        50053 => "Sign-in was blocked because it came from an IP address with malicious activity.",
        50058 => "Session information is not sufficient for single-sign-on.",
        50074 => "Strong Authentication is required.",
        50076 => {
            "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource."
        }
        50126 => "Error validating credentials due to invalid username or password.",
        50132 => "The session has been revoked due to a password change or expiration.",
        50140 => "This occurred due to 'Keep me signed in' interrupt when the user was signing-in.",
        50173 => "The provided grant has expired due to it being revoked, a fresh auth token is needed.",
        50199 => "For security reasons, user confirmation is required for this request.",
        50057 => "The user account is disabled.",
        500_121 => "Authentication failed during strong authentication request.",
        53003 => "Access has been blocked by Conditional Access policies.",
        _ => "Other.",
    }
}

fn steps(sign_in: &SignIn<'_>) -> Value {
    let time = sign_in.at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let step = |method: &str, detail: Option<&str>, succeeded: bool, result: &str, requirement: &str| {
        json!({
            "authenticationStepDateTime": time, "authenticationMethod": method, "authenticationMethodDetail": detail,
            "succeeded": succeeded, "authenticationStepResultDetail": result, "authenticationStepRequirement": requirement,
        })
    };
    let password = step("Password", Some("Password in the cloud"), true, "Correct password", "Primary authentication");
    let push = |succeeded, result| step("Mobile app notification", None, succeeded, result, "Multifactor authentication");
    if matches!(sign_in.code, 50126 | 50053) {
        return json!([step("Password", Some("Password in the cloud"), false, "Invalid username or password", "Primary authentication")]);
    }
    match sign_in.factor {
        Factor::Single => json!([password]),
        Factor::Claim => json!([
            step("Previously satisfied", None, true, "First factor requirement satisfied by claim in the token", "Primary authentication"),
            step("Previously satisfied", None, true, "MFA requirement satisfied by claim in the token", "Multifactor authentication"),
        ]),
        Factor::Push => json!([password, push(true, "MFA completed in Azure AD")]),
        Factor::Declined => json!([password, push(false, "MFA denied; user declined the authentication")]),
        Factor::Unanswered => json!([password, push(false, "MFA denied; user did not respond to mobile app notification")]),
        Factor::Demanded => json!([password, push(false, "Authentication in progress")]),
    }
}

fn additional(sign_in: &SignIn<'_>) -> Option<&'static str> {
    if matches!(sign_in.code, 50126 | 50053) {
        return None;
    }
    match sign_in.factor {
        Factor::Single => None,
        Factor::Claim => Some("MFA requirement satisfied by claim in the token"),
        Factor::Push => Some("MFA completed in Azure AD"),
        Factor::Declined => Some("MFA denied; user declined the authentication"),
        Factor::Unanswered => Some("MFA denied; user did not respond to mobile app notification"),
        Factor::Demanded => Some("MFA required in Azure AD"),
    }
}

fn device_detail(client: &Client) -> Value {
    match &client.device {
        Some(device) => json!({
            "deviceId": device.id, "displayName": device.name, "operatingSystem": client.os, "browser": client.browser,
            "isCompliant": device.compliant, "isManaged": device.compliant, "trustType": device.trust,
        }),
        None => json!({
            "deviceId": "", "displayName": "", "operatingSystem": client.os, "browser": client.browser,
            "isCompliant": false, "isManaged": false, "trustType": "",
        }),
    }
}

impl World {
    pub(crate) fn new(tenant: Tenant, random: Random) -> Self {
        Self {
            tenant,
            random,
            interactive: Vec::new(),
            refreshes: Vec::new(),
            principals: Vec::new(),
            audit: Vec::new(),
            directory: Vec::new(),
            risks: Vec::new(),
        }
    }

    /// Records a sign-in as a Graph beta object.
    pub(crate) fn sign_in(&mut self, sign_in: &SignIn<'_>) -> Issued {
        let issued = Issued { id: self.random.guid(), token: self.random.token() };
        let correlation = sign_in.correlation.map_or_else(|| self.random.guid(), str::to_owned);
        let asks_mfa = sign_in.factor != Factor::Single;
        let grant = match (sign_in.code, asks_mfa) {
            (0 | 50140 | 50199, true) => "success",
            (50126 | 50053 | 50058, _) | (_, false) => "notApplied",
            _ => "failure",
        };
        let ca = sign_in.ca.unwrap_or(grant);
        let mut record = json!({
            "id": issued.id,
            "createdDateTime": sign_in.at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "userDisplayName": sign_in.person.name,
            "userPrincipalName": sign_in.person.upn,
            "userId": sign_in.person.id,
            "userType": "member",
            "appId": sign_in.app.0,
            "appDisplayName": sign_in.app.1,
            "appOwnerTenantId": MICROSOFT_TENANT,
            "resourceId": sign_in.resource.0,
            "resourceDisplayName": sign_in.resource.1,
            "resourceTenantId": self.tenant.id,
            "homeTenantId": self.tenant.id,
            "ipAddress": sign_in.place.address,
            "autonomousSystemNumber": sign_in.place.asn,
            "location": {
                "city": sign_in.place.city, "state": sign_in.place.state, "countryOrRegion": sign_in.place.country,
                "geoCoordinates": {"latitude": sign_in.place.latitude, "longitude": sign_in.place.longitude},
            },
            "clientAppUsed": sign_in.client.app_used,
            "userAgent": sign_in.client.user_agent,
            "deviceDetail": device_detail(sign_in.client),
            "correlationId": correlation,
            "sessionId": sign_in.session,
            "uniqueTokenIdentifier": issued.token,
            "incomingTokenType": sign_in.incoming,
            "authenticationProtocol": sign_in.protocol,
            "originalTransferMethod": sign_in.transfer,
            "authenticationRequirement": if asks_mfa { "multiFactorAuthentication" } else { "singleFactorAuthentication" },
            "status": {"errorCode": sign_in.code, "failureReason": failure(sign_in.code), "additionalDetails": additional(sign_in)},
            "conditionalAccessStatus": ca,
            "isInteractive": sign_in.interactive,
            "signInEventTypes": [if sign_in.interactive { "interactiveUser" } else { "nonInteractiveUser" }],
            "riskLevelDuringSignIn": sign_in.risk,
            "riskLevelAggregated": sign_in.risk,
            "riskState": if sign_in.risk == "none" { "none" } else { "atRisk" },
            "riskDetail": "none",
            "riskEventTypes_v2": sign_in.risk_types,
        });
        if sign_in.place.trusted {
            record["networkLocationDetails"] = json!([{"networkType": "trustedNamedLocation", "networkNames": ["Head office"]}]);
        }
        if sign_in.interactive {
            record["authenticationDetails"] = steps(sign_in);
            record["appliedConditionalAccessPolicies"] = json!([{
                "id": self.tenant.policy, "displayName": "Require MFA for all users", "enforcedGrantControls": ["mfa"], "enforcedSessionControls": [], "result": ca,
            }]);
        }
        if sign_in.interactive {
            self.interactive.push(record);
        } else {
            self.refreshes.push(record);
        }
        issued
    }

    /// Records an Identity Protection detection about a sign-in.
    pub(crate) fn risk(&mut self, sign_in: &SignIn<'_>, issued: &Issued, event: &str, level: &str, timing: &str, delay_minutes: i64) {
        let detected = sign_in.at + chrono::TimeDelta::minutes(delay_minutes);
        let spelled = |time: DateTime<Utc>| time.format("%Y-%m-%dT%H:%M:%S.5365166Z").to_string();
        let info = json!([{"Key": "userAgent", "Value": sign_in.client.user_agent}]).to_string();
        let id = self.random.hex(64).to_lowercase();
        self.risks.push(json!({
            "id": id, "requestId": issued.id, "correlationId": sign_in.correlation, "riskEventType": event, "riskState": "atRisk",
            "riskLevel": level, "riskDetail": "none", "source": "IdentityProtection", "detectionTimingType": timing, "activity": "signin",
            "tokenIssuerType": "AzureAD", "ipAddress": sign_in.place.address, "activityDateTime": spelled(sign_in.at),
            "detectedDateTime": spelled(detected), "lastUpdatedDateTime": spelled(detected), "userId": sign_in.person.id,
            "userDisplayName": sign_in.person.name, "userPrincipalName": sign_in.person.upn, "additionalInfo": info,
            "location": {
                "city": sign_in.place.city, "state": sign_in.place.state, "countryOrRegion": sign_in.place.country,
                "geoCoordinates": {"latitude": sign_in.place.latitude, "longitude": sign_in.place.longitude},
            },
        }));
    }

    /// Records a sign-in of a service principal with a client secret.
    pub(crate) fn principal(&mut self, at: DateTime<Utc>, app: App, object: &str, owner: &str, place: &Place) {
        let (id, token, correlation) = (self.random.guid(), self.random.token(), self.random.guid());
        self.principals.push(json!({
            "id": id, "createdDateTime": at.format("%Y-%m-%dT%H:%M:%SZ").to_string(), "appId": app.0, "appDisplayName": app.1,
            "servicePrincipalId": object, "servicePrincipalName": app.1, "servicePrincipalCredentialKeyId": format!("0f6b{}", &object[4..]),
            "clientCredentialType": "clientSecret", "userPrincipalName": "", "userId": "", "resourceDisplayName": GRAPH.1, "resourceId": GRAPH.0,
            "appOwnerTenantId": owner, "resourceTenantId": self.tenant.id, "ipAddress": place.address, "autonomousSystemNumber": place.asn,
            "location": {
                "city": place.city, "state": place.state, "countryOrRegion": place.country,
                "geoCoordinates": {"latitude": place.latitude, "longitude": place.longitude},
            },
            "clientAppUsed": "", "userAgent": "", "correlationId": correlation, "uniqueTokenIdentifier": token, "isInteractive": false,
            "signInEventTypes": ["servicePrincipal"], "status": {"errorCode": 0, "failureReason": "Other.", "additionalDetails": null},
            "conditionalAccessStatus": "notApplied", "appliedConditionalAccessPolicies": [], "authenticationProtocol": "none",
            "incomingTokenType": "none", "riskLevelDuringSignIn": "none", "riskState": "none",
        }));
    }
}
