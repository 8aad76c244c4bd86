//! The place where the annex draws its pages, and what is seen until it is there.

use wasm_bindgen_futures::spawn_local;
use web_sys::Element;
use yew::prelude::*;

use crate::route::Page;
use crate::services::annex;

#[derive(Clone, Copy, PartialEq, Properties)]
pub(crate) struct AnnexHostProps {
    /// The page that is looked at.
    pub(crate) page: Page,
}

#[derive(Clone, PartialEq)]
enum Stage {
    /// Nobody has asked yet.
    Away,
    Loading,
    Here,
    Failed(AttrValue),
}

/// Loads the annex when one of its pages is first asked for, and keeps it from then on.
#[component]
pub(crate) fn AnnexHost(props: &AnnexHostProps) -> Html {
    let host = use_node_ref();
    let stage = use_state_eq(|| Stage::Away);
    let is_wanted = props.page != Page::Dissect;
    {
        let (host, stage) = (host.clone(), stage.clone());
        use_effect_with((is_wanted, (*stage).clone()), move |(is_wanted, now)| {
            if !is_wanted || *now != Stage::Away {
                return;
            }
            stage.set(Stage::Loading);
            spawn_local(async move {
                let Some(host) = host.cast::<Element>() else {
                    return;
                };
                stage.set(match annex::mount(&host).await {
                    Ok(()) => Stage::Here,
                    Err(why) => Stage::Failed(why.into()),
                });
            });
        });
    }
    let again = {
        let stage = stage.clone();
        Callback::from(move |_: MouseEvent| stage.set(Stage::Away))
    };
    let title = props.page.title();
    html! {
        <>
            if is_wanted && *stage != Stage::Here {
                <main id="main" tabindex="-1" class="loading" aria-busy={(*stage == Stage::Loading).to_string()}>
                    if let Stage::Failed(why) = &*stage {
                        <div role="alert">
                            <p>{ format!("The {title} page could not be loaded: {why}") }</p>
                            <button data-testid="load-again" onclick={again}>{ "Try again" }</button>
                        </div>
                    } else {
                        <p>{ format!("Loading {title}…") }</p>
                    }
                </main>
            }
            <div class="annex" hidden={!is_wanted || *stage != Stage::Here} ref={host}></div>
        </>
    }
}
