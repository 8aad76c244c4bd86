//! The picture as an SVG file that needs nothing else.

use std::fmt::{Result, Write};

use mqttscope_wire::PacketType;

use super::{Arrow, Band, Bar, Diagram, Shape};

/// Room for the title and the names of the lanes.
pub(super) const HEAD: u32 = 64;
/// Of the caption: the height of a line, and the width of a letter.
const LINE: u32 = 21;
const LETTER: u32 = 8;
/// How much is seen of what is still to come: lines and areas, and labels, which are read all the same (4.5:1).
pub(super) const FAINT: &str = ".3";
const FAINT_LABEL: &str = ".64";
/// The same of a label in the colour of what is lost.
const FAINT_LOST: &str = ".82";

/// The colours of the file, as CSS writes them. The page gives those it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Palette {
    /// Behind everything.
    pub ground: String,
    /// The colour of words.
    pub ink: String,
    /// The colour of lanes.
    pub line: String,
    /// What is lost, and why; and DISCONNECT.
    pub error: String,
    /// Times without a connection.
    pub error_soft: String,
    /// Where a client stores something: the ground and the edge.
    pub client: [String; 2],
    /// Where the broker stores something: the ground and the edge.
    pub broker: [String; 2],
    /// The colour of a PUBLISH.
    pub publish: String,
    /// What acknowledges it.
    pub acknowledge: String,
    /// The colour of SUBSCRIBE, UNSUBSCRIBE and their answers.
    pub subscribe: String,
    /// Connecting, and the rest.
    pub connect: String,
}

impl Default for Palette {
    /// Names that every program knows, dark on white.
    fn default() -> Self {
        let name = |name: &str| name.to_owned();
        Self {
            ground: name("white"),
            ink: name("black"),
            line: name("lightgray"),
            error: name("firebrick"),
            error_soft: name("mistyrose"),
            client: [name("lavender"), name("rebeccapurple")],
            broker: [name("lightcyan"), name("teal")],
            publish: name("darkgreen"),
            acknowledge: name("teal"),
            subscribe: name("saddlebrown"),
            connect: name("rebeccapurple"),
        }
    }
}

impl Palette {
    /// The colour of a packet.
    #[must_use]
    pub fn of(&self, arrow: &Arrow) -> &str {
        if arrow.lost {
            return &self.error;
        }
        match arrow.kind {
            PacketType::Publish => &self.publish,
            PacketType::Puback | PacketType::Pubrec | PacketType::Pubrel | PacketType::Pubcomp => {
                &self.acknowledge
            }
            PacketType::Subscribe
            | PacketType::Suback
            | PacketType::Unsubscribe
            | PacketType::Unsuback => &self.subscribe,
            PacketType::Disconnect => &self.error,
            _ => &self.connect,
        }
    }
}

/// What a file shows of the picture.
#[derive(Clone, Copy, Debug)]
pub struct Export<'a> {
    /// Above it.
    pub title: &'a str,
    /// Its colours.
    pub palette: &'a Palette,
    /// The height up to which it has gone; what comes after is faint. None: all of it.
    pub until: Option<u32>,
    /// What happens there, below it; may be empty.
    pub caption: &'a str,
}

impl Diagram {
    /// The picture as an SVG file.
    #[must_use]
    pub fn to_svg(&self, export: &Export<'_>) -> String {
        let mut out = String::new();
        // Writing to a string does not fail.
        let _ = self.write_svg(&mut out, export);
        out
    }

