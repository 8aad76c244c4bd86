//! What is shown of a packet whose fields would take the page long.

use mqttscope_protocol::{Packet, RecordId};
use yew::prelude::*;

use crate::state::live::words;

/// Bytes of a packet above which its fields are shown only when asked for: it may have many thousands.
pub(super) const LARGE: usize = 256 << 10;

/// Its size, and the way to its fields.
pub(super) fn large(packet: &Packet, anyway: &UseStateHandle<Option<RecordId>>) -> Html {
    let (anyway, record) = (anyway.clone(), packet.record);
    let show = Callback::from(move |_: MouseEvent| anyway.set(Some(record)));
    html! {
        <div class="nothing" data-testid="large">
            <h2>{ words::bytes(packet.bytes.len() as u64) }</h2>
            <p>{ "Showing every field of so large a packet can take long." }</p>
            <button data-testid="show-large" onclick={show}>{ "Show the fields" }</button>
        </div>
    }
}
