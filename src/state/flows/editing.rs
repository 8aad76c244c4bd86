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
}
