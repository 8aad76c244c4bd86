//! The tables of answers: which there are, new ones, and those from CSV or JSON.

use std::rc::Rc;

use mqttscope_answers::{Table, TableEdit, read_table, write_csv};
use yew::prelude::*;

use super::fields::{choice, lines, text};
use super::grid::Grid;
use super::undo;
use crate::components::dialog::Dialog;
use crate::services::files;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct TablesProps {
    pub(super) tables: Vec<Table>,
    pub(super) on_edit: Callback<TableEdit>,
    pub(super) on_close: Callback<()>,
}

#[component]
pub(super) fn Tables(props: &TablesProps) -> Html {
    let chosen = use_state_eq(|| None::<String>);
    let name = use_state_eq(String::new);
    let pasted = use_state_eq(String::new);
    let fault = use_state_eq(String::new);
    let removed = use_state_eq(|| None::<Rc<Table>>);
    let tables = &props.tables;
    let by_name = |name: &String| tables.iter().find(|table| table.name == *name);
    let table = (chosen.as_ref().and_then(by_name)).or_else(|| tables.first());
    let choices: Vec<(&str, &str)> = (tables.iter())
        .map(|table| (table.name.as_str(), table.name.as_str()))
        .collect();
    let setter = |state: &UseStateHandle<String>| {
        let (state, fault) = (state.clone(), fault.clone());
        Callback::from(move |to: String| {
            state.set(to);
            fault.set(String::new());
        })
    };
    let on_choose = {
        let chosen = chosen.clone();
        Callback::from(move |name: String| chosen.set(Some(name)))
    };
    let take = {
        let (on_edit, chosen, name, pasted, fault) = (
            props.on_edit.clone(),
            chosen.clone(),
            name.clone(),
            pasted.clone(),
            fault.clone(),
        );
        Callback::from(
            move |_: MouseEvent| match read_table(name.trim(), &pasted) {
                Ok(table) => {
                    chosen.set(Some(table.name.clone()));
                    on_edit.emit(TableEdit::Put(table));
                    name.set(String::new());
                    pasted.set(String::new());
                    fault.set(String::new());
                }
                Err(why) => fault.set(format!("No table: {why}.")),
            },
        )
    };
    let remove = table.cloned().map(|table| {
        let (on_edit, removed, table) = (props.on_edit.clone(), removed.clone(), Rc::new(table));
        Callback::from(move |_: MouseEvent| {
            removed.set(Some(table.clone()));
            on_edit.emit(TableEdit::Remove(table.name.clone()));
        })
    });
    let undone = (*removed)
        .as_ref()
        .map(|table| undo::table(table, &removed, tables, &props.on_edit));
    let save = table.cloned().map(|table| {
        Callback::from(move |_: MouseEvent| {
            // Where the browser saves nothing it says so itself.
            let _ = files::save(&format!("{}.csv", table.name), write_csv(&table).as_bytes());
        })
    });
    html! {
        <Dialog title="Tables of answers" on_close={props.on_close.clone()}>
            { for undone }
            if let Some(table) = table {
                <div class="in-line">
                    { choice("Table", "table-choice", &choices, &table.name, on_choose) }
                    <span class="quiet" data-testid="table-size">{ match table.rows.len() { 1 => "1 row".to_owned(), count => format!("{count} rows") } }</span>
                    <span class="grow"></span>
                    <button type="button" data-testid="save-table" onclick={save}>{ "Save as CSV" }</button>
                    <button type="button" data-testid="remove-table" onclick={remove}>{ "Remove table" }</button>
                </div>
                <Grid key={table.name.clone()} table={table.clone()} on_edit={props.on_edit.clone()} />
            } else {
                <p class="quiet">{ "No tables yet. A table holds what answers look up and change, such as codes and whether they are used." }</p>
            }
            <details class="settings-group" data-testid="new-table" open={tables.is_empty()}>
                <summary>{ "New table" }</summary>
                <div class="answer-part">
                    { text("Name", "table-name", &name, setter(&name)) }
                    { lines("CSV or JSON, pasted: first the names of the columns. A table of that name is replaced.", "table-text", &pasted, setter(&pasted)) }
                    <button type="button" data-testid="take-table" onclick={take}>{ "Make the table" }</button>
                    if !fault.is_empty() { <p class="is-error" role="alert" data-testid="table-fault">{ &*fault }</p> }
                </div>
            </details>
        </Dialog>
    }
}
