//! The player: a playback, and what it moves in the document, without drawing components again.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_render::{AnimationFrame, request_animation_frame};
use mqttscope_flows::seconds;
use web_sys::{HtmlElement, HtmlInputElement};
use yew::NodeRef;

use super::scrolling::Follow;
use crate::components::sequence_diagram::Scene;
use crate::services::browser;
use crate::state::playback::{Playback, Shown};

/// Who is told what is shown of the playback.
type Heard = Rc<dyn Fn(Shown)>;

/// A player.
pub(super) struct Player {
    playback: RefCell<Playback>,
    scenes: RefCell<Vec<Option<Rc<Scene>>>>,
    frame: RefCell<Option<AnimationFrame>>,
    heard: RefCell<Option<Heard>>,
    /// Whose arrows are followed from side to side.
    followed: RefCell<Follow>,
    /// How much larger than drawn the diagrams are shown; then the slider, the clock, and what scrolls.
    pub(super) zoom: Cell<f64>,
    pub(super) slider: NodeRef,
    pub(super) clock: NodeRef,
    pub(super) room: NodeRef,
}

impl Player {
    pub(super) fn new() -> Rc<Self> {
        let still = browser::window()
            .and_then(|window| {
                window
                    .match_media("(prefers-reduced-motion: reduce)")
                    .ok()?
            })
            .is_some_and(|list| list.matches());
        Rc::new(Self {
            playback: RefCell::new(Playback::new(still)),
            scenes: RefCell::default(),
            frame: RefCell::default(),
            heard: RefCell::default(),
            followed: RefCell::default(),
            zoom: Cell::new(1.0),
            slider: NodeRef::default(),
            clock: NodeRef::default(),
            room: NodeRef::default(),
        })
    }

    pub(super) fn hear(&self, heard: impl Fn(Shown) + 'static) {
        *self.heard.borrow_mut() = Some(Rc::new(heard));
    }

    /// Where it is, in pixels of height.
    pub(super) fn at(&self) -> f64 {
        self.playback.borrow().at()
    }

    /// The moment where it is, in milliseconds.
    pub(super) fn moment(&self) -> u64 {
        self.playback.borrow().moment()
    }

    /// Does something with the playback, and shows what came of it.
    pub(super) fn act(self: &Rc<Self>, act: impl FnOnce(&mut Playback)) {
        act(&mut self.playback.borrow_mut());
        self.settle();
    }

    fn settle(self: &Rc<Self>) {
        let shown = self.playback.borrow().shown();
        self.show();
        if shown.playing {
            let player = Rc::downgrade(self);
            let frame = request_animation_frame(move |now| {
                if let Some(player) = player.upgrade() {
                    player.playback.borrow_mut().frame(now);
                    player.settle();
                }
            });
            *self.frame.borrow_mut() = Some(frame);
        } else {
            *self.frame.borrow_mut() = None;
        }
        let heard = self.heard.borrow().clone();
        if let Some(heard) = heard {
            heard(shown);
        }
    }

    /// A diagram was drawn.
    pub(super) fn set_scene(&self, column: usize, scene: Rc<Scene>) {
        {
            let mut scenes = self.scenes.borrow_mut();
            if scenes.len() <= column {
                scenes.resize(column.saturating_add(1), None);
            }
            if let Some(slot) = scenes.get_mut(column) {
                *slot = Some(scene);
            }
        }
        self.show();
    }

    /// Follows the arrows of this diagram from side to side from now on; `anew`: from the left.
    pub(super) fn follow(&self, column: usize, anew: bool) {
        self.followed.borrow_mut().change(column, anew);
    }

    /// Only so many diagrams are shown.
    pub(super) fn keep_scenes(&self, columns: usize) {
        self.scenes.borrow_mut().truncate(columns);
    }

    fn show(&self) {
        let playback = self.playback.borrow();
        let (at, moment) = (playback.at(), playback.moment());
        for scene in self.scenes.borrow().iter().flatten() {
            // Beside each other, runs have one time line: the same moment is at the same height.
            scene.show(at);
        }
        let clock = seconds(moment);
        if let Some(slider) = browser::element_of::<HtmlInputElement>(&self.slider) {
            slider.set_value(&format!("{at:.0}"));
            // It can be set on any element, so it does not fail.
            let _ = slider.set_attribute("aria-valuetext", &clock);
        }
        if let Some(element) = browser::element_of::<HtmlElement>(&self.clock) {
            element.set_text_content(Some(&clock));
        }
        if let Some(room) = browser::element_of::<HtmlElement>(&self.room) {
            let (top, high) = (
                f64::from(room.scroll_top()),
                f64::from(room.client_height()),
            );
            let at = at * self.zoom.get();
            // Above lies what has led here, so there is more room for it.
            if at + 60.0 > top + high * 0.86 {
                room.set_scroll_top((at + 60.0 - high * 0.86) as i32);
            } else if at < top {
                room.set_scroll_top((at - high * 0.2) as i32);
            }
            let mut followed = self.followed.borrow_mut();
            if let Some(Some(scene)) = self.scenes.borrow().get(followed.column()) {
                followed.show(&room, scene.left(), self.zoom.get(), &playback);
            }
        }
    }
}
