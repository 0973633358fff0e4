//! The same JSON as different programs spell it.

use std::io::{self, Write};

/// How a serialiser spells a record.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Style {
    /// `/` as `\/`: .NET's older serialiser.
    pub(super) slashes: bool,
    /// Characters beyond ASCII as `\uXXXX`.
    pub(super) ascii: bool,
    /// Line breaks between members.
    pub(super) breaks: bool,
}

/// Appends compact JSON as the inside of a quoted CSV cell.
pub(super) fn cell(json: &str, style: Style, line: &mut Vec<u8>) -> io::Result<()> {
    let mut rest = json;
    while let Some(at) = rest.find(|character: char| matches!(character, '"' | '/' | ',') || !character.is_ascii()) {
        line.extend_from_slice(&rest.as_bytes()[..at]);
        let Some(character) = rest[at..].chars().next() else { break };
        rest = &rest[at + character.len_utf8()..];
        match character {
            '"' => line.extend_from_slice(b"\"\""),
            '/' if style.slashes => line.extend_from_slice(b"\\/"),
            // Inside a text a quote would be escaped: this comma stands between members.
            ',' if style.breaks && rest.starts_with('"') => line.extend_from_slice(b",\r\n"),
            _ if style.ascii && !character.is_ascii() => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(line, "\\u{unit:04x}")?;
                }
            }
            _ => line.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    line.extend_from_slice(rest.as_bytes());
    Ok(())
}

/// Appends compact JSON with two blanks per level, lines ended as PowerShell ends them. `depth` is the level of the value itself.
pub(super) fn indent(json: &str, mut depth: usize, line: &mut Vec<u8>) {
    const BLANKS: [u8; 32] = [b' '; 32];
    fn break_line(line: &mut Vec<u8>, depth: usize) {
        line.extend_from_slice(b"\r\n");
        line.extend_from_slice(&BLANKS[..(2 * depth).min(BLANKS.len())]);
    }
    let (mut in_text, mut is_escaped, mut last) = (false, false, b' ');
    for &byte in json.as_bytes() {
        if in_text {
            line.push(byte);
            in_text = is_escaped || byte != b'"';
            is_escaped = !is_escaped && byte == b'\\';
        } else {
            let opens = matches!(byte, b'{' | b'[');
            let closes = matches!(byte, b'}' | b']');
            if closes {
                depth -= 1;
            }
            let is_empty = closes && matches!(last, b'{' | b'[');
            if (closes && !is_empty) || (matches!(last, b'{' | b'[') && !closes) || last == b',' {
                break_line(line, depth);
            }
            line.push(byte);
            if byte == b':' {
                line.push(b' ');
            }
            depth += usize::from(opens);
            in_text = byte == b'"';
        }
        last = byte;
    }
}
