//! The Flows page: handshakes drawn from real packets, played, broken and compared.

mod act;
mod actions;
mod address;
mod asking;
mod caption;
mod code;
mod colours;
mod columns;
mod controls;
mod counts;
mod draft;
mod editor;
mod editor_help;
mod export;
mod gallery;
mod keeping;
mod keys;
mod memory;
mod packet;
mod panels;
mod pictures;
mod player;
mod playing;
pub(super) mod problems;
mod rename;
mod scrolling;
mod set_aside;
mod settings;
mod slider;
mod stage;
mod steps;
mod yours;

use mqttscope_flows::Diagram;
use yew::prelude::*;

use crate::components::link_button::LinkButton;
use crate::hooks::{Arrival, use_step_focus};
use crate::services::browser;
use crate::state::flows::{Column, Flows as State, Mode};
use act::Acts;

/// How much larger the diagrams are in a presentation, as in the style sheet.
const PRESENTED: f64 = 1.4;
/// From how many pixels on the diagrams are larger while they are presented: below, lanes would go off the screen.
const LARGE: i32 = 640;

/// What the page is given.
#[derive(Clone, PartialEq, Properties)]
pub struct FlowsProps {
    /// The address that a person came to.
    pub arrival: Arrival,
    /// What is shown; it outlives the page.
    pub state: UseReducerHandle<State>,
}

/// The page.
#[component]
pub fn Flows(props: &FlowsProps) -> Html {
    let state = props.state.clone();
    let keep = keeping::use_keeping(&state);
    draft::use_draft(&state.dispatcher(), keeping::stored);
    let panels = panels::use_panels(&state);
    use_step_focus(panels.part.name(), panels.part.selector());
    let player = use_memo((), |()| player::Player::new());
    let measured = use_state_eq(|| pictures::USUAL);
    let zoom = if *panels.presenting && *measured >= LARGE {
        PRESENTED
    } else {
        1.0
    };
    player.zoom.set(zoom);
    let room = (f64::from(*measured) / zoom) as i32;
    let diagrams = use_memo((state.columns().to_vec(), room), |(columns, room)| {
        pictures::diagrams(columns, *room)
    });
    let active = state.active_index();
    let nothing = use_memo((), |()| Diagram::default());
    let diagram = diagrams.get(active).cloned().unwrap_or(nothing);
    let column: Option<Column> = state.active().cloned();
    let beats = column
        .as_ref()
        .map(|column| column.beats.clone())
        .unwrap_or_default();
    let playing = playing::use_playing(
        (*player).clone(),
        &diagram,
        &beats,
        (state.opened(), state.start()),
        (active, state.columns().len()),
    );
    address::use_address(&props.arrival, &state, &playing);
    keys::use_page_keys(&state, &playing, &diagram);

    let on_room = {
        let measured = measured.setter();
        use_callback((), move |room: i32, ()| measured.set(room))
    };
    let Some(column) = column else {
        return Html::default();
    };
    let close_packet = {
        let packet = panels.packet.clone();
        Callback::from(move |()| packet.set(None))
    };
    let close_editor = {
        let on_part = panels.on_part.clone();
        Callback::from(move |()| {
            on_part.emit(steps::Part::Diagram);
            // The field that has the focus goes; from here Space plays.
            browser::focus_quietly("[data-testid=room]");
        })
    };
    let shown_packet = panels
        .packet
        .and_then(|(index, packet)| Some((state.columns().get(index)?.clone(), packet)));
    let at = beats.get(playing.beat).map_or(0, |beat| beat.at);
    let last = playing.beat.saturating_add(1) >= beats.len();
    let is_editing = state.is_preview();
    let side = match state.editing() {
        Some(editing) => {
            html! { <editor::Editor run={column.run.clone()} editing={editing.clone()} on_close={close_editor} /> }
        }
        None => html! {
            <gallery::Gallery gallery={state.gallery().clone()} chosen={state.chosen()} yours={state.yours().clone()} chosen_of_yours={state.chosen_of_yours()}
                {keep} on_new={panels.on_new.clone()} on_edit={panels.on_edit.clone()} on_part={panels.on_part.clone()} />
        },
    };
    html! {
        <ContextProvider<Acts> context={state.dispatcher()}>
            <main id="main" tabindex="-1" class="flows" data-part={panels.part.name()} data-mode={mode_name(state.mode())}
                data-editing={is_editing.to_string()} data-presenting={panels.presenting.to_string()} style={format!("--zoom:{zoom}")}>
                <h1 class="unseen">{ "Handshakes, drawn from real packets" }</h1>
                { steps::parts(*panels.part, is_editing, &panels.on_part) }
                { side }
                <stage::Stage state={state.clone()} column={column.clone()} diagrams={diagrams.clone()} diagram={diagram.clone()} beats={beats.clone()}
                    playing={playing.clone()} panels={panels.clone()} {room} {on_room} />
                <section class="pane remembers" aria-label="State stored on each side, and totals">
                    <memory::MemoryPane run={column.run.clone()} {at} />
                    <counts::CountsTable columns={state.columns().to_vec()} {active} {at} {last} />
                    <div class="head foot">
                        <LinkButton hash={state.address(playing.beat).hash(state.gallery())} label="Share link" heading="Share link" test="share"
                            title="Copy a link that opens this scenario at this step" copied="Link copied. It opens this scenario at this step." />
                        <export::ExportMenu column={column.clone()} diagram={diagram.clone()} step={playing.beat} />
                    </div>
                </section>
                { steps::run_as_list(&column, playing.beat) }
                if let Some((column, packet)) = shown_packet { <packet::PacketWindow {column} {packet} on_close={close_packet} /> }
            </main>
        </ContextProvider<Acts>>
    }
}

const fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::One => "one",
        Mode::Fork => "fork",
        Mode::Compare => "compare",
    }
}
