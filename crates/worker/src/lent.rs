//! What the companion lends: a body that comes as it likes, and may go on for ever.

use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, DedicatedWorkerGlobalScope, ReadableStreamDefaultReader, Response};

/// Where it is.
#[derive(Clone)]
pub(super) struct Lent {
    pub(super) name: String,
    address: String,
    /// Bytes; none: it grows.
    pub(super) size: Option<f64>,
}

impl Lent {
    /// Name, address and size or null, as the page sends them.
    pub(super) fn of_message(data: &JsValue) -> Option<Self> {
        let parts = data.dyn_ref::<Array>()?;
        Some(Self {
            name: parts.get(0).as_string()?,
            address: parts.get(1).as_string()?,
            size: parts.get(2).as_f64(),
        })
    }

    async fn fetch(&self) -> Result<Response, String> {
        let unreached = |_: JsValue| "the companion cannot be reached".to_owned();
        let scope = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>();
        let scope = scope.map_err(|global| unreached(global.into()))?;
        let asked = JsFuture::from(scope.fetch_with_str(&self.address)).await;
        let response: Response =
            (asked.map_err(unreached)?.dyn_into()).map_err(|other: JsValue| unreached(other))?;
        if !response.ok() {
            let status = response.status();
            return Err(format!("the companion does not lend it (status {status})"));
        }
        Ok(response)
    }

    /// All its bytes, where the browser keeps them.
    ///
    /// # Errors
    /// Why there are none, without a full stop.
    pub(super) async fn whole(&self) -> Result<Blob, String> {
        let gone = |_: JsValue| "the companion has closed the connection".to_owned();
        let blob = self.fetch().await?.blob().map_err(gone)?;
        let blob = JsFuture::from(blob).await.map_err(gone)?;
        blob.dyn_into().map_err(gone)
    }
}

/// Its body.
pub(super) struct Body(ReadableStreamDefaultReader);

impl Body {
    /// Asks for it, from its beginning.
    ///
    /// # Errors
    /// Why there is none, without a full stop.
    pub(super) async fn open(lent: &Lent) -> Result<Self, String> {
        let response = lent.fetch().await?;
        let body = response.body().ok_or("the companion lends nothing")?;
        (body.get_reader().dyn_into().map(Self))
            .map_err(|_| "the browser cannot read what the companion lends".to_owned())
    }

    /// The next bytes, when they are here; none at its end.
    ///
    /// # Errors
    /// Why nothing more comes, without a full stop.
    pub(super) async fn next(&self) -> Result<Uint8Array, String> {
        loop {
            let read = JsFuture::from(self.0.read()).await;
            let read = read.map_err(|_| "the companion has closed the connection".to_owned())?;
            // At its end it has no value.
            match Reflect::get(&read, &"value".into()).map(JsCast::dyn_into::<Uint8Array>) {
                Ok(Ok(bytes)) if bytes.length() == 0 => {}
                Ok(Ok(bytes)) => return Ok(bytes),
                Ok(Err(_)) | Err(_) => return Ok(Uint8Array::new_with_length(0)),
            }
        }
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        let cancelled = JsFuture::from(self.0.cancel());
        spawn_local(async move {
            // One that has broken off cannot be cancelled, and need not.
            let _ = cancelled.await;
        });
    }
}
