//! The reader of pasted text and files: a program of its own, loaded behind the page. What is large it reads in a worker.

use std::cell::{Cell, RefCell};

use js_sys::{Function, Uint8Array};
use mqttscope_capture::text::Format;
use mqttscope_view::payload::{Asked, Form};
use mqttscope_view::reader::{Fault, Found, Given, Request, Taking};
use mqttscope_view::repair::{Doubtful, Repair};
use mqttscope_view::share::{ShareError, Shared};
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

use super::assets;
use crate::state::workbench::{LARGE, Read};

/// The module's name beside the page, as `Trunk` writes it.
const MODULE: &str = "reader.js";

#[wasm_bindgen(module = "/src/services/later.js")]
extern "C" {
    #[wasm_bindgen(js_name = load)]
    async fn load_of(name: &str, address: &str) -> JsValue;
    #[wasm_bindgen(js_name = call, catch)]
    fn call_of(name: &str, what: &str, given: &[u8]) -> Result<Option<Uint8Array>, JsValue>;
    #[wasm_bindgen(js_name = aside)]
    fn aside_of(address: &str, what: &str, given: Uint8Array, then: JsValue) -> Function;
}

thread_local! {
    /// What reads in place of the module.
    static STAND_IN: Cell<Option<Read>> = const { Cell::new(None) };
    /// The program is here.
    static IS_HERE: Cell<bool> = const { Cell::new(false) };
    /// What is read in a worker, or was.
    static ASIDE: RefCell<Option<(Key, Aside)>> = const { RefCell::new(None) };
    /// What is told when a worker has read.
    static ON_READ: RefCell<Option<Box<dyn Fn()>>> = const { RefCell::new(None) };
}

/// By what a request is known again, as long as what was given stays where it is.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Key {
    address: usize,
    len: usize,
    format: Option<Format>,
    takes_turns: bool,
    taking: Taking,
    stream: usize,
}

/// How far a worker is.
enum Aside {
    /// It reads; the function ends it.
    Reading(Function),
    /// It has read, and this was found.
    Read(Box<Found>),
    /// There can be no worker: it is read here.
    Refused,
}

impl Key {
    /// None: what was given is small, or is known to be packets, and is read at once.
    fn of(request: &Request<'_>) -> Option<Self> {
        let bytes = match request.given {
            Given::Text(text) => text.as_bytes(),
            Given::File(bytes) => bytes,
            Given::Bytes(_) => return None,
        };
        (bytes.len() >= LARGE).then(|| Self {
            address: bytes.as_ptr().addr(),
            len: bytes.len(),
            format: request.format,
            takes_turns: request.takes_turns,
            taking: request.taking,
            stream: request.stream,
        })
    }
}

/// Reads with this function from now on: for tests, which have no module beside them.
pub fn stand_in(read: Read) {
    STAND_IN.set(Some(read));
}

/// Loads the reader.
///
/// # Errors
/// Why it did not come, in words.
pub(crate) async fn load() -> Result<(), String> {
    if STAND_IN.get().is_some() {
        return Ok(());
    }
    let why = load_of(MODULE, &assets::address(MODULE)).await;
    IS_HERE.set(why.is_undefined());
    why.as_string().map_or(Ok(()), Err)
}

/// Tells this from now on when a worker has read what was large: it is found when it is asked for again, and forgotten
/// behind that.
pub(crate) fn on_read(tell: impl Fn() + 'static) {
    ON_READ.set(Some(Box::new(tell)));
}

/// Ends the worker that reads, if one does.
pub(crate) fn cancel() {
    if let Some((_, Aside::Reading(end))) = ASIDE.take() {
        // It throws nothing.
        let _ = end.call0(&JsValue::UNDEFINED);
    }
}

/// Reads what was given; `None` while the reader is not here, or a worker reads. That it failed is a fault of what was
/// given: the page and all that is on it live on.
#[must_use]
pub fn read(request: &Request<'_>) -> Option<Found> {
    if let Some(read) = STAND_IN.get() {
        return read(request);
    }
    match Key::of(request) {
        Some(key) => read_aside(key, request),
        None => read_here(request),
    }
}

