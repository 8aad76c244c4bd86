//! A `.proto` file, in the versions 2 and 3 of the language and in its editions.

use alloc::borrow::ToOwned as _;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;

use super::lex::{Token, Words};
use super::{Enum, Field, Kind, Label, MOST_NAME, Message, Proto, Scalar, json_name};

/// Messages within messages; who nests deeper means to break readers.
const MAX_DEPTH: usize = 64;
/// The greatest number of a field (29 bits).
const MAXIMUM_NUMBER: i64 = (1 << 29) - 1;

/// What a file says of all its fields.
#[derive(Clone, Copy, Default)]
struct Defaults {
    /// Rows of numbers are packed.
    packs: bool,
    /// Messages stand between two tags.
    delimits: bool,
}

struct Parser<'a, 'p> {
    words: Words<'a>,
    proto: &'p mut Proto,
    defaults: Defaults,
    /// What was said to extend a message that is not known yet.
    extensions: BTreeMap<String, usize>,
}

/// Adds the types of a file.
pub(super) fn parse(text: &str, proto: &mut Proto) -> Result<(), String> {
    let mut parser = Parser {
        words: Words::new(text)?,
        proto,
        defaults: Defaults::default(),
        extensions: BTreeMap::new(),
    };
    parser.file()
}

/// What stands in brackets behind a field.
#[derive(Default)]
struct Options {
    is_packed: Option<bool>,
    is_delimited: Option<bool>,
    json_name: Option<String>,
}

impl Parser<'_, '_> {
    fn file(&mut self) -> Result<(), String> {
        let mut package = String::new();
        loop {
            if *self.words.peek() == Token::End {
                return Ok(());
            }
            if self.words.is_sign(';')? {
                continue;
            }
            let word = self.visible()?;
            match &*word {
                "syntax" | "edition" => {
                    self.words.sign('=')?;
                    match self.words.next()? {
                        // Files of version 2 say nothing, or so.
                        Token::Text(version) => self.defaults.packs = version != "proto2",
                        _ => return self.words.wrong("a version in quotes before this"),
                    }
                    self.words.sign(';')?;
                }
                "package" => {
                    package = self.dotted()?;
                    self.words.sign(';')?;
                }
                "import" => self.statement()?,
                "option" => self.option()?,
                "message" => self.message(&package, 0)?,
                "enum" => self.enumeration(&package)?,
                "extend" => self.extend(&package, 0)?,
                "service" => {
                    self.words.name()?;
                    self.words.sign('{')?;
                    self.block()?;
                }
                _ => {
                    return Err(format!(
                        "line {}: “{}” begins nothing that may stand in a file",
                        self.words.line(),
                        word.chars().take(60).collect::<String>()
                    ));
                }
            }
        }
    }

    /// The first word of what comes, without who may see it.
    fn visible(&mut self) -> Result<String, String> {
        let word = self.words.name()?;
        let is_seen = self.words.is_word("message") || self.words.is_word("enum");
        if is_seen && matches!(&*word, "export" | "local") {
            return self.words.name();
        }
        Ok(word)
    }

    fn message(&mut self, scope: &str, depth: usize) -> Result<(), String> {
        let name = within(scope, &self.words.name()?);
        let at = self.add_message(&name, false)?;
        self.words.sign('{')?;
        self.body(at, &name, depth)
    }

    fn add_message(&mut self, name: &str, is_map_entry: bool) -> Result<usize, String> {
        self.proto.add_message(Message {
            name: name.to_owned(),
            is_map_entry,
            ..Message::default()
        })
    }

