//! A pasted conversation: what the monitor finds in it, and what both ends know at each packet. It is
//! drawn above the inspector of the Dissect page, by the annex.

mod ends;
mod finding;
mod short;

use std::rc::Rc;

use mqttscope_inspect::conversation::{Conversation, Judged};
use yew::prelude::*;

use ends::Ends;
use finding::findings;
use short::in_short;

/// What the pane is given.
#[derive(Clone, Properties)]
pub struct ConversationPaneProps {
    /// The packets.
    pub conversation: Rc<Conversation>,
    /// What the monitor says of them.
    pub judged: Rc<Judged>,
    /// The packet that is looked at, from 0.
    pub selected: usize,
    /// Another packet is to be looked at.
    pub on_select: Callback<usize>,
    /// Whether this pane takes the place of the packet's fields.
    pub on_view: Callback<bool>,
}

impl PartialEq for ConversationPaneProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.judged, &other.judged) && self.selected == other.selected
    }
}

/// What is seen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum View {
    /// The packet's fields, with what the conversation shows to be wrong with it.
    Fields,
    /// What both ends know around the packet.
    State,
    /// All findings.
    Findings,
}

const VIEWS: [(View, &str, &str); 3] = [
    (View::Fields, "fields", "Fields"),
    (View::State, "state", "State"),
    (View::Findings, "findings", "Conversation"),
];

/// The pane.
#[component]
pub fn ConversationPane(props: &ConversationPaneProps) -> Html {
    let view = use_state_eq(|| View::Fields);
    use_effect_with((*view, props.on_view.clone()), |(view, on_view)| {
        on_view.emit(*view != View::Fields);
    });
    let judged = &props.judged;
    let tabs = VIEWS.iter().map(|&(offered, name, label)| {
        let choose = {
            let view = view.clone();
            Callback::from(move |_: MouseEvent| view.set(offered))
        };
        html! {
            <button data-testid={format!("view-{name}")} aria-pressed={(*view == offered).to_string()} onclick={choose}>
                { label }
                if offered == View::Findings && !judged.findings.is_empty() { <span class="count">{ judged.findings.len() }</span> }
            </button>
        }
    });
    let here = judged
        .findings
        .iter()
        .filter(|finding| finding.packets.contains(&props.selected));
    html! {
        <section class="conversation" aria-label="Conversation" data-testid="conversation">
            <div class="head">
                <div class="views" role="group" aria-label="What is shown of the packet">{ for tabs }</div>
                <span class="grow"></span>
                <span class="quiet hide-narrow" data-testid="verdict">{ verdict(judged, &props.conversation) }</span>
            </div>
            if *view == View::Fields {
                { findings(here, "In the conversation", props.selected, &props.on_select) }
            } else if *view == View::State {
                <Ends conversation={props.conversation.clone()} selected={props.selected} on_select={props.on_select.clone()} />
            } else {
                <div class="scroll" tabindex="0" role="region" aria-label="The whole conversation">
                    { in_short(&judged.explanations, &props.on_select) }
                    { findings(judged.findings.iter(), "Findings", props.selected, &props.on_select) }
                </div>
            }
        </section>
    }
}

fn verdict(judged: &Judged, conversation: &Conversation) -> String {
    match judged.findings.len() {
        0 if conversation.leaves_keep_alive_open() => {
            "nothing found in the conversation; without times Keep Alive was not checked".to_owned()
        }
        0 => "nothing found in the conversation".to_owned(),
        1 => "1 finding in the conversation".to_owned(),
        count => format!("{count} findings in the conversation"),
    }
}

/// The number of a packet as people count.
fn number(packet: usize) -> usize {
    packet.saturating_add(1)
}
