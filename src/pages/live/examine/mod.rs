//! A broker is examined: what will be done, how far it is, and what it keeps of the standard and breaks.

mod begin;
mod cards;
pub(in crate::pages::live) mod check;
mod checks;
pub(in crate::pages::live) mod conversation;
mod keep;
mod list;
mod pairs;
mod progress;
mod summary;

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use mqttscope_protocol::{Command, ConnectionId, Examine, Profile};
use yew::prelude::*;

use super::desk::Desk;
use super::stopped::StoppedLine;
use super::verdicts::{self, Facts};
use super::wire_list::minutes_behind;
use crate::services::browser;
use crate::state::live::examine::{Examine as Examined, Listing};
use crate::state::live::profiles::Profiles;
use crate::state::live::{Act, Stopped, reports, words};
use begin::Begin;
pub(super) use cards::CardsPage;
use checks::{Checks, use_checks};
pub(super) use keep::{use_kept_cards, use_kept_reports};
use list::List;

/// The element that has the focus when the view opens.
const HEAD: &str = "examine-head";

#[derive(Clone, PartialEq, Properties)]
pub(super) struct ExaminePageProps {
    pub(super) number: ConnectionId,
    /// The connection whose broker is looked at.
    pub(super) profile: Rc<Profile>,
    pub(super) examine: Examined,
    /// The engine has stopped.
    pub(super) stopped: Option<Rc<Stopped>>,
    pub(super) profiles: Profiles,
}