/// What was probably meant by a packet, where it is wrong; nothing while the reader is not here.
#[must_use]
pub fn repairs(doubtful: &Doubtful<'_>) -> Vec<Repair> {
    listed("repairs", postcard::to_allocvec(doubtful))
}

/// The forms that a payload can be read in; nothing while the reader is not here.
#[must_use]
pub fn forms(asked: &Asked<'_>) -> Vec<Form> {
    listed("forms", postcard::to_allocvec(asked))
}

/// The forms that are written in these bytes.
pub(crate) fn forms_in(bytes: &Uint8Array) -> Vec<Form> {
    postcard::from_bytes(&bytes.to_vec()).unwrap_or_default()
}

/// The token of a link that shows this; `None` while the reader is not here.
pub(crate) fn to_link(shared: &Shared) -> Option<Result<String, ShareError>> {
    asked("to_link", postcard::to_allocvec(shared))
}

/// What the link with this token shows; `None` while the reader is not here.
pub(crate) fn of_link(token: &str) -> Option<Result<Shared, ShareError>> {
    asked("of_link", postcard::to_allocvec(token))
}

/// What a function of the reader gives for this; nothing where it gives nothing.
fn listed<T: DeserializeOwned>(what: &str, given: postcard::Result<Vec<u8>>) -> Vec<T> {
    asked(what, given).unwrap_or_default()
}

fn asked<T: DeserializeOwned>(what: &str, given: postcard::Result<Vec<u8>>) -> Option<T> {
    let found = call_of(MODULE, what, &given.unwrap_or_default());
    postcard::from_bytes(&found.ok().flatten()?.to_vec()).ok()
}

fn read_here(request: &Request<'_>) -> Option<Found> {
    let asked = postcard::to_allocvec(request).unwrap_or_default();
    match call_of(MODULE, "read", &asked) {
        Ok(found) => Some(found_in(&found?)),
        Err(why) => Some(failed(&String::from(js_sys::Object::from(why).to_string()))),
    }
}

/// What a worker has found, or nothing while it reads.
fn read_aside(key: Key, request: &Request<'_>) -> Option<Found> {
    let is_of_it = |aside: &Option<(Key, Aside)>| aside.as_ref().is_some_and(|(of, _)| *of == key);
    if ASIDE.with_borrow(is_of_it) {
        return match ASIDE.take() {
            Some((_, Aside::Read(found))) => Some(*found),
            Some((_, Aside::Refused)) => read_here(request),
            reading => {
                ASIDE.set(reading);
                None
            }
        };
    }
    cancel();
    if !IS_HERE.get() {
        return None;
    }
    let asked = postcard::to_allocvec(request).unwrap_or_default();
    let then = Closure::once_into_js(move |found: Option<Uint8Array>, why: Option<String>| {
        let read = match (found, why) {
            (Some(found), _) => Aside::Read(found_in(&found).into()),
            (None, Some(why)) => Aside::Read(failed(&why).into()),
            (None, None) => Aside::Refused,
        };
        ASIDE.set(Some((key, read)));
        ON_READ.with_borrow(|tell| tell.iter().for_each(|tell| tell()));
        // Who wanted it has it.
        drop(ASIDE.take());
    });
    let given = Uint8Array::from(&*asked);
    let end = aside_of(&assets::address(MODULE), "read", given, then);
    ASIDE.set(Some((key, Aside::Reading(end))));
    None
}

fn found_in(bytes: &Uint8Array) -> Found {
    postcard::from_bytes(&bytes.to_vec()).unwrap_or_else(|why| failed(&why.to_string()))
}

fn failed(why: &str) -> Found {
    Found {
        fault: Some(Fault {
            says: format!("this could not be read, which is a fault of mqttscope ({why})"),
            ..Fault::default()
        }),
        ..Found::default()
    }
}
