//! Both panels of Figure 3: table, CSV, SVG and a [`page`].

pub mod page;

use std::fmt::Write as _;

use super::{
    html::Html,
    plot::{self, Axis, Plot, Style},
};
use crate::{
    generate::memory::STATES,
    simulate::{
        figure3::{Measured, Plan, Run},
        memory::{MemoryPlan, MemoryRun},
        statistics::{Mean, mean},
    },
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
    /// The widest bracket; `None` where the accuracy is that of the sample.
    pub width: Option<f64>,
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
    /// Theorem 4.3's head in exact arithmetic.
    AttentionExact,
    /// The same in `f64`.
    AttentionFloat,
    /// A learned attention head.
    Attention,
    /// A learned head on a vanilla model with as many states.
    Vanilla,
}

impl Series {
    /// Those of the panel of vanilla models.
    pub const ALL: [Self; 4] = [Self::ConstructedExact, Self::ConstructedFloat, Self::Head, Self::Prompt];

    /// Those of the panel of models with memory.
    pub const MEMORY: [Self; 4] =
        [Self::AttentionExact, Self::AttentionFloat, Self::Attention, Self::Vanilla];

    /// Its name in files.
    pub fn id(self) -> &'static str {
        match self {
            Self::ConstructedExact => "constructed-exact",
            Self::ConstructedFloat => "constructed-f64",
            Self::Head => "learned-head",
            Self::Prompt => "learned-prompt",
            Self::AttentionExact => "constructed-attention-exact",
            Self::AttentionFloat => "constructed-attention-f64",
            Self::Attention => "learned-attention",
            Self::Vanilla => "vanilla-learned-head",
        }
    }

    /// Its name for people.
    fn title(self) -> &'static str {
        match self {
            Self::ConstructedExact => "constructed head, exact",
            Self::ConstructedFloat => "constructed head, f64",
            Self::Head => "learned head",
            Self::Prompt => "learned prompt and head",
            Self::AttentionExact => "attention head of 4.3, exact",
            Self::AttentionFloat => "attention head of 4.3, f64",
            Self::Attention => "learned attention head",
            Self::Vanilla => "vanilla, learned head",
        }
    }

    /// What the paper printed for a network in the place of the exact model, in percent, with its 95 % interval: read off the vector figure.
    pub fn published(self, states: usize) -> Option<[f64; 3]> {
        let table: &[(usize, [f64; 3])] = match self {
            Self::ConstructedExact | Self::ConstructedFloat | Self::AttentionExact | Self::AttentionFloat => {
                &[]
            }
            Self::Attention => &[
                (8, [100.0, 100.0, 100.0]),
                (12, [100.0, 100.0, 100.0]),
                (20, [100.0, 100.0, 100.0]),
                (28, [98.9, 98.9, 98.9]),
            ],
            Self::Vanilla => &[
                (8, [92.5, 91.1, 93.9]),
                (12, [65.3, 60.5, 70.1]),
                (20, [72.6, 65.0, 80.3]),
                (28, [73.2, 64.3, 82.2]),
            ],
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

/// The accuracy, that of the sample, and the width of the bracket.
type Value = (f64, f64, Option<f64>);

/// Every series of the vanilla panel at every number of states for which there is a run.
pub fn points(plan: &Plan, runs: &[Run]) -> Vec<Point> {
    let of = |states: usize, series: Series| {
        let runs = runs.iter().filter(|run| run.states == states);
        point(states, series, &runs.filter_map(|run| value(plan, run, series)).collect::<Vec<_>>())
    };
    plan.states.iter().flat_map(|&states| Series::ALL.map(|series| of(states, series))).flatten().collect()
}

/// Every series of the panel with memory at every number of states for which there is a run.
pub fn memory_points(plan: &MemoryPlan, runs: &[MemoryRun]) -> Vec<Point> {
    let of = |values: usize, series: Series| {
        let runs = runs.iter().filter(|run| run.values == values);
        let found: Vec<_> = runs.filter_map(|run| memory_value(plan, run, series)).collect();
        point(values * STATES, series, &found)
    };
    plan.values.iter().flat_map(|&values| Series::MEMORY.map(|series| of(values, series))).flatten().collect()
}

fn point(states: usize, series: Series, values: &[Value]) -> Option<Point> {
    let accuracies: Vec<_> = values.iter().map(|(accuracy, _, _)| *accuracy).collect();
    let samples: Vec<_> = values.iter().map(|(_, sampled, _)| *sampled).collect();
    let widths = values.iter().map(|(_, _, width)| *width);
    Some(Point {
        states,
        series,
        runs: values.len(),
        accuracy: mean(&accuracies)?,
        sampled: mean(&samples)?.mean,
        width: widths.flatten().reduce(f64::max),
    })
}

fn learned(found: &Measured, tests: usize) -> Value {
    (found.middle(), found.right as f64 / tests as f64, Some(found.upper - found.lower))
}

fn value(plan: &Plan, run: &Run, series: Series) -> Option<Value> {
    let tests = plan.inputs[2];
    let share = |right: usize| right as f64 / tests as f64;
    match series {
        Series::ConstructedExact => run.constructed.map(|_| (1.0, 1.0, Some(0.0))),
        Series::ConstructedFloat => run.constructed.map(|right| (share(right), share(right), None)),
        Series::Head => Some(learned(&run.head, tests)),
        Series::Prompt => Some(learned(&run.prompt, tests)),
        Series::AttentionExact | Series::AttentionFloat | Series::Attention | Series::Vanilla => None,
    }
}

fn memory_value(plan: &MemoryPlan, run: &MemoryRun, series: Series) -> Option<Value> {
    let tests = plan.common.inputs[2];
    let share = |right: usize| right as f64 / tests as f64;
    let sampled = |right: usize| (share(right), share(right), None);
    match series {
        Series::AttentionExact => run.constructed_exactly.then_some((1.0, 1.0, Some(0.0))),
        Series::AttentionFloat => run.constructed.map(sampled),
        Series::Attention => Some(sampled(run.attention.right)),
        Series::Vanilla => Some(learned(&run.vanilla, tests)),
        Series::ConstructedExact | Series::ConstructedFloat | Series::Head | Series::Prompt => None,
    }
}

/// Runs in which a sample lies outside its bracket by four standard deviations.
pub fn contradictions<'a>(plan: &Plan, runs: &'a [Run]) -> Vec<&'a Run> {
    let tests = plan.inputs[2];
    let contradicted = |run: &&Run| run.head.is_contradicted(tests) || run.prompt.is_contradicted(tests);
    runs.iter().filter(contradicted).collect()
}

