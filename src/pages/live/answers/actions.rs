//! The actions of an answer as fields. Those that are done in one case or the other stand within their own.

use mqttscope_answers::{Action, Table, Template, Test};
use yew::prelude::*;

use super::fields::{choice, text, with};
use super::kinds::{KINDS, kind, of_kind};
use super::publishing::publishing;
use crate::components::icon::{Icon, icon};

/// Something that is done to a list of actions.
type Change = Box<dyn Fn(&mut Vec<Action>)>;

/// What all the fields of an answer share.
#[derive(Clone, Copy)]
pub(super) struct Among<'a> {
    pub(super) tables: &'a [Table],
    /// Whether it is done for a message, and not on a timer.
    pub(super) has_message: bool,
}

/// Actions in order; `path` names them, `when` says when they are done.
pub(super) fn actions(
    all: &[Action],
    path: &str,
    when: &'static str,
    among: Among<'_>,
    on_change: &Callback<Vec<Action>>,
) -> Html {
    let all = all.to_vec();
    let act = |change: Change| {
        let (all, on_change) = (all.clone(), on_change.clone());
        Callback::from(move |_: MouseEvent| {
            let mut next = all.clone();
            change(&mut next);
            on_change.emit(next);
        })
    };
    let rows = all.iter().enumerate().map(|(at, action)| {
        let path = format!("{path}-{at}");
        let change = {
            let (all, on_change) = (all.clone(), on_change.clone());
            Callback::from(move |action: Action| {
                let mut next = all.clone();
                if let Some(place) = next.get_mut(at) {
                    *place = action;
                }
                on_change.emit(next);
            })
        };
        let remove = act(Box::new(move |all| {
            if at < all.len() {
                all.remove(at);
            }
        }));
        let up = act(Box::new(move |all| {
            if at > 0 && at < all.len() {
                all.swap(at, at.saturating_sub(1));
            }
        }));
        let number = at.saturating_add(1);
        let set_kind = {
            let tables = among.tables.to_vec();
            with(action, &change, move |it, to| *it = of_kind(&to, &tables))
        };
        html! {
            <li key={at} class="answer-part" data-testid={path.clone()}>
                { choice("Do", format!("{path}-kind"), &KINDS, kind(action), set_kind) }
                { fields(action, &path, among, &change) }
                <span class="answer-part-acts">
                    if at > 0 { <button type="button" class="bare" aria-label={format!("Move action {number} up, {when}")} title="Do it earlier" data-testid={format!("{path}-up")} onclick={up}>{ "↑" }</button> }
                    <button type="button" class="bare square" aria-label={format!("Remove action {number}, {when}")} title="Remove it" data-testid={format!("{path}-remove")} onclick={remove}>{ icon(Icon::Cross) }</button>
                </span>
            </li>
        }
    });
    let add = act(Box::new(|all| all.push(of_kind("publish", &[]))));
    html! {
        <div class="answer-case">
            <span class="answer-when">{ when }</span>
            <ul class="answer-parts">{ for rows }</ul>
            <button type="button" data-testid={format!("{path}-add")} aria-label={format!("Add an action, {when}")} onclick={add}>{ icon(Icon::Plus) }{ "Action" }</button>
        </div>
    }
}

/// One of the names that there are, or the one that is not there any more.
fn named(
    label: &'static str,
    test: String,
    names: Vec<&str>,
    chosen: &str,
    on: Callback<String>,
) -> Html {
    let mut choices: Vec<(&str, &str)> = names.into_iter().map(|name| (name, name)).collect();
    if !choices.iter().any(|(name, _)| *name == chosen) {
        choices.push((
            chosen,
            if chosen.is_empty() {
                "none yet"
            } else {
                chosen
            },
        ));
    }
    choice(label, test, &choices, chosen, on)
}

