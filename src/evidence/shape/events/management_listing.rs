//! Listing pages of the Management Activity API.

use crate::evidence::shape::{Reject, Shape};
use crate::provenance::SkipReason;

/// A listing page of the Management Activity API: addresses of blobs, no records.
pub(super) const MANAGEMENT_LISTING: Shape = Shape {
    id: "management_listing",
    title: "Management Activity API listing",
    made_by: "Office 365 Management Activity API: content listing",
    claims: |record| record.has("contenturi") && record.has("contentid") && record.has("contenttype"),
    read: |_, _, _| {
        let detail = "a listing entry of the Management Activity API: it names a blob of records but holds none";
        Err(Reject { reason: SkipReason::NotEvidence, detail: detail.into() })
    },
};
