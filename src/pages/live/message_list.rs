//! Messages that came or went.

use std::rc::Rc;

use mqttscope_engine::protocol::{MessageRow, RecordId};
use yew::prelude::*;

use super::desk::Desk;
use super::message_row::message_row;
use super::wire_list::{minutes_behind, nothing};
use crate::components::far_list::FarList;
use crate::state::live::{Act, List, Rows};

/// Height of a row, as in the style sheet.
const ROW: u32 = 46;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct MessageListProps {
    pub(super) rows: Rc<Rows<MessageRow>>,
    pub(super) selected: Option<RecordId>,
    /// Whether a search decides what is there.
    pub(super) is_searched: bool,
}

#[component]
pub(super) fn MessageList(props: &MessageListProps) -> Html {
    let minutes = use_memo((), |()| minutes_behind());
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let rows = &props.rows;
    let on_window = {
        let desk = desk.clone();
        use_callback((), move |window, ()| {
            desk.live.dispatch(Act::Scroll(List::Middle, window));
        })
    };
    let on_select = use_callback((), move |id: u64, ()| desk.inspect(RecordId(id)));
    html! {
        <>
            <FarList id="messages" label="Messages" row={ROW} first={rows.first} total={rows.total} ids={rows.rows.iter().map(|row| row.record.0).collect::<Vec<_>>()}
                selected={props.selected.map(|record| record.0)} follows=true {on_window} {on_select}>
                { for rows.rows.iter().zip(rows.first.saturating_add(1)..).map(|(row, number)| {
                    message_row(row, number, rows.total, props.selected == Some(row.record), *minutes)
                }) }
            </FarList>
            if rows.total == 0 { { nothing(props.is_searched) } }
        </>
    }
}
