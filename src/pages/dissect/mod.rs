//! The Dissect page: bytes in, every field, bit and broken rule out.

mod act;
mod build;
mod caret;
mod choice;
mod copy;
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
mod schemas;
mod share;
mod steps;
mod talk;
mod to_captures;
mod to_live;
mod waiting;

use std::rc::Rc;

use mqttscope_view::payload::merged;
use yew::prelude::*;

use crate::components::inspector::{Edited, Inspector, Shown};
use crate::hooks::{ReaderStage, use_reader, use_step_focus, use_texts};
use crate::services::reader;
use crate::state::same::Same;
use crate::state::toasts::Toaster;
use crate::state::workbench::{Act, Workbench};
use desk::Desk;
use given::GivenPane;
use packet_list::PacketList;
use steps::Step;
use talk::Talk;

/// What the page is given.
#[derive(Clone, PartialEq, Properties)]
pub struct DissectProps {
    /// What was done so far: it outlives the page, which goes when another is looked at.
    pub bench: UseReducerHandle<Workbench>,
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
    let acts = bench.dispatcher();
    let marks = use_state_eq(Default::default);
    let desk = Rc::new(Desk {
        marks: talk::marks_of(&marks, bench.now()),
        now: bench.now().clone(),
        pending: bench.pending().cloned(),
        reader: use_reader(&acts),
        acts,
        toaster: props.toaster.clone(),
        refused: use_state_eq(Default::default),
    });
    let now = &desk.now;
    let step = use_state_eq(|| Step::Packets);
    use_step_focus(step.name(), step.part());
    let building = use_state_eq(Default::default);
    let why = use_state_eq(|| false);

    share::use_shared(&desk, props.shared.clone(), props.arrival);
    let is_dropping = opening::use_opening(&desk);
    keys::use_page_keys(&desk);
    let texts = use_texts(list_head::alternative(now).is_some());

    // The reader knows what was probably meant, and what a payload says.
    let has_reader = *desk.reader == ReaderStage::Here;
    let (given, on_schemas) = schemas::use_schemas(&desk);
    let recording = Same::of(&now.recording);
    let key = (recording, now.packet, has_reader, given.clone());
    let shown = use_memo(key, |_| {
        let doubtful = now.recording.doubtful(now.packet);
        let repairs = doubtful.map(|it| reader::repairs(&it)).unwrap_or_default();
        Shown::of(&now.recording, now.packet, repairs, |asked| {
            merged(given, reader::forms(asked))
        })
    });
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
    let packets = now.recording.packets().len();
    let is_talk = talk::is_talk(&now.recording);
    let class = classes!(
        "dissect",
        is_talk.then_some("talking"),
        is_dropping.then_some("dropping"),
    );
    html! {
        <main id="main" tabindex="-1" data-step={step.name()} {class}>
            <h1 class="unseen">{ "Dissect MQTT bytes" }</h1>
            { steps::steps(&step, packets) }
            <section class="pane" aria-label="Bytes and packets">
                <GivenPane desk={desk.clone()} text_revision={bench.text_revision()} can={bench.can()} />
                { foreign::banner(&desk) }
                if packets == 0 {
                    <span class="grow"></span>
                } else {
                    { reading::reading(&desk, &why) }
                    { list_head::list_head(&desk, &texts) }
                    <PacketList desk={desk.clone()} step={step.setter()} />
                }
                <div class="head foot">
                    { build::build_button(&desk, &building) }
                    { share::share_button(&desk) }
                    { copy::copy_menu(&desk) }
                    { to_live::send_button(&desk) }
                </div>
            </section>
            if is_talk {
                <Talk desk={desk.clone()} marks={marks.setter()} />
            }
            if let Some(shown) = &*shown {
                <Inspector
                    shown={shown.clone()}
                    selected={now.node}
                    {on_select}
                    on_edit={Some(on_edit)}
                    {on_schemas}
                />
            } else {
                { empty::empty(&desk) }
            }
            { build::build_window(&desk, &building) }
            { desk.refused() }
        </main>
    }
}
