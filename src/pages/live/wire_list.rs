//! Every packet, both ways.

use std::rc::Rc;

use mqttscope_protocol::{Instant, RecordId, WireRow};
use yew::prelude::*;

use super::record_list::RecordList;
use super::wire_row::wire_row;
use crate::state::live::Rows;
use crate::state::live::words::Clock;

/// Height of a row, as in the style sheet.
const ROW: u32 = 25;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct WireListProps {
    pub(super) rows: Rc<Rows<WireRow>>,
    pub(super) selected: Option<RecordId>,
    /// The row that is to be seen.
    pub(super) reveal: Option<u64>,
    pub(super) resumed: u32,
    /// Whether more comes while it is looked at.
    pub(super) grows: bool,
    /// What stands where a search, or a time that is chosen, leaves nothing, with its title; none: nothing narrows the list.
    pub(super) none_found: Option<(AttrValue, AttrValue)>,
    /// Whether the connection that is looked at is open.
    pub(super) is_open: bool,
}

#[component]
pub(super) fn WireList(props: &WireListProps) -> Html {
    let clock = clock();
    let rows = &props.rows;
    // Of all that were drawn so far: the column does not jump as one scrolls.
    let longest = use_mut_ref(|| 0_usize);
    let names = rows.rows.iter().filter_map(|row| row.of.as_deref());
    let most = names
        .map(|of| of.chars().count())
        .fold(*longest.borrow(), usize::max);
    *longest.borrow_mut() = most;
    // What answers the selected packet, or what it answers.
    let linked = rows
        .rows
        .iter()
        .find(|row| Some(row.record) == props.selected)
        .and_then(|row| row.linked);
    html! {
        <div class="longest" style={format!("--longest:{most}ch")}>
        <RecordList id="wire" label="Packets" row={ROW} place={(rows.first, rows.total, rows.dropped)} records={rows.rows.iter().map(|row| row.record).collect::<Vec<_>>()}
            selected={props.selected} reveal={props.reveal} resumed={props.resumed} grows={props.grows} none_found={props.none_found.clone()} is_open={props.is_open}>
            { for rows.rows.iter().zip(rows.first.saturating_add(1)..).map(|(row, number)| {
                wire_row("wire", row, number, rows.total, props.selected == Some(row.record), linked == Some(row.record), clock)
            }) }
        </RecordList>
        </div>
    }
}

/// What rows tell times by.
pub(super) fn clock() -> Clock {
    Clock {
        minutes_behind: minutes_behind(),
        now: Instant::from_millis(js_sys::Date::now() as u64),
    }
}

/// How far the clocks here are behind UTC.
pub(super) fn minutes_behind() -> f64 {
    js_sys::Date::new_0().get_timezone_offset()
}
