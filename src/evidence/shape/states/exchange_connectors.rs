//! Connectors: by which servers mail comes in and by which it goes out. An outbound connector to a foreign host takes all mail along with it, and an
//! inbound connector lets a foreign host send as the tenant; both outlive every password.

use super::policy::{self, Setting};
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::Rows;

pub(super) const SHAPE: Shape = Shape {
    id: "exchange_connectors",
    title: "Connectors (Get-InboundConnector, Get-OutboundConnector)",
    made_by: "Get-InboundConnector, Get-OutboundConnector | ConvertTo-Json or Export-Csv; Exchange Online REST; Goose EXO_InboundConnector.json",
    claims,
    read,
};

fn enabled(record: &Object<'_>) -> Option<String> {
    policy::switch(record, &["enabled"])
}

const KINDS: &[Setting] = &[
    Setting {
        kind: "outbound-connector",
        told_by: &[&["smarthosts"], &["usemxrecord"], &["recipientdomains", "connectortype"], &["istransportrulescoped", "name"]],
        state: enabled,
        named_by: policy::NAMES,
    },
    Setting {
        kind: "inbound-connector",
        told_by: &[&["senderdomains", "connectortype"], &["senderipaddresses", "connectortype"], &["tlssendercertificatename", "connectortype"]],
        state: enabled,
        named_by: policy::NAMES,
    },
];

fn claims(record: &Object<'_>) -> bool {
    // Transport rules and audit records speak of connectors too.
    Setting::of(record, KINDS).is_some() && !record.has("operation") && !record.has("ruleerroraction") && !record.has("auditdata")
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    Setting::of(record, KINDS).map_or_else(|| Err(super::cell::missing("connector without its direction")), |kind| kind.push(record, place, rows))
}
