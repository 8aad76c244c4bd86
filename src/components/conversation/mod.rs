//! A pasted conversation: what the monitor finds in it, and what both ends know at each packet. It is
//! drawn above the inspector of the Dissect page, by the annex.

mod ends;
mod finding;

use std::rc::Rc;

use mqttscope_view::conversation::{Conversation, Item, Judged, MOST, Shown, counts, how_many};
use mqttscope_wire::Severity;
use yew::prelude::*;

use ends::Ends;
use finding::findings;

/// What the pane is given.
#[derive(Clone, Properties)]
pub struct ConversationPaneProps {
    /// The packets.
    pub conversation: Rc<Conversation>,
    /// What the monitor says of them.
    pub judged: Rc<Judged>,
    /// All that was found, as one list.
    pub items: Rc<Vec<Item>>,
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
    (View::Findings, "findings", "Findings"),
];

/// The pane.
#[component]
pub fn ConversationPane(props: &ConversationPaneProps) -> Html {
    let view = use_state_eq(|| View::Fields);
    let grade = use_state_eq(|| None::<Severity>);
    use_effect_with((*view, props.on_view.clone()), |(view, on_view)| {
        on_view.emit(*view != View::Fields);
    });
    let items = &props.items;
    let tabs = VIEWS.iter().map(|&(offered, name, label)| {
        let choose = {
            let view = view.clone();
            Callback::from(move |_: MouseEvent| view.set(offered))
        };
        html! {
            <button data-testid={format!("view-{name}")} aria-pressed={(*view == offered).to_string()} onclick={choose}>
                { label }
                if offered == View::Findings && !items.is_empty() { <span class="count">{ items.len() }</span> }
            </button>
        }
    });
    // What the packet alone shows is at its fields already.
    let here = items.iter().filter(|item| {
        item.shown == Shown::ByConversation && item.packets.contains(&props.selected)
    });
    let listed = items
        .iter()
        .filter(|item| grade.is_none_or(|grade| item.severity == grade));
    let is_cut = props.judged.left_out > 0 || items.len() >= MOST;
    let on_grade = {
        let grade = grade.clone();
        Callback::from(move |chosen| grade.set(chosen))
    };
    html! {
        <section class="conversation" aria-label="Conversation" data-testid="conversation">
            <div class="head">
                <div class="views" role="group" aria-label="What is shown of the packet">{ for tabs }</div>
                <span class="grow"></span>
                <span class="quiet hide-narrow" data-testid="verdict">{ verdict(items, props.judged.left_out, &props.conversation) }</span>
            </div>
            if *view == View::Fields {
                { findings(here, "In the conversation", props.selected, &props.on_select) }
            } else if *view == View::State {
                <Ends conversation={props.conversation.clone()} selected={props.selected} on_select={props.on_select.clone()} />
            } else {
                <div class="scroll" tabindex="0" role="region" aria-label="All findings">
                    { grades(items, *grade, &on_grade) }
                    if is_cut { <p class="quiet" data-testid="findings-cut">{ "Listed: " }{ how_many(items.len(), props.judged.left_out) }{ "." }</p> }
                    { findings(listed, "Findings", props.selected, &props.on_select) }
                    if items.is_empty() { <p class="quiet">{ "No problems: no rule broken, and each packet fits those before it." }</p> }
                </div>
            }
        </section>
    }
}

fn verdict(items: &[Item], left_out: u64, conversation: &Conversation) -> String {
    match items.len() {
        0 if conversation.leaves_keep_alive_open() => {
            "no findings; without times Keep Alive was not checked".to_owned()
        }
        0 => "no findings".to_owned(),
        count => how_many(count, left_out),
    }
}

/// What is listed: all findings, or those of one grade, each with its count.
fn grades(items: &[Item], now: Option<Severity>, on_grade: &Callback<Option<Severity>>) -> Html {
    let [errors, warnings, notes] = counts(items);
    let choices = [
        (None, "All", items.len()),
        (Some(Severity::Error), "Errors", errors),
        (Some(Severity::Warning), "Warnings", warnings),
        (Some(Severity::Note), "Notes", notes),
    ];
    html! {
        <div class="grades" role="group" aria-label="Findings shown">
            { for choices.map(|(grade, name, count)| html! {
                <button class="chip" data-testid={format!("grade-{}", name.to_ascii_lowercase())} aria-pressed={(grade == now).to_string()}
                    onclick={on_grade.reform(move |_: MouseEvent| grade)}>{ name }{ " " }<span class="count">{ count }</span></button>
            }) }
        </div>
    }
}

/// The number of a packet as people count.
fn number(packet: usize) -> usize {
    packet.saturating_add(1)
}
