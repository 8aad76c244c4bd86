//! The picture in plain text, for tests and for eyes that compare two.

use std::fmt::{Display, Formatter, Result};

use super::Diagram;

impl Display for Diagram {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let name = |lane: usize| self.lanes.get(lane).map_or("?", |lane| lane.name.as_str());
        writeln!(f, "{} × {}", self.width, self.height)?;
        for (index, lane) in self.lanes.iter().enumerate() {
            writeln!(f, "lane {} at {}", lane.name, self.look.x(index))?;
        }
        for arrow in &self.arrows {
            write!(
                f,
                "{:>4} → {:<4} {} → {}  {}",
                arrow.top,
                arrow.bottom,
                name(arrow.from),
                name(arrow.to),
                arrow.label
            )?;
            if arrow.lost {
                write!(f, "  ✕ at {} ‰", arrow.reach)?;
            }
            if arrow.unanswered {
                write!(f, "  unanswered")?;
            }
            writeln!(f)?;
        }
        for band in &self.bands {
            writeln!(
                f,
                "{:>4} … {:<4} {}: {}",
                band.top,
                band.bottom,
                name(band.lane),
                band.label
            )?;
        }
        for bar in &self.bars {
            writeln!(
                f,
                "{:>4} … {:<4} {} remembers",
                bar.top,
                bar.bottom,
                name(bar.lane)
            )?;
        }
        Ok(())
    }
}
