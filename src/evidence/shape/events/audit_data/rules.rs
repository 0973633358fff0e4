//! `UpdateInboxRules`: rules made in Outlook or over MAPI. Two generations of properties, both brought to the parameter names of `New-InboxRule`.
//!
//! The meaning of actions and flags is Exchange's own: `PreserveSender` with `DoNotMungeMessage` is a redirect, a delegate action redirects too,
//! `DeferAction` is a rule that runs in the client, whose content the server does not know.

use std::borrow::Cow;

use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::field::{self, identity, json::Map};

/// Action words of the older generation and the parameter that each stands for.
const FLAG_ACTIONS: &[(&str, &str)] = &[
    ("MarkAsReadAction", "MarkAsRead"),
    ("MarkAsRead", "MarkAsRead"),
    ("DeleteAction", "DeleteMessage"),
    ("Delete", "DeleteMessage"),
    ("PermanentDeleteAction", "SoftDeleteMessage"),
    ("PermanentDelete", "SoftDeleteMessage"),
    ("StopProcessingAction", "StopProcessingRules"),
    ("StopProcessing", "StopProcessingRules"),
    ("DeferAction", "DeferAction"),
];

/// Adds the rule to `map`: `Name`, `ForwardTo`, `ForwardAsAttachmentTo`, `RedirectTo`, `MoveToFolder`, `CopyToFolder`, `DeleteMessage`,
/// `SoftDeleteMessage`, `MarkAsRead`, `StopProcessingRules`, `DeferAction`, `Enabled`, `RuleCondition`, `RuleOperation`, `RuleId`, `RuleState`,
/// `RuleProvider`, each only when the record says so; and whatever else the record carries, under its own name.
pub(super) fn add<'v, 'a>(map: &mut Map<'v, 'a>, properties: Option<&'v Value<'a>>) {
    let Some(properties) = properties else { return };
    for entry in properties.elements().iter().filter_map(Value::object) {
        let Some(name) = field::pair_name(entry) else { continue };
        let value = entry.get("value");
        match name.to_ascii_lowercase().as_str() {
            "rulename" | "name" => map.add_owned("Name", value.cloned().unwrap_or(Value::Null)),
            "provider" | "ruleprovider" => add_recorded(map, "RuleProvider".into(), value),
            "rulecondition" | "condition" | "conditions" => add_recorded(map, "RuleCondition".into(), value),
            "ruleactions" => add_actions(map, value, &[]),
            "actions" => add_words(map, value),
            "serverrule" => add_server_rule(map, value, &tokens(field::pair(Some(properties), "Actions"))),
            "rulestate" => {
                add_state(map, value);
                add_recorded(map, "RuleState".into(), value);
            }
            _ => add_recorded(map, name, value),
        }
    }
}

fn add_recorded<'v, 'a>(map: &mut Map<'v, 'a>, name: Cow<'v, str>, value: Option<&'v Value<'a>>) {
    match value {
        Some(value) => map.add(name, value),
        None => map.add_owned(name, Value::Null),
    }
}

fn set(map: &mut Map<'_, '_>, name: &'static str) {
    map.add_owned(name, Value::Text("True".into()));
}

/// `Enabled, ExitAfterExecution`.
fn add_state(map: &mut Map<'_, '_>, value: Option<&Value<'_>>) {
    let states = tokens(value);
    let has = |state: &str| states.iter().any(|token| token.eq_ignore_ascii_case(state));
    if has("ExitAfterExecution") {
        set(map, "StopProcessingRules");
    }
    if !states.is_empty() {
        map.add_owned("Enabled", Value::Text(if has("Enabled") { "True" } else { "False" }.into()));
    }
}

fn tokens(value: Option<&Value<'_>>) -> Vec<String> {
    field::list(value, &[',', ';', ' '])
}

/// The action words alone (`MoveToFolderAction;MarkAsReadAction`). Recipients stand in `ServerRule`.
fn add_words(map: &mut Map<'_, '_>, value: Option<&Value<'_>>) {
    for token in tokens(value) {
        if let Some((_, name)) = FLAG_ACTIONS.iter().find(|(word, _)| word.eq_ignore_ascii_case(&token)) {
            set(map, name);
        } else {
            map.add_owned("RuleAction", Value::Text(token.into()));
        }
    }
}

