//! What one record says about a rule: names, conditions, actions. Audit records (`New-/Set-InboxRule`, `UpdateInboxRules` of both generations, sweep
//! rules) and exported rules come to the same form.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::detect::properties::{Properties, is_true, text_of};
use crate::frame::{AuditEvent, RuleState};

/// Actions that send mail on.
const TARGETS: &[&str] = &["ForwardTo", "ForwardAsAttachmentTo", "RedirectTo", "SendTextMessageNotificationTo"];
/// How the names of conditions begin; every other parameter is an action or administrative.
const CONDITIONS: &[&str] = &[
    "from",
    "subject",
    "body",
    "header",
    "recipient",
    "sentto",
    "sentonly",
    "hasattachment",
    "hasclassification",
    "myname",
    "with",
    "received",
    "flaggedforaction",
    "messagetype",
    "exceptif",
    "sender",
];

/// Conditions and actions of a rule, as far as known.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "a rule is a set of switches")]
pub(super) struct Content {
    /// Name as recorded; `None` when no record gives one.
    pub(super) name: Option<String>,
    /// The name by which the record addresses the rule, when a new name is given beside it.
    pub(super) known_as: Option<String>,
    /// Rule id as unsigned decimal text.
    pub(super) rule_id: Option<String>,
    /// Action name → recipients as recorded.
    pub(super) targets: BTreeMap<String, String>,
    pub(super) move_to: Option<String>,
    pub(super) copy_to: Option<String>,
    pub(super) delete: bool,
    pub(super) mark_read: bool,
    pub(super) stop: bool,
    /// Condition name → value as recorded.
    pub(super) conditions: BTreeMap<String, String>,
    /// The conditions above are all there are (a new or exported rule, not a change of some parameters).
    pub(super) complete: bool,
    /// Part of the rule runs in Outlook only; the server does not know what it does.
    pub(super) client_side: bool,
}

impl Content {
    /// Reads an audit record.
    pub(super) fn of_event(event: &AuditEvent<'_>, parameters: &Properties) -> Self {
        let operation = event.operation().unwrap_or_default();
        let mut content = Self {
            name: name_of(event, parameters),
            known_as: path_name(event, parameters),
            rule_id: parameters.filled("RuleId").and_then(|id| rule_id(&id)),
            ..Self::default()
        };
        content.complete = operation.starts_with("new-") || operation == "updateinboxrules";
        if content.rule_id.is_none() {
            content.rule_id = parameters.filled("Identity").and_then(|identity| rule_id(identity.rsplit('\\').next().unwrap_or_default()));
        }
        for name in TARGETS {
            if let Some(text) = parameters.filled(name) {
                content.targets.insert((*name).to_owned(), text);
            }
        }
        // `UpdateInboxRules` may say that mail is moved without saying where to.
        content.move_to = parameters
            .text("MoveToFolder")
            .filter(|folder| operation == "updateinboxrules" || !folder.trim().is_empty())
            .or(parameters.filled("DestinationFolder"));
        content.copy_to = parameters.filled("CopyToFolder");
        content.delete = ["DeleteMessage", "SoftDeleteMessage", "PermanentDelete"].into_iter().any(|name| parameters.flag(name));
        content.mark_read = parameters.flag("MarkAsRead");
        content.stop =
            parameters.flag("StopProcessingRules") || parameters.filled("RuleState").is_some_and(|state| state.contains("ExitAfterExecution"));
        for (name, value) in parameters.iter().filter(|(name, _)| CONDITIONS.iter().any(|start| name.to_lowercase().starts_with(start))) {
            content.add_condition(name, text_of(value));
        }
        if let Some(restriction) = parameters.filled("RuleCondition").filter(|text| !is_catch_all(text)) {
            content.add_condition("RuleCondition", restriction);
        }
        content.client_side = parameters.flag("DeferAction");
        content
    }

