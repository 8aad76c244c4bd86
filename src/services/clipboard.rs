//! Writing to the clipboard.

use wasm_bindgen_futures::JsFuture;

/// Puts text on the clipboard.
///
/// # Errors
/// When the browser refuses: no permission, or a page that is not served safely.
pub async fn write(text: &str) -> Result<(), Refused> {
    let window = super::browser::window().ok_or(Refused)?;
    // Without https there is no clipboard, though the type says otherwise.
    if !window.is_secure_context() {
        return Err(Refused);
    }
    let promise = window.navigator().clipboard().write_text(text);
    JsFuture::from(promise)
        .await
        .map(|_| ())
        .map_err(|_| Refused)
}

/// The browser did not let the page write to the clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;
