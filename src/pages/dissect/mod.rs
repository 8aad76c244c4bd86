//! The Dissect page: bytes in, every field, bit and broken rule out.

mod act;
mod build;
mod copy;
mod empty;
mod examples;
mod field_text;
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

use std::rc::Rc;

use mqttscope_inspect::payload::Reader;
use yew::prelude::*;

use crate::components::inspector::{Inspector, Shown};
use crate::state::workbench::{Act, Workbench};
use act::Acts;
pub(crate) use reading::counted;
use steps::Step;

/// What the page is given.
#[derive(Clone, PartialEq, Properties)]
pub struct DissectProps {
    /// What was done so far: it outlives the page, which goes when another is looked at.
    pub bench: UseReducerHandle<Workbench>,
    /// The content of a share link, where the address carries one.
    pub shared: Option<AttrValue>,
    /// Different each time someone comes to an address.
    pub arrival: u32,
}

/// The page.
#[component]
pub fn Dissect(props: &DissectProps) -> Html {
    let bench = &props.bench;
    let step = use_state_eq(|| Step::Packets);
    let building = use_state_eq(|| false);
    let now = bench.now().clone();
    let marks = use_state(|| (0, Rc::default()));
    let no_marks = use_memo((), |()| Rc::<[u32]>::default());
    let on_marks = {
        let marks = marks.clone();
        use_callback((), move |judged: talk::Marks, ()| marks.set(judged))
    };

    share::use_shared(props.shared.clone(), props.arrival, bench);
    let dropping = opening::use_opening(bench);
    keys::use_page_keys(bench);

    let shown = use_memo(
        (now.recording.clone().into(), now.packet),
        |(recording, packet): &(act::ByAddress<_>, usize)| Shown::of(&recording.0, *packet),
    );
    let on_node = {
        let dispatcher = bench.dispatcher();
        use_callback((), move |node: usize, ()| {
            dispatcher.dispatch(Act::SelectNode(Some(node)))
        })
    };
    let on_edit = {
        let dispatcher = bench.dispatcher();
        use_callback(now.packet, move |bytes: Rc<[u8]>, &packet| {
            dispatcher.dispatch(Act::Edit(packet, bytes))
        })
    };
    let on_step = {
        let step = step.clone();
        Callback::from(move |to: Step| step.set(to))
    };
    let set_building = |shown: bool| {
        let building = building.clone();
        Callback::from(move |()| building.set(shown))
    };
    let on_packet = {
        let (dispatcher, step) = (bench.dispatcher(), step.clone());
        Callback::from(move |packet: usize| {
            dispatcher.dispatch(Act::Select(packet));
            // On a narrow screen a packet that was pressed is wanted with its fields.
            step.set(Step::Fields);
        })
    };

    let is_talk = talk::is_talk(&now.recording);
    let marks = match &*marks {
        (of, marks) if is_talk && *of == Rc::as_ptr(&now.recording).addr() => marks.clone(),
        _ => (*no_marks).clone(),
    };

    html! {
        <ContextProvider<Acts> context={bench.dispatcher()}>
            <main id="main" tabindex="-1" data-step={step.name()} class={classes!("dissect", is_talk.then_some("talking"), dropping.then_some("dropping"))}>
                <h1 class="unseen">{ "Dissect MQTT bytes" }</h1>
                { steps::steps(*step, now.recording.packets().len(), &on_step) }
                <section class="pane" aria-label="Bytes and packets">
                    <given::GivenPane document={now.clone()} text_revision={bench.text_revision()} can={bench.can()} />
                    if !now.recording.packets().is_empty() {
                        <reading::Reading document={now.clone()} />
                        <packet_list::PacketList recording={now.recording.clone()} {marks} selected={now.packet} on_select={on_packet} />
                    } else {
                        <span class="grow"></span>
                    }
                    <div class="head foot">
                        <button data-testid="build" onclick={set_building(true).reform(|_: MouseEvent| ())}>{ "Build a packet…" }</button>
                        <span class="grow"></span>
                        <share::ShareButton document={now.clone()} />
                        <copy::CopyMenu document={now.clone()} />
                    </div>
                </section>
                if is_talk { <talk::Talk recording={act::ByAddress::from(now.recording.clone())} selected={now.packet} {on_marks} /> }
                if let Some(shown) = &*shown {
                    <Inspector shown={shown.clone()} reader={Reader::PLAIN} selected={now.node} on_select={on_node} on_edit={Some(on_edit)} />
                } else {
                    { empty::empty(now.given.is_nothing(), &bench.dispatcher()) }
                }
                if *building { <build::Build version={now.version.unwrap_or(now.recording.detection().version)} empty={now.given.is_nothing()} on_close={set_building(false)} /> }
            </main>
        </ContextProvider<Acts>>
    }
}
