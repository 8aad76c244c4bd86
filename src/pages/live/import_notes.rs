//! What an import left out or changed: all of it, in a window that stays until it is closed.

use yew::prelude::*;

use crate::components::dialog::Dialog;

/// What is told of an import; nothing where there are no notes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) title: AttrValue,
    pub(super) notes: Vec<String>,
}

impl Told {
    /// The window, while there is something to tell.
    pub(super) fn window(&self, on_close: Callback<()>) -> Html {
        if self.notes.is_empty() {
            return Html::default();
        }
        html! {
            <Dialog title={&self.title} {on_close}>
                <p>{ "Check what was left out or changed:" }</p>
                <ul class="import-notes">
                    for note in self.notes.iter() {
                        <li>{ note.clone() }</li>
                    }
                </ul>
            </Dialog>
        }
    }
}
