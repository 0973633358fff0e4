//! Texts that JSON does not allow but programs write: half of a character pair (a subject cut inside an emoji) and control characters not spelled out.
//! An attacker may name a rule so; the record must not be lost for it.

use super::json::record;
use super::value::Value;

/// Parses JSON. When that fails, once more with the texts repaired: halves of character pairs become `�`, control characters are spelled out. The flag
/// tells that the repair was needed; the error is that of the text as it stands.
pub(crate) fn parse(text: &str) -> Result<(Value<'_>, bool), serde_json::Error> {
    if let Some(value) = record::parse(text) {
        return Ok((value, false));
    }
    let error = match serde_json::from_str::<Value<'_>>(text) {
        Ok(value) => return Ok((value, false)),
        Err(error) => error,
    };
    match repaired(text).map(|text| serde_json::from_str::<Value<'_>>(&text).map(Value::into_owned)) {
        Some(Ok(value)) => Ok((value, true)),
        Some(Err(_)) | None => Err(error),
    }
}

/// The text with its strings repaired; `None` when there is nothing to repair.
fn repaired(text: &str) -> Option<String> {
    let mut fixed = String::new();
    let mut n_copied = 0;
    let mut in_text = false;
    let mut at = 0;
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        let (n_bytes, replacement) = match byte {
            b'"' => {
                in_text = !in_text;
                (1, None)
            }
            b'\\' if in_text => escape(bytes.get(at..).unwrap_or_default()),
            control @ 0..=0x1F if in_text => (1, Some(format!("\\u{control:04x}"))),
            _ => (1, None),
        };
        if let Some(replacement) = replacement {
            fixed.push_str(text.get(n_copied..at)?);
            fixed.push_str(&replacement);
            n_copied = at + n_bytes;
        }
        at += n_bytes;
    }
    if n_copied == 0 {
        return None;
    }
    fixed.push_str(text.get(n_copied..)?);
    Some(fixed)
}

/// Length of the escape (or pair of escapes) at the begin, and what must stand in its place.
fn escape(text: &[u8]) -> (usize, Option<String>) {
    match (unit(text), text.get(6..).and_then(unit)) {
        (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => (12, None),
        (Some(0xD800..=0xDFFF), _) => (6, Some("\\ufffd".to_owned())),
        (Some(_), _) => (6, None),
        (None, _) => (2, None),
    }
}

/// The number of a `\uXXXX`.
fn unit(text: &[u8]) -> Option<u16> {
    let digits = std::str::from_utf8(text.strip_prefix(b"\\u")?.get(..4)?).ok()?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(json: &str) -> Option<(String, bool)> {
        let (value, is_repaired) = parse(json).ok()?;
        Some((value.text()?.into_owned(), is_repaired))
    }

    #[test]
    fn half_pairs_and_control_characters_are_read() {
        assert_eq!(text(r#""a\ud800""#), Some(("a\u{fffd}".to_owned(), true)));
        assert_eq!(text(r#""\udc00\ud83dx\ud83d\ude00""#), Some(("\u{fffd}\u{fffd}x\u{1f600}".to_owned(), true)));
        assert_eq!(text("\"a\u{0}\u{1b}b\""), Some(("a\u{0}\u{1b}b".to_owned(), true)));
        assert_eq!(text(r#""K\u00f6ln \\ud800""#), Some(("K\u{f6}ln \\ud800".to_owned(), false)));
    }

    #[test]
    fn other_damage_keeps_its_own_error() {
        for damaged in [r#"{"a":"\ud800""#, r#"{"a" "b"}"#, "{\"a\u{0}\"", r#""\ud8"#, "\"\\"] {
            let own = serde_json::from_str::<Value<'_>>(damaged).map_err(|error| error.to_string());
            assert_eq!(parse(damaged).map(|(value, _)| value).map_err(|error| error.to_string()), own, "{damaged}");
        }
    }
}
