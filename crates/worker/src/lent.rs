//! What the companion lends: a body that comes as it likes, and may go on for ever.

use gloo_timers::callback::Timeout;
use js_sys::{Array, Promise, Reflect, Uint8Array};
use mqttscope_engine::Place;
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

    async fn fetch(&self, address: &str) -> Result<Response, NoBody> {
        let scope = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>();
        let scope = scope.map_err(|_| NoBody::Unreached)?;
        let asked = JsFuture::from(scope.fetch_with_str(address)).await;
        let response = asked.and_then(JsCast::dyn_into);
        let response: Response = response.map_err(|_| NoBody::Unreached)?;
        if !response.ok() {
            return Err(NoBody::Refused(response.status()));
        }
        Ok(response)
    }

    /// All its bytes, where the browser keeps them.
    ///
    /// # Errors
    /// Why there are none, without a full stop.
    pub(super) async fn whole(&self) -> Result<Blob, String> {
        let gone = |_: JsValue| "the companion has closed the connection".to_owned();
        let response = self.fetch(&self.address).await.map_err(NoBody::says)?;
        let blob = response.blob().map_err(gone)?;
        let blob = JsFuture::from(blob).await.map_err(gone)?;
        blob.dyn_into().map_err(gone)
    }
}

/// Why there is no answer.
#[derive(Clone, Copy)]
enum NoBody {
    Unreached,
    /// Its status.
    Refused(u16),
}

impl NoBody {
    fn says(self) -> String {
        match self {
            Self::Unreached => "the companion cannot be reached".to_owned(),
            Self::Refused(status) => {
                format!("the companion does not lend it (status {status})")
            }
        }
    }
}

/// Its body.
pub(super) struct Body {
    lent: Lent,
    reader: ReadableStreamDefaultReader,
    /// Of a tap: what is read of it, so that it is gone on with where it was.
    tap: Option<Tap>,
}

struct Tap {
    /// The recording, which another run of the companion does not have.
    run: String,
    place: Place,
}

/// The header that names a recording of a tap.
const RUN: &str = "mqttscope-run";

/// How long until a companion that is gone is asked again, in milliseconds.
const AGAIN: u32 = 2000;

/// What the owner of a body is asked and told while its source is gone.
pub(super) trait Awaiting {
    /// It is gone, or there again.
    fn tell(&self, is_gone: bool);
    /// Whether somebody still wants it.
    fn is_wanted(&self) -> bool;
}

impl Body {
    /// Asks for it, from its beginning.
    ///
    /// # Errors
    /// Why there is none, without a full stop.
    pub(super) async fn open(lent: &Lent) -> Result<Self, String> {
        let response = lent.fetch(&lent.address).await;
        let response = response.map_err(NoBody::says)?;
        let run = response.headers().get(RUN).ok().flatten();
        Ok(Self {
            lent: lent.clone(),
            reader: reader(&response)?,
            tap: run.map(|run| Tap {
                run,
                place: Place::default(),
            }),
        })
    }

    /// The next bytes, when they are here; none at its end. A tap has no end: when the companion is gone, it is asked again.
    ///
    /// # Errors
    /// Why nothing more comes, without a full stop.
    pub(super) async fn next(&mut self, awaiting: &impl Awaiting) -> Result<Uint8Array, String> {
        loop {
            let read = self.piece().await;
            let Some(tap) = &mut self.tap else {
                return Ok(read?.unwrap_or_else(|| Uint8Array::new_with_length(0)));
            };
            if let Ok(Some(bytes)) = read {
                let whole = tap.place.handle_bytes(&bytes.to_vec());
                if !whole.is_empty() {
                    return Ok(Uint8Array::from(&*whole));
                }
                continue;
            }
            awaiting.tell(true);
            while !self.again().await? {
                sleep(AGAIN).await;
                if !awaiting.is_wanted() {
                    return Ok(Uint8Array::new_with_length(0));
                }
            }
            awaiting.tell(false);
        }
    }

    /// Asks again for what comes behind the last whole frame. False: nobody answers.
    async fn again(&mut self) -> Result<bool, String> {
        let Some(tap) = &mut self.tap else {
            return Ok(false);
        };
        tap.place.go_on();
        let name = String::from(js_sys::encode_uri_component(&self.lent.name));
        let (address, run, frames) = (&self.lent.address, &tap.run, tap.place.frames());
        let address = format!("{address}?run={run}&after={frames}&name={name}");
        let response = match self.lent.fetch(&address).await {
            Ok(response) => response,
            Err(NoBody::Unreached) => return Ok(false),
            Err(NoBody::Refused(_)) => {
                return Err("the companion was started anew, and does not know this page: open the address that it says now".to_owned());
            }
        };
        if let Ok(Some(run)) = response.headers().get(RUN)
            && run != tap.run
        {
            // Another recording, from its beginning.
            let place = Place::default();
            *tap = Tap { run, place };
        }
        self.reader = reader(&response)?;
        Ok(true)
    }

    /// The next piece; `None` at the end.
    async fn piece(&self) -> Result<Option<Uint8Array>, String> {
        loop {
            let read = JsFuture::from(self.reader.read()).await;
            let read = read.map_err(|_| "the companion has closed the connection".to_owned())?;
            // At its end it has no value.
            match Reflect::get(&read, &"value".into()).map(JsCast::dyn_into::<Uint8Array>) {
                Ok(Ok(bytes)) if bytes.length() == 0 => {}
                Ok(Ok(bytes)) => return Ok(Some(bytes)),
                Ok(Err(_)) | Err(_) => return Ok(None),
            }
        }
    }
}

fn reader(response: &Response) -> Result<ReadableStreamDefaultReader, String> {
    let body = response.body().ok_or("the companion lends nothing")?;
    (body.get_reader().dyn_into())
        .map_err(|_| "the browser cannot read what the companion lends".to_owned())
}

async fn sleep(millis: u32) {
    let slept = Promise::new(&mut |done, _| {
        let timeout = Timeout::new(millis, move || {
            // Nobody else waits for it.
            let _ = done.call0(&JsValue::NULL);
        });
        timeout.forget();
    });
    // It never fails.
    let _ = JsFuture::from(slept).await;
}

impl Drop for Body {
    fn drop(&mut self) {
        let cancelled = JsFuture::from(self.reader.cancel());
        spawn_local(async move {
            // One that has broken off cannot be cancelled, and need not.
            let _ = cancelled.await;
        });
    }
}
