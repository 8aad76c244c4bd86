//! XML, laid out with one element a line. Nothing of it is interpreted: no entity is resolved, nothing is loaded.

use serde_json::map::Entry;
use serde_json::{Map, Value};

use super::{MAX_SHOWN, break_line};

/// Elements within elements; who nests deeper means to break readers.
const MAX_DEPTH: usize = 256;

/// What stands in a document, one behind the other.
enum Part<'a> {
    /// `<a b="c">`
    Open(&'a str),
    /// `</a>`
    Close(&'a str),
    /// `<a/>`, a comment, a declaration or an instruction.
    Whole(&'a str),
    Text(&'a str),
}

/// The document with each element on a line of its own, an element that has only text on one; `None`: it is none that is
/// sound, or it is too large.
pub(super) fn pretty(text: &str) -> Option<String> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.len() > MAX_SHOWN || !text.starts_with('<') {
        return None;
    }
    let mut out = String::with_capacity(text.len().saturating_mul(2));
    let mut open: Vec<&str> = Vec::new();
    let (mut rest, mut has_element) = (text, false);
    // Text stays beside its tags where nothing else is between them.
    let (mut is_behind_open, mut is_behind_text) = (false, false);
    while !rest.is_empty() {
        let (part, behind) = next(rest)?;
        rest = behind;
        match part {
            Part::Open(tag) => {
                if open.is_empty() && has_element || open.len() >= MAX_DEPTH {
                    return None;
                }
                line(&mut out, open.len());
                out.push_str(tag);
                open.push(name(tag));
                has_element = true;
                (is_behind_open, is_behind_text) = (true, false);
            }
            Part::Close(tag) => {
                let closes = name(tag.get(2..).unwrap_or_default());
                if open.pop() != Some(closes) {
                    return None;
                }
                if !is_behind_open && !is_behind_text {
                    line(&mut out, open.len());
                }
                out.push_str(tag);
                (is_behind_open, is_behind_text) = (false, false);
            }
            Part::Whole(tag) => {
                let is_element = !tag.starts_with("<!") && !tag.starts_with("<?");
                if is_element && open.is_empty() && has_element {
                    return None;
                }
                has_element |= is_element;
                line(&mut out, open.len());
                out.push_str(tag);
                (is_behind_open, is_behind_text) = (false, false);
            }
            Part::Text(text) => {
                let text = text.trim();
                if text.is_empty() {
                    // An element with nothing but blanks is empty.
                    continue;
                }
                if open.is_empty() {
                    return None;
                }
                if !is_behind_open {
                    line(&mut out, open.len());
                }
                out.push_str(text);
                // What follows text that follows a tag is no text of one line.
                (is_behind_text, is_behind_open) = (is_behind_open, false);
            }
        }
    }
    (open.is_empty() && has_element).then_some(out)
}

/// The outermost element of a sound document, as a value: see [`value`](super::value::value).
pub(super) fn value(document: &str) -> Option<Value> {
    pretty(document)?;
    let mut rest = document.trim_start_matches('\u{feff}').trim();
    let mut open: Vec<Element<'_>> = Vec::new();
    let mut outermost = None;
    while !rest.is_empty() {
        let (part, behind) = next(rest)?;
        rest = behind;
        let closed = match part {
            Part::Open(tag) => {
                open.push(Element::of(tag));
                None
            }
            Part::Close(_) => open.pop(),
            Part::Whole(tag) if tag.starts_with("<![CDATA[") => {
                let text = tag.get(9..tag.len().saturating_sub(3)).unwrap_or_default();
                open.last_mut()?.text.push_str(text);
                None
            }
            Part::Whole(tag) if tag.starts_with("<!") || tag.starts_with("<?") => None,
            Part::Whole(tag) => Some(Element::of(tag)),
            Part::Text(text) => {
                let text = text.trim();
                if let Some(element) = open.last_mut().filter(|_| !text.is_empty()) {
                    element.text.push_str(&resolved(text));
                }
                None
            }
        };
        if let Some(element) = closed {
            match open.last_mut() {
                Some(around) => around.take(element.name, element.value()),
                None => outermost = Some(element.value()),
            }
        }
    }
    outermost
}

/// An element that is read.
struct Element<'a> {
    name: &'a str,
    members: Map<String, Value>,
    text: String,
}

impl<'a> Element<'a> {
    fn of(tag: &'a str) -> Self {
        let name = name(tag);
        let mut element = Self {
            name,
            members: Map::new(),
            text: String::new(),
        };
        let inner = tag.trim_start_matches('<').get(name.len()..);
        let mut rest = inner.unwrap_or_default();
        while let Some((name, behind)) = rest.split_once('=') {
            let behind = behind.trim_start();
            let quote = behind.chars().next().filter(|it| matches!(it, '"' | '\''));
            let Some((value, behind)) = quote.and_then(|quote| behind.get(1..)?.split_once(quote))
            else {
                break;
            };
            let value = Value::String(resolved(value));
            element.members.insert(format!("@{}", name.trim()), value);
            rest = behind;
        }
        element
    }

    /// An element within it: several of one name are a list.
    fn take(&mut self, name: &str, value: Value) {
        match self.members.entry(name) {
            Entry::Vacant(entry) => drop(entry.insert(value)),
            Entry::Occupied(mut entry) => match entry.get_mut() {
                // No other value is a list.
                Value::Array(items) => items.push(value),
                one => {
                    let first = one.take();
                    *one = Value::Array(vec![first, value]);
                }
            },
        }
    }

    fn value(mut self) -> Value {
        if self.members.is_empty() {
            return Value::String(self.text);
        }
        if !self.text.is_empty() {
            self.members
                .insert("#text".to_owned(), Value::String(self.text));
        }
        Value::Object(self.members)
    }
}

/// Text with the characters that XML's own entities stand for; others stay as they are.
fn resolved(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">");
    let text = text.replace("&quot;", "\"").replace("&apos;", "'");
    text.replace("&amp;", "&")
}

