//! What both ends know around a packet, with a slider over the conversation.

use std::rc::Rc;

use mqttscope_view::conversation::Conversation;
use mqttscope_view::states::Replay;
use mqttscope_wire::Sender;
use yew::prelude::*;

use crate::components::state_view::StatePane;
use crate::state::same::Same;

#[derive(Clone, Properties)]
pub(super) struct EndsProps {
    pub(super) conversation: Rc<Conversation>,
    /// The packet, from 0.
    pub(super) selected: usize,
    pub(super) on_select: Callback<usize>,
}

impl PartialEq for EndsProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.conversation, &other.conversation) && self.selected == other.selected
    }
}

#[component]
pub(super) fn Ends(props: &EndsProps) -> Html {
    let conversation = &props.conversation;
    // What was replayed is of one conversation; another one begins anew.
    let replay = use_mut_ref(|| (Same::of(conversation), Replay::default()));
    let key = (Same::of(conversation), props.selected);
    let view = use_memo(key, move |(conversation, selected)| {
        let (of, replay) = &mut *replay.borrow_mut();
        if of != conversation {
            (*of, *replay) = (conversation.clone(), Replay::default());
        }
        conversation.state(replay, *selected).map(Rc::new)
    });
    let packet = match conversation.packet(props.selected) {
        Some((kind, Sender::Client)) => format!("{} from the client", kind.name()),
        Some((kind, Sender::Server)) => format!("{} from the server", kind.name()),
        None => String::new(),
    };
    let on_row = props
        .on_select
        .reform(|row: u64| usize::try_from(row).unwrap_or(usize::MAX));
    html! {
        <StatePane view={(*view).clone()} row={props.selected as u64} total={conversation.len() as u64} {packet} {on_row} />
    }
}
