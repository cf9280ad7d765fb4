//! Both panels as one HTML page: the figure, and its table with the published numbers beside.

use super::{Point, Series, interval, svg_plot};
use crate::{
    report::html::{
        Html, element,
        page::{Page, command},
        table::{Cell, Column, Kind, Table},
    },
    simulate::{figure3::Plan, memory::MemoryPlan},
};

/// The page; a panel that was not run is not there.
///
/// ```
/// use recoverable::{report::figure3::page, simulate::figure3::Plan};
/// let written = page::page(Some((&Plan::quick(), &[])), None);
/// assert!(written.starts_with("<!doctype html>") && written.contains("Vanilla models"));
/// ```
pub fn page(vanilla: Option<(&Plan, &[Point])>, memory: Option<(&MemoryPlan, &[Point])>) -> String {
    let lead = "Accuracy of constructed and learned heads on the exact model; published: those of a BERT-like network in its place.";
    let mut page = Page::new("Figure 3 with the exact model", lead);
    if let Some((plan, points)) = vanilla {
        let values = "Values of learned heads and prompts are certified for all inputs of this length, with the widest bracket beside.";
        page.section(
            "vanilla",
            "Vanilla models",
            panel("vanilla-points", plan, values, points, &Series::ALL),
        );
    }
    if let Some((plan, points)) = memory {
        let values = "Values of attention heads are those of the sample; those of learned heads of vanilla models are certified.";
        let body = panel("memory-points", &plan.common, values, points, &Series::MEMORY);
        page.section("memory", "Models with memory", body);
    }
    page.section("again", "Again", command("recoverable simulate figure3"));
    page.render()
}

fn panel(id: &str, plan: &Plan, values: &str, points: &[Point], series: &[Series]) -> Html {
    let [training, _, tests] = plan.inputs;
    let words = format!(
        "{} models of each size, {training} inputs of {} tokens to learn from, {tests} to test on; intervals are of 95 % over models. {values}",
        plan.seeds, plan.length
    );
    let mut body = Html::from(element("p").text(words));
    body.push(element("figure").with(svg_plot(points, series)));
    body.push(table(id, points));
    body
}

fn table(id: &str, points: &[Point]) -> Html {
    let columns = [
        Column::new("states", Kind::Number),
        Column::new("series", Kind::Choice),
        Column::new("models", Kind::Number),
        Column::new("accuracy (%)", Kind::Number),
        Column::new("interval", Kind::Number),
        Column::new("of the sample (%)", Kind::Number),
        Column::new("widest bracket (%)", Kind::Number),
        Column::new("published (%)", Kind::Number),
    ];
    let mut table = Table::new(id, "Accuracy by number of hidden states.", columns).sortable();
    for point in points {
        let [low, high] = interval(point);
        let published = point.series.published(point.states).map_or(Cell::from(""), |[value, low, high]| {
            Cell::from(format!("{value:.1} [{low:.1}, {high:.1}]")).key(value)
        });
        let width = point.width.map(|width| 100.0 * width);
        table.row([
            Cell::from(point.states.to_string()),
            Cell::from(point.series.title()),
            Cell::from(point.runs.to_string()),
            Cell::from(format!("{:.3}", 100.0 * point.accuracy.mean)),
            Cell::from(format!("[{low:.1}, {high:.1}]")).key(low),
            Cell::from(format!("{:.2}", 100.0 * point.sampled)),
            width.map_or(Cell::from(""), |width| Cell::from(format!("{width:.4}")).key(width)),
            published,
        ]);
    }
    table.html()
}
