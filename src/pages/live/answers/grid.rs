//! The cells of a table, a field each.

use mqttscope_answers::{Table, TableEdit};
use yew::prelude::*;

use crate::components::icon::{Icon, icon};
use crate::components::late_field::LateField;

/// Rows that are shown at once.
const SHOWN: usize = 100;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct GridProps {
    pub(super) table: Table,
    pub(super) on_edit: Callback<TableEdit>,
}

#[component]
pub(super) fn Grid(props: &GridProps) -> Html {
    let first = use_state_eq(|| 0_usize);
    let table = &props.table;
    let count = table.rows.len();
    // Rows may have gone meanwhile.
    let begin = (*first).min(count.saturating_sub(1) / SHOWN * SHOWN);
    let end = begin.saturating_add(SHOWN).min(count);
    let rows = (begin..end).map(|at| row(table, at, &props.on_edit));
    let add = {
        let name = table.name.clone();
        props
            .on_edit
            .reform(move |_: MouseEvent| TableEdit::AddRow(name.clone(), Vec::new()))
    };
    let go = |to: usize| {
        let first = first.clone();
        Callback::from(move |_: MouseEvent| first.set(to))
    };
    html! {
        <div class="answer-table">
            <table data-testid="table">
                <thead><tr>{ for table.columns.iter().map(|name| html! { <th scope="col">{ name }</th> }) }<th><span class="unseen">{ "Remove" }</span></th></tr></thead>
                <tbody>{ for rows }</tbody>
            </table>
            <div class="in-line">
                <button type="button" data-testid="add-row" onclick={add}>{ icon(Icon::Plus) }{ "Row" }</button>
                if count > SHOWN {
                    <button type="button" data-testid="rows-before" disabled={begin == 0} onclick={go(begin.saturating_sub(SHOWN))}>{ "Earlier rows" }</button>
                    <button type="button" data-testid="rows-behind" disabled={end == count} onclick={go(end)}>{ "Later rows" }</button>
                    <span class="quiet">{ format!("{} to {end} of {count}", begin.saturating_add(1)) }</span>
                }
            </div>
        </div>
    }
}

fn row(table: &Table, at: usize, on_edit: &Callback<TableEdit>) -> Html {
    let number = at.saturating_add(1);
    let cells = table.columns.iter().enumerate().map(|(column, title)| {
        let was = table.cell(at, column).unwrap_or_default().to_owned();
        let value = was.clone();
        let name = table.name.clone();
        let on_change = on_edit.reform(move |value: String| TableEdit::Cell {
            table: name.clone(),
            row: at,
            column,
            was: was.clone(),
            value,
        });
        html! { <td key={column}><LateField label={format!("{title}, row {number}")} test={format!("cell-{at}-{column}")} {value} {on_change} /></td> }
    });
    let name = table.name.clone();
    let was = table.rows.get(at).cloned().unwrap_or_default();
    let remove = on_edit.reform(move |_: MouseEvent| TableEdit::RemoveRow {
        table: name.clone(),
        row: at,
        was: was.clone(),
    });
    html! {
        <tr key={at}>
            { for cells }
            <td><button type="button" class="bare square" aria-label={format!("Remove row {number}")} title="Remove it" data-testid={format!("remove-row-{at}")} onclick={remove}>{ icon(Icon::Cross) }</button></td>
        </tr>
    }
}
