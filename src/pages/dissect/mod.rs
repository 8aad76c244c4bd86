//! The Dissect page.
use yew::prelude::*;
/// Props.
#[derive(Clone, PartialEq, Properties)]
pub struct DissectProps {
    /// Shared.
    pub shared: Option<AttrValue>,
}
/// Page.
#[component]
pub fn Dissect(_props: &DissectProps) -> Html {
    html! { <main id="main" class="dissect" tabindex="-1"></main> }
}
