//! Exports that end anywhere: the records before the cut are kept as they are, the record that is cut is lost or, when only its end was blank, whole.

use std::collections::{BTreeMap, BTreeSet};

use super::{Fixture, difference, exports, is_json, is_lines, text};
use crate::claims::loaded;
use crate::robustness::facts;

/// Cuts of each export. The first small one of each container is cut at every byte.
const CUTS: usize = 6;
const SMALL: usize = 700;

/// Where the records end: line breaks outside quotes of a table (the head is the first), ends of the objects at the depth of records in JSON.
fn ends(text: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    if !is_json(text) {
        let mut quoted = false;
        for (at, byte) in text.bytes().enumerate() {
            quoted ^= byte == b'"';
            if byte == b'\n' && !quoted {
                ends.push(at + 1);
            }
        }
        return ends;
    }
    let lists = text.trim_start().starts_with('[');
    let (mut depth, mut in_text, mut escaped) = (0, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => depth += 1,
            b'}' | b']' if !in_text => {
                depth -= 1;
                if byte == b'}' && depth == usize::from(lists) {
                    ends.push(at + 1);
                }
            }
            _ => {}
        }
    }
    ends
}

#[test]
fn records_before_a_cut_are_kept() {
    let mut cut_everywhere = BTreeSet::new();
    for fixture in exports().into_iter().filter(|fixture| !is_lines(fixture)) {
        let text = text(&fixture);
        // In a page the depth of records is another; the same records are read from arrays elsewhere.
        if text.trim_start().starts_with('{') && text.contains("\"value\"") {
            continue;
        }
        let kind = (is_json(&text), text.starts_with('['));
        let step = if text.len() <= SMALL && cut_everywhere.insert(kind) { 1 } else { text.len().div_ceil(CUTS) };
        let ends = ends(&text);
        let mut wholes = BTreeMap::new();
        for cut in (1..text.len()).rev().step_by(step).filter(|cut| text.is_char_boundary(*cut)) {
            let case = load(&fixture, &text[..cut]);
            let Some(before) = ends.iter().copied().filter(|end| *end <= cut).max() else { continue };
            let (n_whole, said) = wholes.entry(before).or_insert_with(|| load(&fixture, &text[..before]));
            let at = format!("{}/{} cut at {cut}", fixture.shape, fixture.name);
            // A row whose last cell is cut cannot be told from a whole one.
            let is_whole = case.0 == *n_whole;
            assert!(is_whole || (case.0 == *n_whole + 1 && !is_json(&text)), "{at}: {} records kept of {n_whole}", case.0);
            assert!(!is_whole || case.1 == *said, "{at}: {}", difference(said, &case.1));
        }
    }
    assert_eq!(cut_everywhere.len(), 3, "a table, an array and lines are cut at every byte");
}

/// Records kept, and the facts.
fn load(fixture: &Fixture, text: &str) -> (u64, String) {
    let case = loaded(&format!("cut-{}-{}", fixture.shape, fixture.name), &fixture.name, text.as_bytes());
    (case.sources[0].kept, facts(&case))
}
