//! The player as a hook.

use std::rc::Rc;

use mqttscope_flows::{Beat, Diagram};
use yew::prelude::*;

use super::player::Player;
use crate::state::playback::{Playback, Score};
use crate::state::same::Same;

/// A player and what is seen of it.
#[derive(Clone)]
pub(super) struct Playing {
    pub(super) player: Rc<Player>,
    /// The present step.
    pub(super) beat: usize,
    pub(super) playing: bool,
    pub(super) speed: f64,
}

/// Plays a run. `opened` is different for each scenario that is to begin anew, and at which step it
/// begins; `place` is the run's column, and how many there are.
#[hook]
pub(super) fn use_playing(
    player: Rc<Player>,
    diagram: &Rc<Diagram>,
    beats: &Rc<[Beat]>,
    opened: (u32, usize),
    place: (usize, usize),
) -> Playing {
    let shown = use_state_eq(|| Playback::new(false).shown());
    {
        let shown = shown.clone();
        let player = player.clone();
        use_effect_with((), move |()| {
            player.hear(move |now| shown.set(now));
        });
    }
    {
        let player = player.clone();
        let (diagram, beats) = (diagram.clone(), beats.clone());
        let last = use_mut_ref(|| None::<u32>);
        use_effect_with(
            (Same::of(&diagram), opened, place),
            move |&(_, (opened, start), (column, columns))| {
                let anew = last.borrow_mut().replace(opened) != Some(opened);
                player.keep_scenes(columns);
                player.follow(column, anew);
                let score = Score {
                    heights: diagram.heights_of(&beats),
                    reaches: diagram.reaches_of(&beats),
                    time: diagram.time.clone(),
                };
                player.act(|playback| {
                    playback.set_score(score, anew);
                    if anew {
                        playback.go(start);
                    }
                });
            },
        );
    }
    Playing {
        player,
        // A run that has fewer steps than the last one is shown from its own last.
        beat: shown.beat.min(beats.len().saturating_sub(1)),
        playing: shown.playing,
        speed: shown.speed,
    }
}
