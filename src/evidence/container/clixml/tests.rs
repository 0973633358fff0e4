use proptest::prelude::*;

use super::*;
use crate::evidence::container::encoding::Encoding;
use crate::evidence::container::value::Value;
use crate::evidence::container::{Batches, Container, Pool, Text};

fn read(text: &str, block: usize) -> (Vec<String>, Vec<String>) {
    let pool = Pool::default();
    let mut batches = Batches::new(text.as_bytes(), Text { encoding: Encoding::Utf8, container: Container::Clixml }, block, &pool);
    let mut records = Vec::new();
    for batch in batches.by_ref() {
        for piece in &batch.pieces {
            let text = batch.text.get(piece.start..piece.end).expect("pieces lie in the text");
            records.push(match piece.state {
                State::Whole => object(text).map_or_else(|error| error, |object| Value::Object(object).to_json().to_string()),
                State::Cut => "cut".to_owned(),
                State::Broken(why) => why.to_owned(),
            });
        }
    }
    (records, batches.notes())
}

const HEAD: &str = "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">\n";

fn obj(name: &str) -> String {
    format!("  <Obj RefId=\"0\">\n    <Props>\n      <S N=\"Name\">{name}</S>\n    </Props>\n  </Obj>\n")
}

#[test]
fn objects_and_members_of_one_list_are_records() {
    let plain = format!("{HEAD}{}{}<!-- <Obj> --></Objs>", obj("a"), obj("b &gt;"));
    let list = format!(
        "<?xml version='1.0'?>{HEAD}  <Obj RefId=\"9\"><TN><T>System.Object[]</T></TN><LST>{}{}</LST></Obj>\n</Objs>",
        obj("a"),
        obj("b &gt;")
    );
    for text in [plain, list] {
        for block in [1, 13, 4096] {
            assert_eq!(read(&text, block), (vec![r#"{"Name":"a"}"#.to_owned(), r#"{"Name":"b >"}"#.to_owned()], Vec::new()), "{block}");
        }
    }
}

#[test]
fn damage_costs_its_object_only() {
    let text = format!("{HEAD}{}  <Obj RefId=\"1\">\n    <Props>\n      <S N=\"Name\">x\n{}{}", obj("a"), obj("b"), &obj("c")[..40]);
    let (records, notes) = read(&text, 64);
    assert_eq!(records, [r#"{"Name":"a"}"#, "an element is never closed", r#"{"Name":"b"}"#, "cut"]);
    assert_eq!(notes, ["the XML is not closed: the export was interrupted"]);
}

#[test]
fn an_endless_object_is_one_loss() {
    let mut splitter = Splitter::new(100);
    let mut pieces = Vec::new();
    let begin = format!("<Objs ><Obj><Props><S N=\"a\">{}", "x".repeat(200));
    let n_done = splitter.scan(&begin, false, &mut pieces);
    assert_eq!((n_done, pieces.len()), (begin.len(), 1));
    splitter.scan("yyy</S></Props></Obj><Obj><Props /></Obj></Objs>", true, &mut pieces);
    assert_eq!(
        pieces.iter().map(|piece| piece.state).collect::<Vec<_>>(),
        [State::Broken("the object is longer than the limit for one record"), State::Whole]
    );
}

proptest! {
    #[test]
    fn rubbish_never_panics_or_depends_on_the_block(parts in proptest::collection::vec("<Objs >|</Objs>|\n  <Obj RefId=\"1\">|</Obj>|<Props>|</Props>|<S N=\"a\">|</S>|<LST>|</LST>|<Nil/>|<!--|-->|<|>|\"|é&x;|_x000A_", 0..40), block in 1_usize..30) {
        let text = parts.concat();
        prop_assert_eq!(read(&text, 1 << 20).0, read(&text, block).0);
    }
}
