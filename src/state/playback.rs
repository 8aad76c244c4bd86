//! Playing a run: where on its picture one is, and where that is at the next frame.

use mqttscope_flows::{Reach, TimeLine};

/// Pixels of height in a second, at speed 1.
const PACE: f64 = 120.0;
/// Seconds that a step stays where motion is not wanted, at speed 1.
const STAY: f64 = 0.9;
/// Seconds that a frame lasts at most: a tab that slept does not leap.
const FRAME: f64 = 0.1;
/// What was asked for step by step should not keep anybody waiting.
const HURRY: f64 = 3.0;

/// Speeds that can be chosen; 1 is as designed.
const SPEEDS: [f64; 5] = [0.25, 0.5, 1.0, 2.0, 4.0];
/// Where speed 1 stands among them.
const NORMAL: usize = 2;

/// What of a playback is shown in words and pictures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shown {
    /// The present step.
    pub beat: usize,
    /// Whether it moves.
    pub playing: bool,
    /// How fast it plays.
    pub speed: f64,
}

/// The run that is played.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Score {
    /// Of its steps, in pixels, never above the one before.
    pub heights: Vec<u32>,
    /// Where their arrows are from side to side; none: the step is no packet.
    pub reaches: Vec<Option<Reach>>,
    /// Its moments.
    pub time: TimeLine,
}

/// Where a player is.
#[derive(Clone, Debug)]
pub struct Playback {
    score: Score,
    at: f64,
    beat: usize,
    playing: bool,
    /// The step to stop at, if not the last.
    until: Option<usize>,
    /// As an index of [`SPEEDS`].
    speed: usize,
    /// Motion is not wanted: it goes from step to step.
    still: bool,
    /// The frame before, in milliseconds; none before the first.
    last: Option<f64>,
}

impl Playback {
    /// At the beginning of nothing. `still`: motion is not wanted.
    #[must_use]
    pub fn new(still: bool) -> Self {
        Self {
            score: Score::default(),
            at: 0.0,
            beat: 0,
            playing: false,
            until: None,
            speed: NORMAL,
            still,
            last: None,
        }
    }

    /// What is played.
    #[must_use]
    pub const fn score(&self) -> &Score {
        &self.score
    }

    /// Where it is, in pixels of height.
    #[must_use]
    pub const fn at(&self) -> f64 {
        self.at
    }

    /// What is shown of it.
    #[must_use]
    pub fn shown(&self) -> Shown {
        Shown {
            beat: self.beat,
            playing: self.playing,
            speed: self.speed(),
        }
    }

    /// The moment where it is, in milliseconds.
    #[must_use]
    pub fn moment(&self) -> u64 {
        self.score.time.moment(self.at as u32)
    }

    /// What has to be seen from side to side: the packet on its way to the next step, else the one of the present
    /// step, or of the last before it; none before the first.
    #[must_use]
    pub fn reach(&self) -> Option<Reach> {
        let of = |beat: usize| *self.score.reaches.get(beat)?;
        let is_sent = |reach: &Reach| f64::from(reach.top) < self.at;
        let next = of(self.beat.saturating_add(1)).filter(|_| self.playing && !self.still);
        let before = || (0..=self.beat).rev().find_map(of);
        next.filter(is_sent).or_else(|| before().filter(is_sent))
    }

