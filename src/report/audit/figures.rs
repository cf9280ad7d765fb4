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
        hypotheses(rows),
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
        spread(
            &vanilla,
            |row| row.margin,
            "Margins",
            "The median of |μ·P[H_0|x]| over short inputs: how clear labels are.",
            "margin",
        ),
        decades(&vanilla),
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

fn hypotheses(rows: &[SimulationRow]) -> Plot {
    let all: Vec<&SimulationRow> = rows.iter().collect();
    let description = "The share of models on which each assumption holds.";
    let mut plot =
        Plot::new("Assumptions", description, states(&all), Axis::linear("share").between(0.0, 1.0));
    let mut ids: BTreeMap<(&str, &str), ()> = BTreeMap::new();
    for row in rows {
        ids.extend(row.hypotheses.keys().map(|id| ((id.as_str(), row.family.as_str()), ())));
    }
    for (colour, (id, family)) in ids.into_keys().enumerate() {
        let of = all.iter().filter(|row| row.family == family);
        let points: Vec<_> = of
            .filter_map(|row| Some(Point::at(row.states as f64, share(*row.hypotheses.get(id)?)?)))
            .collect();
        let name = if family == "vanilla" { title(id) } else { format!("{}, {family}", title(id)) };
        if !points.is_empty() {
            plot.series.push(Series { name, style: Style::Line, colour, points });
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

/// How many models have their median margin in which decade.
fn decades(rows: &[&SimulationRow]) -> Plot {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for bin in rows.iter().flat_map(|row| &row.margins) {
        match counts.iter_mut().find(|(name, _)| *name == bin.name) {
            Some((_, count)) => *count += bin.count,
            None => counts.push((&bin.name, bin.count)),
        }
    }
    let short = |name: &str| name.trim_end_matches(" or more").replace("below ", "<").replace("e-0", "e-");
    let named = counts.iter().enumerate().map(|(at, (name, _))| (at as f64, short(name)));
    let x = Axis::linear("median margin, from").named(named);
    let description = "How many models of all sizes have the median margin of their inputs in each decade.";
    let mut plot = Plot::new("Margins by decade", description, x, Axis::linear("models"));
    let points: Vec<_> =
        counts.iter().enumerate().map(|(at, (_, count))| Point::at(at as f64, *count as f64)).collect();
    if !points.is_empty() {
        plot.series.push(Series { name: String::new(), style: Style::Bars, colour: 3, points });
    }
    plot
}

/// How large the supports of prompts are.
fn supports(rows: &[&SimulationRow]) -> Plot {
    let description = "Where Theorem 3.6 applies: how many states its prompt lets through (B) and singles out (H*); dashed, all states.";
    let mut plot = Plot::new("Supports of prompts", description, states(rows), Axis::linear("states"));
    let (sources, essential) =
        (points(rows, |row| row.prompt_support), points(rows, |row| row.essential_states));
    if sources.is_empty() {
        return plot;
    }
    let all = sources.iter().map(|point| Point::at(point.x, point.x)).collect();
    let line = |name: &str, style, colour, points| Series { name: name.to_owned(), style, colour, points };
    plot.series = vec![
        line("B", Style::Line, 0, sources),
        line("H*", Style::Line, 1, essential),
        line("all states", Style::Dashed, 2, all),
    ];
    plot
}

fn wrong(rows: &[&SimulationRow]) -> Plot {
    let description =
        "The share of short inputs that the exact head labels wrongly once it is computed in f64.";
    let mut plot =
        Plot::new("Wrong in f64", description, states(rows), Axis::linear("share").between(0.0, 1.0));
    let points = points(rows, |row| row.wrong_in_f64);
    if !points.is_empty() {
        plot.series.push(Series { name: String::new(), style: Style::Line, colour: 2, points });
    }
    plot
}

fn coverage(rows: &[SimulationRow]) -> Plot {
    let lengths: BTreeMap<usize, ()> =
        rows.iter().flat_map(|row| row.coverage.keys()).map(|t| (*t, ())).collect();
    let x = Axis::linear("length of the input").named(lengths.keys().map(|t| (*t as f64, t.to_string())));
    let description =
        "The mean probability that an input of a length satisfies (4.3): what Theorem 4.3 speaks about.";
    let mut plot = Plot::new("Coverage", description, x, Axis::linear("probability").between(0.0, 1.0));
    for (colour, row) in rows.iter().filter(|row| !row.coverage.is_empty()).enumerate() {
        let points = row.coverage.iter().map(|(length, share)| Point::at(*length as f64, *share)).collect();
        plot.series.push(Series {
            name: format!("{} states", row.states),
            style: Style::Line,
            colour,
            points,
        });
    }
    plot
}
