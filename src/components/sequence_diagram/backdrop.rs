//! What stands behind the arrows: bars where something is remembered, bands without a connection, and the moment
//! from which on runs beside each other differ.

use mqttscope_flows::{Band, Bar, Diagram};
use yew::prelude::*;

/// Bars, bands and that moment.
pub(super) fn backdrop(diagram: &Diagram) -> Html {
    html! {
        <g aria-hidden="true">
            { for diagram.bands.iter().map(|shown| band(diagram, shown)) }
            { for diagram.bars.iter().map(|shown| bar(diagram, shown)) }
            if let Some(height) = diagram.differs {
                <line class="differs" x1="0" x2={diagram.width.to_string()} y1={height.to_string()} y2={height.to_string()} data-testid="differs-line" />
            }
        </g>
    }
}

/// The labels of the bands, above the curtain: nothing is read in halves.
pub(super) fn band_labels(diagram: &Diagram) -> Html {
    let label = |band: &Band| {
        let (lane, broker) = (
            diagram.look.x(band.lane),
            diagram.look.x(diagram.lane_of(None)),
        );
        let middle = lane.midpoint(broker).to_string();
        html! {
            <text class="band-label" x={middle} y={band.bottom.saturating_sub(7).to_string()} text-anchor="middle">{ &band.label }</text>
        }
    };
    html! { <g aria-hidden="true">{ for diagram.bands.iter().map(label) }</g> }
}

/// The lines of the lanes, above the curtain: time goes on where nothing is seen yet.
pub(super) fn lanes(diagram: &Diagram) -> Html {
    let height = diagram.height.to_string();
    html! {
        <g class="lanes" aria-hidden="true">
            { for (0..diagram.lanes.len()).map(|index| {
                let x = diagram.look.x(index).to_string();
                html! { <line x1={x.clone()} x2={x} y1="0" y2={height.clone()} /> }
            }) }
        </g>
    }
}

fn bar(diagram: &Diagram, bar: &Bar) -> Html {
    let side = diagram
        .lanes
        .get(bar.lane)
        .is_none_or(|lane| lane.client.is_none());
    html! {
        <rect class={classes!("activity", side.then_some("of-broker"))} x={diagram.look.x(bar.lane).saturating_sub(5).to_string()}
            y={bar.top.to_string()} width="10" height={bar.bottom.saturating_sub(bar.top).to_string()} rx="3" />
    }
}

fn band(diagram: &Diagram, band: &Band) -> Html {
    let (lane, broker) = (
        diagram.look.x(band.lane),
        diagram.look.x(diagram.lane_of(None)),
    );
    let (left, right) = (lane.min(broker), lane.max(broker));
    let high = band.bottom.saturating_sub(band.top);
    html! {
        <g class="band">
            <rect x={left.to_string()} y={band.top.to_string()} width={right.saturating_sub(left).to_string()} height={high.to_string()} rx="4" />
        </g>
    }
}
