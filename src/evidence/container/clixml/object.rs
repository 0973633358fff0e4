//! One `<Obj>` of CLIXML → its fields. No entity is expanded but the five of XML, references are not followed into objects (they could multiply
//! without end), and depth is limited.

use std::borrow::Cow;
use std::collections::HashMap;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::evidence::container::value::{Object, Value};

/// Elements inside elements that are opened. `Export-Clixml -Depth 10` needs about 30.
const DEPTH: usize = 64;

/// Stands for a value that is written elsewhere in the file: the name of a type, which the shapes take for a lost value, not for none.
const ELSEWHERE: &str = "System.Management.Automation.Reference[]";

/// The fields of one object; the error says what is wrong with the XML.
pub(crate) fn object(text: &str) -> Result<Object<'static>, String> {
    let mut parser = Parser { reader: Reader::from_str(text), known: HashMap::new() };
    loop {
        match parser.reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(start) => {
                let fields = if start.local_name().as_ref() == "Obj" { parser.parts(&start, 0)?.fields } else { None };
                return fields.map(Object::new).ok_or_else(|| "a bare value, not an object".to_owned());
            }
            Event::Eof | Event::Empty(_) => return Err("a reference to an object that stands elsewhere in the file".to_owned()),
            _ => {}
        }
    }
}

struct Parser<'t> {
    reader: Reader<&'t [u8]>,
    /// Texts by `RefId`, for references inside the same record.
    known: HashMap<String, Value<'static>>,
}

