//! The way to the companion that examines a client: open as long as the page is, once it was wanted.

use mqttscope_protocol::{AskLed, Command, Examine, LedSays};
use yew::prelude::*;

use crate::pages::live::desk::Desk;
use crate::services::files;
use crate::services::led::{Heard, LedSocket};
use crate::state::live::led::{LedAct, Link};
use crate::state::live::{Act, Live};

/// Opens it when the examination is first looked at; gives the way to ask.
#[hook]
pub(in crate::pages::live) fn use_led(
    live: &UseReducerHandle<Live>,
    bridge: Option<&AttrValue>,
    desk: &Desk,
) -> Callback<AskLed> {
    let socket = use_mut_ref(|| None::<LedSocket>);
    let is_wanted = live.led.shown && live.led.link == Link::None;
    {
        let (socket, desk) = (socket.clone(), desk.clone());
        let wanted = bridge.cloned().filter(|_| is_wanted);
        use_effect_with(wanted, move |wanted| {
            let Some(bridge) = wanted else { return };
            let opened = LedSocket::open(bridge, heard(&desk));
            let link = if opened.is_some() {
                Link::Opening
            } else {
                Link::Gone
            };
            *socket.borrow_mut() = opened;
            desk.live.dispatch(Act::Led(LedAct::Link(link)));
        });
    }
    use_callback((), move |ask: AskLed, ()| {
        if let Some(socket) = &*socket.borrow() {
            socket.ask(&ask);
        }
    })
}

/// What becomes of what the companion says.
fn heard(desk: &Desk) -> Callback<Heard> {
    let desk = desk.clone();
    Callback::from(move |heard: Heard| {
        let act = match heard {
            Heard::Open => LedAct::Link(Link::Open),
            Heard::Gone => LedAct::Link(Link::Gone),
            Heard::Says(LedSays::View(view)) => LedAct::View(view),
            Heard::Says(LedSays::Failed(why)) => LedAct::Failed(why),
            Heard::Says(LedSays::Packets(packets)) => {
                return desk.talk.emit(Command::Examine(Examine::Rows(packets)));
            }
            Heard::Says(LedSays::File(file)) => {
                if files::save(&file.name, &file.bytes).is_none() {
                    desk.say("The browser did not save the file.");
                }
                return;
            }
        };
        desk.live.dispatch(Act::Led(act));
    })
}
