//! On a narrow screen: which part of the page is shown.

use yew::prelude::*;

/// A part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Connections,
    Traffic,
    Publish,
    Packet,
}

const ALL: [Step; 4] = [
    Step::Connections,
    Step::Traffic,
    Step::Publish,
    Step::Packet,
];

impl Step {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Connections => "connections",
            Self::Traffic => "traffic",
            Self::Publish => "publish",
            Self::Packet => "packet",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Connections => "Connect",
            Self::Traffic => "Traffic",
            Self::Publish => "Publish",
            Self::Packet => "Details",
        }
    }
}

/// The bar that leads from one to the other.
pub(super) fn steps(now: Step, on_step: &Callback<Step>) -> Html {
    html! {
        <nav class="steps" aria-label="Parts of the page">
            { for ALL.map(|step| html! {
                <button data-testid={format!("step-{}", step.name())} aria-current={(step == now).then_some("step")}
                    onclick={on_step.reform(move |_: MouseEvent| step)}>{ step.title() }</button>
            }) }
        </nav>
    }
}
