//! Log Analytics and Sentinel sign-in tables, and projections of them: the Graph object under other names, structures as JSON text.

use super::signin_graph::{Envelope, read_object};
use crate::evidence::shape::Shape;

/// See the file's first line.
pub(super) const LA_SIGNIN: Shape = Shape {
    id: "la_signin",
    title: "Entra sign-ins (Log Analytics)",
    made_by: "Log Analytics or Sentinel: SigninLogs, AADNonInteractiveUserSignInLogs, AADServicePrincipalSignInLogs, AADManagedIdentitySignInLogs",
    claims: |record| {
        record.has("timegenerated")
            && (record.has("resulttype") || record.has("createddatetime"))
            && ["userprincipalname", "serviceprincipalid", "serviceprincipalname"].iter().any(|name| record.has(name))
            && ["ipaddress", "appid", "appdisplayname"].iter().any(|name| record.has(name))
    },
    read: |record, place, rows| read_object(record, place, &Envelope::default(), rows),
};
