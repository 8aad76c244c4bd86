//! The worker behind the Live page: it gives the engine sockets, the built-in broker, time, and the page's ear.
//!
//! All that decides anything is in `mqttscope-engine`; here are the browser's ends of it.

mod bridged;
mod broker;
mod files;
mod lent;
mod socket;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use js_sys::{ArrayBuffer, Math};
use mqttscope_engine::{Closed, Engine, SocketId, Transport, practise};
use mqttscope_protocol::{
    BridgeFailure, BridgeOpened, BridgeSays, Command, Instant, Notice, Report, Target,
};
use serde::Serialize as _;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, EventTarget, MessageEvent, Performance};

use broker::BuiltIn;
use socket::Socket;

/// Bytes that [`Worker::incoming`] keeps room for.
const KEPT: usize = 1 << 20;

/// What a socket or a link of the built-in broker has to say.
pub(crate) enum News {
    Open,
    /// The companion has opened it.
    Bridged(Box<BridgeOpened>),
    Bytes(Vec<u8>),
    /// Bytes that are still the browser's.
    Buffer(ArrayBuffer),
    /// Text: its beginning, and how many characters it has.
    Text(String, u64),
    Closed(Closed),
}

/// Packets of the practice: about what it takes for the browser to see what is hot, and some 20 ms.
const PRACTICE: usize = 10_000;
/// Milliseconds until the page has drawn itself and has a core to spare.
const PRACTICE_AFTER_MS: u32 = 300;

/// The longest that a timer runs: one that comes early does no harm.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Everything the worker holds.
struct Worker {
    scope: DedicatedWorkerGlobalScope,
    engine: Engine,
    sockets: HashMap<SocketId, Socket>,
    broker: BuiltIn,
    /// Capture files, in the order in which they were opened.
    files: Vec<files::Source>,
    /// What a socket brought is copied here.
    incoming: Vec<u8>,
    timer: Option<Timeout>,
    /// When the timer is due; none: there is no timer.
    due: Option<Instant>,
}

/// A handle that callbacks of the browser can hold.
#[derive(Clone)]
pub(crate) struct Handle(Rc<RefCell<Worker>>);

/// Takes up the work, and says so with reports of nothing: what the page says before is lost, since
/// the browser delivers it while this module still loads.
fn main() {
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else {
        return;
    };
    let listen_to = scope.clone();
    // Of a worker from a `blob:` the location is that of the blob, and the origin that of the page.
    let origin = scope.origin();
    let handle = Handle(Rc::new(RefCell::new(Worker {
        scope,
        engine: Engine::new(random())
            .on_page(origin)
            .in_time_zone(js_sys::Date::new_0().get_timezone_offset()),
        sockets: HashMap::new(),
        broker: BuiltIn::new(random(), random()),
        files: Vec::new(),
        incoming: Vec::new(),
        timer: None,
        due: None,
    })));
    broker::join(&handle);
    let ready = handle.clone();
    let listener = EventListener::new(&listen_to, "message", move |event| {
        if let Some(event) = event.dyn_ref::<MessageEvent>() {
            handle.command(event.data());
        }
    });
    // It lives as long as the worker does.
    listener.forget();
    rethrow_rejections();
    ready.with(|worker| worker.post(&[]));
    Timeout::new(PRACTICE_AFTER_MS, || {
        practise(PRACTICE, |reports| {
            let _ = reports.serialize(&Serializer::new());
        });
    })
    .forget();
}

/// A failure in a promise is told to nobody but the console: it is thrown again, so that the page hears
/// of it as of every other.
fn rethrow_rejections() {
    let Ok(scope) = js_sys::global().dyn_into::<EventTarget>() else {
        return;
    };
    EventListener::new(&scope, "unhandledrejection", |event| {
        let reason = js_sys::Reflect::get(event, &"reason".into()).unwrap_or_default();
        Timeout::new(0, move || wasm_bindgen::throw_val(reason)).forget();
    })
    .forget();
}

thread_local! {
    /// The worker's clock, and when it began. Asked for once: the time is needed for every packet.
    static CLOCK: Option<(Performance, f64)> = js_sys::global()
        .dyn_into::<DedicatedWorkerGlobalScope>()
        .ok()
        .and_then(|scope| scope.performance())
        .map(|clock| {
            let origin = clock.time_origin();
            (clock, origin)
        });
}

/// The time since 1970, finer than `Date` has it.
pub(crate) fn now() -> Instant {
    let ms = CLOCK.with(|clock| match clock {
        Some((clock, origin)) => origin + clock.now(),
        None => js_sys::Date::now(),
    });
    Instant::from_micros((ms * 1_000.0) as u64)
}

fn random() -> u64 {
    let part = || (Math::random() * f64::from(u32::MAX)) as u64;
    part() << 32 | part()
}

impl Handle {
    fn command(&self, data: JsValue) {
        if let Some(files) = files::of_message(&data) {
            files::open(self, files);
            return;
        }
        match serde_wasm_bindgen::from_value::<Command>(data) {
            Ok(command) => self.with(|worker| worker.engine.handle_command(now(), command)),
            Err(error) => self.with(|worker| {
                worker.post(&[Report::Notice(Notice {
                    connection: None,
                    text: format!("The page asked for something unknown: {error}"),
                    is_problem: true,
                    record: None,
                })]);
            }),
        }
    }

