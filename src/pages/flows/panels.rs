//! Which panels are open: the parts of a narrow page, the editor, a packet, and the presentation.

use gloo_events::EventListener;
use mqttscope_flows::Scenario;
use yew::prelude::*;

use super::act::Acts;
use super::editor_help::TEMPLATE;
use super::steps::Part;
use crate::hooks::use_window_keys;
use crate::services::{browser, fullscreen};
use crate::state::flows::{Act, Editing, Flows};

/// The panels, and what opens and closes them.
#[derive(Clone)]
pub(super) struct Panels {
    pub(super) part: UseStateHandle<Part>,
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
    let is_editing = state.is_preview();
    let part = use_state_eq(|| {
        // Who comes back to the page finds what was being written.
        if is_editing {
            Part::Scenarios
        } else {
            Part::Diagram
        }
    });
    let packet = use_state_eq(|| None::<(usize, usize)>);
    let presenting = use_state_eq(|| false);
    {
        let packet = packet.setter();
        use_effect_with(state.opened(), move |_| packet.set(None));
    }
    {
        let presenting = presenting.clone();
        use_effect_with((), move |()| {
            // The browser's own key for it ends the presentation as well.
            let listener = browser::document().map(|document| {
                EventListener::new(&document, "fullscreenchange", move |_| {
                    if !fullscreen::is_on() {
                        presenting.set(false);
                    }
                })
            });
            move || drop(listener)
        });
    }
    let on_key = {
        let (part, presenting) = (part.clone(), presenting.clone());
        Callback::from(move |event: KeyboardEvent| {
            let is_elsewhere = browser::is_within(&event, "dialog, .menu") || is_editing;
            if event.key() == "Escape" && !is_elsewhere {
                part.set(Part::Diagram);
                // Where the browser fills no screen, it is left by this key as well.
                if !fullscreen::is_on() {
                    presenting.set(false);
                }
            }
        })
    };
    use_window_keys(on_key);
    let open_editor = {
        let (acts, part): (Acts, _) = (state.dispatcher(), part.setter());
        Callback::from(move |act: Act| {
            acts.dispatch(act);
            part.set(Part::Scenarios);
        })
    };
    let on_new = open_editor.reform(|()| Act::Edit(Editing::new(TEMPLATE, None).into()));
    let on_edit = open_editor.reform(|scenario: Scenario| Act::EditThis(scenario.into()));
    let on_part = {
        let part = part.setter();
        Callback::from(move |to: Part| part.set(to))
    };
    let on_present = {
        let presenting = presenting.clone();
        Callback::from(move |()| {
            let wanted = !*presenting;
            fullscreen::set("main.flows", wanted);
            presenting.set(wanted);
            if wanted {
                // Else Space would press the button that leaves it.
                browser::focus_quietly("[data-testid=room]");
            }
        })
    };
    Panels {
        part,
        packet,
        presenting,
        on_new,
        on_edit,
        on_part,
        on_present,
    }
}
