//! The pages that are loaded when one of them is first asked for. They are a program of their own,
//! so that whoever only dissects never waits for them.

mod schemas;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Array, Function};
use mqttscope_view::conversation::{Conversation, merged};
use mqttscope_wire::{ProtocolVersion, Sender};
use wasm_bindgen::JsValue;
use web_sys::{Element, File};
use yew::prelude::*;
use yew::{AppHandle, Renderer};

use crate::components::conversation::{ConversationPane, ConversationPaneProps};
use crate::components::toasts::ToastRegion;
use crate::hooks::{use_hash, use_kept_focus};
use crate::pages::captures::{self, Captures, use_dropping};
use crate::pages::flows::Flows;
use crate::pages::live::{self, Live};
use crate::route::{Page, Route};
use crate::services::{browser, companion, failure};
use crate::state;
use crate::state::toasts::{ToastAction, Toaster, Toasts};
pub use schemas::{by_schema, give_schemas};

/// Live, Captures and Flows, by the address. It stays while the start page is looked at, so that
/// connections and what was done live on.
#[component]
pub fn Annex() -> Html {
    let toasts = use_reducer_eq(Toasts::default);
    let toaster = toasts.dispatcher();
    let flows = use_reducer(state::flows::Flows::default);
    let on_strays = {
        let toaster = toaster.clone();
        use_callback((), move |_: Vec<File>, ()| {
            let says = "Files are opened on the Dissect and Captures pages.";
            toaster.dispatch(ToastAction::Say(says.into()));
        })
    };
    use_kept_focus();
    let arrival = use_hash();
    let route = Route::of_hash(&arrival.hash);
    let companion = route.value("companion").map(AttrValue::from);
    let bridge = use_memo(arrival.hash.clone(), |_| companion::bridge(&route));
    let page = route.page;
    let was_live = use_mut_ref(|| false);
    let is_live = page == Page::Live;
    *was_live.borrow_mut() |= is_live;
    let was_captures = use_mut_ref(|| false);
    let is_captures = page == Page::Captures;
    // A browser would leave the page for a file that nobody takes, and lose the log.
    use_dropping(matches!(page, Page::Live | Page::Flows), &on_strays);
    *was_captures.borrow_mut() |= is_captures;
    html! {
        <ContextProvider<Toaster> context={toaster}>
            // Each page has an element of its own: where one goes and another comes at once, Yew would look for the place
            // of the new one beside the old one, which is gone.
            <div class="slot">
                // Once it was looked at it stays, unseen: its connections must not break.
                if *was_live.borrow() { <Live shown={is_live} arrival={arrival.clone()} bridge={(*bridge).clone()} /> }
            </div>
            <div class="slot">
                // What it has read stays, too.
                if *was_captures.borrow() { <Captures shown={is_captures} arrival={arrival.clone()} {companion} /> }
            </div>
            <div class="slot">
                if page == Page::Flows { <Flows {arrival} state={flows} /> }
            </div>
            <ToastRegion {toasts} />
        </ContextProvider<Toaster>>
    }
}

/// Draws the pages into `host`.
pub fn mount(host: Element) {
    failure::report_panics();
    leave_first_number();
    Renderer::<Annex>::with_root(host).render();
}

/// Each program numbers its Yew roots from 1, and by its number a root knows which events are its
/// own. The start page is another program and has number 1: so that neither answers for the other,
/// the first number here goes to nothing.
fn leave_first_number() {
    thread_local! {
        static IS_LEFT: Cell<bool> = const { Cell::new(false) };
    }
    let nowhere = browser::document().and_then(|document| document.create_element("div").ok());
    if let Some(nowhere) = nowhere.filter(|_| !IS_LEFT.replace(true)) {
        Renderer::<Nothing>::with_root(nowhere).render();
    }
}

#[component]
fn Nothing() -> Html {
    Html::default()
}

thread_local! {
    /// The conversation of the Dissect page that is drawn, and where.
    static TALK: RefCell<Option<Talk>> = const { RefCell::new(None) };
}

struct Talk {
    host: Element,
    root: AppHandle<ConversationPane>,
    props: ConversationPaneProps,
}

/// Judges packets of both sides and draws what is found into `host`. Gives errors and warnings of
/// each packet, one behind the other.
///
/// The packets stand one behind the other in `bytes`. Each is given by its length times eight, plus twice
/// the version that it is read in (0: 3.1, 1: 3.1.1, 2: 5), plus one if the server sent it. `times` has the time of each packet in
/// milliseconds, or no number where the text does not tell it. `on_select` is called with the number of a packet to be looked at.
/// `has_gaps`: the text left packets out.
pub fn converse(
    host: Element,
    bytes: Vec<u8>,
    packets: &[u32],
    times: &[f64],
    on_select: Function,
    has_gaps: bool,
) -> Vec<u32> {
    failure::report_panics();
    let spoken = packets.iter().map(|&packet| {
        let from = match packet % 2 {
            0 => Sender::Client,
            _ => Sender::Server,
        };
        (packet as usize / 8, from)
    });
    let versions: Vec<ProtocolVersion> = packets
        .iter()
        .map(|&packet| match packet / 2 % 4 {
            0 => ProtocolVersion::V3_1,
            1 => ProtocolVersion::V3_1_1,
            _ => ProtocolVersion::V5,
        })
        .collect();
    // Milliseconds since 1970 are far below what a double holds exactly.
    let times: Vec<Option<u64>> = times
        .iter()
        .map(|time| (*time >= 0.0).then_some(*time as u64))
        .collect();
    let conversation = Conversation::new(bytes, spoken).with_times(&times);
    let conversation = Rc::new(conversation.with_gaps(has_gaps));
    let judged = Rc::new(conversation.judge());
    let items = Rc::new(merged(&conversation, &versions, &judged));
    let marks = judged.marks(conversation.len());
    let talk = TALK.take();
    let (selected, is_same) = talk
        .as_ref()
        .map_or((0, false), |talk| (talk.props.selected, talk.host == host));
    let place = host.clone();
    let props = ConversationPaneProps {
        conversation,
        judged,
        items,
        selected,
        on_select: Callback::from(move |packet: usize| {
            // The page behind the function is ours, so it does not throw.
            let _ = on_select.call1(&JsValue::UNDEFINED, &packet.into());
        }),
        on_view: Callback::from(move |is_whole: bool| {
            // The name is right, so it cannot fail.
            let _ = place.toggle_attribute_with_force("data-whole", is_whole);
        }),
    };
    let root = match talk {
        Some(Talk { mut root, .. }) if is_same => {
            root.update(props.clone());
            root
        }
        other => {
            if let Some(other) = other {
                other.root.destroy();
            }
            leave_first_number();
            let root = Renderer::with_root_and_props(host.clone(), props.clone());
            root.render()
        }
    };
    TALK.set(Some(Talk { host, root, props }));
    marks
}

/// Takes files over for the Captures page, which opens them as it opens those that are dropped on it.
pub fn hand_over(files: &Array) {
    captures::hand_over(files);
}

/// Takes bytes over for the Live page, which offers to send them on a connection.
pub fn send_bytes(bytes: Vec<u8>) {
    live::hand_over(bytes);
}

/// The packet with this index is looked at now.
pub fn look(selected: usize) {
    TALK.with_borrow_mut(|talk| {
        if let Some(talk) = talk {
            talk.props.selected = selected;
            talk.root.update(talk.props.clone());
        }
    });
}

/// Nobody looks at a conversation any more.
pub fn leave() {
    if let Some(talk) = TALK.take() {
        talk.root.destroy();
    }
}
