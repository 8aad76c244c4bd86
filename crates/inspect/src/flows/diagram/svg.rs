//! The picture as an SVG file that needs nothing else.

use std::fmt::{Result, Write as _};

use super::{Diagram, Shape};

/// Room for the title and the names of the lanes.
const HEAD: u32 = 64;

/// The colours of the file, as CSS writes them. The page gives those it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Palette {
    /// Behind everything.
    pub ground: String,
    /// Words.
    pub ink: String,
    /// Lanes.
    pub line: String,
    /// Arrows.
    pub arrow: String,
    /// What is lost, and why.
    pub error: String,
    /// Where something is remembered.
    pub bar: String,
}

impl Default for Palette {
    /// Names that every program knows, dark on white.
    fn default() -> Self {
        let name = |name: &str| name.to_owned();
        Self {
            ground: name("white"),
            ink: name("black"),
            line: name("lightgray"),
            arrow: name("dimgray"),
            error: name("firebrick"),
            bar: name("lavender"),
        }
    }
}

impl Diagram {
    /// The picture as an SVG file, under a title.
    #[must_use]
    pub fn to_svg(&self, title: &str, palette: &Palette) -> String {
        let mut out = String::new();
        // Writing to a string does not fail.
        let _ = self.write_svg(&mut out, title, palette);
        out
    }

    fn write_svg(&self, out: &mut String, title: &str, palette: &Palette) -> Result {
        let (width, height) = (self.width, self.height.saturating_add(HEAD));
        let title = escaped(title);
        let Palette {
            ground,
            ink,
            line,
            arrow: stroke,
            error,
            bar: soft,
        } = palette;
        writeln!(
            out,
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" aria-label="{title}">
<rect width="{width}" height="{height}" fill="{ground}"/>
<g font-family="system-ui, sans-serif" font-size="13" fill="{ink}" text-anchor="middle">
<text x="{}" y="24" font-weight="600" font-size="15">{title}</text>"#,
            width / 2
        )?;
        for (index, lane) in self.lanes.iter().enumerate() {
            let x = self.look.x(index);
            writeln!(
                out,
                r#"<text x="{x}" y="50" font-weight="600">{}</text><line x1="{x}" y1="58" x2="{x}" y2="{height}" stroke="{line}" stroke-width="2"/>"#,
                escaped(&lane.name)
            )?;
        }
        writeln!(out, "</g>\n<g transform=\"translate(0 {HEAD})\">")?;
        let broker = self.look.x(self.lane_of(None));
        for band in &self.bands {
            let lane = self.look.x(band.lane);
            let (left, right) = (lane.min(broker), lane.max(broker));
            writeln!(
                out,
                r#"<rect x="{left}" y="{}" width="{}" height="{}" fill="{error}" fill-opacity=".1"/><text x="{}" y="{}" fill="{error}" font-family="system-ui, sans-serif" font-size="12" text-anchor="middle">{}</text>"#,
                band.top,
                right.saturating_sub(left),
                band.bottom.saturating_sub(band.top),
                left.midpoint(right),
                band.bottom.saturating_sub(8),
                escaped(&band.label)
            )?;
        }
        for bar in &self.bars {
            let x = self.look.x(bar.lane).saturating_sub(5);
            let high = bar.bottom.saturating_sub(bar.top);
            writeln!(
                out,
                r#"<rect x="{x}" y="{}" width="10" height="{high}" rx="3" fill="{soft}" stroke="{stroke}"/>"#,
                bar.top
            )?;
        }
        for arrow in &self.arrows {
            self.write_arrow(out, arrow, palette)?;
        }
        writeln!(out, "</g>\n</svg>")
    }

    fn write_arrow(&self, out: &mut String, arrow: &super::Arrow, palette: &Palette) -> Result {
        let Shape { way, end } = self.shape(arrow);
        let colour = if arrow.lost {
            &palette.error
        } else {
            &palette.arrow
        };
        let filled = if arrow.lost { "none" } else { colour };
        let dashes = if arrow.lost {
            r#" stroke-dasharray="4 4""#
        } else {
            ""
        };
        let (label, above, at_end) = self.label_at(arrow);
        let anchor = if at_end { "end" } else { "start" };
        writeln!(
            out,
            r#"<path d="{way}" fill="none" stroke="{colour}" stroke-width="1.6"{dashes}/><path d="{end}" fill="{filled}" stroke="{colour}" stroke-width="1.6"/><text x="{label}" y="{}" text-anchor="{anchor}" font-family="ui-monospace, monospace" font-size="11" fill="{}">{}</text>"#,
            above,
            if arrow.lost { colour } else { &palette.ink },
            escaped(&arrow.label)
        )
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
