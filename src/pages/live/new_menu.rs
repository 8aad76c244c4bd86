//! Making a connection: from a broker's usual place, or from a file; and the file of all of them.

use mqttscope_protocol::brokers::BROKERS;
use mqttscope_protocol::profiles::{Imported, bridged_presets, export, import, presets};
use mqttscope_protocol::{Profile, Target};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::connections::Open;
use super::desk::Desk;
use super::import_notes::Told;
use super::keep;
use super::paste::other;
use crate::components::menu::{Item, Menu};
use crate::services::{browser, files};
use crate::state::live::led::LedAct;
use crate::state::live::profiles::{ProfileAct, Profiles, begin, place};
use crate::state::live::{Act, bridge};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct NewMenuProps {
    pub(super) profiles: Profiles,
    pub(super) on_open: Callback<Open>,
}

/// The presets, each with what its broker needs; those that take the companion where that is here.
fn all_presets() -> Vec<(Profile, &'static str)> {
    let usual = presets().into_iter().map(|preset| {
        let listener = BROKERS.iter().find(|broker| broker.name == preset.name);
        (preset, listener.map_or("", |broker| broker.listener))
    });
    let bridged = bridged_presets().into_iter().filter(|_| bridge::is_here());
    let bridged = bridged.map(|preset| (preset.profile, preset.note));
    usual.chain(bridged).collect()
}

#[component]
pub(super) fn NewMenu(props: &NewMenuProps) -> Html {
    let file = use_node_ref();
    let told = use_state(Told::default);
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let items = Callback::from(|()| {
        let new = all_presets().into_iter().map(|(preset, _)| {
            let place = place(&preset);
            let under = match preset.target {
                Target::Socket(_) => "New connection through the companion",
                _ => "New connection",
            };
            Item::new(preset.name, place).under(under)
        });
        let files = [
            ("Import…", "from mqttscope or MQTTX"),
            ("Export", "passwords, tokens and rows of tables left out"),
            (
                "Export with passwords",
                "tokens and tables: do not share this file",
            ),
        ];
        let under = if bridge::is_here() {
            "New connection through the companion"
        } else {
            "New connection"
        };
        let other = Item::new("Other broker…", "or paste its address").under(under);
        new.chain([other])
            .chain(files.map(|(name, more)| Item::new(name, more).under("File of connections")))
            .chain([Item::new(
                "Examine a client…",
                "a device of yours connects to this machine",
            )
            .under("Examination")])
            .collect()
    });
    let on_choose = {
        let (file, desk, profiles) = (file.clone(), desk.clone(), props.profiles.clone());
        let on_open = props.on_open.clone();
        Callback::from(move |index: usize| {
            let presets = all_presets();
            if let Some((preset, note)) = presets.get(index) {
                let mut profile = begin(preset.clone(), keep::new_id());
                profile.name = profiles.free_name(&profile.name);
                return on_open.emit(Open::Edit(profile.into(), (*note).into()));
            }
            match index.saturating_sub(presets.len()) {
                0 => on_open.emit(Open::Edit(
                    other(
                        &profiles,
                        if bridge::is_here() {
                            "mqtt://"
                        } else {
                            "ws://"
                        },
                    )
                    .into(),
                    AttrValue::default(),
                )),
                1 => {
                    if let Some(file) = browser::element_of::<HtmlInputElement>(&file) {
                        file.click();
                    }
                }
                4 => desk.live.dispatch(Act::Led(LedAct::Show(true))),
                which => {
                    let known = profiles.known().iter();
                    let all: Vec<Profile> = known.map(|known| (*known.profile).clone()).collect();
                    let text = export(&all, which == 3);
                    if files::save("mqttscope-connections.json", text.as_bytes()).is_none() {
                        desk.say("The browser did not save the file.");
                    }
                }
            }
        })
    };
    let on_file = {
        let (desk, profiles) = (desk.clone(), props.profiles.clone());
        let told = told.clone();
        Callback::from(move |event: Event| {
            let input = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            let chosen = input.as_ref().and_then(|input| input.files()?.get(0));
            if let Some(chosen) = chosen {
                let (desk, profiles) = (desk.clone(), profiles.clone());
                let told = told.clone();
                spawn_local(async move {
                    let read = files::read(chosen).await;
                    let imported = read.and_then(|opened| {
                        let text = String::from_utf8_lossy(&opened.bytes);
                        import(&text).map_err(|error| error.to_string())
                    });
                    match imported {
                        Ok(imported) => told.set(take(&desk, &profiles, imported)),
                        Err(fault) => desk.say(fault),
                    }
                });
            }
            // So that the same file can be chosen again.
            if let Some(input) = input {
                input.set_value("");
            }
        })
    };
    html! {
        <>
            <Menu id="new-connection" label={html! { "New" }} name="New connection" {items} {on_choose} />
            <input ref={file} type="file" hidden=true accept="application/json,.json" aria-label="A file of connections" data-testid="connections-file" onchange={on_file} />
            { told.window(Callback::from({ let told = told.clone(); move |()| told.set(Told::default()) })) }
        </>
    }
}

/// Takes the connections over; what is to be told of them.
fn take(desk: &Desk, profiles: &Profiles, imported: Imported) -> Told {
    let count = imported.profiles.len();
    for profile in imported.profiles {
        let profile = Profile {
            id: keep::new_id(),
            name: profiles.free_name(&profile.name),
            ..profile
        };
        keep::keep(&profile);
        desk.profiles.dispatch(ProfileAct::Put(profile.into()));
    }
    let title = if count == 1 {
        "1 connection imported".to_owned()
    } else {
        format!("{count} connections imported")
    };
    if imported.notes.is_empty() {
        desk.say(format!("{title}."));
        return Told::default();
    }
    Told {
        title: title.into(),
        notes: imported.notes,
    }
}
