//! What a PUBLISH or a will carries, in each form that it can be read in.

use mqttscope_view::digits::grouped;
use mqttscope_view::payload::{Reader, View, image_size};
use mqttscope_wire::Field;
use yew::prelude::*;

use super::Shown;
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

/// What the payload is given.
#[derive(Clone, PartialEq, Properties)]
pub(super) struct PayloadProps {
    pub(super) shown: Shown,
    /// Which forms are told apart.
    pub(super) reader: Reader,
}

/// The payload, where there is one.
#[component]
pub(super) fn Payload(props: &PayloadProps) -> Html {
    // The form that was chosen: it stays from packet to packet.
    let chosen = use_state_eq(|| "");
    // The packet whose image is shown although it is large.
    let asked = use_state_eq(|| 0);
    // Not in every drawing: a payload may be long.
    let forms = use_memo(props.shown.clone(), |shown| -> Vec<Form> {
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
        let given = shown.form().map(|(name, text)| (*name, None, text.clone()));
        given.into_iter().chain(views.map(form)).collect()
    });
    let shown = &props.shown;
    let named = |form: &&Form| form.0 == *chosen;
    let (Some(node), Some(form)) = (
        payload_of(shown),
        forms.iter().find(named).or(forms.first()),
    ) else {
        return Html::default();
    };
    let &(open, picture, ref content) = form;
    let name = shown.tree().get(node).map(|node| node.field);
    let len = shown.tree().content(node, shown.bytes()).len();
    let tabs = forms
        .iter()
        .map(|&(name, ..)| tab(name, name == open, &chosen));
    let address = shown.address();
    let hesitates = picture.and_then(Picture::hesitates);
    let view = match (picture, hesitates.filter(|_| *asked != address)) {
        (Some(_), Some(why)) => {
            let show = Callback::from(move |_: MouseEvent| asked.set(address));
            html! {
                <>
                    <p>{ why }</p>
                    <button data-testid="show-image" onclick={show}>{ "Show the image" }</button>
                </>
            }
        }
        (Some(_), None) => html! { <img src={content} alt="What the payload shows" /> },
        (None, _) => html! { { content } },
    };
    html! {
        <section class="message" aria-label="Payload" data-testid="payload">
            <div class="head">
                <h2>{ name.map_or("", |name| name.name_in(shown.dissection().version)) }</h2>
                <span class="sub">{ counted(len, "byte") }</span>
                <span class="grow"></span>
                <div class="tabs" role="tablist" aria-label="Show the payload as">{ for tabs }</div>
            </div>
            if picture.is_some() {
                <div class="picture" id="payload-view" role="tabpanel" aria-label={open} tabindex="0">
                    { view }
                </div>
            } else {
                <pre id="payload-view" role="tabpanel" aria-label={open} tabindex="0">{ view }</pre>
            }
        </section>
    }
}

/// The button that shows a form.
fn tab(name: &'static str, is_open: bool, chosen: &UseStateHandle<&'static str>) -> Html {
    let choose = {
        let chosen = chosen.setter();
        Callback::from(move |_: MouseEvent| chosen.set(name))
    };
    html! {
        <button
            key={name}
            role="tab"
            aria-selected={is_open.to_string()}
            aria-controls="payload-view"
            data-testid={format!("payload-{}", name.to_ascii_lowercase())}
            onclick={choose}
        >
            { name }
        </button>
    }
}

/// The field that is the payload.
fn payload_of(shown: &Shown) -> Option<usize> {
    let tree = shown.tree();
    tree.find(Field::ApplicationMessage)
        .or_else(|| tree.find(Field::WillPayload))
}
