use proptest::prelude::*;

use super::*;
use crate::evidence::container::encoding::Encoding;
use crate::evidence::container::{Batches, Container, Pool, Text};

fn read(text: &str, block: usize) -> Vec<String> {
    let pool = Pool::default();
    let container = Container::Lines(Kind::Notes);
    let batches = Batches::new(text.as_bytes(), Text { encoding: Encoding::Utf8, container }, block, &pool);
    let mut records = Vec::new();
    for batch in batches {
        for piece in &batch.pieces {
            let text = batch.text.get(piece.start..piece.end).expect("pieces lie in the text");
            records.push(Value::Object(object(text, &piece.context, piece.columns.as_deref(), Kind::Notes)).to_json().to_string());
        }
    }
    records
}

#[test]
fn lines_without_time_go_on_the_line_before() {
    let text = "Communication log, case 17\r\nAll times CEST\r\n\r\n2026-07-18\r\n14:05 – phone: Ana Lima\r\n  she denies the sign-in\r\n\r\n14:10 Teams: CISO\r\n";
    let expected = [
        r#"{"NoteText":"phone: Ana Lima\n  she denies the sign-in","NoteTime":"2026-07-18T12:05:00Z","NoteZone":"stated"}"#,
        r#"{"NoteText":"Teams: CISO","NoteTime":"2026-07-18T12:10:00Z","NoteZone":"stated"}"#,
    ];
    for block in [1, 20, 4096] {
        assert_eq!(read(text, block), expected, "{block}");
    }
    let table = "| Time | Who | Channel | Message |\n|---|---|---|---|\n| 2026-07-18 14:05 UTC | Ana | phone | told |\n";
    assert_eq!(read(table, 16), [r#"{"Channel":"phone","Message":"told","Time":"2026-07-18 14:05 UTC","Who":"Ana"}"#]);
}

#[test]
fn notes_and_logs_are_told_from_prose() {
    assert_eq!(kind("Notes\n2026-07-18 14:05 called Ana\n2026-07-18 14:10 told CISO\n"), Some(Kind::Notes));
    assert_eq!(kind("T0: 2026-10-07 09:12Z\n"), Some(Kind::Notes));
    assert_eq!(kind("2026-07-18 14:05:10: Getting audit log\n2026-07-18 14:05:12: done\n"), Some(Kind::CollectorLog));
    assert_eq!(kind("07/18/2026 14:05:10, INFO, start\n07/18/2026 14:05:12, ERROR, More than 50000 events\n"), Some(Kind::CollectorLog));
    assert_eq!(kind("[07/18/2026 14:05:10] - Getting rules\n[07/18/2026 14:05:12] - done\n"), Some(Kind::CollectorLog));
    for prose in ["Called Ana at 14:05.\nTold nobody.\n", "", "Version 1.2\n", "2026-07-18\n"] {
        assert_eq!(kind(prose), None, "{prose}");
    }
}

proptest! {
    #[test]
    fn rubbish_never_panics_or_depends_on_the_block(lines in proptest::collection::vec("(\\PC{0,30}|T0: |2026-07-18|14:05 x|\\| a \\| b|\\|-\\||All times UTC)", 0..20), block in 1_usize..40) {
        let text = lines.join("\n");
        kind(&text);
        prop_assert_eq!(read(&text, 1 << 20), read(&text, block));
    }
}
