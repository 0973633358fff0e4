//! Inbox rules as Graph gives them (messageRules): folders are opaque ids, the owner stands outside the object.

use std::collections::BTreeMap;

use super::cell::{self, Elements};
use super::owner::Owner;
use super::rule;
use crate::evidence::container::value::{Object, Value, is_sidecar};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{Rows, RuleStateRow};

pub(super) const SHAPE: Shape = Shape {
    id: "graph_message_rules",
    title: "Inbox rules (Graph messageRules)",
    made_by: "Graph /users/{id}/mailFolders/inbox/messageRules; Get-MgUserMailFolderMessageRule; Goose EXO_InboxRules_Graph.json",
    claims,
    read,
};

fn claims(record: &Object<'_>) -> bool {
    record.has("sequence") && record.has("isenabled") && (record.has("actions") || record.has("conditions"))
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let owner = Owner::of(record, &["userprincipalname", "mailbox", "userid"], place);
    let actions = record.get("actions").and_then(|value| value.nested().ok());
    // Export-Csv leaves a type name in place of the object: then nothing is known about actions, which is not "no actions".
    let actions = actions.as_deref().and_then(Value::object);
    let list = |name: &str| actions.and_then(|actions| listed(actions, name));
    let text = |name: &str| actions.and_then(|actions| cell::text(actions, &[name]).or_else(|| Some(String::new())));
    let row = RuleStateRow {
        mailbox: owner.name(),
        name: cell::verbatim(record, &["displayname"]),
        rule_id: cell::text(record, &["id"]).map(|id| rule::rule_number(&id).unwrap_or(id)),
        enabled: cell::flag(record, &["isenabled"]),
        hidden: None,
        forward_to: list("forwardto"),
        forward_attachment_to: list("forwardasattachmentto"),
        redirect_to: list("redirectto"),
        move_to: text("movetofolder"),
        copy_to: text("copytofolder"),
        delete: actions.map(|actions| cell::any_flag(actions, &["delete", "permanentdelete"]).unwrap_or(false)),
        mark_read: actions.map(|actions| cell::flag(actions, &["markasread"]).unwrap_or(false)),
        stop: actions.map(|actions| cell::flag(actions, &["stopprocessingrules"]).unwrap_or(false)),
        conditions: conditions(record, actions.is_some()),
        description: None,
    };
    if rule::says_nothing(&row) {
        return Err(cell::missing("message rule without name, id and actions"));
    }
    let id = row.rule_id.clone().unwrap_or_default();
    rows.rules.push(place.source, place.record, &id, row);
    Ok(())
}

/// Recipients of one action. Graph leaves out actions that are not set: absent inside a readable `actions` is an empty list.
fn listed(actions: &Object<'_>, name: &str) -> Option<String> {
    match actions.get(name) {
        Some(value) => Elements::of(value).joined(";"),
        None => Some(String::new()),
    }
}

/// Conditions and, with [`rule::EXCEPTION`] before the name, exceptions. Graph leaves out what is not set, so beside legible actions an absent
/// object means "none"; an object that PowerShell flattened to text means nothing is known.
fn conditions(record: &Object<'_>, actions_are_legible: bool) -> Option<String> {
    let mut found = BTreeMap::new();
    for (part, prefix) in [("conditions", ""), ("exceptions", rule::EXCEPTION)] {
        let Some(value) = record.get(part).filter(|value| **value != Value::Null) else { continue };
        let nested = value.nested().ok()?;
        for (name, value) in nested.object()?.fields() {
            if !is_sidecar(name) && *value != Value::Null {
                rule::add_condition(&mut found, format!("{prefix}{}", camel(name)), value);
            }
        }
    }
    (actions_are_legible || !found.is_empty()).then(|| serde_json::json!(found).to_string())
}

/// Graph's own spelling of a member that PowerShell wrote with a capital.
fn camel(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
