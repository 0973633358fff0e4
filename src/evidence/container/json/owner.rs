//! Arrays that end in a note of whose they are: one collector writes each mailbox's rules as one line, `[{rule},{rule},{"userPrincipalName":"…"}]`, and the
//! members of each role group as `[{member},{"GroupId":"…","GroupName":"…"}]`.

use std::sync::Arc;

use crate::evidence::container::value::{Value, is_sidecar, key_is};
use crate::evidence::container::{Piece, State};

/// Longest array that is looked at as a whole, in bytes. Exchange keeps at most 256 KiB of rules per mailbox in its own form; written out with the names of
/// all conditions and actions they take several times that.
pub(super) const LIST_LIMIT: usize = 2 * 1024 * 1024;

/// Longest last element that can be such a note, in bytes.
const NOTE_LIMIT: usize = 512;

/// When the last of the pieces from `first` on only names an owner, it goes, and the others get the context that a page of that owner would give them.
pub(super) fn hand_over(text: &str, pieces: &mut Vec<Piece>, first: usize) {
    if pieces.len() < first + 2 {
        return;
    }
    let Some(context) = pieces.last().and_then(|piece| context(text, piece)) else { return };
    pieces.pop();
    let context: Arc<str> = Arc::from(context);
    for piece in pieces.iter_mut().skip(first).filter(|piece| piece.context.is_empty()) {
        piece.context = Arc::clone(&context);
    }
}

/// `#users('…')` or `#rolegroup('…')`, when the piece is such a note.
fn context(text: &str, piece: &Piece) -> Option<String> {
    if piece.state != State::Whole || piece.end - piece.start > NOTE_LIMIT {
        return None;
    }
    let value: Value<'_> = serde_json::from_str(text.get(piece.start..piece.end)?).ok()?;
    let fields: Vec<_> = value.object()?.iter().filter(|(key, _)| !is_sidecar(key)).collect();
    let quoted = |kind: &str, name: &str| format!("#{kind}('{}')", name.trim().replace('\'', "''"));
    match fields.as_slice() {
        [(key, Value::Text(owner))] if key_is(key, "userprincipalname") => Some(quoted("users", owner)),
        [(id, _), (key, Value::Text(name))] if key_is(id, "groupid") && key_is(key, "groupname") => Some(quoted("rolegroup", name)),
        _ => None,
    }
}