fn fields(action: &Action, path: &str, among: Among<'_>, change: &Callback<Action>) -> Html {
    let tables = among.tables;
    let test = |name: &str| format!("{path}-{name}");
    // One that is of another kind is left as it is: its fields are gone by then.
    macro_rules! sets {
        ($pattern:pat => $place:ident, $to:ident, $value:expr) => {
            with(action, change, |it, $to| {
                if let $pattern = it {
                    *$place = $value;
                }
            })
        };
    }
    let table_names = || {
        tables
            .iter()
            .map(|table| table.name.as_str())
            .collect::<Vec<_>>()
    };
    let columns_of = |name: &str| {
        let table = tables.iter().find(|table| table.name == name);
        table
            .map(|table| table.columns.iter().map(String::as_str).collect::<Vec<_>>())
            .unwrap_or_default()
    };
    // The row may be of any table.
    let all_columns = || {
        let mut all: Vec<&str> = tables
            .iter()
            .flat_map(|table| &table.columns)
            .map(String::as_str)
            .collect();
        all.dedup();
        all
    };
    let inner = |name: &'static str,
                 when: &'static str,
                 list: &[Action],
                 set: fn(&mut Action, Vec<Action>)| {
        let (action, change) = (action.clone(), change.clone());
        let on_list = Callback::from(move |list: Vec<Action>| {
            let mut next = action.clone();
            set(&mut next, list);
            change.emit(next);
        });
        actions(list, &format!("{path}-{name}"), when, among, &on_list)
    };
    match action {
        Action::Publish(publish) => {
            let change = change.reform(Action::Publish);
            publishing(publish, path, among.has_message, &change)
        }
        Action::LookUp {
            table,
            column,
            value,
            found,
            missing,
        } => html! { <>
            { named("Table", test("table"), table_names(), table, sets!(Action::LookUp { table: place, .. } => place, to, to)) }
            { named("Column", test("column"), columns_of(table), column, sets!(Action::LookUp { column: place, .. } => place, to, to)) }
            { text("Value", test("value"), &value.0, sets!(Action::LookUp { value: place, .. } => place, to, Template(to))) }
            { inner("found", "if it is found", found, |it, list| if let Action::LookUp { found, .. } = it { *found = list; }) }
            { inner("missing", "if it is not found", missing, |it, list| if let Action::LookUp { missing, .. } = it { *missing = list; }) }
        </> },
        Action::When {
            column,
            test: asked,
            then,
            otherwise,
        } => {
            let choices = [("yes", "is set"), ("empty", "is empty"), ("is", "equals")];
            let (chosen, value) = match asked {
                Test::Yes => ("yes", None),
                Test::Empty => ("empty", None),
                Test::Is(value) => ("is", Some(value)),
            };
            let set_test = sets!(Action::When { test: place, .. } => place, to, match to.as_str() {
                "is" => Test::Is(String::new()),
                "empty" => Test::Empty,
                _ => Test::Yes,
            });
            html! { <>
                { named("Column", test("column"), all_columns(), column, sets!(Action::When { column: place, .. } => place, to, to)) }
                { choice("Condition", test("test"), &choices, chosen, set_test) }
                if chosen == "yes" { <p class="wide quiet">{ "Set is what is neither empty nor 0, no or false." }</p> }
                if let Some(value) = value { { text("Text", test("value"), value, sets!(Action::When { test: place, .. } => place, to, Test::Is(to))) } }
                { inner("then", "if so", then, |it, list| if let Action::When { then, .. } = it { *then = list; }) }
                { inner("otherwise", "if not", otherwise, |it, list| if let Action::When { otherwise, .. } = it { *otherwise = list; }) }
            </> }
        }
        Action::Set { column, value } => html! { <>
            { named("Column", test("column"), all_columns(), column, sets!(Action::Set { column: place, .. } => place, to, to)) }
            { text("Value", test("value"), &value.0, sets!(Action::Set { value: place, .. } => place, to, Template(to))) }
        </> },
        Action::AddRow { table, cells } => html! { <>
            { named("Table", test("table"), table_names(), table, sets!(Action::AddRow { table: place, .. } => place, to, to)) }
            { for columns_of(table).into_iter().map(|column| {
                let value = cells.iter().find(|(name, _)| name == column).map_or("", |(_, value)| value.0.as_str());
                let name = column.to_owned();
                let set = with(action, change, move |it, to| if let Action::AddRow { cells, .. } = it {
                    cells.retain(|(other, _)| *other != name);
                    if !to.is_empty() { cells.push((name.clone(), Template(to))); }
                });
                text(column.to_owned(), test(&format!("cell-{column}")), value, set)
            }) }
        </> },
        Action::Count(name) => text(
            "Counter, {{count.NAME}}",
            test("name"),
            name,
            sets!(Action::Count(place) => place, to, to),
        ),
        Action::Log(line) => text(
            "Line",
            test("line"),
            &line.0,
            sets!(Action::Log(place) => place, to, Template(to)),
        ),
        Action::RemoveRow | Action::Stop => Html::default(),
    }
}
