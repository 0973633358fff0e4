//! Whether Teams talks to strangers and SharePoint shares with them.

use super::cell;
use super::policy::{self, Setting};
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::Rows;

pub(super) const SHAPE: Shape = Shape {
    id: "collaboration_settings",
    title: "Teams external access and SharePoint sharing",
    made_by: "Get-CsTenantFederationConfiguration, Get-CsExternalAccessPolicy; Get-SPOTenant, Graph /admin/sharepoint/settings",
    claims,
    read,
};

const KINDS: &[Setting] = &[
    Setting {
        kind: "teams-access",
        told_by: &[&["allowfederatedusers"]],
        state: |record| policy::switch(record, &["allowfederatedusers"]),
        named_by: policy::NAMES,
    },
    Setting {
        kind: "teams-access",
        told_by: &[&["enablefederationaccess"]],
        state: |record| policy::switch(record, &["enablefederationaccess"]),
        named_by: policy::NAMES,
    },
    Setting {
        kind: "sharing",
        told_by: &[&["sharingcapability", "defaultsharinglinktype"], &["sharingcapability", "sharingdomainrestrictionmode"]],
        state: |record| cell::text(record, &["sharingcapability"]),
        named_by: policy::NAMES,
    },
];

fn claims(record: &Object<'_>) -> bool {
    Setting::of(record, KINDS).is_some() && !record.has("operation") && !record.has("auditdata")
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    Setting::of(record, KINDS).map_or_else(|| Err(cell::missing("setting without its value")), |kind| kind.push(record, place, rows))
}
