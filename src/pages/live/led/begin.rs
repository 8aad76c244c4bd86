//! Where the companion is to listen for the client, how the client reaches it, and in which version it is examined.

use std::rc::Rc;

use mqttscope_protocol::{LedOptions, LedTls};
use mqttscope_wire::ProtocolVersion;
use yew::prelude::*;

use crate::pages::live::desk::value_of;

/// The versions that situations are for.
const VERSIONS: [ProtocolVersion; 2] = [ProtocolVersion::V5, ProtocolVersion::V3_1_1];

/// How a client reaches the companion: the value, what it is called, and the port that such clients use.
const WAYS: [(&str, &str, &str); 3] = [
    ("tcp", "TCP, not encrypted", "1883"),
    ("made", "TLS, with a certificate that is made here", "8883"),
    ("given", "TLS, with a certificate of yours", "8883"),
];

#[derive(Clone, PartialEq, Properties)]
pub(super) struct BeginProps {
    /// How many there are.
    pub(super) situations: usize,
    /// Why it did not begin the last time.
    pub(super) failed: Option<Rc<str>>,
    pub(super) on_begin: Callback<LedOptions>,
}

/// What stands in the form.
#[derive(Clone, PartialEq)]
struct Form {
    port: String,
    everywhere: bool,
    version: Option<ProtocolVersion>,
    /// One of [`WAYS`].
    way: &'static str,
    /// With commas between them.
    names: String,
    certificate: String,
    key: String,
    passphrase: String,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            port: "1883".to_owned(),
            everywhere: false,
            version: None,
            way: "tcp",
            names: String::new(),
            certificate: String::new(),
            key: String::new(),
            passphrase: String::new(),
        }
    }
}

impl Form {
    /// A port that nobody has changed goes with the way.
    fn take_way(&mut self, value: &str) {
        let port_of = |way: &str| {
            let mut all = WAYS.into_iter();
            all.find(|(known, ..)| *known == way)
        };
        if let Some((way, _, port)) = port_of(value) {
            if port_of(self.way).is_some_and(|(.., old)| old == self.port) {
                port.clone_into(&mut self.port);
            }
            self.way = way;
        }
    }

    /// What is asked for, or what is missing.
    fn options(&self) -> Result<LedOptions, &'static str> {
        let port = self.port.trim().parse();
        let names = self.names.split([',', ' ']).map(str::trim);
        let names = names.filter(|name| !name.is_empty()).map(str::to_owned);
        Ok(LedOptions {
            port: port.map_err(|_| "A port is a number up to 65535; 0 takes a free one.")?,
            everywhere: self.everywhere,
            version: self.version,
            tls: match self.way {
                "made" => LedTls::Made(names.collect()),
                "given" if self.certificate.trim().is_empty() => {
                    return Err("The certificate is missing.");
                }
                "given" => LedTls::Given {
                    certificate: self.certificate.clone(),
                    key: self.key.clone(),
                    passphrase: self.passphrase.clone(),
                },
                _ => LedTls::None,
            },
        })
    }
}

