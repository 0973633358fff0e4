//! The splitter against a plain reader, on good and on damaged text.

use proptest::prelude::*;

use super::*;
use crate::evidence::container::encoding::Encoding;
use crate::evidence::container::{Batches, Container, Pool, Text};

const JSON: Text = Text { encoding: Encoding::Utf8, container: Container::Json };

/// All pieces as (text, state, context), and the notes.
fn split(text: &str, block: usize) -> (Vec<(String, State, String)>, Vec<String>) {
    let pool = Pool::default();
    let mut batches = Batches::new(text.as_bytes(), JSON, block, &pool);
    let mut pieces = Vec::new();
    for batch in batches.by_ref() {
        assert_eq!(batch.first, pieces.len() as u64, "ordinals run on without gaps");
        for piece in &batch.pieces {
            let record = batch.text.get(piece.start..piece.end).expect("pieces lie inside their text");
            pieces.push((record.to_owned(), piece.state, piece.context.to_string()));
        }
    }
    (pieces, batches.notes())
}

/// The texts of whole records, for texts without damage.
fn whole(text: &str) -> Vec<String> {
    let (pieces, _) = split(text, 7);
    assert!(pieces.iter().all(|(_, state, _)| *state == State::Whole), "{pieces:?}");
    pieces.into_iter().map(|(text, _, _)| text).collect()
}

/// (text, state) with the states that matter spelled short: `+` whole, `~` cut, `-` broken.
fn marked(text: &str) -> Vec<String> {
    let mark = |state| match state {
        State::Whole => '+',
        State::Cut => '~',
        State::Broken(_) => '-',
    };
    let (pieces, _) = split(text, 16);
    pieces.into_iter().map(|(text, state, _)| format!("{}{}", mark(state), text.trim_end())).collect()
}

