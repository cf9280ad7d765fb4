//! The figures of an audit.

use std::collections::BTreeMap;

use super::words::title;
use crate::{
    audit::trial::{Audit, Counts, SimulationRow, Spread},
    report::{
        html::{Html, element},
        math::prose,
        plot::{Axis, Plot, Point, Series, Style},
    },
};

/// Several figures side by side.
pub fn side_by_side(plots: impl IntoIterator<Item = Plot>) -> Html {
    let figure = |plot: Plot| {
        let caption = element("figcaption").with(element("strong").text(format!("{}. ", plot.title)));
        element("figure").with(plot.svg()).with(caption.with(prose(&plot.description).to_html()))
    };
    let figures: Vec<Plot> = plots.into_iter().filter(|plot| !plot.series.is_empty()).collect();
    if figures.is_empty() {
        return Html::new();
    }
    element("div").class("figures").with_all(figures.into_iter().map(figure)).into()
}

/// How many models of each size were examined.
pub fn sizes(audit: &Audit) -> Plot {
    let counts = &audit.campaign.states;
    let x = Axis::linear("hidden states").named(counts.keys().map(|n| (*n as f64, n.to_string())));
    let mut plot = Plot::new(
        "Models by size",
        "How many models of each size the campaign examined.",
        x,
        Axis::linear("models"),
    );
    let points: Vec<_> = counts.iter().map(|(n, count)| Point::at(*n as f64, *count as f64)).collect();
    if !points.is_empty() {
        plot.series.push(Series { name: String::new(), style: Style::Bars, colour: 4, points });
    }
    plot
}

/// The figures on the paper's simulations.
pub fn simulations(rows: &[SimulationRow]) -> Vec<Plot> {
    let vanilla: Vec<&SimulationRow> = rows.iter().filter(|row| row.family == "vanilla").collect();
    vec![
        hypotheses(rows, "vanilla"),
        hypotheses(rows, "memory"),
        rank(&vanilla),
        spread(
            &vanilla,
            |row| row.sigma_min,
            "Conditioning",
            "The least singular value of W: how far its columns are from being dependent.",
            "σ_min(W)",
        ),
        spread(
            &vanilla,
            |row| row.amplification,
            "Amplification",
            "‖b‖₁ of the head of Theorem 3.3: by how much it can magnify an error of the model.",
            "‖b‖₁",
        ),
        small_margins(&vanilla),
        decades(rows),
        wrong(&vanilla),
        supports(&vanilla),
        coverage(rows),
    ]
}

/// Numbers of states, each once.
fn states(rows: &[&SimulationRow]) -> Axis {
    let counts: BTreeMap<usize, ()> = rows.iter().map(|row| (row.states, ())).collect();
    Axis::linear("hidden states").named(counts.keys().map(|n| (*n as f64, n.to_string())))
}

fn share(counts: Counts) -> Option<f64> {
    let known = counts.holds + counts.fails;
    (known > 0).then(|| counts.holds as f64 / known as f64)
}

/// How often each assumption holds in a family.
fn hypotheses(rows: &[SimulationRow], family: &str) -> Plot {
    let of: Vec<&SimulationRow> = rows.iter().filter(|row| row.family == family).collect();
    let description = "The share of models on which each assumption holds.";
    let title_of = format!("Assumptions, {family}");
    let mut plot = Plot::new(&title_of, description, states(&of), Axis::linear("share").between(0.0, 1.0));
    let ids: BTreeMap<&str, ()> =
        of.iter().flat_map(|row| row.hypotheses.keys()).map(|id| (id.as_str(), ())).collect();
    for (colour, id) in ids.into_keys().enumerate() {
        let point =
            |row: &&SimulationRow| Some(Point::at(row.states as f64, share(*row.hypotheses.get(id)?)?));
        let points: Vec<_> = of.iter().filter_map(point).collect();
        if !points.is_empty() {
            plot.series.push(Series { name: title(id), style: Style::Line, colour, points });
        }
    }
    plot
}

fn points(rows: &[&SimulationRow], of: impl Fn(&SimulationRow) -> Option<Spread>) -> Vec<Point> {
    let point = |row: &&SimulationRow| {
        let found = of(row)?;
        Some(Point { x: row.states as f64, y: found.median, low: found.least, high: found.greatest })
    };
    rows.iter().filter_map(point).collect()
}

fn rank(rows: &[&SimulationRow]) -> Plot {
    let description = "The rank of W beside the number of hidden states (dashed): Assumption 3.1 asks for both to be equal.";
    let mut plot = Plot::new("Rank", description, states(rows), Axis::linear("rank W"));
    let found = points(rows, |row| row.rank);
    if found.is_empty() {
        return plot;
    }
    let asked = found.iter().map(|point| Point::at(point.x, point.x)).collect();
    plot.series.push(Series { name: "rank W".to_owned(), style: Style::Line, colour: 0, points: found });
    plot.series.push(Series {
        name: "hidden states".to_owned(),
        style: Style::Dashed,
        colour: 2,
        points: asked,
    });
    plot
}

