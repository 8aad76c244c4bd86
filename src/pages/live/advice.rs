//! Why a connection does not work, as far as a browser can know, and what to do about it.

use mqttscope_engine::protocol::Advice;
use yew::prelude::*;

use crate::components::dialog::Dialog;

/// What one broker needs is not longer.
const FEW_LINES: usize = 8;

/// The window.
pub(super) fn advice_window(
    name: &str,
    cause: &str,
    advice: &[Advice],
    on_close: &Callback<()>,
) -> Html {
    html! {
        <Dialog title={format!("Why “{name}” does not connect")} on_close={on_close.clone()}>
            <div class="advice" data-testid="advice">
                if !cause.is_empty() { <p class="cause">{ cause }</p> }
                if advice.len() > 1 {
                    <p class="quiet">{ "A browser does not tell a page why a connection failed. These are the likely causes, the likeliest first." }</p>
                }
                <ol>
                    { for advice.iter().map(|one| html! {
                        <li>
                            <h3>{ &one.cause }</h3>
                            <p>{ &one.remedy }</p>
                            { configuration(&one.configuration) }
                            if let Some(statement) = &one.statement { <p class="ids"><span>{ statement }</span></p> }
                        </li>
                    }) }
                </ol>
            </div>
        </Dialog>
    }
}

/// Lines of configuration; folded where they are those of every broker, so that they do not hide
/// the other causes.
fn configuration(lines: &str) -> Html {
    if lines.is_empty() {
        return Html::default();
    }
    html! {
        <details open={lines.lines().count() <= FEW_LINES}>
            <summary>{ "Lines of configuration" }</summary>
            <pre tabindex="0" aria-label="Lines of configuration">{ lines }</pre>
        </details>
    }
}
