//! The place where the annex draws its pages, and what is seen until it is there.

use wasm_bindgen_futures::spawn_local;
use web_sys::Element;
use yew::prelude::*;

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

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct AnnexHostProps {
    /// The page that is looked at.
    pub(crate) page: Page,
}

/// Loads the annex when one of its pages is first asked for, and keeps it from then on.
#[component]
pub(crate) fn AnnexHost(props: &AnnexHostProps) -> Html {
    let host = use_node_ref();
    let stage = use_state_eq(|| Stage::Away);
    let is_wanted = props.page != Page::Dissect;
    let is_due = is_wanted && *stage == Stage::Away;
    // Who went to the page while it was loading is there, too, when what said so is gone.
    let was_entered = use_mut_ref(|| false);
    {
        let (host, stage, was_entered) = (host.clone(), stage.setter(), was_entered.clone());
        use_effect_with(is_due, move |&is_due| {
            if !is_due {
                return;
            }
            stage.set(Stage::Loading);
            spawn_local(async move {
                let Some(host) = browser::element_of::<Element>(&host) else {
                    return;
                };
                let next = match annex::mount(&host).await {
                    Ok(()) => Stage::Here,
                    Err(why) => Stage::Failed(why.into()),
                };
                *was_entered.borrow_mut() = browser::has_focus("main.loading");
                stage.set(next);
            });
        });
    }
    let is_shown = is_wanted && *stage == Stage::Here;
    use_effect_with(is_shown, move |&is_shown| {
        if is_shown && was_entered.take() {
            browser::focus_quietly(".annex main");
        }
    });
    html! {
        <>
            if is_wanted && !is_shown {
                { until_here(props.page, &stage) }
            }
            <div class="annex" hidden={!is_shown} ref={host}></div>
        </>
    }
}

fn until_here(page: Page, stage: &UseStateHandle<Stage>) -> Html {
    let title = page.title();
    let is_busy = **stage == Stage::Loading;
    html! {
        <main id="main" tabindex="-1" class="loading" aria-busy={is_busy.to_string()}>
            if let Stage::Failed(why) = &**stage {
                <div role="alert">
                    <p>{ format!("The {title} page could not be loaded: {why}") }</p>
                    <button data-testid="load-again" onclick={load_again(stage)}>{ "Try again" }</button>
                </div>
            } else {
                <p>{ format!("Loading {title}…") }</p>
            }
        </main>
    }
}

fn load_again(stage: &UseStateHandle<Stage>) -> Callback<MouseEvent> {
    let stage = stage.setter();
    Callback::from(move |_: MouseEvent| stage.set(Stage::Away))
}
