//! The Flows page.

use yew::prelude::*;

/// What the page is given.
#[derive(Clone, PartialEq, Properties)]
pub struct FlowsProps {
    /// The content of a share link, where the address carries one.
    pub shared: Option<AttrValue>,
    /// Different each time someone comes to an address.
    pub arrival: u32,
}

/// The page.
#[component]
pub fn Flows(_props: &FlowsProps) -> Html {
    html! {
        <main id="main" tabindex="-1" class="flows">
            <h1>{ "Handshakes" }</h1>
        </main>
    }
}
