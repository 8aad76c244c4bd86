//! What the page does and which keys it knows.

use yew::prelude::*;

use super::dialog::Dialog;

const KEYS: &[(&[&str], &str)] = &[
    (&["↑", "↓", "Home", "End", "PgUp", "PgDn"], "Move in the packet list, the fields and the bytes"),
    (&["←", "→"], "Close and open a part of the fields; move between bytes"),
    (&["Enter"], "Change the selected field; switch a flag"),
    (&["0–9", "a–f"], "On a selected byte: type its new value"),
    (&["Delete"], "Remove the selected property, filter or code"),
    (&["n", "Shift+n"], "Jump to the next fault, the one before"),
    (&["[", "]"], "The packet before, the next packet"),
    (&["Ctrl+Z", "Ctrl+Shift+Z"], "Take back, do again (on a Mac: ⌘)"),
    (&["Escape"], "Leave a field or a window as it was"),
    (&["?"], "This help"),
];

/// The help, until it is closed.
pub fn help_window(on_close: &Callback<()>) -> Html {
    html! {
        <Dialog title="Help and keys" on_close={on_close.clone()}>
            <p>{ "Paste MQTT bytes as you have them: hex of any kind, a hex dump, base64, a C, Rust or Python literal, or drop a file. Every field, bit and broken rule is shown beside the bytes that say so. Nothing leaves this page." }</p>
            <dl class="keys">
                { for KEYS.iter().map(|(keys, what)| html! {
                    <>
                        <dt>{ for keys.iter().map(|key| html! { <kbd>{ *key }</kbd> }) }</dt>
                        <dd>{ *what }</dd>
                    </>
                }) }
            </dl>
        </Dialog>
    }
}
