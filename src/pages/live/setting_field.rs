//! A form's settings as fields, under their headings.

use yew::prelude::*;

use super::desk::value_of;
use crate::components::glossary::mark;
use crate::components::inspector::marked;
use crate::state::live::form::{Form, FormAct, Group, Kind, Setting};

/// All groups of a form; `prefix` tells its fields from another form's. `first`: the field that has the focus when
/// the dialog opens that they are in.
pub(super) fn groups<T: Clone + 'static>(
    groups: &'static [Group<T>],
    form: &Form<T>,
    prefix: &'static str,
    on_act: &Callback<FormAct<T>>,
    first: Option<&'static str>,
) -> Html {
    let fields = |group: &'static Group<T>| {
        let shown = group
            .settings
            .iter()
            .filter(|setting| (setting.applies)(&form.value));
        let fields: Vec<_> = shown
            .map(|setting| field(setting, form, prefix, on_act, first == Some(setting.id)))
            .collect();
        fields
    };
    html! {
        { for groups.iter().map(|group| {
            let fields = fields(group);
            if fields.is_empty() {
                Html::default()
            } else if group.title.is_empty() {
                html! { <div class="setting-rows">{ for fields }</div> }
            } else {
                html! {
                    <details class="settings-group" open={!group.folded}>
                        <summary>{ group.title }</summary>
                        <div class="setting-rows">{ for fields }</div>
                    </details>
                }
            }
        }) }
    }
}

fn field<T: Clone + 'static>(
    setting: &'static Setting<T>,
    form: &Form<T>,
    prefix: &'static str,
    on_act: &Callback<FormAct<T>>,
    is_first: bool,
) -> Html {
    let id = format!("{prefix}-{}", setting.id);
    let about = format!("{id}-about");
    let fault = form.said(setting);
    let text = form.text(setting);
    let on_act = on_act.clone();
    let typed = Callback::from(move |event: Event| {
        on_act.emit(FormAct::Type(setting, value_of(&event)));
    });
    let on_input = typed.reform(|event: InputEvent| event.into());
    let invalid = fault.is_some().then_some("true");
    let described = (fault.is_some() || !setting.hint.is_empty()).then(|| about.clone());
    let test = id.clone();
    let says = html! {
        if let Some(fault) = fault.clone() {
            <small id={about.clone()} class="is-error" role="alert">{ marked(&fault) }</small>
        } else if !setting.hint.is_empty() {
            <small id={about.clone()}>{ setting.hint }</small>
        }
    };
    if setting.kind == Kind::Check {
        return html! {
            <div class="setting tick" key={setting.id}>
                <span class="label">
                    <label class="check"><input type="checkbox" {id} data-testid={test} checked={text == "yes"} aria-describedby={described} onchange={typed} />{ setting.label }</label>
                    { mark(setting.label) }
                </span>
                { says }
            </div>
        };
    }
    let control = match setting.kind {
        Kind::Choice(choices) => html! {
            <select class="field" id={id.clone()} data-testid={test} aria-describedby={described} onchange={typed}>
                { for choices.iter().map(|&(value, name)| html! { <option {value} selected={value == text}>{ name }</option> }) }
            </select>
        },
        kind @ (Kind::Pairs | Kind::Lines | Kind::SecretLines) => html! {
            <textarea class={(kind == Kind::SecretLines).then_some("secret")} autocomplete="off" id={id.clone()} data-testid={test} rows="2" spellcheck="false" aria-describedby={described} aria-invalid={invalid}
                value={text} oninput={on_input} />
        },
        kind => html! {
            <input data-first={is_first.then_some("")} type={if kind == Kind::Secret { "password" } else { "text" }} id={id.clone()} data-testid={test}
                inputmode={(kind == Kind::Number).then_some("numeric")} autocomplete={if kind == Kind::Secret { "new-password" } else { "off" }}
                spellcheck="false" autocapitalize="off" aria-describedby={described} aria-invalid={invalid} oninput={on_input} value={text} />
        },
    };
    html! {
        <div class="setting" key={setting.id}>
            <span class="label"><label for={id}>{ setting.label }</label>{ mark(setting.label) }</span>
            { control }
            { says }
        </div>
    }
}