#[component]
pub(super) fn Begin(props: &BeginProps) -> Html {
    let form = use_state_eq(Form::default);
    let options = form.options();
    let set = |change: fn(&mut Form, String)| {
        let form = form.clone();
        move |value: String| {
            let mut next = (*form).clone();
            change(&mut next, value);
            form.set(next);
        }
    };
    let typed = |change: fn(&mut Form, String)| {
        let set = set(change);
        Callback::from(move |event: InputEvent| set(value_of(&event)))
    };
    let chosen = |change: fn(&mut Form, String)| {
        let set = set(change);
        Callback::from(move |event: Event| set(value_of(&event)))
    };
    let on_version = chosen(|form, name| {
        let mut all = VERSIONS.into_iter();
        form.version = all.find(|known| known.name() == name);
    });
    let on_submit = {
        let (on_begin, options) = (props.on_begin.clone(), options.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if let Ok(options) = &options {
                on_begin.emit(options.clone());
            }
        })
    };
    let is_port = form.port.trim().parse::<u16>().is_ok();
    let field = |test: &'static str,
                 label: &'static str,
                 hint: &'static str,
                 value: &str,
                 oninput| {
        html! {
            <label class="only" key={test}><span>{ label }</span>
                <textarea class={(test == "led-key").then_some("secret")} rows="1" data-testid={test} autocomplete="off" spellcheck="false" autocapitalize="off" placeholder={hint} value={value.to_owned()} {oninput} /></label>
        }
    };
    html! {
        <form class="examine-form led-form" onsubmit={on_submit} data-testid="led-form">
            <p>{ format!("The companion becomes the broker that your device connects to, and leads it through {} situations: lost acknowledgements, cut links, limits, refusals. You are told what to do with the device; what it shows is ticked off by itself.", props.situations) }</p>
            <ul class="says">
                <li>{ "Point the device at the address that is shown then, with any user name and password: they are not looked at, and stand in no report." }</li>
                <li>{ "What it publishes reaches only who connects there, too. Connections are cut on purpose." }</li>
                <li>{ "It goes on until you end it, also when this page is closed; the companion has to run." }</li>
            </ul>
            <label class="only"><span>{ "Connections" }</span>
                <select class="field" data-testid="led-way" onchange={chosen(|form, value| form.take_way(&value))}>
                    { for WAYS.map(|(value, name, _)| html! { <option {value} selected={form.way == value}>{ name }</option> }) }
                </select></label>
            if form.way == "made" {
                { field("led-names", "Also for the names", "none, or such as broker.example, 192.0.2.7", &form.names, typed(|form, text| form.names = text)) }
                <p class="quiet hint">{ "The device must trust its ca.pem, which can be saved when the companion listens. It stays the same until the companion ends; one that lasts is made by " }<code>{ "mqttscope examine-client --listen-make FOLDER" }</code>{ ", and its cert.pem and key.pem are yours then." }</p>
            }
            if form.way == "given" {
                { field("led-certificate", "Certificate", "a path on the companion’s machine, or PEM", &form.certificate, typed(|form, text| form.certificate = text)) }
                { field("led-key", "Its key", "a path or PEM; empty: in the same file", &form.key, typed(|form, text| form.key = text)) }
                <label class="only" key="passphrase"><span>{ "Passphrase" }</span>
                    <input type="text" class="secret" data-testid="led-passphrase" autocomplete="off" spellcheck="false" autocapitalize="off" placeholder="none" value={form.passphrase.clone()} oninput={typed(|form, text| form.passphrase = text)} /></label>
                <p class="quiet hint">{ "They go to the companion, and are kept nowhere." }</p>
            }
            <label class="only"><span>{ "Port" }</span>
                <input type="text" inputmode="numeric" data-testid="led-port" value={form.port.clone()} aria-invalid={(!is_port).to_string()} oninput={typed(|form, text| form.port = text)} /></label>
            <label class="check"><input type="checkbox" data-testid="led-everywhere" checked={form.everywhere} onchange={chosen(|form, _| form.everywhere = !form.everywhere)} />
                <span>{ "Devices of the network may connect, too: all addresses of this machine, not only 127.0.0.1" }</span></label>
            <label class="only"><span>{ "MQTT version" }</span>
                <select class="field" data-testid="led-version" onchange={on_version}>
                    <option value="" selected={form.version.is_none()}>{ "any: the one that the client speaks" }</option>
                    { for VERSIONS.map(|known| html! {
                        <option value={known.name()} selected={form.version == Some(known)}>{ format!("{} only", known.name()) }</option>
                    }) }
                </select></label>
            <div class="does"><button class="main" type="submit" data-testid="led-start" disabled={options.is_err()}>{ "Listen" }</button>
                if let Err(missing) = options { <span class="quiet" role="status">{ missing }</span> }
                else if let Some(why) = &props.failed { <span class="is-error" role="alert" data-testid="led-failed">{ why.to_string() }</span> }</div>
        </form>
    }
}
