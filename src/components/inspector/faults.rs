//! How many rules are broken; pressed, all of them as a list that jumps.

use mqttscope_wire::Severity;
use yew::prelude::*;

use super::Shown;
use super::broken::broken;
use crate::components::icon::{Icon, icon};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct FaultChipProps {
    pub(super) shown: Shown,
    pub(super) open: bool,
    pub(super) on_open: Callback<bool>,
}

#[component]
pub(super) fn FaultChip(props: &FaultChipProps) -> Html {
    let count = |severity| {
        props.shown.dissection().diagnostics.iter().filter(|diagnostic| diagnostic.severity() == severity).count()
    };
    let (errors, warnings, notes) = (count(Severity::Error), count(Severity::Warning), count(Severity::Note));
    let (class, picture) = match (errors, warnings, notes) {
        (0, 0, 0) if props.shown.dissection().missing > 0 => return html! { <span class="chip warn">{ "incomplete" }</span> },
        (0, 0, 0) => return html! { <span class="chip ok" data-testid="valid">{ "valid" }</span> },
        (0, 0, _) => ("", Icon::Note),
        (0, ..) => ("warn", Icon::Warning),
        _ => ("bad", Icon::Fault),
    };
    let parts = [(errors, "error"), (warnings, "warning"), (notes, "note")];
    let says: Vec<_> = parts
        .into_iter()
        .filter(|&(count, _)| count > 0)
        .map(|(count, name)| format!("{count} {name}{}", if count == 1 { "" } else { "s" }))
        .collect();
    let open = props.open;
    html! {
        <button class={classes!("chip", class)} data-testid="faults" aria-expanded={open.to_string()}
            onclick={props.on_open.reform(move |_: MouseEvent| !open)}>
            { icon(picture) }{ says.join(", ") }
        </button>
    }
}

#[derive(Clone, PartialEq, Properties)]
pub(super) struct FaultListProps {
    pub(super) shown: Shown,
    pub(super) on_select: Callback<usize>,
}

/// The most that are listed; the tree shows each beside its field anyway.
const MOST: usize = 100;

#[component]
pub(super) fn FaultList(props: &FaultListProps) -> Html {
    let shown = &props.shown;
    html! {
        <div class="faults" role="group" aria-label="Broken rules" data-testid="fault-list">
            { for shown.dissection().diagnostics.iter().take(MOST).enumerate().map(|(index, fault)| {
                let (on_select, shown) = (props.on_select.clone(), shown.clone());
                let jump = Callback::from(move |_: MouseEvent| {
                    if let Some(node) = shown.node_of_diagnostic(index) {
                        on_select.emit(node);
                    }
                });
                broken(fault, props.shown.bytes(), jump)
            }) }
        </div>
    }
}
