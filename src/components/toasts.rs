//! Where short messages are shown and read aloud.

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use super::icon::{Icon, icon};
use crate::state::toasts::{Toast, ToastAction, Toaster, Toasts};

/// How long a message stays, in milliseconds.
const STAYS: u32 = 6_000;

/// The region. It is always there, so that a screen reader hears what comes into it.
pub fn toast_region(toasts: &UseReducerHandle<Toasts>) -> Html {
    html! {
        <div class="toasts" role="status" aria-live="polite">
            { for toasts.shown().iter().map(|toast| html! {
                <ToastRow key={toast.id} toast={toast.clone()} toaster={toasts.dispatcher()} />
            }) }
        </div>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct ToastRowProps {
    toast: Toast,
    toaster: Toaster,
}

#[component]
fn ToastRow(props: &ToastRowProps) -> Html {
    let id = props.toast.id;
    {
        let toaster = props.toaster.clone();
        use_effect_with(id, move |&id| {
            let timeout = Timeout::new(STAYS, move || toaster.dispatch(ToastAction::Close(id)));
            move || drop(timeout)
        });
    }
    let toaster = props.toaster.clone();
    let close = Callback::from(move |_: MouseEvent| toaster.dispatch(ToastAction::Close(id)));
    html! {
        <div class="toast">
            <span>{ &props.toast.text }</span>
            <button class="square" aria-label="Close this message" onclick={close}>{ icon(Icon::Cross) }</button>
        </div>
    }
}
