//! The Live page: connections, and every packet that goes over them.

pub(in crate::pages) mod address;
mod advice;
mod all_menu;
mod answers;
mod asking;
mod break_menu;
mod bridged;
mod case_came;
mod chart_view;
mod clear_retained;
mod cleared;
mod connection_card;
mod connection_row;
mod connection_state;
mod connections;
pub(in crate::pages) mod desk;
mod detail_bar;
pub(in crate::pages) mod details;
mod edit;
pub(in crate::pages) mod engine;
mod event_card;
mod examine;
mod faults;
mod finding_card;
mod finding_list;
mod flow_list;
mod flow_picture;
mod handed;
mod history;
mod import_notes;
mod keep;
pub(in crate::pages) mod keys;
mod large_packet;
pub(in crate::pages) mod leaving;
mod led;
mod log_limit;
pub(in crate::pages) mod looking;
mod message_list;
mod message_row;
mod new_menu;
mod opening;
mod packet_link;
pub(in crate::pages) mod panels;
mod paste;
mod payload_field;
mod publish;
mod publish_more;
mod record_list;
mod repair;
mod replay;
mod saved_menu;
mod schemas;
mod scripts;
mod send_bytes;
mod setting_field;
mod several;
pub(in crate::pages) mod steps;
mod stopped;
mod strip;
mod subscribe;
mod subscriptions;
mod toolbar;
mod topic_row;
pub(in crate::pages) mod topics;
mod topics_head;
pub(in crate::pages) mod traffic;
mod undo;
mod verdicts;
mod wire_list;
pub(in crate::pages) mod wire_row;

pub(crate) use handed::hand_over;
use mqttscope_protocol::ConnectionState;
use mqttscope_wire::ProtocolVersion;
pub(crate) use schemas::{SchemasDialog, SchemasDialogProps};
use yew::prelude::*;

use crate::components::splitter::{Axis, Panel, Splitter};
use crate::hooks::Arrival;
use crate::route::{Page, Route};
use crate::services::engine::Purpose;
use crate::state::live::{Act, Live as State, Source, cases};
use crate::state::toasts::Toaster;
use desk::{AtDesk, Desk, use_desk};
use steps::Step;

/// Its parts on a narrow screen.
const STEPS: [(Step, &str); 4] = [
    (Step::Connections, "Connect"),
    (Step::Traffic, "Traffic"),
    (Step::Publish, "Publish"),
    (Step::Packet, "Details"),
];

/// What the page is given.
#[derive(Clone, PartialEq, Properties)]
pub struct LiveProps {
    /// Whether it is looked at. Its connections stay open when it is not.
    pub shown: bool,
    /// The address that was come to.
    pub arrival: Arrival,
    /// The address of the companion's bridge, where there is one.
    pub bridge: Option<AttrValue>,
}

