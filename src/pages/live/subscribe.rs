//! A subscription to be made, in a window.

use mqttscope_protocol::SubscriptionDraft;
use yew::prelude::*;

use super::asking::use_asking;
use super::setting_field::groups;
use crate::components::dialog::Dialog;
use crate::services::browser;
use crate::state::live::form::{Form, FormAct};
use crate::state::live::subscription_settings::{COLOURS, SUBSCRIPTION, check_subscription};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct SubscribeProps {
    /// As it stands at first.
    pub(super) draft: SubscriptionDraft,
    /// Whether the connection is of version 5.
    pub(super) is_v5: bool,
    pub(super) on_done: Callback<SubscriptionDraft>,
    pub(super) on_close: Callback<()>,
}

#[component]
pub(super) fn Subscribe(props: &SubscribeProps) -> Html {
    let draft = props.draft.clone();
    let form = use_reducer(move || Form::quiet(draft));
    let colour = use_state_eq(|| props.draft.colour);
    let on_act = {
        let dispatcher = form.dispatcher();
        Callback::from(move |act: FormAct<SubscriptionDraft>| dispatcher.dispatch(act))
    };
    // What comes first is there in every version.
    let shown = if props.is_v5 {
        &SUBSCRIPTION[..]
    } else {
        SUBSCRIPTION.get(..1).unwrap_or_default()
    };
    let wrong = check_subscription(&form.value, props.is_v5).err();
    let is_right = form.is_right(shown) && wrong.is_none();
    // Whoever types means another filter than the one that stands there.
    use_effect_with((), |()| browser::select_text("subscribe-topic-filter"));
    let on_submit = {
        let (on_done, on_act, mut value) =
            (props.on_done.clone(), on_act.clone(), form.value.clone());
        value.colour = *colour;
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if is_right {
                on_done.emit(value.clone());
            } else {
                on_act.emit(FormAct::Finish);
            }
        })
    };
    let colours = (0..COLOURS).map(|offered| {
        let choose = {
            let colour = colour.clone();
            Callback::from(move |_: Event| colour.set(offered))
        };
        html! {
            <label class="colour" data-colour={offered.to_string()}>
                <input type="radio" name="colour" aria-label={format!("Colour {}", offered.saturating_add(1))} checked={*colour == offered} onchange={choose} />
                <i></i>
            </label>
        }
    });
    let asking = use_asking(
        form.differs_from(&props.draft) || *colour != props.draft.colour,
        &props.on_close,
        "You are not subscribed yet.",
        "#subscribe-topic-filter",
    );
    html! {
        <Dialog title="Subscribe" on_close={asking.on_close}>
            <form class="edit" data-testid="subscribe-form" onsubmit={on_submit} oninput={asking.on_input}>
                { groups(shown, &form, "subscribe", &on_act, Some("topic-filter")) }
                <fieldset class="colours"><legend>{ "Colour" }</legend>{ for colours }</fieldset>
                if let Some(wrong) = &wrong { <p class="is-error" role="alert" data-testid="subscribe-wrong">{ wrong }</p> }
                if let Some(bar) = asking.bar {
                    { bar }
                } else {
                    <div key="done" class="acts">
                        <span class="grow"></span>
                        <button type="submit" class="main" data-testid="subscribe-now" disabled={form.says_fault(shown) || wrong.is_some()}>{ "Subscribe" }</button>
                    </div>
                }
            </form>
        </Dialog>
    }
}
