//! Files in and out.

use js_sys::{Array, Uint8Array};
use mqttscope_view::digits::bytes;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, File, HtmlAnchorElement, Response, Url};

use super::assets;

/// The largest file that is read as one text or one row of packets, in bytes: what a page can show without running out
/// of memory.
pub const LARGEST: u64 = 64_000_000;

/// A file that a person chose or dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Its name, without a path.
    pub name: String,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// Whether a file is larger than [`LARGEST`].
#[must_use]
pub fn is_too_large(file: &File) -> bool {
    file.size() > LARGEST as f64
}

/// Reads a file.
///
/// # Errors
/// A sentence for the person: too large, or the browser could not read it.
pub async fn read(file: File) -> Result<Opened, String> {
    let name = file.name();
    if is_too_large(&file) {
        return Err(format!(
            "{name} is larger than {}, more than this page reads.",
            bytes(LARGEST)
        ));
    }
    match JsFuture::from(file.array_buffer()).await {
        Ok(buffer) => {
            let bytes = Uint8Array::new(&buffer).to_vec();
            Ok(Opened { name, bytes })
        }
        Err(_) => Err(format!("{name} could not be read. Is it a folder?")),
    }
}

/// A file that lies beside the page.
///
/// # Errors
/// A sentence for the person: it did not come.
pub async fn fetch(name: &str) -> Result<File, String> {
    let fetched = async {
        let window = super::browser::window().ok_or(JsValue::NULL)?;
        let response: Response = JsFuture::from(window.fetch_with_str(&assets::address(name)))
            .await?
            .dyn_into()?;
        if !response.ok() {
            return Err(JsValue::NULL);
        }
        let blob = JsFuture::from(response.blob()?).await?;
        File::new_with_blob_sequence(&Array::of1(&blob), name)
    };
    fetched
        .await
        .map_err(|_: JsValue| format!("{name} could not be loaded."))
}

/// Offers bytes as a file to save. `None`: the browser would not.
#[must_use]
pub fn save(name: &str, bytes: &[u8]) -> Option<()> {
    let parts = Array::of1(&Uint8Array::from(bytes));
    let options = BlobPropertyBag::new();
    options.set_type("application/octet-stream");
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options).ok()?;
    let url = Url::create_object_url_with_blob(&blob).ok()?;
    let link = super::browser::document()?.create_element("a").ok()?;
    let link: HtmlAnchorElement = link.dyn_into().ok()?;
    link.set_href(&url);
    link.set_download(name);
    link.click();
    Url::revoke_object_url(&url).ok()
}
