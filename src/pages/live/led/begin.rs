//! Where the companion is to listen for the client, and in which version it is examined.

use std::rc::Rc;

use mqttscope_protocol::LedOptions;
use mqttscope_wire::ProtocolVersion;
use yew::prelude::*;

use crate::pages::live::desk::value_of;

/// The versions that situations are for.
const VERSIONS: [ProtocolVersion; 2] = [ProtocolVersion::V5, ProtocolVersion::V3_1_1];

#[derive(Clone, PartialEq, Properties)]
pub(super) struct BeginProps {
    /// How many there are.
    pub(super) situations: usize,
    /// Why it did not begin the last time.
    pub(super) failed: Option<Rc<str>>,
    pub(super) on_begin: Callback<LedOptions>,
}

#[component]
pub(super) fn Begin(props: &BeginProps) -> Html {
    let port = use_state_eq(|| "1883".to_owned());
    let everywhere = use_state_eq(|| false);
    let version = use_state_eq(|| None::<ProtocolVersion>);
    let number = port.trim().parse::<u16>().ok();
    let on_port = {
        let port = port.clone();
        Callback::from(move |event: InputEvent| port.set(value_of(&event)))
    };
    let on_everywhere = {
        let everywhere = everywhere.clone();
        Callback::from(move |_: Event| everywhere.set(!*everywhere))
    };
    let on_version = {
        let version = version.clone();
        Callback::from(move |event: Event| {
            let name = value_of(&event);
            version.set(VERSIONS.into_iter().find(|known| known.name() == name));
        })
    };
    let on_submit = {
        let on_begin = props.on_begin.clone();
        let (everywhere, version) = (*everywhere, *version);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if let Some(port) = number {
                on_begin.emit(LedOptions {
                    port,
                    everywhere,
                    version,
                });
            }
        })
    };
    html! {
        <form class="examine-form" onsubmit={on_submit} data-testid="led-form">
            <p>{ format!("The companion becomes the broker that your device connects to, and leads it through {} situations: lost acknowledgements, cut links, limits, refusals. You are told what to do with the device; what it shows is ticked off by itself.", props.situations) }</p>
            <ul class="says">
                <li>{ "Point the device at the address that is shown then, with any user name and password: they are not looked at, and stand in no report." }</li>
                <li>{ "What it publishes reaches only who connects there, too. Connections are cut on purpose." }</li>
                <li>{ "It goes on while this page is open, also behind Dissect, Captures or Flows. For TLS there is " }<code>{ "mqttscope examine-client --listen-make" }</code>{ "." }</li>
            </ul>
            <label class="only"><span>{ "Port" }</span>
                <input type="text" inputmode="numeric" data-testid="led-port" value={(*port).clone()} aria-invalid={number.is_none().to_string()} oninput={on_port} /></label>
            <label class="check"><input type="checkbox" data-testid="led-everywhere" checked={*everywhere} onchange={on_everywhere} />
                <span>{ "Devices of the network may connect, too: all addresses of this machine, not only 127.0.0.1" }</span></label>
            <label class="only"><span>{ "MQTT version" }</span>
                <select data-testid="led-version" onchange={on_version}>
                    <option value="" selected={version.is_none()}>{ "any: the one that the client speaks" }</option>
                    { for VERSIONS.map(|known| html! {
                        <option value={known.name()} selected={*version == Some(known)}>{ format!("{} only", known.name()) }</option>
                    }) }
                </select></label>
            <div class="does"><button class="main" type="submit" data-testid="led-start" disabled={number.is_none()}>{ "Listen" }</button>
                if number.is_none() { <span class="quiet" role="status">{ "A port is a number up to 65535; 0 takes a free one." }</span> }
                else if let Some(why) = &props.failed { <span class="is-error" role="alert" data-testid="led-failed">{ why.to_string() }</span> }</div>
        </form>
    }
}
