//! What was probably meant, where a length is written wrong: each offer makes the packet sound.

use mqttscope_view::repair::Repair;
use yew::prelude::*;

use super::InspectorProps;
use crate::element::{El, el};

/// The offers, where the packet can be changed and there are some.
pub(super) fn repairs(props: &InspectorProps) -> Option<El> {
    let on_edit = props.on_edit.as_ref()?;
    let offered = props.shown.repairs();
    let offer = |repair: &Repair| {
        let (on_edit, bytes) = (on_edit.clone(), repair.bytes.clone());
        let button = el("button")
            .on_click(Callback::from(move |_: MouseEvent| {
                on_edit.emit(Ok(bytes.clone()));
            }))
            .string(repair.what.clone());
        el("li")
            .child(button)
            .child(el("span").string(repair.why.clone()))
    };
    (!offered.is_empty()).then(|| {
        el("ul")
            .class("repairs")
            .label("Likely repairs")
            .test("repairs")
            .all(offered.iter().map(offer))
    })
}
