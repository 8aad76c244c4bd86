//! On a narrow screen: which part of the page is shown.

use yew::prelude::*;

/// A part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pages) enum Step {
    Connections,
    Traffic,
    Publish,
    Packet,
}

impl Step {
    /// The part with this name, else the traffic.
    pub(in crate::pages) fn named(name: &str) -> Self {
        let others = [Self::Connections, Self::Publish, Self::Packet];
        let named = others.into_iter().find(|step| step.name() == name);
        named.unwrap_or(Self::Traffic)
    }

    pub(in crate::pages) const fn name(self) -> &'static str {
        match self {
            Self::Connections => "connections",
            Self::Traffic => "traffic",
            Self::Publish => "publish",
            Self::Packet => "packet",
        }
    }
}

/// The bar that leads from one to the other, with their titles.
pub(in crate::pages) fn steps<const N: usize>(
    all: [(Step, &'static str); N],
    now: Step,
    on_step: &Callback<Step>,
) -> Html {
    html! {
        <nav class="steps" aria-label="Parts of the page">
            { for all.map(|(step, title)| html! {
                <button data-testid={format!("step-{}", step.name())} aria-current={(step == now).then_some("step")}
                    onclick={on_step.reform(move |_: MouseEvent| step)}>{ title }</button>
            }) }
        </nav>
    }
}