    /// Hands news of a socket to the engine.
    pub(crate) fn news(&self, id: SocketId, news: News) {
        self.with(|worker| worker.news(id, news));
    }

    /// Hands something to the built-in broker's tab.
    fn with_broker(&self, act: impl FnOnce(&mut BuiltIn)) {
        self.with(|worker| act(&mut worker.broker));
    }

    /// Does something, then all that it asks for.
    fn with(&self, act: impl FnOnce(&mut Worker)) {
        let mut worker = self.0.borrow_mut();
        act(&mut worker);
        self.settle(&mut worker);
        self.arm(&mut worker);
    }

    fn settle(&self, worker: &mut Worker) {
        loop {
            if let Some(transport) = worker.engine.poll_transport() {
                self.transport(worker, transport);
            } else if let Some((id, news)) = worker.broker.poll(self) {
                worker.news(id, news);
            } else {
                return;
            }
        }
    }

    // Apart, as are others below, so that what is hot in a flood is small: the browser compiles it
    // anew, for speed, while the flood goes on.
    #[inline(never)]
    fn transport(&self, worker: &mut Worker, transport: Transport) {
        match transport {
            Transport::Open {
                socket,
                target: Target::BuiltIn,
                ..
            } => worker.broker.open(socket),
            Transport::Open {
                socket,
                target,
                subprotocol,
                bridge,
            } => {
                let opened = match (bridge, &target) {
                    (Some(bridging), _) => Socket::bridged(self, socket, &bridging),
                    (None, Target::WebSocket(address)) => {
                        Socket::open(self, socket, address, subprotocol)
                    }
                    (None, _) => {
                        let says = BridgeSays::Failed(BridgeFailure::NoCompanion);
                        Err(Closed::by_bridge(says, false))
                    }
                };
                match opened {
                    Ok(opened) => {
                        worker.sockets.insert(socket, opened);
                    }
                    Err(closed) => worker.engine.handle_closed(now(), socket, &closed),
                }
            }
            Transport::Send { socket, bytes } => match worker.sockets.get_mut(&socket) {
                Some(open) => open.send(bytes),
                None => worker.broker.send(socket, &bytes),
            },
            Transport::Close { socket } => match worker.sockets.remove(&socket) {
                Some(open) => open.close(),
                None => worker.broker.close(socket),
            },
        }
    }

    /// Tells the page what is due and sets the timer for what comes next.
    fn arm(&self, worker: &mut Worker) {
        let now = now();
        if worker.engine.has_reports(now) {
            let reports = worker.engine.reports(now);
            worker.post(&reports);
        }
        let sockets = worker
            .sockets
            .values_mut()
            .any(Socket::flush)
            .then_some(now + socket::RETRY);
        let due = [
            worker.engine.poll_timeout(),
            worker.broker.poll_timeout(),
            sockets,
        ]
        .into_iter()
        .flatten()
        .min();
        let Some(due) = due else {
            return;
        };
        // A timer that fires early does no harm, and setting one for each packet costs time.
        if worker.due.is_none_or(|set| set > due || set <= now) {
            self.wait(worker, now, due);
        }
    }

    /// Sets the timer.
    #[inline(never)]
    fn wait(&self, worker: &mut Worker, now: Instant, due: Instant) {
        worker.due = Some(due);
        let handle = self.clone();
        let wait = (due - now).min(LONGEST_WAIT).as_micros().div_ceil(1_000) as u32;
        worker.timer = Some(Timeout::new(wait, move || {
            handle.with(|worker| {
                worker.due = None;
                worker.broker.handle_timeout();
                worker.engine.handle_timeout(self::now());
            });
        }));
    }
}

impl Worker {
    fn news(&mut self, id: SocketId, news: News) {
        let now = now();
        match news {
            News::Open => self.engine.handle_open(now, id),
            News::Bridged(opened) => self.engine.handle_bridged(now, id, *opened),
            News::Bytes(bytes) => self.engine.handle_bytes(now, id, &bytes),
            News::Buffer(buffer) => {
                socket::copy(&buffer, &mut self.incoming);
                self.engine.handle_bytes(now, id, &self.incoming);
                // Most are small; a large one does not stay for the next.
                self.incoming.shrink_to(KEPT);
            }
            News::Text(text, length) => self.engine.handle_text(now, id, &text, length),
            News::Closed(closed) => {
                self.sockets.remove(&id);
                self.engine.handle_closed(now, id, &closed);
            }
        }
    }

    #[inline(never)]
    fn post(&self, reports: &[Report]) {
        // Plain objects; numbers stay numbers, bytes become Uint8Arrays.
        let serializer = Serializer::new();
        let Ok(value) = reports.serialize(&serializer) else {
            return;
        };
        // Only a page that is gone cannot be told.
        let _ = self.scope.post_message(&value);
    }
}
