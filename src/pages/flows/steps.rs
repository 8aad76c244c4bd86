//! The parts of the page on a narrow screen, and the run as a list for who does not see it.

use mqttscope_flows::seconds;
use yew::prelude::*;

use crate::state::flows::Column;

/// A part of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Scenarios,
    Diagram,
    Memory,
}

impl Part {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Scenarios => "scenarios",
            Self::Diagram => "diagram",
            Self::Memory => "memory",
        }
    }

    /// A selector that finds it.
    pub(super) const fn selector(self) -> &'static str {
        match self {
            Self::Scenarios => ".scenarios",
            Self::Diagram => "[data-testid=room]",
            Self::Memory => ".memories",
        }
    }
}

/// The bar that leads from one to the other.
pub(super) fn parts(now: Part, is_editing: bool, on_part: &Callback<Part>) -> Html {
    let parts = [
        (
            Part::Scenarios,
            if is_editing { "Editor" } else { "Scenarios" },
        ),
        (Part::Diagram, "Diagram"),
        (Part::Memory, "State and totals"),
    ];
    html! {
        <nav class="steps" aria-label="Parts of the page">
            { for parts.map(|(part, name)| html! {
                <button data-testid={format!("part-{}", part.name())} aria-current={(part == now).then_some("step")}
                    onclick={on_part.reform(move |_: MouseEvent| if part == now { Part::Diagram } else { part })}>{ name }</button>
            }) }
        </nav>
    }
}

/// The run as an ordered list: the same steps, read instead of seen.
pub(super) fn run_as_list(column: &Column, present: usize) -> Html {
    html! {
        <ol class="unseen" aria-label="The run, step by step" data-testid="run-list">
            { for column.beats.iter().enumerate().map(|(index, beat)| html! {
                <li aria-current={(index == present).then_some("step")}>
                    { format!("{}: {} {}", seconds(beat.at), beat.text, beat.statements.join(", ")) }
                </li>
            }) }
        </ol>
    }
}
