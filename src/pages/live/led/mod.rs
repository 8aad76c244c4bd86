//! A client is examined: the companion is the broker that it connects to. What to do with it, what it has shown, and what
//! it keeps of the standard and breaks.

mod begin;
mod facts;
mod guide;
mod link;
mod list;
mod pane;

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use mqttscope_protocol::AskLed;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::desk::Desk;
use crate::components::icon::{Icon, icon};
use crate::services::{browser, checks};
use crate::state::live::Act;
use crate::state::live::examine::Statements;
use crate::state::live::led::{Led, LedAct, Link};
use begin::Begin;
pub(super) use link::use_led;
use list::List;
use pane::Pane;

/// The element that has the focus when the view opens.
const HEAD: &str = "led-head";

#[derive(Clone, PartialEq, Properties)]
pub(super) struct LedPageProps {
    pub(super) led: Led,
    /// The way to the companion.
    pub(super) ask: Callback<AskLed>,
    /// The companion has opened this page.
    pub(super) is_lent: bool,
}

/// The view, in place of connections and traffic.
#[component]
pub(super) fn LedPage(props: &LedPageProps) -> Html {
    let statements = use_statements();
    // Another one is wanted, though the last one is still known.
    let anew = use_state_eq(|| false);
    let has_facts = use_state_eq(|| false);
    use_effect_with((), |()| browser::focus_id(HEAD));
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let led = &props.led;
    let back = {
        let desk = desk.clone();
        Callback::from(move |_: MouseEvent| {
            desk.live.dispatch(Act::Led(LedAct::Show(false)));
            Timeout::new(0, || browser::focus_id("main")).forget();
        })
    };
    let on_begin = {
        let (ask, anew) = (props.ask.clone(), anew.clone());
        Callback::from(move |options| {
            anew.set(false);
            ask.emit(AskLed::Begin(options));
            browser::focus_id(HEAD);
        })
    };
    let on_anew = {
        let anew = anew.clone();
        Callback::from(move |_: MouseEvent| {
            anew.set(true);
            browser::focus_id(HEAD);
        })
    };
    let turn = {
        let has_facts = has_facts.clone();
        Callback::from(move |_: MouseEvent| has_facts.set(!*has_facts))
    };
    // What is known of an examination stays when the companion is gone.
    let has_results = !led.view.address.is_empty() && led.failed.is_none() && !*anew;
    let shown = match (props.is_lent, led.link, has_results) {
        (false, ..) => html! {
            <div class="examine-form"><p data-testid="led-alone">{ "A browser cannot be the broker that a device connects to: open this page by the companion (" }<code>{ "mqttscope open" }</code>{ "), or examine the device in a terminal with " }<code>{ "mqttscope examine-client" }</code>{ "." }</p></div>
        },
        (_, Link::None | Link::Opening, _) => html! {
            <p class="quiet examine-form" role="status">{ "Asking the companion…" }</p>
        },
        (_, Link::Gone, false) => Html::default(),
        (_, Link::Open, false) => html! {
            <Begin situations={led.view.rows.len()} failed={led.failed.clone()} {on_begin} />
        },
        (_, _, true) => html! {
            <>
                if led.link == Link::Open { { guide::progress(&led.view, &props.ask, &on_anew) } }
                { guide::guide(&led.view, &props.ask) }
                <div class="examine-results">
                    <section class="pane examine-list" aria-label="Situations">
                        <div class="examine-turn"><button data-testid="led-facts" aria-pressed={has_facts.to_string()} onclick={turn}>{ "What was found out" }</button></div>
                        <List led={led.clone()} />
                    </section>
                    if let Some((number, row)) = led.row() {
                        <Pane key={number} {number} row={row.clone()} packets={led.packets.clone()} ask={props.ask.clone()} {statements} is_on={led.view.stage.is_on()} />
                    } else {
                        { facts::facts(&led.view) }
                    }
                </div>
            </>
        },
    };
    let shows = match (led.opened.is_some(), *has_facts) {
        (true, _) => "check",
        (false, true) => "card",
        (false, false) => "list",
    };
    html! {
        <main id="main" tabindex="-1" class="live-examine" data-testid="led" data-shows={shows}>
            <div class="head">
                <button class="bare" data-testid="led-back" onclick={back}>{ icon(Icon::Back) }{ "Live" }</button>
                <h1 id={HEAD} tabindex="-1">{ "Examine a client" }</h1>
            </div>
            if props.is_lent && led.link == Link::Gone { { gone(&desk) } }
            { shown }
        </main>
    }
}

/// The companion was ended, or another one was started in its place.
fn gone(desk: &Desk) -> Html {
    let again = {
        let desk = desk.clone();
        Callback::from(move |_: MouseEvent| {
            desk.live.dispatch(Act::Led(LedAct::Link(Link::None)));
            browser::focus_id(HEAD);
        })
    };
    html! {
        <div class="stopped" role="alert" data-testid="led-gone">
            { icon(Icon::Fault) }
            <p>{ "The companion does not answer: nobody listens for the client any more. Start mqttscope again and open the page that it names, or ask once more." }</p>
            <button data-testid="led-again" onclick={again}>{ "Ask again" }</button>
        </div>
    }
}

/// What the statements of the standard ask, once that is here.
#[hook]
fn use_statements() -> Option<Rc<Statements>> {
    let statements = use_state_eq(|| None::<Rc<Statements>>);
    {
        let statements = statements.setter();
        use_effect_with((), move |()| {
            spawn_local(async move {
                let file = checks::load().await;
                let read = file.as_deref().and_then(Statements::read);
                statements.set(read.map(|(_, statements)| statements.into()));
            });
        });
    }
    (*statements).clone()
}
