//! Frame of what people and collecting programs wrote beside the exports.

use super::column::{column_code, column_types, frame};

frame! {
    /// Dated lines of communication logs, containment notes and collectors' logs.
    Notes / Note, NoteRow {
        /// When; null when the line names an hour without a day.
        time: Time,
        /// The text says the zone of the time; otherwise it was read as UTC.
        zone_stated: Flag,
        /// `communication`, `containment` or `collector`.
        kind: Text,
        /// `T0` containment, `T1` eradication, `T2` notification, `T3` recovery.
        mark: Text,
        /// `phone`, `mail`, `chat`, `sms`, `in-person`, `ticket`, `letter`.
        channel: Text,
        /// Who was told, `;`-joined: names, addresses, roles.
        people: Text,
        /// The words.
        text: Text,
        /// What a collector says about its own work: `complete`, `empty`, `partial`, `filtered`, `failed`.
        status: Text,
        /// Records that a collector says it wrote or found.
        n_claimed: Int,
        /// Begin of the window that a collector speaks of.
        from: Time,
        /// End of it.
        until: Time,
    }
}
