//! Which encoding a file has, decided on its bytes alone, and streaming conversion to UTF-8. Not for deciding what the text is: see `sniff`.

use std::io::{self, Read};

/// Bytes at the start of a file that decide byte-order marks and UTF-16; also the bytes that are read and converted at a time. Small enough to stay
/// in the processor's cache and below the size from which allocators ask the system for every piece.
pub(crate) const HEAD: usize = 64 * 1024;

/// Share of zero bytes, in hundredths, from which one half of all byte pairs counts as the upper half of UTF-16 text without a mark.
/// Western text in UTF-16 has nearly 100, UTF-8 has 0; 40 leaves room for columns of other scripts (message-trace downloads).
const UTF16_ZERO_PERCENT: usize = 40;

/// The text encodings that exports come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 without mark: PowerShell 7, Graph tools, Python collectors.
    Utf8,
    /// UTF-8 with mark: Windows PowerShell, portals, Excel.
    Utf8Bom,
    /// UTF-16 little endian, with or without mark: Windows PowerShell redirection, message-trace downloads.
    Utf16Le,
    /// UTF-16 big endian, with or without mark: files saved again on macOS.
    Utf16Be,
    /// Windows code page: the fallback when the bytes are not valid UTF-8.
    Windows1252,
}

impl Encoding {
    /// Name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf8Bom => "utf-8-bom",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1252 => "windows-1252",
        }
    }
}

/// The encoding that the first bytes prove; `None` when only the whole file can tell (see [`Tally`]).
pub(crate) fn detect(head: &[u8]) -> Option<Encoding> {
    if head.starts_with(&[0xEF, 0xBB, 0xBF]) {
        return Some(Encoding::Utf8Bom);
    }
    if head.starts_with(&[0xFF, 0xFE]) {
        return Some(Encoding::Utf16Le);
    }
    if head.starts_with(&[0xFE, 0xFF]) {
        return Some(Encoding::Utf16Be);
    }
    let n_pairs = head.len() / 2;
    if n_pairs < 2 {
        return None;
    }
    let zeros_at = |parity: usize| head.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros_at(0), zeros_at(1));
    let threshold = n_pairs * UTF16_ZERO_PERCENT / 100;
    // The other half must be (nearly) free of zeros: a file full of zeros is not text.
    if odd > threshold && even * 10 < odd {
        return Some(Encoding::Utf16Le);
    }
    if even > threshold && odd * 10 < even {
        return Some(Encoding::Utf16Be);
    }
    None
}

/// Counts what speaks for and against UTF-8 while a file streams by, so that the decision rests on all bytes and not on the first block.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// The beginning of a character that the previous block ended in.
    carry: Vec<u8>,
    n_characters: u64,
    n_invalid: u64,
}

impl Tally {
    /// Takes the next bytes of the file.
    pub(crate) fn feed(&mut self, block: &[u8]) {
        if self.carry.is_empty() && block.is_ascii() {
            return;
        }
        let mut joined = std::mem::take(&mut self.carry);
        joined.extend_from_slice(block);
        let mut rest = joined.as_slice();
        while !rest.is_empty() {
            let (valid, after, incomplete) = match std::str::from_utf8(rest) {
                Ok(_) => (rest, &[][..], false),
                Err(error) => {
                    let (valid, after) = rest.split_at(error.valid_up_to());
                    match error.error_len() {
                        Some(n_bytes) => {
                            self.n_invalid += 1;
                            (valid, after.get(n_bytes..).unwrap_or_default(), false)
                        }
                        None => (valid, after, true),
                    }
                }
            };
            self.n_characters += valid.iter().filter(|byte| **byte >= 0xC0).count() as u64;
            if incomplete {
                self.carry = after.to_vec();
                return;
            }
            rest = after;
        }
    }

    /// UTF-8 unless the invalid bytes outnumber the valid multi-byte characters: one damaged character must not turn every umlaut of a
    /// large file into two wrong ones. A character cut at the end of the file is no argument.
    pub(crate) fn encoding(&self) -> Encoding {
        if self.n_invalid > self.n_characters { Encoding::Windows1252 } else { Encoding::Utf8 }
    }

    /// Byte sequences that are not UTF-8.
    pub(crate) fn n_invalid(&self) -> u64 {
        self.n_invalid + u64::from(!self.carry.is_empty())
    }
}

/// Converts a stream of bytes to UTF-8, block by block. What cannot be converted becomes U+FFFD.
pub(crate) struct Decoder<R> {
    input: R,
    converter: encoding_rs::Decoder,
    raw: Vec<u8>,
    n_read: u64,
    finished: bool,
    error: Option<io::Error>,
}

