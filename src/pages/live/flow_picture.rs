//! A handshake as it went, drawn like those of the Flows page.

use std::rc::Rc;

use mqttscope_flows::{Diagram, Look, Scenario, millis_after_first, seconds, to_link};
use mqttscope_protocol::{Command, Fate, FlowView, RecordId, Recorded, TimedPacket};
use web_sys::HtmlElement;
use yew::prelude::*;

use super::desk::Desk;
use crate::components::sequence_diagram::{Scene, SequenceDiagram};
use crate::hooks::Resizes;
use crate::route::Page;
use crate::services::browser;

/// Beside the diagram in its pane, in pixels, as in the style sheet.
const BESIDE: i32 = 24;
/// The client and the broker.
const LANES: usize = 2;

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
    let is_of_flow = |timed: &TimedPacket| props.flow.packets.contains(&timed.packet.record);
    let is_shown = !props.packets.is_empty() && props.packets.iter().all(is_of_flow);
    let room = use_node_ref();
    let width = use_width(&room, is_shown);
    let drawn = use_memo((props.packets.clone(), width), |(packets, width)| {
        Drawn::fit(packets, *width)
    });
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
    if !is_shown {
        return Html::default();
    }
    let name = format!("{} {}", props.flow.name, props.flow.about);
    html! {
        <div class="flow-picture" data-testid="flow-picture">
            <div class="head">
                <h2 class="sub">{ name.clone() }</h2>
                <span class="quiet">{ &props.flow.state_text }</span>
                <span class="grow"></span>
                if let Some(link) = &drawn.link { <a href={link.clone()} data-testid="what-if" title="Open it on the Flows page, where faults can be added to it">{ "Turn this into a scenario" }</a> }
            </div>
            <div class="scroll" ref={room} tabindex="0" role="region" aria-label="The handshake as it went">
                <SequenceDiagram diagram={drawn.diagram.clone()} says={drawn.says.clone()} name={name} {on_packet} on_cut={Callback::noop()} {on_scene} />
            </div>
        </div>
    }
}

/// How wide an element's content may be, in pixels; as wide as it likes before it is drawn.
#[hook]
pub(super) fn use_width(node: &NodeRef, is_shown: bool) -> u32 {
    let width = use_state_eq(|| u32::MAX);
    {
        let (node, width) = (node.clone(), width.setter());
        use_effect_with(is_shown, move |_| {
            let resizes = browser::element_of::<HtmlElement>(&node).and_then(|element| {
                let measured = element.clone();
                Resizes::of(&element, move || {
                    let wide = measured.client_width().saturating_sub(BESIDE);
                    width.set(u32::try_from(wide).unwrap_or_default());
                })
            });
            move || drop(resizes)
        });
    }
    *width
}

pub(super) struct Drawn {
    pub(super) diagram: Rc<Diagram>,
    pub(super) says: Rc<[String]>,
    /// The Flows page with the same message.
    link: Option<String>,
}

impl Drawn {
    /// As wide as this.
    pub(super) fn fit(packets: &[TimedPacket], width: u32) -> Self {
        Self::of(packets, Look::fit(LANES, width))
    }

    fn of(timed: &[TimedPacket], look: Look) -> Self {
        let packets: Vec<Recorded<'_>> = timed.iter().map(TimedPacket::recorded).collect();
        let is_lost = |at: usize| {
            let fate = timed.get(at).and_then(|timed| timed.packet.fate);
            fate == Some(Fate::Lost)
        };
        let diagram = Diagram::of_packets("This client", &packets, look).with_lost(is_lost);
        let times = millis_after_first(&packets);
        let says = diagram.arrows.iter().zip(times).map(|(arrow, millis)| {
            let open = if arrow.unanswered { ", unanswered" } else { "" };
            let lost = if arrow.lost { ", lost" } else { "" };
            format!("{} after {}{lost}{open}", arrow.label, seconds(millis))
        });
        Self {
            says: says.collect(),
            link: Scenario::of_packets(&packets)
                .map(|scenario| Page::Flows.hash_with(Some(&to_link(&scenario)))),
            diagram: Rc::new(diagram),
        }
    }
}
