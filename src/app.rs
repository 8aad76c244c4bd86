//! The frame: header, page, help, messages.

use yew::prelude::*;

use crate::components::annex_host::use_annex;
use crate::components::header::header;
use crate::components::help::help_window;
use crate::components::toasts::use_toasts;
use crate::element::{el, list, part};
use crate::hooks::{use_after, use_hash, use_kept, use_texts, use_window_keys};
use crate::pages::dissect::{Dissect, DissectProps};
use crate::route::{Page, Route};
use crate::services::{browser, session, storage};
use crate::state::theme::Theme;

/// The whole app.
#[component]
pub fn App() -> Html {
    let (toaster, toast_region) = use_toasts();
    let acts = use_kept(session::restored);
    // Before anything is drawn: what cannot be drawn is kept all the same.
    session::keep(&acts.get());
    let theme =
        use_kept(|| storage::get("theme").map_or(Theme::System, |name| Theme::of_name(&name)));
    let help = use_kept(bool::default);
    let arrival = use_hash();
    let Route { page, shared, .. } = Route::of_hash(&arrival.hash);

    let on_theme = {
        let theme = theme.clone();
        Callback::from(move |wanted: Theme| {
            storage::set("theme", wanted.name());
            theme.set(wanted);
        })
    };
    let now = theme.get();
    use_after([now as usize], move || {
        let root = browser::document()?.document_element()?;
        // The name is right, so it cannot fail.
        let _ = root.set_attribute("data-theme", now.name());
        None
    });
    let set_help = |shown: bool| {
        let help = help.clone();
        Callback::from(move |()| help.set(shown))
    };
    let (show_help, hide_help) = (set_help(true), set_help(false));
    let on_key = {
        let show_help = show_help.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "?" && !browser::is_typing(&event) {
                show_help.emit(());
            }
        })
    };
    use_window_keys(on_key);

    // The address behind # is the route, so the jump is done by hand.
    let skip = Callback::from(|event: MouseEvent| {
        event.prevent_default();
        browser::focus_id("main");
    });
    let annex = use_annex(page);
    let dissect = match page {
        Page::Dissect => part::<Dissect>(DissectProps {
            bench: acts.get(),
            acts,
            toaster,
            shared: shared.map(AttrValue::from),
            arrival: arrival.count,
        }),
        Page::Live | Page::Captures | Page::Flows => Html::default(),
    };
    let texts = use_texts(help.get());
    let help = match help.get() {
        true => help_window(page, &texts, &hide_help),
        false => Html::default(),
    };
    list(vec![
        el("a")
            .class("skip")
            .attr("href", "#main")
            .on_click(skip)
            .text("Skip to the page")
            .into(),
        header(page, theme.get(), &on_theme, &show_help).into(),
        dissect,
        annex,
        help,
        toast_region,
    ])
}
