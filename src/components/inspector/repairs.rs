//! What was probably meant, where a length is written wrong: each offer makes the packet sound.

use mqttscope_view::repair::Repair;
use yew::prelude::*;

use super::{Edited, InspectorProps};

/// The offers, where the packet can be changed and there are some.
pub(super) fn repairs(props: &InspectorProps) -> Html {
    let offered = props.shown.repairs();
    let Some(on_edit) = props.on_edit.as_ref().filter(|_| !offered.is_empty()) else {
        return Html::default();
    };
    html! {
        <ul class="repairs" aria-label="Likely repairs" data-testid="repairs">
            { for offered.iter().map(|repair| offer(repair, on_edit)) }
        </ul>
    }
}

fn offer(repair: &Repair, on_edit: &Callback<Edited>) -> Html {
    let bytes = repair.bytes.clone();
    let on_click = on_edit.reform(move |_: MouseEvent| Ok(bytes.clone()));
    html! {
        <li>
            <button onclick={on_click}>{ repair.what.clone() }</button>
            <span>{ repair.why.clone() }</span>
        </li>
    }
}
