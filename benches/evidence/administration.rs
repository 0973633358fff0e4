//! What administrators do, and what people change themselves: cmdlets of Exchange and changes of the directory.

use super::Random;
use super::audit::{APPLICATIONS, add, with_port};
use super::tenant::{Presence, TENANT_ID};

/// A cmdlet on the person's own mailbox.
pub(super) fn cmdlet(presence: &Presence<'_>, operation: &str, random: &mut Random, json: &mut String) {
    let upn = &presence.person.upn;
    let rule = random.below(1_000_000);
    let address = with_port(presence.address, random);
    add(
        json,
        format_args!(
            r#","ClientIP":"{address}","ObjectId":"EURPR07A010.PROD.EXAMPLE/Microsoft Exchange Hosted Organizations/contoso.example/{0}\\{rule}","UserId":"{upn}","AppId":"{1}","ClientAppId":"","ExternalAccess":false,"OrganizationName":"contoso.example","OriginatingServer":"AM0PR07MB{2} (15.20.8466.016)","SessionId":"{3}","Parameters":["#,
            presence.person.id,
            APPLICATIONS[0],
            random.below(400) + 5_000,
            presence.session,
        ),
    );
    match operation {
        "Set-Mailbox" => add(json, format_args!(r#"{{"Name":"Identity","Value":"{upn}"}},{{"Name":"Languages","Value":"de-DE"}}"#)),
        "Add-MailboxPermission" => add(
            json,
            format_args!(
                r#"{{"Name":"Identity","Value":"{upn}"}},{{"Name":"User","Value":"otto.weiss56@contoso.example"}},{{"Name":"AccessRights","Value":"ReadPermission"}}"#
            ),
        ),
        _ if presence.is_attacker => add(
            json,
            format_args!(
                r#"{{"Name":"AlwaysDeleteOutlookRulesBlob","Value":"False"}},{{"Name":"Force","Value":"False"}},{{"Name":"Name","Value":".."}},{{"Name":"SubjectOrBodyContainsWords","Value":"invoice;payment;Rechnung"}},{{"Name":"MarkAsRead","Value":"True"}},{{"Name":"DeleteMessage","Value":"True"}},{{"Name":"StopProcessingRules","Value":"True"}}"#
            ),
        ),
        _ => add(
            json,
            format_args!(
                r#"{{"Name":"AlwaysDeleteOutlookRulesBlob","Value":"False"}},{{"Name":"Force","Value":"False"}},{{"Name":"Name","Value":"Newsletter {rule}"}},{{"Name":"From","Value":"news@fabrikam.example"}},{{"Name":"MoveToFolder","Value":"Newsletter für später"}},{{"Name":"StopProcessingRules","Value":"False"}}"#
            ),
        ),
    }
    json.push(']');
}

/// A directory change by `actor`.
pub(super) fn directory(presence: &Presence<'_>, actor: &str, operation: &str, random: &mut Random, json: &mut String) {
    let (person, target) = (presence.person, random.guid());
    add(
        json,
        format_args!(
            r#","ClientIP":"","ObjectId":"{0}","UserId":"{actor}","AzureActiveDirectoryEventType":1,"ExtendedProperties":[{{"Name":"additionalDetails","Value":"{{\"User-Agent\":\"Mozilla/5.0\",\"AppId\":\"{1}\"}}"}},{{"Name":"extendedAuditEventCategory","Value":"User"}}],"ModifiedProperties":["#,
            person.upn, APPLICATIONS[4]
        ),
    );
    json.push_str(match operation {
        "Consent to application." => {
            r#"{"Name":"ConsentContext.IsAdminConsent","NewValue":"False","OldValue":""},{"Name":"ConsentContext.OnBehalfOfAll","NewValue":"False","OldValue":""},{"Name":"ConsentAction.Permissions","NewValue":"[] => [[Id: x, ClientId: 33333333-3333-4333-8333-333333333333, PrincipalId: 55555555-5555-4555-8555-555555555555, ConsentType: Principal, Scope:  openid profile offline_access User.Read, CreatedDateTime: , LastModifiedDateTime ]]; ","OldValue":""}"#
        }
        "Update user." => {
            r#"{"Name":"Department","NewValue":"[\r\n  \"Einkauf\"\r\n]","OldValue":"[\r\n  \"Büro\"\r\n]"},{"Name":"Included Updated Properties","NewValue":"Department","OldValue":""}"#
        }
        "Update device." => r#"{"Name":"DeviceOSVersion","NewValue":"[\r\n  \"10.0.26100.3323\"\r\n]","OldValue":"[\r\n  \"10.0.26100.3194\"\r\n]"}"#,
        _ => r#"{"Name":"Group.DisplayName","NewValue":"Projekt Süd","OldValue":""}"#,
    });
    add(
        json,
        format_args!(
            r#"],"Actor":[{{"ID":"{actor}","Type":5}},{{"ID":"10033FFF80D15ECF","Type":3}},{{"ID":"18ed3507-a475-4ccb-b669-d66bc9f2a36e","Type":2}},{{"ID":"User","Type":2}}],"ActorContextId":"{TENANT_ID}","InterSystemsId":"{1}","IntraSystemId":"{2}","SupportTicketId":"","Target":[{{"ID":"User_{target}","Type":2}},{{"ID":"{target}","Type":2}},{{"ID":"User","Type":2}},{{"ID":"{0}","Type":5}}],"TargetContextId":"{TENANT_ID}""#,
            person.upn,
            random.guid(),
            random.guid()
        ),
    );
}
