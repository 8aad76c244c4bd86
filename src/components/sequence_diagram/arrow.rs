//! A packet's arrow: pressed, it opens the packet.

use mqttscope_inspect::flows::{Arrow, Diagram, Shape};
use mqttscope_wire::PacketType;
use yew::prelude::*;

pub(super) fn arrow(diagram: &Diagram, arrow: &Arrow, says: String) -> Html {
    let Shape { way, end } = diagram.shape(arrow);
    let (x, y, at_end) = diagram.label_at(arrow);
    let class = classes!(
        "arrow",
        arrow.lost.then_some("lost"),
        arrow.again.then_some("again"),
        arrow.unanswered.then_some("unanswered")
    );
    html! {
        <g {class} role="button" tabindex="0" aria-label={says} data-testid="arrow" data-packet={arrow.packet.to_string()} data-kind={kind_of(arrow.kind)}>
            <path class="hit" d={way.clone()} />
            <path class="way" d={way} />
            <path class="end" d={end} />
            <text x={x.to_string()} y={y.to_string()} text-anchor={if at_end { "end" } else { "start" }}>{ &arrow.label }</text>
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
