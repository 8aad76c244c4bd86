//! Cards of brokers: one, or two beside each other with what differs marked.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use mqttscope_protocol::{Compared, SavedCard};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::keep;
use super::pairs::pairs;
use crate::components::link_button::LinkButton;
use crate::pages::live::desk::{Desk, value_of};
use crate::pages::live::verdicts;
use crate::pages::live::wire_list::minutes_behind;
use crate::route::Page;
use crate::services::{browser, checks, files};
use crate::state::live::cards::{name_of, places};
use crate::state::live::examine::Statements;
use crate::state::live::{Act, words};

/// The element that has the focus when the view opens.
const HEAD: &str = "cards-head";

#[derive(Clone, PartialEq, Properties)]
pub(in crate::pages::live) struct CardsPageProps {
    /// A card that the address carries.
    pub(in crate::pages::live) token: Option<AttrValue>,
}

/// A card that came with a link, or why it did not.
type Linked = Option<Result<(Rc<SavedCard>, usize), AttrValue>>;

/// The view, in place of connections and traffic.
#[component]
pub(in crate::pages::live) fn CardsPage(props: &CardsPageProps) -> Html {
    let stored = keep::use_stored();
    let linked = use_linked(props.token.as_ref());
    let chosen = use_state_eq(|| [0_usize, 1]);
    let only_other = use_state_eq(|| true);
    use_effect_with((), |()| browser::focus_id(HEAD));
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let back = Callback::from(move |_: MouseEvent| {
        browser::replace_hash(Page::Live.hash());
        desk.live.dispatch(Act::Cards(false));
        Timeout::new(0, || browser::focus_id("main")).forget();
    });
    let (from_link, failed) = match &linked {
        Some(Ok((card, unknown))) => (Some((card.clone(), *unknown)), None),
        Some(Err(why)) => (None, Some(why.clone())),
        None => (None, None),
    };
    let unknown = from_link.as_ref().map_or(0, |(_, unknown)| *unknown);
    let all: Vec<SavedCard> = (from_link.iter().map(|(card, _)| (**card).clone()))
        .chain(stored.iter().cloned())
        .collect();
    let is_linked = from_link.is_some();
    let names: Vec<String> = all
        .iter()
        .enumerate()
        .map(|(at, card)| {
            let from = if at == 0 && is_linked {
                " (from the link)"
            } else {
                ""
            };
            format!("{}{from}", name_of(card, minutes_behind()))
        })
        .collect();
    let [a, b] = chosen.map(|at| at.min(all.len().saturating_sub(1)));
    let choose = |side: usize| {
        let chosen = chosen.clone();
        Callback::from(move |event: Event| {
            let mut next = *chosen;
            if let (Some(place), Ok(at)) = (next.get_mut(side), value_of(&event).parse()) {
                *place = at;
            }
            chosen.set(next);
        })
    };
    let turn = {
        let only_other = only_other.clone();
        Callback::from(move |_: Event| only_other.set(!*only_other))
    };
    let remove = {
        let stored = stored.clone();
        Callback::from(move |at: usize| {
            let mut left = (*stored).clone();
            let at = at.wrapping_sub(usize::from(is_linked));
            if at < left.len() {
                left.remove(at);
                let _ = keep::store(&left);
                stored.set(left);
            }
        })
    };
    html! {
        <main id="main" tabindex="-1" class="live-examine" data-testid="cards">
            { verdicts::head(HEAD, "cards-back", back, "Cards of brokers".into(), Html::default()) }
            if let Some(why) = failed { <p class="cards-note is-error" role="alert" data-testid="card-failed">{ format!("This link opens no card: {why}.") }</p> }
            if unknown > 0 { <p class="cards-note quiet">{ format!("{} verdicts of the link are of checks that this page does not have.", words::whole(unknown as u64)) }</p> }
            if let (Some(left), Some(right)) = (all.get(a), all.get(b)) {
                <div class="cards-tools">
                    { select("A", "card-a", &names, a, choose(0)) }
                    { select("B", "card-b", &names, b, choose(1)) }
                    <label class="check"><input type="checkbox" data-testid="cards-differ" checked={*only_other} onchange={turn} />{ "Only what differs" }</label>
                    { actions(left, right, a, remove, !(is_linked && a == 0)) }
                </div>
                { pairs(&Compared::new(left, right), [a, b].map(|at| names.get(at).map_or("", String::as_str)), *only_other) }
            } else {
                <div class="nothing" data-testid="nothing"><h2>{ "No cards yet" }</h2><p>{ "Each examination of a broker leaves its card in this browser. Begin one in the menu of a connection." }</p></div>
            }
        </main>
    }
}

/// Reads the card of an address, once the checks are there that its verdicts are of.
#[hook]
fn use_linked(token: Option<&AttrValue>) -> Linked {
    let linked = use_state_eq(|| None);
    {
        let linked = linked.setter();
        use_effect_with(token.cloned(), move |token| {
            let Some(token) = token.clone() else {
                return linked.set(None);
            };
            spawn_local(async move {
                let file = checks::load().await;
                let file = file.as_deref().and_then(Statements::read);
                linked.set(Some(match file {
                    Some((text, _)) => SavedCard::of_token(&token, places(text).into_iter())
                        .map(|(card, unknown)| (Rc::new(card), unknown))
                        .map_err(Into::into),
                    None => Err("the checks did not come, without which it cannot be read".into()),
                }));
            });
        });
    }
    (*linked).clone()
}

fn select(
    side: &str,
    test: &'static str,
    names: &[String],
    at: usize,
    onchange: Callback<Event>,
) -> Html {
    html! {
        <label class="cards-side"><b>{ side.to_owned() }</b>
            <select data-testid={test} {onchange}>
                { for names.iter().enumerate().map(|(place, name)| html! {
                    <option value={place.to_string()} selected={place == at}>{ name }</option>
                }) }
            </select>
        </label>
    }
}

/// What can be done with the two, and with the one on the left.
fn actions(
    a: &SavedCard,
    b: &SavedCard,
    at: usize,
    remove: Callback<usize>,
    is_stored: bool,
) -> Html {
    let compared = Compared::new(a, b);
    // One card beside itself is that card.
    let (json, page, name) = if a == b {
        (a.json(), a.html(), "mqttscope-card")
    } else {
        (compared.json(), compared.html(), "mqttscope-compared")
    };
    let link = Page::Live.hash_with(Some(&format!("card={}", a.token())));
    let save = |text: String, end: &'static str| {
        Callback::from(move |_: MouseEvent| {
            // Where the browser would not, it says so itself.
            let _ = files::save(&format!("{name}.{end}"), text.as_bytes());
        })
    };
    html! {
        <span class="does">
            <LinkButton hash={link} label="Link to A" heading="Link to a card" test="card-link"
                title="Copy a link that opens the card on side A" copied="Link copied. It opens card A: the broker’s address, facts and verdicts, no login." />
            <button data-testid="cards-json" title="What is shown, for programs; that of one card is read by mqttscope examine compare" onclick={save(json, "json")}>{ "Save as JSON" }</button>
            <button data-testid="cards-html" title="One file with what is shown, which any browser shows" onclick={save(page, "html")}>{ "Save as HTML" }</button>
            if is_stored {
                <button data-testid="card-remove" title="Removes the card on side A from this browser" onclick={move |_: MouseEvent| remove.emit(at)}>{ "Remove A" }</button>
            }
        </span>
    }
}
