//! What a PUBLISH or a will carries, in each form that it can be read in.

use mqttscope_view::digits::grouped;
use mqttscope_view::payload::{View, image_size};
use mqttscope_wire::Field;
use yew::prelude::*;

use super::{InspectorProps, Shown};
use crate::element::{El, el, grow};
use crate::hooks::{use_kept, use_made};
use crate::pages::dissect::counted;

/// A form: its name, what kind of an image it is the address of, and what it shows.
type Form = (&'static str, Option<Picture>, AttrValue);

/// The most pixels of an image that is shown unasked. Decoded, a pixel takes 4 bytes.
const MOST_PIXELS: u64 = 16_000_000;

/// Width and height of an image, where its header says them.
#[derive(Clone, Copy)]
struct Picture(Option<(u32, u32)>);

impl Picture {
    /// Why it is not shown unasked.
    fn hesitates(self) -> Option<String> {
        let Some((width, height)) = self.0 else {
            return Some("The header of this image does not say its size.".to_owned());
        };
        let pixels = u64::from(width).saturating_mul(u64::from(height));
        (pixels > MOST_PIXELS).then(|| {
            let (width, height) = (grouped(width.into()), grouped(height.into()));
            let millions = grouped(pixels / 1_000_000);
            format!("This image is large: {width} × {height}, {millions} megapixels.")
        })
    }
}

/// The payload, where there is one.
#[hook]
pub(super) fn use_payload(props: &InspectorProps) -> Option<El> {
    // The form that was chosen: it stays from packet to packet.
    let chosen = use_kept(|| "");
    // The packet whose image is shown although it is large.
    let asked = use_kept(usize::default);
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
            let picture = is_image.then(|| Picture(image_size(bytes)));
            (view.name(), picture, view.content().to_owned().into())
        };
        views.map(form).collect()
    });
    let shown = &props.shown;
    let node = payload_of(shown)?;
    let named = |form: &&Form| form.0 == chosen.get();
    let &(open, picture, ref content) = forms.iter().find(named).or(forms.first())?;
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
    let address = shown.address();
    let view = match picture.map(|picture| picture.hesitates()) {
        Some(Some(why)) if asked.get() != address => {
            let show = Callback::from(move |_: MouseEvent| asked.set(address));
            let show = el("button").test("show-image").on_click(show);
            el("div")
                .class("picture")
                .child(el("p").string(why))
                .child(show.text("Show the image"))
        }
        Some(_) => {
            let image = el("img").set("src", content);
            el("div")
                .class("picture")
                .child(image.attr("alt", "What the payload shows"))
        }
        None => el("pre").shared(content),
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
