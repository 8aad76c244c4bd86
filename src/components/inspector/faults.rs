//! How many rules are broken; pressed, all of them as a list that jumps.

use mqttscope_wire::Severity;
use yew::prelude::*;

use super::Shown;
use super::broken::broken;
use crate::components::icon::{Icon, icon};

/// The count; pressed, it opens or closes the list.
pub(super) fn fault_chip(shown: &Shown, listed: &UseStateHandle<bool>) -> Html {
    let count = |severity| {
        shown
            .dissection()
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity() == severity)
            .count()
    };
    let (errors, warnings, notes) = (
        count(Severity::Error),
        count(Severity::Warning),
        count(Severity::Note),
    );
    let (class, picture) = match (errors, warnings, notes) {
        (0, 0, 0) if shown.dissection().missing > 0 => {
            return html! { <span class="chip warn">{ "incomplete" }</span> };
        }
        (0, 0, 0) => {
            return html! { <span class="chip ok" data-testid="valid">{ "bytes valid" }</span> };
        }
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
    let turn = {
        let listed = listed.clone();
        Callback::from(move |_: MouseEvent| listed.set(!*listed))
    };
    html! {
        <button
            class={classes!("chip", class)}
            data-testid="faults"
            aria-expanded={listed.to_string()}
            onclick={turn}
        >
            { icon(picture) }
            { says.join(", ") }
        </button>
    }
}

/// The most that are listed; the tree shows each beside its field anyway.
const MOST: usize = 100;

/// The list.
pub(super) fn fault_list(shown: &Shown, on_select: &Callback<usize>) -> Html {
    let faults = shown.dissection().diagnostics.iter().take(MOST);
    let faults = faults.enumerate().map(|(index, fault)| {
        let (on_select, its) = (on_select.clone(), shown.clone());
        let jump = Callback::from(move |_: MouseEvent| {
            if let Some(node) = its.node_of_diagnostic(index) {
                on_select.emit(node);
            }
        });
        broken(fault, shown, jump)
    });
    html! {
        <div class="faults" role="group" aria-label="Broken rules" data-testid="fault-list">
            { for faults }
        </div>
    }
}
