//! The checks, each with its verdict: narrowed and sorted.

use mqttscope_protocol::{CheckView, Command, Examine as Ask, JudgedView};
use yew::prelude::*;

use crate::pages::live::desk::{Desk, value_of};
use crate::pages::live::verdicts::{Verdict, VerdictList};
use crate::state::live::examine::{Examine, Listing, Order, look};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct ListProps {
    pub(super) examine: Examine,
    pub(super) listing: Listing,
    pub(super) on_listing: Callback<Listing>,
}

#[component]
pub(super) fn List(props: &ListProps) -> Html {
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let on_select = {
        let talk = desk.talk.clone();
        use_callback((), move |number: u32, ()| {
            talk.emit(Command::Examine(Ask::Open(number)));
        })
    };
    let rows = props.listing.rows(&props.examine);
    let rows: Vec<Verdict> = rows.into_iter().map(row).collect();
    let selected = props.examine.opened.as_ref().map(|it| it.number);
    html! {
        <>
            { tools(props) }
            <VerdictList id="checks" label="Checks" test="check-row" {rows} {selected} {on_select}>{ nothing(&props.examine) }</VerdictList>
        </>
    }
}

/// What narrows the list, and what sorts it.
fn tools(props: &ListProps) -> Html {
    let on_text = {
        let (listing, on_listing) = (props.listing.clone(), props.on_listing.clone());
        Callback::from(move |event: InputEvent| {
            on_listing.emit(Listing {
                text: value_of(&event),
                ..listing.clone()
            });
        })
    };
    let on_order = {
        let (listing, on_listing) = (props.listing.clone(), props.on_listing.clone());
        Callback::from(move |event: Event| {
            let name = value_of(&event);
            let order = Order::ALL.into_iter().find(|(_, other)| *other == name);
            on_listing.emit(Listing {
                order: order.map(|(order, _)| order).unwrap_or_default(),
                ..listing.clone()
            });
        })
    };
    html! {
        <div class="examine-tools">
            <input type="search" data-testid="examine-search" aria-label="Search the checks" placeholder="Name, sentence or statement" value={props.listing.text.clone()} oninput={on_text} />
            <select class="chip" data-testid="examine-order" aria-label="Sort by" onchange={on_order}>
                { for Order::ALL.map(|(order, name)| html! { <option value={name} selected={order == props.listing.order}>{ name }</option> }) }
            </select>
        </div>
    }
}

fn row((check, judged): (&CheckView, Option<&JudgedView>)) -> Verdict {
    Verdict {
        number: check.number,
        name: check.name.clone(),
        title: check.title.clone(),
        version: check.version,
        statements: check.statements.clone(),
        look: look(judged.map(|judged| judged.verdict)),
        is_ticked: false,
    }
}

/// What stands where no row is.
fn nothing(examine: &Examine) -> Html {
    let (head, says) = if !examine.judged.is_empty() {
        (
            "Nothing matches",
            "No check with a verdict is left of what is searched for and shown.",
        )
    } else if examine.view.stage.is_on() {
        (
            "No verdict yet",
            "The first come when it is known which versions the broker takes.",
        )
    } else {
        (
            "No verdicts",
            "No check came to an end. “Examine again…” begins anew.",
        )
    };
    html! { <div class="nothing" data-testid="nothing"><h2>{ head }</h2><p>{ says }</p></div> }
}
