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

    /// A selector that finds it.
    pub(super) const fn part(self) -> &'static str {
        match self {
            Self::Packets => "main > .pane",
            Self::Fields => ".fields-pane",
            Self::Bytes => ".bytes-pane",
        }
    }
}

/// The bar that leads from one to the other.
pub(super) fn steps(now: &UseStateHandle<Step>, packets: usize) -> Html {
    html! {
        <nav class="steps" aria-label="Parts of the page">
            { step(Step::Packets, "Packets", packets, now) }
            { step(Step::Fields, "Fields", 0, now) }
            { step(Step::Bytes, "Bytes", 0, now) }
        </nav>
    }
}

/// The button that leads to a pane; `count`: what is in it, where that is said.
fn step(to: Step, name: &'static str, count: usize, now: &UseStateHandle<Step>) -> Html {
    let go = {
        let now = now.setter();
        Callback::from(move |_: MouseEvent| now.set(to))
    };
    html! {
        <button
            data-testid={format!("step-{}", to.name())}
            aria-current={(**now == to).then_some("step")}
            onclick={go}
        >
            { name }
            if count > 0 {
                <span class="quiet">{ count }</span>
            }
        </button>
    }
}
