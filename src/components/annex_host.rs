//! The place where the annex draws its pages, and what is seen until it is there.

use wasm_bindgen_futures::spawn_local;
use web_sys::Element;
use yew::prelude::*;

use crate::element::{El, el, list};
use crate::hooks::{Kept, use_after, use_kept};
use crate::route::Page;
use crate::services::{annex, browser};

#[derive(Clone, PartialEq)]
enum Stage {
    /// Nobody has asked yet.
    Away,
    Loading,
    Here,
    Failed(AttrValue),
}

/// Loads the annex when one of its pages is first asked for, and keeps it from then on.
#[hook]
pub(crate) fn use_annex(page: Page) -> Html {
    let host = use_node_ref();
    let stage = use_kept(|| Stage::Away);
    let is_wanted = page != Page::Dissect;
    {
        let (host, stage) = (host.clone(), stage.clone());
        let is_due = is_wanted && stage.get() == Stage::Away;
        use_after([usize::from(is_due)], move || {
            if !is_due {
                return None;
            }
            stage.set(Stage::Loading);
            spawn_local(async move {
                let Some(host) = browser::element_of::<Element>(&host) else {
                    return;
                };
                stage.set(match annex::mount(&host).await {
                    Ok(()) => Stage::Here,
                    Err(why) => Stage::Failed(why.into()),
                });
            });
            None
        });
    }
    let is_shown = is_wanted && stage.get() == Stage::Here;
    let until = (is_wanted && !is_shown).then(|| until_here(page, &stage));
    list(vec![
        until.map_or_else(Html::default, Html::from),
        el("div")
            .class("annex")
            .flag("hidden", !is_shown)
            .node(&host)
            .into(),
    ])
}

fn until_here(page: Page, stage: &Kept<Stage>) -> El {
    let title = page.title();
    let main = el("main")
        .attr("id", "main")
        .attr("tabindex", "-1")
        .class("loading")
        .says("aria-busy", stage.get() == Stage::Loading);
    let Stage::Failed(why) = stage.get() else {
        return main.child(el("p").string(format!("Loading {title}…")));
    };
    let again = {
        let stage = stage.clone();
        Callback::from(move |_: MouseEvent| stage.set(Stage::Away))
    };
    let says = format!("The {title} page could not be loaded: {why}");
    let again = el("button")
        .test("load-again")
        .on_click(again)
        .text("Try again");
    let alert = el("div").role("alert").child(el("p").string(says));
    main.child(alert.child(again))
}
