//! Who was told what, when, and through which channel: dated lines of text, or a table (CSV, Markdown) with a time, a channel and a message.

use super::{dated, words};
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::{Place, Reject, Shape, field};
use crate::frame::{NoteRow, Rows};
use crate::time;

pub(super) const SHAPE: Shape = Shape {
    id: "communication_log",
    title: "Communication log",
    made_by: "Responders: dated lines of text, or a CSV or Markdown table with columns such as time, who, channel, message",
    claims,
    read,
};

const TIMES: &[&str] =
    &["time", "timeutc", "timestamp", "datetime", "datetimeutc", "when", "date", "dateutc", "zeit", "zeitpunkt", "uhrzeit", "datum"];
const CHANNELS: &[&str] = &["channel", "kanal", "medium", "via"];
const WORDS: &[&str] = &["message", "text", "what", "told", "content", "summary", "note", "notes", "nachricht", "inhalt", "information"];
const PEOPLE: &[&str] = &["who", "whom", "to", "recipient", "recipients", "contact", "person", "people", "wer", "wen", "empfänger", "an"];

/// Words of the text → channel, in the languages of the field's communication logs. The first that occurs wins.
const CHANNEL_WORDS: &[(&str, &[&str])] = &[
    (
        "phone",
        &["phone", "telephone", "call", "called", "rang", "voicemail", "telefon", "anruf", "angerufen", "teléfono", "llamada", "téléphone", "appel"],
    ),
    ("sms", &["sms", "whatsapp", "signal", "threema", "text message"]),
    ("chat", &["teams", "slack", "chat", "webex"]),
    ("mail", &["mail", "e-mail", "email", "mailed", "correo", "courriel"]),
    ("in-person", &["in person", "face to face", "met", "meeting", "persönlich", "en persona", "en personne"]),
    ("ticket", &["ticket", "servicenow", "jira"]),
    ("letter", &["letter", "post", "fax", "brief"]),
];

/// Roles that the runbooks name.
const ROLES: &[&str] = &[
    "user",
    "manager",
    "ciso",
    "cio",
    "ceo",
    "cfo",
    "dpo",
    "legal",
    "counsel",
    "insurer",
    "bank",
    "police",
    "regulator",
    "helpdesk",
    "help desk",
    "it",
    "hr",
    "works council",
];

fn claims(record: &Object<'_>) -> bool {
    let has = |names: &[&str]| record.any(names).is_some();
    (record.has("notetext") && !record.has("notemark")) || (has(TIMES) && has(CHANNELS) && has(WORDS) && record.len() <= 12)
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    if record.has("notetext") {
        let text = words(record, "notetext");
        let row = NoteRow { channel: channel(&text), people: people(&text), ..dated(record, "communication", &text) };
        rows.notes.push(place.source, place.record, "", row);
        return Ok(());
    }
    let text = field::text(record.any(WORDS)).unwrap_or_default();
    let recorded = TIMES.iter().filter_map(|name| record.text(name)).filter(|text| !text.is_empty()).collect::<Vec<_>>();
    // A day and an hour may stand in two columns, in either order.
    let joined = [recorded.join(" "), recorded.iter().rev().cloned().collect::<Vec<_>>().join(" ")];
    let found = recorded.iter().map(AsRef::as_ref).filter(|text| text.contains(':')).chain(joined.iter().map(String::as_str));
    let found = found.chain(recorded.iter().map(AsRef::as_ref)).find_map(|text| time::parse(text, place.dates).map(|at| (at, time::has_zone(text))));
    let Some((at, zone_stated)) = found else { return Err(Reject::missing("the time of the message", record.any(TIMES))) };
    let is_utc = record.iter().any(|(name, _)| name.to_ascii_lowercase().contains("utc"));
    let recorded_channel = field::some_text(record.any(CHANNELS));
    let row = NoteRow {
        time: Some(at),
        zone_stated: Some(zone_stated || is_utc),
        kind: Some("communication".to_owned()),
        channel: recorded_channel.map(|text| channel(&text).unwrap_or_else(|| text.to_lowercase())),
        people: record.any(PEOPLE).and_then(Value::text).map(|text| text.replace(", ", ";")),
        text: Some(text),
        ..NoteRow::default()
    };
    rows.notes.push(place.source, place.record, "", row);
    Ok(())
}

/// True when the word stands in the text by itself.
fn mentions(text: &str, word: &str) -> bool {
    let is_apart = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
    text.match_indices(word).any(|(at, _)| {
        is_apart(text.get(..at).and_then(|before| before.chars().next_back()))
            && is_apart(text.get(at + word.len()..).and_then(|behind| behind.chars().next()))
    })
}

fn channel(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    CHANNEL_WORDS.iter().find(|(_, words)| words.iter().any(|word| mentions(&lower, word))).map(|(channel, _)| (*channel).to_owned())
}

/// Addresses and roles in the text, in the order of the list of roles.
fn people(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let cut = |letter: char| letter.is_whitespace() || matches!(letter, ',' | ';' | '<' | '>' | '(' | ')' | '"');
    let addresses = lower.split(cut).map(|word| word.trim_matches(['.', ':', '\''])).filter(|word| field::identity::is_upn(word)).map(str::to_owned);
    // `IT` is a role, `it` a word.
    let roles = ROLES.iter().filter(|role| if role.len() == 2 { mentions(text, &role.to_uppercase()) } else { mentions(&lower, role) });
    let found: Vec<String> = addresses.chain(roles.map(|role| (*role).to_owned())).collect();
    (!found.is_empty()).then(|| found.join(";"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_and_people_are_found_in_words() {
        assert_eq!(channel("Called the user, voicemail").as_deref(), Some("phone"));
        assert_eq!(channel("Microsoft Teams: CISO informed").as_deref(), Some("chat"));
        assert_eq!(channel("recalled the message"), None);
        assert_eq!(people("told the CISO and ana.lima@contoso.example; IT knows").as_deref(), Some("ana.lima@contoso.example;ciso;it"));
        assert_eq!(people("it was late"), None);
    }
}
