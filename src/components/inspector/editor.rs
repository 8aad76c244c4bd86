//! Changing one field in its place: an input for what the field takes.

use mqttscope_view::edit::{self, Editable, NewValue};
use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::Shown;
use super::editor_field::{choice_field, text_field};
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
        let input = input.clone();
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
        let (by_keys, submit) = (by_keys.clone(), submit.clone());
        Callback::from(move |_: Event| {
            if !*by_keys.borrow() {
                submit();
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
        Editable::Choice(choices) => choice_field(choices, &now)
            .on_change(on_choose)
            .on_mouse_down(by_mouse),
        kind => text_field(&kind, value, why.is_some()),
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
