//! Capture files, and what the companion lends: the engine says which bytes it wants next, the browser gets them.

use std::collections::HashMap;

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, File};

use mqttscope_engine::WantedBytes;

use super::lent::{Awaiting, Body, Lent};
use super::{Handle, now};

/// Where bytes come from.
#[derive(Clone)]
pub(super) enum Source {
    File(File),
    Lent(Lent),
}

impl Source {
    fn name_and_size(&self) -> (String, Option<u64>) {
        match self {
            Self::File(file) => (file.name(), Some(file.size() as u64)),
            Self::Lent(lent) => (lent.name.clone(), lent.size.map(|size| size as u64)),
        }
    }
}

/// The files of a message, where it brings any: an array of nothing else.
pub(super) fn of_message(data: &JsValue) -> Option<Vec<Source>> {
    let sources: Option<Vec<Source>> = data
        .dyn_ref::<Array>()?
        .iter()
        .map(|one| match one.dyn_into::<File>() {
            Ok(file) => Some(Source::File(file)),
            Err(other) => Lent::of_message(&other).map(Source::Lent),
        })
        .collect();
    sources.filter(|sources| !sources.is_empty())
}

/// Opens them, and reads until the engine wants no more. Between two pieces everything else is heard.
pub(super) fn open(handle: &Handle, sources: Vec<Source>) {
    let is_idle = handle.with_files(sources);
    if !is_idle {
        return;
    }
    let handle = handle.clone();
    spawn_local(async move {
        let mut held = HashMap::new();
        while let Some((source, wanted)) = handle.wanted() {
            let read = match &source {
                Source::File(file) => piece(file, wanted).await,
                Source::Lent(lent) => {
                    let is_alone = handle.0.borrow().files.len() < 2;
                    lent_piece(lent, is_alone, &Wanting(&handle, wanted), &mut held).await
                }
            };
            // What was asked to stop meanwhile is not read, and somebody else may read already.
            if handle.wanted().is_none_or(|(_, now)| now != wanted) {
                return;
            }
            handle.read(read);
        }
    });
}

async fn piece(file: &Blob, wanted: WantedBytes) -> Result<Uint8Array, String> {
    let end = wanted.offset.saturating_add(wanted.len);
    let read = match file.slice_with_f64_and_f64(wanted.offset as f64, end as f64) {
        Ok(part) => bytes(&part).await,
        Err(error) => Err(error),
    };
    read.map_err(|error| why(&error))
}

/// What is here of something lent.
enum Held {
    /// What comes of it, one piece behind the other.
    Body(Body),
    /// All of it.
    Whole(Blob),
}

/// The next bytes of what is lent, which is asked for anew at its beginning. Of several files pieces are wanted in turns:
/// each is fetched as a whole, as a browser keeps few connections to one host.
async fn lent_piece(
    lent: &Lent,
    is_alone: bool,
    awaiting: &Wanting<'_>,
    all: &mut HashMap<usize, Held>,
) -> Result<Uint8Array, String> {
    let wanted = awaiting.1;
    if wanted.offset == 0 {
        let held = if is_alone || lent.size.is_none() {
            Held::Body(Body::open(lent).await?)
        } else {
            Held::Whole(lent.whole().await?)
        };
        all.insert(wanted.file, held);
    }
    match all.get_mut(&wanted.file) {
        Some(Held::Body(body)) => body.next(awaiting).await,
        Some(Held::Whole(blob)) => piece(blob, wanted).await,
        None => Ok(Uint8Array::new_with_length(0)),
    }
}

/// These bytes are wanted.
struct Wanting<'h>(&'h Handle, WantedBytes);

impl Awaiting for Wanting<'_> {
    fn tell(&self, is_gone: bool) {
        if self.is_wanted() {
            self.0
                .with(|worker| worker.engine.handle_read_awaited(is_gone));
        }
    }

    fn is_wanted(&self) -> bool {
        self.0.wanted().is_some_and(|(_, now)| now == self.1)
    }
}

async fn bytes(part: &Blob) -> Result<Uint8Array, JsValue> {
    let buffer: ArrayBuffer = JsFuture::from(part.array_buffer()).await?.dyn_into()?;
    Ok(Uint8Array::new(&buffer))
}

/// What the browser says of a file that it does not read.
fn why(error: &JsValue) -> String {
    let message = error.dyn_ref::<js_sys::Error>().map(js_sys::Error::message);
    let says = message.map(String::from).unwrap_or_default();
    if says.is_empty() {
        "the browser cannot read it".to_owned()
    } else {
        format!("the browser cannot read it: {says}")
    }
}

impl Handle {
    /// Tells the engine of files. Whether nobody reads yet.
    fn with_files(&self, sources: Vec<Source>) -> bool {
        let mut is_idle = false;
        self.with(|worker| {
            is_idle = worker.engine.poll_read().is_none();
            let told = sources.iter().map(Source::name_and_size);
            worker.engine.handle_files(told);
            worker.files.extend(sources);
        });
        is_idle
    }

    /// What is to be read next, and of which source.
    fn wanted(&self) -> Option<(Source, WantedBytes)> {
        let worker = self.0.borrow();
        let wanted = worker.engine.poll_read()?;
        let source = worker.files.get(wanted.file)?.clone();
        Some((source, wanted))
    }

    fn read(&self, read: Result<Uint8Array, String>) {
        self.with(|worker| {
            let bytes = read.map(|part| part.to_vec());
            let bytes = bytes.as_ref().map(Vec::as_slice);
            worker
                .engine
                .handle_read(now(), bytes.map_err(Clone::clone));
        });
    }
}
