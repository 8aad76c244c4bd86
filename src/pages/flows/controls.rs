//! Play, pause, step, speed, time, and what can be done with the run.

use std::rc::Rc;

use mqttscope_flows::Diagram;
use yew::prelude::*;

use super::actions::Actions;
use super::playing::Playing;
use super::slider::slider;
use crate::components::icon::{Icon, icon};
use crate::state::flows::{Column, Mode};
use crate::state::playback::Playback;

#[derive(Clone, Properties)]
pub(super) struct ControlsProps {
    pub(super) playing: Playing,
    pub(super) diagram: Rc<Diagram>,
    pub(super) column: Column,
    pub(super) mode: Mode,
    /// A scenario is being written.
    pub(super) is_preview: bool,
}

impl PartialEq for ControlsProps {
    fn eq(&self, other: &Self) -> bool {
        self.playing.playing == other.playing.playing
            && self.playing.speed == other.playing.speed
            && Rc::ptr_eq(&self.diagram, &other.diagram)
            && self.column == other.column
            && self.mode == other.mode
            && self.is_preview == other.is_preview
    }
}

/// The bar below the diagram.
#[component]
pub(super) fn Controls(props: &ControlsProps) -> Html {
    let player = &props.playing.player;
    let act = |act: fn(&mut Playback)| {
        let player = player.clone();
        Callback::from(move |_: MouseEvent| player.act(act))
    };
    let now = props.playing.speed;
    let (picture, says) = if props.playing.playing {
        (Icon::Pause, "Pause (Space)")
    } else {
        (Icon::Play, "Play (Space)")
    };
    let button = |id: &'static str, shown: Icon, says: &'static str, on: Callback<MouseEvent>| {
        html! { <button class="square" data-testid={id} aria-label={says} title={says} onclick={on}>{ icon(shown) }</button> }
    };
    html! {
        <div class="controls" role="group" aria-label="Playback">
            { button("restart", Icon::First, "To the beginning (Home)", act(Playback::restart)) }
            { button("back", Icon::Back, "One step back (←)", act(|playback| playback.step(false))) }
            <button class="main square" data-testid="play" aria-label={says} title={says} onclick={act(Playback::toggle)}>{ icon(picture) }</button>
            { button("forward", Icon::Closed, "One step forward (→)", act(|playback| playback.step(true))) }
            <button class="chip" data-testid="speed" aria-label={format!("Speed {now}, press to change")} title="Speed (+ and −)" onclick={act(Playback::turn_speed)}>{ format!("{now}×") }</button>
            { slider(player, &props.diagram, &props.column.beats) }
            <span class="mono quiet clock" ref={player.clock.clone()} aria-hidden="true"></span>
            <Actions column={props.column.clone()} mode={props.mode} is_preview={props.is_preview} player={player.clone()} />
        </div>
    }
}
