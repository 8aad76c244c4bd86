//! Fields of an answer: each has its label and tells what it is to be.

use yew::prelude::*;

use crate::pages::live::desk::value_of;

/// Tells a copy of `value` that `set` has changed.
pub(super) fn with<T: Clone + 'static>(
    value: &T,
    on_change: &Callback<T>,
    set: impl Fn(&mut T, String) + 'static,
) -> Callback<String> {
    let (value, on_change) = (value.clone(), on_change.clone());
    Callback::from(move |text: String| {
        let mut next = value.clone();
        set(&mut next, text);
        on_change.emit(next);
    })
}

/// A line of text.
pub(super) fn text(
    label: impl Into<AttrValue>,
    test: impl Into<AttrValue>,
    value: &str,
    on: Callback<String>,
) -> Html {
    let on_input = on.reform(|event: InputEvent| value_of(&event));
    html! {
        <label class="answer-field"><span>{ label.into() }</span>
            <input type="text" data-testid={test.into()} spellcheck="false" autocapitalize="off" autocomplete="off" value={value.to_owned()} oninput={on_input} />
        </label>
    }
}

/// Several lines.
pub(super) fn lines(
    label: &'static str,
    test: impl Into<AttrValue>,
    value: &str,
    on: Callback<String>,
) -> Html {
    let on_input = on.reform(|event: InputEvent| value_of(&event));
    html! {
        <label class="answer-field wide"><span>{ label }</span>
            <textarea rows="2" data-testid={test.into()} spellcheck="false" value={value.to_owned()} oninput={on_input} />
        </label>
    }
}

/// One of these: values and what they are called.
pub(super) fn choice(
    label: impl Into<AttrValue>,
    test: impl Into<AttrValue>,
    choices: &[(&str, &str)],
    chosen: &str,
    on: Callback<String>,
) -> Html {
    let on_change = on.reform(|event: Event| value_of(&event));
    html! {
        <label class="answer-field"><span>{ label.into() }</span>
            <select class="field" data-testid={test.into()} onchange={on_change}>
                { for choices.iter().map(|&(value, name)| html! { <option value={value.to_owned()} selected={value == chosen}>{ name.to_owned() }</option> }) }
            </select>
        </label>
    }
}

/// A box to tick; it tells `yes` or nothing.
pub(super) fn tick(
    label: &'static str,
    test: impl Into<AttrValue>,
    is_on: bool,
    on: Callback<String>,
) -> Html {
    let on_change = on.reform(|event: Event| value_of(&event));
    html! {
        <label class="check"><input type="checkbox" data-testid={test.into()} checked={is_on} onchange={on_change} />{ label }</label>
    }
}

/// The levels of QoS.
pub(super) const QOS: [(&str, &str); 3] = [("0", "QoS 0"), ("1", "QoS 1"), ("2", "QoS 2")];