/// Medians, with the least and the greatest value.
fn spread(
    rows: &[&SimulationRow],
    of: impl Fn(&SimulationRow) -> Option<Spread>,
    title: &str,
    description: &str,
    label: &str,
) -> Plot {
    let description = format!("{description} Median, least and greatest over the models.");
    let mut plot = Plot::new(title, &description, states(rows), Axis::logarithmic(label));
    let points = points(rows, of);
    if !points.is_empty() {
        plot.series.push(Series { name: String::new(), style: Style::Line, colour: 3, points });
    }
    plot
}

/// The share of inputs whose labels hang on little.
fn small_margins(rows: &[&SimulationRow]) -> Plot {
    let description = "The share of sampled inputs, all models of a size together, whose margin |μ·P[H_0|x]| is below a bound: their labels hang on so little.";
    let mut plot =
        Plot::new("Small margins", description, states(rows), Axis::linear("share").between(0.0, 1.0));
    for (colour, bound) in ["1e-12", "1e-06", "1e-03"].into_iter().enumerate() {
        let point = |row: &&SimulationRow| {
            row.small_margins.get(bound).map(|share| Point::at(row.states as f64, *share))
        };
        let points: Vec<_> = rows.iter().filter_map(point).collect();
        if !points.is_empty() {
            let name = format!("below {bound}");
            plot.series.push(Series { name, style: Style::Line, colour, points });
        }
    }
    plot
}

/// How many inputs have their margin in which decade, for each family.
fn decades(rows: &[SimulationRow]) -> Plot {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for bin in rows.iter().flat_map(|row| &row.margins) {
        match counts.iter_mut().find(|(name, _)| *name == bin.name) {
            Some((_, count)) => *count += bin.count,
            None => counts.push((&bin.name, bin.count)),
        }
    }
    let short = |name: &str| name.trim_end_matches(" or more").replace("below ", "<").replace("e-0", "e-");
    let named = counts.iter().enumerate().map(|(at, (name, _))| (at as f64, short(name)));
    let x = Axis::linear("margin, from").named(named);
    let description = "How many of the sampled inputs of all models have their margin in each decade.";
    let mut plot = Plot::new("Margins by decade", description, x, Axis::linear("inputs"));
    let points: Vec<_> =
        counts.iter().enumerate().map(|(at, (_, count))| Point::at(at as f64, *count as f64)).collect();
    if !points.is_empty() {
        plot.series.push(Series { name: String::new(), style: Style::Bars, colour: 3, points });
    }
    plot
}

/// How large the supports of prompts are.
fn supports(rows: &[&SimulationRow]) -> Plot {
    let description = "How many states the smallest H* has that a prompt can single out and the task allows, and, where Theorem 3.6 applies, how many its prompt lets through (B); dashed, all \
                       states. Assumption 3.5 asks for independent columns at H*.";
    let mut plot = Plot::new("Supports of prompts", description, states(rows), Axis::linear("states"));
    let smallest = points(rows, |row| row.smallest_cover);
    let all = smallest.iter().map(|point| Point::at(point.x, point.x)).collect();
    let line = |name: &str, style, colour, points| Series { name: name.to_owned(), style, colour, points };
    let series = [
        line("smallest H*", Style::Line, 1, smallest),
        line("B", Style::Line, 0, points(rows, |row| row.prompt_support)),
        line("all states", Style::Dashed, 2, all),
    ];
    plot.series.extend(series.into_iter().filter(|series| !series.points.is_empty()));
    plot
}

fn wrong(rows: &[&SimulationRow]) -> Plot {
    let description = "The share of sampled inputs of 128 tokens that a theorem's head, right on every input, labels wrongly once it is computed in f64; where the theorem applies.";
    let mut plot =
        Plot::new("Wrong in f64", description, states(rows), Axis::linear("share").between(0.0, 1.0));
    let statements: BTreeMap<&str, ()> =
        rows.iter().flat_map(|row| row.wrong_on_sample.keys()).map(|id| (id.as_str(), ())).collect();
    for (colour, id) in statements.into_keys().enumerate() {
        let points = points(rows, |row| row.wrong_on_sample.get(id).copied());
        plot.series.push(Series { name: title(id), style: Style::Line, colour, points });
    }
    plot
}

fn coverage(rows: &[SimulationRow]) -> Plot {
    let lengths: BTreeMap<usize, ()> =
        rows.iter().flat_map(|row| row.coverage.keys()).map(|t| (*t, ())).collect();
    let longest = lengths.keys().next_back().copied().unwrap_or(1).max(2);
    let x = Axis::logarithmic("length of the input").between(1.0, longest as f64);
    let x = x.named(lengths.keys().map(|t| (*t as f64, t.to_string())));
    let description = "The mean probability that an input of a length satisfies (4.3): what Theorem 4.3 speaks about in the models with memory.";
    let mut plot = Plot::new("Coverage", description, x, Axis::linear("probability").between(0.0, 1.0));
    for (colour, row) in rows.iter().filter(|row| !row.coverage.is_empty()).enumerate() {
        let points = row.coverage.iter().map(|(length, share)| Point::at(*length as f64, *share)).collect();
        let name = match row.values {
            Some(values) => format!("{values} values"),
            None => format!("{} states", row.states),
        };
        plot.series.push(Series { name, style: Style::Line, colour, points });
    }
    plot
}