impl<R: Read> Decoder<R> {
    /// Starts at the first byte of `input`; a byte-order mark is taken off.
    pub(crate) fn new(input: R, encoding: Encoding) -> Self {
        let table = match encoding {
            Encoding::Utf8 | Encoding::Utf8Bom => encoding_rs::UTF_8,
            Encoding::Utf16Le => encoding_rs::UTF_16LE,
            Encoding::Utf16Be => encoding_rs::UTF_16BE,
            Encoding::Windows1252 => encoding_rs::WINDOWS_1252,
        };
        Self { input, converter: table.new_decoder_with_bom_removal(), raw: Vec::new(), n_read: 0, finished: false, error: None }
    }

    /// Appends the text of the next `n_bytes` bytes of the file; false when the file has ended. A read error ends the file: see [`Self::error`].
    pub(crate) fn fill(&mut self, text: &mut String, n_bytes: usize) -> bool {
        // Enough for text that is mostly ASCII; the worst case, three times as much, would be reserved for nothing.
        text.reserve(n_bytes + n_bytes / 8);
        let mut n_left = n_bytes.max(1);
        while n_left > 0 && !self.finished {
            let wanted = n_left.min(HEAD);
            self.raw.clear();
            match (&mut self.input).take(wanted as u64).read_to_end(&mut self.raw) {
                Ok(n_got) => self.finished = n_got < wanted,
                Err(error) => {
                    self.error = Some(error);
                    self.finished = true;
                }
            }
            self.n_read += self.raw.len() as u64;
            n_left -= wanted;
            self.convert(text);
        }
        !self.finished
    }

    fn convert(&mut self, text: &mut String) {
        let mut rest = self.raw.as_slice();
        loop {
            let (result, n_used, _) = self.converter.decode_to_string(rest, text, self.finished);
            rest = rest.get(n_used..).unwrap_or_default();
            if result == encoding_rs::CoderResult::InputEmpty {
                break;
            }
            // At least one more character of any script.
            text.reserve(rest.len() + 16);
        }
    }

    /// Bytes of the file read so far.
    pub(crate) fn n_read(&self) -> u64 {
        self.n_read
    }

    /// Why the file ended before its end, if it did.
    pub(crate) fn error(&self) -> Option<&io::Error> {
        self.error.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, little: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    }

    fn decoded(bytes: &[u8], encoding: Encoding, block: usize) -> String {
        let mut decoder = Decoder::new(bytes, encoding);
        let mut text = String::new();
        while decoder.fill(&mut text, block) {}
        text
    }

    #[test]
    fn marks_and_zero_bytes_tell_the_encoding() {
        assert_eq!(detect(b"\xEF\xBB\xBFa"), Some(Encoding::Utf8Bom));
        assert_eq!(detect(b"\xFF\xFEa\0"), Some(Encoding::Utf16Le));
        assert_eq!(detect(b"\xFE\xFF\0a"), Some(Encoding::Utf16Be));
        assert_eq!(detect(&utf16("Id,Subject\r\n1,Gr\u{fc}\u{df}e \u{20ac}", true)), Some(Encoding::Utf16Le));
        assert_eq!(detect(&utf16("Id,Subject\r\n1,x", false)), Some(Encoding::Utf16Be));
        assert_eq!(detect(&[0; 400]), None);
        assert_eq!(detect(b"{\"a\":1}"), None);
    }

    #[test]
    fn one_damaged_character_does_not_make_a_file_windows_1252() {
        let mut tally = Tally::default();
        tally.feed("Gr\u{fc}\u{df}e aus K\u{f6}ln \u{20ac}".as_bytes());
        tally.feed(b"\xFF");
        assert_eq!(tally.encoding(), Encoding::Utf8);
        assert_eq!(tally.n_invalid(), 1);
        let mut tally = Tally::default();
        tally.feed(b"Gr\xFC\xDFe");
        assert_eq!(tally.encoding(), Encoding::Windows1252);
    }

    #[test]
    fn characters_across_blocks_survive() {
        let text = "\u{fc}\u{20ac}\u{1F511} a";
        let mut tally = Tally::default();
        for byte in text.as_bytes() {
            tally.feed(&[*byte]);
        }
        assert_eq!((tally.encoding(), tally.n_invalid()), (Encoding::Utf8, 0));
        for block in 1..9 {
            assert_eq!(decoded(text.as_bytes(), Encoding::Utf8, block), text);
            assert_eq!(decoded(&utf16(text, true), Encoding::Utf16Le, block), text);
            assert_eq!(decoded(&utf16(&format!("\u{feff}{text}"), false), Encoding::Utf16Be, block), text);
        }
        assert_eq!(decoded(b"Gr\xFC\xDFe \x80", Encoding::Windows1252, 2), "Gr\u{fc}\u{df}e \u{20ac}");
    }
}