    /// What stands in a message, to its closing brace.
    fn body(&mut self, at: usize, scope: &str, depth: usize) -> Result<(), String> {
        if depth >= MAX_DEPTH {
            return Err(format!("messages are nested more than {MAX_DEPTH} deep"));
        }
        let below = depth.saturating_add(1);
        let mut oneofs = 0_u32;
        loop {
            if self.words.is_sign('}')? {
                return Ok(());
            }
            if self.words.is_sign(';')? {
                continue;
            }
            if *self.words.peek() == Token::Sign('.') {
                self.field(at, scope, Label::Optional, None, None, below)?;
                continue;
            }
            let word = self.visible()?;
            // A type may have any name: what follows a keyword is no name of a field with its number.
            let is_type = matches!(self.words.peek(), Token::Sign('.' | '='));
            match &*word {
                "message" if !is_type => self.message(scope, below)?,
                "enum" if !is_type => self.enumeration(scope)?,
                "extend" if !is_type => self.extend(scope, below)?,
                "option" if !is_type => self.option()?,
                "reserved" | "extensions" if !is_type => self.statement()?,
                "oneof" if !is_type => {
                    self.words.name()?;
                    self.words.sign('{')?;
                    self.oneof(at, scope, oneofs, below)?;
                    oneofs = oneofs.saturating_add(1);
                }
                "map" if *self.words.peek() == Token::Sign('<') => self.map(at, scope)?,
                "optional" => self.field(at, scope, Label::Optional, None, None, below)?,
                "required" => self.field(at, scope, Label::Required, None, None, below)?,
                "repeated" => self.field(at, scope, Label::Repeated, None, None, below)?,
                _ => self.field(at, scope, Label::Optional, None, Some(word), below)?,
            }
        }
    }

    fn oneof(&mut self, at: usize, scope: &str, of: u32, depth: usize) -> Result<(), String> {
        loop {
            if self.words.is_sign('}')? {
                return Ok(());
            }
            if self.words.is_sign(';')? {
                continue;
            }
            if self.words.is_word("option") {
                self.words.name()?;
                if !matches!(self.words.peek(), Token::Sign('.' | '=')) {
                    self.option()?;
                    continue;
                }
                self.field(
                    at,
                    scope,
                    Label::Optional,
                    Some(of),
                    Some("option".to_owned()),
                    depth,
                )?;
                continue;
            }
            self.field(at, scope, Label::Optional, Some(of), None, depth)?;
        }
    }

    /// A field from its type on; `first` is the first name of the type, where that was read.
    fn field(
        &mut self,
        at: usize,
        scope: &str,
        label: Label,
        oneof: Option<u32>,
        first: Option<String>,
        depth: usize,
    ) -> Result<(), String> {
        let of = match first {
            Some(first) => self.dotted_from(first)?,
            None => self.dotted()?,
        };
        let name = self.words.name()?;
        self.words.sign('=')?;
        let number = self.field_number()?;
        let options = self.options()?;
        let is_group = of == "group" && *self.words.peek() == Token::Sign('{');
        let (kind, name) = if is_group {
            // Its type is declared here, and the field is called so in small letters.
            let full = within(scope, &name);
            let group = self.add_message(&full, false)?;
            self.words.sign('{')?;
            self.body(group, &full, depth)?;
            (Kind::Group(group), name.to_ascii_lowercase())
        } else {
            self.words.sign(';')?;
            let is_delimited = options.is_delimited.unwrap_or(self.defaults.delimits);
            let named = || Kind::Named(of.clone(), scope.to_owned(), is_delimited);
            (Scalar::of_name(&of).map_or_else(named, Kind::Scalar), name)
        };
        let json_name = options.json_name.unwrap_or_else(|| json_name(&name));
        let is_packed = options.is_packed.unwrap_or(self.defaults.packs);
        self.proto.add_field(
            at,
            Field {
                number,
                name,
                json_name,
                is_packed,
                kind,
                label,
                oneof,
            },
        )
    }

