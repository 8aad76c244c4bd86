//! The checks, each with its verdict: narrowed, sorted, and only those on screen in the document.

use mqttscope_protocol::{CheckView, Command, Examine as Ask, JudgedView, Window};
use yew::prelude::*;

use crate::components::far_list::FarList;
use crate::pages::live::desk::{Desk, value_of};
use crate::state::live::examine::{Examine, Listing, Order, look};

/// Height of a row, as in the style sheet.
const ROW: u32 = 46;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct ListProps {
    pub(super) examine: Examine,
    pub(super) listing: Listing,
    pub(super) on_listing: Callback<Listing>,
}

#[component]
pub(super) fn List(props: &ListProps) -> Html {
    let window = use_state_eq(Window::default);
    let on_window = {
        let window = window.setter();
        use_callback((), move |to: Window, ()| window.set(to))
    };
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let on_select = {
        let talk = desk.talk.clone();
        use_callback((), move |number: u64, ()| {
            if let Ok(number) = u32::try_from(number) {
                talk.emit(Command::Examine(Ask::Open(number)));
            }
        })
    };
    let rows = props.listing.rows(&props.examine);
    let total = rows.len() as u64;
    let first = window.first.min(total);
    let drawn: Vec<_> = (rows.iter())
        .skip(usize::try_from(first).unwrap_or(usize::MAX))
        .take(usize::try_from(window.count).unwrap_or(usize::MAX))
        .collect();
    let selected = props.examine.opened.as_ref().map(|it| u64::from(it.number));
    let ids: Vec<u64> = drawn.iter().map(|(check, _)| check.number.into()).collect();
    html! {
        <>
            { tools(props) }
            <div class="rows">
                <FarList id="checks" label="Checks" row={ROW} {first} {total} {ids} {selected} {on_window} {on_select}>
                    { for drawn.iter().zip(first.saturating_add(1)..).map(|((check, judged), place)| {
                        row(check, *judged, place, total, selected == Some(check.number.into()))
                    }) }
                </FarList>
                if total == 0 { { nothing(&props.examine) } }
            </div>
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

fn row(
    check: &CheckView,
    judged: Option<&JudgedView>,
    place: u64,
    total: u64,
    is_selected: bool,
) -> Html {
    let (word, class) = look(judged.map(|judged| judged.verdict));
    let id = check.number;
    html! {
        <div key={id} id={format!("checks-{id}")} class={classes!("check-row", class)} role="option" data-row={id.to_string()} data-testid="check-row" data-name={check.name.clone()} data-verdict={class}
            aria-selected={is_selected.to_string()} aria-setsize={total.to_string()} aria-posinset={place.to_string()}>
            <b class={classes!("verdict", class)}>{ word }</b>
            <span class="title" title={check.title.clone()}>{ &check.title }</span>
            <span class="ids"><span>{ format!("MQTT {}", check.version.name()) }</span><span>{ &check.name }</span><span class="statements">{ check.statements.join(" ") }</span></span>
        </div>
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
