//! Changing one field in its place: an input for what the field takes.

use mqttscope_view::edit::{self, Editable, NewValue};
use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::Shown;
use super::editor_field::{choices_of, hint};
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
    let refused = use_state_eq(|| None::<(AttrValue, AttrValue)>);
    // By keys a list of choices goes through each of them: only Enter takes one.
    let by_keys = use_mut_ref(|| false);
    {
        let input = input.clone();
        use_effect_with((), move |()| {
            if let Some(input) = browser::element_of::<HtmlElement>(&input) {
                // It fails only on an element that is gone.
                let _ = input.focus();
            }
            // A list of choices has no text to select.
            if let Some(input) = browser::element_of::<HtmlInputElement>(&input) {
                input.select();
            }
        });
    }
    let apply = {
        let (shown, node, refused, on_done) = (
            props.shown.clone(),
            props.node,
            refused.setter(),
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
    let (value, why) = match &*refused {
        Some((typed, why)) => (typed.clone(), Some(why.clone())),
        None => (now.clone().into(), None),
    };
    let is_refused = why.is_some();
    let field = match edit::editable(dissection, node) {
        Editable::Choice(choices) => html! {
            <select
                ref={input}
                class="field"
                aria-label={name}
                data-testid="edit"
                onchange={on_choose}
                onmousedown={by_mouse}
            >
                { choices_of(choices, &now) }
            </select>
        },
        kind => html! {
            <input
                ref={input}
                type="text"
                {value}
                title={hint(&kind)}
                spellcheck="false"
                autocomplete="off"
                aria-label={name}
                aria-invalid={is_refused.then_some("true")}
                aria-describedby={is_refused.then_some("edit-why")}
                data-testid="edit"
            />
        },
    };
    let stop = Callback::from(|event: MouseEvent| event.stop_propagation());
    html! {
        <form onsubmit={on_submit} onkeydown={on_key} onclick={stop.clone()} ondblclick={stop}>
            { field }
            <button class="main">{ "Set" }</button>
            if let Some(why) = why {
                <span class="why" id="edit-why" role="alert">{ why }</span>
            }
        </form>
    }
}
