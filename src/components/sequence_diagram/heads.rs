//! The names of the lanes, which stay in sight.

use mqttscope_flows::Diagram;
use yew::prelude::*;

pub(super) fn heads(diagram: &Diagram) -> Html {
    html! {
        <svg class="lane-heads" width={diagram.width.to_string()} height="30" aria-hidden="true">
            { for diagram.heads().into_iter().map(|head| html! {
                <text x={head.x.to_string()} y="20" text-anchor={head.anchor}>{ head.text }</text>
            }) }
        </svg>
    }
}