/// What an `<Obj>` was found to hold.
#[derive(Default)]
struct Parts {
    to_string: Option<String>,
    fields: Option<Vec<(Cow<'static, str>, Value<'static>)>>,
    list: Option<Vec<Value<'static>>>,
    plain: Option<(Value<'static>, bool)>,
}

impl Parser<'_> {
    /// The value of the element whose start tag was read.
    fn element(&mut self, start: &BytesStart<'_>, depth: usize) -> Result<Value<'static>, String> {
        if depth > DEPTH {
            return Err(format!("elements are nested deeper than {DEPTH}"));
        }
        let name = start.local_name();
        let value = match name.as_ref() {
            "Obj" => self.parts(start, depth)?.value(),
            "B" => Value::Bool(self.text(start)?.trim().eq_ignore_ascii_case("true")),
            // A secret that PowerShell encrypted for one user of one machine.
            "SS" => {
                self.text(start)?;
                Value::Null
            }
            _ => Value::Text(self.text(start)?.into()),
        };
        if let (Some(id), Value::Text(_)) = (attribute(start, "RefId"), &value) {
            self.known.insert(id, value.clone());
        }
        Ok(value)
    }

    fn parts(&mut self, obj: &BytesStart<'_>, depth: usize) -> Result<Parts, String> {
        let mut parts = Parts::default();
        self.children(obj, |parser, child, is_empty| {
            let name = child.local_name();
            match name.as_ref() {
                "TN" | "TNRef" => parser.skip(child, is_empty)?,
                "ToString" if !is_empty => parts.to_string = Some(parser.text(child)?),
                "Props" | "MS" => {
                    let fields = parts.fields.get_or_insert_default();
                    if !is_empty {
                        parser.children(child, |parser, member, is_empty| {
                            let name = attribute(member, "N").unwrap_or_default();
                            fields.push((Cow::Owned(unescaped(&name)), parser.child(member, is_empty, depth + 2)?));
                            Ok(())
                        })?;
                    }
                }
                "LST" | "IE" | "QUE" | "STK" => {
                    let list = parts.list.get_or_insert_default();
                    if !is_empty {
                        parser.children(child, |parser, member, is_empty| {
                            list.push(parser.child(member, is_empty, depth + 2)?);
                            Ok(())
                        })?;
                    }
                }
                "DCT" => {
                    let fields = parts.fields.get_or_insert_default();
                    if !is_empty {
                        parser.children(child, |parser, entry, is_empty| parser.entry(entry, is_empty, fields, depth + 2))?;
                    }
                }
                plain => {
                    let is_number = matches!(plain, "I16" | "I32" | "I64" | "U16" | "U32" | "U64" | "By" | "SB");
                    parts.plain = Some((parser.child(child, is_empty, depth + 1)?, is_number));
                }
            }
            Ok(())
        })?;
        Ok(parts)
    }

    /// `<En><S N="Key">name</S><Obj N="Value">…</Obj></En>`.
    fn entry(
        &mut self,
        entry: &BytesStart<'_>,
        is_empty: bool,
        fields: &mut Vec<(Cow<'static, str>, Value<'static>)>,
        depth: usize,
    ) -> Result<(), String> {
        let (mut key, mut value) = (String::new(), Value::Null);
        if !is_empty {
            self.children(entry, |parser, member, is_empty| {
                let read = parser.child(member, is_empty, depth + 1)?;
                match attribute(member, "N").as_deref() {
                    Some("Key") => key = read.text().unwrap_or_default().into_owned(),
                    _ => value = read,
                }
                Ok(())
            })?;
        }
        fields.push((Cow::Owned(key), value));
        Ok(())
    }

    /// The value of a child element, which may be empty: `<Nil N="x"/>`, `<S N="x"/>`, `<Ref N="x" RefId="3"/>`.
    fn child(&mut self, child: &BytesStart<'_>, is_empty: bool, depth: usize) -> Result<Value<'static>, String> {
        if !is_empty {
            return self.element(child, depth);
        }
        Ok(match child.local_name().as_ref() {
            "Nil" | "Obj" => Value::Null,
            "Ref" => attribute(child, "RefId").and_then(|id| self.known.get(&id).cloned()).unwrap_or(Value::Text(ELSEWHERE.into())),
            _ => Value::Text("".into()),
        })
    }

    /// Calls `each` for the child elements of the element whose start tag was read, up to its end tag.
    fn children(
        &mut self,
        parent: &BytesStart<'_>,
        mut each: impl FnMut(&mut Self, &BytesStart<'_>, bool) -> Result<(), String>,
    ) -> Result<(), String> {
        loop {
            match self.reader.read_event().map_err(|error| error.to_string())? {
                Event::Start(child) => each(self, &child, false)?,
                Event::Empty(child) => each(self, &child, true)?,
                Event::End(_) => return Ok(()),
                Event::Eof => return Err(format!("{} is never closed", parent.name().as_ref())),
                _ => {}
            }
        }
    }

    fn skip(&mut self, element: &BytesStart<'_>, is_empty: bool) -> Result<(), String> {
        if !is_empty {
            self.reader.read_to_end(element.name()).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// The text of the element whose start tag was read; elements inside are passed over.
    fn text(&mut self, element: &BytesStart<'_>) -> Result<String, String> {
        let mut text = String::new();
        loop {
            match self.reader.read_event().map_err(|error| error.to_string())? {
                Event::Text(part) => text.push_str(&part.xml10_content()),
                Event::CData(part) => text.push_str(&part.xml10_content()),
                Event::GeneralRef(reference) => match reference.resolve_char_ref().map_err(|error| error.to_string())? {
                    Some(letter) => text.push(letter),
                    None => text.push(predefined(&reference)?),
                },
                Event::Start(inner) => self.skip(&inner, false)?,
                Event::End(_) => return Ok(unescaped(&text)),
                Event::Eof => return Err(format!("{} is never closed", element.name().as_ref())),
                _ => {}
            }
        }
    }
}

impl Parts {
    fn value(self) -> Value<'static> {
        let name = self.to_string.filter(|text| !is_type_name(text));
        match (self.plain, self.list, name, self.fields) {
            // An enumeration: its name says more than its number.
            (Some((_, true)), _, Some(name), _) => Value::Text(name.into()),
            (Some((plain, _)), ..) => plain,
            (None, Some(list), ..) => Value::List(list.into()),
            // A directory object: its path, not its parts.
            (None, None, Some(name), _) if !name.starts_with("@{") && !name.is_empty() => Value::Text(name.into()),
            (None, None, _, Some(fields)) => Value::Object(Object::new(fields)),
            (None, None, name, None) => name.map_or(Value::Null, |name| Value::Text(name.into())),
        }
    }
}

/// The text of an object that has no better one.
fn is_type_name(text: &str) -> bool {
    ["System.", "Microsoft.", "Deserialized.", "Selected."].iter().any(|begin| text.starts_with(begin)) && !text.contains(char::is_whitespace)
}

fn predefined(name: &str) -> Result<char, String> {
    match name {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(format!("the entity {name:?} is not part of XML and is not expanded")),
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    element.try_get_attribute(name).ok().flatten().and_then(|found| found.normalized_value(XmlVersion::Implicit1_0).ok()).map(Cow::into_owned)
}

/// PowerShell writes what XML cannot hold as `_x000A_`, in units of UTF-16; a literal `_x` is `_x005F_x`.
fn unescaped(text: &str) -> String {
    let mut units: Vec<u16> = Vec::new();
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let (before, from) = rest.split_at(at);
        let unit = from.get(2..6).filter(|_| from.get(6..7) == Some("_")).and_then(|digits| u16::from_str_radix(digits, 16).ok());
        if !before.is_empty() || unit.is_none() {
            plain.push_str(&String::from_utf16_lossy(&units));
            units.clear();
        }
        plain.push_str(before);
        match unit {
            Some(unit) => units.push(unit),
            None => plain.push_str("_x"),
        }
        rest = from.get(if unit.is_some() { 7 } else { 2 }..).unwrap_or_default();
    }
    plain.push_str(&String::from_utf16_lossy(&units));
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> String {
        object(text).map_or_else(|error| error, |object| Value::Object(object).to_json().to_string())
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(unescaped("a_x000D__x000A_b_x005F_x c_xD83D__xDE00__xZZZZ__x00"), "a\r\nb_x c\u{1F600}_xZZZZ__x00");
    }

    #[test]
    fn kinds_of_values_are_told_apart() {
        let text = r#"<Obj RefId="0"><TN RefId="0"><T>Deserialized.Rule</T></TN><ToString>x</ToString><Props>
            <S N="Name">a &amp; b_x000A_c</S><B N="Enabled">true</B><U64 N="RuleIdentity">15394007230974001153</U64><Nil N="From" /><S N="Empty" />
            <Obj N="Words" RefId="1"><TNRef RefId="1" /><LST><S>one</S><S>two</S></LST></Obj>
            <Obj N="Kind" RefId="2"><TNRef RefId="2" /><ToString>UserMailbox</ToString><I32>1</I32></Obj>
            <Obj N="Owner" RefId="3"><ToString>contoso.example/ana</ToString><Props><S N="Rdn">x</S></Props></Obj>
            <Obj N="Extra" RefId="4"><DCT><En><S N="Key">phoneNumber</S><S N="Value">+49 1</S></En></DCT></Obj>
            <Obj N="Status" RefId="5"><ToString>Microsoft.Graph.Models.Status</ToString><Props><I32 N="ErrorCode">0</I32></Props></Obj>
            <Ref N="Again" RefId="3" /><Ref N="Far" RefId="99" /></Props><MS><DT N="When">2026-07-17T08:28:17</DT></MS></Obj>"#;
        assert_eq!(
            json(text),
            r#"{"Again":"contoso.example/ana","Empty":"","Enabled":true,"Extra":{"phoneNumber":"+49 1"},"Far":"System.Management.Automation.Reference[]","From":null,"Kind":"UserMailbox","Name":"a & b\nc","Owner":"contoso.example/ana","RuleIdentity":"15394007230974001153","Status":{"ErrorCode":"0"},"When":"2026-07-17T08:28:17","Words":["one","two"]}"#
        );
    }

    #[test]
    fn hostile_xml_is_refused() {
        assert!(json(r#"<Obj><Props><S N="a">&lol9;</S></Props></Obj>"#).contains("not expanded"));
        assert!(json(&"<Obj><LST>".repeat(10_000)).contains("nested deeper"));
        assert!(json(r#"<Obj><Props><S N="a">x</Props></Obj>"#).contains('S'));
        assert!(json("<S>x</S>").contains("bare"));
    }
}
