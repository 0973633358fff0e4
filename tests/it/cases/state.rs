//! Exports of how things stood when the evidence was collected: users, devices, methods, mailboxes, rules, permissions, grants, policies.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::directory::Target;
use super::tenant::{Device, Kind, MICROSOFT_TENANT, Person};
use super::world::World;
use super::writer::{File, pretty};

/// A Graph page.
pub(crate) fn page(context: &str, objects: &[Value]) -> Value {
    json!({"@odata.context": format!("https://graph.microsoft.com/v1.0/$metadata#{context}"), "value": objects})
}

/// The state exports of a case, with what the story changed.
#[derive(Default)]
pub(crate) struct Snapshot<'a> {
    /// Rules beside the innocent one.
    pub rules: Vec<Value>,
    /// Mailbox alias and forwarding address.
    pub forwarding: Vec<(&'a str, &'a str)>,
    /// Mailbox alias and delegate alias.
    pub delegates: Vec<(&'a str, &'a str)>,
    pub grants: Vec<Value>,
    pub principals: Vec<Value>,
    pub devices: Vec<(&'a Device, &'a Person)>,
    pub disabled: Vec<&'a str>,
    /// Aliases that the MFA policy excludes, and when that was last edited.
    pub excluded: Vec<&'a str>,
    pub policy_edited: Option<&'a str>,
    /// Shared mailboxes whose account was switched on.
    pub enabled: Vec<&'a str>,
}

impl Snapshot<'_> {
    /// The files, below `folder`.
    pub(crate) fn files(&self, world: &World, folder: &str) -> Vec<File> {
        let rules: Vec<Value> = newsletter_rule(world).into_iter().chain(self.rules.iter().cloned()).collect();
        let mut users = world.users(&self.disabled);
        for alias in &self.enabled {
            let id = world.tenant.person(alias).id;
            for user in users["value"].as_array_mut().into_iter().flatten().filter(|user| user["id"] == json!(id)) {
                user["accountEnabled"] = json!(true);
            }
        }
        [
            ("InboxRules", json!(rules)),
            ("Mailboxes", world.mailboxes(&self.forwarding)),
            ("MailboxPermissions", world.mailbox_permissions(&self.delegates)),
            ("OAuthGrants", world.grants(&self.grants)),
            ("ServicePrincipals", world.service_principals(&self.principals)),
            ("Devices", world.devices(&self.devices)),
            ("Users", users),
            ("ConditionalAccess", world.policies(&self.excluded, self.policy_edited)),
        ]
        .into_iter()
        .map(|(name, value)| pretty(&format!("{folder}/{name}.json"), &value))
        .collect()
    }
}

impl World {
    /// `/users`, with those accounts disabled that the story disabled.
    pub(crate) fn users(&self, disabled: &[&str]) -> Value {
        let users: Vec<Value> = self
            .tenant
            .people
            .iter()
            .map(|person| {
                let alias = person.upn.split('@').next().unwrap_or("");
                json!({
                    "id": person.id, "userPrincipalName": person.upn, "displayName": person.name, "mail": person.upn, "jobTitle": person.title,
                    "accountEnabled": person.kind != Kind::Shared && !disabled.contains(&alias), "userType": "Member",
                    "createdDateTime": person.created.format("%Y-%m-%dT%H:%M:%SZ").to_string(), "onPremisesSyncEnabled": null, "usageLocation": "DE",
                    "proxyAddresses": [format!("SMTP:{}", person.upn)],
                })
            })
            .collect();
        page("users", &users)
    }

    /// `/devices?$expand=registeredOwners`: the known laptops and `extra` ones with their owners.
    pub(crate) fn devices(&self, extra: &[(&Device, &Person)]) -> Value {
        let known = self.tenant.people.iter().filter_map(|person| person.laptop.as_ref().map(|laptop| (laptop, person)));
        let last = self.tenant.last_day.and_hms_opt(6, 30, 0).expect("06:30 exists").and_utc();
        let devices: Vec<Value> = known
            .chain(extra.iter().copied())
            .map(|(device, owner)| {
                let registered = device.registered.format("%Y-%m-%dT%H:%M:%SZ").to_string();
                json!({
                    "id": device.object_id, "deviceId": device.id, "displayName": device.name, "operatingSystem": device.os,
                    "operatingSystemVersion": device.os_version, "accountEnabled": true, "isCompliant": device.compliant, "isManaged": device.compliant,
                    "trustType": if device.trust == "Azure AD joined" { "AzureAd" } else { "Workplace" }, "profileType": "RegisteredDevice",
                    "registrationDateTime": registered, "createdDateTime": registered,
                    "approximateLastSignInDateTime": last.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
                    "registeredOwners": [{"id": owner.id, "userPrincipalName": owner.upn, "displayName": owner.name}],
                })
            })
            .collect();
        page("devices(registeredOwners())", &devices)
    }