    fn write_svg(&self, out: &mut String, export: &Export<'_>) -> Result {
        let caption = self.wrap(export.caption);
        self.begin(out, export.title, export.palette, caption.len(), "")?;
        let until = export.until.unwrap_or(u32::MAX);
        for band in &self.bands {
            if until < band.bottom {
                write!(out, r#"<g opacity="{FAINT}">"#)?;
                self.write_area(out, band, band.bottom, export.palette)?;
                out.write_str("</g>\n")?;
            }
            if band.top < until {
                self.write_band(out, band, until, export.palette)?;
            }
        }
        for bar in &self.bars {
            if until < bar.bottom {
                write!(out, r#"<g opacity="{FAINT}">"#)?;
                self.write_bar(out, bar, bar.bottom, export.palette)?;
                out.write_str("</g>\n")?;
            }
            if bar.top < until {
                self.write_bar(out, bar, until, export.palette)?;
            }
        }
        for arrow in &self.arrows {
            let is_to_come = until <= arrow.top;
            if is_to_come {
                write!(out, r#"<g opacity="{FAINT}">"#)?;
            } else {
                out.write_str("<g>")?;
            }
            self.write_way(out, arrow, export.palette)?;
            out.write_str("</g>")?;
            let opacity = is_to_come.then(|| faint_label(arrow));
            let opacity = opacity.map(|part| format!(r#" opacity="{part}""#));
            self.write_label(out, arrow, export.palette, &opacity.unwrap_or_default())?;
            out.write_str("\n")?;
        }
        self.write_caption(out, &caption, export.palette)?;
        out.write_str("</g>\n</svg>\n")
    }

    /// The beginning, up to the names of the lanes; the group that it opens is the picture's place.
    pub(super) fn begin(
        &self,
        out: &mut String,
        title: &str,
        palette: &Palette,
        caption: usize,
        style: &str,
    ) -> Result {
        let below = match u32::try_from(caption).unwrap_or_default() {
            0 => 0,
            lines => lines.saturating_mul(LINE).saturating_add(24),
        };
        let (width, end) = (self.width, self.height.saturating_add(HEAD));
        let height = end.saturating_add(below);
        let title = escaped(title);
        let Palette {
            ground, ink, line, ..
        } = palette;
        writeln!(
            out,
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" aria-label="{title}">
{style}<rect width="{width}" height="{height}" fill="{ground}"/>
<g font-family="system-ui, sans-serif" font-size="13" fill="{ink}" text-anchor="middle">
<text x="{}" y="24" font-weight="600" font-size="15">{title}</text>"#,
            width / 2
        )?;
        for (index, head) in self.heads().iter().enumerate() {
            let x = self.look.x(index);
            writeln!(
                out,
                r#"<text x="{}" y="50" font-weight="600" text-anchor="{}">{}</text><line x1="{x}" y1="58" x2="{x}" y2="{end}" stroke="{line}" stroke-width="2"/>"#,
                head.x,
                head.anchor,
                escaped(&head.text)
            )?;
        }
        writeln!(out, "</g>\n<g transform=\"translate(0 {HEAD})\">")
    }

    pub(super) fn write_band(
        &self,
        out: &mut String,
        band: &Band,
        until: u32,
        palette: &Palette,
    ) -> Result {
        let (left, right) = self.sides(band);
        let bottom = band.bottom.min(until);
        self.write_area(out, band, bottom, palette)?;
        if bottom == band.bottom {
            write!(
                out,
                r#"<text x="{}" y="{}" fill="{}" font-family="system-ui, sans-serif" font-size="12" text-anchor="middle">{}</text>"#,
                left.midpoint(right),
                bottom.saturating_sub(7),
                palette.error,
                escaped(&band.label)
            )?;
        }
        out.write_str("\n")
    }

    /// Where a band begins and ends, in pixels from the left.
    fn sides(&self, band: &Band) -> (u32, u32) {
        let (lane, broker) = (self.look.x(band.lane), self.look.x(self.lane_of(None)));
        (lane.min(broker), lane.max(broker))
    }

    /// The ground of a band, down to a height.
    fn write_area(&self, out: &mut String, band: &Band, bottom: u32, palette: &Palette) -> Result {
        let (left, right) = self.sides(band);
        write!(
            out,
            r#"<rect x="{left}" y="{}" width="{}" height="{}" rx="4" fill="{}" fill-opacity=".65"/>"#,
            band.top,
            right.saturating_sub(left),
            bottom.saturating_sub(band.top),
            palette.error_soft,
        )
    }

    pub(super) fn write_bar(
        &self,
        out: &mut String,
        bar: &Bar,
        until: u32,
        palette: &Palette,
    ) -> Result {
        let is_broker = bar.lane == self.lane_of(None);
        let [fill, stroke] = if is_broker {
            &palette.broker
        } else {
            &palette.client
        };
        writeln!(
            out,
            r#"<rect x="{}" y="{}" width="10" height="{}" rx="3" fill="{fill}" stroke="{stroke}"/>"#,
            self.look.x(bar.lane).saturating_sub(5),
            bar.top,
            bar.bottom.min(until).saturating_sub(bar.top),
        )
    }

    /// The line of an arrow and its end.
    pub(super) fn write_way(&self, out: &mut String, arrow: &Arrow, palette: &Palette) -> Result {
        let Shape { way, end } = self.shape(arrow);
        let colour = palette.of(arrow);
        let filled = if arrow.lost { "none" } else { colour };
        let dashes = if arrow.lost {
            r#" stroke-dasharray="4 4""#
        } else {
            ""
        };
        write!(
            out,
            r#"<path d="{way}" fill="none" stroke="{colour}" stroke-width="1.6"{dashes}/><path d="{end}" fill="{filled}" stroke="{colour}" stroke-width="1.6"/>"#
        )
    }

    /// The label of an arrow; `attributes` are further ones of its element, with a space before each.
    pub(super) fn write_label(
        &self,
        out: &mut String,
        arrow: &Arrow,
        palette: &Palette,
        attributes: &str,
    ) -> Result {
        let colour = palette.of(arrow);
        let ink = if arrow.lost { colour } else { &palette.ink };
        let weight = if arrow.again { "650" } else { "400" };
        let ground = &palette.ground;
        let place = arrow.label_place;
        let anchor = if place.is_end { "end" } else { "start" };
        write!(
            out,
            r#"<text{attributes} x="{}" y="{}" text-anchor="{anchor}" font-family="ui-monospace, monospace" font-size="11.5" font-weight="{weight}" fill="{ink}" stroke="{ground}" stroke-width="5" stroke-linejoin="round" paint-order="stroke">{}</text>"#,
            place.x,
            place.y,
            escaped(&arrow.label)
        )
    }

    /// The lines of a caption, below the picture.
    pub(super) fn write_caption(
        &self,
        out: &mut String,
        lines: &[String],
        palette: &Palette,
    ) -> Result {
        for (index, line) in (1_u32..).zip(lines) {
            writeln!(
                out,
                r#"<text x="{}" y="{}" font-family="system-ui, sans-serif" font-size="14.5" text-anchor="middle" fill="{}">{}</text>"#,
                self.width / 2,
                self.height.saturating_add(index.saturating_mul(LINE)),
                palette.ink,
                escaped(line)
            )?;
        }
        Ok(())
    }

    /// A caption in lines as wide as the picture.
    pub(super) fn wrap(&self, text: &str) -> Vec<String> {
        let most = usize::try_from(self.width.saturating_sub(24) / LETTER)
            .unwrap_or(usize::MAX)
            .max(16);
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            match lines.last_mut() {
                Some(line) if line.chars().count().saturating_add(word.chars().count()) < most => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        lines
    }
}

/// How much of its label is seen before a packet is sent.
pub(super) const fn faint_label(arrow: &Arrow) -> &'static str {
    if arrow.lost { FAINT_LOST } else { FAINT_LABEL }
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
