//! Lines of two payloads that are compared.

use mqttscope_view::payload::{DiffLine, LineChange};
use yew::prelude::*;

/// A line for each, with a word for those who do not see its colour.
pub(crate) fn diff_lines(lines: &[DiffLine]) -> Html {
    html! { { for lines.iter().map(diff_line) } }
}

fn diff_line(line: &DiffLine) -> Html {
    let (class, sign, says) = match line.change {
        LineChange::Same => ("", "  ", ""),
        LineChange::Removed => ("removed", "− ", "removed: "),
        LineChange::Added => ("added", "+ ", "added: "),
    };
    html! {
        <span {class}>
            <span aria-hidden="true">{ sign }</span>
            <span class="unseen">{ says }</span>
            { &line.text }
            { "\n" }
        </span>
    }
}
