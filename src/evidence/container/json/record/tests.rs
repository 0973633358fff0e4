//! The one-pass reader against `serde_json`: what one reads the other reads, and to the same values.

use proptest::prelude::*;

use super::*;

/// Reads in all three ways and with the reference, and compares.
fn compare(text: &str) -> Result<(), TestCaseError> {
    let wanted = serde_json::from_str::<Value<'_>>(text).ok().filter(|_| text.trim_start().starts_with(['{', '[']));
    let (arena, cell) = (Arena::default(), text.replace('"', "\"\""));
    prop_assert_eq!(parse(text), wanted.clone());
    prop_assert_eq!(parse_into(&arena, text), wanted.clone());
    prop_assert_eq!(parse_cell(&arena, &cell), wanted);
    Ok(())
}

#[test]
fn corner_cases_are_read_like_the_reference_reads_them() {
    let numbers = [
        "0",
        "-0",
        "00",
        "01",
        "-1",
        "-",
        "1.",
        "1.5",
        ".5",
        "1e5",
        "1E+5",
        "1e",
        "1e999",
        "-1e-999",
        "123456789012345678",
        "1234567890123456789",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775808",
        "-9223372036854775809",
        "0.1",
        "0e0",
        "+1",
        "1-2",
        "NaN",
        "Infinity",
        "nul",
        "nulll",
        "true",
        "tru",
        "falsefalse",
        "0x1",
    ];
    let texts = [
        r#"""#,
        r#""""#,
        r#""a"b""#,
        r#""\u00e9\ud83d\ude00""#,
        r#""\ud83d""#,
        r#""\ude00\ud83d""#,
        r#""\ud83dx""#,
        r#""\ud83d\u0041""#,
        r#""\u12""#,
        r#""\u+123""#,
        r#""\x""#,
        r#""\""#,
        r#""\\""#,
        r#""\/\b\f\n\r\t\"\\""#,
        "\"\u{1f}\"",
        "\"\u{7f}\u{0}\"",
        "\"K\u{f6}ln \u{1F511} and more than sixteen bytes\"",
        r#""exactly 16 bytes""#,
        r#""sixteen bytes, then \n an escape""#,
    ];
    let frames = [
        "[#]",
        "[1,#]",
        "{\"a\":#}",
        "{\"a_b (c) [UTC]\":#,\"\\u0061\":2}",
        "[#,]",
        "[,#]",
        "{\"a\":#,}",
        "{#:1}",
        "[# #]",
        " [ # ] \r\n",
        "[#]x",
        "#",
        "[[#],{}]",
    ];
    for frame in frames {
        for inside in numbers.iter().chain(&texts) {
            compare(&frame.replace('#', inside)).expect("the same");
        }
    }
    for text in [
        "",
        " ",
        "{",
        "}",
        "[",
        "{\"a\"}",
        "{\"a\":}",
        "{:1}",
        "{\"a\":1 \"b\":2}",
        "\u{feff}[1]",
        "[1]\0",
        "{a:1}",
        "{'a':1}",
        "{\"a\":1,\"a\":2}",
        "[1]]",
        "[\u{a0}1]",
    ] {
        compare(text).expect("the same");
    }
    for depth in [126, 127, 128, 129, 10_000] {
        compare(&format!("{}1{}", "[".repeat(depth), "]".repeat(depth))).expect("the same");
        compare(&format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth))).expect("the same");
    }
}

#[test]
fn what_has_too_many_values_is_left_to_the_slower_reader() {
    let text = format!("[{}0]", "0,".repeat(OPEN_VALUES + 1));
    let mut arena = Arena::default();
    assert_eq!(parse_into(&arena, &text), None);
    arena.reset();
    assert!(crate::evidence::container::repair::parse(&text).is_ok_and(|(value, _)| value.elements().len() == OPEN_VALUES + 2));
}

/// Documents as they are and with something wrong.
fn document() -> impl Strategy<Value = String> {
    let text = "[a-z\\\\\"/\u{e9}\u{1F511}\n\t .#_-]{0,20}".prop_map(serde_json::Value::from);
    let leaf = prop_oneof![any::<i64>().prop_map(Into::into), any::<f64>().prop_map(Into::into), any::<bool>().prop_map(Into::into), text];
    let value = leaf.prop_recursive(4, 30, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
            proptest::collection::hash_map("[a-zA-Z0-9_ @.()\"\u{e9}-]{0,20}", inner, 0..5)
                .prop_map(|fields| serde_json::Value::Object(fields.into_iter().collect())),
        ]
    });
    let print = |(value, is_pretty): (serde_json::Value, bool)| if is_pretty { format!("{value:#}") } else { value.to_string() };
    (value, any::<bool>()).prop_map(print)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn documents_are_read_like_the_reference_reads_them(text in document()) {
        compare(&text)?;
    }

    #[test]
    fn damaged_documents_are_refused_like_the_reference_refuses_them(
        text in document(), at in any::<prop::sample::Index>(), n_gone in 0_usize..3, junk in "[\"{}\\[\\]\\\\u0-9a-fDC,:.eE+tr\0\u{1f} \u{e9}-]{0,4}"
    ) {
        let at = text.floor_char_boundary(at.index(text.len()));
        let behind = text.ceil_char_boundary(at + n_gone);
        compare(&format!("{}{junk}{}", &text[..at], text.get(behind..).unwrap_or_default()))?;
    }

    #[test]
    fn one_arena_serves_many_records(texts in proptest::collection::vec(document(), 1..8)) {
        let mut arena = Arena::default();
        for text in &texts {
            arena.reset();
            let value = parse_into(&arena, text);
            prop_assert_eq!(value, serde_json::from_str::<Value<'_>>(text).ok().filter(|_| text.starts_with(['{', '['])));
        }
    }
}
