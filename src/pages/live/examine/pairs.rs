//! Facts and verdicts of two cards, side by side.

use mqttscope_protocol::{Compared, Verdict};
use mqttscope_wire::ProtocolVersion;
use yew::prelude::*;

use crate::state::live::examine::look;
use crate::state::live::words;

/// Both tables; what differs is marked.
pub(super) fn pairs(compared: &Compared<'_>, names: [&str; 2], only_other: bool) -> Html {
    let facts: Vec<_> = (compared.facts.iter())
        .filter(|fact| !only_other || fact.differs())
        .collect();
    let checks: Vec<_> = (compared.checks.iter())
        .filter(|check| !only_other || check.differs())
        .collect();
    let is_one = compared.a == compared.b;
    let differ = compared.checks.iter().filter(|check| check.differs());
    let says = match differ.count() {
        _ if is_one => "One card beside itself: choose another one, or show all of it.".to_owned(),
        0 => "No verdict differs.".to_owned(),
        1 => "1 verdict differs.".to_owned(),
        count => format!("{} verdicts differ.", words::whole(count as u64)),
    };
    html! {
        <div class="cards-body" data-testid="cards-body" tabindex="0" role="region" aria-label="Two cards beside each other">
            <p role="status" data-testid="cards-state">{ says }</p>
            if !is_one { { for compared.notes().into_iter().map(|note| html! { <p class="note" data-testid="cards-note">{ note }</p> }) } }
            if !facts.is_empty() {
                <h2>{ "What was found" }</h2>
                { table(names, "cards-facts", facts.into_iter().map(|fact| {
                    let cell = |value: Option<&str>| html! { <td>{ value.unwrap_or("–").to_owned() }</td> };
                    row(fact.name, fact.version, fact.differs(), cell(fact.a), cell(fact.b))
                }).collect()) }
            }
            if !checks.is_empty() {
                <h2>{ "Verdicts" }</h2>
                { table(names, "cards-checks", checks.into_iter().map(|check| {
                    row(check.id, check.version, check.differs(), verdict(check.a), verdict(check.b))
                }).collect()) }
            }
        </div>
    }
}

fn table(names: [&str; 2], test: &'static str, rows: Html) -> Html {
    let [a, b] = names.map(str::to_owned);
    html! {
        <table data-testid={test}>
            <thead><tr><th scope="col">{ "What" }</th><th scope="col">{ "Version" }</th><th scope="col" title={a}>{ "A" }</th><th scope="col" title={b}>{ "B" }</th></tr></thead>
            <tbody>{ rows }</tbody>
        </table>
    }
}

fn row(name: &str, version: ProtocolVersion, differs: bool, a: Html, b: Html) -> Html {
    html! {
        <tr class={classes!(differs.then_some("differs"))} data-name={name.to_owned()}>
            <th scope="row">{ name }if differs { <span class="unseen">{ " (differs)" }</span> }</th><td>{ version.name() }</td>{ a }{ b }
        </tr>
    }
}

fn verdict(verdict: Option<Verdict>) -> Html {
    match verdict {
        Some(_) => {
            let (word, class) = look(verdict);
            html! { <td><b class={classes!("verdict", class)}>{ word }</b></td> }
        }
        None => html! { <td class="quiet">{ "not run" }</td> },
    }
}
