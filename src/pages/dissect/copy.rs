//! Copying bytes in the form that the next program wants, or saving them.

use std::rc::Rc;

use mqttscope_capture::text::{self, Style};
use yew::prelude::*;

use super::desk::Desk;
use crate::components::menu::{Item, Menu};
use crate::services::files;

/// The menu: the selected packet first, then all of them where there are several.
pub(super) fn copy_menu(desk: &Rc<Desk>) -> Html {
    let recording = &desk.now.recording;
    let several = recording.packets().len() > 1;
    let items = Callback::from(move |()| {
        let groups: &[&'static str] = if several {
            &["This packet", "All packets"]
        } else {
            &["This packet"]
        };
        let mut items = Vec::new();
        for &group in groups {
            let named = |style: &Style| Item::new(style.name(), "").under(group);
            items.extend(Style::ALL.iter().map(named));
            items.push(Item::new("download", ".bin").under(group));
        }
        items
    });
    let disabled = recording.bytes().is_empty();
    let on_choose = {
        let desk = desk.clone();
        Callback::from(move |index: usize| copy(&desk, index))
    };
    html! { <Menu id="copy" label={html! { "Copy as" }} {items} {on_choose} {disabled} /> }
}

fn copy(desk: &Rc<Desk>, index: usize) {
    let (recording, each) = (&desk.now.recording, Style::ALL.len().saturating_add(1));
    let all = index >= each;
    let (bytes, what, name) = if all {
        (recording.bytes(), "All packets", "mqtt.bin")
    } else {
        let bytes = recording.bytes_of(desk.now.packet);
        (bytes, "The packet", "packet.bin")
    };
    match Style::ALL.get(index.checked_rem(each).unwrap_or(0)) {
        Some(&style) => {
            let done = format!("{what} copied as {}.", style.name());
            desk.copy("Copy", text::write(bytes, style), done);
        }
        None if files::save(name, bytes).is_none() => {
            desk.say("The browser did not save the file.".into());
        }
        None => {}
    }
}
