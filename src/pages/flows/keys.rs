//! Keys that work anywhere on the page.

use std::rc::Rc;

use mqttscope_flows::{Diagram, Fault, When};
use yew::prelude::*;

use super::act::Acts;
use super::playing::Playing;
use crate::hooks::use_window_keys;
use crate::services::browser;
use crate::state::flows::{Act, Flows};
use crate::state::playback::Playback;
use crate::state::same::Same;
use crate::state::toasts::{ToastAction, Toaster};

#[hook]
pub(super) fn use_page_keys(
    state: &UseReducerHandle<Flows>,
    playing: &Playing,
    diagram: &Rc<Diagram>,
) {
    let acts: Acts = state.dispatcher();
    let toaster = use_context::<Toaster>();
    let player = playing.player.clone();
    let (state, diagram) = (state.clone(), diagram.clone());
    let key = (
        state.opened(),
        Same::of(&diagram),
        state.active_index(),
        state.is_preview(),
    );
    let on_key = use_callback(key, move |event: KeyboardEvent, _| {
        if browser::is_typing(&event)
            || event.ctrl_key()
            || event.meta_key()
            || event.alt_key()
            || browser::is_within(&event, "dialog, .menu")
        {
            return;
        }
        let pressed = event.key();
        // A button that has the focus is pressed by Space; everywhere else it plays, and in the list
        // of scenarios, which takes Enter.
        if pressed == " "
            && browser::is_within(&event, "button, a, [role=button]")
            && !browser::is_within(&event, ".scenario")
        {
            return;
        }
        let count = state.gallery().len();
        let is_preview = state.is_preview();
        match pressed.as_str() {
            " " | "k" => player.act(Playback::toggle),
            "ArrowRight" | "l" => player.act(|playback| playback.step(true)),
            "ArrowLeft" | "j" => player.act(|playback| playback.step(false)),
            "Home" => player.act(Playback::restart),
            "End" => player.act(Playback::go_to_end),
            "+" | "=" => player.act(|playback| playback.change_speed(true)),
            "-" => player.act(|playback| playback.change_speed(false)),
            "f" => browser::press("[data-testid=fork]"),
            "e" => browser::press("[data-testid=edit-this]"),
            "n" => browser::press("[data-testid=new-scenario]"),
            "p" => browser::press("[data-testid=present]"),
            "c" if !is_preview => acts.dispatch(Act::Compare),
            "a" => acts.dispatch(Act::Alone),
            "x" if !is_preview => {
                let flying = diagram.flying(player.at() as u32).next();
                let packet = flying.zip(state.active());
                let packet =
                    packet.and_then(|(arrow, column)| column.run.packets.get(arrow.packet));
                if let Some(packet) = packet {
                    acts.dispatch(Act::Fork(Fault::Cut {
                        client: packet.client,
                        when: When::At(player.moment()),
                    }));
                } else if let Some(toaster) = &toaster {
                    toaster.dispatch(ToastAction::Say(
                        "No packet is on its way now: step to one, then x cuts its link.".into(),
                    ));
                }
            }
            "[" if !is_preview => {
                acts.dispatch(Act::Choose(state.chosen().unwrap_or(1).saturating_sub(1)))
            }
            "]" if !is_preview => acts.dispatch(Act::Choose(
                state
                    .chosen()
                    .map_or(0, |index| index.saturating_add(1))
                    .min(count.saturating_sub(1)),
            )),
            _ => return,
        }
        event.prevent_default();
    });
    use_window_keys(on_key);
}
