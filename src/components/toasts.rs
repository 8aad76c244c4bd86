//! Where short messages are shown and read aloud.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use super::icon::{Icon, icon};
use crate::element::el;
use crate::hooks::{use_after, use_kept};
use crate::state::toasts::{ToastAction, Toaster, Toasts};

/// How long a message stays, in milliseconds.
const STAYS: u32 = 6_000;

/// What says something, and the region where it is shown. The region is always there, so that a
/// screen reader hears what comes into it.
#[hook]
pub fn use_toasts() -> (Toaster, Html) {
    let toaster = use_kept(Rc::<Toasts>::default);
    let toasts = toaster.get();
    let last = toasts.shown().last().map(|toast| toast.id);
    {
        let toaster = toaster.clone();
        use_after([last.map_or(usize::MAX, |id| id as usize)], move || {
            let id = last?;
            let close = move || toaster.dispatch(ToastAction::Close(id));
            // It may be closed by then, which does nothing.
            Timeout::new(STAYS, close).forget();
            None
        });
    }
    let shown = toasts.shown().iter().map(|toast| {
        let (toaster, id) = (toaster.clone(), toast.id);
        let offer = toast.offer.as_ref().map(|(name, act)| {
            let (act, toaster) = (act.clone(), toaster.clone());
            let press = Callback::from(move |_: MouseEvent| {
                act.emit(());
                toaster.dispatch(ToastAction::Close(id));
            });
            el("button").class("link").on_click(press).text(name)
        });
        let close = Callback::from(move |_: MouseEvent| toaster.dispatch(ToastAction::Close(id)));
        let close = el("button")
            .class("square")
            .label("Close this message")
            .on_click(close);
        el("div")
            .key(id as usize)
            .class("toast")
            .child(el("span").string(toast.text.clone()))
            .all(offer)
            .child(close.child(icon(Icon::Cross)))
    });
    let region = el("div")
        .class("toasts")
        .role("status")
        .attr("aria-live", "polite")
        .all(shown);
    (toaster, region.into())
}
