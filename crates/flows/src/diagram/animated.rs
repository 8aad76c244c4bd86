//! The run as an SVG file that plays by itself, by CSS and without a script: packets fly, captions
//! come and go. Where nothing is animated (print, most slides, reduced motion) the whole picture is
//! shown with its last caption.

use std::fmt::{Result, Write};

use super::svg::{FAINT, escaped, faint_label};
use super::{Arrow, Diagram, Palette};

/// Pixels of height in a second between two steps.
const PACE: f64 = 110.0;
/// Seconds that a step stays, at least and for each letter of its caption, and the last step more.
const STAY: f64 = 0.7;
const READ: f64 = 0.018;
const READ_MOST: f64 = 2.4;
const LAST: f64 = 3.0;

/// A step: where it is, and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The height at which it has happened, never above the one before.
    pub height: u32,
    /// Its caption.
    pub caption: String,
}

/// When the animation is at which height, in seconds.
struct Clock {
    /// Height, when it is reached, when it is left.
    stops: Vec<(f64, f64, f64)>,
    all: f64,
}

impl Clock {
    fn of(frames: &[Frame]) -> Self {
        let mut stops: Vec<(f64, f64, f64)> = Vec::with_capacity(frames.len());
        let mut now = 0.0;
        for frame in frames {
            let height = f64::from(frame.height);
            let way = stops.last().map_or(0.0, |(before, ..)| height - before);
            let reached = now + way.max(0.0) / PACE;
            let read = frame.caption.chars().count() as f64 * READ;
            now = reached + STAY + read.min(READ_MOST);
            stops.push((height, reached, now));
        }
        Self {
            stops,
            all: now + LAST,
        }
    }

    /// When a height is reached, in percent of the whole.
    fn at(&self, height: u32) -> f64 {
        let height = f64::from(height);
        let after = self.stops.partition_point(|(stop, ..)| *stop < height);
        let seconds = match (
            after.checked_sub(1).and_then(|index| self.stops.get(index)),
            self.stops.get(after),
        ) {
            (Some((from, _, left)), Some((to, reached, _))) if to > from => {
                left + (reached - left) * (height - from) / (to - from)
            }
            (_, Some((_, reached, _))) => *reached,
            (Some((_, _, left)), None) => *left,
            (None, None) => 0.0,
        };
        self.percent(seconds)
    }

    fn percent(&self, seconds: f64) -> f64 {
        (seconds / self.all * 100.0).clamp(0.0, 99.9)
    }
}

/// A moment of a keyframe is over at once.
const AT_ONCE: f64 = 0.01;

impl Diagram {
    /// The run as an animated SVG file, under a title.
    #[must_use]
    pub fn to_animated_svg(&self, title: &str, palette: &Palette, frames: &[Frame]) -> String {
        let mut out = String::new();
        // Writing to a string does not fail.
        let _ = self.write_animated(&mut out, title, palette, frames);
        out
    }