    /// `/users/{id}/authentication/methods`: password, authenticator, and what else the person has.
    pub(crate) fn methods(person: &Person, extra: &[Value]) -> Value {
        let id = person.id.replace('-', "").chars().rev().collect::<String>();
        let id = format!("{}-{}-4{}-8{}-{}", &id[..8], &id[8..12], &id[13..16], &id[17..20], &id[20..]);
        let mut methods = vec![
            json!({"@odata.type": "#microsoft.graph.passwordAuthenticationMethod", "id": "28c10230-6103-485e-b985-444c60001490", "password": null, "createdDateTime": person.created.format("%Y-%m-%dT%H:%M:%SZ").to_string()}),
            json!({"@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod", "id": id, "displayName": format!("iPhone of {}", person.name), "deviceTag": "SoftwareTokenActivated", "phoneAppVersion": "6.8.30", "createdDateTime": null}),
        ];
        methods.extend(extra.iter().cloned());
        page(&format!("users('{}')/authentication/methods", person.id), &methods)
    }

    /// `Get-Mailbox`: everybody, with a forwarding address where the story set one.
    pub(crate) fn mailboxes(&self, forwarding: &[(&str, &str)]) -> Value {
        let mailboxes: Vec<Value> = self
            .tenant
            .people
            .iter()
            .map(|person| {
                let alias = person.upn.split('@').next().unwrap_or("");
                let forward = forwarding.iter().find(|(owner, _)| *owner == alias).map(|(_, address)| format!("smtp:{address}"));
                json!({
                    "UserPrincipalName": person.upn, "DisplayName": person.name, "PrimarySmtpAddress": person.upn, "Identity": person.name,
                    "RecipientTypeDetails": if person.kind == Kind::Shared { "SharedMailbox" } else { "UserMailbox" },
                    "ExchangeGuid": person.mailbox, "ExternalDirectoryObjectId": person.id, "ForwardingAddress": null,
                    "ForwardingSmtpAddress": forward, "DeliverToMailboxAndForward": forward.is_some(), "HiddenFromAddressListsEnabled": false,
                    "AuditEnabled": true, "AuditLogAgeLimit": "90.00:00:00", "LitigationHoldEnabled": false, "AccountDisabled": person.kind == Kind::Shared,
                    "IsShared": person.kind == Kind::Shared, "GrantSendOnBehalfTo": [], "EmailAddresses": [format!("SMTP:{}", person.upn)],
                    "WhenMailboxCreated": (person.created + TimeDelta::minutes(4)).format("%Y-%m-%dT%H:%M:%S.0000000+00:00").to_string(),
                })
            })
            .collect();
        json!(mailboxes)
    }

    /// `Get-MailboxPermission`: the owner of each mailbox, and delegates.
    pub(crate) fn mailbox_permissions(&self, delegates: &[(&str, &str)]) -> Value {
        let mut rows = Vec::new();
        for person in &self.tenant.people {
            rows.push(json!({"Identity": person.upn, "User": "NT AUTHORITY\\SELF", "AccessRights": ["FullAccess, ReadPermission"], "Deny": false, "IsInherited": false, "InheritanceType": "All"}));
        }
        for (mailbox, reader) in delegates {
            let (mailbox, reader) = (self.tenant.person(mailbox), self.tenant.person(reader));
            rows.push(json!({"Identity": mailbox.upn, "User": reader.upn, "UserSid": reader.sid, "AccessRights": ["FullAccess"], "Deny": false, "IsInherited": false, "InheritanceType": "All"}));
        }
        json!(rows)
    }

    /// `/oauth2PermissionGrants`: the company's application and what the story adds.
    pub(crate) fn grants(&self, extra: &[Value]) -> Value {
        let adopted = json!({
            "id": format!("VsVRpe{}", self.tenant.adopted().1.replace('-', "")), "clientId": self.tenant.adopted().1, "consentType": "AllPrincipals", "principalId": null,
            "resourceId": self.tenant.graph_principal(), "scope": " User.Read openid profile",
        });
        let grants: Vec<Value> = std::iter::once(adopted).chain(extra.iter().cloned()).collect();
        page("oauth2PermissionGrants", &grants)
    }

    /// `/servicePrincipals`.
    pub(crate) fn service_principals(&self, extra: &[Value]) -> Value {
        let (app, object) = self.tenant.adopted();
        let publisher = "5d2c1f0a-7c51-4b1e-9a63-2f0e6c1d4b77";
        let all: Vec<Value> = [
            json!({
                "id": self.tenant.graph_principal(), "appId": "00000003-0000-0000-c000-000000000000", "displayName": "Microsoft Graph", "accountEnabled": true,
                "appOwnerOrganizationId": MICROSOFT_TENANT, "servicePrincipalType": "Application", "publisherName": "Microsoft Services",
                "verifiedPublisher": {"displayName": null, "verifiedPublisherId": null, "addedDateTime": null}, "replyUrls": [], "tags": [],
                "keyCredentials": [], "passwordCredentials": [], "createdDateTime": "2023-02-11T08:00:00Z",
            }),
            json!({
                "id": object, "appId": app, "displayName": "Northwind Time Tracking", "accountEnabled": true, "appOwnerOrganizationId": publisher,
                "servicePrincipalType": "Application", "publisherName": "Northwind Software",
                "verifiedPublisher": {"displayName": "Northwind Software", "verifiedPublisherId": "4410982", "addedDateTime": "2024-01-15T10:00:00Z"},
                "replyUrls": ["https://time.northwind.example/signin"], "homepage": "https://time.northwind.example/", "tags": ["WindowsAzureActiveDirectoryIntegratedApp"],
                "keyCredentials": [], "passwordCredentials": [], "createdDateTime": self.tenant.first_day.and_hms_opt(12, 20, 12).expect("12:20:12 exists").and_utc().format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            }),
        ]
        .into_iter()
        .chain(extra.iter().cloned())
        .collect();
        page("servicePrincipals", &all)
    }

