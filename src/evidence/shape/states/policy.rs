//! Tenant policies and settings as rows: the few facts that all kinds share, and the whole policy as JSON.

use super::cell;
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject};
use crate::frame::{PolicyStateRow, Rows};

/// A kind of setting, recognised by the names of its fields.
pub(super) struct Setting {
    /// The word in [`PolicyStateRow::kind`].
    pub(super) kind: &'static str,
    /// One of these sets of names must be there as a whole.
    pub(super) told_by: &'static [&'static [&'static str]],
    /// The decisive value.
    pub(super) state: fn(&Object<'_>) -> Option<String>,
    /// Where the name stands, when not where it does for most.
    pub(super) named_by: &'static [&'static str],
}

impl Setting {
    /// The first kind whose fields the record has.
    pub(super) fn of(record: &Object<'_>, kinds: &'static [Self]) -> Option<&'static Self> {
        kinds.iter().find(|kind| kind.told_by.iter().any(|names| names.iter().all(|name| record.has(name))))
    }

    /// Pushes the setting. Of a setting that a tenant has once, exports often show the value alone: then the kind is its name.
    pub(super) fn push(&self, record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
        let state = (self.state)(record);
        let mut row = row(self.kind, state, self.named_by, record, place);
        if is_nameless(&row) && row.state.is_some() {
            row.name = Some(self.kind.to_owned());
        }
        push_row(row, place, rows)
    }
}

/// Where most policies have their name.
pub(super) const NAMES: &[&str] = &["displayname", "name", "identity", "domainname", "skupartnumber", "searchname"];
const IDS: &[&str] = &["id", "guid", "immutableid", "exchangeobjectid", "tenantid"];

/// Pushes one policy of `kind`.
pub(super) fn push(kind: &str, state: Option<String>, record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    push_row(row(kind, state, NAMES, record, place), place, rows)
}

fn push_row(row: PolicyStateRow, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    if is_nameless(&row) {
        return Err(cell::missing("policy without name and id"));
    }
    let id = row.policy_id.clone().unwrap_or_default();
    rows.policies.push(place.source, place.record, &id, row);
    Ok(())
}

fn is_nameless(row: &PolicyStateRow) -> bool {
    [&row.name, &row.policy_id].iter().all(|text| text.as_deref().is_none_or(str::is_empty))
}

fn row(kind: &str, state: Option<String>, names: &[&str], record: &Object<'_>, place: &Place<'_>) -> PolicyStateRow {
    PolicyStateRow {
        kind: Some(kind.to_owned()),
        policy_id: cell::lower(record, IDS),
        name: cell::verbatim(record, names),
        state,
        created: cell::time(record, &["createddatetime", "createdtime", "whencreatedutc", "whencreated"], place),
        modified: cell::time(record, &["modifieddatetime", "lastmodifieddatetime", "lastmodifiedtime", "whenchangedutc", "whenchanged"], place),
        body: Some(cell::body(record)),
    }
}

/// State of a Conditional Access policy, in our words; others stay as recorded.
pub(super) fn access_state(record: &Object<'_>) -> Option<String> {
    cell::text(record, &["state"]).map(|state| match state.to_ascii_lowercase().as_str() {
        "enabled" => "enabled".to_owned(),
        "disabled" => "disabled".to_owned(),
        "enabledforreportingbutnotenforced" => "report-only".to_owned(),
        _ => state,
    })
}

/// `enabled` or `disabled` by the first of the names that says yes or no.
pub(super) fn switch(record: &Object<'_>, names: &[&str]) -> Option<String> {
    cell::flag(record, names).map(|on| if on { "enabled" } else { "disabled" }.to_owned())
}
