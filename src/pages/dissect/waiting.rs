//! That something large is read in a worker, and the way to give it up.

use yew::prelude::*;

use super::desk::Desk;
use crate::components::icon::{Icon, icon};
use crate::services::{browser, reader};
use crate::state::workbench::{Act, Document, Given};

/// The line; nothing where nothing is read so.
pub(super) fn waiting(desk: &Desk) -> Html {
    let Some(document) = &desk.pending else {
        return Html::default();
    };
    let cancel = {
        let acts = desk.acts.clone();
        Callback::from(move |_: MouseEvent| {
            reader::cancel();
            acts.dispatch(Act::Cancel);
            // The button goes with the line.
            browser::focus_id("main");
        })
    };
    html! {
        <ul class="said" role="status" data-testid="reading-aside">
            <li>
                { icon(Icon::Note) }
                <span>{ format!("Reading {}… ", what(document)) }<button type="button" class="link" data-testid="cancel-reading" onclick={cancel}>{ "Cancel" }</button></span>
            </li>
        </ul>
    }
}

/// What is read, and how much it is.
fn what(document: &Document) -> String {
    let size = mqttscope_view::digits::bytes(document.given.weight() as u64);
    match &document.given {
        Given::File { name, .. } => format!("{name}, {size}"),
        _ => format!("a text of {size}"),
    }
}
