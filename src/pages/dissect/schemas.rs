//! A payload in the form that a person gave for its topic. The annex reads it, which is loaded only where this browser keeps
//! such forms, or one is to be given.

use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use mqttscope_view::payload::{Asked, Form};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::desk::Desk;
use crate::services::{annex, reader, schemas};
use crate::state::same::Same;

/// The forms of the selected packet's payload that a person gave for its topic, and what asks for others.
#[hook]
pub(super) fn use_schemas(desk: &Rc<Desk>) -> (Vec<Form>, Callback<()>) {
    // How often they were changed, and the packet that was read with its forms.
    let changes = use_state_eq(|| 0_u32);
    let read = use_state_eq(|| (None, Vec::new()));
    let key = (Same::of(&desk.now.recording), desk.now.packet, *changes);
    {
        let (recording, packet) = (desk.now.recording.clone(), desk.now.packet);
        let read = read.setter();
        use_effect_with(key.clone(), move |key| {
            // What the browser does not keep holds as long as the page.
            let key = key.clone();
            let is_given = key.2 > 0 || schemas::are_kept();
            let is_there = is_given && packet < recording.packets().len();
            let dissection = is_there.then(|| recording.dissect(packet));
            let asked = (dissection.as_ref())
                .and_then(|it| Asked::of(it, recording.bytes_of(packet)))
                .and_then(|asked| postcard::to_allocvec(&asked.among(&recording, packet)).ok());
            if let Some(asked) = asked {
                spawn_local(async move {
                    let given = Array::of1(&Uint8Array::from(&*asked));
                    // That it did not come is told by whoever asks for the annex; the other forms are there.
                    let found = annex::ask("by_schema", &given).await.ok();
                    let forms = found.map(|found| reader::forms_in(&Uint8Array::new(&found)));
                    read.set((Some(key), forms.unwrap_or_default()));
                });
            }
        });
    }
    let give = {
        let (desk, changes) = (desk.clone(), changes.setter());
        Callback::from(move |()| {
            let (desk, changes) = (desk.clone(), changes.clone());
            spawn_local(async move {
                let on_change = Closure::<dyn Fn(u32)>::new(move |number| changes.set(number));
                let given = Array::of1(&on_change.into_js_value());
                if let Err(why) = annex::ask("give_schemas", &given).await {
                    desk.say(format!("What reads schemas could not be loaded: {why}"));
                }
            });
        })
    };
    let forms = if read.0 == Some(key) {
        read.1.clone()
    } else {
        Vec::new()
    };
    (forms, give)
}
