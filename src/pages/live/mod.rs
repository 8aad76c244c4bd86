//! The Live page.

use yew::prelude::*;

/// What the page is given.
#[derive(Clone, PartialEq, Properties)]
pub struct LiveProps {
    /// The content of a share link, where the address carries one.
    pub shared: Option<AttrValue>,
    /// Different each time someone comes to an address.
    pub arrival: u32,
}

/// The page.
#[component]
pub fn Live(_props: &LiveProps) -> Html {
    html! {
        <main id="main" tabindex="-1" class="live">
            <h1>{ "Connections and their wire" }</h1>
        </main>
    }
}
