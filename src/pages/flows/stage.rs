//! The middle of the page: what is shown, the caption, the diagrams and the playback.

use std::rc::Rc;

use mqttscope_flows::{Beat, Diagram, Fault, When};
use yew::prelude::*;

use super::act::Acts;
use super::caption::Caption;
use super::columns::Columns;
use super::controls::Controls;
use super::panels::Panels;
use super::playing::Playing;
use super::set_aside::set_aside;
use super::settings::Settings;
use super::steps::Part;
use crate::services::browser;
use crate::state::flows::{Act, Column, Flows};

#[derive(Clone, Properties)]
pub(super) struct StageProps {
    pub(super) state: UseReducerHandle<Flows>,
    pub(super) column: Column,
    pub(super) diagrams: Rc<Vec<Rc<Diagram>>>,
    pub(super) diagram: Rc<Diagram>,
    pub(super) beats: Rc<[Beat]>,
    pub(super) playing: Playing,
    pub(super) panels: Panels,
    /// How many pixels the diagrams have beside each other.
    pub(super) room: i32,
    pub(super) on_room: Callback<i32>,
}

impl PartialEq for StageProps {
    /// Its parts know when they have to be drawn again.
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

/// The middle.
#[component]
pub(super) fn Stage(props: &StageProps) -> Html {
    let StageProps {
        state,
        column,
        playing,
        panels,
        ..
    } = props;
    let on_packet = {
        let packet = panels.packet.setter();
        use_callback((), move |at: (usize, usize), ()| packet.set(Some(at)))
    };
    let on_cut = {
        let (acts, player): (Acts, _) = (state.dispatcher(), playing.player.clone());
        let key = (column.clone(), state.is_preview());
        use_callback(key, move |packet: usize, (column, is_preview)| {
            let packet = column.run.packets.get(packet).filter(|_| !is_preview);
            if let Some(packet) = packet {
                let (first, last) = (packet.sent.saturating_add(1), packet.due.saturating_sub(1));
                let at = player.moment().clamp(first, last.max(first));
                acts.dispatch(Act::Fork(Fault::Cut {
                    client: packet.client,
                    when: When::At(at),
                }));
            }
        })
    };
    // A press on the diagram puts away what lies over it; what each side stores stays while one plays.
    let on_press = {
        let (part, on_part) = (*panels.part, panels.on_part.clone());
        Callback::from(move |event: MouseEvent| {
            if part != Part::Memory || !browser::is_within(&event, ".controls") {
                on_part.emit(Part::Diagram);
            }
        })
    };
    let beat = props.beats.get(playing.beat).cloned();
    let is_preview = state.is_preview();
    html! {
        <section class="pane stage" aria-label="Diagram" onmousedown={on_press}>
            <Settings run={column.run.clone()} {is_preview} is_unsaved={state.is_unsaved()} on_edit={panels.on_edit.clone()}
                presenting={*panels.presenting} on_present={panels.on_present.clone()} />
            if !*panels.presenting { { set_aside(state, &state.dispatcher(), &panels.on_part) } }
            <Caption {beat} version={column.run.scenario.version} playing={playing.playing} step={playing.beat} of={props.beats.len()} />
            <Columns columns={state.columns().to_vec()} active={state.active_index()} diagrams={(*props.diagrams).clone()} room={props.room} on_room={props.on_room.clone()}
                player={playing.player.clone()} {on_packet} {on_cut} />
            <Controls playing={playing.clone()} diagram={props.diagram.clone()} column={column.clone()} mode={state.mode()} {is_preview} />
        </section>
    }
}
