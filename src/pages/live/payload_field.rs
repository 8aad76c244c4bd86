//! The payload as it is written: as text, JSON, hex, base64 or a file.

use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::desk::{Desk, value_of};
use crate::services::{browser, files};
use crate::state::live::payload_text::Written;
use crate::state::live::publishing::PublishingAct;
use crate::state::live::words;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct PayloadFieldProps {
    pub(super) written: Written,
    pub(super) typed: String,
    /// The chosen file's name and how many bytes it has.
    pub(super) file: Option<(String, usize)>,
    pub(super) fault: Option<String>,
}

#[component]
pub(super) fn PayloadField(props: &PayloadFieldProps) -> Html {
    let chooser = use_node_ref();
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let on_input = {
        let desk = desk.clone();
        Callback::from(move |event: InputEvent| {
            desk.publishing
                .dispatch(PublishingAct::Type(value_of(&event)));
        })
    };
    let on_written = {
        let (desk, chooser) = (desk.clone(), chooser.clone());
        Callback::from(move |event: Event| {
            let written = Written::of_name(&value_of(&event));
            desk.publishing.dispatch(PublishingAct::Write(written));
            if written == Written::File {
                open(&chooser);
            }
        })
    };
    let choose = {
        let chooser = chooser.clone();
        Callback::from(move |_: MouseEvent| open(&chooser))
    };
    let on_file = Callback::from(move |event: Event| {
        let input = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        let Some(chosen) = input.and_then(|input| input.files()?.get(0)) else {
            return;
        };
        let desk = desk.clone();
        spawn_local(async move {
            match files::read(chosen).await {
                Ok(opened) => desk
                    .publishing
                    .dispatch(PublishingAct::File(opened.name, opened.bytes.into())),
                Err(fault) => desk.say(fault),
            }
        });
    });
    html! {
        <div class="payload">
            if props.written == Written::File {
                <div class="payload-file">
                    if let Some((name, size)) = &props.file { <b>{ name }</b><span class="quiet">{ words::bytes(*size as u64) }</span> }
                    <button type="button" data-testid="choose-payload" onclick={choose}>{ "Choose a file…" }</button>
                </div>
            } else {
                <textarea data-testid="publish-payload" aria-label="Payload" placeholder="payload (may be empty)" spellcheck="false" autocapitalize="off"
                    aria-invalid={props.fault.is_some().then_some("true")} value={props.typed.clone()} oninput={on_input} />
            }
            <input ref={chooser} type="file" hidden=true aria-label="A file as payload" data-testid="payload-file" onchange={on_file} />
            <select class="chip" data-testid="payload-as" aria-label="How the payload is written" onchange={on_written}>
                { for Written::ALL.map(|written| html! { <option value={written.name()} selected={written == props.written}>{ written.name() }</option> }) }
            </select>
        </div>
    }
}

fn open(chooser: &NodeRef) {
    if let Some(chooser) = browser::element_of::<HtmlInputElement>(chooser) {
        // So that the same file can be chosen again.
        chooser.set_value("");
        chooser.click();
    }
}
