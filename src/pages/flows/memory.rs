//! What each side stores at the present step.

use std::rc::Rc;

use mqttscope_flows::{Run, Side};
use yew::prelude::*;

#[derive(Clone, Properties)]
pub(super) struct MemoryProps {
    pub(super) run: Rc<Run>,
    /// Milliseconds after the beginning.
    pub(super) at: u64,
}

impl PartialEq for MemoryProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.run, &other.run) && self.at == other.at
    }
}

/// The pane.
#[component]
pub(super) fn MemoryPane(props: &MemoryProps) -> Html {
    let Some(memory) = props.run.memory_at(props.at) else {
        return Html::default();
    };
    let clients = &props.run.scenario.clients;
    let of = |publisher: bool| {
        clients
            .iter()
            .zip(&memory.clients)
            .filter(move |(station, _)| station.publisher == publisher)
            .map(|(station, side)| shown(&station.name, side))
    };
    html! {
        <>
            <div class="head"><h2>{ "State stored on each side" }</h2></div>
            <div class="scroll memories" data-testid="memory" tabindex="0" role="region" aria-label="State stored on each side">
                { for of(true) }
                { shown("Broker", &memory.broker) }
                { for of(false) }
            </div>
        </>
    }
}

fn shown(name: &str, side: &Side) -> Html {
    html! {
        <section class="memory-of" data-testid="side">
            <h3>{ name }</h3>
            <ul>
                { for side.lines.iter().map(|line| html! {
                    <li class={classes!(line.open.then_some("open"))}>{ &line.text }</li>
                }) }
            </ul>
        </section>
    }
}
