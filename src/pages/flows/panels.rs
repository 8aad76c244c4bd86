//! Which panels are open: the parts of a narrow page, the editor, a packet, and the presentation.

use gloo_events::EventListener;
use mqttscope_inspect::flows::Scenario;
use yew::prelude::*;

use super::editor_help::TEMPLATE;
use super::steps::Part;
use crate::hooks::use_window_keys;
use crate::services::browser;
use crate::state::flows::Flows;

/// What is edited: the text at the beginning, and the own scenario that it replaces.
#[derive(Clone, PartialEq)]
pub(super) struct Editing {
    pub(super) text: AttrValue,
    pub(super) replaces: Option<Scenario>,
}

/// The panels, and what opens and closes them.
#[derive(Clone)]
pub(super) struct Panels {
    pub(super) part: UseStateHandle<Part>,
    pub(super) editing: UseStateHandle<Option<Editing>>,
    /// A packet that is looked at: its column and its index.
    pub(super) packet: UseStateHandle<Option<(usize, usize)>>,
    pub(super) presenting: UseStateHandle<bool>,
    /// Begin a new scenario.
    pub(super) on_new: Callback<()>,
    /// Edit one.
    pub(super) on_edit: Callback<Scenario>,
    pub(super) on_part: Callback<Part>,
    pub(super) on_present: Callback<()>,
}

#[hook]
pub(super) fn use_panels(state: &UseReducerHandle<Flows>) -> Panels {
    let part = use_state_eq(|| Part::Diagram);
    let editing = use_state_eq(|| None::<Editing>);
    let packet = use_state_eq(|| None::<(usize, usize)>);
    let presenting = use_state_eq(|| false);
    {
        // Whoever opens another scenario is done with the editor; its text stays as a draft.
        let (editing, packet) = (editing.setter(), packet.setter());
        use_effect_with(state.opened(), move |_| {
            editing.set(None);
            packet.set(None);
        });
    }
    {
        let presenting = presenting.clone();
        use_effect_with((), move |()| {
            // The browser's own key for it ends the presentation as well.
            let listener = browser::document().map(|document| {
                EventListener::new(&document, "fullscreenchange", move |_| {
                    if !browser::is_fullscreen() {
                        presenting.set(false);
                    }
                })
            });
            move || drop(listener)
        });
    }
    let on_key = {
        let (part, presenting, editing) = (part.clone(), presenting.clone(), editing.clone());
        Callback::from(move |event: KeyboardEvent| {
            let is_elsewhere = browser::is_within(&event, "dialog, .menu") || editing.is_some();
            if event.key() == "Escape" && !is_elsewhere {
                part.set(Part::Diagram);
                // Where the browser fills no screen, it is left by this key as well.
                if !browser::is_fullscreen() {
                    presenting.set(false);
                }
            }
        })
    };
    use_window_keys(on_key);
    let open_editor = {
        let (editing, part) = (editing.setter(), part.setter());
        Callback::from(move |opened: Editing| {
            editing.set(Some(opened));
            part.set(Part::Scenarios);
        })
    };
    let on_new = open_editor.reform(|()| Editing {
        text: TEMPLATE.into(),
        replaces: None,
    });
    let on_edit = {
        let yours = state.yours().clone();
        open_editor.reform(move |scenario: Scenario| Editing {
            text: scenario.to_text().into(),
            replaces: yours.position(&scenario).map(|_| scenario),
        })
    };
    let on_part = {
        let part = part.setter();
        Callback::from(move |to: Part| part.set(to))
    };
    let on_present = {
        let presenting = presenting.clone();
        Callback::from(move |()| {
            let wanted = !*presenting;
            browser::set_fullscreen("main.flows", wanted);
            presenting.set(wanted);
        })
    };
    Panels {
        part,
        editing,
        packet,
        presenting,
        on_new,
        on_edit,
        on_part,
        on_present,
    }
}
