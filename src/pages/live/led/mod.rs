//! A client is examined: the companion is the broker that it connects to. What to do with it, what it has shown, and what
//! it keeps of the standard and breaks.

mod begin;
mod guide;
mod keep;
mod link;
mod pane;

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use mqttscope_protocol::{AskLed, LedRow, LedStands, LedView, Verdict as Judged};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::desk::Desk;
use super::verdicts::{self, Facts, Verdict, VerdictList};
use super::wire_list::minutes_behind;
use crate::components::icon::{Icon, icon};
use crate::services::{browser, checks};
use crate::state::live::Act;
use crate::state::live::examine::Statements;
use crate::state::live::led::{Led, LedAct, Link, word};
use crate::state::live::words;
use begin::Begin;
pub(super) use keep::use_kept_led;
pub(super) use link::use_led;
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
    // Another one than this is wanted, though it is still known.
    let anew = use_state_eq(|| None::<u64>);
    let has_facts = use_state_eq(|| false);
    use_effect_with((), |()| browser::focus_id(HEAD));
    let kept = use_memo(props.led.view.address.is_empty(), |&is_none| {
        keep::kept().filter(|_| is_none)
    });
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
        let ask = props.ask.clone();
        Callback::from(move |options| {
            ask.emit(AskLed::Begin(options));
            browser::focus_id(HEAD);
        })
    };
    let on_anew = {
        let (anew, began) = (anew.clone(), led.view.began);
        Callback::from(move |_: MouseEvent| {
            anew.set(Some(began));
            browser::focus_id(HEAD);
        })
    };
    let on_select = {
        let live = desk.live.clone();
        Callback::from(move |number: u32| live.dispatch(Act::Led(LedAct::Select(Some(number)))))
    };
    // What is known of an examination stays when the companion is gone, and the last report when the page is loaded anew.
    let (view, kept_says) = match &*kept {
        Some(kept) => {
            let at = words::to_the_second(kept.at(), minutes_behind());
            let says = format!("The last report, of {at}, without its packets.");
            (&kept.view, Some(says))
        }
        None => (&*led.view, None),
    };
    // A companion that has not said yet how it stands may have more than that.
    let is_known = !props.is_lent || led.link == Link::Gone || !led.view.rows.is_empty();
    let is_wanted = led.failed.is_none() && *anew != Some(led.view.began);
    let has_results = !view.address.is_empty() && is_known && is_wanted;
    let is_reached = props.is_lent && led.link == Link::Open;
    let shown = match (props.is_lent, led.link, has_results) {
        (_, _, true) => html! {
            <>
                { guide::progress(view, kept_says.as_deref(), is_reached, &props.ask, &on_anew) }
                { guide::guide(view, &props.ask) }
                { results(led, view, kept_says.is_some(), props, statements, &has_facts, on_select) }
            </>
        },
        (false, ..) => html! {
            <div class="examine-form"><p data-testid="led-alone">{ "A browser cannot be the broker that a device connects to: open this page by the companion (" }<code>{ "mqttscope open" }</code>{ "), or examine the device in a terminal with " }<code>{ "mqttscope examine-client" }</code>{ "." }</p></div>
        },
        (_, Link::Gone, _) => Html::default(),
        (_, Link::Open, _) if is_known => html! {
            <Begin situations={led.view.rows.len()} failed={led.failed.clone()} {on_begin} />
        },
        (_, Link::None | Link::Opening | Link::Open, _) => html! {
            <p class="quiet examine-form" role="status">{ "Asking the companion…" }</p>
        },
    };
    let is_opened = has_results && led.opened.is_some();
    html! {
        <main id="main" tabindex="-1" class="live-examine" data-testid="led" data-shows={verdicts::shows(is_opened, *has_facts)}>
            { verdicts::head(HEAD, "led-back", back, "Examine a client".into(), Html::default()) }
            if props.is_lent && led.link == Link::Gone { { gone(&desk) } }
            { shown }
        </main>
    }
}

/// The situations, and beside them one of them or what was found out about the client.
fn results(
    led: &Led,
    view: &LedView,
    is_kept: bool,
    props: &LedPageProps,
    statements: Option<Rc<Statements>>,
    is_on: &UseStateHandle<bool>,
    on_select: Callback<u32>,
) -> Html {
    let row = |(row, number): (&LedRow, u32)| Verdict {
        number,
        name: row.name.clone(),
        title: row.title.clone(),
        version: row.version,
        statements: row.statements.clone(),
        look: word(&row.stands, &view.stage),
        is_ticked: matches!(row.stands, LedStands::Judged(Judged::Kept, _)),
    };
    let rows: Vec<Verdict> = view.rows.iter().zip(0_u32..).map(row).collect();
    let opened = led.opened.and_then(|number| {
        let row = view.rows.get(usize::try_from(number).ok()?)?.clone();
        let (packets, ask, stage) = (led.packets.clone(), props.ask.clone(), view.stage.clone());
        Some(html! { <Pane key={number} {number} {row} {packets} {ask} {statements} {stage} {is_kept} /> })
    });
    let facts = Facts {
        heading: "The client",
        tests: ["led-facts", "led-card"],
        is_on,
        first: Html::default(),
        card: &view.card,
        says: [
            "What its CONNECT says and what was measured of it stands here once it has connected.",
            "Select a situation to see what its statements ask, and every packet that shows its verdict.",
        ],
    };
    let list = html! { <VerdictList id="situations" label="Situations" test="led-row" {rows} selected={led.opened} {on_select} /> };
    verdicts::beside("Situations", list, opened, &facts)
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
