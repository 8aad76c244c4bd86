//! A list to choose from, of which one entry leaves it to the page.

use wasm_bindgen::JsCast as _;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct ChoiceProps {
    pub(super) class: &'static str,
    /// The name that tests find it by.
    pub(super) test: &'static str,
    /// Its name.
    pub(super) label: &'static str,
    /// What was found, which is the first entry.
    pub(super) found: AttrValue,
    /// The others, with whether they were chosen.
    pub(super) names: Vec<(String, bool)>,
    /// Which of the others was chosen; none: what was found.
    pub(super) on_choose: Callback<Option<usize>>,
}

impl ChoiceProps {
    /// What is chosen, in full: a list may be too narrow for it.
    fn chosen(&self) -> AttrValue {
        let own = self.names.iter().find(|(_, is_it)| *is_it);
        own.map_or_else(|| self.found.clone(), |(name, _)| name.clone().into())
    }
}

/// The list.
#[component]
pub(super) fn Choice(props: &ChoiceProps) -> Html {
    let on_change = {
        let on_choose = props.on_choose.clone();
        Callback::from(move |event: Event| {
            let select = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
            if let Some(select) = select {
                let index = usize::try_from(select.selected_index()).unwrap_or(0);
                on_choose.emit(index.checked_sub(1));
            }
        })
    };
    let is_found = !props.names.iter().any(|(_, is_it)| *is_it);
    html! {
        <select
            class={props.class}
            data-testid={props.test}
            aria-label={props.label}
            title={props.chosen()}
            onchange={on_change}
        >
            <option selected={is_found}>{ &props.found }</option>
            for (name, is_it) in props.names.iter() {
                <option selected={*is_it}>{ name.clone() }</option>
            }
        </select>
    }
}
