//! What the lists of packets and of messages share: a row is a packet of the log, and opens in the
//! inspector.

use mqttscope_protocol::RecordId;
use yew::prelude::*;

use super::desk::Desk;
use crate::components::far_list::FarList;
use crate::state::live::{Act, List, Source};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct RecordListProps {
    /// As of [`FarList`].
    pub(super) id: AttrValue,
    pub(super) label: AttrValue,
    pub(super) row: u32,
    /// The row that the first drawn one is, rows there are, and rows that were dropped.
    pub(super) place: (u64, u64, u64),
    /// The packet that each drawn row is.
    pub(super) records: Vec<RecordId>,
    pub(super) selected: Option<RecordId>,
    /// The row that is to be seen.
    #[prop_or_default]
    pub(super) reveal: Option<u64>,
    pub(super) resumed: u32,
    /// Whether more comes while it is looked at.
    pub(super) grows: bool,
    /// What stands where a search, or a time that is chosen, leaves nothing, with its title; none: nothing narrows the list.
    pub(super) none_found: Option<(AttrValue, AttrValue)>,
    /// Whether the connection that is looked at is open.
    pub(super) is_open: bool,
    /// The drawn rows.
    pub(super) children: Html,
}

#[component]
pub(super) fn RecordList(props: &RecordListProps) -> Html {
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let on_window = {
        let desk = desk.clone();
        use_callback((), move |window, ()| {
            desk.live.dispatch(Act::Scroll(List::Middle, window));
        })
    };
    let source = desk.source;
    let on_select = use_callback((), move |id: u64, ()| desk.inspect(RecordId(id)));
    let (first, total, dropped) = props.place;
    let ids: Vec<u64> = props.records.iter().map(|record| record.0).collect();
    html! {
        <>
            // Whether it follows its end is decided where it begins.
            <FarList key={if props.grows { "grows" } else { "stays" }} id={props.id.clone()} label={props.label.clone()} row={props.row} {first} {total} {dropped} {ids}
                selected={props.selected.map(|record| record.0)} reveal={props.reveal} follows={props.grows} resumed={props.resumed} {on_window} {on_select}>
                { props.children.clone() }
            </FarList>
            if total == 0 { { nothing(props.none_found.as_ref(), props.is_open, source) } }
        </>
    }
}

/// What stands where no row is.
fn nothing(none_found: Option<&(AttrValue, AttrValue)>, is_open: bool, source: Source) -> Html {
    html! {
        <div class="nothing" data-testid="nothing">
            if let Some((title, says)) = none_found {
                <h2>{ title }</h2>
                <p>{ says }</p>
            } else if source == Source::Captures {
                <h2>{ "Nothing of this kind" }</h2>
                <p>{ "What was read of the files has none. The summary in the details says what is in them, and what was not read." }</p>
            } else if is_open {
                <h2>{ "Every packet, both ways" }</h2>
                <p>{ "Connected. The next packet shows here as it goes over the wire, and opens byte by byte." }</p>
            } else {
                <h2>{ "Every packet, both ways" }</h2>
                <p>{ "Connect, then press Publish: each packet shows here as it goes over the wire, and opens byte by byte." }</p>
            }
        </div>
    }
}
