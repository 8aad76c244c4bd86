//! The topics that schemas are for.

use mqttscope_protocol::schema::{Form, Framing, Rule};
use mqttscope_wire::TopicFilter;
use yew::prelude::*;

use crate::components::icon::{Icon, icon};
use crate::components::late_field::LateField;
use crate::pages::live::desk::value_of;
use crate::state::live::schemas::{Known, framing_name, framing_of};

/// The list of rules, the first of which that matches counts.
pub(super) fn rules(known: &Known, on_change: &Callback<Known>) -> Html {
    let add = {
        let (known, on_change) = (known.clone(), on_change.clone());
        Callback::from(move |_: MouseEvent| on_change.emit(known.with_rule()))
    };
    let choices = known.choices();
    let rows = known.given.rules.iter().enumerate();
    html! {
        <section aria-label="Topics">
            <h3>{ "Topics" }</h3>
            <p class="quiet">{ "Of several filters that match a topic the first counts." }</p>
            <ol class="schema-list schema-rules">{ for rows.map(|(at, rule)| row(at, rule, &choices, known, on_change)) }</ol>
            <button type="button" data-testid="add-schema-rule" onclick={add}>{ "Add a topic filter" }</button>
        </section>
    }
}

fn row(
    at: usize,
    rule: &Rule,
    choices: &[(String, Form)],
    known: &Known,
    on_change: &Callback<Known>,
) -> Html {
    let change = {
        let (known, on_change) = (known.clone(), on_change.clone());
        Callback::from(move |rule: Option<Rule>| on_change.emit(known.with_rule_at(at, rule)))
    };
    let with_form = {
        let (change, topic_filter) = (change.clone(), rule.topic_filter.clone());
        Callback::from(move |form: Form| {
            let topic_filter = topic_filter.clone();
            change.emit(Some(Rule { topic_filter, form }));
        })
    };
    let on_filter = {
        let (change, form) = (change.clone(), rule.form.clone());
        Callback::from(move |topic_filter: String| {
            let form = form.clone();
            change.emit(Some(Rule { topic_filter, form }));
        })
    };
    let on_form = {
        let (choices, with_form) = (choices.to_vec(), with_form.clone());
        Callback::from(move |event: Event| {
            let name = value_of(&event);
            if let Some((_, form)) = choices.iter().find(|(known, _)| *known == name) {
                with_form.emit(form.clone());
            }
        })
    };
    let remove = change.reform(|_: MouseEvent| None);
    let up = {
        let (known, on_change) = (known.clone(), on_change.clone());
        Callback::from(move |_: MouseEvent| on_change.emit(known.with_rule_up(at)))
    };
    let chosen = rule.form.name();
    let is_there = choices.iter().any(|(name, _)| *name == chosen);
    let is_filter = TopicFilter::new(&rule.topic_filter).is_some();
    html! {
        <li key={at} data-testid="schema-rule">
            <LateField test="schema-filter" label="Topic Filter" value={rule.topic_filter.clone()} placeholder="plant/+/motor" on_change={on_filter} />
            <select class="field" data-testid="schema-form" aria-label="What its payloads are" onchange={on_form}>
                if !is_there { <option value={chosen.clone()} selected=true>{ format!("{chosen} (in no file)") }</option> }
                { for choices.chunk_by(|one, other| group(&one.1) == group(&other.1)).map(|some| options(some, &chosen)) }
            </select>
            if let Form::Avro(name, framing) = &rule.form { { around(name, *framing, &with_form) } }
            <button type="button" class="bare square" data-testid="schema-rule-up" disabled={at == 0} aria-label="Further up" title="Further up" onclick={up}>{ "↑" }</button>
            <button type="button" class="bare square" data-testid="remove-schema-rule" aria-label="Remove" title="Remove" onclick={remove}>{ icon(Icon::Cross) }</button>
            if !is_filter { <span class="is-error says" data-testid="schema-filter-wrong">{ "This is no Topic Filter: it matches nothing." }</span> }
        </li>
    }
}

/// What a form is one of.
const fn group(form: &Form) -> Option<&'static str> {
    match form {
        Form::Detected => None,
        Form::Plain(_) => Some("Forms"),
        Form::Numbers(_) => Some("Bare numbers"),
        Form::Protobuf(_) | Form::Avro(..) | Form::Json(_) => Some("Your files"),
    }
}

/// The choices of one group.
fn options(some: &[(String, Form)], chosen: &str) -> Html {
    let options = some.iter().map(|(name, _)| {
        html! { <option value={name.clone()} selected={name == chosen}>{ name }</option> }
    });
    let options = html! { { for options } };
    match some.first().and_then(|(_, form)| group(form)) {
        Some(label) => html! { <optgroup {label}>{ options }</optgroup> },
        None => options,
    }
}

/// What stands around a value of Avro.
fn around(name: &str, framing: Framing, with_form: &Callback<Form>) -> Html {
    let id = match framing {
        Framing::Confluent(id) => id,
        _ => 0,
    };
    let on_framing = {
        let name = name.to_owned();
        with_form
            .reform(move |event: Event| Form::Avro(name.clone(), framing_of(&value_of(&event), id)))
    };
    let on_id = {
        let name = name.to_owned();
        with_form.reform(move |text: String| {
            Form::Avro(
                name.clone(),
                Framing::Confluent(text.trim().parse().unwrap_or(id)),
            )
        })
    };
    let all = [Framing::Bare, Framing::SingleObject, Framing::Confluent(id)];
    html! {
        <div class="around">
            <select class="field" data-testid="schema-framing" aria-label="What stands around the value" onchange={on_framing}>
                { for all.map(|it| html! { <option value={framing_name(it)} selected={it == framing}>{ framing_name(it) }</option> }) }
            </select>
            if let Framing::Confluent(id) = framing {
                <label>{ "schema number" }<LateField test="schema-id" label="Schema number in its registry, which is written" value={id.to_string()} on_change={on_id} /></label>
            }
        </div>
    }
}
