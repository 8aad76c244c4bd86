//! The Dissect page: bytes in, every field, bit and broken rule out.

mod act;
mod build;
mod caret;
mod copy;
mod counted;
mod desk;
mod empty;
mod examples;
mod field_text;
mod foreign;
mod given;
mod keys;
mod linked;
mod list_head;
mod opening;
mod packet_list;
mod packet_row;
mod reading;
mod said;
mod share;
mod steps;
mod talk;
mod to_captures;
mod waiting;

use std::rc::Rc;

use mqttscope_view::payload::Reader;
use yew::prelude::*;

use crate::components::inspector::{Edited, Inspector, InspectorProps, Shown};
use crate::element::{el, grow, list, part};
use crate::hooks::{Kept, use_kept, use_made, use_reader, use_texts};
use crate::state::toasts::Toaster;
use crate::state::workbench::{Act, Workbench};
pub(crate) use counted::counted;
use desk::Desk;
use steps::Step;

/// What the page is given.
#[derive(Clone, PartialEq, Properties)]
pub struct DissectProps {
    /// What was done so far: it outlives the page, which goes when another is looked at.
    pub bench: Rc<Workbench>,
    /// What acts on it.
    pub acts: Kept<Rc<Workbench>>,
    /// Through what the page says something.
    pub toaster: Toaster,
    /// The content of a share link, where the address carries one.
    pub shared: Option<AttrValue>,
    /// Different each time someone comes to an address.
    pub arrival: u32,
}

/// The page.
#[component]
pub fn Dissect(props: &DissectProps) -> Html {
    let bench = &props.bench;
    let marks = use_kept(Default::default);
    let desk = Rc::new(Desk {
        marks: talk::marks_of(&marks, bench.now()),
        now: bench.now().clone(),
        pending: bench.pending().cloned(),
        acts: props.acts.clone(),
        toaster: props.toaster.clone(),
        reader: use_reader(&props.acts),
        refused: use_kept(Default::default),
    });
    let now = &desk.now;
    let step = use_kept(|| Step::Packets);
    let building = use_kept(Default::default);

    share::use_shared(&desk, props.shared.clone(), props.arrival);
    let dropping = opening::use_opening(&desk);
    keys::use_page_keys(&desk);

    let numbers = vec![Rc::as_ptr(&now.recording).addr(), now.packet];
    let shown = use_made(numbers, || Shown::of(&now.recording, now.packet));
    let on_select = {
        let acts = desk.acts.clone();
        Callback::from(move |node: usize| acts.dispatch(Act::SelectNode(Some(node))))
    };
    let on_edit = {
        let desk = desk.clone();
        Callback::from(move |edited: Edited| match edited {
            Ok(bytes) => desk.acts.dispatch(Act::Edit(desk.now.packet, bytes.into())),
            Err(error) => desk.say(error.to_string()),
        })
    };
    let given = given::use_given_pane(&desk, bench.text_revision(), bench.can());
    let reading = reading::use_reading(&desk);
    let packets = packet_list::use_packet_list(&desk, &step);

    let talk = talk::use_talk(&desk, &marks);
    let talking = if talk.is_some() { "talking" } else { "" };

    let texts = use_texts(list_head::alternative(now).is_some());
    let banner = foreign::banner(&desk);
    let found = if now.recording.packets().is_empty() {
        list(vec![banner, grow().into()])
    } else {
        let head = list_head::list_head(&desk, &texts);
        list(vec![banner, reading, head, packets.into()])
    };
    let foot = el("div")
        .class("head foot")
        .child(build::build_button(&desk, &building))
        .child(grow())
        .child(share::share_button(&desk))
        .html(copy::copy_menu(&desk));
    let left = el("section")
        .class("pane")
        .label("Bytes and packets")
        .html(given)
        .html(found)
        .child(foot);
    let right = match &*shown {
        Some(shown) => part::<Inspector>(InspectorProps {
            shown: shown.clone(),
            reader: Reader::PLAIN,
            selected: now.node,
            on_select,
            on_edit: Some(on_edit),
        }),
        None => empty::empty(&desk).into(),
    };
    el("main")
        .attr("id", "main")
        .attr("tabindex", "-1")
        .attr("data-step", step.get().name())
        .classes(&["dissect", talking, if dropping { "dropping" } else { "" }])
        .child(el("h1").class("unseen").text("Dissect MQTT bytes"))
        .child(steps::steps(&step, now.recording.packets().len()))
        .child(left)
        .maybe(talk)
        .html(right)
        .html(build::build_window(&desk, &building))
        .html(desk.refused())
        .into()
}
