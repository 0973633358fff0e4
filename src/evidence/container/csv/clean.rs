//! Rows without anything doubtful, found sixty-four bytes at a time. At the first doubt this gives up, and the careful way decides.
//!
//! A bit per byte says where quotes, delimiters and line ends stand; the running parity of the quotes says what lies inside quotes. That is the whole
//! truth as long as every quote that opens stands at the begin of a cell or behind another quote, and every quote that closes stands at the end of one
//! or before another quote.

use crate::evidence::container::bytes::{self, WIDTH};

/// Bytes per word of bits.
const WORD: usize = 64;

/// A row whose end was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    /// Offset of its first byte.
    pub(super) start: usize,
    /// Offset of its line end.
    pub(super) end: usize,
    /// Offset of the next row.
    pub(super) next: usize,
    /// Number of cells.
    pub(super) n_cells: usize,
    /// A line break stands inside one of its cells.
    pub(super) is_broken: bool,
}

/// Hands over the clean rows of `text` from `start`, where a row begins, for as long as `take` says that it took them. What is not handed over, also at
/// the end of the text, is for the careful way.
pub(super) fn rows(text: &[u8], start: usize, delimiter: u8, mut take: impl FnMut(Row) -> bool) {
    let mut row = Row { start, end: start, next: start, n_cells: 1, is_broken: false };
    // What the word before leaves behind: all ones inside quotes, and one bit each for what its last byte was.
    let (mut inside_before, mut begins, mut closed, mut returned) = (0_u64, 1_u64, 0_u64, 0_u64);
    let mut at = start;
    while let Some(word) = text.get(at..).and_then(|rest| rest.first_chunk::<WORD>()) {
        let marks = Marks::of(word, delimiter);
        let inside = parity(marks.quotes) ^ inside_before;
        let (opening, closing) = (marks.quotes & inside, marks.quotes & !inside);
        let (delimiters, breaks, returns) = (marks.delimiters & !inside, marks.breaks & !inside, marks.returns & !inside);
        let may_open = (delimiters | breaks | closing) << 1 | begins;
        let may_follow = delimiters | breaks | returns | opening;
        let doubt = (opening & !may_open) | ((closing << 1 | closed) & !may_follow) | ((returns << 1 | returned) & !breaks);
        if doubt != 0 {
            return;
        }
        inside_before = 0_u64.wrapping_sub(inside >> (WORD - 1));
        begins = (delimiters | breaks | closing) >> (WORD - 1);
        (closed, returned) = (closing >> (WORD - 1), returns >> (WORD - 1));
        let broken = marks.breaks & inside;
        let (mut ends, mut counted) = (breaks, 0_u64);
        while ends != 0 {
            let upto = ends ^ (ends - 1);
            row.n_cells += (delimiters & upto & !counted).count_ones() as usize;
            row.is_broken |= broken & upto & !counted != 0;
            let end = at + ends.trailing_zeros() as usize;
            row.next = end + 1;
            row.end = if end > row.start && text.get(end - 1) == Some(&b'\r') { end - 1 } else { end };
            if !take(row) {
                return;
            }
            row = Row { start: row.next, end: row.next, next: row.next, n_cells: 1, is_broken: false };
            counted |= upto;
            ends &= ends - 1;
        }
        row.n_cells += (delimiters & !counted).count_ones() as usize;
        row.is_broken |= broken & !counted != 0;
        at += WORD;
    }
}

/// Where the quote stands that closes a cell, given where its inside begins: the first one that is not doubled.
pub(super) fn closing(text: &[u8], from: usize) -> Option<usize> {
    let quote_behind = |at: usize| text.get(at + 1) == Some(&b'"');
    let mut at = next_quote(text, from)?;
    if !quote_behind(at) {
        return Some(at);
    }
    at += 2;
    // Ones behind the first quote of a pair.
    let mut open_before = 0_u64;
    while let Some(word) = text.get(at..).and_then(|rest| rest.first_chunk::<WORD>()) {
        let quotes = bits(word, b'"');
        let open = parity(quotes) ^ open_before;
        let behind = quotes >> 1 | u64::from(quote_behind(at + WORD - 1)) << (WORD - 1);
        let single = quotes & open & !behind;
        if single != 0 {
            return Some(at + single.trailing_zeros() as usize);
        }
        open_before = 0_u64.wrapping_sub(open >> (WORD - 1));
        at += WORD;
    }
    // The second quote of a pair may be the first of what is left.
    at += usize::from(open_before != 0);
    loop {
        at = next_quote(text, at)?;
        if !quote_behind(at) {
            return Some(at);
        }
        at += 2;
    }
}

fn next_quote(text: &[u8], from: usize) -> Option<usize> {
    bytes::find(text, from, |sixteen| bytes::equal(sixteen, b'"'), |byte| byte == b'"')
}

/// Marks a byte with ones.
#[inline]
fn bits(word: &[u8; WORD], byte: u8) -> u64 {
    let parts = word.as_chunks::<WIDTH>().0.iter().enumerate();
    parts.fold(0, |bits, (nth, part)| bits | u64::from(bytes::equal(wide::u8x16::new(*part), byte).to_bitmask()) << (nth * WIDTH))
}

/// A bit per byte, the first byte's lowest.
struct Marks {
    quotes: u64,
    delimiters: u64,
    breaks: u64,
    returns: u64,
}

impl Marks {
    #[inline]
    fn of(word: &[u8; WORD], delimiter: u8) -> Self {
        Self { quotes: bits(word, b'"'), delimiters: bits(word, delimiter), breaks: bits(word, b'\n'), returns: bits(word, b'\r') }
    }
}

/// Per bit, whether the number of ones up to and with it is odd.
#[inline]
fn parity(bits: u64) -> u64 {
    [1, 2, 4, 8, 16, 32].into_iter().fold(bits, |parity, step| parity ^ (parity << step))
}
