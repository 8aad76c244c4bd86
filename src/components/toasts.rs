//! Where short messages are shown and read aloud.

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use super::icon::{Icon, icon};
use crate::components::inspector::marked;
use crate::state::toasts::{Toast, ToastAction, Toaster, Toasts};

/// How long a message stays, in milliseconds.
const STAYS: u32 = 6_000;

/// What the region is given.
#[derive(Clone, PartialEq, Properties)]
pub struct ToastRegionProps {
    /// The messages.
    pub toasts: UseReducerHandle<Toasts>,
}

/// The region. It is always there, so that a screen reader hears what comes into it.
#[component]
pub fn ToastRegion(props: &ToastRegionProps) -> Html {
    let toasts = &props.toasts;
    let toaster = toasts.dispatcher();
    let last = toasts.shown().last().map(|toast| toast.id);
    {
        let toaster = toaster.clone();
        use_effect_with(last, move |&last| {
            if let Some(id) = last {
                // It may be closed by then, which does nothing.
                let close = move || toaster.dispatch(ToastAction::Close(id));
                Timeout::new(STAYS, close).forget();
            }
        });
    }
    html! {
        <div class="toasts" role="status" aria-live="polite">
            { for toasts.shown().iter().map(|toast| message(toast, &toaster)) }
        </div>
    }
}

fn message(toast: &Toast, toaster: &Toaster) -> Html {
    let id = toast.id;
    let close = {
        let toaster = toaster.clone();
        Callback::from(move |_: MouseEvent| toaster.dispatch(ToastAction::Close(id)))
    };
    let offer = toast.offer.as_ref().map(|(name, act)| {
        let press = {
            let (act, close) = (act.clone(), close.clone());
            Callback::from(move |event: MouseEvent| {
                act.emit(());
                close.emit(event);
            })
        };
        html! { <button class="link" onclick={press}>{ *name }</button> }
    });
    html! {
        <div key={id} class="toast">
            <span>{ marked(&toast.text) }</span>
            { for offer }
            <button class="square" aria-label="Close this message" onclick={close}>
                { icon(Icon::Cross) }
            </button>
        </div>
    }
}
