//! The way to the engine in its worker.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::EventListener;
use js_sys::Array;
use mqttscope_protocol::{Command, Report};
use serde::Serialize as _;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Blob, BlobPropertyBag, MessageEvent, Url, Worker, WorkerOptions, WorkerType};
use yew::Callback;

use super::{assets, browser};

/// The worker's name beside the page, as Trunk writes it.
const WORKER: &str = "worker_loader.js";

/// What an engine is for: each runs in a worker of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Connections of the page.
    Live,
    /// Capture files.
    Captures,
}

thread_local! {
    static RUNNING: RefCell<[Option<Engine>; 2]> = const { RefCell::new([None, None]) };
}

/// What comes from the engine.
#[derive(Debug)]
pub enum News {
    /// It reports.
    Report(Report),
    /// It has stopped, and all its connections with it; why, in a sentence.
    Stopped(String),
}

/// The engine. There is one for each purpose, and it runs until the page is left: connections
/// stay while another page is looked at.
#[derive(Clone)]
pub struct Engine(Rc<Inner>);

struct Inner {
    /// None: it has stopped, or the browser gave no worker.
    running: RefCell<Option<Running>>,
    on_news: RefCell<Callback<News>>,
}

struct Running {
    worker: Worker,
    /// The address of the script that it was started from, where that is a `blob:`.
    blob: Option<String>,
    /// What is asked for before the worker can hear; none: it can.
    waiting: Option<Vec<JsValue>>,
    _listeners: [EventListener; 3],
}

impl Engine {
    /// Starts the engine, or takes up the one that runs. From now on its news go here.
    #[must_use]
    pub fn start(purpose: Purpose, on_news: Callback<News>) -> Self {
        let place = match purpose {
            Purpose::Live => 0,
            Purpose::Captures => 1,
        };
        let running = RUNNING.with_borrow(|all| all.get(place).cloned().flatten());
        let is_new = running.is_none();
        let engine = running.unwrap_or_else(|| {
            let engine = Self(Rc::new(Inner {
                running: RefCell::default(),
                on_news: RefCell::default(),
            }));
            RUNNING.with_borrow_mut(|all| {
                if let Some(own) = all.get_mut(place) {
                    *own = Some(engine.clone());
                }
            });
            engine
        });
        engine.0.on_news.replace(on_news);
        if is_new {
            engine.begin();
        }
        // Whoever drew the last reports is gone.
        engine.send(Command::Drawn);
        engine
    }

    /// Starts another worker in place of one that has stopped. It knows of no connection yet.
    pub fn begin(&self) {
        self.begin_with(script(), Vec::new());
        let given = super::schemas::kept();
        if !given.rules.is_empty() {
            self.send(Command::Schemas(given.into()));
        }
    }

    /// A worker from a file has the Content-Security-Policy of that file's own headers, of which a static host sends
    /// none. One from a `blob:` has the policy of this page.
    fn begin_with(&self, blob: Option<String>, waiting: Vec<JsValue>) {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let file = || assets::address(WORKER);
        let address = blob.clone().unwrap_or_else(file);
        let Ok(worker) = Worker::new_with_options(&address, &options) else {
            if blob.is_some() {
                return self.begin_with(None, waiting);
            }
            return self.stop(
                "This browser does not let the page start its worker, so it cannot connect.",
            );
        };
        let listeners = [
            self.listen(&worker, "message", Self::heard),
            self.listen(&worker, "messageerror", |engine, _| {
                engine.stop("The browser could not read a message of the worker.");
            }),
            self.listen(&worker, "error", |engine, event| {
                // It is told on the page.
                event.prevent_default();
                engine.failed(&why(event));
            }),
        ];
        let running = Running {
            worker,
            blob,
            waiting: Some(waiting),
            _listeners: listeners,
        };
        self.0.running.replace(Some(running));
    }

    fn listen(
        &self,
        worker: &Worker,
        event: &'static str,
        act: fn(&Self, &web_sys::Event),
    ) -> EventListener {
        let engine = self.clone();
        let options = gloo_events::EventListenerOptions::enable_prevent_default();
        EventListener::new_with_options(worker, event, options, move |event| act(&engine, event))
    }

