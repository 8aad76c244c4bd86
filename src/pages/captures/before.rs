//! Files that were open when the page was loaded again: a browser does not let a page open them by itself, so it names them.

use web_sys::File;
use yew::prelude::*;

use super::opening::Choose;
use crate::services::storage;
use crate::state::live::words;

/// Under what the tab keeps their names, one a line.
const OPEN: &str = "captures.open";
/// Names that are kept and shown.
const MOST: usize = 20;

/// Keeps the names of the files that are open.
pub(super) fn keep<'a>(names: impl Iterator<Item = &'a str>) {
    let names: Vec<String> = names.map(|name| name.replace('\n', " ")).collect();
    let more = names.len().saturating_sub(MOST);
    let mut text = names.get(..MOST).unwrap_or(&names).join("\n");
    if more > 0 {
        text.push_str(&format!("\n{} more", words::whole(more as u64)));
    }
    // Without storage nothing is kept; the browser has asked before the page was left.
    let _ = storage::set_session(OPEN, Some(&*text).filter(|text| !text.is_empty()));
}

#[derive(Clone, PartialEq, Properties)]
pub(super) struct BeforeProps {
    pub(super) on_files: Callback<Vec<File>>,
}

/// Names the files, with a button to choose them again.
#[component]
pub(super) fn Before(props: &BeforeProps) -> Html {
    let names = use_state_eq(|| storage::session(OPEN));
    let Some(text) = &*names else {
        return Html::default();
    };
    let forget = {
        let names = names.setter();
        Callback::from(move |_: MouseEvent| {
            keep(core::iter::empty());
            names.set(None);
        })
    };
    html! {
        <section class="before" data-testid="open-before" aria-label="Files that were open">
            <p>{ "These files were open before the page was loaded again. A browser does not let a page open files by itself." }</p>
            <ul>{ for text.lines().map(|name| html! { <li>{ name.to_owned() }</li> }) }</ul>
            <div class="acts">
                <Choose label="Choose them again" test={("open-again", "files-again")} on_files={props.on_files.clone()} />
                <button data-testid="forget-before" onclick={forget}>{ "Forget them" }</button>
            </div>
        </section>
    }
}
