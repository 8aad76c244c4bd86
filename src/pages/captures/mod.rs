//! The Captures page: recorded files, and every packet in them, by the Live page's own lists.

mod before;
mod connections;
mod empty;
pub(in crate::pages) mod faults;
mod file_list;
mod handed;
mod homing;
mod known;
mod lent;
mod opened;
mod opening;
mod summary;
mod unread;

pub(crate) use handed::hand_over;
use js_sys::Array;
use mqttscope_protocol::Command;
pub(crate) use opening::use_dropping;
use yew::prelude::*;

use super::live::desk::{AtDesk, Desk, use_desk};
use super::live::steps::{self, Step};
use super::live::{address, details, engine, keys, leaving, looking, panels, topics, traffic};
use crate::components::splitter::{Panel, Splitter};
use crate::hooks::Arrival;
use crate::route::Page;
use crate::services::engine::Purpose;
use crate::state::live::{Act, Live as State, Source, words};
use crate::state::toasts::Toaster;

/// Its parts on a narrow screen.
const STEPS: [(Step, &str); 3] = [
    (Step::Connections, "Connections"),
    (Step::Traffic, "Packets"),
    (Step::Packet, "Details"),
];

/// Bytes of packets that are kept.
const ROOM: u64 = 1 << 30;

/// What the page is given.
#[derive(Clone, PartialEq, Properties)]
pub struct CapturesProps {
    /// Whether it is looked at. What it has read stays when it is not.
    pub shown: bool,
    /// The address that a person came to.
    pub arrival: Arrival,
    /// The token with which the companion has opened it, if it has.
    pub companion: Option<AttrValue>,
}

/// The page.
#[component]
pub fn Captures(props: &CapturesProps) -> Html {
    let live = use_reducer(State::of_captures);
    let (panels, on_panels) = panels::use_panels();
    let toaster = use_context::<Toaster>();
    let engine::Talk {
        send: talk,
        begin,
        open,
        renew,
    } = engine::use_engine(Purpose::Captures, &live.dispatcher(), toaster.clone());
    let AtDesk { desk, step, .. } = use_desk(
        Source::Captures,
        &live,
        talk.clone(),
        begin,
        toaster.clone(),
    );
    keys::use_page_keys(&live, props.shown);
    looking::use_looking(&live, props.shown, &talk);
    let open_all = {
        let (live, talk) = (live.dispatcher(), talk.clone());
        use_callback((), move |files: Array, ()| {
            live.dispatch(Act::Restarted);
            open.emit(files);
            talk.emit(Command::Budget(ROOM));
        })
    };
    let close_all = {
        let (live, renew) = (live.dispatcher(), renew.clone());
        use_callback((), move |(), ()| {
            renew.emit(());
            live.dispatch(Act::Closed);
        })
    };
    let reopen = {
        let (live, renew) = (live.dispatcher(), renew.clone());
        use_callback((), move |(), ()| {
            renew.emit(());
            live.dispatch(Act::Reopened);
        })
    };
    let known::Opening {
        on_files,
        on_sources,
        on_close,
        close_one,
        forget,
        has_files,
        notice,
    } = known::use_known(&open_all, &close_all, &reopen, toaster.as_ref());
    leaving::use_asking(has_files);
    let is_open = live.summary.capture.is_some();
    let home = homing::use_home(is_open, props.shown);
    let close_one = home.at_file(&close_one);
    let from_start = home.at_main(&on_files);
    let at = (step, &desk.step);
    address::use_address(Page::Captures, &props.arrival, &live, at, is_open);
    lent::use_lent(props.companion.as_ref(), &on_sources, toaster.as_ref());
    let is_over = use_dropping(props.shown, &on_files);
    handed::use_handed(&on_files);
    {
        use_effect_with(live.stopped.is_some(), move |&has_stopped| {
            if has_stopped {
                forget.emit(());
            }
        });
    }
    if !props.shown {
        return Html::default();
    }
    let Some(capture) = live.summary.capture.as_deref() else {
        let stopped = live
            .stopped
            .as_ref()
            .map(|stopped| AttrValue::from(stopped.why.clone()));
        return empty::empty(stopped, &live.search, is_over, &from_start, &desk);
    };
    let summary = summary::summary(capture, &live, &desk);
    let tap = faults::tap(props.companion.as_ref(), capture);
    let is_unread = unread::is_all(capture);
    html! {
        <ContextProvider<Desk> context={(*desk).clone()}>
            <main id="main" tabindex="-1" class="live captures" data-step={step.name()}
                data-side={(!panels.side).then_some("off")} data-details={(!panels.details).then_some("off")}>
                <h1 class="unseen">{ "Capture files and their packets" }</h1>
                { steps::steps(&STEPS, step, &desk.step) }
                { tap }
                <div class="pane live-side" id="live-side">
                    <file_list::FileList files={capture.files.clone()} {notice} on_files={on_files.clone()} {on_close} {close_one} />
                    <connections::Connections rows={live.captured.clone()} of={live.captured_of} none={words::no_connection(live.captured_of, &capture.files)} order={live.captured_order} sealed={capture.sealed} current={live.connection.filter(|_| !live.everything)} />
                    <topics::Topics rows={live.topics.clone()} tree={live.tree.tree.clone()} found={live.topics_found} left_out={live.topics_left_out} connection={None} is_file=true />
                </div>
                <Splitter name="live-side" label="Width of the connections" controls="live-side" variable="--live-side" panel={Panel::Before} least=200 rest=720 />
                <div class="pane middle" data-unread={is_unread.then_some("all")}>
                    <unread::Unread files={unread::unread(capture)} is_all={is_unread} on_files={on_files.clone()} />
                    { traffic::traffic(&live, &panels, &on_panels, &desk) }
                </div>
                <Splitter name="live-details" label="Width of the details" controls="live-details" variable="--live-details" panel={Panel::After} least=300 rest=680 />
                <details::Details packet={live.packet.clone()} event={live.event.clone()} on_repair={Callback::noop()} row={live.selected_row().cloned()} history={live.history.clone()}
                    around={live.around.clone()} system={live.system.clone()} view={None} name="" otherwise={Some(summary)} />
                if is_over { { opening::hint() } }
            </main>
        </ContextProvider<Desk>>
    }
}
