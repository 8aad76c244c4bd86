//! A window with something typed into it is closed on a second word only: Escape is pressed by mistake.

use wasm_bindgen::JsCast as _;
use web_sys::{HtmlElement, HtmlInputElement};
use yew::prelude::*;

use crate::services::browser;

/// What a window is closed by, and what asks, while it asks.
pub(super) struct Asking {
    /// Escape, the cross, or a press beside the window.
    pub(super) on_close: Callback<()>,
    /// Whoever goes on typing stays.
    pub(super) on_input: Callback<InputEvent>,
    /// Takes the place of the window's buttons. Its row has a key, so that no button turns into another under the press.
    pub(super) bar: Option<Html>,
}

/// Asks before `on_close` where something `would_lose`; `says` what. The focus goes back to where it was when one stays, or
/// to `back` where that was what closes the window.
#[hook]
pub(super) fn use_asking(
    would_lose: bool,
    on_close: &Callback<()>,
    says: &'static str,
    back: &'static str,
) -> Asking {
    let is_asking = use_state_eq(|| false);
    let left = use_mut_ref(|| None::<HtmlElement>);
    let close = {
        let (on_close, is_asking, left) = (on_close.clone(), is_asking.clone(), left.clone());
        Callback::from(move |()| {
            if would_lose {
                if !*is_asking {
                    left.replace(at_work());
                }
                is_asking.set(true);
            } else {
                on_close.emit(());
            }
        })
    };
    use_effect_with(*is_asking, |&is_asking| {
        if is_asking {
            browser::focus_quietly("[data-testid=keep-editing]");
        }
    });
    let bar = is_asking.then(|| {
        let (is_asking, left) = (is_asking.clone(), left.clone());
        let keep = Callback::from(move |_: MouseEvent| {
            is_asking.set(false);
            // The button goes.
            match left.take().filter(|left| left.is_connected()) {
                // It takes the focus, as it had it.
                Some(left) => left.focus().unwrap_or_default(),
                None => browser::focus_quietly(back),
            }
        });
        let discard = on_close.reform(|_: MouseEvent| ());
        html! {
            <div key="ask" class="acts" role="alert">
                <span>{ says }</span>
                <span class="grow"></span>
                <button type="button" data-testid="discard" onclick={discard}>{ "Discard" }</button>
                <button type="button" class="main" data-testid="keep-editing" onclick={keep}>{ "Keep editing" }</button>
            </div>
        }
    });
    let on_input = {
        let is_asking = is_asking.clone();
        Callback::from(move |event: InputEvent| {
            // Drawn now, a box that is being ticked would be as it was before: its change comes behind this event.
            let is_box = event
                .target_dyn_into::<HtmlInputElement>()
                .is_some_and(|input| matches!(&*input.type_(), "checkbox" | "radio"));
            if !is_box {
                is_asking.set(false);
            }
        })
    };
    Asking {
        on_close: close,
        on_input,
        bar,
    }
}

/// What has the focus in the window; none: what closes it.
fn at_work() -> Option<HtmlElement> {
    let active = browser::document()?.active_element()?;
    let is_in = |selector: &str| active.closest(selector).is_ok_and(|found| found.is_some());
    let is_work = is_in("dialog") && !is_in("dialog > .bar");
    active.dyn_into().ok().filter(|_| is_work)
}