    /// `/identity/conditionalAccess/policies`: MFA for everybody, with exclusions, and a block of legacy authentication.
    pub(crate) fn policies(&self, excluded: &[&str], modified: Option<&str>) -> Value {
        let excluded: Vec<String> = excluded.iter().map(|alias| self.tenant.person(alias).id).collect();
        let users = |excluded: &[String]| {
            json!({"includeUsers": ["All"], "excludeUsers": excluded, "includeGroups": [], "excludeGroups": [], "includeRoles": [], "excludeRoles": [],
                "includeGuestsOrExternalUsers": null, "excludeGuestsOrExternalUsers": null})
        };
        let conditions = |excluded: &[String], clients: &[&str]| {
            json!({"users": users(excluded), "applications": {"includeApplications": ["All"], "excludeApplications": [], "includeUserActions": []},
                "clientAppTypes": clients, "platforms": null, "locations": null, "signInRiskLevels": [], "userRiskLevels": [], "devices": null, "authenticationFlows": null})
        };
        let controls = |control: &str| json!({"operator": "OR", "builtInControls": [control], "customAuthenticationFactors": [], "termsOfUse": [], "authenticationStrength": null});
        page(
            "identity/conditionalAccess/policies",
            &[
                json!({"id": self.tenant.policy, "templateId": null, "displayName": "Require MFA for all users", "createdDateTime": "2024-03-04T09:12:44.1882951Z",
                    "modifiedDateTime": modified, "state": "enabled", "conditions": conditions(&excluded, &["all"]), "grantControls": controls("mfa"), "sessionControls": null}),
                json!({"id": format!("1c5a{}", &self.tenant.policy[4..]), "templateId": null, "displayName": "Block legacy authentication", "createdDateTime": "2024-03-04T09:20:02.5119204Z",
                    "modifiedDateTime": null, "state": "enabledForReportingButNotEnforced", "conditions": conditions(&[], &["exchangeActiveSync", "other"]),
                    "grantControls": controls("block"), "sessionControls": null}),
            ],
        )
    }
}

/// A `Get-InboxRule` object. `number` is the rule id, which may need all 64 bits.
pub(crate) fn inbox_rule(owner: &Person, name: &str, number: u64, priority: u32, extra: &Value) -> Value {
    let mut rule = json!({
        "Identity": format!("{}\\{number}", owner.mailbox), "RuleIdentity": number, "Name": name, "Enabled": true, "InError": false, "ErrorType": "None",
        "Priority": priority, "SupportedByTask": true, "Legacy": false, "MailboxOwnerId": owner.mailbox, "IsValid": true, "ObjectState": "Unchanged",
    });
    if let (Some(rule), Some(extra)) = (rule.as_object_mut(), extra.as_object()) {
        rule.extend(extra.clone());
    }
    rule
}

/// The rule that the routine's tidy colleague made.
pub(crate) fn newsletter_rule(world: &World) -> Option<Value> {
    let owner = world.tenant.people.iter().rfind(|person| person.kind == Kind::Employee)?;
    let action = json!({
        "From": ["\"Northwind News\" [SMTP:newsletter@northwind.example]"], "MoveToFolder": "Newsletters",
        "Description": "If the message:\r\n\tthe message was received from 'Northwind News'\r\nTake the following actions:\r\n\tmove the message to folder 'Newsletters'\r\n",
    });
    Some(inbox_rule(owner, "Newsletters", 4_561_233_110_666_051_585, 1, &action))
}

/// A service principal of an application that somebody consented to.
pub(crate) fn foreign_principal(target: &Target, app_id: &str, owner_tenant: &str, publisher: &str, reply: &str, created: &str) -> Value {
    json!({
        "id": target.id, "appId": app_id, "displayName": target.name, "accountEnabled": true, "appOwnerOrganizationId": owner_tenant,
        "servicePrincipalType": "Application", "publisherName": publisher,
        "verifiedPublisher": {"displayName": null, "verifiedPublisherId": null, "addedDateTime": null}, "replyUrls": [reply], "homepage": null,
        "tags": ["WindowsAzureActiveDirectoryIntegratedApp"], "keyCredentials": [], "passwordCredentials": [], "createdDateTime": created,
    })
}
