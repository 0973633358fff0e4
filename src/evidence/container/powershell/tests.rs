use proptest::prelude::*;

use super::*;
use crate::evidence::container::encoding::Encoding;
use crate::evidence::container::{Batches, Container, Pool, Text};

/// (context, fields as JSON) of each record, and the notes; `!` before what is broken or cut.
fn read(text: &str, block: usize) -> (Vec<(String, String)>, Vec<String>) {
    let pool = Pool::default();
    let mut batches = Batches::new(text.as_bytes(), Text { encoding: Encoding::Utf8, container: Container::PowerShell }, block, &pool);
    let mut records = Vec::new();
    for batch in batches.by_ref() {
        for piece in &batch.pieces {
            let text = batch.text.get(piece.start..piece.end).expect("pieces lie in the text");
            let value = crate::evidence::container::value::Value::Object(object(text, piece.columns.as_deref()));
            let mark = if piece.state == State::Whole { "" } else { "!" };
            records.push((piece.context.to_string(), format!("{mark}{}", value.to_json())));
        }
    }
    (records, batches.notes())
}

fn records(text: &str) -> Vec<String> {
    let whole = read(text, 1 << 20);
    for block in [1, 7, 64] {
        assert_eq!(read(text, block).0, whole.0, "in blocks of {block}");
    }
    whole.0.into_iter().map(|(_, record)| record).collect()
}

#[test]
fn objects_end_where_a_label_comes_again_or_at_blank_lines() {
    let text = "\r\n\r\nName    : a\r\nEnabled : True\r\n\r\nName    : b\r\nEnabled : \r\n\r\n\r\nIdentity : x\r\nUser     : y\r\n";
    assert_eq!(records(text), [r#"{"Enabled":"True","Name":"a"}"#, r#"{"Enabled":"","Name":"b"}"#, r#"{"Identity":"x","User":"y"}"#]);
    let tail_and_head = "Enabled     : True\nObjectState : Unchanged\n\nRunspaceId  : 1\nDescription : two\n              lines\n";
    assert_eq!(records(tail_and_head), [r#"{"Enabled":"True","ObjectState":"Unchanged"}"#, r#"{"Description":"two\nlines","RunspaceId":"1"}"#]);
}

#[test]
fn a_value_may_hold_blank_lines() {
    let padded = " ".repeat(14);
    for blank in ["", padded.as_str()] {
        let text = format!(
            "Description : If the message:\n              {blank}\n{blank}\n                from 'x'\n{blank}\nEnabled     : True\n\nDescription : next\n"
        );
        let found = records(&text);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("If the message:") && found[0].contains("\\n  from 'x'") && found[0].contains("\"Enabled\":\"True\""), "{found:?}");
    }
}

#[test]
fn wrapped_values_are_joined_and_lines_of_the_value_stay_lines() {
    let json = format!("{{\"Id\":\"{}\",\"b\":\"{}\"}}", "6f8b5c1e-0000-4000-8000-000000000001", "x".repeat(200));
    let mut wrapped = Vec::new();
    let mut rest = json.as_str();
    while !rest.is_empty() {
        let (line, behind) = rest.split_at(rest.len().min(80 - 14));
        wrapped.push(line);
        rest = behind;
    }
    let text = format!("Operations  : New-InboxRule\nAuditData   : {}\nResultIndex : 1\n", wrapped.join(&format!("\n{}", " ".repeat(14))));
    let found = records(&text);
    assert!(found[0].contains(&json.replace('"', "\\\"")), "{found:?}");
}

#[test]
fn tables_are_cut_at_the_dashes_and_say_what_is_missing() {
    let text = "Identity   User                 AccessRights                 Count\n--------   ----                 ------------                 -----\n\
                ana        NT AUTHORITY\\SELF    {FullAccess, ReadPermission}   120\nbob        eva@contoso.exam...  {FullAccess}                     3\n\n";
    assert_eq!(
        records(text),
        [
            r#"{"AccessRights":["FullAccess","ReadPermission"],"Count":"120","Identity":"ana","User":"NT AUTHORITY\\SELF"}"#,
            r#"{"AccessRights":["FullAccess"],"Count":"3","Identity":"bob","User":"eva@contoso.exam…"}"#
        ]
    );
    let notes = read(text, 1 << 20).1;
    assert!(notes.iter().any(|note| note.starts_with("1 table rows")), "{notes:?}");
}

#[test]
fn a_wrapped_row_is_one_row_and_a_row_without_a_name_is_its_own() {
    let text = "Name      ForwardTo            Enabled\n----      ---------            -------\nInvoices  {eva@northwind.examp True\n          le}\n          {bob@fabrikam.exampl False\n";
    let found = read(text, 1 << 20).0;
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[1].1.contains("\"Name\":\"\""), "{found:?}");
}

#[test]
fn sessions_tell_whose_objects_follow_and_what_was_warned() {
    let text = "**********************\nWindows PowerShell transcript start\nUsername : CONTOSO\\analyst\nStart time: 20260718140533\n**********************\n\
                PS C:\\> Get-InboxRule -Mailbox ana@contoso.example | fl Name,Enabled\n\n\nName    : .\nEnabled : True\n\n\n\nPS C:\\> Get-Mailbox -ResultSize 2 | fl Name\n\
                WARNING: There are more results available than are currently displayed.\nName : ana\n\nGet-Mailbox : The operation could not be performed.\nPS C:\\> exit\n";
    let (found, notes) = read(text, 1 << 20);
    let expected = [("#users('ana@contoso.example')", r#"{"Enabled":"True","Name":"."}"#), ("", r#"{"Name":"ana"}"#)];
    assert_eq!(found.iter().map(|(context, record)| (context.as_str(), record.as_str())).collect::<Vec<_>>(), expected);
    assert!(notes.iter().any(|note| note.contains("more results")) && notes.iter().any(|note| note.contains("could not be performed")), "{notes:?}");
}

#[test]
fn objects_on_one_line_are_records() {
    assert_eq!(
        records("@{Name=x; Enabled=True}\r\n@{Name=y; Enabled=False}"),
        [r#"{"Enabled":"True","Name":"x"}"#, r#"{"Enabled":"False","Name":"y"}"#]
    );
}

#[test]
fn a_cut_text_says_so_and_a_line_without_end_is_one_loss() {
    let notes = read("Name : a\nUser : b\nSize : 1\n\nName : c\nUser : d", 1 << 20).1;
    assert!(notes.iter().any(|note| note.contains("2 fields, the one before 3")), "{notes:?}");

    let mut splitter = Splitter::new(100);
    let mut pieces = Vec::new();
    let text = format!("Name : a\n\n{}\nName : b\n", "x".repeat(500));
    splitter.scan(&text, true, &mut pieces);
    let states: Vec<State> = pieces.iter().map(|piece| piece.state).collect();
    assert!(matches!(states.as_slice(), [State::Whole, State::Broken(_), State::Whole]), "{states:?}");
}

proptest! {
    /// Any text, in any blocks: no panic, and the same records as in one piece.
    #[test]
    fn blocks_do_not_matter(lines in proptest::collection::vec("(Name|B|Zeit)? {0,3}:? ?[a{}@,. é*-]{0,12}|PS C:> Get-X a@b.c|-+ -+|A +B|\\*{12}|@\\{a=[b;{}=]{0,6}\\}| {0,20}", 0..40), block in 1_usize..50) {
        let text = lines.join("\n");
        let whole = read(&text, 1 << 20).0;
        let parts = read(&text, block).0;
        prop_assert_eq!(whole, parts);
    }
}
