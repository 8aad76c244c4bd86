//! Messages to publish again: those that are kept, and the last ones.

use mqttscope_protocol::MessageDraft;
use yew::prelude::*;

use super::desk::Desk;
use crate::components::menu::{Item, Menu};
use crate::state::live::payload_text::Written;
use crate::state::live::publishing::PublishingAct;
use crate::state::live::saved::{LARGEST_KEPT, MOST_KEPT, Saved, SavedAct};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct SavedMenuProps {
    pub(super) saved: Saved,
    /// What stands in the form, if it is right.
    pub(super) draft: Option<MessageDraft>,
}

#[component]
pub(super) fn SavedMenu(props: &SavedMenuProps) -> Html {
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let keep = {
        let (desk, draft) = (desk.clone(), props.draft.clone());
        let has_room = props.saved.has_room();
        Callback::from(move |_: MouseEvent| match &draft {
            Some(draft) if draft.payload.len() > LARGEST_KEPT => {
                desk.say("Templates are limited to 64 kB.");
            }
            Some(_) if !has_room => {
                desk.say(format!(
                    "There are {MOST_KEPT} templates already: delete one first."
                ));
            }
            Some(draft) => {
                desk.saved.dispatch(SavedAct::Keep(draft.clone()));
                desk.say("Saved as a template in this browser.");
            }
            None => {}
        })
    };
    let saved = props.saved.clone();
    let items = {
        let saved = saved.clone();
        Callback::from(move |()| {
            let kept = saved
                .kept
                .iter()
                .map(|message| item(message).under("Templates"));
            let lately = saved
                .lately
                .iter()
                .map(|message| item(message).under("Recent"));
            let gone = saved
                .kept
                .iter()
                .map(|message| Item::new(message.topic.clone(), "").under("Delete template"));
            let forget = Item::new("Clear recent", "templates stay");
            let forget = (!saved.lately.is_empty()).then(|| forget.under("Delete"));
            kept.chain(lately).chain(gone).chain(forget).collect()
        })
    };
    let is_empty = saved.get(0).is_none();
    let on_choose = Callback::from(move |index: usize| {
        let both = saved.kept.len().saturating_add(saved.lately.len());
        match (saved.get(index), index.checked_sub(both)) {
            (Some(message), None) => desk
                .publishing
                .dispatch(PublishingAct::Again(message.clone())),
            (_, Some(gone)) if gone < saved.kept.len() => {
                desk.saved.dispatch(SavedAct::Drop(gone));
            }
            (_, Some(_)) => desk.saved.dispatch(SavedAct::Forget),
            (None, None) => {}
        }
    });
    html! {
        <>
            <button type="button" class="bare" data-testid="keep-message" disabled={props.draft.is_none()} title="Save this message as a template" onclick={keep}>{ "Save as template" }</button>
            <Menu id="saved" class="bare" label={html! { "Templates" }} name="Templates and recent messages" {items} {on_choose} disabled={is_empty} />
        </>
    }
}

fn item(message: &MessageDraft) -> Item {
    let (_, text) = Written::of_bytes(message.payload.get(..40).unwrap_or(&message.payload));
    Item::new(
        message.topic.clone(),
        format!("QoS {} · {text}", message.qos),
    )
}
