//! MailItemsAccessed: one mail-access row per record and folder, one mail-item row per message of a bind.
//!
//! A bind lists the messages that were opened. A sync lists none: the folder as a whole was copied, and its name stands in `Item.ParentFolder`.

use super::content;
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::Place;
use crate::evidence::shape::field;
use crate::frame::{AuditEventRow, MailAccessRow, MailItemRow, Rows};

/// Pushes the rows, and completes the audit event with folder and number of messages.
pub(super) fn push(event: &mut AuditEventRow, data: &Object<'_>, id: &str, place: &Place<'_>, rows: &mut Rows) {
    let properties = data.get("operationproperties").and_then(|properties| properties.nested().ok());
    let property = |name| field::pair(properties.as_deref(), name);
    let access = field::lower(property("MailAccessType").or_else(|| data.get("parammailaccesstype")));
    let throttled = field::flag(property("IsThrottled").or_else(|| data.get("paramisthrottled")));
    let nested = data.get("folders").and_then(|folders| folders.nested().ok());
    let folders: Vec<&Object<'_>> = nested.as_deref().map(Value::elements).unwrap_or_default().iter().filter_map(Value::object).collect();
    let template = MailAccessRow {
        time: event.time,
        account: event.account.clone(),
        mailbox: event.mailbox.clone(),
        mailbox_id: event.mailbox_id.clone(),
        access,
        throttled,
        operation_count: field::int(data.get("operationcount")),
        address: event.address.clone(),
        client_info: event.client_info.clone(),
        app_id: event.app_id.clone(),
        client_app_id: event.client_app_id.clone(),
        session_id: event.session_id.clone(),
        token_id: event.token_id.clone(),
        logon_type: event.logon_type,
        external_access: event.external_access,
        actor_kind: event.actor_kind.clone(),
        ..MailAccessRow::default()
    };
    if folders.is_empty() {
        rows.mail_access.push(place.source, place.record, id, MailAccessRow { folder: event.folder.clone(), ..template });
        return;
    }
    let mut n_items = 0;
    for folder in &folders {
        let name = content::folder_name(folder);
        let listed = folder.get("folderitems").and_then(|items| items.nested().ok());
        let items: Vec<&Object<'_>> = listed.as_deref().map(Value::elements).unwrap_or_default().iter().filter_map(Value::object).collect();
        for item in &items {
            rows.mail_items.push(place.source, place.record, id, mail_item(event, item, name.as_ref()));
        }
        let messages = listed.as_ref().and_then(|_| i64::try_from(items.len()).ok());
        n_items += messages.unwrap_or_default();
        rows.mail_access.push(place.source, place.record, id, MailAccessRow { folder: name, messages, ..template.clone() });
    }
    event.items = Some(n_items);
    event.folder = event.folder.take().or_else(|| folders.iter().find_map(|folder| content::folder_name(folder)));
}

fn mail_item(event: &AuditEventRow, item: &Object<'_>, folder: Option<&String>) -> MailItemRow {
    MailItemRow {
        time: event.time,
        account: event.account.clone(),
        mailbox: event.mailbox.clone(),
        folder: folder.cloned(),
        message_id: field::text(item.get("internetmessageid")),
        subject: field::text(item.get("subject")),
        size: field::int(item.get("sizeinbytes")),
        session_id: event.session_id.clone(),
        address: event.address.clone(),
        client_app_id: event.client_app_id.clone(),
    }
}
