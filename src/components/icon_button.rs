//! A square button with an icon.

use yew::prelude::*;

use super::icon::{Icon, icon};

/// What the button is given.
#[derive(Clone, PartialEq, Properties)]
pub struct IconButtonProps {
    /// The name that tests find it by.
    pub test: &'static str,
    /// Its name.
    pub label: AttrValue,
    /// What is shown beside the pointer.
    pub title: AttrValue,
    /// What it shows.
    pub picture: Icon,
    /// Whether it cannot be pressed.
    #[prop_or_default]
    pub disabled: bool,
    /// It was pressed.
    pub onclick: Callback<MouseEvent>,
}

/// The button.
#[component]
pub fn IconButton(props: &IconButtonProps) -> Html {
    html! {
        <button
            class="bare square"
            data-testid={props.test}
            aria-label={&props.label}
            title={&props.title}
            disabled={props.disabled}
            onclick={props.onclick.clone()}
        >
            { icon(props.picture) }
        </button>
    }
}
