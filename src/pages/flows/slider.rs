//! The time line: where one is, and where something went wrong.

use std::rc::Rc;

use mqttscope_flows::{Beat, Diagram};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::player::Player;
use crate::state::playback::Playback;

/// The slider, with marks for faults.
pub(super) fn slider(player: &Rc<Player>, diagram: &Diagram, beats: &[Beat]) -> Html {
    let on_input = {
        let player = player.clone();
        Callback::from(move |event: InputEvent| {
            let slider = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            if let Some(height) = slider.and_then(|slider| slider.value().parse().ok()) {
                player.act(|playback| {
                    playback.pause();
                    playback.seek(height);
                });
            }
        })
    };
    let on_key = {
        let player = player.clone();
        Callback::from(move |event: KeyboardEvent| {
            match event.key().as_str() {
                "ArrowRight" | "ArrowUp" => player.act(|playback| playback.step(true)),
                "ArrowLeft" | "ArrowDown" => player.act(|playback| playback.step(false)),
                "Home" => player.act(Playback::restart),
                "End" => player.act(Playback::go_to_end),
                " " => player.act(Playback::toggle),
                _ => return,
            }
            event.prevent_default();
        })
    };
    let end = diagram.end();
    let heights = diagram.heights_of(beats);
    let marks = beats
        .iter()
        .zip(heights)
        .filter(|(beat, _)| beat.fault)
        .map(|(_, height)| {
            let part = f64::from(height) / f64::from(end.max(1)) * 100.0;
            html! { <i class="mark" style={format!("left:{part:.1}%")}></i> }
        });
    html! {
        <span class="time-line">
            <input type="range" min="0" max={end.to_string()} step="1" value={format!("{:.0}", player.at())} ref={player.slider.clone()}
                aria-label="Time" data-testid="time" oninput={on_input} onkeydown={on_key} />
            <span class="marks" aria-hidden="true">{ for marks }</span>
        </span>
    }
}