/// The view, in place of connections and traffic.
#[component]
pub(super) fn ExaminePage(props: &ExaminePageProps) -> Html {
    let desk = use_context::<Desk>();
    let examine = &props.examine;
    let checks = use_checks(&examine.checks, props.stopped.is_none());
    let listing = use_state_eq(Listing::default);
    // Another one is wanted, though the last one is still known.
    let anew = use_state_eq(|| false);
    let has_card = use_state_eq(|| false);
    use_effect_with((), |()| browser::focus_id(HEAD));
    let Some(desk) = desk else {
        return Html::default();
    };
    let back = {
        let (desk, number) = (desk.clone(), props.number);
        Callback::from(move |_: MouseEvent| {
            desk.live.dispatch(Act::Examine(None));
            // Its row is drawn first.
            let row = format!("#connection-row-{} .it", number.0);
            Timeout::new(0, move || browser::focus_quietly(&row)).forget();
        })
    };
    let to_cards = {
        let desk = desk.clone();
        Callback::from(move |_: MouseEvent| desk.live.dispatch(Act::Cards(true)))
    };
    let on_begin = {
        let (desk, anew, listing) = (desk.clone(), anew.clone(), listing.clone());
        let (number, profile) = (props.number, props.profile.clone());
        Callback::from(move |numbers: Vec<u32>| {
            anew.set(false);
            listing.set(Listing::default());
            desk.live.dispatch(Act::Examining(number));
            let begin = Examine::Begin(Box::new((*profile).clone()), numbers);
            desk.talk.emit(Command::Examine(begin));
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
    // What this browser keeps of an earlier visit stands there until something is found.
    let reports = use_memo(props.number, |_| keep::kept_reports());
    let kept = (reports::of_broker(&reports, &props.profile.target))
        .filter(|_| !examine.has_results() && examine.begun != Some(props.number))
        .filter(|_| matches!(checks, Checks::Here(_)));
    let shown = kept.map(|kept| (kept, kept.shown(examine)));
    let kept_says = shown.as_ref().map(|(kept, shown)| {
        let at = words::to_the_second(kept.at, minutes_behind());
        let missing = match kept.missing(shown) {
            0 => String::new(),
            count => {
                format!(" {count} of its verdicts are of checks that this page does not have.")
            }
        };
        format!("The last report, of {at}, without its packets.{missing}")
    });
    let examine = shown.as_ref().map_or(examine, |(_, shown)| shown);
    let view = &examine.view;
    let has_results = (examine.has_results() || kept_says.is_some()) && !*anew;
    // Brokers go by their place: a connection may be called anything.
    let broker = if has_results {
        view.address.clone()
    } else {
        reports::broker(&props.profile.target)
    };
    let shown = match (&checks, has_results) {
        (_, true) => {
            let kept_says = kept_says.as_deref();
            results(
                examine, kept_says, &checks, &listing, &has_card, &on_anew, &desk,
            )
        }
        (Checks::Here(_), false) => html! {
            <Begin checks={examine.checks.clone()} profile={props.profile.clone()} {on_begin} />
        },
        (Checks::Coming, false) => html! {
            <p class="quiet examine-form" role="status">{ "Loading the checks…" }</p>
        },
        (Checks::Failed(again), false) => html! {
            <div class="examine-form" role="alert" data-testid="checks-failed">
                <p>{ "The checks did not come. They are a file beside the page, which is asked for once." }</p>
                <button data-testid="checks-again" onclick={again.reform(|_: MouseEvent| ())}>{ "Try again" }</button>
            </div>
        },
    };
    let opened = has_results && examine.opened.is_some();
    let heading =
        html! { <>{ "Examine " }<span class="name" title={broker.clone()}>{ broker }</span></> };
    let more = html! {
        <>
            <span class="grow"></span>
            <button data-testid="examine-cards" title="Cards of brokers that were examined, one or two beside each other" onclick={to_cards}>{ "Compare cards…" }</button>
        </>
    };
    html! {
        <main id="main" tabindex="-1" class="live-examine" data-testid="examine" data-shows={verdicts::shows(opened, *has_card)}>
            { verdicts::head(HEAD, "examine-back", back, heading, more) }
            if let Some(stopped) = &props.stopped { <StoppedLine stopped={stopped.clone()} profiles={props.profiles.clone()} /> }
            { shown }
        </main>
    }
}

/// What was found so far, or at an earlier visit (`kept_says`): how far it is, the checks, and beside them one of them or the card.
fn results(
    examine: &Examined,
    kept_says: Option<&str>,
    checks: &Checks,
    listing: &UseStateHandle<Listing>,
    has_card: &UseStateHandle<bool>,
    on_anew: &Callback<MouseEvent>,
    desk: &Desk,
) -> Html {
    let on_listing = {
        let listing = listing.setter();
        Callback::from(move |next: Listing| listing.set(next))
    };
    let opened = examine.opened.clone().and_then(|opened| {
        let at = usize::try_from(opened.number).ok()?;
        Some((examine.checks.get(at)?.clone(), opened))
    });
    let statements = match checks {
        Checks::Here(statements) => Some(statements.clone()),
        Checks::Coming | Checks::Failed(_) => None,
    };
    let is_on = examine.view.stage.is_on();
    let is_kept = kept_says.is_some();
    let opened = opened.map(|(check, opened)| {
        let key = check.number;
        html! {
            <check::CheckPane {key} {check} {opened} {statements} {is_on} {is_kept} />
        }
    });
    let facts = Facts {
        heading: "The broker’s card",
        tests: ["examine-card", "broker-card"],
        is_on: has_card,
        first: html! { <dl><dt>{ "Longest round trip" }</dt><dd>{ words::duration(examine.view.round_trip) }</dd></dl> },
        card: &examine.view.card,
        says: [
            "What the broker announces and what was measured of it stands here once it has answered.",
            "Select a check to see what was expected, and every packet that shows its verdict.",
        ],
    };
    let list = html! {
        <>
            { summary::summary(examine, listing, &on_listing) }
            <List examine={examine.clone()} listing={(**listing).clone()} {on_listing} />
        </>
    };
    html! {
        <>
            { progress::progress(&examine.view, kept_says, on_anew, desk) }
            { verdicts::beside("Checks", list, opened, &facts) }
        </>
    }
}
