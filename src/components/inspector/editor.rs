//! Changing one field in its place: an input for what the field takes.

use mqttscope_inspect::edit::{self, Editable, NewValue};
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::Shown;
use crate::element::el;
use crate::hooks::{use_after, use_kept};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct EditorProps {
    pub(super) shown: Shown,
    pub(super) node: usize,
    /// The packet's bytes after the change; `None`: the field stays as it was.
    pub(super) on_done: Callback<Option<Vec<u8>>>,
}

/// The input. Enter changes the field, Escape leaves it.
#[component]
pub(super) fn Editor(props: &EditorProps) -> Html {
    let input = use_node_ref();
    let why = use_kept(Option::<AttrValue>::default);
    {
        let input = input.clone();
        use_after([], move || {
            // It fails only on an element that is gone.
            let _ = input.cast::<HtmlElement>()?.focus();
            input.cast::<HtmlInputElement>()?.select();
            None
        });
    }
    let apply = {
        let (shown, node, why, on_done) = (
            props.shown.clone(),
            props.node,
            why.clone(),
            props.on_done.clone(),
        );
        move |typed: &str| match edit::set(
            shown.bytes(),
            shown.dissection(),
            node,
            NewValue::Typed(typed),
        ) {
            Ok(bytes) => on_done.emit(Some(bytes)),
            Err(error) => why.set(Some(error.to_string().into())),
        }
    };
    let on_submit = {
        let (input, apply) = (input.clone(), apply.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let typed = input.cast::<HtmlInputElement>().map(|input| input.value());
            let chosen = input
                .cast::<HtmlSelectElement>()
                .map(|select| select.value());
            if let Some(value) = typed.or(chosen) {
                apply(&value);
            }
        })
    };
    let on_choose = Callback::from(move |event: Event| {
        if let Some(select) = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlSelectElement>().ok())
        {
            apply(&select.value());
        }
    });
    let on_key = {
        let on_done = props.on_done.clone();
        Callback::from(move |event: KeyboardEvent| {
            // The tree's own keys are not meant while someone types here.
            event.stop_propagation();
            if event.key() == "Escape" {
                event.prevent_default();
                on_done.emit(None);
            }
        })
    };
    let (dissection, node) = (props.shown.dissection(), props.node);
    let name = dissection
        .tree
        .get(node)
        .map_or("", |found| found.field.name_in(dissection.version));
    let now = edit::typed(dissection, node, props.shown.bytes());
    let field = match edit::editable(dissection, node) {
        Editable::Choice(choices) => {
            el("select")
                .class("field")
                .on_change(on_choose)
                .all(choices.into_iter().map(|(number, says)| {
                    let value = number.to_string();
                    el("option")
                        .flag("selected", value == now)
                        .made("value", value)
                        .string(format!("{number} {says}"))
                }))
        }
        kind => {
            let field = el("input")
                .attr("type", "text")
                .value(now.into())
                .made("title", hint(&kind))
                .attr("spellcheck", "false")
                .attr("autocomplete", "off");
            match why.get() {
                Some(_) => field.attr("aria-invalid", "true"),
                None => field,
            }
        }
    };
    let field = field.node(&input).label(name).test("edit");
    let stop = Callback::from(|event: MouseEvent| event.stop_propagation());
    let why = why.get();
    el("form")
        .on_submit(on_submit)
        .on_key(on_key)
        .on_click(stop.clone())
        .on_double_click(stop)
        .child(field)
        .child(el("button").class("main").text("Set"))
        .maybe(why.map(|why| el("span").class("why").role("alert").shared(why)))
        .into()
}

fn hint(kind: &Editable) -> String {
    match kind {
        Editable::Number { max } => format!("0 to {max}; 0x and 0b too"),
        Editable::Text { .. } | Editable::Bytes { .. } => {
            "\\x00, \\n and \\u{fe0f} stand for what they say".to_owned()
        }
        _ => String::new(),
    }
}
