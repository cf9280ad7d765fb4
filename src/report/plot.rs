//! Plots as SVG: lines with error bars, marks, bars, in pages and as files of their own.
//!
//! A [`Plot`] is data; [`svg`](Plot::svg) draws it. It has a title and a description for those who do not see it, and series differ
//! in the shape of their marks and the dashes of their lines, not only in colour. Coordinates are rounded to a tenth of a
//! pixel and come from `libm`, so that equal plots are equal bytes on every machine.
//!
//! ```
//! use recoverable::report::plot::{Axis, Plot, Point, Series, Style};
//! let points = vec![Point::at(4.0, 1.0), Point { low: 0.25, high: 0.75, ..Point::at(8.0, 0.5) }];
//! let mut plot = Plot::new("Coverage", "It falls.", Axis::linear("states"), Axis::linear("share"));
//! plot.series.push(Series { name: "exact".to_owned(), style: Style::Line, colour: 0, points });
//! assert_eq!(plot.svg().to_string().matches("<circle").count(), 3); // two points, and one in the legend
//! ```

mod axis;

pub use axis::{Axis, Scale};

use super::html::{Element, Html, element, palette};

/// A plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// Its title, for those who do not see it.
    pub title: String,
    /// What can be seen in it, in a sentence or two.
    pub description: String,
    /// From left to right.
    pub x: Axis,
    /// From bottom to top.
    pub y: Axis,
    /// Width and height.
    pub size: (f64, f64),
    /// What is drawn.
    pub series: Vec<Series>,
}

/// Points that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its name in the legend; none there if it is empty.
    pub name: String,
    /// How it is drawn.
    pub style: Style,
    /// Which colour and which mark, from 0.
    pub colour: usize,
    /// Its points, from left to right.
    pub points: Vec<Point>,
}

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A line with marks.
    Line,
    /// A dashed line without marks.
    Dashed,
    /// Bars from the axis.
    Bars,
}

/// A value and the interval around it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// From left to right.
    pub x: f64,
    /// The value.
    pub y: f64,
    /// The lower end of its error bar.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Point {
    /// A value without an interval.
    pub fn at(x: f64, y: f64) -> Self {
        Self { x, y, low: y, high: y }
    }
}

/// The margins around the axes.
const LEFT: f64 = 60.0;
const TOP: f64 = 12.0;
const RIGHT: f64 = 14.0;
const BOTTOM: f64 = 44.0;

/// The height of a line of the legend.
const LEGEND: f64 = 18.0;

/// The frame of the axes: where values stand.
struct Frame<'a> {
    plot: &'a Plot,
    bottom: f64,
    right: f64,
}

impl Plot {
    /// A plot without series, as wide as a phone.
    pub fn new(title: &str, description: &str, x: Axis, y: Axis) -> Self {
        let (title, description) = (title.to_owned(), description.to_owned());
        Self { title, description, x, y, size: (360.0, 250.0), series: Vec::new() }
    }

    /// Axes that span all points, with an interval around each.
    fn fitted(&self) -> Self {
        let points = || self.series.iter().flat_map(|series| &series.points);
        let bars = self.series.iter().any(|series| series.style == Style::Bars);
        let ys = points().flat_map(|point| [point.low, point.y, point.high]).chain(bars.then_some(0.0));
        let pad = if bars { 0.6 } else { 0.0 };
        let named = self.x.named.iter().map(|(value, _)| *value);
        let xs = points().map(|point| point.x).chain(named).flat_map(|x| [x - pad, x + pad]);
        Self { x: self.x.fitted(xs), y: self.y.fitted(ys), ..self.clone() }
    }

    /// The drawing.
    pub fn svg(&self) -> Html {
        let plot = self.fitted();
        let named = plot.series.iter().filter(|series| !series.name.is_empty()).count();
        let (width, height) = (plot.size.0, plot.size.1 + LEGEND * named as f64);
        let frame = Frame { plot: &plot, bottom: plot.size.1 - BOTTOM, right: width - RIGHT };
        drawing(&self.title, &self.description, width, height)
            .with(frame.axes())
            .with_all(plot.series.iter().map(|series| frame.series(series)))
            .with(frame.legend())
            .into()
    }
}

/// An empty drawing with a title and a description.
pub(super) fn drawing(title: &str, description: &str, width: f64, height: f64) -> Element {
    element("svg")
        .attr("xmlns", "http://www.w3.org/2000/svg")
        .attr("role", "img")
        .attr("width", tenth(width))
        .attr("height", tenth(height))
        .attr("viewBox", format!("0 0 {} {}", tenth(width), tenth(height)))
        .attr("font-family", "Helvetica, Arial, sans-serif")
        .attr("font-size", 12)
        .with(element("title").text(title))
        .with(element("desc").text(description))
        .with(ground(width, height))
}

