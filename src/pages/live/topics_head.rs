//! The heading of the topic tree.

use mqttscope_protocol::Tree;
use yew::prelude::*;

use super::desk::{Desk, value_of};
use crate::components::icon::Icon;
use crate::components::icon_button::IconButton;
use crate::state::live::tree::TreeAct;
use crate::state::live::{Act, words};

/// What the mark can know. A server sets the flag for a subscription that exists only where *Retain As Published* asks for it.
const RETAINED: &str = "Only topics marked R: this connection published a retained message there, or was sent one as \
    retained. Messages that other clients retain after it subscribed come without that flag, unless the subscription \
    asks for Retain As Published.";

/// The heading, with what narrows, opens and closes the tree.
/// Where a search leaves topics out, it says how many are left.
pub(super) fn head(tree: &Tree, found: Option<(u64, u64)>, desk: &Desk) -> Html {
    let act = |act: TreeAct| {
        let acts = desk.live.clone();
        Callback::from(move |_: MouseEvent| acts.dispatch(Act::Tree(act.clone())))
    };
    let on_text = {
        let acts = desk.live.clone();
        Callback::from(move |event: InputEvent| {
            acts.dispatch(Act::Tree(TreeAct::Text(value_of(&event))));
        })
    };
    html! {
        <div class="head">
            <h2>{ "Topics" }</h2>
            if let Some((found, all)) = found { <span class="sub" data-testid="topics-found">{ words::of(found, Some(all)) }</span> }
            <input type="text" class="grow" data-testid="topic-filter" aria-label="Show only topics that contain" placeholder="filter" spellcheck="false"
                autocomplete="off" autocapitalize="off" value={tree.text.clone()} oninput={on_text} />
            <button class="bare square kept" data-testid="only-retained" aria-pressed={tree.retained.to_string()} aria-label="Only retained messages" title={RETAINED}
                onclick={act(TreeAct::Retained(!tree.retained))}>{ "R" }</button>
            <IconButton
                test="unfold-all"
                label="Expand all"
                title="Expand all"
                picture={Icon::Open}
                onclick={act(TreeAct::Unfold(true))}
            />
            <IconButton
                test="fold-all"
                label="Collapse all"
                title="Collapse all"
                picture={Icon::Closed}
                onclick={act(TreeAct::Unfold(false))}
            />
        </div>
    }
}
