//! Changing one field in its place: an input for what the field takes.

use mqttscope_inspect::edit::{self, Editable, NewValue};
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::Shown;
use crate::element::el;
use crate::hooks::{use_after, use_kept};
use crate::services::browser;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct EditorProps {
    pub(super) shown: Shown,
    pub(super) node: usize,
    /// The packet's bytes after the change; `None`: the field stays as it was.
    pub(super) on_done: Callback<Option<Vec<u8>>>,
}

/// The input. Enter changes the field, Escape leaves it. What cannot be set stays in it, with the reason.
#[component]
pub(super) fn Editor(props: &EditorProps) -> Html {
    let input = use_node_ref();
    // What was refused, and why.
    let refused = use_kept(Option::<(AttrValue, AttrValue)>::default);
    // By keys a list of choices goes through each of them: only Enter takes one.
    let by_keys = use_mut_ref(bool::default);
    {
        let input = input.clone();
        use_after([], move || {
            // It fails only on an element that is gone.
            let _ = browser::element_of::<HtmlElement>(&input)?.focus();
            // A list of choices has no text to select.
            browser::element_of::<HtmlInputElement>(&input)?.select();
            None
        });
    }
    let apply = {
        let (shown, node, refused, on_done) = (
            props.shown.clone(),
            props.node,
            refused.clone(),
            props.on_done.clone(),
        );
        move |typed: &str| match edit::set(
            shown.bytes(),
            shown.dissection(),
            node,
            NewValue::Typed(typed),
        ) {
            Ok(bytes) => on_done.emit(Some(bytes)),
            Err(error) => {
                let typed = AttrValue::from(typed.to_owned());
                refused.set(Some((typed, error.to_string().into())));
            }
        }
    };
    let submit = {
        let (input, apply) = (input.clone(), apply.clone());
        move || {
            let typed = browser::element_of::<HtmlInputElement>(&input).map(|input| input.value());
            let chosen =
                browser::element_of::<HtmlSelectElement>(&input).map(|select| select.value());
            if let Some(value) = typed.or(chosen) {
                apply(&value);
            }
        }
    };
    let on_submit = {
        let submit = submit.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            submit();
        })
    };
    let by_mouse = {
        let by_keys = by_keys.clone();
        Callback::from(move |_: MouseEvent| {
            by_keys.replace(false);
        })
    };
    let on_choose = {
        let by_keys = by_keys.clone();
        Callback::from(move |event: Event| {
            if *by_keys.borrow() {
                return;
            }
            if let Some(select) = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlSelectElement>().ok())
            {
                apply(&select.value());
            }
        })
    };
    let on_key = {
        let on_done = props.on_done.clone();
        Callback::from(move |event: KeyboardEvent| {
            // The tree's own keys are not meant while someone types here.
            event.stop_propagation();
            let is_choice = browser::target(&event).is_some_and(|on| on.tag_name() == "SELECT");
            match event.key().as_str() {
                "Escape" => {
                    event.prevent_default();
                    on_done.emit(None);
                }
                "Enter" if is_choice => {
                    event.prevent_default();
                    submit();
                }
                _ => {
                    by_keys.replace(true);
                }
            }
        })
    };
    let (dissection, node) = (props.shown.dissection(), props.node);
    let name = dissection
        .tree
        .get(node)
        .map_or("", |found| found.field.name_in(dissection.version));
    let now = edit::typed(dissection, node, props.shown.bytes());
    let (value, why) = match refused.get() {
        Some((typed, why)) => (typed, Some(why)),
        None => (now.clone().into(), None),
    };
    let field = match edit::editable(dissection, node) {
        Editable::Choice(choices) => el("select")
            .class("field")
            .on_change(on_choose)
            .on_mouse_down(by_mouse)
            .all(choices.into_iter().map(|(number, says)| {
                let value = number.to_string();
                el("option")
                    .flag("selected", value == now)
                    .made("value", value)
                    .string(format!("{number} {says}"))
            })),
        kind => {
            let field = el("input")
                .attr("type", "text")
                .value(value)
                .made("title", hint(&kind))
                .attr("spellcheck", "false")
                .attr("autocomplete", "off");
            match why {
                Some(_) => field
                    .attr("aria-invalid", "true")
                    .attr("aria-describedby", "edit-why"),
                None => field,
            }
        }
    };
    let field = field.node(&input).label(name).test("edit");
    let stop = Callback::from(|event: MouseEvent| event.stop_propagation());
    el("form")
        .on_submit(on_submit)
        .on_key(on_key)
        .on_click(stop.clone())
        .on_double_click(stop)
        .child(field)
        .child(el("button").class("main").text("Set"))
        .maybe(why.map(|why| {
            el("span")
                .class("why")
                .attr("id", "edit-why")
                .role("alert")
                .shared(why)
        }))
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
