//! Phones and mail clients that synchronise a mailbox with ActiveSync or Outlook mobile (`Get-MobileDevice`, `Get-MobileDeviceStatistics`).

use super::cell;
use super::owner::Owner;
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{DeviceStateRow, Rows};

pub(super) const SHAPE: Shape = Shape {
    id: "exchange_mobile_devices",
    title: "Exchange mobile devices",
    made_by: "Get-MobileDevice, Get-MobileDeviceStatistics, Get-EXOMobileDeviceStatistics; Hawk MobileDevices",
    claims,
    read,
};

fn claims(record: &Object<'_>) -> bool {
    record.has("deviceid") && (record.has("deviceaccessstate") || record.has("firstsynctime") || record.has("lastsuccesssync"))
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let Some(device_id) = cell::filled(record, &["deviceid"]) else {
        return Err(cell::missing("mobile device without DeviceId"));
    };
    let owner = Owner::of(record, &["userprincipalname", "mailbox", "primarysmtpaddress", "userdisplayname"], place).name();
    // `UserDisplayName` and `Identity` are paths: `contoso.example/…/jane` and `jane\ExchangeActiveSyncDevices\iPhone§…`.
    let identity = cell::text(record, &["identity"]).and_then(|identity| identity.split(['\\', '/']).next().map(str::to_lowercase));
    let row = DeviceStateRow {
        kind: Some("mobile".to_owned()),
        device_id: Some(device_id.clone()),
        object_id: cell::lower(record, &["guid"]),
        name: cell::verbatim(record, &["friendlyname", "devicefriendlyname", "devicemodel", "devicetype"]),
        account: owner.or(identity).map(|name| name.rsplit('/').next().unwrap_or_default().to_lowercase()),
        os: cell::text(record, &["deviceos", "devicetype"]),
        os_version: None,
        trust_type: cell::text(record, &["clienttype"]),
        enabled: cell::text(record, &["deviceaccessstate"]).filter(|state| !state.is_empty()).map(|state| state.eq_ignore_ascii_case("allowed")),
        compliant: cell::flag(record, &["iscompliant"]),
        managed: cell::flag(record, &["ismanaged"]),
        registered: cell::time(record, &["firstsynctime", "whencreatedutc", "whencreated"], place),
        last_seen: cell::time(record, &["lastsuccesssync", "lastsyncattempttime"], place),
        user_agent: cell::text(record, &["deviceuseragent", "useragent"]),
    };
    rows.devices.push(place.source, place.record, &device_id, row);
    Ok(())
}