fn line(out: &mut String, depth: usize) {
    if !out.is_empty() {
        break_line(out, depth);
    }
}

/// The part that comes next, and what is behind it.
fn next(text: &str) -> Option<(Part<'_>, &str)> {
    let cut = |len: usize| Some((text.get(..len)?, text.get(len..)?));
    let until = |end: &str| {
        text.find(end)
            .and_then(|at| cut(at.checked_add(end.len())?))
    };
    if !text.starts_with('<') {
        let (part, rest) = cut(text.find('<').unwrap_or(text.len()))?;
        return Some((Part::Text(part), rest));
    }
    for (begin, end) in [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")] {
        if text.starts_with(begin) {
            let (part, rest) = until(end)?;
            return Some((Part::Whole(part), rest));
        }
    }
    let (tag, rest) = cut(tag_len(text)?)?;
    let part = match tag.as_bytes() {
        [b'<', b'!', ..] | [.., b'/', b'>'] => Part::Whole(tag),
        [b'<', b'/', ..] => Part::Close(tag),
        _ => Part::Open(tag),
    };
    // A name begins with a letter; whoever writes `<3` means no element.
    let begins = tag.trim_start_matches(['<', '/', '!']).chars().next()?;
    (begins.is_alphabetic() || begins == '_').then_some((part, rest))
}

/// The length of a tag: a `>` in quotes, or in the brackets of a declaration, does not end it.
fn tag_len(text: &str) -> Option<usize> {
    let (mut quote, mut brackets) = (None, 0_usize);
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'[') => brackets = brackets.saturating_add(1),
            (None, b']') => brackets = brackets.saturating_sub(1),
            (None, b'>') if brackets == 0 => return at.checked_add(1),
            (None, b'<') if brackets == 0 => return None,
            _ => {}
        }
    }
    None
}

/// The name in a tag, behind its bracket.
fn name(tag: &str) -> &str {
    let name = tag.trim_start_matches('<');
    let end = name.find(|it: char| it.is_whitespace() || matches!(it, '>' | '/'));
    name.get(..end.unwrap_or(name.len())).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn elements_have_lines_of_their_own() {
        for (text, lines) in [
            ("<a/>", "<a/>"),
            ("<a> 1 </a>", "<a>1</a>"),
            ("<a></a>", "<a></a>"),
            (
                "<?xml version=\"1.0\"?><!-- c --><r x=\"1>2\"><a>1</a><b/><c><d>x</d></c></r>\n",
                "<?xml version=\"1.0\"?>\n<!-- c -->\n<r x=\"1>2\">\n  <a>1</a>\n  <b/>\n  <c>\n    <d>x</d>\n  </c>\n</r>",
            ),
            ("<p>a<b>c</b>d</p>", "<p>a\n  <b>c</b>\n  d\n</p>"),
            (
                "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;<![CDATA[<b>]]></a>",
                "<!DOCTYPE a [<!ENTITY x \"y\">]>\n<a>&x;\n  <![CDATA[<b>]]>\n</a>",
            ),
        ] {
            assert_eq!(pretty(text).as_deref(), Some(lines));
        }
    }

    #[test]
    fn what_is_no_sound_document() {
        let deep = "<a>".repeat(1_000) + &"</a>".repeat(1_000);
        for text in [
            "",
            "x",
            "<",
            "<a>",
            "</a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>x",
            "<3",
            "<a <b></a>",
            "<!-- -->",
            "<a x=\"></a>",
            &deep,
        ] {
            assert_eq!(pretty(text), None, "{text}");
        }
    }

    #[test]
    fn elements_are_values() {
        use serde_json::json;
        for (text, expected) in [
            ("<a/>", json!("")),
            ("<a> 1 </a>", json!("1")),
            (
                "<?xml version='1.0'?><r x='1>2' y = \"&lt;&amp;lt;\"><t>21.5</t><u/><u>2</u><u><v z='3'/></u></r>",
                json!({"@x": "1>2", "@y": "<&lt;", "t": "21.5", "u": ["", "2", {"v": {"@z": "3"}}]}),
            ),
            (
                "<p>a<b>c</b>d<![CDATA[<e>]]></p>",
                json!({"#text": "ad<e>", "b": "c"}),
            ),
            ("<a x/>", json!("")),
        ] {
            assert_eq!(value(text), Some(expected), "{text}");
        }
        assert_eq!(value("<a></b>"), None);
        // The largest that is read, with as many elements as it can have.
        let many = format!("<r>{}</r>", "<a/>".repeat(16_000));
        assert_eq!(value(&many).unwrap()["a"].as_array().unwrap().len(), 16_000);
    }

    proptest! {
        /// Any text is laid out or not, and what is laid out is a document that is laid out the same.
        #[test]
        fn any_text_is_borne(text in "(<a>|</a>|<b x='1'/>|<!-- c -->|<|>|x|\n| ){0,30}") {
            if let Some(once) = pretty(&text) {
                prop_assert_eq!(pretty(&once), Some(once.clone()));
                prop_assert!(value(&text).is_some());
            }
        }
    }
}
