//! Every packet, both ways.

use std::rc::Rc;

use mqttscope_engine::protocol::{RecordId, WireRow};
use yew::prelude::*;

use super::desk::Desk;
use super::wire_row::wire_row;
use crate::components::far_list::FarList;
use crate::state::live::{Act, List, Rows};

/// Height of a row, as in the style sheet.
const ROW: u32 = 25;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct WireListProps {
    pub(super) rows: Rc<Rows<WireRow>>,
    pub(super) selected: Option<RecordId>,
    /// The row that is to be seen.
    pub(super) reveal: Option<u64>,
    /// Whether a search decides what is there.
    pub(super) is_searched: bool,
}

#[component]
pub(super) fn WireList(props: &WireListProps) -> Html {
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
    // What answers the selected packet, or what it answers.
    let linked = rows
        .rows
        .iter()
        .find(|row| Some(row.record) == props.selected)
        .and_then(|row| row.linked);
    html! {
        <>
            <FarList id="wire" label="Packets" row={ROW} first={rows.first} total={rows.total} ids={rows.rows.iter().map(|row| row.record.0).collect::<Vec<_>>()}
                selected={props.selected.map(|record| record.0)} reveal={props.reveal} follows=true {on_window} {on_select}>
                { for rows.rows.iter().zip(rows.first.saturating_add(1)..).map(|(row, number)| {
                    wire_row(row, number, rows.total, props.selected == Some(row.record), linked == Some(row.record), *minutes)
                }) }
            </FarList>
            if rows.total == 0 { { nothing(props.is_searched) } }
        </>
    }
}

/// What stands where no row is.
pub(super) fn nothing(is_searched: bool) -> Html {
    html! {
        <div class="nothing" data-testid="nothing">
            if is_searched {
                <h2>{ "Nothing matches" }</h2>
                <p>{ "No recorded packet contains what you search for." }</p>
            } else {
                <h2>{ "Every packet, both ways" }</h2>
                <p>{ "Connect on the left, then press Publish: each packet shows here as it goes over the wire, and opens on the right byte by byte." }</p>
            }
        </div>
    }
}

/// How far the clocks here are behind UTC.
pub(super) fn minutes_behind() -> f64 {
    js_sys::Date::new_0().get_timezone_offset()
}
