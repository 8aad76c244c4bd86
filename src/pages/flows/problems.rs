//! What is wrong with the text of a scenario: at which line, why, and what was probably meant.

use mqttscope_flows::{Fix, ScriptError, Unused};
use yew::prelude::*;

use crate::components::inspector::marked;

use super::code::go_to_line;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct ProblemsProps {
    pub(super) text: String,
    pub(super) errors: Vec<ScriptError>,
    /// Faults that do not happen.
    pub(super) unused: Vec<Unused>,
    pub(super) on_text: Callback<String>,
}

/// The list, below the text.
#[component]
pub(super) fn Problems(props: &ProblemsProps) -> Html {
    let go = |line: usize| {
        let text = props.text.clone();
        Callback::from(move |_: MouseEvent| go_to_line(&text, line))
    };
    let correct = |line: usize, fix: &Fix| {
        let text = corrected(&props.text, line, fix);
        props.on_text.reform(move |_: MouseEvent| text.clone())
    };
    html! {
        <div id="script-says" class="problems" role="status" data-testid="script-says"><ul>
            if props.errors.is_empty() && props.unused.is_empty() { <li class="quiet">{ "No errors. The diagram shows this text." }</li> }
            { for props.errors.iter().map(|error| html! {
                <li class="is-error">
                    <button class="link" onclick={go(error.line)}>{ format!("Line {}", error.line) }</button>{ ": " }{ marked(&error.message) }
                    if let Some(fix) = &error.fix { { " " }<button data-testid="fix" onclick={correct(error.line, fix)}>{ format!("Use {}", fix.right) }</button> }
                </li>
            }) }
            if !props.errors.is_empty() { <li class="quiet" data-testid="not-shown">{ "The diagram does not show this text: it stays as it was without errors." }</li> }
            { for props.unused.iter().map(|unused| html! { <li class="is-warning" data-testid="unused">{ marked(&unused.text) }</li> }) }
        </ul></div>
    }
}

/// The text with a word of a line corrected.
pub(in crate::pages) fn corrected(text: &str, line: usize, fix: &Fix) -> String {
    let lines = (1..).zip(text.split('\n')).map(|(number, found)| {
        if number != line {
            return found.to_owned();
        }
        let words = found.split(' ');
        let mut is_done = false;
        let words = words.map(|word| {
            if !is_done && word == fix.wrong {
                is_done = true;
                return fix.right.as_str();
            }
            word
        });
        words.collect::<Vec<_>>().join(" ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_of_one_line_is_corrected() {
        let fix = Fix {
            wrong: "conect".into(),
            right: "connect".into(),
        };
        let text = "at 0 conect conect\nat 1 P  conect\n";
        let expected = "at 0 conect conect\nat 1 P  connect\n";
        assert_eq!(corrected(text, 2, &fix), expected);
        assert_eq!(corrected(text, 9, &fix), text);
    }
}
