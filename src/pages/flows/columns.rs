//! The diagrams beside each other: as many as have room. Where not all have, their names are a row above them, by
//! which one steps from run to run.

use std::rc::Rc;

use mqttscope_flows::{Diagram, Run, what_differs};
use web_sys::Element;
use yew::prelude::*;

use super::act::Acts;
use super::pictures;
use super::player::Player;
use super::scrolling::scroll_on;
use crate::components::sequence_diagram::{Scene, SequenceDiagram};
use crate::services::browser;
use crate::state::flows::{Act, Column};
use crate::state::same::Same;

/// Pixels of a letter of a name, and of its edges: the words of its fault are there where all of them have room.
const LETTER: u32 = 8;
const EDGES: u32 = 24;

#[derive(Clone, Properties)]
pub(super) struct ColumnsProps {
    pub(super) columns: Vec<Column>,
    pub(super) active: usize,
    pub(super) diagrams: Vec<Rc<Diagram>>,
    /// How many pixels they have beside each other.
    pub(super) room: i32,
    pub(super) on_room: Callback<i32>,
    pub(super) player: Rc<Player>,
    pub(super) on_packet: Callback<(usize, usize)>,
    pub(super) on_cut: Callback<usize>,
}

impl PartialEq for ColumnsProps {
    fn eq(&self, other: &Self) -> bool {
        let same = |(a, b): (&Rc<Diagram>, &Rc<Diagram>)| Rc::ptr_eq(a, b);
        self.columns == other.columns
            && self.active == other.active
            && self.room == other.room
            && self.diagrams.len() == other.diagrams.len()
            && self.diagrams.iter().zip(&other.diagrams).all(same)
            && self.on_cut == other.on_cut
    }
}

/// The room that scrolls, with a diagram for each run.
#[component]
pub(super) fn Columns(props: &ColumnsProps) -> Html {
    let acts = use_context::<Acts>();
    pictures::use_room(&props.player.room, &props.on_room);
    let several = props.columns.len() > 1;
    let differs = use_memo(props.columns.clone(), |columns| {
        let runs: Vec<&Run> = columns.iter().map(|column| &*column.run).collect();
        what_differs(&runs)
    });
    let shown = pictures::shown(&props.columns, props.active, props.room);
    let stepped = shown.len() < props.columns.len();
    let drawn = props.diagrams.get(shown.clone()).unwrap_or_default();
    let is_cut = pictures::needed(drawn) > props.room.saturating_add(8);
    // At the end of the lanes there are no more.
    let is_at_end = use_state_eq(|| false);
    let on_scroll = {
        let (room, is_at_end) = (props.player.room.clone(), is_at_end.setter());
        Callback::from(move |_: Event| {
            if let Some(room) = browser::element_of::<Element>(&room) {
                let seen = room.scroll_left().saturating_add(room.client_width());
                is_at_end.set(seen.saturating_add(8) >= room.scroll_width());
            }
        })
    };
    let on_more = {
        let room = props.player.room.clone();
        Callback::from(move |_: MouseEvent| scroll_on(&room))
    };
    let button = |index: usize, column: &Column| {
        let letters = u32::try_from(column.name.chars().count()).unwrap_or(u32::MAX);
        let needs = letters.saturating_mul(LETTER).saturating_add(EDGES);
        let fits = |diagram: &Rc<Diagram>| needs <= diagram.width;
        let name = if !stepped && props.diagrams.get(index).is_some_and(fits) {
            &*column.name
        } else {
            column.short_name()
        };
        name_button(index, column, name, index == props.active, acts.clone())
    };
    let all = props.columns.iter().zip(&props.diagrams).enumerate();
    html! {
        <div class="runs">
            if stepped {
                <div class="run-names" role="group" aria-label="Runs" data-testid="run-names">
                    { for props.columns.iter().enumerate().map(|(index, column)| button(index, column)) }
                </div>
            }
            <div class="around">
                <div class="room scroll" ref={props.player.room.clone()} onscroll={on_scroll} tabindex="0" data-home="" role="region" aria-label="The flow" data-testid="room">
                    <div class="columns">
                        { for all.filter(|(index, _)| shown.contains(index)).map(|(index, (column, diagram))| html! {
                            <div key={index} class={classes!("column", (several && index == props.active).then_some("active"))}>
                                if several && !stepped { { button(index, column) } }
                                if stepped && shown.len() > 1 { <div class="column-name" data-testid="column-title">{ column.short_name() }</div> }
                                <OneColumn {index} column={column.clone()} diagram={diagram.clone()} player={props.player.clone()}
                                    on_packet={props.on_packet.clone()} on_cut={props.on_cut.clone()} />
                            </div>
                        }) }
                    </div>
                </div>
                if is_cut && !*is_at_end { <button class="chip more-lanes" data-testid="more-lanes" onclick={on_more}>{ "More lanes: scroll sideways" }</button> }
            </div>
            if several { <p class="differs" data-testid="differs" aria-live="polite"><i class="dash" aria-hidden="true"></i>{ (*differs).clone() }</p> }
        </div>
    }
}

fn name_button(
    index: usize,
    column: &Column,
    name: &str,
    active: bool,
    acts: Option<Acts>,
) -> Html {
    let on_click = Callback::from(move |_: MouseEvent| {
        if let Some(acts) = &acts {
            acts.dispatch(Act::Activate(index));
        }
    });
    html! {
        <button class="column-name" data-testid="column" title={column.name.to_string()} aria-pressed={active.to_string()} onclick={on_click}>{ name.to_owned() }</button>
    }
}

#[derive(Clone, Properties)]
struct OneProps {
    index: usize,
    column: Column,
    diagram: Rc<Diagram>,
    player: Rc<Player>,
    on_packet: Callback<(usize, usize)>,
    on_cut: Callback<usize>,
}

impl PartialEq for OneProps {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index
            && Rc::ptr_eq(&self.diagram, &other.diagram)
            && self.on_cut == other.on_cut
    }
}

#[component]
fn OneColumn(props: &OneProps) -> Html {
    let index = props.index;
    let run = props.column.run.clone();
    let says = use_memo(Same::of(&props.diagram), |_| {
        let lines: Vec<String> = (0..run.packets.len())
            .map(|index| run.packet_line(index))
            .collect();
        Rc::<[String]>::from(lines)
    });
    let on_scene = {
        let player = props.player.clone();
        use_callback(index, move |scene: Rc<Scene>, &index| {
            player.set_scene(index, scene)
        })
    };
    let on_packet = use_callback(
        (index, props.on_packet.clone()),
        |packet: usize, (index, on_packet)| on_packet.emit((*index, packet)),
    );
    html! {
        <SequenceDiagram diagram={props.diagram.clone()} says={(*says).clone()} name={format!("Flow: {}", run.scenario.title)}
            {on_packet} on_cut={props.on_cut.clone()} {on_scene} />
    }
}
