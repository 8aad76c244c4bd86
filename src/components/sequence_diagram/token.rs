//! A packet on its way: pressed, the link breaks there.

use mqttscope_flows::Arrow;
use yew::prelude::*;

use super::arrow::kind_of;

/// Pixels a letter, and beside the text.
const LETTER: u32 = 7;
const BESIDE: u32 = 20;

pub(super) fn token(arrow: &Arrow) -> Html {
    let name = arrow.kind.name();
    let letters = u32::try_from(name.len()).unwrap_or_default();
    let width = letters.saturating_mul(LETTER).saturating_add(BESIDE);
    html! {
        <g class="token" visibility="hidden" role="button" tabindex="-1" data-testid="token" data-token={arrow.packet.to_string()}
            data-kind={kind_of(arrow.kind)} aria-label={format!("Cut the connection: lose this {name}")}>
            <title>{ "Click to cut the connection here" }</title>
            <rect x={format!("-{}", width / 2)} y="-11" width={width.to_string()} height="22" rx="11" />
            <text y="4" text-anchor="middle">{ name }</text>
        </g>
    }
}
