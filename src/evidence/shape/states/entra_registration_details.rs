//! Which methods each user has registered (the registration report), current and legacy form. The report names methods, not when they came.

use super::cell::{self, Elements};
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{MethodStateRow, Rows, UserStateRow};

pub(super) const SHAPE: Shape = Shape {
    id: "entra_registration_details",
    title: "Registered methods per user (userRegistrationDetails)",
    made_by: "Graph /reports/authenticationMethods/userRegistrationDetails; Microsoft-Extractor-Suite UserRegistrationDetails.csv; credentialUserRegistrationDetails",
    claims,
    read,
};

/// Words of the report → method. Words that are not listed stay as recorded.
const METHODS: &[(&str, &str)] = &[
    ("mobilephone", "phone"),
    ("alternatemobilephone", "phone"),
    ("officephone", "phone"),
    ("microsoftauthenticatorpush", "microsoftAuthenticator"),
    ("microsoftauthenticatorpasswordless", "microsoftAuthenticator"),
    ("appnotification", "microsoftAuthenticator"),
    ("appcode", "softwareOath"),
    ("softwareonetimepasscode", "softwareOath"),
    ("hardwareonetimepasscode", "hardwareOath"),
    ("passkeydevicebound", "fido2"),
    ("passkeydeviceboundauthenticator", "fido2"),
    ("passkeysynced", "fido2"),
];

fn claims(record: &Object<'_>) -> bool {
    record.has("userprincipalname") && (record.has("ismfaregistered") || record.has("methodsregistered") || record.has("authmethods"))
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let account = cell::account(record, &["userprincipalname"]);
    let account_id = cell::lower(record, &["id"]);
    if [&account, &account_id].iter().all(|name| name.as_deref().is_none_or(str::is_empty)) {
        return Err(cell::missing("registration details without the user"));
    }
    let recorded = record.any(&["methodsregistered", "authmethods"]).map(Elements::of);
    for word in recorded.iter().flat_map(|list| &list.known) {
        let known = METHODS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map_or(word.as_str(), |(_, method)| *method);
        let row = MethodStateRow {
            account: account.clone(),
            account_id: account_id.clone(),
            method: Some(known.to_owned()),
            detail: Some(word.clone()),
            ..MethodStateRow::default()
        };
        rows.methods.push(place.source, place.record, "", row);
    }
    let id = account_id.clone().unwrap_or_default();
    let user = UserStateRow {
        account,
        account_id,
        display_name: cell::verbatim(record, &["userdisplayname"]),
        user_type: cell::text(record, &["usertype"]),
        methods: recorded.and_then(|list| list.joined(";")),
        mfa_registered: cell::flag(record, &["ismfaregistered"]),
        ..UserStateRow::default()
    };
    rows.users.push(place.source, place.record, &id, user);
    Ok(())
}
