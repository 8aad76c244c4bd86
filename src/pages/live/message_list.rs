//! Messages that came or went.

use std::rc::Rc;

use mqttscope_protocol::{MessageRow, RecordId};
use yew::prelude::*;

use super::message_row::message_row;
use super::record_list::RecordList;
use super::wire_list::clock;
use crate::state::live::Rows;

/// Height of a row, as in the style sheet.
const ROW: u32 = 46;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct MessageListProps {
    pub(super) rows: Rc<Rows<MessageRow>>,
    pub(super) selected: Option<RecordId>,
    pub(super) resumed: u32,
    /// Whether more comes while it is looked at.
    pub(super) grows: bool,
    /// What stands where a search, or a time that is chosen, leaves nothing, with its title; none: nothing narrows the list.
    pub(super) none_found: Option<(AttrValue, AttrValue)>,
    /// Whether the connection that is looked at is open.
    pub(super) is_open: bool,
}

#[component]
pub(super) fn MessageList(props: &MessageListProps) -> Html {
    let clock = clock();
    let rows = &props.rows;
    html! {
        <RecordList id="messages" label="Messages" row={ROW} place={(rows.first, rows.total, rows.dropped)} records={rows.rows.iter().map(|row| row.record).collect::<Vec<_>>()}
            selected={props.selected} resumed={props.resumed} grows={props.grows} none_found={props.none_found.clone()} is_open={props.is_open}>
            { for rows.rows.iter().zip(rows.first.saturating_add(1)..).map(|(row, number)| {
                message_row(row, number, rows.total, props.selected == Some(row.record), clock)
            }) }
        </RecordList>
    }
}
