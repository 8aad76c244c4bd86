//! The schemas of payloads that a person gave, as the browser keeps them, and what is read of them.

use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mqttscope_protocol::schema::{File, Form, Framing, Given, Numbers, Plain, Rule, Schemas};
use serde::{Deserialize, Serialize};

/// Schemas that are known.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// What was given.
    pub given: Rc<Given>,
    /// What was read of it.
    pub read: Rc<Schemas>,
}

impl PartialEq for Known {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.given, &other.given)
    }
}

impl Known {
    /// Reads what is given.
    #[must_use]
    pub fn new(given: Given) -> Self {
        Self {
            read: Schemas::read(&given).into(),
            given: given.into(),
        }
    }

    /// The same with files more; one of the same name takes the other's place.
    #[must_use]
    pub fn with_files(&self, files: impl IntoIterator<Item = File>) -> Self {
        let mut given = (*self.given).clone();
        for file in files {
            match given.files.iter_mut().find(|it| it.name == file.name) {
                Some(same) => *same = file,
                None => given.files.push(file),
            }
        }
        Self::new(given)
    }

    /// The same without a file.
    #[must_use]
    pub fn without_file(&self, at: usize) -> Self {
        let mut given = (*self.given).clone();
        if at < given.files.len() {
            given.files.remove(at);
        }
        Self::new(given)
    }

    /// The same with one rule more, for the first type there is.
    #[must_use]
    pub fn with_rule(&self) -> Self {
        let mut given = (*self.given).clone();
        let form = self.read.types().first().cloned();
        given.rules.push(Rule {
            topic_filter: "#".to_owned(),
            form: form.unwrap_or(Form::Detected),
        });
        Self::new(given)
    }

    /// The same with another rule in this place, or none.
    #[must_use]
    pub fn with_rule_at(&self, at: usize, rule: Option<Rule>) -> Self {
        let mut given = (*self.given).clone();
        match (given.rules.get_mut(at), rule) {
            (Some(before), Some(rule)) => *before = rule,
            (Some(_), None) => drop(given.rules.remove(at)),
            (None, _) => {}
        }
        Self::new(given)
    }

    /// The same with a rule one place further up.
    #[must_use]
    pub fn with_rule_up(&self, at: usize) -> Self {
        let mut given = (*self.given).clone();
        if let Some(above) = at.checked_sub(1).filter(|_| at < given.rules.len()) {
            given.rules.swap(above, at);
        }
        Self::new(given)
    }

    /// What a rule may say, each with its name: as detected, the types of the files, the forms that take no schema, and bare
    /// numbers.
    #[must_use]
    pub fn choices(&self) -> Vec<(String, Form)> {
        let all = [Form::Detected]
            .into_iter()
            .chain(self.read.types().iter().cloned())
            .chain(Plain::ALL.map(Form::Plain))
            .chain(Numbers::all().map(Form::Numbers));
        all.map(|form| (form.name(), form)).collect()
    }
}

/// How a framing is called, and the number that it has.
#[must_use]
pub const fn framing_name(framing: Framing) -> &'static str {
    match framing {
        Framing::Bare => "bare",
        Framing::SingleObject => "single object",
        Framing::Confluent(_) => "Confluent",
    }
}

/// The framings by their names; the number of a registry stays.
#[must_use]
pub fn framing_of(name: &str, id: u32) -> Framing {
    match name {
        "single object" => Framing::SingleObject,
        "Confluent" => Framing::Confluent(id),
        _ => Framing::Bare,
    }
}

/// A file as it is stored: its bytes in base64.
#[derive(Serialize, Deserialize)]
struct StoredFile {
    name: String,
    base64: String,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    files: Vec<StoredFile>,
    rules: Vec<Rule>,
}

/// As the browser keeps them.
#[must_use]
pub fn write(given: &Given) -> String {
    let files = given.files.iter().map(|file| StoredFile {
        name: file.name.clone(),
        base64: STANDARD.encode(&file.bytes),
    });
    let stored = Stored {
        files: files.collect(),
        rules: given.rules.clone(),
    };
    serde_json::to_string(&stored).unwrap_or_default()
}

/// What the browser kept; what cannot be read is nothing.
#[must_use]
pub fn read(text: &str) -> Given {
    let Ok(stored) = serde_json::from_str::<Stored>(text) else {
        return Given::default();
    };
    let files = stored.files.into_iter().filter_map(|file| {
        Some(File {
            bytes: STANDARD.decode(file.base64).ok()?,
            name: file.name,
        })
    });
    Given {
        files: files.collect(),
        rules: stored.rules,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, text: &str) -> File {
        File {
            name: name.to_owned(),
            bytes: text.into(),
        }
    }

    #[test]
    fn what_is_kept_comes_back() {
        let known = Known::default()
            .with_files([
                file("a.proto", "message A {}"),
                file(
                    "b.avsc",
                    "{\"type\": \"record\", \"name\": \"B\", \"fields\": []}",
                ),
            ])
            .with_rule()
            .with_rule();
        let rule = Rule {
            topic_filter: "b/#".to_owned(),
            form: Form::Avro("B".to_owned(), Framing::Confluent(7)),
        };
        let known = known.with_rule_at(1, Some(rule.clone())).with_rule_up(1);
        assert_eq!(known.given.rules[0], rule);
        assert_eq!(known.given.rules[1].form, Form::Protobuf("A".to_owned()));
        assert_eq!(read(&write(&known.given)), *known.given);
        assert_eq!(read("{"), Given::default());
        let names: Vec<_> = known.choices().into_iter().map(|it| it.0).collect();
        assert_eq!(
            names[..5],
            ["as detected", "Protobuf A", "Avro B", "JSON", "CBOR"]
        );
        let plain = Plain::ALL.len();
        assert_eq!(names.len(), 3 + plain + Numbers::all().count());
        let raw = known.with_rule_at(
            1,
            Some(Rule {
                form: Form::Plain(Plain::Hex),
                ..rule
            }),
        );
        assert_eq!(read(&write(&raw.given)), *raw.given);
        // A file of the same name takes the other's place; a rule may stay without its type.
        let other = known.with_files([file("a.proto", "message C {}")]);
        assert_eq!(other.given.files.len(), 2);
        assert!(!other.read.has(&other.given.rules[1].form));
        let less = other.without_file(0).with_rule_at(0, None);
        assert_eq!((less.given.files.len(), less.given.rules.len()), (1, 1));
        assert_eq!(less.with_rule_up(0).given, less.given);
        assert_eq!(less.without_file(7).given.files.len(), 1);
    }

    #[test]
    fn framings_have_their_names() {
        for framing in [Framing::Bare, Framing::SingleObject, Framing::Confluent(3)] {
            assert_eq!(framing_of(framing_name(framing), 3), framing);
        }
    }
}
