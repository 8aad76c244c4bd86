//! The bar above every page.

use yew::prelude::*;

use super::icon::Icon;
use super::icon_button::IconButton;
use crate::route::Page;
use crate::state::theme::Theme;

/// What the bar is given.
#[derive(Clone, PartialEq, Properties)]
pub struct HeaderProps {
    /// The page that is looked at.
    pub page: Page,
    /// The colours in force.
    pub theme: Theme,
    /// Others are wanted.
    pub on_theme: Callback<Theme>,
    /// The help is wanted.
    pub on_help: Callback<()>,
}

/// The bar.
#[component]
pub fn Header(props: &HeaderProps) -> Html {
    let theme = props.theme;
    let (picture, says) = match theme {
        Theme::System => (Icon::Half, "Theme: system. Switch to light"),
        Theme::Light => (Icon::Sun, "Theme: light. Switch to dark"),
        Theme::Dark => (Icon::Moon, "Theme: dark. Switch to the system's"),
    };
    let turn = props.on_theme.reform(move |_: MouseEvent| theme.next());
    let help = props.on_help.reform(|_: MouseEvent| ());
    html! {
        <header class="site">
            <a class="brand" href={Page::Dissect.hash()} aria-label="mqttscope, start page">
                { sign() }
                <span class="hide-narrow">{ "mqttscope" }</span>
            </a>
            <nav aria-label="Pages">
                { for Page::ALL.map(|to| html! {
                    <a href={to.hash()} aria-current={(to == props.page).then_some("page")}>{ to.title() }</a>
                }) }
            </nav>
            <span class="grow"></span>
            <span class="promise">{ "Every byte explained. Nothing is uploaded." }</span>
            <div class="tools">
                <IconButton test="theme" label={says} title={says} {picture} onclick={turn} />
                <IconButton
                    test="help"
                    label="Help and keys"
                    title="Help and keys (?)"
                    picture={Icon::Question}
                    onclick={help}
                />
            </div>
        </header>
    }
}

/// A lens over a signal.
fn sign() -> Html {
    html! {
        <svg
            viewBox="0 0 20 20"
            fill="none"
            stroke="currentColor"
            stroke-width="1.8"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
        >
            <circle cx="8.5" cy="8.5" r="6" />
            <path d="M13 13l5 5M5 9.5h1.8V7h3.4v2.5H12" />
        </svg>
    }
}
