//! Messages in quarantine.

use super::mail_flow::{self, Fields, NO_FIELDS, feed};
use crate::evidence::shape::Shape;

/// `Get-QuarantineMessage`.
pub(super) const QUARANTINE_MESSAGES: Shape = Shape {
    id: "quarantine_messages",
    title: "Messages in quarantine",
    made_by: "Get-QuarantineMessage; Defender portal: quarantine, export",
    claims: |record| {
        record.has("receivedtime")
            && record.has("senderaddress")
            && (record.has("quarantinetypes") || record.has("releasestatus") || record.has("quarantinereason"))
    },
    read: |record, place, rows| mail_flow::read(record, feed::QUARANTINE, &FIELDS, place, rows),
};

const FIELDS: Fields = Fields {
    time: &["receivedtime"],
    sender: &["senderaddress"],
    recipient: &["recipientaddress"],
    subject: &["subject"],
    message_id: &["messageid"],
    network_id: &["networkmessageid"],
    status: &["releasestatus"],
    direction: &["direction"],
    size: &["size"],
    details: &["type", "quarantinetypes", "policytype", "policyname", "released", "releasedby", "releaseduser", "expires", "identity"],
    ..NO_FIELDS
};
