//! Share links: the address that shows the same view.

use std::rc::Rc;

use mqttscope_view::share::Shared;
use yew::prelude::*;

use super::desk::Desk;
use super::linked::{shared_of, without_secrets};
use crate::components::icon::{Icon, icon};
use crate::hooks::ReaderStage;
use crate::route::{Page, Route};
use crate::services::{browser, reader};
use crate::state::same::Same;
use crate::state::workbench::{Act, Document};

/// Opens what a share link carries, and keeps the address true: it follows the selection as long
/// as the bytes are those of the link, and is plain again when they change.
#[hook]
pub(super) fn use_shared(desk: &Rc<Desk>, shared: Option<AttrValue>, arrival: u32) {
    let now = desk.now.clone();
    let before = now.clone();
    let desk = desk.clone();
    // Whoever comes to the same address again is another arrival; what the page itself wrote is none. The reader knows
    // links, and what a reload kept is read first: then it is known whether the link carries the same.
    let has_reader = *desk.reader == ReaderStage::Here;
    let opened = use_mut_ref(|| None::<u32>);
    use_effect_with((arrival, has_reader), move |&(arrival, has_reader)| {
        if !has_reader || opened.replace(Some(arrival)) == Some(arrival) {
            return;
        }
        let opened = shared.and_then(|content| reader::of_link(&content));
        let Some(opened) = opened else { return };
        match opened {
            // Kept through a reload, as it was typed: only the view may be another.
            Ok(shared) if is_same(&shared, &before) => {
                desk.acts.dispatch(Act::Select(shared.packet as usize));
                let node = shared.node.map(|node| node as usize);
                desk.acts.dispatch(Act::SelectNode(node));
            }
            Ok(shared) => desk.acts.dispatch(Act::OpenBytes(shared.into())),
            Err(error) => {
                desk.say(error.to_string());
                // What is shown is not the link's.
                browser::replace_hash(Page::Dissect.hash());
            }
        }
    });

    let linked = use_mut_ref(|| None::<Rc<Document>>);
    let view = (Same::of(&now), now.packet, now.node, has_reader);
    use_effect_with(view, move |_| {
        let Some(content) = Route::of_hash(&browser::hash()).shared else {
            return;
        };
        let Some(shared) = reader::of_link(&content) else {
            return;
        };
        if shared.is_ok_and(|shared| is_same(&shared, &now)) {
            *linked.borrow_mut() = Some(now.clone());
            if let Some(Ok(content)) = reader::to_link(&shared_of(&now)) {
                browser::replace_hash(&Page::Dissect.hash_with(Some(&content)));
            }
        } else if linked.borrow().is_some() {
            *linked.borrow_mut() = None;
            browser::replace_hash(Page::Dissect.hash());
        }
    });
}

/// Whether a link carries what a document shows, whatever is selected.
fn is_same(shared: &Shared, document: &Document) -> bool {
    let shown = shared_of(document);
    shared.bytes == shown.bytes
        && shared.version == shown.version
        && shared.sender == shown.sender
        && shared.runs == shown.runs
        && shared.cuts == shown.cuts
}

/// Copies a link that shows the same view.
pub(super) fn share_button(desk: &Rc<Desk>) -> Html {
    let share = {
        let desk = desk.clone();
        Callback::from(move |_: MouseEvent| {
            let content = match reader::to_link(&shared_of(&desk.now)) {
                Some(Ok(content)) => content,
                Some(Err(error)) => return desk.say(error.to_string()),
                None => return,
            };
            let hash = Page::Dissect.hash_with(Some(&content));
            let link = format!("{}{hash}", browser::address_before_hash());
            browser::replace_hash(&hash);
            let said = said_of(&link, without_secrets(&desk.now.recording).1);
            desk.copy("Share link", link, said);
        })
    };
    html! {
        <button
            data-testid="share"
            disabled={desk.now.recording.bytes().is_empty() || *desk.reader != ReaderStage::Here}
            title="Copy a link that carries the bytes and the selected field"
            onclick={share}
        >
            { icon(Icon::Link) }
            { "Share" }
        </button>
    }
}

/// Some chats and mails cut long addresses; whoever pastes one should know.
fn said_of(link: &str, has_secrets: bool) -> String {
    let length = link.len();
    if has_secrets {
        "Link copied. Passwords, what may be one, and authentication data are replaced by stars."
            .to_owned()
    } else if length > 8_000 {
        format!(
            "Link copied. It is {length} characters long, which some programs cut: copying the bytes may be safer."
        )
    } else {
        "Link copied: it carries the bytes, the version and the selected field.".to_owned()
    }
}