/// `ServerRule`, JSON text: conditions and actions as the server holds them.
fn add_server_rule(map: &mut Map<'_, '_>, value: Option<&Value<'_>>, words: &[String]) {
    let Some(nested) = value.and_then(|value| value.nested().ok()) else { return };
    let Some(rule) = nested.object() else {
        add_unreadable(map, value);
        return;
    };
    if let Some(name) = field::some_text(rule.get("name")) {
        map.add_owned("Name", Value::Text(name.into()));
    }
    if let Some(condition) = rule.get("condition").filter(|condition| **condition != Value::Null) {
        let text = condition.text().map_or_else(|| field::json::to_text(condition), Cow::into_owned);
        map.add_owned("RuleCondition", Value::Text(text.into()));
    }
    add_actions(map, rule.get("actions"), words);
}

/// Text that should hold JSON and does not: kept, so that an examiner sees it.
fn add_unreadable(map: &mut Map<'_, '_>, value: Option<&Value<'_>>) {
    if let Some(text) = field::some_text(value) {
        map.add_owned("ServerRule", Value::Text(text.into()));
    }
}

/// A list of actions. `words` are the action words of the older generation, which tell a redirect where the action itself does not.
fn add_actions(map: &mut Map<'_, '_>, value: Option<&Value<'_>>, words: &[String]) {
    let Some(nested) = value.and_then(|value| value.nested().ok()) else { return };
    for action in nested.elements() {
        let Some(action) = action.object() else {
            if let Some(text) = field::some_text(Some(action)) {
                map.add_owned("RuleActions", Value::Text(text.into()));
            }
            continue;
        };
        let kind = field::text(action.any(&["actiontype", "type"])).unwrap_or_default();
        let kind = kind.strip_prefix("OP_").unwrap_or(&kind).to_ascii_lowercase();
        if let Some((_, name)) = FLAG_ACTIONS.iter().find(|(word, _)| word.eq_ignore_ascii_case(&kind)) {
            set(map, name);
        } else if kind.starts_with("move") || kind.starts_with("copy") {
            let name = if kind.starts_with("move") { "MoveToFolder" } else { "CopyToFolder" };
            map.add_owned(name, Value::Text(folder(action).into()));
        }
        let recipients = recipients(action);
        if !recipients.is_empty() {
            map.add_owned(recipient_parameter(&kind, action, words), Value::Text(recipients.join(";").into()));
        }
    }
}

