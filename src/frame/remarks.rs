//! What the records of an export say about the export itself, besides the rows they fill: on which page of which search they stand, and what a record
//! was about whose content is lost. Both must be known before duplicates are folded, which is why no frame holds them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::time::Time;

/// Lost records that are remembered one by one per file; the others are only counted.
const MAX_LOST: usize = 1_000;

/// Gathered while a file is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remarks {
    /// The numbers (`ResultIndex`, from 1) of the records of each search, in the order of the file.
    #[serde(with = "pairs")]
    pub pages: BTreeMap<Search, Vec<u32>>,
    /// Records of a page that the server gave up on (`ResultIndex` −1, `ResultCount` 0): what it could not deliver is missing.
    pub n_timed_out: u64,
    /// Records whose wrapper can be read and whose content cannot; at most 1,000 per file.
    pub lost: Vec<Lost>,
    /// All of them.
    pub n_lost: u64,
}

/// One search of `Search-UnifiedAuditLog`, as far as its records tell it apart from others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Search {
    /// `RunspaceId`, lower case: the PowerShell session that searched; empty when the export does not carry it.
    pub session: Box<str>,
    /// `ResultCount`: the records that the server announced.
    pub n_announced: u32,
}

/// A record that is known to exist and cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// Its number in the file, from 0.
    pub record: u64,
    /// When, by the wrapper.
    pub time: Option<Time>,
    /// Record type of the unified audit log, by the wrapper.
    pub record_type: Option<i64>,
    /// Operation in the form that all exports share, by the wrapper.
    pub operation: Option<String>,
    /// Lower-case user, by the wrapper.
    pub account: Option<String>,
    /// Who cut it.
    pub cut: Cut,
}

/// Which program cut a text, told by where it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Cut {
    /// After 32,767 characters: the limit of a spreadsheet cell.
    Spreadsheet,
    /// After about 10,000 characters: Splunk's default limit for one event (`TRUNCATE`), or nothing left at all.
    Siem,
    /// Elsewhere.
    Unknown,
}

impl Remarks {
    /// Notes the place of one record in its search. `index` and `n_announced` as the export says; out of range means that it does not say.
    pub fn page(&mut self, session: Option<String>, n_announced: Option<i64>, index: Option<i64>) {
        if index == Some(-1) {
            self.n_timed_out += 1;
        } else if let (Some(Ok(n_announced @ 1..)), Some(Ok(index @ 1..))) = (n_announced.map(u32::try_from), index.map(u32::try_from)) {
            let session = session.unwrap_or_default().to_lowercase().into_boxed_str();
            self.pages.entry(Search { session, n_announced }).or_default().push(index);
        }
    }

    /// Notes a record whose content is lost.
    pub fn lose(&mut self, lost: Lost) {
        self.n_lost += 1;
        if self.lost.len() < MAX_LOST {
            self.lost.push(lost);
        }
    }

    /// Appends what a later stretch of the same file said.
    pub fn append(&mut self, later: Self) {
        for (search, numbers) in later.pages {
            self.pages.entry(search).or_default().extend(numbers);
        }
        self.n_timed_out += later.n_timed_out;
        self.n_lost += later.n_lost;
        let room = MAX_LOST.saturating_sub(self.lost.len());
        self.lost.extend(later.lost.into_iter().take(room));
    }
}

/// A map as a list of pairs: JSON's keys are texts only.
mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<K: Serialize, V: Serialize, S: Serializer>(map: &BTreeMap<K, V>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub(super) fn deserialize<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<K, V>, D::Error> {
        Ok(Vec::<(K, V)>::deserialize(deserializer)?.into_iter().collect())
    }
}
