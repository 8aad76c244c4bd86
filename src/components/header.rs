//! The bar above every page.

use yew::prelude::*;

use super::icon::{Icon, icon_button};
use crate::element::{El, el, grow};
use crate::route::Page;
use crate::state::theme::Theme;

/// The bar, with the colours in force. Others may be wanted, and the help.
pub fn header(page: Page, theme: Theme, on_theme: &Callback<Theme>, on_help: &Callback<()>) -> El {
    let (picture, says) = match theme {
        Theme::System => (Icon::Half, "Theme: system. Switch to light"),
        Theme::Light => (Icon::Sun, "Theme: light. Switch to dark"),
        Theme::Dark => (Icon::Moon, "Theme: dark. Switch to the system's"),
    };
    let turn = on_theme.reform(move |_: MouseEvent| theme.next());
    let help = on_help.reform(|_: MouseEvent| ());
    let drawing = el("svg")
        .attr("viewBox", "0 0 20 20")
        .attr("fill", "none")
        .attr("stroke", "currentColor")
        .attr("stroke-width", "1.8")
        .attr("stroke-linecap", "round")
        .attr("stroke-linejoin", "round")
        .attr("aria-hidden", "true")
        .child(
            el("circle")
                .attr("cx", "8.5")
                .attr("cy", "8.5")
                .attr("r", "6"),
        )
        .child(el("path").attr("d", "M13 13l5 5M5 9.5h1.8V7h3.4v2.5H12"));
    let brand = el("a")
        .class("brand")
        .attr("href", Page::Dissect.hash())
        .label("mqttscope, start page")
        .child(drawing)
        .child(el("span").class("hide-narrow").text("mqttscope"));
    let links = Page::ALL.map(|to| {
        let link = el("a").attr("href", to.hash()).text(to.title());
        if to == page {
            link.attr("aria-current", "page")
        } else {
            link
        }
    });
    let tools = el("div")
        .class("tools")
        .child(icon_button("theme", says, says, picture).on_click(turn))
        .child(
            icon_button("help", "Help and keys", "Help and keys (?)", Icon::Question)
                .on_click(help),
        );
    el("header")
        .class("site")
        .child(brand)
        .child(el("nav").label("Pages").all(links))
        .child(grow())
        .child(
            el("span")
                .class("promise")
                .text("Every byte explained. Nothing is uploaded."),
        )
        .child(tools)
}
