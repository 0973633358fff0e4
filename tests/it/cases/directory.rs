//! Directory acts. One act leaves two records: the Entra directory audit and, with the same correlation, the unified log's record type 8.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::tenant::{Device, Person, Place};
use super::world::World;

/// Who performed a directory act.
#[derive(Clone, Copy)]
pub(crate) enum Actor<'a> {
    /// A person from an address (empty when the service did not see one).
    Person(&'a Person, &'a str),
    /// One of Microsoft's services.
    Service(&'a str),
}

/// On what a directory act was performed.
#[derive(Clone)]
pub(crate) struct Target {
    pub id: String,
    pub name: String,
    pub kind: &'static str,
    pub upn: Option<String>,
}

impl Target {
    pub(crate) fn person(person: &Person) -> Self {
        Self { id: person.id.clone(), name: person.name.clone(), kind: "User", upn: Some(person.upn.clone()) }
    }

    pub(crate) fn thing(kind: &'static str, id: &str, name: &str) -> Self {
        Self { id: id.to_owned(), name: name.to_owned(), kind, upn: None }
    }
}

/// A directory act before it becomes records.
pub(crate) struct Act<'a> {
    pub at: DateTime<Utc>,
    pub actor: Actor<'a>,
    /// The Entra spelling, without trailing dot.
    pub activity: &'a str,
    pub category: &'a str,
    pub service: &'a str,
    pub operation: &'a str,
    pub reason: &'a str,
    pub targets: Vec<Target>,
    /// Name, old value, new value; values are JSON text.
    pub changes: Vec<(&'a str, String, String)>,
    pub details: Vec<(&'a str, String)>,
    pub correlation: Option<String>,
    /// The unified log has this act too (core directory acts do; authentication-method acts do not).
    pub unified: bool,
}

impl<'a> Act<'a> {
    pub(crate) fn new(at: DateTime<Utc>, actor: Actor<'a>, activity: &'a str, category: &'a str, targets: Vec<Target>) -> Self {
        Self {
            at,
            actor,
            activity,
            category,
            service: "Core Directory",
            operation: "Update",
            reason: "",
            targets,
            changes: Vec::new(),
            details: Vec::new(),
            correlation: None,
            unified: true,
        }
    }
}

impl World {
    pub(crate) fn act(&mut self, act: &Act<'_>) -> String {
        let correlation = act.correlation.clone().unwrap_or_else(|| self.random.guid());
        let initiated = match act.actor {
            Actor::Person(person, address) => json!({
                "user": {"id": person.id, "displayName": person.name, "userPrincipalName": person.upn, "ipAddress": address, "userType": null, "homeTenantId": null},
                "app": null,
            }),
            Actor::Service(name) => {
                let id = self.random.guid();
                json!({"user": null, "app": {"appId": null, "displayName": name, "servicePrincipalId": id, "servicePrincipalName": null}})
            }
        };
        let modified: Vec<Value> =
            act.changes.iter().map(|(name, old, new)| json!({"displayName": name, "oldValue": old, "newValue": new})).collect();
        let targets: Vec<Value> = act
            .targets
            .iter()
            .enumerate()
            .map(|(place, target)| {
                json!({
                    "id": target.id, "displayName": target.name, "type": target.kind, "userPrincipalName": target.upn, "groupType": null,
                    "modifiedProperties": if place == 0 { json!(modified) } else { json!([]) },
                })
            })
            .collect();
        let number = self.random.between(10_000_000, 99_999_999);
        let prefix = if act.service == "Core Directory" { "Directory" } else { "IAM" };
        self.directory.push(json!({
            "id": format!("{prefix}_{correlation}_{}_{number}", self.random.hex(5)),
            "category": act.category, "correlationId": correlation, "result": "success", "resultReason": act.reason,
            "activityDisplayName": act.activity, "activityDateTime": act.at.format("%Y-%m-%dT%H:%M:%S.4127613Z").to_string(),
            "loggedByService": act.service, "operationType": act.operation, "initiatedBy": initiated, "targetResources": targets,
            "additionalDetails": act.details.iter().map(|(key, value)| json!({"key": key, "value": value})).collect::<Vec<_>>(),
        }));
        if act.unified {
            self.unified(act, &correlation);
        }
        correlation
    }

    /// The record type 8 twin: dotted operation, `Actor`/`Target` lists, no address.
    fn unified(&mut self, act: &Act<'_>, correlation: &str) {
        let (user_id, user_key, user_type, actor) = match act.actor {
            Actor::Person(person, _) => {
                let list = json!([
                    {"ID": person.upn, "Type": 5}, {"ID": person.puid, "Type": 3}, {"ID": format!("User_{}", person.id), "Type": 2},
                    {"ID": person.id, "Type": 2}, {"ID": "User", "Type": 2},
                ]);
                (
                    person.upn.clone(),
                    format!("{}@{}", person.puid, self.tenant.domain),
                    if person.kind == super::tenant::Kind::Admin { 2 } else { 0 },
                    list,
                )
            }
            Actor::Service(name) => {
                let id = self.random.guid();
                let list = json!([{"ID": name, "Type": 1}, {"ID": format!("ServicePrincipal_{id}"), "Type": 2}, {"ID": id, "Type": 2}, {"ID": "ServicePrincipal", "Type": 2}]);
                (format!("ServicePrincipal_{id}"), "Not Available".to_owned(), 4, list)
            }
        };
        let Some(target) = act.targets.first() else {
            return;
        };
        let mut listed = vec![
            json!({"ID": format!("{}_{}", target.kind, target.id), "Type": 2}),
            json!({"ID": target.id, "Type": 2}),
            json!({"ID": target.kind, "Type": 2}),
        ];
        match &target.upn {
            Some(upn) => listed.push(json!({"ID": upn, "Type": 5})),
            None => listed.push(json!({"ID": target.name, "Type": 1})),
        }
        let details: serde_json::Map<String, Value> = act.details.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
        let modified: Vec<Value> = act.changes.iter().map(|(name, old, new)| json!({"Name": name, "NewValue": new, "OldValue": old})).collect();
        let (id, intra) = (self.random.guid(), self.random.guid());
        self.audit.push(json!({
            "CreationTime": act.at.format("%Y-%m-%dT%H:%M:%S").to_string(), "Id": id, "Operation": format!("{}.", act.activity),
            "OrganizationId": self.tenant.id, "RecordType": 8, "ResultStatus": "Success", "UserKey": user_key, "UserType": user_type, "Version": 1,
            "Workload": "AzureActiveDirectory", "ObjectId": target.upn.clone().unwrap_or_else(|| target.id.clone()), "UserId": user_id,
            "AzureActiveDirectoryEventType": 1,
            "ExtendedProperties": [
                {"Name": "additionalDetails", "Value": Value::Object(details).to_string()},
                {"Name": "extendedAuditEventCategory", "Value": target.kind},
            ],
            "ModifiedProperties": modified, "Actor": actor, "ActorContextId": self.tenant.id, "InterSystemsId": correlation, "IntraSystemId": intra,
            "SupportTicketId": "", "Target": listed, "TargetContextId": self.tenant.id,
        }));
    }

    /// A user acts on the own account or another one, with nothing but the name of the act to tell.
    pub(crate) fn plain_act(&mut self, at: DateTime<Utc>, actor: Actor<'_>, activity: &str, target: &Person) -> String {
        self.act(&Act::new(at, actor, activity, "UserManagement", vec![Target::person(target)]))
    }

    /// An administrator sets a new password; the directory invalidates refresh tokens in the same act.
    pub(crate) fn reset_password(&mut self, at: DateTime<Utc>, admin: &Person, from: &Place, target: &Person) {
        let correlation = self.plain_act(at, Actor::Person(admin, &from.address), "Reset user password", target);
        self.refresh_tokens(at + TimeDelta::seconds(1), admin, from, target, Some(correlation));
    }

    /// Sessions revoked; with a correlation it is only the side effect of another act.
    pub(crate) fn refresh_tokens(&mut self, at: DateTime<Utc>, admin: &Person, from: &Place, target: &Person, correlation: Option<String>) {
        let spelled = |time: DateTime<Utc>| format!("[\"{}\"]", time.format("%Y-%m-%dT%H:%M:%SZ"));
        let changes = vec![("StsRefreshTokensValidFrom", spelled(target.created), spelled(at))];
        let actor = Actor::Person(admin, &from.address);
        let activity = "Update StsRefreshTokenValidFrom Timestamp";
        self.act(&Act { changes, correlation, ..Act::new(at, actor, activity, "UserManagement", vec![Target::person(target)]) });
    }

    /// An account disabled or enabled.
    pub(crate) fn switch_account(&mut self, at: DateTime<Utc>, admin: &Person, from: &Place, target: &Person, enabled: bool) {
        let (activity, old, new) = if enabled { ("Enable account", "[false]", "[true]") } else { ("Disable account", "[true]", "[false]") };
        let changes = vec![("AccountEnabled", old.to_owned(), new.to_owned())];
        let actor = Actor::Person(admin, &from.address);
        self.act(&Act { changes, ..Act::new(at, actor, activity, "UserManagement", vec![Target::person(target)]) });
    }

    /// A person registers an authenticator app in the own security information: three acts of two services.
    pub(crate) fn register_authenticator(&mut self, at: DateTime<Utc>, person: &Person, address: &str, phone: &str) {
        let actor = Actor::Person(person, address);
        let target = || vec![Target::person(person)];
        let category = "UserManagement";
        let start = Act::new(at, actor, "User started security info registration", category, target());
        self.act(&Act {
            service: "Authentication Methods",
            operation: "Add",
            reason: "User started the registration for Authenticator App with Notification and Code",
            unified: false,
            ..start
        });
        let done = Act::new(at + TimeDelta::seconds(48), actor, "User registered security info", category, target());
        self.act(&Act {
            service: "Authentication Methods",
            operation: "Add",
            reason: "User registered Authenticator App with Notification and Code",
            unified: false,
            ..done
        });
        let (first, second) = (self.random.guid(), self.random.guid());
        let known =
            json!({"DeviceName": format!("iPhone of {}", person.name), "PhoneAppVersion": "6.8.30", "DeviceToken": "apns2-known", "Id": first});
        let added = json!({"DeviceName": phone, "PhoneAppVersion": "6.8.29", "DeviceToken": "gcm2-added", "Id": second});
        let (old, new) = (json!([known]).to_string(), json!([known, added]).to_string());
        let changes = vec![("StrongAuthenticationPhoneAppDetail", old, new)];
        let update =
            Act::new(at + TimeDelta::seconds(49), Actor::Service("Azure MFA StrongAuthenticationService"), "Update user", category, target());
        self.act(&Act { changes, ..update });
    }

    /// Somebody consents to an application for the own account: grant and consent in one correlation, without an address in the unified log.
    pub(crate) fn consent(&mut self, at: DateTime<Utc>, person: &Person, address: &str, principal: &Target, app_id: &str, scope: &str) {
        let actor = Actor::Person(person, address);
        let graph = Target::thing("ServicePrincipal", &self.tenant.graph_principal(), "Microsoft Graph");
        let changes = vec![
            ("DelegatedPermissionGrant.Scope", String::new(), format!("\"{scope}\"")),
            ("DelegatedPermissionGrant.ConsentType", String::new(), "\"Principal\"".to_owned()),
            ("ServicePrincipal.ObjectID", String::new(), format!("\"{}\"", principal.id)),
        ];
        let grant = Act::new(at, actor, "Add delegated permission grant", "ApplicationManagement", vec![graph.clone()]);
        let correlation = self.act(&Act { changes, operation: "Assign", ..grant });
        let permissions = format!(
            "\"[] => [[Id: {}, ClientId: {}, PrincipalId: {}, ResourceId: {}, ConsentType: Principal, Scope: {scope}]]; \"",
            self.random.hex(12),
            principal.id,
            person.id,
            graph.id
        );
        let changes = vec![
            ("ConsentContext.IsAdminConsent", String::new(), "\"False\"".to_owned()),
            ("ConsentContext.IsAppOnly", String::new(), "\"False\"".to_owned()),
            ("ConsentContext.OnBehalfOfAll", String::new(), "\"False\"".to_owned()),
            ("ConsentContext.Tags", String::new(), "\"WindowsAzureActiveDirectoryIntegratedApp\"".to_owned()),
            ("ConsentAction.Permissions", String::new(), permissions),
            ("TargetId.ServicePrincipalNames", String::new(), format!("\"{app_id}\"")),
        ];
        let consent = Act::new(at + TimeDelta::seconds(1), actor, "Consent to application", "ApplicationManagement", vec![principal.clone()]);
        self.act(&Act { changes, operation: "Assign", correlation: Some(correlation), ..consent });
    }

    /// A person joins a device to the directory: the registration and what the service writes for it, in one correlation.
    pub(crate) fn register_device(&mut self, at: DateTime<Utc>, person: &Person, address: &str, device: &Device) {
        let joined = Target::thing("Device", &device.object_id, &device.name);
        let service = Actor::Service("Device Registration Service");
        let agent = ("User-Agent", format!("Dsreg/10.0 (Windows {})", device.os_version));
        let build = ("DeviceOSVersion", device.os_version.to_owned());
        let add = Act::new(at, service, "Add device", "Device", vec![joined.clone()]);
        let changes = vec![
            ("DisplayName", "[]".to_owned(), format!("[\"{}\"]", device.name)),
            ("CloudDeviceOSVersion", "[]".to_owned(), format!("[\"{}\"]", device.os_version)),
            ("CloudAccountEnabled", "[]".to_owned(), "[true]".to_owned()),
        ];
        let correlation = self.act(&Act { changes, operation: "Add", details: vec![agent.clone()], ..add });
        for activity in ["Add registered users to device", "Add registered owner to device"] {
            let changes = vec![
                ("Device.ObjectID", String::new(), format!("\"{}\"", device.object_id)),
                ("Device.DisplayName", String::new(), format!("\"{}\"", device.name)),
            ];
            let link = Act::new(at + TimeDelta::seconds(1), service, activity, "Device", vec![Target::person(person), joined.clone()]);
            self.act(&Act { changes, operation: "Assign", correlation: Some(correlation.clone()), details: vec![agent.clone()], ..link });
        }
        let register = Act::new(at + TimeDelta::seconds(2), Actor::Person(person, address), "Register device", "Device", vec![joined]);
        let details = vec![
            ("Device Trust Type", "Azure AD join".to_owned()),
            ("Device Id", device.id.clone()),
            ("Device OS", device.os.to_owned()),
            build,
            agent,
        ];
        self.act(&Act {
            service: "Device Registration Service",
            operation: "Add",
            details,
            correlation: Some(correlation),
            unified: false,
            ..register
        });
    }
}
