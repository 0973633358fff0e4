//! The pages of `Search-UnifiedAuditLog`: each record carries its number in its search (`ResultIndex`) and the records that the server announced
//! (`ResultCount`). Numbers that no file holds are records that were found and not exported, or were filtered out afterwards.
//!
//! Searches are told apart by PowerShell session and announced number. Two searches of one session that announce the same number are taken for one:
//! then a page that one of them lacks can stay unnoticed, but nothing is claimed missing that is there.

use std::collections::{BTreeMap, BTreeSet};

use crate::frame::{Remarks, Search};
use crate::provenance::SourceId;

/// Ranges that are told one by one.
const RANGES_TOLD: usize = 4;

/// A search of which records are missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Incomplete {
    /// The files that hold its other records.
    pub sources: BTreeSet<SourceId>,
    /// Records that the server announced.
    pub n_announced: u64,
    /// Records in the files.
    pub n_present: u64,
    /// The numbers that are missing, as ranges, first and last included; the first few.
    pub missing: Vec<(u32, u32)>,
    /// All ranges.
    pub n_ranges: usize,
}

/// The numbers of one search, over all files.
#[derive(Default)]
struct Numbers {
    sources: BTreeSet<SourceId>,
    n_announced: u32,
    /// Sorted, without repeats.
    present: Vec<u32>,
}

/// The searches of which records are missing, over all files: a search may be saved page by page.
pub(super) fn incomplete(remarks: &BTreeMap<SourceId, Remarks>) -> Vec<Incomplete> {
    let mut searches: BTreeMap<&Search, Numbers> = BTreeMap::new();
    for (source, remarks) in remarks {
        for (search, numbers) in &remarks.pages {
            let all = searches.entry(search).or_default();
            all.sources.insert(*source);
            all.n_announced = search.n_announced;
            all.present.extend(numbers);
        }
    }
    let mut by_session: BTreeMap<&str, Vec<Numbers>> = BTreeMap::new();
    for (search, mut numbers) in searches {
        numbers.present.sort_unstable();
        numbers.present.dedup();
        by_session.entry(&search.session).or_default().push(numbers);
    }
    by_session.into_values().flat_map(joined).filter_map(gaps).collect()
}

/// The server's announcement is an estimate and may change from page to page: a search that goes on exactly where another of its session ends is the
/// same search.
fn joined(mut searches: Vec<Numbers>) -> Vec<Numbers> {
    searches.sort_by_key(|numbers| (numbers.present.first().copied(), numbers.n_announced));
    let mut whole: Vec<Numbers> = Vec::new();
    for numbers in searches {
        let begin = numbers.present.first().copied().unwrap_or_default();
        let follows = |earlier: &&mut Numbers| {
            let end = earlier.present.last().copied().unwrap_or_default();
            end < earlier.n_announced && end.checked_add(1) == Some(begin)
        };
        match whole.iter_mut().find(follows) {
            Some(earlier) => {
                earlier.n_announced = earlier.n_announced.max(numbers.n_announced);
                earlier.sources.extend(numbers.sources);
                earlier.present.extend(numbers.present);
            }
            None => whole.push(numbers),
        }
    }
    whole
}

fn gaps(numbers: Numbers) -> Option<Incomplete> {
    let mut missing = Vec::new();
    let mut n_ranges = 0;
    let mut next = 1;
    let beyond = numbers.n_announced.max(numbers.present.last().copied().unwrap_or_default()).saturating_add(1);
    for number in numbers.present.iter().copied().chain([beyond]) {
        if number > next {
            n_ranges += 1;
            if missing.len() < RANGES_TOLD {
                missing.push((next, number - 1));
            }
        }
        next = number.saturating_add(1);
    }
    let n_present = numbers.present.len() as u64;
    (n_ranges > 0).then_some(Incomplete { sources: numbers.sources, n_announced: u64::from(numbers.n_announced), n_present, missing, n_ranges })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remarks(files: &[&[(&str, i64, std::ops::RangeInclusive<i64>)]]) -> BTreeMap<SourceId, Remarks> {
        let read = |searches: &&[(&str, i64, std::ops::RangeInclusive<i64>)]| {
            let mut remarks = Remarks::default();
            for (session, n_announced, numbers) in *searches {
                for number in numbers.clone() {
                    remarks.page(Some((*session).to_owned()), Some(*n_announced), Some(number));
                }
            }
            remarks
        };
        (0..).map(SourceId).zip(files.iter().map(read)).collect()
    }

    #[expect(clippy::type_complexity, reason = "announced, present, and the missing stretches of each search")]
    fn missing(files: &[&[(&str, i64, std::ops::RangeInclusive<i64>)]]) -> Vec<(u64, u64, Vec<(u32, u32)>)> {
        incomplete(&remarks(files)).into_iter().map(|search| (search.n_announced, search.n_present, search.missing)).collect()
    }

    #[test]
    fn a_page_that_is_not_there_is_missing() {
        assert_eq!(missing(&[&[("a", 30, 1..=10), ("a", 30, 21..=30)]]), [(30, 20, vec![(11, 20)])]);
        assert_eq!(missing(&[&[("a", 30, 1..=20)]]), [(30, 20, vec![(21, 30)])]);
        assert_eq!(missing(&[&[("a", 30, 1..=30), ("b", 5, 1..=5)]]), []);
    }

    #[test]
    fn a_search_may_stand_in_several_files_and_its_estimate_may_change() {
        assert_eq!(missing(&[&[("a", 30, 1..=10)], &[("A", 30, 11..=30)]]), []);
        assert_eq!(missing(&[&[("a", 30, 1..=10), ("a", 33, 11..=33)]]), []);
        // The same rows exported twice are there once.
        assert_eq!(missing(&[&[("a", 3, 1..=3)], &[("a", 3, 1..=3)]]), []);
    }

    #[test]
    fn what_the_export_does_not_say_is_not_missing() {
        let mut remarks = Remarks::default();
        remarks.page(None, None, Some(7));
        remarks.page(None, Some(0), Some(-1));
        remarks.page(None, Some(i64::MAX), Some(1));
        assert_eq!((remarks.pages.len(), remarks.n_timed_out), (0, 1));
    }
}
