//! The bar above every page.

use yew::prelude::*;

use super::icon::{Icon, icon};
use crate::route::Page;
use crate::state::theme::Theme;

/// The bar, with the colours in force. Others may be wanted, and the help.
pub fn header(
    page: Page,
    theme: Theme,
    on_theme: &Callback<Theme>,
    on_help: &Callback<()>,
) -> Html {
    let (picture, says) = match theme {
        Theme::System => (Icon::Half, "Colours: as the system. Change to light"),
        Theme::Light => (Icon::Sun, "Colours: light. Change to dark"),
        Theme::Dark => (Icon::Moon, "Colours: dark. Change to the system's"),
    };
    let turn = on_theme.reform(move |_: MouseEvent| theme.next());
    let help = on_help.reform(|_: MouseEvent| ());
    html! {
        <header class="site">
            <a class="brand" href={Page::Dissect.hash()} aria-label="mqttscope, start page">
                <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
                    <circle cx="8.5" cy="8.5" r="6" /><path d="M13 13l5 5M5 9.5h1.8V7h3.4v2.5H12" />
                </svg>
                <span class="hide-narrow">{ "mqttscope" }</span>
            </a>
            <nav aria-label="Pages">
                { for Page::ALL.map(|to| html! {
                    <a href={to.hash()} aria-current={(to == page).then_some("page")}>{ to.title() }</a>
                }) }
            </nav>
            <span class="grow"></span>
            <span class="promise">{ "Every byte explained. Nothing is uploaded." }</span>
            <div class="tools">
                <button class="bare square" data-testid="theme" aria-label={says} title={says} onclick={turn}>{ icon(picture) }</button>
                <button class="bare square" data-testid="help" aria-label="Help and keys" title="Help and keys (?)" onclick={help}>{ icon(Icon::Question) }</button>
            </div>
        </header>
    }
}
