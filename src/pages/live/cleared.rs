//! The way back for a log that was just cleared.

use mqttscope_protocol::Command;
use yew::prelude::*;

use super::desk::Desk;
use super::toolbar::CLEAR;
use crate::components::icon::{Icon, icon};
use crate::services::browser;
use crate::state::live::{Act, Live, words};

/// Says how much was cleared, and offers it; nothing where there is nothing to bring back. It stays
/// until it is used or sent away, or until new packets have taken the room.
pub(super) fn cleared(live: &Live, desk: &Desk) -> Html {
    let count = live.summary.log.cleared;
    if count == 0 {
        return Html::default();
    }
    // The buttons go, and the focus with them: it returns to where all began.
    let undo = {
        let desk = desk.clone();
        Callback::from(move |_: MouseEvent| {
            desk.talk.emit(Command::Restore);
            desk.live.dispatch(Act::Restored);
            browser::focus_id(CLEAR);
        })
    };
    let forget = {
        let desk = desk.clone();
        Callback::from(move |_: MouseEvent| {
            desk.talk.emit(Command::ForgetCleared);
            browser::focus_id(CLEAR);
        })
    };
    let packets = if count == 1 { "packet" } else { "packets" };
    html! {
        <div class="undo" role="status" data-testid="cleared">
            <span title="They stay within the size limit of the log, where new packets take their room">{ words::whole(count) }{ format!(" {packets} of all connections cleared, with messages, topics and findings.") }</span>
            <button data-testid="undo-clear" onclick={undo}>{ "Undo" }</button>
            <button class="bare square" data-testid="forget-cleared" aria-label="Close this message and free the memory" title="Close, and free the memory" onclick={forget}>{ icon(Icon::Cross) }</button>
        </div>
    }
}
