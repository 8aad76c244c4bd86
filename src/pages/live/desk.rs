//! What every part of the page says things through. It never changes, so who takes it is not drawn
//! again because of it.

use std::rc::Rc;

use mqttscope_protocol::{Command, RecordId};
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::prelude::*;

use super::steps::Step;
use crate::state::live::profiles::Profiles;
use crate::state::live::publishing::Publishing;
use crate::state::live::saved::Saved;
use crate::state::live::{Act, Live, Source};
use crate::state::toasts::{ToastAction, Toaster};

/// The page's ways out.
#[derive(Clone, PartialEq)]
pub(in crate::pages) struct Desk {
    /// To the engine.
    pub(in crate::pages) talk: Callback<Command>,
    /// Starts the engine again after it has stopped.
    pub(in crate::pages) begin: Callback<()>,
    /// To what is on screen.
    pub(in crate::pages) live: UseReducerDispatcher<Live>,
    /// To the connections.
    pub(in crate::pages) profiles: UseReducerDispatcher<Profiles>,
    /// To the message that is written.
    pub(in crate::pages) publishing: UseReducerDispatcher<Publishing>,
    /// To the messages that are kept.
    pub(in crate::pages) saved: UseReducerDispatcher<Saved>,
    /// To the person.
    pub(in crate::pages) toaster: Option<Toaster>,
    /// To another part of the page, where one is shown at a time.
    pub(in crate::pages) step: Callback<Step>,
    /// Where what is recorded comes from.
    pub(in crate::pages) source: Source,
}

/// A page's desk, and what is drawn because of it.
pub(in crate::pages) struct AtDesk {
    pub(in crate::pages) desk: Rc<Desk>,
    pub(in crate::pages) profiles: UseReducerHandle<Profiles>,
    pub(in crate::pages) publishing: UseReducerHandle<Publishing>,
    pub(in crate::pages) saved: UseReducerHandle<Saved>,
    /// The part that a narrow screen shows.
    pub(in crate::pages) step: Step,
}

/// The desk of a page over this source, whose engine is reached by `talk` and begun again by `begin`.
#[hook]
pub(in crate::pages) fn use_desk(
    source: Source,
    live: &UseReducerHandle<Live>,
    talk: Callback<Command>,
    begin: Callback<()>,
    toaster: Option<Toaster>,
) -> AtDesk {
    let profiles = use_reducer(Profiles::default);
    let publishing = use_reducer(Publishing::default);
    let saved = use_reducer(Saved::default);
    let step = use_state_eq(|| Step::Traffic);
    let desk = use_memo((), |()| Desk {
        talk,
        begin,
        live: live.dispatcher(),
        profiles: profiles.dispatcher(),
        publishing: publishing.dispatcher(),
        saved: saved.dispatcher(),
        toaster,
        step: {
            let step = step.setter();
            Callback::from(move |to: Step| step.set(to))
        },
        source,
    });
    AtDesk {
        desk,
        profiles,
        publishing,
        saved,
        step: *step,
    }
}

impl Desk {
    pub(in crate::pages) fn say(&self, text: impl Into<String>) {
        if let Some(toaster) = &self.toaster {
            toaster.dispatch(ToastAction::Say(text.into()));
        }
    }

    /// Shows a packet in the inspector.
    pub(in crate::pages) fn inspect(&self, record: RecordId) {
        self.live.dispatch(Act::Select(Some(record)));
        self.step.emit(Step::Packet);
    }
}

/// What stands in the field that an event happened in.
pub(in crate::pages) fn value_of(event: &Event) -> String {
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
