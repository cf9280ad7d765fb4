//! The panel of vanilla models of Figure 3: table, CSV and SVG.

use std::fmt::Write as _;

use super::plot::{self, Axis, Plot, Style};
use crate::simulate::{
    figure3::{Measured, Plan, Run},
    statistics::{Mean, mean},
};

/// One series at one number of states.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// The number of states.
    pub states: usize,
    /// Which series.
    pub series: Series,
    /// Runs that count.
    pub runs: usize,
    /// The accuracy that stands in the figure.
    pub accuracy: Mean,
    /// The mean accuracy on the test inputs.
    pub sampled: f64,
    /// The widest bracket.
    pub width: f64,
}

/// What was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Series {
    /// Theorem 3.3's head in exact arithmetic.
    ConstructedExact,
    /// The same in `f64`.
    ConstructedFloat,
    /// A learned head.
    Head,
    /// A learned prompt with its head.
    Prompt,
}

impl Series {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::ConstructedExact, Self::ConstructedFloat, Self::Head, Self::Prompt];

    /// Its name in files.
    pub fn id(self) -> &'static str {
        match self {
            Self::ConstructedExact => "constructed-exact",
            Self::ConstructedFloat => "constructed-f64",
            Self::Head => "learned-head",
            Self::Prompt => "learned-prompt",
        }
    }

    /// Its name for people.
    fn title(self) -> &'static str {
        match self {
            Self::ConstructedExact => "constructed head, exact",
            Self::ConstructedFloat => "constructed head, f64",
            Self::Head => "learned head",
            Self::Prompt => "learned prompt and head",
        }
    }

    /// What the paper printed for a network in the place of the exact model, in percent, with its 95 % interval: read off the vector figure.
    pub fn published(self, states: usize) -> Option<[f64; 3]> {
        let table: &[(usize, [f64; 3])] = match self {
            Self::ConstructedExact | Self::ConstructedFloat => &[],
            Self::Head => &[
                (4, [94.0, 88.4, 99.6]),
                (8, [84.0, 78.3, 89.6]),
                (10, [79.7, 74.9, 84.6]),
                (15, [74.6, 69.9, 79.4]),
                (25, [66.2, 61.2, 71.1]),
                (30, [66.2, 62.1, 70.4]),
            ],
            Self::Prompt => &[
                (4, [99.7, 99.4, 100.0]),
                (8, [97.0, 93.8, 100.0]),
                (10, [93.0, 88.4, 97.5]),
                (15, [87.0, 80.4, 93.5]),
                (25, [74.8, 66.7, 82.9]),
                (30, [75.1, 68.4, 81.9]),
            ],
        };
        table.iter().find(|(n, _)| *n == states).map(|(_, found)| *found)
    }
}

/// Every series at every number of states for which there is a run.
pub fn points(plan: &Plan, runs: &[Run]) -> Vec<Point> {
    let point = |states: usize, series: Series| {
        let values: Vec<_> = runs
            .iter()
            .filter(|run| run.states == states)
            .filter_map(|run| value(plan, run, series))
            .collect();
        let accuracies: Vec<_> = values.iter().map(|(accuracy, _, _)| *accuracy).collect();
        let samples: Vec<_> = values.iter().map(|(_, sampled, _)| *sampled).collect();
        Some(Point {
            states,
            series,
            runs: values.len(),
            accuracy: mean(&accuracies)?,
            sampled: mean(&samples)?.mean,
            width: values.iter().map(|(_, _, width)| *width).fold(0.0, f64::max),
        })
    };
    let all = plan.states.iter().flat_map(|&states| Series::ALL.map(|series| point(states, series)));
    all.flatten().collect()
}

/// The accuracy, that of the sample, and the width of the bracket.
fn value(plan: &Plan, run: &Run, series: Series) -> Option<(f64, f64, f64)> {
    let share = |right: usize| right as f64 / plan.inputs[2] as f64;
    let learned = |found: &Measured| (found.middle(), share(found.right), found.upper - found.lower);
    match series {
        Series::ConstructedExact => run.constructed.map(|_| (1.0, 1.0, 0.0)),
        Series::ConstructedFloat => run.constructed.map(|right| (share(right), share(right), 0.0)),
        Series::Head => Some(learned(&run.head)),
        Series::Prompt => Some(learned(&run.prompt)),
    }
}

