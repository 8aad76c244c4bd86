//! Building a packet: choose a type and a version, begin with the smallest valid one, and change
//! it in the inspector, rightly or wrongly.

use std::rc::Rc;

use mqttscope_view::build;
use mqttscope_wire::{PacketType, ProtocolVersion};
use yew::prelude::*;

use super::desk::Desk;
use crate::components::dialog::dialog;
use crate::element::{El, el, list};
use crate::hooks::Kept;
use crate::state::workbench::{Act, OpenBytes};

/// The version of what is built, and whether it is added to what there is; none: the window is shut.
pub(super) type Building = Kept<Option<(ProtocolVersion, bool)>>;

/// What opens the window.
pub(super) fn build_button(desk: &Rc<Desk>, building: &Building) -> El {
    let now = &desk.now;
    let version = now.recording.version();
    let is_more = !now.given.is_nothing();
    let building = building.clone();
    let open = Callback::from(move |_: MouseEvent| building.set(Some((version, is_more))));
    el("button")
        .test("build")
        .on_click(open)
        .text("Build a packet…")
}

/// The window.
pub(super) fn build_window(desk: &Rc<Desk>, building: &Building) -> Html {
    let Some((version, add)) = building.get() else {
        return Html::default();
    };
    let set = |to: Option<(ProtocolVersion, bool)>| {
        let building = building.clone();
        move || building.set(to)
    };
    let versions = ProtocolVersion::ALL.iter().map(|&offered| {
        let choose = set(Some((offered, add)));
        let button = el("input")
            .attr("type", "radio")
            .attr("name", "build-version")
            .checked(version == offered)
            .on_change(Callback::from(move |_: Event| choose()));
        let label = el("label").class("check").child(button);
        label.string(format!("MQTT {}", offered.name()))
    });
    let versions = el("fieldset")
        .child(el("legend").text("Version"))
        .all(versions);
    let types = build::types(version).map(|offered| {
        let begin = {
            let (desk, close) = (desk.clone(), set(None));
            Callback::from(move |_: MouseEvent| {
                desk.acts.dispatch(begin(offered, version, add));
                close();
            })
        };
        let name = offered.name();
        el("button")
            .on_click(begin)
            .made("data-testid", format!("build-{name}"))
            .child(el("b").text(name))
    });
    let says = "Begin with the smallest valid packet and change it: every field, flag, bit and byte can be set, even to values the standard forbids.";
    let is_more = !desk.now.given.is_nothing();
    let more = is_more.then(|| {
        let turn = set(Some((version, !add)));
        let check = el("input")
            .attr("type", "checkbox")
            .checked(add)
            .on_change(Callback::from(move |_: Event| turn()));
        let label = el("label").class("check").child(check);
        label.text("Append to the current packets (same version)")
    });
    let types = el("div").class("build").all(types);
    let content = vec![
        el("p").text(says).into(),
        versions.into(),
        types.into(),
        more.map_or_else(Html::default, Html::from),
    ];
    let close = set(None);
    dialog(
        "Build a packet".into(),
        Callback::from(move |()| close()),
        list(content),
    )
}

fn begin(offered: PacketType, version: ProtocolVersion, add: bool) -> Act {
    let bytes: Rc<[u8]> = build::template(offered, version).into();
    if add {
        return Act::Append(bytes);
    }
    Act::OpenBytes(OpenBytes {
        bytes,
        version: Some(version),
        sender: None,
        runs: Vec::new(),
        packet: 0,
        node: None,
    })
}
