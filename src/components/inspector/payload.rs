//! What a PUBLISH or a will carries, in each form that it can be read in.

use mqttscope_inspect::payload::View;
use mqttscope_wire::Field;
use yew::prelude::*;

use super::{InspectorProps, Shown};
use crate::element::{El, el, grow};
use crate::hooks::{use_kept, use_made};
use crate::pages::dissect::counted;

/// A form: its name, whether it is the address of an image, and what it shows.
type Form = (&'static str, bool, AttrValue);

/// The payload, where there is one.
#[hook]
pub(super) fn use_payload(props: &InspectorProps) -> Option<El> {
    // The form that was chosen: it stays from packet to packet.
    let chosen = use_kept(|| "");
    // Once a packet: a payload may be long.
    let forms = use_made(vec![props.shown.address()], || -> Vec<Form> {
        let shown = &props.shown;
        let tree = shown.tree();
        let bytes = payload_of(shown).map(|node| tree.content(node, shown.bytes()));
        let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) else {
            return Vec::new();
        };
        let content_type = tree
            .find(Field::ContentType)
            .and_then(|at| std::str::from_utf8(tree.content(at, shown.bytes())).ok());
        let format = tree.number(Field::PayloadFormatIndicator);
        let views = props.reader.views(bytes, content_type, format).into_iter();
        let form = |view: View| {
            let is_image = matches!(view, View::Image(_));
            (view.name(), is_image, view.content().to_owned().into())
        };
        views.map(form).collect()
    });
    let shown = &props.shown;
    let node = payload_of(shown)?;
    let named = |form: &&Form| form.0 == chosen.get();
    let &(open, is_image, ref content) = forms.iter().find(named).or(forms.first())?;
    let tabs = forms.iter().map(|&(name, ..)| {
        let chosen = chosen.clone();
        el("button")
            .role("tab")
            .says("aria-selected", name == open)
            .attr("aria-controls", "payload-view")
            .made(
                "data-testid",
                format!("payload-{}", name.to_ascii_lowercase()),
            )
            .on_click(Callback::from(move |_: MouseEvent| chosen.set(name)))
            .text(name)
    });
    let tabs = el("div")
        .class("tabs")
        .role("tablist")
        .label("Show the payload as")
        .all(tabs);
    let name = shown.tree().get(node)?.field;
    let len = shown.tree().content(node, shown.bytes()).len();
    let head = el("div")
        .class("head")
        .child(el("h2").text(name.name_in(shown.dissection().version)))
        .child(el("span").class("sub").string(counted(len, "byte")))
        .child(grow())
        .child(tabs);
    let content = content.clone();
    let view = if is_image {
        let image = el("img").set("src", content);
        el("div")
            .class("picture")
            .child(image.attr("alt", "What the payload shows"))
    } else {
        el("pre").shared(content)
    };
    let view = view
        .attr("id", "payload-view")
        .role("tabpanel")
        .label(open)
        .attr("tabindex", "0");
    Some(
        el("section")
            .class("message")
            .label("Payload")
            .test("payload")
            .child(head)
            .child(view),
    )
}

/// The field that is the payload.
fn payload_of(shown: &Shown) -> Option<usize> {
    let tree = shown.tree();
    tree.find(Field::ApplicationMessage)
        .or_else(|| tree.find(Field::WillPayload))
}
