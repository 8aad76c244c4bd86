//! A packet's arrow: pressed, it opens the packet.

use mqttscope_inspect::flows::{Arrow, Diagram};
use mqttscope_wire::PacketType;
use yew::prelude::*;

/// Half of a cross.
const CROSS: u32 = 6;

pub(super) fn arrow(diagram: &Diagram, arrow: &Arrow, says: String) -> Html {
    let (from, to) = (
        diagram.look.x(arrow.from),
        diagram.x_at(arrow, arrow.bottom),
    );
    let (top, bottom) = (arrow.top, arrow.bottom);
    let line = format!("M{from} {top}L{to} {bottom}");
    let end = if arrow.lost {
        let (left, right) = (to.saturating_sub(CROSS), to.saturating_add(CROSS));
        let (above, below) = (bottom.saturating_sub(CROSS), bottom.saturating_add(CROSS));
        format!("M{left} {above}L{right} {below}M{right} {above}L{left} {below}")
    } else {
        let back = if to > from {
            to.saturating_sub(10)
        } else {
            to.saturating_add(10)
        };
        let (above, below) = (bottom.saturating_sub(6), bottom.saturating_add(3));
        format!("M{back} {above}L{to} {bottom}L{back} {below}Z")
    };
    let (x, y, at_end) = diagram.label_at(arrow);
    let class = classes!(
        "arrow",
        arrow.lost.then_some("lost"),
        arrow.again.then_some("again"),
        arrow.unanswered.then_some("unanswered")
    );
    html! {
        <g {class} role="button" tabindex="0" aria-label={says} data-testid="arrow" data-packet={arrow.packet.to_string()} data-kind={kind_of(arrow.kind)}>
            <path class="hit" d={line.clone()} />
            <path class="way" d={line} />
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
