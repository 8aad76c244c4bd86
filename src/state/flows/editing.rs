//! A scenario that is being written. It outlives the page, as what is shown of it does.

use mqttscope_flows::Scenario;
use yew::AttrValue;

/// A text, and what is to become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Editing {
    /// The text at the beginning.
    pub first: AttrValue,
    /// The text as it was when the page was left last.
    pub text: AttrValue,
    /// The own scenario that it replaces when it is saved.
    pub replaces: Option<Scenario>,
}

impl Editing {
    /// Begins with a text.
    #[must_use]
    pub fn new(first: impl Into<AttrValue>, replaces: Option<Scenario>) -> Self {
        let first = first.into();
        Self {
            text: first.clone(),
            first,
            replaces,
        }
    }

    /// A text that an earlier page left unsaved.
    #[must_use]
    pub fn found(text: impl Into<AttrValue>, replaces: Option<Scenario>) -> Self {
        let first = replaces.as_ref().map(Scenario::to_text).unwrap_or_default();
        Self {
            first: first.into(),
            text: text.into(),
            replaces,
        }
    }

    /// What it is called, as far as it has a title.
    #[must_use]
    pub fn title(&self) -> Option<String> {
        let title = Scenario::check(&self.text).0.title;
        (!title.is_empty()).then_some(title)
    }
}
