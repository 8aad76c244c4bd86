//! What the engine reports depends on what is on screen.

use mqttscope_protocol::{Command, Looking};
use yew::prelude::*;

use crate::state::live::Live;

/// Tells the engine what is looked at, and asks for the selected packet.
#[hook]
pub(in crate::pages) fn use_looking(
    live: &UseReducerHandle<Live>,
    shown: bool,
    talk: &Callback<Command>,
) {
    {
        let talk = talk.clone();
        let looking = if shown {
            live.looking()
        } else {
            Looking::default()
        };
        use_effect_with(looking, move |looking| {
            talk.emit(Command::Look(Box::new(looking.clone())));
        });
    }
    {
        let talk = talk.clone();
        use_effect_with(live.selected, move |selected| {
            if let Some(record) = *selected {
                talk.emit(Command::Inspect(record));
            }
        });
    }
}
