//! A packet of the flow in the inspector.

use mqttscope_view::recording::Recording;
use yew::prelude::*;

use crate::components::dialog::Dialog;
use crate::components::inspector::{Inspector, Shown};
use crate::state::flows::Column;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct PacketWindowProps {
    pub(super) column: Column,
    /// Its index in the run.
    pub(super) packet: usize,
    pub(super) on_close: Callback<()>,
}

/// The window.
#[component]
pub(super) fn PacketWindow(props: &PacketWindowProps) -> Html {
    let selected = use_state_eq(|| None::<usize>);
    let shown = use_memo((props.column.clone(), props.packet), |(column, packet)| {
        let packet = column.run.packets.get(*packet)?;
        let version = Some(column.run.scenario.version);
        let recording = Recording::read(packet.bytes.clone(), version, Some(packet.sender));
        Shown::of(&recording, 0, Vec::new(), |asked| asked.forms())
    });
    let on_select = {
        let selected = selected.clone();
        use_callback((), move |node: usize, ()| selected.set(Some(node)))
    };
    let Some(shown) = &*shown else {
        return Html::default();
    };
    let title = props.column.run.packet_line(props.packet);
    html! {
        <Dialog {title} on_close={props.on_close.clone()}>
            <div class="packet-window" data-testid="packet-window">
                <Inspector shown={shown.clone()} selected={*selected} {on_select} />
            </div>
        </Dialog>
    }
}
