//! The way to the engine in its worker.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::EventListener;
use mqttscope_engine::protocol::{Command, Notice, Report};
use serde::Serialize as _;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};
use yew::Callback;

use super::assets;

/// The worker's name beside the page, as Trunk writes it.
const WORKER: &str = "worker_loader.js";

thread_local! {
    static RUNNING: RefCell<Option<Engine>> = const { RefCell::new(None) };
}

/// The engine. There is one for all that asks, and it runs until the page is left: connections
/// stay while another page is looked at.
#[derive(Clone)]
pub struct Engine {
    /// None: the browser gave no worker.
    worker: Option<Worker>,
    /// What is asked for before the worker can hear; none: it can.
    waiting: Rc<RefCell<Option<Vec<JsValue>>>>,
    on_report: Rc<RefCell<Callback<Report>>>,
}

impl Engine {
    /// Starts the engine, or takes up the one that runs. From now on its reports go here.
    #[must_use]
    pub fn start(on_report: Callback<Report>) -> Self {
        let running = RUNNING.with_borrow(Clone::clone);
        let engine = running.unwrap_or_else(|| {
            let engine = Self::begin();
            RUNNING.set(Some(engine.clone()));
            engine
        });
        engine.on_report.replace(on_report);
        if engine.worker.is_none() {
            engine
                .say("This browser does not let the page start its worker, so it cannot connect.");
        }
        // Whoever drew the last reports is gone.
        engine.send(Command::Drawn);
        engine
    }

    fn begin() -> Self {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&assets::address(WORKER), &options).ok();
        let engine = Self {
            worker: worker.clone(),
            waiting: Rc::new(RefCell::new(Some(Vec::new()))),
            on_report: Rc::new(RefCell::new(Callback::noop())),
        };
        if let Some(worker) = worker {
            let told = engine.clone();
            EventListener::new(&worker, "message", move |event| {
                told.is_ready();
                let data = event.dyn_ref::<MessageEvent>().map(MessageEvent::data);
                match data.map(serde_wasm_bindgen::from_value::<Vec<Report>>) {
                    Some(Ok(reports)) => reports.into_iter().for_each(|report| told.tell(report)),
                    _ => told.say(
                        "The worker said something that this page does not know. Load it anew.",
                    ),
                }
            })
            .forget();
            let told = engine.clone();
            EventListener::new(&worker, "error", move |_| {
                told.say("The worker that holds the connections has failed. Load the page anew.");
            })
            .forget();
        }
        engine
    }

    /// Asks for something.
    pub fn send(&self, command: Command) {
        let value = command.serialize(&serde_wasm_bindgen::Serializer::new());
        let Ok(value) = value else { return };
        match &mut *self.waiting.borrow_mut() {
            Some(waiting) => waiting.push(value),
            None => self.post(&value),
        }
    }

    fn post(&self, command: &JsValue) {
        if let Some(worker) = &self.worker {
            // Every command is a plain value, which can be posted.
            let _ = worker.post_message(command);
        }
    }

    /// The worker's first word: now it hears.
    fn is_ready(&self) {
        let waiting = self.waiting.borrow_mut().take();
        for command in waiting.into_iter().flatten() {
            self.post(&command);
        }
    }

    fn say(&self, text: &str) {
        self.tell(Report::Notice(Notice {
            connection: None,
            text: text.to_owned(),
            is_problem: true,
        }));
    }

    fn tell(&self, report: Report) {
        // The callback may start another engine, so it is not called while it is borrowed.
        let on_report = self.on_report.borrow().clone();
        on_report.emit(report);
    }
}
