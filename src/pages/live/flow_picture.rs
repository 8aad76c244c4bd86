//! A handshake as it went, drawn like those of the Flows page.

use std::rc::Rc;

use mqttscope_engine::protocol::{Command, Direction, FlowView, RecordId, TimedPacket};
use mqttscope_inspect::flows::{Diagram, Look, Scenario, Seen, Watched, seconds, to_link};
use mqttscope_wire::{ProtocolVersion, Sender};
use yew::prelude::*;

use super::desk::Desk;
use crate::components::sequence_diagram::{Scene, SequenceDiagram};
use crate::route::Page;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct FlowPictureProps {
    pub(super) flow: FlowView,
    /// The packets that came for it; those of another until then.
    pub(super) packets: Rc<Vec<TimedPacket>>,
    pub(super) selected: Option<RecordId>,
}

/// The picture below the list; it grows while the handshake goes on.
#[component]
pub(super) fn FlowPicture(props: &FlowPictureProps) -> Html {
    let desk = use_context::<Desk>();
    {
        let desk = desk.clone();
        use_effect_with(props.flow.packets.clone(), move |packets| {
            if let Some(desk) = desk {
                desk.talk.emit(Command::Handshake(packets.clone()));
            }
        });
    }
    let drawn = use_memo(props.packets.clone(), |packets| Drawn::of(packets));
    let on_packet = {
        let (desk, packets) = (desk.clone(), props.packets.clone());
        use_callback(packets, move |index: usize, packets| {
            if let (Some(desk), Some(timed)) = (&desk, packets.get(index)) {
                desk.inspect(timed.packet.record);
            }
        })
    };
    let on_scene = use_callback((), |scene: Rc<Scene>, ()| {
        // Nothing of it is still to come.
        scene.show(f64::from(scene.diagram().height));
    });
    let is_of_flow = |timed: &TimedPacket| props.flow.packets.contains(&timed.packet.record);
    if drawn.says.is_empty() || !props.packets.iter().all(is_of_flow) {
        return Html::default();
    }
    let name = format!("{} {}", props.flow.name, props.flow.about);
    html! {
        <div class="flow-picture" data-testid="flow-picture">
            <div class="head">
                <h2 class="sub">{ name.clone() }</h2>
                <span class="quiet">{ &props.flow.state_text }</span>
                <span class="grow"></span>
                if let Some(link) = &drawn.link { <a href={link.clone()} data-testid="what-if" title="Make a scenario of it: break it, compare it">{ "What if…" }</a> }
            </div>
            <div class="scroll" tabindex="0" role="region" aria-label="The handshake as it went">
                <SequenceDiagram diagram={drawn.diagram.clone()} says={drawn.says.clone()} name={name} {on_packet} on_cut={Callback::noop()} {on_scene} />
            </div>
        </div>
    }
}

struct Drawn {
    diagram: Rc<Diagram>,
    says: Rc<[String]>,
    /// The Flows page with the same message.
    link: Option<String>,
}

impl Drawn {
    fn of(packets: &[TimedPacket]) -> Self {
        let began = packets.first().map_or(0.0, |timed| timed.at_ms);
        let seen: Vec<Seen> = packets
            .iter()
            .map(|timed| Seen {
                at: (timed.at_ms - began).max(0.0).round() as u64,
                sender: match timed.packet.direction {
                    Direction::Out => Sender::Client,
                    Direction::In => Sender::Server,
                },
                bytes: timed.packet.bytes.clone(),
            })
            .collect();
        let version = packets.first().map(|timed| timed.packet.version.as_str());
        let watched = Watched {
            client: "This client".into(),
            version: ProtocolVersion::ALL
                .into_iter()
                .find(|known| Some(known.name()) == version)
                .unwrap_or(ProtocolVersion::V5),
        };
        let diagram = Diagram::of_packets(&watched, &seen, Look::WIDE);
        let says = diagram.arrows.iter().zip(&seen).map(|(arrow, seen)| {
            let open = if arrow.unanswered { ", unanswered" } else { "" };
            format!("{} after {}{open}", arrow.label, seconds(seen.at))
        });
        Self {
            says: says.collect(),
            link: Scenario::of_packets(&watched, &seen)
                .map(|scenario| Page::Flows.hash_with(Some(&to_link(&scenario)))),
            diagram: Rc::new(diagram),
        }
    }
}
