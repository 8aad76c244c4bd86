//! Asks before retained messages are cleared: the server forgets them for everybody.

use mqttscope_protocol::TopicRow;
use mqttscope_view::escape::visible;
use yew::prelude::*;

use crate::components::dialog::Dialog;
use crate::state::live::words;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct ClearRetainedProps {
    /// The level at the top of the branch.
    pub(super) row: TopicRow,
    /// Whether to do it.
    pub(super) on_answer: Callback<bool>,
}

#[component]
pub(super) fn ClearRetained(props: &ClearRetainedProps) -> Html {
    let row = &props.row;
    let place = visible(row.topic.as_deref().unwrap_or(&row.level));
    let count = words::whole(row.retained_below.into());
    let says = if row.retained && row.retained_below == 1 {
        format!("The server deletes the retained message of {place}.")
    } else {
        format!("The server deletes {count} retained messages of {place} and the topics below it.")
    };
    let answer = |yes: bool| props.on_answer.reform(move |_: MouseEvent| yes);
    html! {
        <Dialog title="Clear retained messages?" on_close={props.on_answer.reform(|()| false)}>
            <p>{ says }{ " An empty retained message is published to each topic. This cannot be undone, and other clients lose these messages too." }</p>
            <div class="acts">
                <span class="grow"></span>
                <button type="button" onclick={answer(false)}>{ "Cancel" }</button>
                <button type="button" class="main" data-testid="clear-retained-now" onclick={answer(true)}>{ "Clear" }</button>
            </div>
        </Dialog>
    }
}
