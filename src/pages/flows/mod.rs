//! The Flows page: handshakes drawn from real packets, played, broken and compared.

mod act;
mod actions;
mod caption;
mod columns;
mod controls;
mod counts;
mod editor;
mod export;
mod gallery;
mod keys;
mod memory;
mod packet;
mod pictures;
mod player;
mod playing;
mod settings;
mod share;
mod slider;
mod steps;

use mqttscope_inspect::flows::{Diagram, Fault, When};
use yew::prelude::*;

use crate::hooks::use_narrow;
use crate::state::flows::{Act, Column, Flows as State, Mode};
use act::Acts;
use columns::Columns;
use steps::Part;

/// What the page is given.
#[derive(Clone, PartialEq, Properties)]
pub struct FlowsProps {
    /// The content of a share link, where the address carries one.
    pub shared: Option<AttrValue>,
    /// Different each time someone comes to an address.
    pub arrival: u32,
    /// What is shown; it outlives the page.
    pub state: UseReducerHandle<State>,
}

/// The page.
#[component]
pub fn Flows(props: &FlowsProps) -> Html {
    let state = props.state.clone();
    let part = use_state_eq(|| Part::Diagram);
    let opened_packet = use_state_eq(|| None::<(usize, usize)>);
    let editing = use_state_eq(|| false);
    share::use_shared(props.shared.clone(), props.arrival, &state);

    let narrow = use_narrow();
    let diagrams = use_memo((state.columns().to_vec(), narrow), |(columns, narrow)| {
        pictures::diagrams(columns, *narrow)
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
        &diagram,
        &beats,
        state.opened(),
        (active, state.columns().len()),
    );
    keys::use_page_keys(&state, &playing, &diagram);

    let on_packet = {
        let opened_packet = opened_packet.clone();
        use_callback((), move |at: (usize, usize), ()| {
            opened_packet.set(Some(at))
        })
    };
    let on_cut = {
        let (acts, player) = (state.dispatcher(), playing.player.clone());
        let column = column.clone();
        use_callback(column, move |packet: usize, column: &Option<Column>| {
            let packet = column
                .as_ref()
                .and_then(|column| column.run.packets.get(packet));
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
    let Some(column) = column else {
        return Html::default();
    };
    let beat = beats.get(playing.beat).cloned();
    let on_part = {
        let part = part.clone();
        Callback::from(move |to: Part| part.set(to))
    };
    let set_editing = |shown: bool| {
        let editing = editing.clone();
        Callback::from(move |()| editing.set(shown))
    };
    let close_packet = {
        let opened_packet = opened_packet.clone();
        Callback::from(move |()| opened_packet.set(None))
    };
    let shown_packet = opened_packet
        .and_then(|(index, packet)| Some((state.columns().get(index)?.clone(), packet)));
    let at = beat.as_ref().map_or(0, |beat| beat.at);
    html! {
        <ContextProvider<Acts> context={state.dispatcher()}>
            <main id="main" tabindex="-1" class="flows" data-part={part.name()} data-mode={mode_name(state.mode())}>
                <h1 class="unseen">{ "Handshakes, drawn from real packets" }</h1>
                { steps::parts(*part, &on_part) }
                <gallery::Gallery gallery={state.gallery().clone()} chosen={state.chosen()} on_edit={set_editing(true)} on_part={on_part} />
                <section class="pane stage" aria-label="Diagram">
                    <settings::Settings run={column.run.clone()} on_edit={set_editing(true)} />
                    <caption::Caption {beat} version={column.run.scenario.version} playing={playing.playing} step={playing.beat} of={beats.len()} />
                    <Columns columns={state.columns().to_vec()} {active} diagrams={(*diagrams).clone()} player={playing.player.clone()} {on_packet} {on_cut} />
                    <controls::Controls playing={playing.clone()} diagram={diagram.clone()} column={column.clone()} mode={state.mode()} />
                </section>
                <section class="pane remembers" aria-label="What each side remembers, and counts">
                    <memory::MemoryPane run={column.run.clone()} {at} />
                    <counts::CountsTable columns={state.columns().to_vec()} {active} {at} last={playing.beat.saturating_add(1) >= beats.len()} />
                    <div class="head foot">
                        <share::ShareButton run={column.run.clone()} />
                        <export::ExportMenu run={column.run.clone()} diagram={diagram.clone()} />
                    </div>
                </section>
                { steps::run_as_list(&column, playing.beat) }
                if let Some((column, packet)) = shown_packet { <packet::PacketWindow {column} {packet} on_close={close_packet} /> }
                if *editing { <editor::Editor run={column.run.clone()} on_close={set_editing(false)} /> }
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
