//! Pictures: an SVG as PNG.

use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, CanvasRenderingContext2d, HtmlCanvasElement, HtmlImageElement, Url,
};

use super::browser;

/// Pixels of the picture for each pixel of the drawing.
const SHARP: u32 = 2;

/// An SVG file as a PNG file, twice as sharp. None: the browser could not draw it.
pub async fn png(svg: &str, width: u32) -> Option<Vec<u8>> {
    let parts = Array::of1(&JsValue::from_str(svg));
    let options = BlobPropertyBag::new();
    options.set_type("image/svg+xml");
    let blob = Blob::new_with_str_sequence_and_options(&parts, &options).ok()?;
    let address = Url::create_object_url_with_blob(&blob).ok()?;
    let drawn = draw(&address, width).await;
    // An address that is forgotten cannot be forgotten again; there is nothing to be done about it.
    let _ = Url::revoke_object_url(&address);
    drawn
}

async fn draw(address: &str, width: u32) -> Option<Vec<u8>> {
    let image = HtmlImageElement::new().ok()?;
    image.set_src(address);
    JsFuture::from(image.decode()).await.ok()?;
    let element = browser::document()?.create_element("canvas").ok()?;
    let canvas: HtmlCanvasElement = element.dyn_into().ok()?;
    let height = u64::from(image.natural_height())
        .saturating_mul(u64::from(width))
        .checked_div(u64::from(image.natural_width()))?;
    let (wide, high) = (
        width.saturating_mul(SHARP),
        u32::try_from(height).ok()?.saturating_mul(SHARP),
    );
    canvas.set_width(wide);
    canvas.set_height(high);
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    context
        .draw_image_with_html_image_element_and_dw_and_dh(
            &image,
            0.0,
            0.0,
            f64::from(wide),
            f64::from(high),
        )
        .ok()?;
    let blob = JsFuture::from(blob_of(&canvas)).await.ok()?;
    let bytes = JsFuture::from(blob.dyn_into::<Blob>().ok()?.array_buffer())
        .await
        .ok()?;
    Some(Uint8Array::new(&bytes).to_vec())
}

/// `toBlob` as a promise of a blob, or of null.
fn blob_of(canvas: &HtmlCanvasElement) -> Promise {
    Promise::new(&mut |resolve, reject| {
        let give = Closure::once_into_js(move |blob: JsValue| {
            // Calling what settles a promise does not fail.
            let _ = resolve.call1(&JsValue::UNDEFINED, &blob);
        });
        let asked = browser::function_of(&give).map(|give| canvas.to_blob(give));
        if !matches!(asked, Some(Ok(()))) {
            let _ = reject.call0(&JsValue::UNDEFINED);
        }
    })
}
