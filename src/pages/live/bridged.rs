//! The companion that opens connections: the engine is told of it, and a person of what is not verified.

use mqttscope_protocol::Command;
use yew::prelude::*;

use crate::components::icon::{Icon, icon};
use crate::state::live::bridge;

/// Tells the engine where the companion's bridge is, also one that is begun again; gives the way to begin one.
#[hook]
pub(super) fn use_bridge(
    address: Option<&AttrValue>,
    talk: &Callback<Command>,
    begin: &Callback<()>,
) -> Callback<()> {
    // Fields that are drawn below ask for it.
    bridge::set(address.map(ToString::to_string));
    {
        let talk = talk.clone();
        use_effect_with(address.cloned(), move |_| tell(&talk));
    }
    let (talk, begin) = (talk.clone(), begin.clone());
    use_callback((), move |(), ()| {
        begin.emit(());
        tell(&talk);
    })
}

fn tell(talk: &Callback<Command>) {
    if let Some(address) = bridge::address() {
        talk.emit(Command::Bridge(address));
    }
}

/// The line that says that nobody has verified the server; it stays while the connection is open.
pub(super) fn unverified(name: &str) -> Html {
    html! {
        <div class="stopped" role="alert" data-testid="unverified">
            { icon(Icon::Fault) }
            <p>{ format!("The server of “{name}” is not verified: anyone in between can read and change everything. This is set under TLS in its settings.") }</p>
        </div>
    }
}
