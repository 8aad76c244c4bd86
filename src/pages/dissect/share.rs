//! Share links: the address that shows the same view.

use std::rc::Rc;

use mqttscope_inspect::share;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::act::Acts;
use super::linked::{shared_of, without_secrets};
use crate::components::icon::{Icon, icon};
use crate::components::text_out::TextOut;
use crate::route::{Page, Route};
use crate::services::{browser, clipboard};
use crate::state::toasts::{ToastAction, Toaster};
use crate::state::workbench::{Act, Document, OpenBytes, Workbench};

/// Opens what a share link carries, and keeps the address true: it follows the selection as long
/// as the bytes are those of the link, and is plain again when they change.
#[hook]
pub(super) fn use_shared(
    shared: Option<AttrValue>,
    arrival: u32,
    bench: &UseReducerHandle<Workbench>,
) {
    let toaster = use_context::<Toaster>();
    let acts: Acts = bench.dispatcher();
    use_effect_with((shared, arrival), move |(shared, _)| {
        // An address that the page itself wrote is shown already.
        let Some(text) = shared else { return };
        match share::decode(text) {
            Ok(shared) => acts.dispatch(Act::OpenBytes(OpenBytes {
                bytes: shared.bytes.into(),
                version: shared.version,
                sender: shared.sender,
                runs: shared.runs,
                packet: shared.packet as usize,
                node: shared.node.map(|node| node as usize),
            })),
            Err(error) => {
                if let Some(toaster) = toaster {
                    toaster.dispatch(ToastAction::Say(format!(
                        "This link cannot be opened: {error}"
                    )));
                }
            }
        }
    });

    let now = bench.now().clone();
    let linked = use_mut_ref(|| None::<Rc<Document>>);
    use_effect_with((Rc::as_ptr(&now).addr(), now.packet, now.node), move |_| {
        let Some(content) = Route::of_hash(&browser::hash()).shared else {
            return;
        };
        let is_same = share::decode(&content).is_ok_and(|shared| {
            let shown = shared_of(&now);
            shared.bytes == shown.bytes
                && shared.version == shown.version
                && shared.sender == shown.sender
                && shared.runs == shown.runs
        });
        if is_same {
            *linked.borrow_mut() = Some(now.clone());
            if let Ok(content) = share::encode(&shared_of(&now)) {
                browser::replace_hash(&Page::Dissect.hash_with(Some(&content)));
            }
        } else if linked.borrow().is_some() {
            *linked.borrow_mut() = None;
            browser::replace_hash(Page::Dissect.hash());
        }
    });
}

#[derive(Clone, Properties)]
pub(super) struct ShareButtonProps {
    pub(super) document: Rc<Document>,
}

impl PartialEq for ShareButtonProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.document, &other.document)
    }
}

/// Copies a link that shows the same view.
#[component]
pub(super) fn ShareButton(props: &ShareButtonProps) -> Html {
    let toaster = use_context::<Toaster>();
    let refused = use_state_eq(|| None::<AttrValue>);
    let document = props.document.clone();
    let disabled = document.recording.bytes().is_empty();
    let on_click = {
        let refused = refused.clone();
        Callback::from(move |_: MouseEvent| {
            let content = match (share::encode(&shared_of(&document)), &toaster) {
                (Ok(content), _) => content,
                (Err(error), Some(toaster)) => {
                    return toaster.dispatch(ToastAction::Say(error.to_string()));
                }
                (Err(_), None) => return,
            };
            let hash = Page::Dissect.hash_with(Some(&content));
            let link = format!("{}{hash}", browser::address_before_hash());
            browser::replace_hash(&hash);
            let has_secrets = without_secrets(&document.recording).1;
            let (toaster, refused) = (toaster.clone(), refused.clone());
            spawn_local(async move {
                match (clipboard::write(&link).await, toaster) {
                    (Ok(()), Some(toaster)) => {
                        toaster.dispatch(ToastAction::Say(said_of(&link, has_secrets)))
                    }
                    (Ok(()), None) => {}
                    (Err(_), _) => refused.set(Some(link.into())),
                }
            });
        })
    };
    let on_close = {
        let refused = refused.clone();
        Callback::from(move |()| refused.set(None))
    };
    html! {
        <>
            <button data-testid="share" {disabled} title="Copy a link that carries the bytes and the selected field" onclick={on_click}>
                { icon(Icon::Link) }{ "Share link" }
            </button>
            if let Some(link) = &*refused { <TextOut title="Share link" text={link.clone()} {on_close} /> }
        </>
    }
}

/// Some chats and mails cut long addresses; whoever pastes one should know.
fn said_of(link: &str, has_secrets: bool) -> String {
    let length = link.len();
    if has_secrets {
        "Link copied. Stars stand in it for passwords and authentication data.".to_owned()
    } else if length > 8_000 {
        format!(
            "Link copied. It is {length} characters long, which some programs cut: copying the bytes may be safer."
        )
    } else {
        "Link copied: it carries the bytes, the version and the selected field.".to_owned()
    }
}