    /// Reads an exported rule.
    pub(super) fn of_state(state: &RuleState<'_>) -> Self {
        let some = |cell: Option<&str>| cell.filter(|text| !text.trim().is_empty()).map(str::to_owned);
        let mut content = Self {
            name: state.name().map(str::to_owned),
            rule_id: state.rule_id().and_then(rule_id),
            move_to: some(state.move_to()),
            copy_to: some(state.copy_to()),
            delete: state.delete() == Some(true),
            mark_read: state.mark_read() == Some(true),
            stop: state.stop() == Some(true),
            // An export without a conditions column cannot tell a catch-all rule from any other.
            complete: state.conditions().is_some(),
            ..Self::default()
        };
        for (name, cell) in
            [("ForwardTo", state.forward_to()), ("ForwardAsAttachmentTo", state.forward_attachment_to()), ("RedirectTo", state.redirect_to())]
        {
            content.targets.extend(some(cell).map(|text| (name.to_owned(), text)));
        }
        for (name, value) in Properties::parse(state.conditions()).iter() {
            content.add_condition(name, text_of(value));
        }
        content
    }

    /// The rule after a later record: what that record states replaces what was known.
    pub(super) fn updated(&self, later: &Self) -> Self {
        let mut content = self.clone();
        content.name = later.name.clone().or(content.name);
        content.rule_id = later.rule_id.clone().or(content.rule_id);
        content.move_to = later.move_to.clone().or(content.move_to);
        content.copy_to = later.copy_to.clone().or(content.copy_to);
        content.targets.extend(later.targets.clone());
        content.conditions.extend(later.conditions.clone());
        content.delete |= later.delete;
        content.mark_read |= later.mark_read;
        content.stop |= later.stop;
        content.complete |= later.complete;
        content.client_side |= later.client_side;
        content
    }

    /// Every condition and action, verbatim, for the finding's facts.
    pub(super) fn describe(&self) -> (Value, Value) {
        let mut actions: BTreeMap<String, Value> = self.targets.iter().map(|(name, text)| (name.clone(), Value::from(text.as_str()))).collect();
        for (name, folder) in [("MoveToFolder", &self.move_to), ("CopyToFolder", &self.copy_to)] {
            actions.extend(folder.as_ref().map(|folder| (name.to_owned(), Value::from(folder.as_str()))));
        }
        let flags =
            [("DeleteMessage", self.delete), ("MarkAsRead", self.mark_read), ("StopProcessingRules", self.stop), ("ClientSide", self.client_side)];
        actions.extend(flags.into_iter().filter(|(_, set)| *set).map(|(name, _)| (name.to_owned(), Value::from(true))));
        (Value::from_iter(self.conditions.clone()), Value::from_iter(actions))
    }

    fn add_condition(&mut self, name: &str, value: String) {
        // `False` switches a condition off; an empty value removes it.
        if !value.trim().is_empty() && !value.eq_ignore_ascii_case("false") {
            self.conditions.insert(name.to_owned(), value);
        }
    }
}

/// Rule ids are 64-bit numbers that some exports write as signed.
fn rule_id(text: &str) -> Option<String> {
    let text = text.trim();
    text.parse::<u64>().ok().or_else(|| text.parse::<i64>().ok().map(i64::cast_unsigned)).filter(|id| *id > 999_999).map(|id| id.to_string())
}

/// The rule's name: the parameter, else what follows the mailbox in the object path when it is no number.
fn name_of(event: &AuditEvent<'_>, parameters: &Properties) -> Option<String> {
    let stated = parameters.get("Name").filter(|name| !name.is_null()).map(text_of);
    stated.or_else(|| path_name(event, parameters))
}

fn path_name(event: &AuditEvent<'_>, parameters: &Properties) -> Option<String> {
    let path = event.object().filter(|path| path.contains('\\')).map(str::to_owned).or_else(|| parameters.filled("Identity"))?;
    let name = path.split_once('\\').map_or(path.as_str(), |(_, name)| name);
    rule_id(name).is_none().then(|| name.trim_end_matches(' ').to_owned())
}

fn is_catch_all(restriction: &str) -> bool {
    let bare: String = restriction.chars().filter(|c| c.is_alphanumeric()).collect();
    matches!(bare.as_str(), "" | "ExistsItemClass") || is_true(restriction)
}
