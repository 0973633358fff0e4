//! Arrays that end in a note of whose they are: one collector writes each mailbox's rules as one line, `[{rule},{rule},{"userPrincipalName":"…"}]`.

use std::sync::Arc;

use crate::evidence::container::value::{Value, is_sidecar, key_is};
use crate::evidence::container::{Piece, State};

/// Longest array that is looked at as a whole, in bytes. The rules of one mailbox take less than 256 KiB: Exchange's limit for all rules of a mailbox.
pub(super) const LIST_LIMIT: usize = 256 * 1024;

/// Longest last element that can be such a note, in bytes.
const NOTE_LIMIT: usize = 512;

/// When the last of the pieces from `first` on only names an owner, it goes, and the others get the context that a page of that owner would give them.
pub(super) fn hand_over(text: &str, pieces: &mut Vec<Piece>, first: usize) {
    if pieces.len() < first + 2 {
        return;
    }
    let Some(owner) = pieces.last().and_then(|piece| owner(text, piece)) else { return };
    pieces.pop();
    let context: Arc<str> = Arc::from(format!("#users('{}')", owner.replace('\'', "''")));
    for piece in pieces.iter_mut().skip(first).filter(|piece| piece.context.is_empty()) {
        piece.context = Arc::clone(&context);
    }
}

fn owner(text: &str, piece: &Piece) -> Option<String> {
    if piece.state != State::Whole || piece.end - piece.start > NOTE_LIMIT {
        return None;
    }
    let value: Value<'_> = serde_json::from_str(text.get(piece.start..piece.end)?).ok()?;
    let mut fields = value.object()?.iter().filter(|(key, _)| !is_sidecar(key));
    match (fields.next(), fields.next()) {
        (Some((key, Value::Text(owner))), None) if key_is(key, "userprincipalname") => Some(owner.trim().to_owned()),
        _ => None,
    }
}
