//! The conversation in a few plain words.

use mqttscope_inspect::conversation::Explanation;
use yew::prelude::*;

use super::finding::jumps;
use crate::components::icon::icon;
use crate::components::inspector::{marked, severity};
use crate::element::el;

/// Lines that are shown at most.
const MOST: usize = 50;

/// The list; the most important line first.
pub(super) fn in_short(lines: &[Explanation], on_select: &Callback<usize>) -> Html {
    let rows = lines.iter().take(MOST).map(|line| {
        let (class, picture, word) = severity(line.severity);
        html! {
            <li data-testid="short-line">
                <span class={format!("is-{class}")}>{ icon(picture) }<span class="unseen">{ word }{ ": " }</span></span>
                <span>{ Html::from(marked(el("span"), &line.text)) }{ " " }{ jumps(&line.packets, None, on_select) }</span>
            </li>
        }
    });
    html! {
        <div class="short" data-testid="in-short">
            <h3>{ "In short" }</h3>
            if lines.is_empty() { <p class="quiet">{ "Nothing out of the ordinary: each packet fits what came before it." }</p> }
            <ul>{ for rows }</ul>
        </div>
    }
}
