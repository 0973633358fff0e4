//! T0–T3 of the response: what the analyst or the responders' own notes say, else what the logs show. And the clocks that run from the time of awareness.

use chrono::TimeDelta;

use crate::case::Case;
use crate::model::Deadline;
use crate::settings::assess::Assess;
use crate::time::{self, DateOrder, Time};

/// Names of the marks, with what they mean.
const MARKS: [(&str, &str); 4] = [("T0", "containment"), ("T1", "eradication"), ("T2", "notification"), ("T3", "recovery")];

/// Clocks that laws start at awareness: name and hours. The report says when they end, not whether they apply (NIS2 Art. 23(4): 24 and 72 hours; GDPR Art. 33(1): 72 hours).
const CLOCKS: [(&str, i64); 2] = [("24 hours", 24), ("72 hours", 72)];

/// When the marks were reached, as far as people say so.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    times: [Option<Time>; 4],
    /// One sentence per mark: who says so.
    pub(crate) words: Vec<String>,
    /// When the organisation became aware, by the analyst's word.
    pub(crate) aware: Option<Time>,
}

impl Marks {
    /// From the settings and the notes of the case. Of several notes the first containment counts and the last of everything else: containment holds from its
    /// begin, the others are done when their last part is.
    pub(crate) fn of(case: &Case, settings: &Assess) -> Self {
        let stated = |text: &str| time::parse(text, DateOrder::default());
        let mut marks = Self { aware: stated(&settings.aware), ..Self::default() };
        for (slot, (mark, meaning)) in marks.times.iter_mut().zip(MARKS) {
            let mut notes: Vec<_> =
                case.frames.notes.iter().filter(|row| row.mark() == Some(mark)).filter_map(|row| Some((row.time()?, row))).collect();
            notes.sort_by_key(|(at, _)| *at);
            let chosen = if mark == "T0" { notes.first() } else { notes.last() };
            if let Some(at) = stated(&settings.t0).filter(|_| mark == "T0") {
                *slot = Some(at);
                marks.words.push(format!("{mark} ({meaning}) {at}: given by the analyst"));
            } else if let Some((at, row)) = chosen {
                *slot = Some(*at);
                let place = row.reference();
                let zone = if row.zone_stated() == Some(true) { "" } else { "; the note does not say its time zone, it was read as UTC" };
                let others = if notes.len() > 1 {
                    format!("; {} notes say it, from {} on", notes.len(), notes.first().map_or(*at, |(first, _)| *first))
                } else {
                    String::new()
                };
                marks.words.push(format!("{mark} ({meaning}) {at}: {}, record {}{zone}{others}", case.path(place.source), place.record));
            }
        }
        marks
    }

    /// T0 to T3, by number.
    pub(crate) fn get(&self, number: usize) -> Option<Time> {
        self.times.get(number).copied().flatten()
    }

    /// The ends of the clocks that run from awareness.
    pub(crate) fn deadlines(&self) -> Vec<Deadline> {
        let end = |(name, hours): (&str, i64)| {
            self.aware.map(|aware| Deadline { name: format!("{name} after awareness"), at: (aware + TimeDelta::hours(hours)).to_string() })
        };
        CLOCKS.into_iter().filter_map(end).collect()
    }
}
