//! Capture files: the engine says which bytes it wants next, the browser reads them.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, File};

use super::{Handle, now_ms};

/// The files of a message, where it brings any: an array of nothing else.
pub(super) fn of_message(data: &JsValue) -> Option<Vec<File>> {
    let files: Result<Vec<File>, _> = data
        .dyn_ref::<Array>()?
        .iter()
        .map(|one| one.dyn_into::<File>())
        .collect();
    files.ok().filter(|files| !files.is_empty())
}

/// Opens them, and reads until the engine wants no more. Between two pieces everything else is heard.
pub(super) fn open(handle: &Handle, files: Vec<File>) {
    let is_idle = handle.with_files(files);
    if !is_idle {
        return;
    }
    let handle = handle.clone();
    spawn_local(async move {
        while let Some((file, from, to)) = handle.wanted() {
            let read = match file.slice_with_f64_and_f64(from, to) {
                Ok(part) => bytes(&part).await,
                Err(error) => Err(error),
            };
            handle.read(read.map_err(|error| why(&error)));
        }
    });
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
    fn with_files(&self, files: Vec<File>) -> bool {
        let mut is_idle = false;
        self.with(|worker| {
            is_idle = worker.engine.poll_read().is_none();
            let told = files.iter().map(|file| (file.name(), file.size() as u64));
            worker.engine.handle_files(told);
            worker.files.extend(files);
        });
        is_idle
    }

    /// The file to be read next, and from where to where.
    fn wanted(&self) -> Option<(File, f64, f64)> {
        let worker = self.0.borrow();
        let wanted = worker.engine.poll_read()?;
        let file = worker.files.get(wanted.file)?.clone();
        let end = wanted.offset.saturating_add(wanted.len);
        Some((file, wanted.offset as f64, end as f64))
    }

    fn read(&self, read: Result<Uint8Array, String>) {
        self.with(|worker| {
            let bytes = read.map(|part| part.to_vec());
            let bytes = bytes.as_ref().map(Vec::as_slice);
            worker
                .engine
                .handle_read(now_ms(), bytes.map_err(Clone::clone));
        });
    }
}
