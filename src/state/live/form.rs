//! Forms as data: what can be set, how it is written, and what is wrong with what was typed.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::rc::Rc;
use std::str::FromStr;

use yew::Reducible;

/// How a setting is typed or chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A line of text.
    Text,
    /// A line of text that nobody else reads.
    Secret,
    /// A whole number; may be empty.
    Number,
    /// `yes` or nothing.
    Check,
    /// One of these: what it is, and what it is called.
    Choice(&'static [(&'static str, &'static str)]),
    /// Pairs, a line each: `name = value`.
    Pairs,
    /// Some lines of text.
    Lines,
    /// Some lines of text that nobody else reads.
    SecretLines,
}

/// One thing that can be set in a `T`.
pub struct Setting<T: 'static> {
    /// Its name in the document.
    pub id: &'static str,
    /// What a person reads.
    pub label: &'static str,
    /// What it does or what an empty one means, in a few words.
    pub hint: &'static str,
    /// How it is typed.
    pub kind: Kind,
    /// Whether it means something now.
    pub applies: fn(&T) -> bool,
    /// As it is written.
    pub get: fn(&T) -> String,
    /// Sets it from what was typed, or says what is wrong.
    pub set: fn(&mut T, &str) -> Result<(), String>,
}

/// Settings under a heading.
pub struct Group<T: 'static> {
    /// The heading.
    pub title: &'static str,
    /// Whether it is folded away at first.
    pub folded: bool,
    /// What is in it.
    pub settings: &'static [Setting<T>],
}

/// A thing while it is being changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form<T> {
    /// The thing, as far as what was typed is right.
    pub value: T,
    typed: BTreeMap<&'static str, String>,
    faults: BTreeMap<&'static str, String>,
    /// What was wrong from the beginning is not said before somebody typed there or wants to be done.
    is_quiet: bool,
}

/// What happens to a form.
pub enum FormAct<T: 'static> {
    /// This was typed into that.
    Type(&'static Setting<T>, String),
    /// Another thing is changed now.
    Begin(T),
    /// Somebody wants to be done: all that is wrong is said.
    Finish,
}

impl<T: Clone> Form<T> {
    /// A form that nothing was typed into yet.
    #[must_use]
    pub const fn new(value: T) -> Self {
        Self {
            value,
            typed: BTreeMap::new(),
            faults: BTreeMap::new(),
            is_quiet: false,
        }
    }

    /// The same, for what is begun from nothing: see [`FormAct::Finish`].
    #[must_use]
    pub const fn quiet(value: T) -> Self {
        let mut form = Self::new(value);
        form.is_quiet = true;
        form
    }

    /// What is said to be wrong with a setting now.
    #[must_use]
    pub fn said(&self, setting: &Setting<T>) -> Option<String> {
        let is_said = !self.is_quiet || self.typed.contains_key(setting.id);
        self.fault(setting).filter(|_| is_said)
    }

    /// Whether something in these groups is said to be wrong.
    #[must_use]
    pub fn says_fault(&self, groups: &[Group<T>]) -> bool {
        let mut settings = groups.iter().flat_map(|group| group.settings);
        settings.any(|setting| self.said(setting).is_some())
    }

    /// What stands in the field of a setting.
    #[must_use]
    pub fn text(&self, setting: &Setting<T>) -> String {
        self.typed
            .get(setting.id)
            .cloned()
            .unwrap_or_else(|| (setting.get)(&self.value))
    }

    /// What is wrong with what was typed, or with what stands there from the beginning.
    #[must_use]
    pub fn fault(&self, setting: &Setting<T>) -> Option<String> {
        if !(setting.applies)(&self.value) {
            return None;
        }
        if self.typed.contains_key(setting.id) {
            return self.faults.get(setting.id).cloned();
        }
        let text = (setting.get)(&self.value);
        (setting.set)(&mut self.value.clone(), &text).err()
    }

    /// Whether it holds anything else than `saved`: closing it would lose that.
    #[must_use]
    pub fn differs_from(&self, saved: &T) -> bool
    where
        T: PartialEq,
    {
        self.value != *saved || !self.faults.is_empty()
    }

    /// Whether nothing is wrong in these groups.
    #[must_use]
    pub fn is_right(&self, groups: &[Group<T>]) -> bool {
        groups
            .iter()
            .flat_map(|group| group.settings)
            .all(|setting| self.fault(setting).is_none())
    }
}

impl<T: Clone + 'static> Reducible for Form<T> {
    type Action = FormAct<T>;

    fn reduce(self: Rc<Self>, act: FormAct<T>) -> Rc<Self> {
        match act {
            FormAct::Type(setting, text) => {
                let mut next = (*self).clone();
                match (setting.set)(&mut next.value, &text) {
                    Ok(()) => next.faults.remove(setting.id),
                    Err(fault) => next.faults.insert(setting.id, fault),
                };
                next.typed.insert(setting.id, text);
                Rc::new(next)
            }
            FormAct::Finish => {
                let mut next = (*self).clone();
                next.is_quiet = false;
                Rc::new(next)
            }
            FormAct::Begin(value) => Rc::new(Self::new(value)),
        }
    }
}