/// Runs in which a sample lies outside its bracket by four standard deviations.
pub fn contradictions<'a>(plan: &Plan, runs: &'a [Run]) -> Vec<&'a Run> {
    let tests = plan.inputs[2];
    let contradicted = |run: &&Run| run.head.is_contradicted(tests) || run.prompt.is_contradicted(tests);
    runs.iter().filter(contradicted).collect()
}

/// One line for each point; accuracies in percent.
pub fn csv(points: &[Point]) -> String {
    let mut text = "states,series,runs,accuracy,low,high,widest_bracket,sampled,published,published_low,published_high\n"
        .to_owned();
    for point in points {
        let [low, high] = interval(point);
        let published = point.series.published(point.states);
        let published =
            published.map_or([const { String::new() }; 3], |found| found.map(|p| format!("{p:.1}")));
        let _ = writeln!(
            text,
            "{},{},{},{:.3},{low:.3},{high:.3},{:.4},{:.3},{}",
            point.states,
            point.series.id(),
            point.runs,
            100.0 * point.accuracy.mean,
            100.0 * point.width,
            100.0 * point.sampled,
            published.join(",")
        );
    }
    text
}

/// In percent, as far as accuracies go.
fn interval(point: &Point) -> [f64; 2] {
    let Mean { mean, half } = point.accuracy;
    [100.0 * (mean - half).max(0.0), 100.0 * (mean + half).min(1.0)]
}

/// The table for people.
pub fn text(plan: &Plan, points: &[Point]) -> String {
    let [training, _, tests] = plan.inputs;
    let mut text = format!(
        "Figure 3, vanilla models: accuracy in percent over {} seeds, {training} inputs of {} tokens to learn from.\n\
         Learned: certified for all inputs of this length, [95 % interval over models]; beside it the accuracy on {tests} inputs.\n\
         Published: a BERT-like network in the place of the exact model.\n\n",
        plan.seeds, plan.length
    );
    let _ = writeln!(
        text,
        "{:>6}  {:24} {:>4}  {:>7}  {:16} {:>8} {:>8}  published",
        "states", "series", "runs", "value", "interval", "sampled", "width"
    );
    for point in points {
        let [low, high] = interval(point);
        let published = point.series.published(point.states);
        let published =
            published.map_or(String::new(), |[p, low, high]| format!("{p:.1} [{low:.1}, {high:.1}]"));
        let line = format!(
            "{:>6}  {:24} {:>4}  {:>7.3}  {:16} {:>8.2} {:>8.4}  {published}",
            point.states,
            point.series.title(),
            point.runs,
            100.0 * point.accuracy.mean,
            format!("[{low:.1}, {high:.1}]"),
            100.0 * point.sampled,
            100.0 * point.width,
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// The figure: lines with error bars, the published ones dashed.
pub fn svg(points: &[Point]) -> String {
    let mut states: Vec<_> = points.iter().map(|point| point.states).collect();
    states.dedup();
    let lows = points.iter().map(|point| interval(point)[0]);
    let published = points.iter().filter_map(|point| point.series.published(point.states)).map(|p| p[1]);
    let lowest = lows.chain(published).fold(50.0, f64::min);
    let x = Axis::linear("hidden states").named(states.iter().map(|n| (*n as f64, n.to_string())));
    let y = Axis::linear("accuracy (%)").between((lowest / 10.0).floor() * 10.0, 100.0);
    let description = "Of constructed and learned heads; dashed, what was published for a network.";
    let mut plot = Plot::new("Accuracy against the number of hidden states", description, x, y);
    plot.size = (640.0, 420.0);
    plot.series = Series::ALL.into_iter().enumerate().flat_map(|(at, of)| lines(points, of, at)).collect();
    format!("{}\n", plot.svg())
}

/// One series, and what was published for it.
fn lines(points: &[Point], series: Series, colour: usize) -> Vec<plot::Series> {
    let of = || points.iter().filter(|point| point.series == series);
    let measured = of().map(|point| {
        let [low, high] = interval(point);
        plot::Point { low, high, ..plot::Point::at(point.states as f64, 100.0 * point.accuracy.mean) }
    });
    let published = of().filter_map(|point| {
        series.published(point.states).map(|[value, _, _]| plot::Point::at(point.states as f64, value))
    });
    let line = |name: String, style, points: Vec<_>| plot::Series { name, style, colour, points };
    let own = line(series.title().to_owned(), Style::Line, measured.collect());
    let theirs = line(format!("{}, published", series.title()), Style::Dashed, published.collect());
    [own, theirs].into_iter().filter(|line| !line.points.is_empty()).collect()
}
