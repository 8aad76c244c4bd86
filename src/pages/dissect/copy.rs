//! Copying bytes in the form that the next program wants, or saving them.

use std::rc::Rc;

use mqttscope_capture::text::{self, Style};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::components::menu::{Item, Menu};
use crate::components::text_out::TextOut;
use crate::services::{clipboard, files};
use crate::state::toasts::{ToastAction, Toaster};
use crate::state::workbench::Document;

#[derive(Clone, Properties)]
pub(super) struct CopyMenuProps {
    pub(super) document: Rc<Document>,
}

impl PartialEq for CopyMenuProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.document.recording, &other.document.recording)
            && self.document.packet == other.document.packet
    }
}

/// The menu: the selected packet first, then all of them where there are several.
#[component]
pub(super) fn CopyMenu(props: &CopyMenuProps) -> Html {
    let toaster = use_context::<Toaster>();
    let refused = use_state_eq(|| None::<AttrValue>);
    let several = props.document.recording.packets().len() > 1;
    let items = Callback::from(move |()| {
        let group = |name: &'static str| {
            Style::ALL
                .iter()
                .map(move |style| Item::new(style.name(), "").under(name))
                .chain([Item::new("download", ".bin").under(name)])
        };
        let mut items: Vec<_> = group("This packet").collect();
        if several {
            items.extend(group("All packets"));
        }
        items
    });
    let on_choose = {
        let (document, refused) = (props.document.clone(), refused.clone());
        Callback::from(move |index: usize| {
            let each = Style::ALL.len().saturating_add(1);
            let all = index >= each;
            let bytes = if all {
                document.recording.bytes()
            } else {
                document.recording.bytes_of(document.packet)
            };
            let what = if all { "All packets" } else { "The packet" };
            let Some(&style) = Style::ALL.get(index.checked_rem(each).unwrap_or(0)) else {
                let saved = files::save(if all { "mqtt.bin" } else { "packet.bin" }, bytes);
                if let (None, Some(toaster)) = (saved, &toaster) {
                    toaster.dispatch(ToastAction::Say(
                        "The browser did not save the file.".into(),
                    ));
                }
                return;
            };
            let text = text::write(bytes, style);
            let (toaster, refused) = (toaster.clone(), refused.clone());
            spawn_local(async move {
                match (clipboard::write(&text).await, toaster) {
                    (Ok(()), Some(toaster)) => toaster.dispatch(ToastAction::Say(format!(
                        "{what} copied as {}.",
                        style.name()
                    ))),
                    (Ok(()), None) => {}
                    (Err(_), _) => refused.set(Some(text.into())),
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
            <Menu id="copy" label={html! { "Copy as" }} {items} {on_choose} disabled={props.document.recording.bytes().is_empty()} />
            if let Some(text) = &*refused { <TextOut title="Copy" text={text.clone()} {on_close} /> }
        </>
    }
}