fn ground(width: f64, height: f64) -> Element {
    let size = [("width", width), ("height", height)];
    shape("rect", "ground", &size).attr("fill", palette::light("paper"))
}

/// A coordinate to a tenth.
pub(super) fn tenth(value: f64) -> String {
    let rounded = libm::round(value * 10.0) / 10.0;
    if rounded == 0.0 { "0".to_owned() } else { rounded.to_string() }
}

/// A shape of a class with its coordinates.
pub(super) fn shape(name: &'static str, class: &str, places: &[(&'static str, f64)]) -> Element {
    places.iter().fold(element(name).class(class), |shape, (key, value)| shape.attr(key, tenth(*value)))
}

/// Words in a drawing; `anchor` is `start`, `middle` or `end`.
pub(super) fn label(x: f64, y: f64, anchor: &str, text: &str) -> Element {
    words("t", x, y, anchor, text)
}

/// The same of a class.
pub(super) fn words(class: &'static str, x: f64, y: f64, anchor: &str, text: &str) -> Element {
    let words = shape("text", class, &[("x", x), ("y", y)]).attr("text-anchor", anchor);
    words.attr("fill", palette::light("ink")).text(text)
}

/// About the width of a character: labels that would overlap are left out.
const CHARACTER: f64 = 7.0;

pub(super) fn segment(class: &str, colour: &str, from: (f64, f64), to: (f64, f64)) -> Element {
    let places = [("x1", from.0), ("y1", from.1), ("x2", to.0), ("y2", to.1)];
    shape("line", class, &places).attr("stroke", palette::light(colour))
}

impl Frame<'_> {
    fn place(&self, x: f64, y: f64) -> (f64, f64) {
        let (across, up) = (self.plot.x.share(x), self.plot.y.share(y));
        (LEFT + (self.right - LEFT) * across, self.bottom - (self.bottom - TOP) * up)
    }

    fn axes(&self) -> Html {
        let mut html = Html::new();
        for (value, words) in self.plot.y.ticks() {
            let (_, y) = self.place(0.0, value);
            html.push(segment("grid", "line", (LEFT, y), (self.right, y)));
            html.push(label(LEFT - 6.0, y + 4.0, "end", &words));
        }
        let mut last = f64::MIN;
        for (value, words) in self.plot.x.ticks() {
            let (x, _) = self.place(value, 0.0);
            html.push(segment("axis", "faint", (x, self.bottom), (x, self.bottom + 4.0)));
            let half = CHARACTER * words.chars().count() as f64 / 2.0;
            if x - half > last {
                html.push(label(x, self.bottom + 17.0, "middle", &words));
                last = x + half;
            }
        }
        html.push(segment("axis", "faint", (LEFT, self.bottom), (self.right, self.bottom)));
        let (middle, height) = (f64::midpoint(LEFT, self.right), f64::midpoint(TOP, self.bottom));
        html.push(label(middle, self.bottom + 36.0, "middle", &self.plot.x.label));
        let turned = format!("rotate(-90 12 {})", tenth(height));
        html.push(label(12.0, height, "middle", &self.plot.y.label).attr("transform", turned));
        html
    }

    fn series(&self, series: &Series) -> Html {
        let colour = series.colour % palette::SERIES;
        let (line, fill) = (format!("s{colour}"), format!("m{colour}"));
        let tone = format!("series-{colour}");
        let mut html = Html::new();
        if series.style == Style::Bars {
            for point in &series.points {
                html.push(self.bar(point, &fill).attr("fill", palette::light(&tone)));
            }
            return html;
        }
        let path: Vec<String> = series.points.iter().map(|point| self.pair(point)).collect();
        let stroke = element("polyline").class(&line).attr("points", path.join(" ")).attr("fill", "none");
        html.push(dashed(stroke.attr("stroke", palette::light(&tone)), series));
        if series.style == Style::Line {
            for point in &series.points {
                html.push(self.marked(point, series.colour, &line, &fill));
            }
        }
        html
    }

    fn pair(&self, point: &Point) -> String {
        let (x, y) = self.place(point.x, point.y);
        format!("{},{}", tenth(x), tenth(y))
    }

    fn bar(&self, point: &Point, fill: &str) -> Element {
        let (left, top) = self.place(point.x - 0.4, point.y);
        let (right, _) = self.place(point.x + 0.4, point.y);
        let places = [("x", left), ("y", top), ("width", right - left), ("height", self.bottom - top)];
        shape("rect", fill, &places)
    }

    /// A mark with its error bar.
    fn marked(&self, point: &Point, colour: usize, line: &str, fill: &str) -> Html {
        let (x, y) = self.place(point.x, point.y);
        let tone = format!("series-{}", colour % palette::SERIES);
        let mut html = Html::new();
        if point.low < point.high {
            let (low, high) = (self.place(point.x, point.low).1, self.place(point.x, point.high).1);
            html.push(segment(line, &tone, (x, low), (x, high)));
        }
        html.push(mark(x, y, colour, fill).attr("fill", palette::light(&tone)));
        html
    }

    fn legend(&self) -> Html {
        let named = self.plot.series.iter().filter(|series| !series.name.is_empty());
        let entries = named.enumerate().map(|(at, series)| {
            let y = self.plot.size.1 + LEGEND * at as f64 + 4.0;
            let colour = series.colour % palette::SERIES;
            let (class, fill, tone) =
                (format!("s{colour}"), format!("m{colour}"), format!("series-{colour}"));
            let mut html = Html::new();
            if series.style == Style::Bars {
                let places = [("x", LEFT), ("y", y - 5.0), ("width", 22.0), ("height", 10.0)];
                html.push(shape("rect", &fill, &places).attr("fill", palette::light(&tone)));
            } else {
                html.push(dashed(segment(&class, &tone, (LEFT, y), (LEFT + 22.0, y)), series));
            }
            if series.style == Style::Line {
                html.push(mark(LEFT + 11.0, y, series.colour, &fill).attr("fill", palette::light(&tone)));
            }
            html.push(label(LEFT + 30.0, y + 4.0, "start", &series.name));
            html
        });
        entries.collect()
    }
}

