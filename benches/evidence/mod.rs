//! Evidence of any size, the same bytes on every machine: one tenant of 500 people, seen through its unified audit log and its sign-ins, in the shapes
//! and with the untidiness of real exports. Nothing of it is kept in the repository.
//!
//! The addresses lie in blocks of real providers, so that the address tables are searched as they are for real evidence; they mean nobody.

#![allow(dead_code, reason = "every bench uses its own part of it")]

mod administration;
mod audit;
mod sign_in;
mod spelling;
mod tenant;

use std::io::{self, Write};

use tenant::Tenant;

/// One seed for everything that is generated.
const SEED: u64 = 0x5EED;

/// What is generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `Search-UnifiedAuditLog | Export-Csv`: byte-order mark, CRLF, every cell quoted, AuditData with doubled quotes.
    AuditCsv,
    /// The AuditData objects alone, one per line.
    AuditJsonl,
    /// Graph sign-ins, one per line.
    SignInsNdjson,
    /// The same in one JSON array on one line.
    SignInsArray,
    /// The same in one indented JSON array.
    SignInsIndented,
}

impl Kind {
    /// All kinds.
    pub(crate) const ALL: [Self; 5] = [Self::AuditCsv, Self::AuditJsonl, Self::SignInsNdjson, Self::SignInsArray, Self::SignInsIndented];

    /// The word for it on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AuditCsv => "audit-csv",
            Self::AuditJsonl => "audit-jsonl",
            Self::SignInsNdjson => "sign-ins-ndjson",
            Self::SignInsArray => "sign-ins-array",
            Self::SignInsIndented => "sign-ins-indented",
        }
    }

    /// A file name that says nothing about the contents but the ending.
    pub(crate) fn file_name(self) -> String {
        let ending = match self {
            Self::AuditCsv => "csv",
            Self::AuditJsonl | Self::SignInsNdjson => "jsonl",
            Self::SignInsArray | Self::SignInsIndented => "json",
        };
        format!("{}.{ending}", self.name())
    }
}

/// Writes whole records until there are at least `size` bytes; tells the number of records.
pub(crate) fn write(kind: Kind, output: &mut impl Write, size: u64) -> io::Result<u64> {
    let tenant = Tenant::new();
    // Two streams of numbers: ids of audit records and of sign-ins never meet.
    let is_audit = matches!(kind, Kind::AuditCsv | Kind::AuditJsonl);
    let mut random = Random::of([u64::from(is_audit), 0, 0]);
    let (mut json, mut line) = (String::new(), Vec::new());
    let start: &[u8] = match kind {
        Kind::AuditCsv => audit::HEADER,
        Kind::SignInsArray | Kind::SignInsIndented => b"[",
        Kind::AuditJsonl | Kind::SignInsNdjson => b"",
    };
    output.write_all(start)?;
    let (mut n_bytes, mut number) = (start.len() as u64, 0);
    while n_bytes < size {
        json.clear();
        line.clear();
        match kind {
            Kind::AuditCsv => {
                let record = audit::write(&tenant, &mut random, number, &mut json);
                audit::row(&record, &json, &mut random, number, &mut line)?;
            }
            Kind::AuditJsonl => {
                audit::write(&tenant, &mut random, number, &mut json);
                line.extend_from_slice(json.as_bytes());
                line.push(b'\n');
            }
            Kind::SignInsNdjson => {
                sign_in::write(&tenant, &mut random, number, &mut json);
                line.extend_from_slice(json.as_bytes());
                line.push(b'\n');
            }
            Kind::SignInsArray | Kind::SignInsIndented => {
                sign_in::write(&tenant, &mut random, number, &mut json);
                if number > 0 {
                    line.push(b',');
                }
                if kind == Kind::SignInsIndented {
                    line.extend_from_slice(b"\r\n  ");
                    spelling::indent(&json, 1, &mut line);
                } else {
                    line.extend_from_slice(json.as_bytes());
                }
            }
        }
        n_bytes += line.len() as u64;
        number += 1;
        output.write_all(&line)?;
    }
    match kind {
        Kind::SignInsArray => output.write_all(b"]")?,
        Kind::SignInsIndented => output.write_all(b"\r\n]\r\n")?,
        Kind::AuditCsv | Kind::AuditJsonl | Kind::SignInsNdjson => {}
    }
    output.flush()?;
    Ok(number)
}

/// xorshift64*: the same evidence on every machine.
struct Random(u64);

impl Random {
    /// A generator of its own for one thing, so that it looks the same each time.
    fn of(parts: [u64; 3]) -> Self {
        let mut random = Self(parts.iter().fold(SEED, |seed, part| (seed ^ part).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29)) | 1);
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, bound: u64) -> u64 {
        (self.next() >> 33) % bound
    }

    fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// An index that prefers the small ones, as with people and their addresses: of all draws, half go to the first eighth.
    fn skewed(&mut self, length: usize) -> usize {
        const STEPS: u64 = 1 << 16;
        let unit = u128::from(self.below(STEPS));
        usize::try_from((unit * unit * unit * length as u128) >> 48).unwrap_or(0)
    }

    fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        let index = self.index(list.len());
        &list[index]
    }

    fn guid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        format!("{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}", high >> 32, high >> 16 & 0xFFFF, high & 0xFFF, low >> 48 & 0xFFF, low & 0xFFFF_FFFF_FFFF)
    }

    /// `length` characters of an identifier in base 64.
    fn letters(&mut self, length: usize, text: &mut String) {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for _ in 0..length.div_ceil(10) {
            let bits = self.next();
            text.extend((0..10).map(|place| char::from(LETTERS[(bits >> (6 * place) & 63) as usize])));
        }
    }
}