/// Which parameter the recipients of an action belong to.
fn recipient_parameter(kind: &str, action: &Object<'_>, words: &[String]) -> &'static str {
    let flags = tokens(action.any(&["forwardflags", "flags", "actionflavor"])).join(" ").to_ascii_lowercase();
    let said = |word: &str| kind.contains(word) || words.iter().any(|token| token.to_ascii_lowercase().starts_with(word));
    if kind.contains("delegate") || said("redirect") || (flags.contains("preservesender") && flags.contains("donotmungemessage")) {
        "RedirectTo"
    } else if flags.contains("forwardasattachment") || said("forwardasattachment") {
        "ForwardAsAttachmentTo"
    } else {
        "ForwardTo"
    }
}

/// Recipients as plain addresses, or as objects with `Values[].Value` of which one is the address.
fn recipients(action: &Object<'_>) -> Vec<String> {
    let mut addresses: Vec<String> = Vec::new();
    let listed = action.any(&["recipients", "recipient"]).map(Value::elements).unwrap_or_default();
    for recipient in listed {
        let values = recipient.object().and_then(|recipient| recipient.get("values"));
        let texts: Vec<String> = match (recipient, values) {
            (_, Some(values)) => values.elements().iter().filter_map(|value| field::some_text(value.object()?.get("value"))).collect(),
            (Value::Object(object), None) => {
                ["emailaddress", "address", "smtpaddress", "name"].iter().filter_map(|name| field::some_text(object.get(name))).collect()
            }
            (other, None) => field::some_text(Some(other)).into_iter().collect(),
        };
        let address = texts
            .iter()
            .find(|text| text.contains('@'))
            .or(texts.first())
            .map(|text| identity::strip_prefix_ignoring_case(text, "smtp:").unwrap_or(text).to_owned());
        if let Some(address) = address
            && !addresses.contains(&address)
        {
            addresses.push(address);
        }
    }
    addresses
}

/// A folder's name where the action has one, else its id; empty when the record says only that mail is moved.
fn folder(action: &Object<'_>) -> String {
    let names = ["foldername", "folderpath", "folder", "destinationfolder", "folderid", "folderentryid", "id"];
    names.iter().find_map(|name| field::some_text(action.get(name))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(json: &str) -> String {
        let properties: Value<'_> = serde_json::from_str(json).expect("test JSON");
        let mut map = Map::default();
        add(&mut map, Some(&properties));
        map.to_text().unwrap_or_default()
    }

    #[test]
    fn newer_generation_reads_like_new_inbox_rule() {
        let text = rule(
            r#"[{"Name":"RuleOperation","Value":"AddMailboxRule"},{"Name":"RuleId","Value":"-12"},{"Name":"RuleState","Value":"Enabled, ExitAfterExecution"},
            {"Name":"RuleCondition","Value":"(SubString IgnoreCase(SubjectProperty)=INVOICE)"},{"Name":"RuleName"},{"Name":"RuleProvider","Value":"RuleOrganizer"},
            {"Name":"RuleActions","Value":"[{\"ActionType\":\"Forward\",\"Recipients\":[\"x@fabrikam.example\",\"y@fabrikam.example\"],\"ForwardFlags\":\"None\"},{\"ActionType\":\"Delete\"}]"}]"#,
        );
        assert_eq!(
            text,
            r#"{"RuleOperation":"AddMailboxRule","RuleId":"-12","StopProcessingRules":"True","Enabled":"True","RuleState":"Enabled, ExitAfterExecution","RuleCondition":"(SubString IgnoreCase(SubjectProperty)=INVOICE)","Name":null,"RuleProvider":"RuleOrganizer","ForwardTo":"x@fabrikam.example;y@fabrikam.example","DeleteMessage":"True"}"#
        );
    }

    #[test]
    fn older_generation_reads_like_new_inbox_rule() {
        let text = rule(
            r#"[{"Name":"RuleOperation","Value":"AddMailboxRule"},{"Name":"Name","Value":"."},{"Name":"Actions","Value":"RedirectToRecipientsAction;MarkAsReadAction"},
            {"Name":"IsNew","Value":"True"},{"Name":"ServerRule","Value":"{\"Actions\":[{\"Recipients\":[{\"Values\":[{\"PropTag\":1,\"Value\":\"X\"},{\"PropTag\":2,\"Value\":\"SMTP:x@fabrikam.example\"}]}]}]}"}]"#,
        );
        assert_eq!(
            text,
            r#"{"RuleOperation":"AddMailboxRule","Name":".","RuleAction":"RedirectToRecipientsAction","MarkAsRead":"True","IsNew":"True","RedirectTo":"x@fabrikam.example"}"#
        );
    }

    #[test]
    fn flags_tell_a_redirect_from_a_forward() {
        let with_flags = |flags: &str| {
            rule(&format!(
                r#"[{{"Name":"RuleActions","Value":"[{{\"ActionType\":\"Forward\",\"Recipients\":[\"x@fabrikam.example\"],\"ForwardFlags\":\"{flags}\"}}]"}}]"#
            ))
        };
        assert_eq!(with_flags("PreserveSender, DoNotMungeMessage"), r#"{"RedirectTo":"x@fabrikam.example"}"#);
        assert_eq!(with_flags("ForwardAsAttachment"), r#"{"ForwardAsAttachmentTo":"x@fabrikam.example"}"#);
        assert_eq!(with_flags("None"), r#"{"ForwardTo":"x@fabrikam.example"}"#);
    }

    #[test]
    fn damaged_actions_are_kept_as_they_are() {
        assert_eq!(rule(r#"[{"Name":"ServerRule","Value":"no JSON"}]"#), r#"{"ServerRule":"no JSON"}"#);
        assert_eq!(rule(r#"[{"Name":"ServerRule","Value":"System.Object[]"}]"#), "");
        assert_eq!(rule(r#"[{"Name":"RuleActions","Value":"[{\"ActionType\":\"DeferAction\"}]"}]"#), r#"{"DeferAction":"True"}"#);
        assert_eq!(rule("[]"), "");
    }
}
