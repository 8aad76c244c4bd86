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

#[derive(Clone, PartialEq, Properties)]
pub(super) struct StepsProps {
    pub(super) now: Step,
    pub(super) packets: usize,
    pub(super) on_step: Callback<Step>,
}

#[component]
pub(super) fn Steps(props: &StepsProps) -> Html {
    let steps = [(Step::Packets, "Packets"), (Step::Fields, "Fields"), (Step::Bytes, "Bytes")];
    html! {
        <nav class="steps" aria-label="Parts of the page">
            { for steps.map(|(step, name)| html! {
                <button data-testid={format!("step-{}", step.name())} aria-current={(step == props.now).then_some("step")}
                    onclick={props.on_step.reform(move |_: MouseEvent| step)}>
                    { name }
                    if step == Step::Packets && props.packets > 0 { <span class="quiet">{ props.packets }</span> }
                </button>
            }) }
        </nav>
    }
}
