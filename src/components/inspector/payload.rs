//! What a PUBLISH or a will carries, in each form that it can be read in.

use mqttscope_view::digits::{counted, grouped};
use mqttscope_view::payload::{DiffLine, LineChange, payload_of};
use yew::prelude::*;

use super::Shown;
use crate::components::diff::diff_lines;

/// A form that is shown.
struct Form {
    name: AttrValue,
    /// What kind of an image its text is the address of.
    picture: Option<Picture>,
    text: AttrValue,
    /// What the payload changed, below the text.
    changes: Vec<DiffLine>,
}

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
    /// Schemas of payloads are to be given.
    pub(super) on_schemas: Option<Callback<()>>,
}

/// The payload, where there is one.
#[component]
pub(super) fn Payload(props: &PayloadProps) -> Html {
    // The form that was chosen: it stays from packet to packet.
    let chosen = use_state_eq(AttrValue::default);
    // The packet whose image is shown although it is large.
    let asked = use_state_eq(|| None::<Shown>);
    // Not in every drawing: a payload may be long.
    let forms = use_memo(props.shown.clone(), |shown| -> Vec<Form> {
        let forms = shown.forms().iter();
        let forms = forms.map(|form| Form {
            name: form.name.clone().into(),
            picture: form.image.map(Picture),
            text: form.text.clone().into(),
            changes: form.changes.clone(),
        });
        forms.collect()
    });
    let shown = &props.shown;
    let named = |form: &&Form| form.name == *chosen;
    let (Some(node), Some(form)) = (
        payload_of(shown.dissection()),
        forms.iter().find(named).or(forms.first()),
    ) else {
        return Html::default();
    };
    let (open, picture, content) = (&form.name, form.picture, &form.text);
    let name = shown.tree().get(node).map(|node| node.field);
    let len = shown.tree().content(node, shown.bytes()).len();
    let tabs = forms
        .iter()
        .map(|form| tab(&form.name, form.name == *open, &chosen));
    let hesitates = picture.and_then(Picture::hesitates);
    let is_asked = (*asked)
        .as_ref()
        .is_some_and(|asked| asked.is_packet_of(shown));
    let view = match (picture, hesitates.filter(|_| !is_asked)) {
        (Some(_), Some(why)) => {
            let shown = shown.clone();
            let show = Callback::from(move |_: MouseEvent| asked.set(Some(shown.clone())));
            html! {
                <>
                    <p>{ why }</p>
                    <button data-testid="show-image" onclick={show}>{ "Show the image" }</button>
                </>
            }
        }
        (Some(_), None) => html! { <img src={content} alt="What the payload shows" /> },
        (None, _) if form.changes.is_empty() => html! { { content } },
        (None, _) => changes(content, &form.changes),
    };
    html! {
        <section class="message" aria-label="Payload" data-testid="payload">
            <div class="head">
                <h2>{ name.map_or("", |name| name.name_in(shown.dissection().version)) }</h2>
                <span class="sub">{ counted(len, "byte") }</span>
                <span class="grow"></span>
                if let Some(give) = &props.on_schemas {
                    <button
                        data-testid="schemas-open"
                        title="Say how payloads of a topic are read: by a schema, as CBOR, as numbers…"
                        onclick={give.reform(|_: MouseEvent| ())}
                    >
                        { "Schemas" }
                    </button>
                }
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

/// What the payload changed, below what it is compared with; the lines themselves where one of them is another.
fn changes(content: &AttrValue, lines: &[DiffLine]) -> Html {
    let is_other = lines.iter().any(|line| line.change != LineChange::Same);
    html! {
        <>
            <span class="quiet">{ content }{ "\n" }</span>
            if is_other { <span class="diff" data-testid="diff">{ diff_lines(lines) }</span> }
        </>
    }
}

/// The button that shows a form.
fn tab(name: &AttrValue, is_open: bool, chosen: &UseStateHandle<AttrValue>) -> Html {
    let choose = {
        let (name, chosen) = (name.clone(), chosen.setter());
        Callback::from(move |_: MouseEvent| chosen.set(name.clone()))
    };
    html! {
        <button
            key={&**name}
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
