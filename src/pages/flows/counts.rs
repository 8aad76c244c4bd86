//! What is counted, for each run.

use mqttscope_flows::{Counts, seconds};
use yew::prelude::*;

use crate::state::flows::Column;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct CountsProps {
    pub(super) columns: Vec<Column>,
    pub(super) active: usize,
    /// Up to this moment, in milliseconds.
    pub(super) at: u64,
    /// The run is at its end; then the others are, too.
    pub(super) last: bool,
}

/// The table: a row a count, a column a run.
#[component]
pub(super) fn CountsTable(props: &CountsProps) -> Html {
    let counts: Vec<Counts> = props
        .columns
        .iter()
        .map(|column| {
            if props.last {
                column.run.counts
            } else {
                column.run.counts_at(props.at)
            }
        })
        .collect();
    let several = counts.len() > 1;
    // Rows of what happens to few messages are there for runs in which it does, from their beginning: none comes
    // or goes as one steps.
    let happens = |of: fn(&Counts) -> u32| {
        let mut runs = props.columns.iter();
        runs.any(|column| of(&column.run.counts) > 0)
    };
    let row = |id: &'static str, name: &'static str, bad: bool, of: &dyn Fn(&Counts) -> String| {
        html! {
            <tr data-testid={id}>
                <th scope="row">{ name }</th>
                { for counts.iter().enumerate().map(|(index, counts)| {
                    let text = of(counts);
                    let class = classes!((bad && text != "0").then_some("bad"), (several && index == props.active).then_some("active"));
                    html! { <td {class}>{ text }</td> }
                }) }
            </tr>
        }
    };
    html! {
        <>
        <div class="head counted"><h2>{ "Totals" }</h2></div>
        <table class="counts" data-testid="counts" aria-label="Totals">
            if several {
                <thead><tr><td></td>{ for props.columns.iter().map(|column| html! { <th scope="col">{ column.short_name() }</th> }) }</tr></thead>
            }
            <tbody>
                { row("published", "Published", false, &|counts| counts.published.to_string()) }
                { row("delivered", "Delivered", false, &|counts| counts.delivered.to_string()) }
                { row("duplicates", "Duplicates", true, &|counts| counts.duplicated.to_string()) }
                { row("waiting", "Not yet delivered", false, &|counts| counts.waiting.to_string()) }
                { row("lost", "Lost", true, &|counts| counts.lost.to_string()) }
                if happens(|counts| counts.lost_at_work) {
                    { row("lost-at-work", "Lost at work", true, &|counts| counts.lost_at_work.to_string()) }
                }
                if happens(|counts| counts.replaced) {
                    { row("replaced", "Replaced", false, &|counts| counts.replaced.to_string()) }
                }
                if happens(|counts| counts.deleted) {
                    { row("deleted", "Deleted", false, &|counts| counts.deleted.to_string()) }
                }
                if happens(|counts| counts.expired) {
                    { row("expired", "Expired", false, &|counts| counts.expired.to_string()) }
                }
                { row("packets", "Packets", false, &|counts| counts.packets.to_string()) }
                { row("sum-bytes", "Bytes", false, &|counts| counts.bytes.to_string()) }
                { row("duration", "Time to delivery", false, &|counts| match counts.delivered { 0 => "–".to_owned(), _ => seconds(counts.time) }) }
            </tbody>
        </table>
        </>
    }
}
