//! The built-in broker, which all tabs of a browser share: its locks and its channel.

use gloo_events::EventListener;
use js_sys::{Function, Promise};
use mqttscope_engine::hub::{self, Message, Output, Tab, TabId};
use mqttscope_engine::{Closed, SocketId};
use mqttscope_shared::Instant;
use serde::Serialize as _;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{BroadcastChannel, MessageEvent, WorkerGlobalScope};

use super::{Handle, News, now};

/// This tab's end of the broker.
pub(super) struct BuiltIn {
    id: TabId,
    tab: Tab,
    channel: Option<BroadcastChannel>,
    /// Said before the other tabs could hear.
    unsaid: Vec<Message>,
    /// Nothing has happened since there was no more news.
    is_settled: bool,
}

impl BuiltIn {
    pub(super) fn new(id: u64, seed: u64) -> Self {
        let id = TabId::from_random(id);
        Self {
            id,
            tab: Tab::new(id, seed),
            channel: None,
            unsaid: Vec::new(),
            is_settled: false,
        }
    }

    pub(super) fn open(&mut self, socket: SocketId) {
        self.tab().handle_open(now(), socket.0);
    }

    pub(super) fn send(&mut self, socket: SocketId, bytes: &[u8]) {
        self.tab().handle_bytes(now(), socket.0, bytes);
    }

    pub(super) fn close(&mut self, socket: SocketId) {
        self.tab().handle_close(now(), socket.0);
    }

    pub(super) fn handle_timeout(&mut self) {
        self.tab().handle_timeout(now());
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.tab.poll_timeout()
    }

    /// The next news of one of this tab's links; does on the way what other tabs are to hear.
    pub(super) fn poll(&mut self, handle: &Handle) -> Option<(SocketId, News)> {
        if self.is_settled {
            return None;
        }
        let news = self.next(handle);
        self.is_settled = news.is_none();
        news
    }

    /// The tab, to tell it something.
    fn tab(&mut self) -> &mut Tab {
        self.is_settled = false;
        &mut self.tab
    }

    #[inline(never)]
    fn next(&mut self, handle: &Handle) -> Option<(SocketId, News)> {
        loop {
            return Some(match self.tab.poll_output()? {
                Output::Post(message) => {
                    if self.channel.is_some() {
                        self.post(&message);
                    } else {
                        self.unsaid.push(message);
                    }
                    continue;
                }
                Output::Watch(tab) => {
                    watch(handle.clone(), tab);
                    continue;
                }
                Output::Opened(number) => (SocketId(number), News::Open),
                Output::Bytes(number, bytes) => (SocketId(number), News::Bytes(bytes)),
                Output::Closed(number, why) => (
                    SocketId(number),
                    News::Closed(Closed {
                        code: 1000,
                        reason: why.to_owned(),
                        was_open: true,
                        ..Closed::default()
                    }),
                ),
            });
        }
    }

    /// From now on the other tabs hear, also what was said before.
    fn join(&mut self, channel: BroadcastChannel) {
        self.channel = Some(channel);
        for message in std::mem::take(&mut self.unsaid) {
            self.post(&message);
        }
    }

    fn post(&self, message: &Message) {
        if let (Some(channel), Ok(value)) = (
            &self.channel,
            message.serialize(&serde_wasm_bindgen::Serializer::new()),
        ) {
            // A channel that was not closed takes every plain value.
            let _ = channel.post_message(&value);
        }
    }
}

/// Takes this tab's locks and opens the channel; without locks this tab has a broker of its own.
pub(super) fn join(handle: &Handle) {
    let handle = handle.clone();
    spawn_local(async move {
        let id = handle.0.borrow().broker.id;
        let channel = BroadcastChannel::new(hub::CHANNEL).ok();
        if let Some(channel) = &channel
            && keep_lock(&hub::tab_lock(id)).await.is_ok()
        {
            let hears = handle.clone();
            EventListener::new(channel, "message", move |event| {
                let message = event
                    .dyn_ref::<MessageEvent>()
                    .and_then(|event| serde_wasm_bindgen::from_value(event.data()).ok());
                if let Some(message) = message {
                    hears.with_broker(|broker| broker.tab().handle_message(now(), message));
                }
            })
            .forget();
            handle.with_broker(|broker| broker.join(channel.clone()));
            if keep_lock(hub::LOCK).await.is_err() {
                return;
            }
        }
        handle.with_broker(|broker| broker.tab().handle_elected(now()));
    });
}

/// Notices when another tab is gone: its lock is free then.
fn watch(handle: Handle, tab: TabId) {
    spawn_local(async move {
        let free = Closure::once_into_js(|| JsValue::UNDEFINED);
        if let Ok(promise) = ask_lock(&hub::tab_lock(tab), &free)
            && JsFuture::from(promise).await.is_ok()
        {
            handle.with_broker(|broker| broker.tab().handle_tab_gone(now(), tab));
        }
    });
}

/// Waits for a lock and keeps it as long as the worker lives.
async fn keep_lock(name: &str) -> Result<(), JsValue> {
    let got = Promise::new(&mut |resolve, reject| {
        let held = Closure::once_into_js(move || {
            // A promise that nobody ends keeps the lock.
            let kept = Promise::new(&mut |_, _| {});
            resolve.call0(&JsValue::UNDEFINED).map(|_| kept)
        });
        if let Err(error) = ask_lock(name, &held) {
            // Calling a function that rejects does not fail.
            let _ = reject.call1(&JsValue::UNDEFINED, &error);
        }
    });
    JsFuture::from(got).await.map(|_| ())
}

/// `navigator.locks.request(name, callback)`, by name: not every browser has it.
fn ask_lock(name: &str, callback: &JsValue) -> Result<Promise, JsValue> {
    let scope: WorkerGlobalScope = js_sys::global().dyn_into()?;
    let locks = js_sys::Reflect::get(&scope.navigator(), &"locks".into())?;
    let request: Function = js_sys::Reflect::get(&locks, &"request".into())?.dyn_into()?;
    request.call2(&locks, &name.into(), callback)?.dyn_into()
}
