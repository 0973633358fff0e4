//! Mail in Defender's hunting tables: `EmailEvents`, `EmailPostDeliveryEvents`, `EmailAttachmentInfo` and `EmailUrlInfo`.

use super::mail_flow::{self, Fields, HUNTING_TIME, NO_FIELDS, feed};
use crate::evidence::container::value::Object;
use crate::evidence::shape::field;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::Rows;

/// Messages as they passed Defender.
pub(super) const HUNTING_EMAIL: Shape = Shape {
    id: "hunting_email",
    title: "Mail in Defender (EmailEvents)",
    made_by: "Defender advanced hunting or streaming API: EmailEvents; Sentinel",
    claims: |record| {
        is_mail(record) && ["emaildirection", "senderfromaddress", "sendermailfromaddress"].iter().any(|name| record.has(name)) && !is_part(record)
    },
    read: |record, place, rows| mail_flow::read(record, feed::DEFENDER, &MESSAGE, place, rows),
};

/// What was done with a message after delivery, and its attachments and links.
pub(super) const HUNTING_EMAIL_PARTS: Shape = Shape {
    id: "hunting_email_parts",
    title: "Attachments, links and later actions on mail in Defender",
    made_by: "Defender advanced hunting or streaming API: EmailPostDeliveryEvents, EmailAttachmentInfo, EmailUrlInfo; Sentinel",
    claims: |record| is_mail(record) && is_part(record),
    read: read_part,
};

fn is_mail(record: &Object<'_>) -> bool {
    record.has("networkmessageid") && record.any(HUNTING_TIME).is_some() && !record.has("alertid") && !record.has("accountupn")
}

fn is_part(record: &Object<'_>) -> bool {
    record.has("actiontrigger") || record.has("urldomain") || (record.has("filename") && (record.has("sha256") || record.has("filetype")))
}

const MESSAGE: Fields = Fields {
    time: HUNTING_TIME,
    sender: &["senderfromaddress", "sendermailfromaddress"],
    recipient: &["recipientemailaddress"],
    subject: &["subject"],
    message_id: &["internetmessageid"],
    network_id: &["networkmessageid"],
    status: &["deliveryaction"],
    direction: &["emaildirection"],
    address: &["senderipv4", "senderipv6"],
    size: &["emailsize"],
    attachments: &["attachmentcount"],
    details: &[
        "sendermailfromaddress",
        "deliverylocation",
        "threattypes",
        "threatnames",
        "detectionmethods",
        "authenticationdetails",
        "urlcount",
        "exchangetransportrule",
        "forwardinginformation",
        "userlevelaction",
        "orglevelaction",
        "isfirstcontact",
    ],
    ..NO_FIELDS
};

const PART: Fields = Fields {
    time: HUNTING_TIME,
    sender: &["senderfromaddress"],
    recipient: &["recipientemailaddress"],
    message_id: &["internetmessageid"],
    network_id: &["networkmessageid"],
    event: &["action", "actiontype"],
    size: &["filesize"],
    attachments: &["filename", "url"],
    details: &[
        "deliverylocation",
        "actiontrigger",
        "actionresult",
        "threattypes",
        "threatnames",
        "detectionmethods",
        "sha256",
        "filetype",
        "urldomain",
        "urllocation",
    ],
    ..NO_FIELDS
};

fn read_part(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let mut row = mail_flow::row(record, feed::DEFENDER, &PART, place)?;
    if field::some_text(record.get("action")).is_none() {
        row.event = [("url", "url"), ("filename", "attachment")].into_iter().find(|(name, _)| record.has(name)).map(|(_, event)| event.to_owned());
    }
    rows.messages.push(place.source, place.record, "", row);
    Ok(())
}
