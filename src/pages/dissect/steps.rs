//! On a narrow screen: which of the three panes is shown.

use yew::prelude::*;

/// A pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Packets,
    Fields,
    Bytes,
}

impl Step {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Packets => "packets",
            Self::Fields => "fields",
            Self::Bytes => "bytes",
        }
    }
}

/// The bar that leads from one to the other.
pub(super) fn steps(now: Step, packets: usize, on_step: &Callback<Step>) -> Html {
    let steps = [(Step::Packets, "Packets"), (Step::Fields, "Fields"), (Step::Bytes, "Bytes")];
    html! {
        <nav class="steps" aria-label="Parts of the page">
            { for steps.map(|(step, name)| html! {
                <button data-testid={format!("step-{}", step.name())} aria-current={(step == now).then_some("step")}
                    onclick={on_step.reform(move |_: MouseEvent| step)}>
                    { name }
                    if step == Step::Packets && packets > 0 { <span class="quiet">{ packets }</span> }
                </button>
            }) }
        </nav>
    }
}
