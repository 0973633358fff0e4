//! When the responders say that containment, eradication, notification and recovery were reached: `T0: 2026-10-07 09:12Z`,
//! `Containment achieved at: …`.

use super::{dated, words};
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{NoteRow, Rows};

pub(super) const SHAPE: Shape = Shape {
    id: "containment_note",
    title: "Containment notes (T0–T3)",
    made_by: "Responders: `T0: <time>`, `Containment achieved at: <time>` in a text file or in the communication log",
    claims: |record| record.has("notemark"),
    read,
};

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let mark = record.get("notemark").and_then(Value::text).map(std::borrow::Cow::into_owned);
    let row = NoteRow { mark, ..dated(record, "containment", &words(record, "notetext")) };
    if row.time.is_none() {
        return Err(Reject::missing("the time behind the mark", record.get("notetime")));
    }
    rows.notes.push(place.source, place.record, "", row);
    Ok(())
}
