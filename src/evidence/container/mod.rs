//! Bytes → records: encodings, JSON in all its wrappings, CSV. Counts everything, loses nothing, allocates in proportion to a block, not to the file.

pub mod value;