/// A number that may be left out.
///
/// # Errors
/// A sentence, when it is no number or out of range.
pub fn optional<N>(text: &str, range: RangeInclusive<N>) -> Result<Option<N>, String>
where
    N: FromStr + PartialOrd + Display,
{
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<N>() {
        Ok(number) if range.contains(&number) => Ok(Some(number)),
        _ => Err(format!(
            "A whole number from {} to {}.",
            range.start(),
            range.end()
        )),
    }
}

/// A text that may be left out.
#[must_use]
pub fn optional_text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// A number as it is written; nothing for none.
#[must_use]
pub fn number_text<N: Display>(number: Option<N>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

/// `yes` or nothing.
#[must_use]
pub fn yes(is: bool) -> String {
    if is { "yes" } else { "" }.to_owned()
}

/// Three answers: yes, no, not sent.
pub const SAID: Kind = Kind::Choice(&[("", "not sent"), ("yes", "yes"), ("no", "no")]);

/// As [`SAID`] writes it.
#[must_use]
pub fn said_text(said: Option<bool>) -> String {
    match said {
        None => "",
        Some(true) => "yes",
        Some(false) => "no",
    }
    .to_owned()
}

/// As [`SAID`] reads it.
#[must_use]
pub fn said(text: &str) -> Option<bool> {
    match text {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

/// Pairs as they are written.
#[must_use]
pub fn pairs_text(pairs: &[(String, String)]) -> String {
    pairs
        .iter()
        .map(|(name, value)| format!("{name} = {value}"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Reads pairs, a line each.
///
/// # Errors
/// A sentence with the line that holds no `=`.
pub fn pairs(text: &str) -> Result<Vec<(String, String)>, String> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(index, line)| match line.split_once('=') {
            Some((name, value)) => Ok((name.trim().to_owned(), value.trim().to_owned())),
            None => Err(format!(
                "Line {} has no “=” between name and value.",
                index.saturating_add(1)
            )),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    static AGE: Setting<Option<u8>> = Setting {
        id: "age",
        label: "Age",
        hint: "",
        kind: Kind::Number,
        applies: |_| true,
        get: |value| number_text(*value),
        set: |value, text| {
            *value = optional(text, 1..=99)?;
            Ok(())
        },
    };
    static GROUPS: [Group<Option<u8>>; 1] = [Group {
        title: "",
        folded: false,
        settings: std::slice::from_ref(&AGE),
    }];

    #[test]
    fn what_is_wrong_stays_as_it_was_typed_and_changes_nothing() {
        let form = Rc::new(Form::new(Some(7)));
        assert_eq!(form.text(&AGE), "7");
        let form = form.reduce(FormAct::Type(&AGE, "700".into()));
        assert_eq!((form.text(&AGE).as_str(), form.value), ("700", Some(7)));
        assert_eq!(
            form.fault(&AGE).as_deref(),
            Some("A whole number from 1 to 99.")
        );
        assert!(!form.is_right(&GROUPS) && form.differs_from(&Some(7)));
        let back = form.clone().reduce(FormAct::Type(&AGE, "7".into()));
        assert!(!back.differs_from(&Some(7)));
        let form = form.reduce(FormAct::Type(&AGE, " 70 ".into()));
        assert_eq!((form.value, form.is_right(&GROUPS)), (Some(70), true));
        let form = form.reduce(FormAct::Type(&AGE, String::new()));
        assert_eq!(form.value, None);
    }

    #[test]
    fn what_nobody_typed_is_not_blamed_before_the_end() {
        let form = Rc::new(Form::quiet(Some(0)));
        assert_eq!((form.said(&AGE), form.is_right(&GROUPS)), (None, false));
        let typed = form.clone().reduce(FormAct::Type(&AGE, "0".into()));
        assert!(typed.said(&AGE).is_some() && typed.says_fault(&GROUPS));
        let done = form.reduce(FormAct::Finish);
        assert!(done.said(&AGE).is_some() && done.says_fault(&GROUPS));
    }

    #[test]
    fn pairs_are_read_back() {
        let read = pairs("a = 1\n\nb=x = y").unwrap();
        assert_eq!(
            read,
            [("a".into(), "1".into()), ("b".into(), "x = y".into())]
        );
        assert_eq!(pairs(&pairs_text(&read)), Ok(read));
        assert_eq!(
            pairs("a = 1\nb"),
            Err("Line 2 has no “=” between name and value.".into())
        );
    }
}
