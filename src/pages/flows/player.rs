//! Playing: where on the picture a person is, and how that moves.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_render::{AnimationFrame, request_animation_frame};
use mqttscope_inspect::flows::{TimeLine, seconds};
use web_sys::{HtmlElement, HtmlInputElement};
use yew::NodeRef;

use crate::components::sequence_diagram::Scene;
use crate::services::browser;

/// Pixels of height in a second, at speed 1.
const PACE: f64 = 56.0;
/// Speeds that can be chosen.
pub(super) const SPEEDS: [f64; 5] = [0.25, 0.5, 1.0, 2.0, 4.0];
/// Seconds that a step stays where motion is not wanted, at speed 1.
const STAY: f64 = 1.4;

/// What is heard from a player.
pub(super) type Heard = Rc<dyn Fn(Change)>;

/// What has changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Change {
    /// Another step is the present one.
    Beat(usize),
    /// It plays, or does not.
    Playing(bool),
}

/// The run that is played: the heights of its steps, and its moments.
#[derive(Clone, Default)]
pub(super) struct Score {
    pub(super) heights: Vec<u32>,
    pub(super) time: TimeLine,
}

/// A player. It writes what moves into the document itself: 60 times a second is too often to draw
/// components again.
pub(super) struct Player {
    at: Cell<f64>,
    beat: Cell<usize>,
    playing: Cell<bool>,
    /// Where to stop, if not at the end.
    until: Cell<Option<usize>>,
    speed: Cell<f64>,
    still: bool,
    last: Cell<f64>,
    score: RefCell<Score>,
    scenes: RefCell<Vec<Option<Rc<Scene>>>>,
    frame: RefCell<Option<AnimationFrame>>,
    heard: RefCell<Option<Heard>>,
    /// The slider, the clock, and what scrolls.
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
            at: Cell::new(0.0),
            beat: Cell::new(0),
            playing: Cell::new(false),
            until: Cell::new(None),
            speed: Cell::new(1.0),
            still,
            last: Cell::new(0.0),
            score: RefCell::default(),
            scenes: RefCell::default(),
            frame: RefCell::new(None),
            heard: RefCell::new(None),
            slider: NodeRef::default(),
            clock: NodeRef::default(),
            room: NodeRef::default(),
        })
    }

    pub(super) fn hear(&self, heard: Heard) {
        *self.heard.borrow_mut() = Some(heard);
    }

    /// Where it is, in pixels of height.
    pub(super) fn at(&self) -> f64 {
        self.at.get()
    }

    /// The moment where it is.
    pub(super) fn moment(&self) -> u64 {
        self.score.borrow().time.moment(self.at.get() as u32)
    }

    pub(super) fn set_speed(&self, speed: f64) {
        self.speed.set(speed);
    }

    /// Another run is played; from its beginning, or from where the last one was.
    pub(super) fn set_score(self: &Rc<Self>, score: Score, anew: bool) {
        *self.score.borrow_mut() = score;
        if anew {
            self.pause();
            self.beat.set(0);
            self.seek(0.0);
            self.tell(Change::Beat(0));
        } else {
            self.seek(self.at.get());
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

    /// Only so many diagrams are shown.
    pub(super) fn keep_scenes(&self, columns: usize) {
        self.scenes.borrow_mut().truncate(columns);
    }

    pub(super) fn toggle(self: &Rc<Self>) {
        if self.playing.get() {
            self.pause();
        } else {
            if self.at.get() >= self.end() {
                self.seek(0.0);
            }
            self.until.set(None);
            self.play();
        }
    }

    pub(super) fn pause(&self) {
        self.playing.set(false);
        self.until.set(None);
        *self.frame.borrow_mut() = None;
        self.tell(Change::Playing(false));
    }

    /// To the next step, or to the one before: forwards it plays up to there.
    pub(super) fn step(self: &Rc<Self>, forwards: bool) {
        let now = self.until.get().unwrap_or(self.beat.get());
        let count = self.score.borrow().heights.len();
        self.pause();
        if !forwards {
            return self.go(now.saturating_sub(1));
        }
        let next = now.saturating_add(1).min(count.saturating_sub(1));
        // A step that is not finished is finished first.
        self.go(now);
        if self.still || self.height_of(next) <= self.at.get() {
            return self.go(next);
        }
        self.until.set(Some(next));
        self.play();
    }

    /// To a step, at once.
    pub(super) fn go(&self, beat: usize) {
        self.at.set(self.height_of(beat));
        self.set_beat(beat);
        self.show();
    }

    /// To the last step.
    pub(super) fn go_to_end(&self) {
        self.pause();
        self.go(self.score.borrow().heights.len().saturating_sub(1));
    }

    /// To a height, at once.
    pub(super) fn seek(&self, height: f64) {
        self.at.set(height.clamp(0.0, self.end()));
        self.find_beat();
        self.show();
    }

    fn play(self: &Rc<Self>) {
        self.playing.set(true);
        self.last.set(0.0);
        self.tell(Change::Playing(true));
        self.request();
    }

    fn request(self: &Rc<Self>) {
        let player = Rc::downgrade(self);
        let frame = request_animation_frame(move |now| {
            if let Some(player) = player.upgrade() {
                player.tick(now);
            }
        });
        *self.frame.borrow_mut() = Some(frame);
    }

    fn tick(self: &Rc<Self>, now: f64) {
        if !self.playing.get() {
            return;
        }
        let last = self.last.replace(now);
        // The first frame only sets the clock; a tab that slept does not leap.
        let passed = if last > 0.0 {
            ((now - last) / 1000.0).min(0.1)
        } else {
            0.0
        };
        if self.still {
            return self.tick_still(now, last);
        }
        let stop = self
            .until
            .get()
            .map_or_else(|| self.end(), |beat| self.height_of(beat));
        // What was asked for step by step should not keep anybody waiting.
        let hurry = if self.until.get().is_some() { 3.0 } else { 1.0 };
        let at = self.at.get() + passed * PACE * self.speed.get() * hurry;
        self.at.set(at.min(stop));
        if at >= stop {
            let until = self.until.get();
            self.pause();
            match until {
                Some(beat) => self.go(beat),
                None => self.go_to_end(),
            }
            return;
        }
        self.find_beat();
        self.show();
        self.request();
    }

    /// Where motion is not wanted, playing goes from step to step.
    fn tick_still(self: &Rc<Self>, now: f64, last: f64) {
        if last > 0.0 && now - last < STAY * 1000.0 / self.speed.get() {
            self.last.set(last);
        } else if last > 0.0 {
            let next = self.beat.get().saturating_add(1);
            if next >= self.score.borrow().heights.len() {
                return self.pause();
            }
            self.go(next);
        }
        self.request();
    }

    fn end(&self) -> f64 {
        self.score
            .borrow()
            .heights
            .last()
            .copied()
            .map_or(0.0, f64::from)
    }

    fn height_of(&self, beat: usize) -> f64 {
        let score = self.score.borrow();
        score.heights.get(beat).copied().map_or(0.0, f64::from)
    }

    fn find_beat(&self) {
        let at = self.at.get();
        let passed = self
            .score
            .borrow()
            .heights
            .partition_point(|&height| f64::from(height) <= at);
        self.set_beat(passed.saturating_sub(1));
    }

    fn set_beat(&self, beat: usize) {
        if self.beat.replace(beat) != beat {
            self.tell(Change::Beat(beat));
        }
    }

    fn tell(&self, change: Change) {
        let heard = self.heard.borrow().clone();
        if let Some(heard) = heard {
            heard(change);
        }
    }

    /// Writes into the document what moves.
    fn show(&self) {
        let at = self.at.get();
        for scene in self.scenes.borrow().iter().flatten() {
            scene.show(at);
        }
        let score = self.score.borrow();
        let clock = seconds(score.time.moment(at as u32));
        if let Some(slider) = self.slider.cast::<HtmlInputElement>() {
            slider.set_value(&format!("{at:.0}"));
            // It can be set on any element, so it does not fail.
            let _ = slider.set_attribute("aria-valuetext", &clock);
        }
        if let Some(element) = self.clock.cast::<HtmlElement>() {
            element.set_text_content(Some(&clock));
        }
        if let Some(room) = self.room.cast::<HtmlElement>() {
            let (top, high) = (
                f64::from(room.scroll_top()),
                f64::from(room.client_height()),
            );
            // Below lies what comes next, above what has led here.
            if at + 60.0 > top + high * 0.86 {
                room.set_scroll_top((at + 60.0 - high * 0.86) as i32);
            } else if at < top {
                room.set_scroll_top((at - high * 0.2) as i32);
            }
        }
    }
}
