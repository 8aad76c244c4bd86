//! The engine behind the page: what it reports is drawn once a frame.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_render::{AnimationFrame, request_animation_frame};
use mqttscope_engine::protocol::{Command, Report};
use yew::prelude::*;

use crate::services::engine::Engine;
use crate::services::files;
use crate::state::live::{Act, Live};
use crate::state::toasts::{ToastAction, Toaster};

/// Starts the engine, once, and gives the way to it.
#[hook]
pub(super) fn use_engine(
    live: &UseReducerDispatcher<Live>,
    toaster: Option<Toaster>,
) -> Callback<Command> {
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
    let start = engine.borrow().is_none();
    if start {
        let (live, talk) = (live.clone(), talk.clone());
        let on_report = Callback::from(move |report: Report| {
            let Some(report) = tell(report, toaster.as_ref()) else {
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
        *engine.borrow_mut() = Some(Engine::start(on_report));
    }
    talk
}

/// Says that the reports are drawn when the browser comes with the next frame: then it has painted
/// this one, and the engine hears how long that took.
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
fn tell(report: Report, toaster: Option<&Toaster>) -> Option<Report> {
    let say = |text: String| {
        if let Some(toaster) = toaster {
            toaster.dispatch(ToastAction::Say(text));
        }
    };
    match report {
        Report::Exported(exported) => {
            let saved = files::save(&exported.name, &exported.bytes);
            say(saved.map_or_else(
                || "The browser did not save the file.".into(),
                |()| format!("{} is saved.", exported.name),
            ));
            None
        }
        Report::Notice(notice) => {
            say(notice.text);
            None
        }
        drawn => Some(drawn),
    }
}
