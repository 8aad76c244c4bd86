//! The engine behind the page: what it reports is drawn once a frame.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_render::{AnimationFrame, request_animation_frame};
use js_sys::Array;
use mqttscope_protocol::{Command, Report};
use yew::prelude::*;

use super::{packet_link, replay, scripts};
use crate::services::engine::{Engine, News, Purpose};
use crate::services::files;
use crate::state::live::{Act, Live};
use crate::state::toasts::{ToastAction, Toaster};

/// The way to the engine.
#[derive(Clone, PartialEq)]
pub(in crate::pages) struct Talk {
    /// Asks it for something.
    pub(in crate::pages) send: Callback<Command>,
    /// Starts it again.
    pub(in crate::pages) begin: Callback<()>,
    /// Hands files over, or what the companion lends.
    pub(in crate::pages) open: Callback<Array>,
    /// Ends it and starts another, which knows of nothing.
    pub(in crate::pages) renew: Callback<()>,
}

/// Starts the engine, once, and gives the way to it.
#[hook]
pub(in crate::pages) fn use_engine(
    purpose: Purpose,
    live: &UseReducerDispatcher<Live>,
    toaster: Option<Toaster>,
) -> Talk {
    let engine = use_mut_ref(|| None::<Engine>);
    let waiting = use_mut_ref(Vec::<Report>::new);
    let frame = use_mut_ref(|| None::<AnimationFrame>);
    let next = use_mut_ref(|| None::<AnimationFrame>);
    let talk = {
        let engine = engine.clone();
        use_callback((), move |command: Command, ()| {
            if let Some(engine) = &*engine.borrow() {
                engine.send(command);
            }
        })
    };
    let begin = {
        let engine = engine.clone();
        use_callback((), move |(), ()| {
            let engine = engine.borrow().clone();
            if let Some(engine) = engine {
                engine.begin();
            }
        })
    };
    let open = {
        let engine = engine.clone();
        use_callback((), move |files: Array, ()| {
            if let Some(engine) = &*engine.borrow() {
                engine.send_files(files);
            }
        })
    };
    let renew = {
        let engine = engine.clone();
        use_callback((), move |(), ()| {
            let engine = engine.borrow().clone();
            if let Some(engine) = engine {
                engine.renew();
            }
        })
    };
    let start = engine.borrow().is_none();
    if start {
        let (live, talk) = (live.clone(), talk.clone());
        let on_news = Callback::from(move |news: News| {
            let report = match news {
                News::Report(report) => tell(report, &live, toaster.as_ref()),
                News::Stopped(why) => {
                    // What it reported before is not true any more.
                    waiting.borrow_mut().clear();
                    live.dispatch(Act::Stopped(why.into()));
                    None
                }
            };
            let Some(report) = report else {
                return;
            };
            waiting.borrow_mut().push(report);
            if frame.borrow().is_some() {
                return;
            }
            let (live, talk) = (live.clone(), talk.clone());
            let (waiting, own, next) = (waiting.clone(), frame.clone(), next.clone());
            *frame.borrow_mut() = Some(request_animation_frame(move |_| {
                // Forgotten, not cancelled: it is running.
                let done = own.borrow_mut().take();
                let reports = waiting.borrow_mut().split_off(0);
                live.dispatch(Act::Report(reports));
                say_drawn(&next, &talk);
                drop(done);
            }));
        });
        *engine.borrow_mut() = Some(Engine::start(purpose, on_news));
    }
    Talk {
        send: talk,
        begin,
        open,
        renew,
    }
}

/// Says at the next frame that the reports are painted; the engine hears how long it took.
fn say_drawn(next: &Rc<RefCell<Option<AnimationFrame>>>, talk: &Callback<Command>) {
    if next.borrow().is_some() {
        return;
    }
    let (own, talk) = (next.clone(), talk.clone());
    *next.borrow_mut() = Some(request_animation_frame(move |_| {
        let done = own.borrow_mut().take();
        talk.emit(Command::Drawn);
        drop(done);
    }));
}

/// Says and saves what is not to be drawn; gives back what is.
fn tell(
    report: Report,
    live: &UseReducerDispatcher<Live>,
    toaster: Option<&Toaster>,
) -> Option<Report> {
    let say = |text: String| {
        if let Some(toaster) = toaster {
            toaster.dispatch(ToastAction::Say(text));
        }
    };
    match report {
        // It does not wait for a frame to be drawn, which in a tab behind others never comes.
        Report::Script(_, news) => {
            scripts::hear(*news);
            None
        }
        Report::Recording(text) => {
            if let Err(why) = replay::hand_over(&text) {
                say(format!("Nothing to replay: {why}."));
            }
            None
        }
        Report::Link(link) => {
            if let Some(toaster) = toaster {
                packet_link::hand_out(&link, toaster.clone());
            }
            None
        }
        Report::Exported(exported) => {
            let saved = files::save(&exported.name, &exported.bytes);
            say(saved.map_or_else(
                || "The browser did not save the file.".into(),
                |()| format!("{} is saved.", exported.name),
            ));
            None
        }
        Report::Notice(notice) => {
            match (notice.record, toaster) {
                (Some(record), Some(toaster)) => {
                    let live = live.clone();
                    let show = Callback::from(move |()| live.dispatch(Act::Jump(record)));
                    toaster.dispatch(ToastAction::Offer(notice.text, "Show", show));
                }
                _ => say(notice.text),
            }
            None
        }
        drawn => Some(drawn),
    }
}
