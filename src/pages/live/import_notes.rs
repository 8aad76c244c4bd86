//! What an import left out or changed: all of it, in a window that stays until it is closed.

use yew::prelude::*;

use crate::components::dialog::dialog;

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
        let notes = self
            .notes
            .iter()
            .map(|note| html! { <li>{ note.clone() }</li> });
        let content = html! {
            <>
                <p>{ "Check what was left out or changed:" }</p>
                <ul class="import-notes">{ for notes }</ul>
            </>
        };
        dialog(self.title.clone(), on_close, content)
    }
}
