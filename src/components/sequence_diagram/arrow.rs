//! A packet's arrow: its line, below the curtain, and what is pressed and read, above it.

use mqttscope_flows::{Arrow, Diagram, Shape};
use mqttscope_wire::PacketType;
use yew::prelude::*;

fn class_of(arrow: &Arrow, name: &'static str) -> Classes {
    classes!(
        name,
        arrow.lost.then_some("lost"),
        arrow.again.then_some("again"),
        arrow.unanswered.then_some("unanswered")
    )
}

/// The line and its head.
pub(super) fn line(diagram: &Diagram, arrow: &Arrow) -> Html {
    let Shape { way, end } = diagram.shape(arrow);
    html! {
        <g class={class_of(arrow, "line")} data-kind={kind_of(arrow.kind)}>
            <path class="way" d={way} />
            <path class="end" d={end} />
        </g>
    }
}

/// The label, as a button that opens the packet. Which one the Tab key comes to is said by `roving`.
pub(super) fn label(diagram: &Diagram, arrow: &Arrow, says: String) -> Html {
    let Shape { way, .. } = diagram.shape(arrow);
    let place = arrow.label_place;
    html! {
        <g class={class_of(arrow, "arrow")} role="button" tabindex="-1" aria-label={says.clone()} data-testid="arrow" data-packet={arrow.packet.to_string()} data-kind={kind_of(arrow.kind)}>
            <title>{ says }</title>
            <path class="hit" d={way.clone()} />
            <path class="over" d={way} />
            <text x={place.x.to_string()} y={place.y.to_string()} text-anchor={if place.is_end { "end" } else { "start" }}>{ &arrow.label }</text>
        </g>
    }
}

/// Packets of a kind have a colour, the same as in packet lists.
pub(super) const fn kind_of(kind: PacketType) -> &'static str {
    match kind {
        PacketType::Publish => "publish",
        PacketType::Puback | PacketType::Pubrec | PacketType::Pubrel | PacketType::Pubcomp => {
            "acknowledge"
        }
        PacketType::Subscribe
        | PacketType::Suback
        | PacketType::Unsubscribe
        | PacketType::Unsuback => "subscribe",
        PacketType::Disconnect => "end",
        _ => "connect",
    }
}
