//! A chart's lines as places on a picture.

use core::time::Duration;

use mqttscope_protocol::{Chart, Instant};

/// Below this, five moments are told apart by their milliseconds.
const SHORT_US: f64 = 5e6;

/// A picture of lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plot {
    /// The lines, as the chart has them.
    pub lines: Vec<Line>,
    /// Places from the top, each with its number.
    pub across: Vec<(f64, String)>,
    /// Places from the left, each with its milliseconds since 1970.
    pub down: Vec<(f64, Instant)>,
    /// Characters of a time of day that tell these moments apart.
    pub time_digits: usize,
}

/// A line of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its topic.
    pub name: String,
    /// Its places, as SVG's `points` has them.
    pub points: String,
    /// Its last place and number.
    pub last: Option<(f64, f64, String)>,
}

/// Draws a chart in a picture of this size; none: it holds no number.
#[must_use]
pub fn plot(chart: &Chart, width: f64, height: f64) -> Option<Plot> {
    let points = || chart.lines.iter().flat_map(|(_, points)| points);
    let values = || {
        points()
            .map(|point| point.value)
            .filter(|value| value.is_finite())
    };
    let (low, high) = (values().reduce(f64::min)?, values().reduce(f64::max)?);
    let (begin, end) = (
        points().map(|point| point.at).min()?,
        points().map(|point| point.at).max()?,
    );
    // One number alone gets room above and below.
    let height_of_one = (high.abs() * 0.1).max(1.0);
    let range = if high > low {
        high - low
    } else {
        height_of_one
    };
    let step = nice(range.max(high.abs() * 1e-9) / 4.0);
    let (bottom, top) = ((low / step).floor() * step, (high / step).ceil() * step);
    let (bottom, top) = if top > bottom {
        (bottom, top)
    } else {
        (bottom - step, top + step)
    };
    let span = ((end - begin).as_micros() as f64).max(1e3);
    let x = |at: Instant| at.micros_since(begin) as f64 / span * width;
    let y = |value: f64| height - (value - bottom) / (top - bottom) * height;
    let lines = chart.lines.iter().map(|(name, points)| {
        let places = points.iter().filter(|point| point.value.is_finite());
        let last = places.clone().next_back();
        Line {
            name: name.clone(),
            points: places
                .map(|point| format!("{:.1},{:.1}", x(point.at), y(point.value)))
                .collect::<Vec<_>>()
                .join(" "),
            last: last.map(|point| (x(point.at), y(point.value), number(point.value, step))),
        }
    });
    let rungs = ((top - bottom) / step).round().clamp(1.0, 12.0) as u32;
    Some(Plot {
        lines: lines.collect(),
        across: (0..=rungs)
            .map(|rung| bottom + f64::from(rung) * step)
            .map(|value| (y(value), number(value, step)))
            .collect(),
        down: (0..=4_u32)
            .map(|part| f64::from(part) / 4.0)
            .map(|part| {
                (
                    part * width,
                    begin + Duration::from_micros((part * span) as u64),
                )
            })
            .collect(),
        time_digits: if span < SHORT_US {
            "00:00:00.000".len()
        } else {
            "00:00:00".len()
        },
    })
}

/// The next of 1, 2, 5, 10, 20, … that is not below.
fn nice(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|nice| *nice >= step * 0.999_999)
        .unwrap_or(step)
}

/// A number with as many digits as its rungs need.
fn number(value: f64, step: f64) -> String {
    let digits = (1.0 - step.log10().floor()).clamp(0.0, 6.0) as usize;
    let text = format!("{value:.digits$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mqttscope_protocol::ChartPoint;

    fn chart(values: &[f64]) -> Chart {
        let points = values.iter().enumerate().map(|(index, &value)| ChartPoint {
            at: Instant::from_millis(1000 * index as u64),
            value,
        });
        Chart {
            lines: vec![("t".into(), points.collect())],
            ..Chart::default()
        }
    }

    #[test]
    fn the_rungs_are_round_numbers_around_the_values() {
        let plot = plot(&chart(&[21.5, 22.25, 21.75]), 100.0, 50.0).unwrap();
        let rungs: Vec<_> = plot.across.iter().map(|(_, says)| says.as_str()).collect();
        assert_eq!(rungs, ["21.4", "21.6", "21.8", "22", "22.2", "22.4"]);
        assert_eq!((plot.across[0].0, plot.across[5].0), (50.0, 0.0));
        assert_eq!(plot.lines[0].points.split(' ').count(), 3);
        assert!(plot.lines[0].points.starts_with("0.0,45.0 50.0,"));
        assert_eq!(plot.lines[0].last.as_ref().unwrap().2, "21.75");
    }

    #[test]
    fn one_number_and_the_same_number_are_drawn_too() {
        for values in [&[5.0][..], &[5.0, 5.0], &[0.0], &[1e300, -1e300]] {
            let plot = plot(&chart(values), 100.0, 50.0).unwrap();
            assert!(!plot.lines[0].points.contains("NaN"), "{values:?}");
            let mut rungs: Vec<_> = plot.across.iter().map(|(_, says)| says).collect();
            rungs.dedup();
            assert!(rungs.len() >= 2 && rungs.len() == plot.across.len());
        }
        // In the middle, not on the edge.
        let plot = plot(&chart(&[21.5]), 100.0, 50.0).unwrap();
        assert_eq!(plot.lines[0].points, "0.0,25.0");
    }

    #[test]
    fn times_differ_also_where_they_are_close() {
        let digits = |values: &[f64]| plot(&chart(values), 100.0, 50.0).unwrap().time_digits;
        assert_eq!(digits(&[1.0, 2.0]), 12);
        assert_eq!(digits(&[1.0; 7]), 8);
    }

    #[test]
    fn nothing_to_draw() {
        assert_eq!(plot(&Chart::default(), 100.0, 50.0), None);
        assert_eq!(plot(&chart(&[f64::NAN]), 100.0, 50.0), None);
    }
}
