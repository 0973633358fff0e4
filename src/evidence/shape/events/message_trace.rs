//! Message trace: `Get-MessageTrace`, `Get-MessageTraceV2`, the reporting web service, and what collectors make of them.

use super::mail_flow::{self, Fields, NO_FIELDS, feed};
use crate::evidence::shape::Shape;

/// One row per message and recipient.
pub(super) const MESSAGE_TRACE: Shape = Shape {
    id: "message_trace",
    title: "Message trace (per recipient)",
    made_by: "Get-MessageTrace, Get-MessageTraceV2; Office 365 reporting web service; Microsoft-Extractor-Suite MessageTrace, MTL; Hawk Message_Trace",
    claims: |record| {
        record.has("received")
            && (record.has("messagetraceid") || record.has("messageid"))
            && record.has("senderaddress")
            && record.has("recipientaddress")
    },
    read: |record, place, rows| mail_flow::read(record, feed::TRACE, &TRACE, place, rows),
};

/// One row per event of a traced message.
pub(super) const MESSAGE_TRACE_DETAIL: Shape = Shape {
    id: "message_trace_detail",
    title: "Message trace (events of one message)",
    made_by: "Get-MessageTraceDetail, Get-MessageTraceDetailV2",
    claims: |record| {
        record.has("messagetraceid")
            && record.has("event")
            && !record.has("received")
            && (record.has("detail") || record.has("action") || record.has("data"))
    },
    read: |record, place, rows| mail_flow::read(record, feed::TRACKING, &DETAIL, place, rows),
};

const TRACE: Fields = Fields {
    time: &["received"],
    sender: &["senderaddress"],
    recipient: &["recipientaddress"],
    subject: &["subject"],
    message_id: &["messageid"],
    network_id: &["messagetraceid"],
    status: &["status"],
    address: &["fromip"],
    to_address: &["toip"],
    size: &["size"],
    ..NO_FIELDS
};

const DETAIL: Fields = Fields {
    time: &["date"],
    sender: &["senderaddress"],
    recipient: &["recipientaddress"],
    message_id: &["messageid"],
    network_id: &["messagetraceid"],
    event: &["event"],
    details: &["action", "detail", "data"],
    ..NO_FIELDS
};