#[test]
fn every_wrapping_gives_the_same_records() {
    let records = [r#"{"a":1,"s":"x]}\"{["}"#, r#"{"a":2,"b":[{"c":[]},{}]}"#];
    let [one, two] = records;
    for text in [
        format!("[{one},{two}]"),
        format!("[\r\n  {one},\r\n  {two}\r\n]\r\n"),
        format!("{one}\n{two}"),
        format!("{one}\r\n\r\n{two}\r\n"),
        format!("{one}{two}"),
        format!("[{one}][{two}]"),
        format!("[{one}]\n\n[{two}]"),
        format!("[{one}\n][\n{two}]"),
        format!("[{one} {two}]"),
        format!("[{one},{two}"),
        format!("[[{one}],[{two}]]\n"),
        format!("{{\"value\":[{one},{two}]}}"),
        format!("{{\"@odata.context\":\"c\",\"value\":[{one}],\"@odata.nextLink\":\"u\"}}\n{{\"value\":[{two}]}}"),
        format!("[{{\"records\":[{one}]}},{{\"count\":1,\"Records\":[{two}],\"more\":{{\"x\":[1]}}}}]"),
        format!("{{\"Schema\":[{{\"Name\":\"a\"}}],\"Results\":[{one},{two}]}}"),
        format!("\u{feff}{one}\0\0\n\u{feff}{two}\0"),
    ] {
        assert_eq!(whole(&text), records, "{text}");
    }
}

#[test]
fn records_with_list_fields_are_no_pages() {
    for text in [
        r#"{"id":"x","value":[{"a":1}]}"#,
        r#"{"value":{"a":[{}]},"data":1}"#,
        r#"{"value":"[{}]"}"#,
        r#"{"a":{"value":[{}]}}"#,
        r#"{"name":"x","value":[{}]}"#,
        r#"{"rows":[[1]]}"#,
    ] {
        assert_eq!(whole(text), [text]);
    }
}

#[test]
fn pages_hand_their_context_to_their_records_only() {
    let text = r#"{"@odata.context":"https://graph/$metadata#users('u')/messageRules","value":[{"id":"1"},{"id":"2"}],"@odata.nextLink":"https://x"}{"id":"3"}"#;
    for block in 1..text.len() {
        let (pieces, notes) = split(text, block);
        let contexts: Vec<&str> = pieces.iter().map(|(_, _, context)| context.rsplit('#').next().unwrap_or_default()).collect();
        assert_eq!(contexts, ["users('u')/messageRules", "users('u')/messageRules", ""]);
        assert_eq!(notes, ["export incomplete: @odata.nextLink remains"]);
    }
    assert_eq!(split(r#"{"@odata.nextLink":null,"value":[{"a":1}]}"#, 9).1, Vec::<String>::new());
}

#[test]
fn rows_of_query_tables_know_their_columns() {
    let text = r#"{"tables":[{"name":"PrimaryResult","columns":[{"name":"Id","type":"string"},{"name":"T"}],"rows":[["a","[1]"],["b",null]]},{"name":"Other","columns":[],"rows":[]}],"statistics":{"x":[1]}}
{"Id":"c"}"#;
    let pool = Pool::default();
    for block in 1..text.len() {
        let pieces: Vec<(String, usize)> = Batches::new(text.as_bytes(), JSON, block, &pool)
            .flat_map(|batch| {
                let piece =
                    |piece: &Piece| (batch.text[piece.start..piece.end].to_owned(), piece.columns.as_ref().map_or(0, |columns| columns.len()));
                batch.pieces.iter().map(piece).collect::<Vec<_>>()
            })
            .collect();
        assert_eq!(pieces, [("[\"a\",\"[1]\"]".to_owned(), 2), ("[\"b\",null]".to_owned(), 2), ("{\"Id\":\"c\"}".to_owned(), 0)], "{block}");
    }
}

#[test]
fn a_last_element_that_names_the_owner_is_the_context_of_its_array() {
    let text = "[{\"id\":1},{\"id\":2},{\"userPrincipalName\":\"o'neil@contoso.example\"}]\n[{\"id\":3},{\"userPrincipalName\":\"b@contoso.example\",\"id\":4}]\n[{\"userPrincipalName\":\"c\"}]";
    for block in 1..text.len() {
        let (pieces, _) = split(text, block);
        let contexts: Vec<&str> = pieces.iter().map(|(_, _, context)| context.as_str()).collect();
        assert_eq!(contexts, ["#users('o''neil@contoso.example')", "#users('o''neil@contoso.example')", "", "", ""], "{block}");
    }
}

#[test]
fn a_note_of_the_role_group_names_it_for_its_members() {
    let text = "[{\"WindowsLiveId\":\"a\"},{\"GroupId\":\"1\",\"GroupName\":\"O'Neil admins\"}]\n[{\"GroupId\":\"2\",\"GroupName\":\"Empty\"}]";
    let (pieces, _) = split(text, text.len());
    let contexts: Vec<&str> = pieces.iter().map(|(_, _, context)| context.as_str()).collect();
    assert_eq!(contexts, ["#rolegroup('O''Neil admins')", ""]);
}

#[test]
fn the_note_reaches_the_rules_of_a_long_list_across_blocks() {
    let rule = format!("{{\"id\":\"{}\"}}", "x".repeat(1_000));
    let text = format!("[{},{{\"userPrincipalName\":\"a@contoso.example\"}}]", vec![rule.as_str(); 600].join(","));
    let (pieces, _) = split(&text, 400_000);
    assert_eq!(pieces.len(), 600);
    assert!(pieces.iter().all(|(_, _, context)| context == "#users('a@contoso.example')"));
}

#[test]
fn bare_values_and_rubbish_are_pieces_too() {
    assert_eq!(whole("[1, \"a\\\"b\", null]"), ["1", "\"a\\\"b\"", "null"]);
    assert_eq!(whole("WARNING: slow server\n{\"a\":1}\n"), ["WARNING: slow server", "{\"a\":1}"]);
    assert_eq!(whole(""), Vec::<String>::new());
    assert_eq!(whole("[]"), Vec::<String>::new());
}

#[test]
fn a_cut_file_loses_its_last_record_only() {
    assert_eq!(marked(r#"[{"a":1},{"a":2,"b":"tex"#), [r#"+{"a":1}"#, r#"~{"a":2,"b":"tex"#]);
    assert_eq!(marked("{\"a\":1}\n{\"a\":2,\"b\":{"), ["+{\"a\":1}", "~{\"a\":2,\"b\":{"]);
    assert_eq!(split("[", 4), (vec![], vec!["the closing bracket is missing: the export was interrupted".to_owned()]));
    assert_eq!(split(r#"{"value":[{"a":1}"#, 4).1.len(), 1);
    assert_eq!(split(r#"{"value":[{"a":1}],"coun"#, 4).1.len(), 1);
}

#[test]
fn reading_goes_on_behind_damage() {
    // A line that a killed process left, in lines and in an indented array.
    assert_eq!(marked("{\"id\":1,\"a\":\"cu\n{\"id\":2}\n{\"id\":3}"), ["-{\"id\":1,\"a\":\"cu", "+{\"id\":2}", "+{\"id\":3}"]);
    assert_eq!(marked("{\"id\":1,\"x\":{\"y\":1}\n{\"k\":2}\n"), ["-{\"id\":1,\"x\":{\"y\":1}", "+{\"k\":2}"]);
    assert_eq!(
        marked("[\n  {\n    \"id\": 1,\n    \"p\": [\n      {\n        \"id\": \"cu\n      }\n    ]\n  },\n  {\n    \"id\": 2\n  }\n]"),
        ["-{\n    \"id\": 1,\n    \"p\": [\n      {\n        \"id\": \"cu\n      }\n    ]\n  },", "+{\n    \"id\": 2\n  }"]
    );
    // Without line breaks: a lost quote, a lost bracket, a wrong bracket.
    let rest = r#"{"id":"2","t":1},{"id":"3","t":1}]"#;
    let good = [r#"+{"id":"2","t":1}"#, r#"+{"id":"3","t":1}"#];
    for damaged in [r#"{"id":"1","t":"cu},"#, r#"{"id":"1","t":{"y":1},"#, r#"{"id":"1","t":[1},"#, r#"{"id":"1","t":"a"b"},"#] {
        let pieces = marked(&format!("[{damaged}{rest}"));
        assert_eq!(pieces.first().map(|piece| piece.starts_with('-')), Some(true), "{pieces:?}");
        assert_eq!(pieces.get(1..), Some(&good.map(str::to_owned)[..]), "{damaged}");
    }
}

#[test]
fn depth_and_length_do_not_hang_or_recurse() {
    let deep = format!("{{\"a\":{}1{}}}\n{{\"a\":2}}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(whole(&deep).len(), 2);
    assert_eq!(split(&"[".repeat(100_000), 4096).0, vec![]);
    assert_eq!(split(&"{\"a\":".repeat(50_000), 4096).0.len(), 1);
    let mut splitter = Splitter::new(1_000);
    let mut pieces = Vec::new();
    let mut text = "{\"id\":1}\n{\"id\":\"".to_owned();
    for round in 0..500 {
        text.push_str(&"x".repeat(100));
        if round == 499 {
            text.push_str("\"}\n{\"id\":3}\n");
        }
        let n_done = splitter.scan(&text, round == 499, &mut pieces);
        text.drain(..n_done);
        assert!(text.len() < 2_000, "memory stays bounded");
    }
    let states: Vec<bool> = pieces.iter().map(|piece| piece.state == State::Whole).collect();
    assert_eq!(states, [true, false, true]);
}

/// JSON values with everything that could mislead a splitter.
fn value() -> impl Strategy<Value = serde_json::Value> {
    let text = proptest::collection::vec(prop_oneof!["[\"\\\\{}\\[\\],:]", "[a-z\u{e9}\u{1F511}\n\t ]"], 0..6).prop_map(|parts| parts.concat());
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        text.clone().prop_map(Into::into)
    ];
    leaf.prop_recursive(3, 20, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            proptest::collection::vec((text.clone(), inner), 0..4).prop_map(|fields| serde_json::Value::Object(fields.into_iter().collect()))
        ]
    })
}

/// Records that are no pages: their first key is none of a page.
fn record() -> impl Strategy<Value = serde_json::Value> {
    proptest::collection::vec(value(), 0..4).prop_map(|values| {
        let fields = values.into_iter().enumerate().map(|(nth, value)| (format!("field{nth}"), value));
        serde_json::Value::Object(fields.collect())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn blocks_of_any_size_give_the_records_of_a_whole_reader(
        records in proptest::collection::vec(record(), 0..6), block in 1usize..40, form in 0usize..5, pretty in any::<bool>()
    ) {
        let print = |record: &serde_json::Value| if pretty && form != 1 { serde_json::to_string_pretty(record) } else { serde_json::to_string(record) };
        let texts: Vec<String> = records.iter().map(|record| print(record).expect("values print")).collect();
        let text = match form {
            0 => format!("[{}]", texts.join(",")),
            1 => texts.join("\n"),
            2 => format!("{{\"@odata.context\":\"x\",\"value\":[{}]}}", texts.join(",\n")),
            3 => texts.concat(),
            _ => format!("[\r\n{}\r\n]", texts.join("\r\n,")),
        };
        let (pieces, _) = split(&text, block);
        let parsed: Vec<serde_json::Value> = pieces.iter().map(|(text, _, _)| serde_json::from_str(text).expect("pieces are values")).collect();
        prop_assert_eq!(parsed, records);
    }

    #[test]
    fn damage_anywhere_neither_panics_nor_depends_on_the_block(
        records in proptest::collection::vec(record(), 1..5), at in any::<prop::sample::Index>(), junk in "[\"{}\\[\\]\\\\\n,:a\0]{0,3}", cut in any::<bool>(), block in 1usize..30
    ) {
        let text = records.iter().map(|record| serde_json::to_string(record).expect("values print")).collect::<Vec<_>>().join(",\n");
        let text = format!("[{text}]");
        let at = text.floor_char_boundary(at.index(text.len()));
        let (before, after) = text.split_at(at);
        let damaged = if cut { format!("{before}{junk}") } else { format!("{before}{junk}{after}") };
        let small = split(&damaged, block);
        let large = split(&damaged, 1 << 20);
        prop_assert_eq!(small, large);
    }

    #[test]
    fn rubbish_never_panics(text in "[\"{}\\[\\]\\\\\n,:a1 \0\u{e9}]{0,60}", block in 1usize..20) {
        split(&text, block);
    }
}