/// The same of the panel with memory.
pub fn memory_contradictions<'a>(plan: &MemoryPlan, runs: &'a [MemoryRun]) -> Vec<&'a MemoryRun> {
    runs.iter().filter(|run| run.vanilla.is_contradicted(plan.common.inputs[2])).collect()
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
            "{},{},{},{:.3},{low:.3},{high:.3},{},{:.3},{}",
            point.states,
            point.series.id(),
            point.runs,
            100.0 * point.accuracy.mean,
            point.width.map_or(String::new(), |width| format!("{:.4}", 100.0 * width)),
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
    let head = format!(
        "Figure 3, vanilla models: accuracy in percent over {} seeds, {training} inputs of {} tokens to learn from.\n\
         Learned: certified for all inputs of this length, [95 % interval over models]; beside it the accuracy on {tests} inputs.\n\
         Published: a BERT-like network in the place of the exact model.\n\n",
        plan.seeds, plan.length
    );
    head + &table(points)
}

/// The table of the panel with memory.
pub fn memory_text(plan: &MemoryPlan, runs: &[MemoryRun], points: &[Point]) -> String {
    let common = &plan.common;
    let [training, _, tests] = common.inputs;
    let mut text = format!(
        "Figure 3, models with memory: accuracy in percent over {} seeds, {training} inputs of {} tokens to learn from; {STATES} hidden states.\n\
         Attention heads: of {tests} sampled inputs (no width), [95 % interval over models]. Learned heads of vanilla models: certified.\n\
         Published: a BERT-like network in the place of the exact model.\n\n",
        common.seeds, common.length
    );
    text += &table(points);
    let lengths: Vec<_> = (1..=plan.short).map(|length| length.to_string()).collect();
    let _ = writeln!(
        text,
        "\n{:>6}  {:>14} {:>17}  errors of the learned attention head at length {}, exact",
        "values",
        "4.2 holds",
        "4.3 on all inputs",
        lengths.join(", ")
    );
    for &values in &plan.values {
        let of: Vec<_> = runs.iter().filter(|run| run.values == values).collect();
        let count = |holds: fn(&MemoryRun) -> bool| of.iter().filter(|run| holds(run)).count();
        let error = |length: usize| {
            let errors: Vec<_> =
                of.iter().filter_map(|run| run.attention.short.get(length).copied()).collect();
            mean(&errors).map_or(String::new(), |mean| format!("{:.2} %", 100.0 * mean.mean))
        };
        let _ = writeln!(
            text,
            "{values:>6}  {:>14} {:>17}  {}",
            format!("{} of {}", count(|run| run.recoverable), of.len()),
            format!("{} of {}", count(|run| run.constructed_exactly), of.len()),
            (0..plan.short).map(error).collect::<Vec<_>>().join(", ")
        );
    }
    text
}

fn table(points: &[Point]) -> String {
    let mut text = format!(
        "{:>6}  {:28} {:>4}  {:>7}  {:16} {:>8} {:>8}  published\n",
        "states", "series", "runs", "value", "interval", "sampled", "width"
    );
    for point in points {
        let [low, high] = interval(point);
        let published = point.series.published(point.states);
        let published =
            published.map_or(String::new(), |[p, low, high]| format!("{p:.1} [{low:.1}, {high:.1}]"));
        let line = format!(
            "{:>6}  {:28} {:>4}  {:>7.3}  {:16} {:>8.2} {:>8}  {published}",
            point.states,
            point.series.title(),
            point.runs,
            100.0 * point.accuracy.mean,
            format!("[{low:.1}, {high:.1}]"),
            100.0 * point.sampled,
            point.width.map_or("-".to_owned(), |width| format!("{:.4}", 100.0 * width)),
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// The figure: lines with error bars, the published ones dashed; for the series of one panel.
pub fn svg(points: &[Point], panel: &[Series]) -> String {
    format!("{}\n", svg_plot(points, panel))
}

fn svg_plot(points: &[Point], panel: &[Series]) -> Html {
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
    plot.series = panel.iter().enumerate().flat_map(|(at, &of)| lines(points, of, at)).collect();
    plot.svg()
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
