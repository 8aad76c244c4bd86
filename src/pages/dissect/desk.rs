//! What the parts of the page work on, and how they say what a person does.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::act::Acts;
use crate::components::text_out::TextOut;
use crate::hooks::ReaderStage;
use crate::services::clipboard;
use crate::state::toasts::{ToastAction, Toaster};
use crate::state::workbench::{Act, Document};

/// The document as it is now, and what acts on it.
pub(super) struct Desk {
    pub(super) now: Rc<Document>,
    /// What is large and is read aside.
    pub(super) pending: Option<Rc<Document>>,
    pub(super) acts: Acts,
    /// Errors and warnings that the conversation adds to each packet, two numbers a packet, and one more where there may be
    /// others.
    pub(super) marks: Rc<[u32]>,
    pub(super) toaster: Toaster,
    /// How far the program is that reads what is given.
    pub(super) reader: UseStateHandle<ReaderStage>,
    /// What could not be copied: its title and itself.
    pub(super) refused: UseStateHandle<(AttrValue, AttrValue)>,
}

/// Made anew for each drawing of the page: two are the same when they are the same one in memory.
impl PartialEq for Desk {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Desk {
    /// Does this when something is pressed.
    pub(super) fn on_press(&self, act: Act) -> Callback<MouseEvent> {
        let acts = self.acts.clone();
        Callback::from(move |_: MouseEvent| acts.dispatch(act.clone()))
    }

    /// Does this when an entry of a list is chosen.
    pub(super) fn on_choice(&self, act: fn(Option<usize>) -> Act) -> Callback<Option<usize>> {
        let acts = self.acts.clone();
        Callback::from(move |index| acts.dispatch(act(index)))
    }

    /// Errors and warnings that the conversation adds to a packet.
    pub(super) fn added(&self, packet: usize) -> [u32; 2] {
        let (marks, _) = self.marks.as_chunks();
        marks.get(packet).copied().unwrap_or_default()
    }

    /// Whether the conversation may add errors to more packets: not all findings are kept.
    pub(super) fn may_add_more(&self) -> bool {
        self.marks.len() % 2 == 1
    }

    /// Says something to the person.
    pub(super) fn say(&self, text: String) {
        self.toaster.dispatch(ToastAction::Say(text));
    }

    /// Copies a text and says `done`, or shows the text where the browser refuses.
    pub(super) fn copy(self: &Rc<Self>, title: &'static str, text: String, done: String) {
        let desk = self.clone();
        spawn_local(async move {
            match clipboard::write(&text).await {
                Ok(()) => desk.say(done),
                Err(_) => desk.refused.set((title.into(), text.into())),
            }
        });
    }

    /// The window with what could not be copied.
    pub(super) fn refused(&self) -> Html {
        let (title, text) = &*self.refused;
        if title.is_empty() {
            return Html::default();
        }
        let on_close = {
            let refused = self.refused.setter();
            Callback::from(move |()| refused.set(Default::default()))
        };
        html! { <TextOut {title} {text} {on_close} /> }
    }
}
