//! How far archives are unpacked: limits against files that are made to exhaust the reader.

use serde::{Deserialize, Serialize};

/// How far archives are unpacked. What lies beyond a limit is named in the report, never left out in silence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Archive {
    /// Bytes that one packed byte may become, for a member and for a whole evidence file. Exports shrink to a tenth or, with few users, to a fiftieth;
    /// bombs reach 1,030 (deflate) and more. 200 is the limit of the survey of archive readers for this tool.
    pub ratio: u64,
    /// Bytes that any evidence file may unpack to, whatever its ratio: what is hashed in a second harms no machine.
    pub always_bytes: u64,
    /// Bytes that one evidence file may unpack to. The largest exports that responders report have some 14 GB; this is seven times as much.
    pub total_bytes: u64,
    /// Members of one evidence file, those of archives inside included. Collectors write some files for each user; a tenant of 30,000 users with three each
    /// stays below.
    pub members: u64,
    /// Archives inside archives: 1 reads a ZIP that holds gzip files, but not what is packed in these once more. Nobody exports deeper; quines are endless.
    pub depth: u8,
    /// Letters of a member's name. Windows allows 260 in a whole path; longer names are made to fill a report.
    pub name_letters: usize,
    /// Memory that the dictionary of a 7z archive may take, in bytes. The strongest preset of 7-Zip takes 256 MiB.
    pub dictionary_bytes: u64,
    /// Bytes that the texts of a workbook may take unpacked. They are held in memory while its sheet is read; a sheet of 200,000 audit records has 400 MB.
    pub workbook_bytes: u64,
}

impl Default for Archive {
    fn default() -> Self {
        Self {
            ratio: 200,
            always_bytes: 64 << 20,
            total_bytes: 100_000_000_000,
            members: 100_000,
            depth: 1,
            name_letters: 1_000,
            dictionary_bytes: 1 << 30,
            workbook_bytes: 1 << 30,
        }
    }
}