    /// `map<key, value> name = number;`: a list of messages with a key and a value.
    fn map(&mut self, at: usize, scope: &str) -> Result<(), String> {
        self.words.sign('<')?;
        let key = self.words.name()?;
        self.words.sign(',')?;
        let value = self.dotted()?;
        self.words.sign('>')?;
        let name = self.words.name()?;
        self.words.sign('=')?;
        let number = self.field_number()?;
        let options = self.options()?;
        self.words.sign(';')?;
        let Some(key) = Scalar::of_name(&key) else {
            return Err(format!(
                "the key of the map {name} is no number and no text"
            ));
        };
        let entry = within(scope, &format!("{}Entry", capital(&json_name(&name))));
        let of = self.add_message(&entry, true)?;
        let named = || Kind::Named(value.clone(), scope.to_owned(), false);
        let value = Scalar::of_name(&value).map_or_else(named, Kind::Scalar);
        for (number, name, kind) in [(1, "key", Kind::Scalar(key)), (2, "value", value)] {
            self.proto.add_field(
                of,
                Field {
                    number,
                    name: name.to_owned(),
                    json_name: name.to_owned(),
                    kind,
                    label: Label::Optional,
                    is_packed: false,
                    oneof: None,
                },
            )?;
        }
        self.proto.add_field(
            at,
            Field {
                number,
                json_name: options.json_name.unwrap_or_else(|| json_name(&name)),
                name,
                kind: Kind::Message(of),
                label: Label::Repeated,
                is_packed: false,
                oneof: None,
            },
        )
    }

    fn enumeration(&mut self, scope: &str) -> Result<(), String> {
        let name = within(scope, &self.words.name()?);
        let mut made = Enum {
            name,
            ..Enum::default()
        };
        self.words.sign('{')?;
        while !self.words.is_sign('}')? {
            if self.words.is_sign(';')? {
                continue;
            }
            let word = self.words.name()?;
            if *self.words.peek() != Token::Sign('=') {
                match &*word {
                    "option" => self.option()?,
                    "reserved" => self.statement()?,
                    _ => return self.words.wrong("“=”"),
                }
                continue;
            }
            self.words.sign('=')?;
            let line = self.words.line();
            let number = i32::try_from(self.words.number()?);
            let number = number.map_err(|_| format!("line {line}: this number is too large"))?;
            self.options()?;
            self.words.sign(';')?;
            made.add(number, word);
        }
        self.proto.add_enum(made)
    }

    /// Fields of a message that stands somewhere else. They are called by their full names.
    fn extend(&mut self, scope: &str, depth: usize) -> Result<(), String> {
        let of = self.dotted()?;
        self.words.sign('{')?;
        // One that is not known yet is of another file: its fields are read and are nobody's.
        let named = super::find(&self.proto.names, &of, scope);
        let at = match named {
            Some(super::Named::Message(at)) => at,
            _ => match self.extensions.get(&of) {
                Some(at) => *at,
                None => {
                    let at = self.add_message(&format!("({of})"), true)?;
                    self.extensions.insert(of, at);
                    at
                }
            },
        };
        let before = self.proto.messages.get(at).map_or(0, |it| it.fields.len());
        while !self.words.is_sign('}')? {
            if self.words.is_sign(';')? {
                continue;
            }
            let label = match self.words.peek() {
                Token::Name(name) => match &**name {
                    "optional" => Some(Label::Optional),
                    "required" => Some(Label::Required),
                    "repeated" => Some(Label::Repeated),
                    _ => None,
                },
                _ => None,
            };
            if label.is_some() {
                self.words.next()?;
            }
            self.field(
                at,
                scope,
                label.unwrap_or(Label::Optional),
                None,
                None,
                depth,
            )?;
        }
        let fields = self.proto.messages.get_mut(at).map(|it| &mut it.fields);
        for field in fields.into_iter().flatten().skip(before) {
            field.name = format!("[{}]", within(scope, &field.name));
            field.json_name = field.name.clone();
        }
        Ok(())
    }

