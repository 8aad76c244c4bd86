//! What every part of the page says things through. It never changes, so who takes it is not drawn
//! again because of it.

use mqttscope_protocol::{Command, RecordId};
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::prelude::*;

use crate::state::live::profiles::Profiles;
use crate::state::live::publishing::Publishing;
use crate::state::live::saved::Saved;
use crate::state::live::{Act, Live};
use crate::state::toasts::{ToastAction, Toaster};

/// The page's ways out.
#[derive(Clone, PartialEq)]
pub(super) struct Desk {
    /// To the engine.
    pub(super) talk: Callback<Command>,
    /// Starts the engine again after it has stopped.
    pub(super) begin: Callback<()>,
    /// To what is on screen.
    pub(super) live: UseReducerDispatcher<Live>,
    /// To the connections.
    pub(super) profiles: UseReducerDispatcher<Profiles>,
    /// To the message that is written.
    pub(super) publishing: UseReducerDispatcher<Publishing>,
    /// To the messages that are kept.
    pub(super) saved: UseReducerDispatcher<Saved>,
    /// To the person.
    pub(super) toaster: Option<Toaster>,
    /// To another part of the page, where one is shown at a time.
    pub(super) step: Callback<super::steps::Step>,
}

impl Desk {
    pub(super) fn say(&self, text: impl Into<String>) {
        if let Some(toaster) = &self.toaster {
            toaster.dispatch(ToastAction::Say(text.into()));
        }
    }

    /// Shows a packet in the inspector.
    pub(super) fn inspect(&self, record: RecordId) {
        self.live.dispatch(Act::Select(Some(record)));
        self.step.emit(super::steps::Step::Packet);
    }
}

/// What stands in the field that an event happened in.
pub(super) fn value_of(event: &Event) -> String {
    let Some(target) = event.target() else {
        return String::new();
    };
    if let Some(input) = target.dyn_ref::<HtmlInputElement>() {
        if input.type_() == "checkbox" {
            return if input.checked() { "yes" } else { "" }.into();
        }
        return input.value();
    }
    if let Some(select) = target.dyn_ref::<HtmlSelectElement>() {
        return select.value();
    }
    target
        .dyn_ref::<HtmlTextAreaElement>()
        .map(HtmlTextAreaElement::value)
        .unwrap_or_default()
}
