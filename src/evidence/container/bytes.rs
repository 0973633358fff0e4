//! Looks at sixteen bytes of a text at a time.

use wide::u8x16;

/// Bytes looked at together.
pub(super) const WIDTH: usize = 16;

/// The sixteen bytes at `at`, if there are so many.
#[inline]
pub(super) fn sixteen(text: &[u8], at: usize) -> Option<u8x16> {
    text.get(at..)?.first_chunk::<WIDTH>().map(|bytes| u8x16::new(*bytes))
}

/// Where the first byte at or behind `from` stands that `is_wanted`. `wanted` marks the same bytes of sixteen with ones.
#[inline]
pub(super) fn find(text: &[u8], from: usize, wanted: impl Fn(u8x16) -> u8x16, is_wanted: impl Fn(u8) -> bool) -> Option<usize> {
    let mut at = from;
    while let Some(bytes) = sixteen(text, at) {
        let marks = wanted(bytes).to_bitmask();
        if marks != 0 {
            return Some(at + marks.trailing_zeros() as usize);
        }
        at += WIDTH;
    }
    text.get(at..)?.iter().position(|byte| is_wanted(*byte)).map(|offset| at + offset)
}

/// Marks the bytes that equal `byte`.
#[inline]
pub(super) fn equal(bytes: u8x16, byte: u8) -> u8x16 {
    bytes.simd_eq(u8x16::splat(byte))
}

/// Marks the bytes up to and with `byte`.
#[inline]
pub(super) fn up_to(bytes: u8x16, byte: u8) -> u8x16 {
    bytes.min(u8x16::splat(byte)).simd_eq(bytes)
}
