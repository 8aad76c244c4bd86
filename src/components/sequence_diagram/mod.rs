//! A sequence diagram: lanes, packets as arrows, and a curtain that hides what is still to come.
//!
//! It is drawn once. Playing moves the curtain and the packets that are on their way, and shows a label
//! when its packet is sent; see [`Scene`]. There are four layers, so that the browser need not paint two
//! hundred arrows anew for each frame: lines, the curtain, labels, and packets on their way.

mod arrow;
mod backdrop;
mod heads;
mod roving;
mod scene;
mod token;

use std::rc::Rc;

use mqttscope_flows::Diagram;
use yew::prelude::*;

use crate::services::browser;
pub use scene::Scene;

/// What the diagram is given.
#[derive(Clone, Properties)]
pub struct SequenceDiagramProps {
    /// What is drawn.
    pub diagram: Rc<Diagram>,
    /// What each packet says, for who does not see it; as many as arrows.
    pub says: Rc<[String]>,
    /// Its name.
    pub name: AttrValue,
    /// A packet is to be looked at.
    pub on_packet: Callback<usize>,
    /// A packet on its way is to be lost.
    pub on_cut: Callback<usize>,
    /// It is drawn, and can be played from now on.
    pub on_scene: Callback<Rc<Scene>>,
}

impl PartialEq for SequenceDiagramProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.diagram, &other.diagram)
            && self.name == other.name
            && self.on_packet == other.on_packet
            && self.on_cut == other.on_cut
            && self.on_scene == other.on_scene
    }
}

/// The diagram.
#[component]
pub fn SequenceDiagram(props: &SequenceDiagramProps) -> Html {
    let node = use_node_ref();
    use_effect_with(
        (node.clone(), props.clone()),
        |(
            node,
            SequenceDiagramProps {
                diagram, on_scene, ..
            },
        )| {
            if let Some(root) = browser::element_of::<web_sys::Element>(node) {
                roving::begin(&root);
                on_scene.emit(Rc::new(Scene::of(&root, diagram.clone())));
            }
        },
    );
    let diagram = &*props.diagram;
    let act = {
        let (on_packet, on_cut) = (props.on_packet.clone(), props.on_cut.clone());
        move |event: &Event| {
            if let Some(packet) = browser::data_number(event, "token") {
                on_cut.emit(packet);
            } else if let Some(packet) = browser::data_number(event, "packet") {
                on_packet.emit(packet);
            }
        }
    };
    let on_click = {
        let act = act.clone();
        Callback::from(move |event: MouseEvent| act(&event))
    };
    let on_key = {
        let node = node.clone();
        Callback::from(move |event: KeyboardEvent| {
            let root = browser::element_of::<web_sys::Element>(&node);
            let is_ours = match (event.key().as_str(), root) {
                ("Enter" | " ", _) => {
                    act(&event);
                    true
                }
                (key @ ("ArrowDown" | "ArrowUp"), Some(root)) => {
                    roving::go(&root, &event, key == "ArrowDown")
                }
                _ => false,
            };
            if is_ours {
                event.prevent_default();
                event.stop_propagation();
            }
        })
    };
    let on_focus = {
        let node = node.clone();
        Callback::from(move |event: FocusEvent| {
            if let Some(root) = browser::element_of::<web_sys::Element>(&node) {
                roving::came(&root, &event);
            }
        })
    };
    let (width, height) = (diagram.width.to_string(), diagram.height.to_string());
    let area = format!("0 0 {width} {height}");
    html! {
        <div class="diagram">
            { heads::heads(diagram) }
            <div ref={node} class="flow" style={format!("width:{width}px;height:{height}px")}
                role="group" aria-label={props.name.clone()} data-testid="diagram" onclick={on_click} onkeydown={on_key} onfocusin={on_focus}>
                <svg width={width.clone()} height={height.clone()} viewBox={area.clone()} role="presentation">
                    { backdrop::backdrop(diagram) }
                    { for diagram.arrows.iter().map(|drawn| arrow::line(diagram, drawn)) }
                </svg>
                <div class="curtain" aria-hidden="true"></div>
                <svg class="labels" width={width.clone()} height={height.clone()} viewBox={area.clone()} role="presentation">
                    { backdrop::band_labels(diagram) }
                    { for diagram.arrows.iter().map(|drawn| {
                        let says = props.says.get(drawn.packet).cloned().unwrap_or_default();
                        arrow::label(diagram, drawn, says)
                    }) }
                </svg>
                <svg class="above" {width} {height} viewBox={area} role="presentation">
                    { backdrop::lanes(diagram) }
                    { for diagram.arrows.iter().map(token::token) }
                </svg>
            </div>
        </div>
    }
}
