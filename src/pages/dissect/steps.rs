//! On a narrow screen: which of the three panes is shown.

use yew::prelude::*;

use crate::element::{El, el};
use crate::hooks::Kept;

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
pub(super) fn steps(now: &Kept<Step>, packets: usize) -> El {
    let steps = [
        (Step::Packets, "Packets"),
        (Step::Fields, "Fields"),
        (Step::Bytes, "Bytes"),
    ];
    let button = |(step, name): (Step, &'static str)| {
        let go = {
            let now = now.clone();
            Callback::from(move |_: MouseEvent| now.set(step))
        };
        let count = (step == Step::Packets && packets > 0)
            .then(|| el("span").class("quiet").string(packets.to_string()));
        let button = el("button")
            .made("data-testid", format!("step-{}", step.name()))
            .on_click(go)
            .text(name)
            .maybe(count);
        if step == now.get() {
            button.attr("aria-current", "step")
        } else {
            button
        }
    };
    el("nav")
        .class("steps")
        .label("Parts of the page")
        .all(steps.map(button))
}
