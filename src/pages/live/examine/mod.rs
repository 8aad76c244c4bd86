//! A broker is examined: what will be done, how far it is, and what it keeps of the standard and breaks.

mod begin;
mod card;
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
use super::wire_list::minutes_behind;
use crate::components::icon::{Icon, icon};
use crate::services::browser;
use crate::state::live::examine::{Examine as Examined, Listing};
use crate::state::live::profiles::{Profiles, place};
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
    let (examine, kept_at) = match kept {
        Some(kept) => (
            &kept.shown(examine),
            Some(words::to_the_second(kept.at, minutes_behind())),
        ),
        None => (examine, None),
    };
    let view = &examine.view;
    let has_results = (examine.has_results() || kept_at.is_some()) && !*anew;
    let (name, place) = if has_results {
        (view.name.clone(), view.address.clone())
    } else {
        (props.profile.shown_name(), place(&props.profile))
    };
    let shown = match (&checks, has_results) {
        (_, true) => {
            let kept_at = kept_at.as_deref();
            results(
                examine, kept_at, &checks, &listing, &has_card, &on_anew, &desk,
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
    html! {
        <main id="main" tabindex="-1" class="live-examine" data-testid="examine" data-shows={if opened { "check" } else if *has_card { "card" } else { "list" }}>
            <div class="head">
                <button class="bare" data-testid="examine-back" onclick={back}>{ icon(Icon::Back) }{ "Live" }</button>
                <h1 id={HEAD} tabindex="-1">{ "Examine " }<span class="name">{ name }</span></h1>
                <span class="sub" title={place.clone()}>{ place }</span>
                <span class="grow"></span>
                <button data-testid="examine-cards" title="Cards of brokers that were examined, one or two beside each other" onclick={to_cards}>{ "Compare cards…" }</button>
            </div>
            if let Some(stopped) = &props.stopped { <StoppedLine stopped={stopped.clone()} profiles={props.profiles.clone()} /> }
            { shown }
        </main>
    }
}

/// What was found so far, or at an earlier visit (`kept_at`): how far it is, the checks, and beside them one of them or the card.
fn results(
    examine: &Examined,
    kept_at: Option<&str>,
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
    let turn_card = {
        let has_card = has_card.clone();
        Callback::from(move |_: MouseEvent| has_card.set(!*has_card))
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
    html! {
        <>
            { progress::progress(&examine.view, kept_at, on_anew, desk) }
            <div class="examine-results">
                <section class="pane examine-list" aria-label="Checks">
                    { summary::summary(examine, listing, &on_listing) }
                    <div class="examine-turn"><button data-testid="examine-card" aria-pressed={has_card.to_string()} onclick={turn_card}>{ "The broker’s card" }</button></div>
                    <List examine={examine.clone()} listing={(**listing).clone()} {on_listing} />
                </section>
                if let Some((check, opened)) = opened {
                    <check::CheckPane key={check.number} check={check.clone()} {opened} {statements} {is_on} is_kept={kept_at.is_some()} />
                } else {
                    { card::card(&examine.view) }
                }
            </div>
        </>
    }
}
