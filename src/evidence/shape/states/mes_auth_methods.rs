//! `AuthenticationMethods.csv` of Microsoft-Extractor-Suite: one row per user, one column per method, `True` where it is registered.

use super::cell;
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{MethodStateRow, Rows, UserStateRow};

pub(super) const SHAPE: Shape = Shape {
    id: "mes_auth_methods",
    title: "Authentication methods (Microsoft-Extractor-Suite)",
    made_by: "Microsoft-Extractor-Suite Get-MFA: AuthenticationMethods.csv, MFA-PhoneMethods.csv",
    claims,
    read,
};

/// Column → method.
const METHODS: &[(&str, &str)] = &[
    ("email", "email"),
    ("fido2", "fido2"),
    ("app", "microsoftAuthenticator"),
    ("password", "password"),
    ("phone", "phone"),
    ("softwareoath", "softwareOath"),
    ("hellobusiness", "windowsHelloForBusiness"),
    ("temporaryaccesspass", "temporaryAccessPass"),
    ("temporaryaccesspassauthenticationmethod", "temporaryAccessPass"),
    ("certificatebasedauthconfiguration", "x509Certificate"),
    ("qrcodepin", "qrCodePin"),
];

fn claims(record: &Object<'_>) -> bool {
    record.has("user") && record.has("mfastatus") && record.has("fido2") || is_phone(record)
}

/// `PhoneMethods.csv`: one row per phone.
fn is_phone(record: &Object<'_>) -> bool {
    record.has("phonenumber") && record.has("phonetype") && record.has("userprincipalname") && record.has("mfaenabled")
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let Some(account) = cell::account(record, &["user", "userprincipalname"]).filter(|account| !account.is_empty()) else {
        return Err(cell::missing("method row without its user"));
    };
    if is_phone(record) {
        let row = MethodStateRow {
            account: Some(account),
            account_id: cell::lower(record, &["userid"]),
            method: Some("phone".to_owned()),
            detail: cell::text(record, &["phonenumber"]),
            ..MethodStateRow::default()
        };
        rows.methods.push(place.source, place.record, "", row);
        return Ok(());
    }
    let methods: Vec<_> = METHODS.iter().filter(|(column, _)| cell::flag(record, &[column]) == Some(true)).map(|(_, method)| *method).collect();
    for method in &methods {
        let row = MethodStateRow { account: Some(account.clone()), method: Some((*method).to_owned()), ..MethodStateRow::default() };
        rows.methods.push(place.source, place.record, "", row);
    }
    let registered = cell::text(record, &["mfastatus"]).map(|status| status.eq_ignore_ascii_case("enabled"));
    let user = UserStateRow { account: Some(account), methods: Some(methods.join(";")), mfa_registered: registered, ..UserStateRow::default() };
    rows.users.push(place.source, place.record, "", user);
    Ok(())
}
