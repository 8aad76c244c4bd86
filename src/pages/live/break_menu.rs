//! What can be put into the form for bytes: what breaks one rule each, and what is kept with the connection.

use std::rc::Rc;

use mqttscope_protocol::{AskCase, CaseOffers, Command, Profile};
use mqttscope_wire::ProtocolVersion;
use yew::prelude::*;

use super::desk::Desk;
use super::keep;
use crate::components::link_button::LinkButton;
use crate::components::menu::{Item, Menu};
use crate::state::live::cases;
use crate::state::live::profiles::ProfileAct;
use crate::state::live::publishing::PublishingAct;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct BreakMenuProps {
    pub(super) version: ProtocolVersion,
    pub(super) offers: Option<Rc<CaseOffers>>,
}

/// What breaks one rule each: a packet, or a case.
#[component]
pub(super) fn BreakMenu(props: &BreakMenuProps) -> Html {
    let version = props.version;
    let desk = use_context::<Desk>();
    let known = use_memo((version, props.offers.clone()), |(version, offers)| {
        cases::offers(*version, offers.as_deref())
    });
    let is_known = props
        .offers
        .as_ref()
        .is_some_and(|offers| offers.version == version);
    {
        let desk = desk.clone();
        use_effect_with((version, is_known), move |&(version, is_known)| {
            if let Some(desk) = desk.filter(|_| !is_known) {
                desk.talk.emit(Command::Case(AskCase::Offers(version)));
            }
        });
    }
    let Some(desk) = desk else {
        return Html::default();
    };
    let items = {
        let known = known.clone();
        Callback::from(move |()| {
            let items = known.0.iter().map(|offer| {
                let first = offer.text.lines().find(|line| !line.starts_with(';'));
                let more = format!("{} · {}", offer.rule, first.unwrap_or_default());
                Item::new(offer.says.clone(), more).under(offer.under)
            });
            items.collect::<Vec<_>>()
        })
    };
    let servers = known.1;
    let on_choose = Callback::from(move |index: usize| {
        if let Some(offer) = known.0.get(index) {
            let text = offer.text.clone();
            desk.publishing.dispatch(PublishingAct::Bytes(text));
        }
    });
    html! {
        <>
            <Menu id="break" label={html! { "Break a rule" }} {items} {on_choose} searched=true />
            if is_known { <span class="quiet" data-testid="for-servers" title="Such as a wrong acknowledgement from the server, or what only a recording shows">{ format!("{servers} more only a server can break") }</span> }
        </>
    }
}

#[derive(Clone, PartialEq, Properties)]
pub(super) struct KeptProps {
    /// What stands in the form.
    pub(super) text: AttrValue,
    pub(super) profile: Option<Rc<Profile>>,
}

/// What is kept with the connection, and a link to what stands in the form.
#[component]
pub(super) fn Kept(props: &KeptProps) -> Html {
    let (Some(desk), Some(profile)) = (use_context::<Desk>(), &props.profile) else {
        return Html::default();
    };
    let put = {
        let (desk, profile) = (desk.clone(), profile.clone());
        Callback::from(move |cases: Vec<String>| {
            let next = Profile {
                cases,
                ..(*profile).clone()
            };
            keep::keep(&next);
            desk.profiles.dispatch(ProfileAct::Put(next.into()));
        })
    };
    let save = {
        let (desk, profile, put) = (desk.clone(), profile.clone(), put.clone());
        let text = props.text.clone();
        Callback::from(
            move |_: MouseEvent| match cases::kept(&profile.cases, &text) {
                Ok(kept) => {
                    put.emit(kept);
                    desk.say(format!(
                        "Saved with {} as “{}”.",
                        profile.shown_name(),
                        cases::title(&text)
                    ));
                }
                Err(fault) => desk.say(fault),
            },
        )
    };
    let items = {
        let profile = profile.clone();
        Callback::from(move |()| {
            let kept = profile.cases.iter();
            let item = |text: &String| Item::new(cases::title(text), "");
            let open = kept.clone().map(|text| item(text).under("Saved"));
            open.chain(kept.map(|text| item(text).under("Delete")))
                .collect::<Vec<_>>()
        })
    };
    let on_choose = {
        let profile = profile.clone();
        Callback::from(move |index: usize| match profile.cases.get(index) {
            Some(text) => desk.publishing.dispatch(PublishingAct::Bytes(text.clone())),
            None => {
                let mut rest = profile.cases.clone();
                let at = index.saturating_sub(rest.len());
                if at < rest.len() {
                    rest.remove(at);
                }
                put.emit(rest);
            }
        })
    };
    let is_empty = props.text.trim().is_empty();
    html! {
        <>
            <Menu id="kept-cases" class="bare" label={html! { "Saved" }} name="Saved with this connection" {items} {on_choose} disabled={profile.cases.is_empty()} />
            <button type="button" class="bare" data-testid="keep-case" disabled={is_empty} title="Saves it with this connection, under the words of its first comment" onclick={save}>{ "Save" }</button>
            <LinkButton hash={cases::link(&props.text)} label="Link" heading="Link to it" test="case-link"
                title="Copy a link that opens it here; it is not sent until somebody does so" copied="Link copied. It opens what stands here, and sends nothing by itself." />
        </>
    }
}
