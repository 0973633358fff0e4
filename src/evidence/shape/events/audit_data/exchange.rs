//! Exchange administration (record type 1): whose mailbox or which object a cmdlet changed.

use crate::evidence::container::value::Object;
use crate::evidence::shape::field::{self, identity};
use crate::frame::AuditEventRow;

/// Nouns of cmdlets that act on one mailbox.
const MAILBOX_NOUNS: &[&str] = &["inboxrule", "mailbox", "recipientpermission", "sweeprule", "calendarprocessing"];
/// Nouns that contain "mailbox" and act on something else.
const OTHER_NOUNS: &[&str] = &["mailboxplan", "mailboxserver", "mailboxdatabase", "owamailboxpolicy", "mobiledevicemailboxpolicy"];

/// Fills `object`, `mailbox`, `target` and `target_kind`.
pub(super) fn fill(row: &mut AuditEventRow, data: &Object<'_>) {
    row.object = field::text(data.get("objectid"));
    let object = row.object.as_deref().unwrap_or_default();
    let noun = row.operation.as_deref().and_then(|operation| operation.split_once('-')).map_or("", |(_, noun)| noun);
    let on_mailbox = MAILBOX_NOUNS.iter().any(|part| noun.contains(part)) && !OTHER_NOUNS.contains(&noun);
    if !on_mailbox {
        row.target = Some(name_of_object(object).to_owned());
        row.target_kind = (!noun.is_empty()).then(|| noun.to_owned());
        return;
    }
    let parameters = data.get("parameters").and_then(|parameters| parameters.nested().ok());
    let parameter = |name| field::pair(parameters.as_deref(), name).and_then(|value| field::some_text(Some(value)));
    let named = [parameter("Mailbox"), parameter("Identity"), field::some_text(data.get("modifiedobjectresolvedname"))];
    let upn = named.into_iter().flatten().find_map(|name| {
        let name = mailbox_of(&name);
        identity::is_upn(name).then(|| identity::account(name))
    });
    let mailbox = upn.unwrap_or_else(|| of_actor(mailbox_of(object), row));
    if identity::is_guid(&mailbox) {
        row.target_id = Some(mailbox.clone());
    }
    row.target = Some(mailbox.clone());
    row.mailbox = Some(mailbox);
    row.target_kind = Some("mailbox".into());
    row.folder = folder_of(parameter("Identity").as_deref().unwrap_or(object)).map(str::to_owned).or(row.folder.take());
}

/// The mailbox in `DATABASE/Hosted Organizations/tenant/<mailbox>\<rule>`, `<mailbox>\<rule>` and `<mailbox>:\<folder>`: what stands between the
/// last `/` and the first `\`. Rule names may hold either sign, so the first `\` is looked for first.
fn mailbox_of(object: &str) -> &str {
    let head = object.split_once('\\').map_or(object, |(head, _)| head);
    let head = head.rsplit_once('/').map_or(head, |(_, tail)| tail);
    head.trim_end_matches(':').trim()
}

/// `user@contoso.example:\Calendar` → `\Calendar`.
fn folder_of(object: &str) -> Option<&str> {
    object.split_once(":\\").map(|(head, _)| object.get(head.len() + 1..).unwrap_or_default())
}

/// The object's own name: after the first `\`, else the last part of the path.
fn name_of_object(object: &str) -> &str {
    object.split_once('\\').map_or_else(|| object.rsplit('/').next().unwrap_or(object), |(_, name)| name).trim()
}

/// An alias or object id of the actor's own mailbox is told as the actor, so that people's work on their own mailbox needs no mailbox list.
fn of_actor(mailbox: &str, row: &AuditEventRow) -> String {
    let account = row.account.as_deref().unwrap_or_default();
    let local_part = account.split('@').next().unwrap_or_default();
    let is_own_alias = account.contains('@') && mailbox.eq_ignore_ascii_case(local_part);
    let is_own_id = row.account_id.as_deref().is_some_and(|id| !id.is_empty() && id.eq_ignore_ascii_case(mailbox));
    if is_own_alias || is_own_id { account.to_owned() } else { mailbox.to_lowercase() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::container::value::Value;

    #[test]
    fn paths_give_the_mailbox() {
        for (object, mailbox) in [
            ("joey\\Financial Reporting", "joey"),
            ("joey\\ ", "joey"),
            ("EUR.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/contoso.onmicrosoft.com/A.Lima\\.", "A.Lima"),
            ("EUR.PROD.OUTLOOK.COM/x/f757cb79-dd91-4555-a45e-520c2525d932\\a/b\\c", "f757cb79-dd91-4555-a45e-520c2525d932"),
            ("ana@contoso.example:\\Calendar", "ana@contoso.example"),
            ("ana@contoso.example", "ana@contoso.example"),
            ("", ""),
        ] {
            assert_eq!(mailbox_of(object), mailbox, "{object}");
        }
        assert_eq!(folder_of("ana@contoso.example:\\Calendar"), Some("\\Calendar"));
        assert_eq!(name_of_object("contoso.onmicrosoft.com\\Admin Audit Log Settings"), "Admin Audit Log Settings");
    }

    #[test]
    fn own_alias_is_the_actor() {
        let row = AuditEventRow { account: Some("ana@contoso.example".into()), ..AuditEventRow::default() };
        assert_eq!(of_actor("Ana", &row), "ana@contoso.example");
        assert_eq!(of_actor("Bo", &row), "bo");
    }

    #[test]
    fn parameters_that_are_text_do_not_panic() {
        let data: Value<'_> =
            serde_json::from_str(r#"{"ObjectId":"a\\b","Parameters":"[{\"Name\":\"Mailbox\",\"Value\":\"ana@contoso.example\"}]"}"#)
                .expect("test JSON");
        let mut row = AuditEventRow { operation: Some("new-inboxrule".into()), ..AuditEventRow::default() };
        fill(&mut row, data.object().expect("object"));
        assert_eq!(row.mailbox.as_deref(), Some("ana@contoso.example"));
    }
}
