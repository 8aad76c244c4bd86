//! The frame: header, page, help, messages.

use yew::prelude::*;

use crate::components::annex_host::AnnexHost;
use crate::components::header::Header;
use crate::components::help::Help;
use crate::components::toasts::ToastRegion;
use crate::hooks::{use_hash, use_texts, use_window_keys};
use crate::pages::dissect::Dissect;
use crate::route::{Page, Route};
use crate::services::{browser, session, storage};
use crate::state::theme::Theme;
use crate::state::toasts::{ToastAction, Toasts};

/// The whole app.
#[component]
pub fn App() -> Html {
    let toasts = use_reducer_eq(Toasts::default);
    // What is done on Dissect outlives the page, which goes when another is looked at.
    let bench = use_reducer_eq(session::restored);
    // Before anything is drawn: what cannot be drawn is kept all the same.
    session::keep(&bench);
    let (theme, on_theme) = use_theme();
    let help = use_state_eq(|| false);
    let texts = use_texts(*help);
    let arrival = use_hash();
    let Route { page, shared, .. } = Route::of_hash(&arrival.hash);
    {
        let toaster = toasts.dispatcher();
        use_effect_with(arrival.hash.clone(), move |hash| {
            if let Some(address) = Route::unknown(hash) {
                let says = format!("There is no page “{address}”. This is Dissect.");
                toaster.dispatch(ToastAction::Say(says));
                browser::replace_hash(Page::Dissect.hash());
            }
        });
    }

    let set_help = |shown: bool| {
        let help = help.setter();
        Callback::from(move |()| help.set(shown))
    };
    let (on_help, on_close) = (set_help(true), set_help(false));
    let on_key = {
        let on_help = on_help.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "?" && !browser::is_typing(&event) {
                on_help.emit(());
            }
        })
    };
    use_window_keys(on_key);

    // The address behind # is the route, so the jump is done by hand.
    let on_skip = Callback::from(|event: MouseEvent| {
        event.prevent_default();
        browser::focus_id("main");
    });
    html! {
        <>
            <a class="skip" href="#main" onclick={on_skip}>{ "Skip to the page" }</a>
            <Header {page} {theme} {on_theme} {on_help} />
            if page == Page::Dissect {
                <Dissect
                    {bench}
                    toaster={toasts.dispatcher()}
                    shared={shared.map(AttrValue::from)}
                    arrival={arrival.count}
                />
            }
            <AnnexHost {page} />
            if *help {
                <Help {page} {texts} {on_close} />
            }
            <ToastRegion {toasts} />
        </>
    }
}

/// The colours in force, and what changes them.
#[hook]
fn use_theme() -> (Theme, Callback<Theme>) {
    let theme =
        use_state_eq(|| storage::get("theme").map_or(Theme::System, |name| Theme::of_name(&name)));
    use_effect_with(*theme, |theme| {
        let root = browser::document().and_then(|document| document.document_element());
        if let Some(root) = root {
            // The name is right, so it cannot fail.
            let _ = root.set_attribute("data-theme", theme.name());
        }
    });
    let on_theme = {
        let theme = theme.setter();
        Callback::from(move |wanted: Theme| {
            storage::set("theme", wanted.name());
            theme.set(wanted);
        })
    };
    (*theme, on_theme)
}
