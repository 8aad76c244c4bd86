//! A script in its sandbox: a frame of its own (`www/script.html`) and a worker in it, to which the page speaks by messages and
//! in no other way.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::{Interval, Timeout};
use mqttscope_answers::{ScriptNews, ScriptSays, Table};
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{HtmlIFrameElement, MessageEvent};
use yew::Callback;

use super::{assets, browser};

/// The file of the frame, beside the page.
const FRAME: &str = "script.html";

/// Milliseconds between two questions whether a script still answers.
const BETWEEN: u32 = 500;
/// Questions without an answer after which it is taken for one that never ends: two seconds.
const PATIENCE: u32 = 4;
/// The same before its worker has begun: a busy machine may take a while.
const PATIENCE_AT_FIRST: u32 = 20;
/// The most characters of what it keeps.
const MOST_STATE: usize = 1 << 18;

/// What a script begins with.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Begin {
    /// Its text.
    pub code: String,
    /// What it is given.
    pub given: Given,
}

/// What is there when a script begins.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Given {
    /// The tables.
    pub tables: Vec<Table>,
    /// See [`ScriptNews::edits`].
    pub edits: u64,
    /// What it kept the last time, as JSON.
    pub state: String,
}

/// What is heard of a script.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// It says this.
    Says(Vec<ScriptSays>),
    /// It keeps this for the next time, as JSON.
    State(String),
    /// It is done with all that it was told before it was asked the last time.
    Answered,
    /// It could not be read and does not run; why was said before.
    Ended,
    /// It does not answer any more, or never has: what to say of it.
    Silent(&'static str),
}

/// What is said of a script that does not answer any more.
const NEVER_ENDS: &str = "Stopped: it did not answer for 2 seconds, as in an endless loop.";
/// The same of one that has not begun.
const NOT_STARTED: &str = "Not started: its sandbox did not open. The host of this page may forbid frames (X-Frame-Options, frame-ancestors).";

/// A script that runs, until this is dropped. Its worker is ended with its frame, whatever it is doing.
pub struct ScriptFrame(Rc<RefCell<Option<Inner>>>);

struct Inner {
    frame: HtmlIFrameElement,
    on_heard: Callback<Heard>,
    /// What it is to be told once the frame can hear; none: it can.
    waiting: Option<Vec<JsValue>>,
    has_begun: bool,
    /// Questions without an answer.
    unanswered: u32,
    _listener: EventListener,
    _ticks: Interval,
}

/// What a frame says, which is not to be trusted more than a script.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Word {
    ready: bool,
    begun: bool,
    says: Vec<ScriptSays>,
    state: Option<String>,
    pong: bool,
    ended: bool,
}

#[derive(Serialize)]
struct Ping {
    ping: bool,
}

impl ScriptFrame {
    /// Starts a script; none: the browser makes no frame. `on_heard` is called later, never from within this.
    #[must_use]
    pub fn start(begin: &Begin, on_heard: Callback<Heard>) -> Option<Self> {
        let document = browser::document()?;
        let frame = document.create_element("iframe").ok()?;
        let frame: HtmlIFrameElement = frame.dyn_into().ok()?;
        // No origin of ours, so neither storage nor a way to the page.
        frame.set_attribute("sandbox", "allow-scripts").ok()?;
        frame.set_attribute("title", "A script").ok()?;
        frame.set_hidden(true);
        frame.set_src(&assets::address(FRAME));
        let inner = Rc::<RefCell<Option<Inner>>>::default();
        let listener = {
            let inner = Rc::downgrade(&inner);
            EventListener::new(&browser::window()?.into(), "message", move |event| {
                if let (Some(inner), Some(event)) = (inner.upgrade(), event.dyn_ref()) {
                    hear(&inner, event);
                }
            })
        };
        let ticks = {
            let inner = Rc::downgrade(&inner);
            Interval::new(BETWEEN, move || {
                if let Some(inner) = inner.upgrade() {
                    tick(&inner);
                }
            })
        };
        document.body()?.append_child(&frame).ok()?;
        inner.replace(Some(Inner {
            frame,
            on_heard,
            waiting: Some(value(begin).into_iter().collect()),
            has_begun: false,
            unanswered: 0,
            _listener: listener,
            _ticks: ticks,
        }));
        Some(Self(inner))
    }