    fn field_number(&mut self) -> Result<u32, String> {
        let line = self.words.line();
        let number = self.words.number()?;
        let number = u32::try_from(number)
            .ok()
            .filter(|it| (1..=MAXIMUM_NUMBER).contains(&i64::from(*it)));
        number.ok_or_else(|| format!("line {line}: fields have numbers from 1 to {MAXIMUM_NUMBER}"))
    }

    /// `[name = value, …]`, where it stands.
    fn options(&mut self) -> Result<Options, String> {
        let mut found = Options::default();
        if !self.words.is_sign('[')? {
            return Ok(found);
        }
        let mut depth = 1_usize;
        let mut last = String::new();
        while depth > 0 {
            match self.words.next()? {
                Token::Sign('[' | '{') => depth = depth.saturating_add(1),
                Token::Sign(']' | '}') => depth = depth.saturating_sub(1),
                Token::Name(name) if depth == 1 => {
                    match (&*last, &*name) {
                        ("packed", "true") | ("repeated_field_encoding", "PACKED") => {
                            found.is_packed = Some(true);
                        }
                        ("packed", "false") | ("repeated_field_encoding", "EXPANDED") => {
                            found.is_packed = Some(false);
                        }
                        ("message_encoding", encoding) => {
                            found.is_delimited = Some(encoding == "DELIMITED");
                        }
                        _ => {}
                    }
                    last = name;
                }
                Token::Text(text) if depth == 1 && last == "json_name" => {
                    found.json_name = Some(text);
                }
                Token::End => return self.words.wrong("“]”"),
                _ => {}
            }
        }
        Ok(found)
    }

    /// An option of a file, a message or an enumeration.
    fn option(&mut self) -> Result<(), String> {
        let mut last = String::new();
        let mut depth = 0_usize;
        loop {
            match self.words.next()? {
                Token::Sign('{') => depth = depth.saturating_add(1),
                Token::Sign('}') => depth = depth.saturating_sub(1),
                Token::Sign(';') if depth == 0 => return Ok(()),
                Token::Name(name) => {
                    match (&*last, &*name) {
                        ("repeated_field_encoding", encoding) => {
                            self.defaults.packs = encoding == "PACKED";
                        }
                        ("message_encoding", encoding) => {
                            self.defaults.delimits = encoding == "DELIMITED";
                        }
                        _ => {}
                    }
                    last = name;
                }
                Token::End => return self.words.wrong("“;”"),
                _ => {}
            }
        }
    }

    /// The rest of what says nothing of fields.
    fn statement(&mut self) -> Result<(), String> {
        loop {
            match self.words.next()? {
                Token::Sign(';') => return Ok(()),
                Token::End => return self.words.wrong("“;”"),
                _ => {}
            }
        }
    }

    /// The rest of a block that says nothing of fields.
    fn block(&mut self) -> Result<(), String> {
        let mut depth = 1_usize;
        while depth > 0 {
            match self.words.next()? {
                Token::Sign('{') => depth = depth.saturating_add(1),
                Token::Sign('}') => depth = depth.saturating_sub(1),
                Token::End => return self.words.wrong("“}”"),
                _ => {}
            }
        }
        Ok(())
    }

    fn dotted(&mut self) -> Result<String, String> {
        let first = if self.words.is_sign('.')? {
            format!(".{}", self.words.name()?)
        } else {
            self.words.name()?
        };
        self.dotted_from(first)
    }

    fn dotted_from(&mut self, first: String) -> Result<String, String> {
        let mut name = first;
        while self.words.is_sign('.')? {
            name.push('.');
            name.push_str(&self.words.name()?);
        }
        if name.len() > MOST_NAME {
            return Err(format!("line {}: this name is too long", self.words.line()));
        }
        Ok(name)
    }
}

fn within(scope: &str, name: &str) -> String {
    if scope.is_empty() {
        return name.to_owned();
    }
    format!("{scope}.{name}")
}

fn capital(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next().map(|it| it.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}
