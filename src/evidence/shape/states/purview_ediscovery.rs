//! eDiscovery cases, searches and their actions as they stood: a search for "password" over all mailboxes is a harvest.

use super::cell;
use super::policy::{self, Setting};
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::Rows;

pub(super) const SHAPE: Shape = Shape {
    id: "purview_ediscovery",
    title: "eDiscovery cases and searches",
    made_by: "Get-ComplianceCase, Get-ComplianceSearch, Get-ComplianceSearchAction; Graph /security/cases/ediscoveryCases and their searches",
    claims,
    read,
};

const KINDS: &[Setting] = &[
    Setting {
        kind: "ediscovery-search",
        told_by: &[
            &["contentmatchquery"],
            &["contentquery", "datasourcescopes"],
            &["searchname", "action", "runby"],
            &["searchname", "action", "jobendtime"],
        ],
        state: |record| cell::text(record, &["status"]),
        named_by: policy::NAMES,
    },
    Setting {
        kind: "ediscovery-case",
        told_by: &[
            &["casetype", "status"],
            &["casetype", "name"],
            &["externalid", "closeddatetime", "status"],
            &["closedby", "closeddatetime", "status"],
        ],
        state: |record| cell::text(record, &["status"]),
        named_by: policy::NAMES,
    },
];

fn claims(record: &Object<'_>) -> bool {
    let other = ["operation", "auditdata", "severity", "provideralertid"].iter().any(|name| record.has(name));
    !other && Setting::of(record, KINDS).is_some()
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    Setting::of(record, KINDS).map_or_else(|| Err(cell::missing("case or search without its fields")), |kind| kind.push(record, place, rows))
}