/// The page.
#[component]
pub fn Live(props: &LiveProps) -> Html {
    let live = use_reducer(State::default);
    let (panels, on_panels) = panels::use_panels();
    leaving::use_leaving(live.summary.log.packets);
    let toaster = use_context::<Toaster>();
    let engine::Talk {
        send: talk, begin, ..
    } = engine::use_engine(Purpose::Live, &live.dispatcher(), toaster.clone());
    let begin = bridged::use_bridge(props.bridge.as_ref(), &talk, &begin);
    let AtDesk {
        desk,
        profiles,
        publishing,
        saved,
        step,
    } = use_desk(Source::Connections, &live, talk.clone(), begin, toaster);
    handed::use_handed(&desk);
    schemas::use_kept_schemas(props.shown, &desk);
    opening::use_opening(&live, &profiles, &saved, &talk);
    let is_free = live.examine.of.is_none() && !live.examine.has_cards && !live.led.shown;
    keys::use_page_keys(&live, props.shown && is_free);
    let at = (step, &desk.step);
    let (parts, part) = steps::use_steps(&STEPS, step);
    address::use_address(Page::Live, &props.arrival, &live, at, false);
    looking::use_looking(&live, props.shown, &talk);
    answers::use_kept_tables(&live, &profiles);
    scripts::use_scripts(&live.summary, &profiles, &talk);
    examine::use_kept_cards(&live);
    let ask_led = led::use_led(&live, props.bridge.as_ref(), &desk);
    examine::use_kept_reports(&live);
    led::use_kept_led(&live);
    {
        let desk = desk.clone();
        use_effect_with(cases::of_link(&props.arrival.hash), move |text| {
            if let Some(text) = text {
                send_bytes::open(text.clone(), &desk);
            }
        });
    }
    {
        let live = live.dispatcher();
        use_effect_with(props.arrival.clone(), move |arrival| {
            if Route::of_hash(&arrival.hash).value("card").is_some() {
                live.dispatch(Act::Cards(true));
            }
        });
    }
    if !props.shown {
        return Html::default();
    }
    if live.examine.has_cards {
        let token = Route::of_hash(&props.arrival.hash).value("card");
        return html! {
            <ContextProvider<Desk> context={(*desk).clone()}>
                <examine::CardsPage token={token.map(AttrValue::from)} />
            </ContextProvider<Desk>>
        };
    }
    if live.led.shown {
        return html! {
            <ContextProvider<Desk> context={(*desk).clone()}>
                <led::LedPage led={live.led.clone()} ask={ask_led} is_lent={props.bridge.is_some()} />
            </ContextProvider<Desk>>
        };
    }
    if let Some(known) = live.examine.of.and_then(|number| profiles.get(number)) {
        return html! {
            <ContextProvider<Desk> context={(*desk).clone()}>
                <examine::ExaminePage number={known.number} profile={known.profile.clone()} examine={live.examine.clone()} stopped={live.stopped.clone()} profiles={(*profiles).clone()} />
            </ContextProvider<Desk>>
        };
    }
    let view = live.current().cloned();
    let known = live.connection.and_then(|number| profiles.get(number));
    let is_open = view
        .as_ref()
        .is_some_and(|view| view.state == ConnectionState::Open);
    let version = known.map_or(ProtocolVersion::V5, |known| known.profile.version);
    let is_v5 = version.is_v5();
    let name = known
        .map(|known| AttrValue::from(known.profile.shown_name()))
        .unwrap_or_default();
    html! {
        <ContextProvider<Desk> context={(*desk).clone()}>
            <main id="main" tabindex="-1" class="live" data-step={part.name()}
                data-side={(!panels.side).then_some("off")} data-details={(!panels.details).then_some("off")}>
                <h1 class="unseen">{ "Connections and their packets" }</h1>
                { steps::steps(&parts, part, &desk.step) }
                if let Some(stopped) = &live.stopped { <stopped::StoppedLine stopped={stopped.clone()} profiles={(*profiles).clone()} /> }
                if view.as_ref().is_some_and(|view| view.unverified) { { bridged::unverified(&name) } }
                <div class="pane live-side" id="live-side">
                    <connections::Connections profiles={(*profiles).clone()} summary={live.summary.clone()} current={live.connection} faults={live.faults.clone()} />
                    if let Some(known) = known {
                        <subscriptions::Subscriptions connection={known.number} profile={known.profile.clone()} filters={view.as_ref().map(|view| view.filters.clone()).unwrap_or_default()} {is_open} {is_v5} />
                        <answers::Answers key={format!("answers-{}", known.number.0)} connection={known.number} profile={known.profile.clone()} view={live.answers.get(&known.number).cloned()} packet={live.packet.clone()} {is_v5} />
                    }
                    <topics::Topics rows={live.topics.clone()} tree={live.tree.tree.clone()} left_out={live.topics_left_out} connection={live.connection.filter(|_| is_open)} />
                </div>
                <Splitter name="live-side" label="Width of the connections" controls="live-side" variable="--live-side" panel={Panel::Before} least=200 rest=720 />
                <div class="pane middle">
                    { traffic::traffic(&live, &panels, &on_panels, &desk) }
                    <Splitter name="live-publish" label="Height of the publish form" controls="live-publish" variable="--live-publish" panel={Panel::After} axis={Axis::Rows} least=80 rest=200 />
                    <publish::Publish form={(*publishing).clone()} saved={(*saved).clone()} connection={live.connection} {is_open} {version} published={live.connection.and_then(|id| live.published.get(&id)).cloned()} bytes_sent={live.connection.and_then(|id| live.bytes_sent.get(&id)).cloned()}
                        profile={known.map(|known| known.profile.clone())} case={live.case.clone()} case_offers={live.case_offers.clone()}
                        repeating={view.as_ref().is_some_and(|view| view.repeating)} repeated={view.as_ref().and_then(|view| view.repeated)}
                        overdue={connection_state::overdue(view.as_ref()).map(AttrValue::from)} />
                </div>
                <Splitter name="live-details" label="Width of the details" controls="live-details" variable="--live-details" panel={Panel::After} least=300 rest=680 />
                <details::Details packet={live.packet.clone()} event={live.event.clone()} on_repair={repair::on_repair(&profiles, &desk)} row={live.selected_row().cloned()} history={live.history.clone()} around={live.around.clone()} system={live.system.clone()} {view} {name} />
            </main>
        </ContextProvider<Desk>>
    }
}
