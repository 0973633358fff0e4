//! The limits of unpacking, counted for one evidence file with everything that is packed in it.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::settings::archive::Archive;

/// Counts what an evidence file unpacks to. One for each evidence file, shared with the archives inside it. Only what is read counts, so that the
/// same evidence reaches a limit at the same byte, however far ahead a thread has unpacked.
#[derive(Debug)]
pub(crate) struct Guard<'a> {
    pub(super) limits: &'a Archive,
    n_packed: u64,
    n_unpacked: AtomicU64,
    n_members: AtomicU64,
}

/// A limit that was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LimitReached {
    /// Which, in words.
    words: String,
    /// It is a limit of the whole evidence file, not of one member.
    pub(super) whole: bool,
}

impl fmt::Display for LimitReached {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.words)
    }
}

impl std::error::Error for LimitReached {}

impl LimitReached {
    fn whole(words: String) -> Self {
        Self { words, whole: true }
    }
}

impl<'a> Guard<'a> {
    /// `n_packed`: bytes of the evidence file.
    pub(crate) fn new(limits: &'a Archive, n_packed: u64) -> Self {
        Self { limits, n_packed, n_unpacked: AtomicU64::new(0), n_members: AtomicU64::new(0) }
    }

    /// The limits.
    pub(crate) fn limits(&self) -> &'a Archive {
        self.limits
    }

    /// Bytes of the evidence file.
    pub(super) fn n_packed(&self) -> u64 {
        self.n_packed
    }

    /// One more member.
    pub(super) fn add_member(&self) -> Result<(), LimitReached> {
        let limit = self.limits.members;
        if self.n_members.fetch_add(1, Ordering::Relaxed) < limit {
            return Ok(());
        }
        Err(LimitReached::whole(format!("there are more than {limit} members (setting archive.members); the others are not read")))
    }

    /// `n_bytes` more, with which a member of `n_packed` bytes has unpacked to `n_member` bytes.
    pub(super) fn add_bytes(&self, n_bytes: u64, n_member: u64, n_packed: u64) -> Result<(), LimitReached> {
        let limits = self.limits;
        let n_unpacked = self.n_unpacked.fetch_add(n_bytes, Ordering::Relaxed).saturating_add(n_bytes);
        if n_unpacked > limits.total_bytes {
            let limit = limits.total_bytes;
            return Err(LimitReached::whole(format!("everything unpacks to more than {limit} bytes (setting archive.total_bytes)")));
        }
        let is_bomb = |n_bytes: u64, n_packed: u64| n_unpacked > limits.always_bytes && n_bytes / limits.ratio.max(1) > n_packed;
        let words = || format!("it unpacks to more than {} times its packed size (setting archive.ratio)", limits.ratio);
        if is_bomb(n_unpacked, self.n_packed) {
            return Err(LimitReached::whole(words()));
        }
        if is_bomb(n_member, n_packed) {
            return Err(LimitReached { words: words(), whole: false });
        }
        Ok(())
    }
}