    /// Whether it is at the end.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.at >= self.end()
    }

    /// The next speed, round and round.
    pub const fn turn_speed(&mut self) {
        self.speed = self.speed.saturating_add(1) % SPEEDS.len();
    }

    /// The next faster speed, or slower.
    pub const fn change_speed(&mut self, faster: bool) {
        let last = SPEEDS.len().saturating_sub(1);
        self.speed = if !faster {
            self.speed.saturating_sub(1)
        } else if self.speed < last {
            self.speed.saturating_add(1)
        } else {
            last
        };
    }

    fn speed(&self) -> f64 {
        SPEEDS.get(self.speed).copied().unwrap_or(1.0)
    }

    /// Another run is played; from its beginning, or from the moment where the last one was.
    pub fn set_score(&mut self, score: Score, anew: bool) {
        let moment = self.moment();
        let height = f64::from(score.time.heights(moment).1);
        let was_over = self.is_over() && score.time.moment(u32::MAX) <= moment;
        let was_at_start = self.at <= 0.0;
        self.score = score;
        if anew {
            self.restart();
        } else if was_at_start {
            self.go(0);
        } else if was_over {
            self.go_to_end();
        } else if self.score.time.moment(self.height_of(self.beat) as u32) == moment {
            // Several steps may share this moment: the one that was shown stays.
            self.go(self.beat);
        } else {
            self.seek(height);
        }
    }

    /// Plays, from the beginning when it is at the end; or pauses.
    pub fn toggle(&mut self) {
        if self.playing {
            return self.pause();
        }
        if self.is_over() {
            self.go(0);
        }
        self.until = None;
        self.play();
    }

    /// Stops where it is.
    pub const fn pause(&mut self) {
        self.playing = false;
        self.until = None;
        self.last = None;
    }

    /// To the next step, or to the one before: forwards it plays up to there.
    pub fn step(&mut self, forwards: bool) {
        let now = self.until.unwrap_or(self.beat);
        self.pause();
        if !forwards {
            return self.go(now.saturating_sub(1));
        }
        let last = self.score.heights.len().saturating_sub(1);
        let next = now.saturating_add(1).min(last);
        // A step that is not finished is finished first; between two steps it goes on from there.
        let here = self.at.max(self.height_of(now));
        if self.still || self.height_of(next) <= here {
            return self.go(next);
        }
        self.at = here;
        self.beat = now;
        self.until = Some(next);
        self.play();
    }

    /// To a step, at once.
    pub fn go(&mut self, beat: usize) {
        self.beat = beat.min(self.score.heights.len().saturating_sub(1));
        self.at = self.height_of(self.beat);
    }

    /// To the first step.
    pub fn restart(&mut self) {
        self.pause();
        self.go(0);
    }

    /// To the last step.
    pub fn go_to_end(&mut self) {
        self.pause();
        self.go(usize::MAX);
    }

    /// To a height, at once.
    pub fn seek(&mut self, height: f64) {
        self.at = height.clamp(0.0, self.end());
        self.find_beat();
    }

    /// A frame is due, at a time in milliseconds.
    pub fn frame(&mut self, now: f64) {
        if !self.playing {
            return;
        }
        // The first frame only sets the clock.
        let Some(last) = self.last else {
            self.last = Some(now);
            return;
        };
        let passed = (now - last).max(0.0) / 1000.0;
        if self.still {
            if passed * self.speed() >= STAY {
                self.last = Some(now);
                let next = self.beat.saturating_add(1);
                self.go(next);
                if next.saturating_add(1) >= self.score.heights.len() {
                    self.pause();
                }
            }
            return;
        }
        self.last = Some(now);
        let stop = self.until.map_or(self.end(), |beat| self.height_of(beat));
        let hurry = if self.until.is_some() { HURRY } else { 1.0 };
        self.at += passed.min(FRAME) * PACE * self.speed() * hurry;
        if self.at >= stop {
            let beat = self.until.unwrap_or(usize::MAX);
            self.pause();
            self.go(beat);
        } else if self.until.is_none() {
            self.find_beat();
        }
    }

    const fn play(&mut self) {
        self.playing = true;
        self.last = None;
    }

    fn end(&self) -> f64 {
        self.score.heights.last().copied().map_or(0.0, f64::from)
    }

    fn height_of(&self, beat: usize) -> f64 {
        self.score.heights.get(beat).copied().map_or(0.0, f64::from)
    }

    fn find_beat(&mut self) {
        let passed = self
            .score
            .heights
            .partition_point(|&height| f64::from(height) <= self.at);
        self.beat = passed.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use mqttscope_flows::{Diagram, Look, Run, gallery};

    use super::*;

    fn playback(still: bool) -> Playback {
        let mut playback = Playback::new(still);
        let score = Score {
            heights: vec![0, 40, 40, 100],
            ..Score::default()
        };
        playback.set_score(score, true);
        playback
    }

    /// Frames of 50 ms until it stops, and how many there were.
    fn run(playback: &mut Playback) -> usize {
        let mut now = 1000.0;
        let mut frames = 0;
        while playback.shown().playing && frames < 1000 {
            playback.frame(now);
            now += 50.0;
            frames += 1;
        }
        frames
    }

    /// The score of a scenario, as wide as on a phone.
    fn of_phone(title: &str) -> Score {
        let mut gallery = gallery().into_iter();
        let scenario = gallery.find(|scenario| scenario.title == title);
        let run = Run::of(&scenario.unwrap());
        let lanes = run.scenario.clients.len() + 1;
        let (diagram, beats) = (Diagram::of(&run, Look::fit(lanes, 372)), run.beats());
        Score {
            heights: diagram.heights_of(&beats),
            reaches: diagram.reaches_of(&beats),
            time: diagram.time,
        }
    }

    #[test]
    fn the_arrow_of_the_present_step_is_what_is_to_be_seen() {
        for still in [false, true] {
            let score = of_phone("Shared subscription");
            let mut playback = Playback::new(still);
            playback.set_score(score.clone(), true);
            assert_eq!(playback.reach(), None, "nothing was sent");
            let mut seen = 0;
            for (beat, reach) in score.reaches.iter().enumerate().skip(1) {
                playback.step(true);
                run(&mut playback);
                assert_eq!(playback.shown().beat, beat);
                if let Some(reach) = reach {
                    assert_eq!(playback.reach(), Some(*reach), "step {beat}, still {still}");
                    seen += 1;
                }
            }
            assert!(seen > 10);
        }
    }

    #[test]
    fn while_it_plays_the_packet_on_its_way_is_to_be_seen() {
        let score = of_phone("Shared subscription");
        let mut playback = Playback::new(false);
        playback.set_score(score.clone(), true);
        playback.go(3);
        playback.step(true);
        let next = score.reaches[4].unwrap();
        let mut now = 0.0;
        while playback.at() <= f64::from(next.top) {
            playback.frame(now);
            now += 10.0;
        }
        assert!(playback.shown().playing);
        assert_eq!((playback.shown().beat, playback.reach()), (3, Some(next)));
    }

    #[test]
    fn it_plays_to_the_end_and_begins_again() {
        let mut playback = playback(false);
        playback.toggle();
        assert_eq!(run(&mut playback), 18);
        assert_eq!((playback.shown().beat, playback.at()), (3, 100.0));
        assert!(playback.is_over());
        playback.toggle();
        assert!(playback.shown().playing);
        assert_eq!((playback.shown().beat, playback.at()), (0, 0.0));
        playback.toggle();
        assert!(!playback.shown().playing);
    }

    #[test]
    fn each_step_is_stopped_at_also_where_two_share_a_height() {
        let mut playback = playback(false);
        let mut beats = Vec::new();
        for _ in 0..4 {
            playback.step(true);
            run(&mut playback);
            beats.push((playback.shown().beat, playback.at()));
        }
        assert_eq!(beats, [(1, 40.0), (2, 40.0), (3, 100.0), (3, 100.0)]);
        let back: Vec<_> = (0..4)
            .map(|_| {
                playback.step(false);
                playback.shown().beat
            })
            .collect();
        assert_eq!(back, [2, 1, 0, 0]);
    }

    #[test]
    fn a_step_that_shares_its_moment_stays_in_another_run() {
        let scenario = gallery().swap_remove(0);
        let run = Run::of(&scenario);
        let diagram = Diagram::of(&run, Look::WIDE);
        let beats = run.beats();
        let score = Score {
            heights: diagram.heights_of(&beats),
            reaches: diagram.reaches_of(&run.beats()),
            time: diagram.time.clone(),
        };
        let mut playback = Playback::new(false);
        playback.set_score(score.clone(), true);
        for beat in 0..beats.len() {
            playback.go(beat);
            playback.set_score(score.clone(), false);
            assert_eq!(playback.shown().beat, beat);
        }
    }

    #[test]
    fn pressing_twice_finishes_the_first_step() {
        let mut playback = playback(false);
        playback.step(true);
        playback.frame(0.0);
        playback.step(true);
        assert_eq!((playback.shown().beat, playback.at()), (2, 40.0));
    }

    #[test]
    fn without_motion_it_goes_from_step_to_step() {
        let mut playback = playback(true);
        playback.step(true);
        assert!(playback.shown().beat == 1 && !playback.shown().playing);
        playback.toggle();
        let mut seen = Vec::new();
        for frame in 0..200 {
            playback.frame(f64::from(frame) * 50.0);
            seen.push(playback.at() as u32);
        }
        seen.dedup();
        assert_eq!(seen, [40, 100], "nothing between");
        assert!(!playback.shown().playing);
    }

    #[test]
    fn speed_and_sleep() {
        let mut fast = playback(false);
        fast.turn_speed();
        fast.change_speed(true);
        fast.change_speed(true);
        assert_eq!(fast.shown().speed, 4.0);
        fast.toggle();
        assert!(run(&mut fast) < 12);
        let mut slept = playback(false);
        slept.toggle();
        slept.frame(0.0);
        slept.frame(1_000_000.0);
        assert!(slept.at() < FRAME.mul_add(PACE, 1.0));
    }

    #[test]
    fn scrubbing_finds_the_step() {
        let mut playback = playback(false);
        playback.seek(99.0);
        assert_eq!(playback.shown().beat, 2);
        playback.seek(1e9);
        assert_eq!((playback.shown().beat, playback.at()), (3, 100.0));
        playback.seek(-5.0);
        assert_eq!((playback.shown().beat, playback.at()), (0, 0.0));
    }
}