    fn heard(&self, event: &web_sys::Event) {
        self.is_ready();
        let data = event.dyn_ref::<MessageEvent>().map(MessageEvent::data);
        match data.map(serde_wasm_bindgen::from_value::<Vec<Report>>) {
            Some(Ok(reports)) => reports
                .into_iter()
                .for_each(|report| self.tell(News::Report(report))),
            _ => self.stop("The worker and this page are of different versions. Reload the page."),
        }
    }

    /// Asks for something; what is asked of an engine that has stopped is dropped.
    pub fn send(&self, command: Command) {
        let value = command.serialize(&serde_wasm_bindgen::Serializer::new());
        if let Ok(value) = value {
            self.post(value);
        }
    }

    /// Hands over files, and sources of the companion ([`super::companion::sources`]). The worker reads them, a piece at
    /// a time. One that has stopped is started again.
    pub fn send_files(&self, files: Array) {
        if self.0.running.borrow().is_none() {
            self.begin();
        }
        self.post(files.into());
    }

    /// Ends the worker and starts another: what it recorded is gone.
    pub fn renew(&self) {
        if let Some(running) = self.0.running.borrow_mut().take() {
            running.worker.terminate();
        }
        self.begin();
    }

    fn post(&self, value: JsValue) {
        if let Some(running) = &mut *self.0.running.borrow_mut() {
            match &mut running.waiting {
                Some(waiting) => waiting.push(value),
                // Every command is a plain value, which can be posted.
                None => drop(running.worker.post_message(&value)),
            }
        }
    }

    /// The worker's first word: now it hears.
    fn is_ready(&self) {
        if let Some(running) = &mut *self.0.running.borrow_mut() {
            for command in running.waiting.take().into_iter().flatten() {
                // As above.
                let _ = running.worker.post_message(&command);
            }
        }
    }

    /// A host's own policy may forbid workers from a `blob:`. One that never said a word is started from its file.
    fn failed(&self, why: &str) {
        let running = self.0.running.take();
        match running {
            Some(mut running) if running.blob.is_some() && running.waiting.is_some() => {
                let waiting = running.waiting.take().unwrap_or_default();
                drop_later(running);
                self.begin_with(None, waiting);
            }
            running => {
                self.0.running.replace(running);
                self.stop(why);
            }
        }
    }

    /// Ends the worker and tells why. The listener that calls this is one of its own, and is dropped
    /// only when it has returned.
    fn stop(&self, why: &str) {
        if let Some(running) = self.0.running.take() {
            drop_later(running);
        }
        self.tell(News::Stopped(why.to_owned()));
    }

    fn tell(&self, news: News) {
        // The callback may start another engine, so it is not called while it is borrowed.
        let on_news = self.0.on_news.borrow().clone();
        on_news.emit(news);
    }
}

/// Asks every engine that runs for something.
pub(super) fn tell_all(command: &Command) {
    let running = RUNNING.with_borrow(Clone::clone);
    for engine in running.iter().flatten() {
        engine.send(command.clone());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(blob) = &self.blob {
            // It fails on no address.
            let _ = Url::revoke_object_url(blob);
        }
    }
}

/// Ends a worker. The listener that calls this may be one of its own.
fn drop_later(running: Running) {
    running.worker.terminate();
    gloo_timers::callback::Timeout::new(0, move || drop(running)).forget();
}

/// The address of a script that loads the worker's program; none where the browser makes none.
fn script() -> Option<String> {
    let page = browser::document()?.base_uri().ok()??;
    let program = Url::new_with_base(&assets::address(WORKER), &page).ok()?;
    let text = format!(
        "import {};",
        js_sys::JSON::stringify(&program.href().into()).ok()?
    );
    let options = BlobPropertyBag::new();
    options.set_type("text/javascript");
    let parts = Array::of1(&text.into());
    let blob = Blob::new_with_str_sequence_and_options(&parts, &options).ok()?;
    Url::create_object_url_with_blob(&blob).ok()
}

/// What an error event of the worker says.
fn why(event: &web_sys::Event) -> String {
    /// Characters of the browser's message.
    const MOST: usize = 200;
    let message = js_sys::Reflect::get(event, &"message".into());
    let message = message.ok().and_then(|message| message.as_string());
    match message.filter(|message| !message.is_empty()) {
        Some(message) => {
            let message: String = message.chars().take(MOST).collect();
            format!("The worker stopped with an error: {message}.")
        }
        // The browser says nothing where the program could not be loaded.
        None => "The worker's program could not be loaded.".to_owned(),
    }
}