    fn write_animated(
        &self,
        out: &mut String,
        title: &str,
        palette: &Palette,
        frames: &[Frame],
    ) -> Result {
        let clock = Clock::of(frames);
        let captions: Vec<Vec<String>> = frames
            .iter()
            .map(|frame| self.wrap(&frame.caption))
            .collect();
        let style = self.style(&clock, frames)?;
        let lines = captions.iter().map(Vec::len).max().unwrap_or_default();
        self.begin(out, title, palette, lines, &style)?;
        for (index, band) in self.bands.iter().enumerate() {
            write!(out, r#"<g class="k b{index}">"#)?;
            self.write_band(out, band, u32::MAX, palette)?;
            out.write_str("</g>\n")?;
        }
        for (index, bar) in self.bars.iter().enumerate() {
            write!(out, r#"<g class="k s{index}">"#)?;
            self.write_bar(out, bar, u32::MAX, palette)?;
            out.write_str("</g>\n")?;
        }
        for (index, arrow) in self.arrows.iter().enumerate() {
            write!(out, r#"<g class="k a{index}">"#)?;
            self.write_way(out, arrow, palette)?;
            out.write_str("</g>")?;
            self.write_label(out, arrow, palette, &format!(r#" class="k l{index}""#))?;
            out.write_str("\n")?;
        }
        for (index, arrow) in self.arrows.iter().enumerate() {
            write_token(out, index, arrow, palette)?;
        }
        let last = captions.len().saturating_sub(1);
        for (index, lines) in captions.iter().enumerate() {
            let seen = u8::from(index == last);
            write!(out, r#"<g class="k c{index}" opacity="{seen}">"#)?;
            self.write_caption(out, lines, palette)?;
            out.write_str("</g>\n")?;
        }
        out.write_str("</g>\n</svg>\n")
    }

    fn style(
        &self,
        clock: &Clock,
        frames: &[Frame],
    ) -> core::result::Result<String, std::fmt::Error> {
        let mut css = String::from("<style>\n");
        writeln!(css, ".k{{animation:{:.1}s linear infinite}}", clock.all)?;
        let shown = |css: &mut String, name: &str, before: &str, from: f64, to: f64| -> Result {
            writeln!(css, ".{name}{{animation-name:{name}}}")?;
            write!(css, "@keyframes {name}{{")?;
            if from > 0.0 {
                write!(css, "0%,{from:.2}%{{opacity:{before}}}")?;
            }
            write!(css, "{:.2}%{{opacity:1}}", (from + AT_ONCE).min(to))?;
            if to < 100.0 {
                write!(
                    css,
                    "{to:.2}%{{opacity:1}}{:.2}%,100%{{opacity:0}}",
                    to + AT_ONCE
                )?;
            } else {
                write!(css, "100%{{opacity:1}}")?;
            }
            writeln!(css, "}}")
        };
        for (index, band) in self.bands.iter().enumerate() {
            shown(
                &mut css,
                &format!("b{index}"),
                "0",
                clock.at(band.top),
                100.0,
            )?;
        }
        for (index, bar) in self.bars.iter().enumerate() {
            shown(
                &mut css,
                &format!("s{index}"),
                "0",
                clock.at(bar.top),
                100.0,
            )?;
        }
        for (index, arrow) in self.arrows.iter().enumerate() {
            let (from, to) = (clock.at(arrow.top), clock.at(arrow.bottom));
            shown(&mut css, &format!("a{index}"), FAINT, from, 100.0)?;
            shown(
                &mut css,
                &format!("l{index}"),
                faint_label(arrow),
                from,
                100.0,
            )?;
            let (x0, x1) = (self.look.x(arrow.from), self.x_at(arrow, arrow.bottom));
            let (y0, y1) = (arrow.top, arrow.bottom);
            writeln!(
                css,
                ".t{index}{{animation-name:t{index}}}@keyframes t{index}{{0%,{from:.2}%{{opacity:0;transform:translate({x0}px,{y0}px)}}{:.2}%{{opacity:1;transform:translate({x0}px,{y0}px)}}{to:.2}%{{opacity:1;transform:translate({x1}px,{y1}px)}}{:.2}%,100%{{opacity:0;transform:translate({x1}px,{y1}px)}}}}",
                from + AT_ONCE,
                to + AT_ONCE
            )?;
        }
        let starts: Vec<f64> = clock
            .stops
            .iter()
            .map(|(_, reached, _)| clock.percent(*reached))
            .collect();
        for index in 0..frames.len() {
            let from = starts.get(index).copied().unwrap_or_default();
            let to = starts.get(index.saturating_add(1)).copied();
            shown(
                &mut css,
                &format!("c{index}"),
                "0",
                from,
                to.unwrap_or(100.0),
            )?;
        }
        css.push_str("@media (prefers-reduced-motion:reduce){.k{animation:none}}\n</style>\n");
        Ok(css)
    }
}

/// A packet on its way; unseen where nothing is animated.
fn write_token(out: &mut String, index: usize, arrow: &Arrow, palette: &Palette) -> Result {
    let name = arrow.kind.name();
    let wide = u32::try_from(name.len())
        .unwrap_or_default()
        .saturating_mul(7)
        .saturating_add(20);
    let (colour, ground) = (palette.of(arrow), &palette.ground);
    writeln!(
        out,
        r#"<g class="k t{index}" opacity="0"><rect x="-{}" y="-11" width="{wide}" height="22" rx="11" fill="{colour}" stroke="{ground}" stroke-width="2"/><text y="4" text-anchor="middle" font-family="ui-monospace, monospace" font-size="11" font-weight="600" fill="{ground}">{}</text></g>"#,
        wide / 2,
        escaped(name)
    )
}
