//! What a PUBLISH or a will carries, in each form that it can be read in.

use mqttscope_inspect::payload::{Reader, View};
use mqttscope_wire::Field;
use yew::prelude::*;

use super::Shown;
use crate::pages::dissect::counted;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct PayloadProps {
    pub(super) shown: Shown,
    pub(super) reader: Reader,
}

#[component]
pub(super) fn Payload(props: &PayloadProps) -> Html {
    // The name of the view that was chosen: it stays from packet to packet.
    let chosen = use_state_eq(|| None::<&'static str>);
    let shown = &props.shown;
    let tree = shown.tree();
    let node = tree
        .find(Field::ApplicationMessage)
        .or_else(|| tree.find(Field::WillPayload));
    let bytes = node
        .map(|node| tree.content(node, shown.bytes()))
        .unwrap_or_default();
    let Some(node) = node
        .and_then(|node| tree.get(node))
        .filter(|_| !bytes.is_empty())
    else {
        return Html::default();
    };
    let content_type = tree
        .find(Field::ContentType)
        .and_then(|at| std::str::from_utf8(tree.content(at, shown.bytes())).ok());
    let views = props.reader.views(
        bytes,
        content_type,
        tree.number(Field::PayloadFormatIndicator),
    );
    let open = views
        .iter()
        .find(|view| Some(view.name()) == *chosen)
        .or(views.first());
    let tabs = views.iter().map(|view| {
        let name = view.name();
        let chosen = chosen.clone();
        let choose = Callback::from(move |_: MouseEvent| chosen.set(Some(name)));
        let is_open = open.is_some_and(|open| open.name() == name);
        html! {
            <button role="tab" aria-selected={is_open.to_string()} aria-controls="payload-view" data-testid={format!("payload-{}", name.to_ascii_lowercase())}
                onclick={choose}>{ name }</button>
        }
    });
    html! {
        <section class="message" aria-label="Payload" data-testid="payload">
            <div class="head">
                <h2>{ node.field.name_in(shown.dissection().version) }</h2>
                <span class="sub">{ counted(bytes.len(), "byte") }</span>
                <span class="grow"></span>
                <div class="tabs" role="tablist" aria-label="Show the payload as">{ for tabs }</div>
            </div>
            if let Some(View::Image(address)) = open {
                <div id="payload-view" class="picture" role="tabpanel" aria-label="image" tabindex="0"><img src={address.clone()} alt="What the payload shows" /></div>
            } else if let Some(open) = open {
                <pre id="payload-view" role="tabpanel" aria-label={open.name()} tabindex="0">{ open.content() }</pre>
            }
        </section>
    }
}
