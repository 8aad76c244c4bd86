//! Share links: the address that opens the same scenario.

use std::rc::Rc;

use mqttscope_inspect::flows::{Run, of_link, to_link};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::act::Acts;
use crate::components::icon::{Icon, icon};
use crate::components::text_out::text_out;
use crate::route::{Page, Route};
use crate::services::{browser, clipboard};
use crate::state::flows::{Act, Flows};
use crate::state::toasts::{ToastAction, Toaster};

/// Opens what a share link carries, and keeps the address true: it is plain again when another
/// scenario is shown.
#[hook]
pub(super) fn use_shared(shared: Option<AttrValue>, arrival: u32, state: &UseReducerHandle<Flows>) {
    let toaster = use_context::<Toaster>();
    let acts: Acts = state.dispatcher();
    use_effect_with((shared, arrival), move |(shared, _)| {
        let Some(text) = shared else { return };
        match of_link(text) {
            Ok(scenario) => acts.dispatch(Act::Open(Box::new(scenario))),
            Err(error) => {
                if let Some(toaster) = toaster {
                    let text = format!("This link cannot be opened: {error}");
                    toaster.dispatch(ToastAction::Say(text));
                }
            }
        }
    });

    let shown = state.active().map(|column| column.run.clone());
    let last = use_mut_ref(|| None::<Rc<Run>>);
    let address = shown.as_ref().map(|run| Rc::as_ptr(run).addr());
    use_effect_with(address, move |_| {
        let last = last.replace(shown.clone());
        let route = Route::of_hash(&browser::hash());
        let (Page::Flows, Some(content), Some(run)) = (route.page, route.shared, shown) else {
            return;
        };
        // A link that was not shown before is still to be opened.
        let is_of = |run: &Run| of_link(&content).is_ok_and(|found| found == run.scenario);
        if last.is_some_and(|last| is_of(&last)) && !is_of(&run) {
            browser::replace_hash(Page::Flows.hash());
        }
    });
}

#[derive(Clone, Properties)]
pub(super) struct ShareButtonProps {
    pub(super) run: Rc<Run>,
}

impl PartialEq for ShareButtonProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.run, &other.run)
    }
}

/// Copies a link that opens the same scenario.
#[component]
pub(super) fn ShareButton(props: &ShareButtonProps) -> Html {
    let toaster = use_context::<Toaster>();
    let refused = use_state_eq(|| None::<AttrValue>);
    let run = props.run.clone();
    let on_click = {
        let refused = refused.clone();
        Callback::from(move |_: MouseEvent| {
            let hash = Page::Flows.hash_with(Some(&to_link(&run.scenario)));
            let link = format!("{}{hash}", browser::address_before_hash());
            browser::replace_hash(&hash);
            let (toaster, refused) = (toaster.clone(), refused.clone());
            spawn_local(async move {
                match (clipboard::write(&link).await, toaster) {
                    (Ok(()), Some(toaster)) => toaster.dispatch(ToastAction::Say(
                        "Link copied: it carries the whole scenario, its faults included."
                            .to_owned(),
                    )),
                    (Ok(()), None) => {}
                    (Err(_), _) => refused.set(Some(link.into())),
                }
            });
        })
    };
    let on_close = {
        let refused = refused.clone();
        Callback::from(move |()| refused.set(None))
    };
    html! {
        <>
            <button data-testid="share" title="Copy a link that opens this scenario" onclick={on_click}>{ icon(Icon::Link) }{ "Share link" }</button>
            if let Some(link) = &*refused { { text_out("Share link".into(), link.clone(), on_close) } }
        </>
    }
}
