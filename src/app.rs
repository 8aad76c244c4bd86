//! The frame: header, page, help, messages.

use yew::prelude::*;

use crate::components::annex_host::AnnexHost;
use crate::components::header::header;
use crate::components::help::help_window;
use crate::components::toasts::toast_region;
use crate::hooks::use_hash;
use crate::hooks::use_window_keys;
use crate::pages::dissect::Dissect;
use crate::route::{Page, Route};
use crate::services::{browser, storage};
use crate::state::theme::Theme;
use crate::state::toasts::{Toaster, Toasts};
use crate::state::workbench::Workbench;

/// The whole app.
#[component]
pub fn App() -> Html {
    let toasts = use_reducer(Toasts::default);
    let bench = use_reducer(Workbench::default);
    let theme =
        use_state_eq(|| storage::get("theme").map_or(Theme::System, |name| Theme::of_name(&name)));
    let help = use_state_eq(|| false);
    let arrival = use_hash();
    let Route { page, shared } = Route::of_hash(&arrival.hash);

    let on_theme = {
        let theme = theme.clone();
        Callback::from(move |wanted: Theme| {
            storage::set("theme", wanted.name());
            theme.set(wanted);
        })
    };
    use_effect_with(*theme, |theme| {
        if let Some(root) = browser::document().and_then(|document| document.document_element()) {
            // The name is right, so it cannot fail.
            let _ = root.set_attribute("data-theme", theme.name());
        }
    });
    let set_help = |shown: bool| {
        let help = help.clone();
        Callback::from(move |()| help.set(shown))
    };
    let (show_help, hide_help) = (set_help(true), set_help(false));
    let on_key = use_callback(show_help.clone(), |event: KeyboardEvent, show_help| {
        if event.key() == "?" && !browser::is_typing(&event) {
            show_help.emit(());
        }
    });
    use_window_keys(on_key);

    html! {
        <ContextProvider<Toaster> context={toasts.dispatcher()}>
            <a class="skip" href="#main" onclick={Callback::from(|event: MouseEvent| {
                // The address behind # is the route, so the jump is done by hand.
                event.prevent_default();
                browser::focus_id("main");
            })}>{ "Skip to the page" }</a>
            { header(page, *theme, &on_theme, &show_help) }
            if page == Page::Dissect {
                <Dissect {bench} shared={shared.map(AttrValue::from)} arrival={arrival.count} />
            }
            <AnnexHost {page} />
            if *help { { help_window(page, &hide_help) } }
            { toast_region(&toasts) }
        </ContextProvider<Toaster>>
    }
}