    /// Tells it something.
    pub fn tell(&self, news: &ScriptNews) {
        if let (Some(inner), Some(value)) = (&mut *self.0.borrow_mut(), value(news)) {
            inner.post(value);
        }
    }

    /// Asks it for [`Heard::Answered`] at once.
    pub fn ask(&self) {
        if let (Some(inner), Some(value)) = (&mut *self.0.borrow_mut(), value(&Ping { ping: true }))
        {
            inner.post(value);
        }
    }
}

impl Drop for ScriptFrame {
    fn drop(&mut self) {
        if let Some(inner) = self.0.take() {
            inner.frame.remove();
            // This may be called from within its listener, or its timer.
            Timeout::new(0, move || drop(inner)).forget();
        }
    }
}

impl Inner {
    fn post(&mut self, value: JsValue) {
        match (&mut self.waiting, self.frame.content_window()) {
            (Some(waiting), _) => waiting.push(value),
            // Its origin is none that could be named. A plain value can always be posted.
            (None, Some(window)) => drop(window.post_message(&value, "*")),
            (None, None) => {}
        }
    }
}

fn value(of: &impl Serialize) -> Option<JsValue> {
    of.serialize(&serde_wasm_bindgen::Serializer::new()).ok()
}

/// Takes a message of the window, if it is one of this frame.
fn hear(inner: &RefCell<Option<Inner>>, event: &MessageEvent) {
    let (on_heard, heard) = {
        let mut inner = inner.borrow_mut();
        let Some(inner) = &mut *inner else { return };
        let window = inner.frame.content_window();
        let is_its = matches!((event.source(), window), (Some(source), Some(window)) if js_sys::Object::is(&source, &window));
        if !is_its {
            return;
        }
        let Ok(word) = serde_wasm_bindgen::from_value::<Word>(event.data()) else {
            return;
        };
        if word.ready {
            for value in inner.waiting.take().into_iter().flatten() {
                inner.post(value);
            }
        }
        if word.begun {
            (inner.has_begun, inner.unanswered) = (true, 0);
        }
        let mut heard = Vec::new();
        if !word.says.is_empty() {
            heard.push(Heard::Says(word.says));
        }
        let state = word.state.filter(|state| state.len() <= MOST_STATE);
        heard.extend(state.map(Heard::State));
        if word.pong {
            inner.unanswered = 0;
            heard.push(Heard::Answered);
        }
        if word.ended {
            heard.push(Heard::Ended);
        }
        (inner.on_heard.clone(), heard)
    };
    // What is called may drop the frame, so it is not borrowed.
    heard.into_iter().for_each(|one| on_heard.emit(one));
}

/// Asks whether it still answers.
fn tick(inner: &RefCell<Option<Inner>>) {
    let silent = {
        let mut inner = inner.borrow_mut();
        let Some(inner) = &mut *inner else { return };
        inner.unanswered = inner.unanswered.saturating_add(1);
        let (most, says) = if inner.has_begun {
            (PATIENCE, NEVER_ENDS)
        } else {
            (PATIENCE_AT_FIRST, NOT_STARTED)
        };
        // Said once.
        if inner.unanswered == most.saturating_add(1) {
            Some((inner.on_heard.clone(), says))
        } else {
            let ping = value(&Ping { ping: true }).filter(|_| inner.has_begun);
            ping.into_iter().for_each(|ping| inner.post(ping));
            None
        }
    };
    if let Some((on_heard, says)) = silent {
        on_heard.emit(Heard::Silent(says));
    }
}