/// The dashes of a series.
fn dashed(line: Element, series: &Series) -> Element {
    if series.style == Style::Dashed {
        return line.attr("stroke-dasharray", "4 3");
    }
    let line = line.attr("stroke-width", 2);
    match series.colour % 4 {
        0 => line,
        1 => line.attr("stroke-dasharray", "7 3"),
        2 => line.attr("stroke-dasharray", "2 3"),
        _ => line.attr("stroke-dasharray", "8 3 2 3"),
    }
}

/// A circle, square, diamond or triangle.
fn mark(x: f64, y: f64, which: usize, class: &str) -> Element {
    let corners = |corners: &[(f64, f64)]| {
        let corners: Vec<_> =
            corners.iter().map(|(dx, dy)| format!("{},{}", tenth(x + dx), tenth(y + dy))).collect();
        element("polygon").class(class).attr("points", corners.join(" "))
    };
    match which % 4 {
        0 => shape("circle", class, &[("cx", x), ("cy", y), ("r", 3.5)]),
        1 => corners(&[(-3.2, -3.2), (3.2, -3.2), (3.2, 3.2), (-3.2, 3.2)]),
        2 => corners(&[(0.0, -4.5), (4.5, 0.0), (0.0, 4.5), (-4.5, 0.0)]),
        _ => corners(&[(0.0, -4.2), (4.2, 3.4), (-4.2, 3.4)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot(style: Style, x: Axis, y: Axis) -> Plot {
        let points = vec![Point::at(1.0, 1e-3), Point { low: 0.5, high: 2.0, ..Point::at(3.0, 1.0) }];
        let mut plot = Plot::new("<title>", "what is seen", x, y);
        plot.series.push(Series { name: "one & only".to_owned(), style, colour: 1, points });
        plot
    }

    #[test]
    fn plots_speak_and_are_escaped() {
        let svg = plot(Style::Line, Axis::linear("n"), Axis::linear("y")).svg().to_string();
        assert!(svg.contains("<title>&lt;title&gt;</title><desc>what is seen</desc>"));
        assert!(svg.contains("one &amp; only") && svg.contains("role=\"img\""));
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }

    #[test]
    fn no_style_leaves_the_frame() {
        for style in [Style::Line, Style::Dashed, Style::Bars] {
            for y in [Axis::linear("y"), Axis::logarithmic("y")] {
                let svg = plot(style, Axis::linear("n"), y).svg().to_string();
                for attribute in ["x1=\"", "y1=\"", "cx=\"", "cy=\"", " x=\"", " y=\""] {
                    for rest in svg.split(attribute).skip(1) {
                        let value: f64 = rest.split('"').next().unwrap().parse().unwrap();
                        assert!((0.0..=360.0).contains(&value), "{attribute}{value}");
                    }
                }
            }
        }
    }

    #[test]
    fn an_empty_plot_is_a_frame() {
        let svg = Plot::new("t", "d", Axis::linear("x"), Axis::logarithmic("y")).svg().to_string();
        assert!(!svg.contains("NaN") && svg.contains("</svg>"));
    }
}
