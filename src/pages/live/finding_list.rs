//! Rules that were broken on the wire.

use std::rc::Rc;

use mqttscope_engine::protocol::{Direction, FindingView, RecordId};
use yew::prelude::*;

use super::desk::Desk;
use super::wire_row::grade;
use crate::components::far_list::FarList;
use crate::components::icon::icon;
use crate::components::inspector::marked;
use crate::element::el;
use crate::state::live::{Act, List, Rows};

/// Height of a row, as in the style sheet.
const ROW: u32 = 58;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct FindingListProps {
    pub(super) rows: Rc<Rows<FindingView>>,
    pub(super) selected: Option<RecordId>,
}

#[component]
pub(super) fn FindingList(props: &FindingListProps) -> Html {
    let chosen = use_state_eq(|| None::<u64>);
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let rows = &props.rows;
    // A row is known by how many were before it, those that are gone too.
    let first = rows.dropped.saturating_add(rows.first);
    let on_window = {
        let desk = desk.clone();
        use_callback((), move |window, ()| {
            desk.live.dispatch(Act::Scroll(List::Middle, window));
        })
    };
    let on_select = {
        let (desk, rows, chosen) = (desk.clone(), rows.clone(), chosen.clone());
        Callback::from(move |id: u64| {
            let at = id
                .checked_sub(first)
                .and_then(|at| usize::try_from(at).ok());
            let packet = at
                .and_then(|at| rows.rows.get(at))
                .and_then(|row| row.packets.last());
            chosen.set(Some(id));
            if let Some(&record) = packet {
                desk.inspect(record);
            }
        })
    };
    html! {
        <div class="finding-list">
            <FarList id="findings" label="Findings" row={ROW} first={rows.first} total={rows.total} dropped={rows.dropped} ids={(first..).take(rows.rows.len()).collect::<Vec<_>>()}
                selected={*chosen} {on_window} {on_select}>
                { for rows.rows.iter().zip(first..).map(|(row, id)| finding_row(row, id, rows, *chosen == Some(id))) }
            </FarList>
            if rows.total == 0 {
                <div class="nothing" data-testid="nothing"><h2>{ "Nothing found" }</h2><p>{ "Every packet and the conversation as a whole are checked against the rules of the standard. What either side does wrong shows here." }</p></div>
            }
        </div>
    }
}

fn finding_row(row: &FindingView, id: u64, rows: &Rows<FindingView>, is_selected: bool) -> Html {
    let (class, picture, word) = grade(row.grade);
    let by = match row.by {
        Direction::Out => "by this client",
        Direction::In => "by the server",
    };
    html! {
        <div key={id} id={format!("findings-{id}")} class="finding-row" role="option" data-row={id.to_string()} data-testid="finding-row" aria-selected={is_selected.to_string()}
            aria-setsize={rows.total.to_string()} aria-posinset={id.saturating_sub(rows.dropped).saturating_add(1).to_string()}>
            <span class={class}>{ icon(picture) }<span class="unseen">{ word }</span></span>
            { Html::from(marked(el("span").class("says").made("title", row.message.clone()), &row.message)) }
            <span class="ids">
                <span class="quiet">{ by }</span>
                if let Some(statement) = &row.statement { <span>{ statement }</span> }
                <span class="rule">{ &row.rule }</span>
            </span>
        </div>
    }
}
