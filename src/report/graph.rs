//! Small chains drawn: states as circles, transitions as arcs with their probabilities.
//!
//! States stand on a circle, the first one at the top (two of them side by side); arcs bend so that both directions of a pair can be told apart, and loops
//! point away from the middle. In each circle stands the state's name, below it a note such as its initial probability.
//!
//! ```
//! use recoverable::report::graph::{Arc, Graph, Node};
//! let node = |name: &str| Node { name: name.to_owned(), note: "1/2".to_owned() };
//! let arc = |from, to| Arc { from, to, label: "1".to_owned(), weight: 1.0 };
//! let swap = Graph { nodes: vec![node("a"), node("b")], arcs: vec![arc(0, 1), arc(1, 0)] };
//! assert_eq!(swap.svg("Swap", "Two states.").to_string().matches("<path").count(), 2);
//! ```

use std::f64::consts::{FRAC_PI_2, PI};

use super::{
    html::{Element, Html, element, palette},
    plot::{drawing, label, shape, tenth, words},
};

/// What is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    /// The states.
    pub nodes: Vec<Node>,
    /// The transitions of positive probability.
    pub arcs: Vec<Arc>,
}

/// A state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its name, short.
    pub name: String,
    /// What stands below it.
    pub note: String,
}

/// A transition.
#[derive(Clone, Debug, PartialEq)]
pub struct Arc {
    /// From which state.
    pub from: usize,
    /// To which state.
    pub to: usize,
    /// What stands beside it.
    pub label: String,
    /// From 0 to 1: how thick it is.
    pub weight: f64,
}

/// More states than this are too many for a drawing.
pub const MOST: usize = 6;

const RADIUS: f64 = 23.0;
const WIDTH: f64 = 330.0;

type Place = (f64, f64);

/// A point `t` of the way from `a` to `b`.
fn between(a: Place, b: Place, t: f64) -> Place {
    (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t)
}

/// A step from `a` in the direction of `b`.
fn towards(a: Place, b: Place, length: f64) -> Place {
    let distance = libm::hypot(b.0 - a.0, b.1 - a.1).max(1e-9);
    between(a, b, length / distance)
}

fn around(centre: Place, angle: f64, length: f64) -> Place {
    (centre.0 + length * libm::cos(angle), centre.1 + length * libm::sin(angle))
}

impl Graph {
    /// The drawing, with a title and a description for those who do not see it.
    pub fn svg(&self, title: &str, description: &str) -> Html {
        let height = self.height();
        let arcs = self.arcs.iter().map(|arc| self.arc(arc));
        let nodes = self.nodes.iter().enumerate().map(|(at, node)| self.node(at, node));
        let labels = self.arcs.iter().map(|arc| {
            let (x, y) = self.label_place(arc);
            halo(words("t halo", x, y + 4.0, "middle", &arc.label))
        });
        let svg = drawing(title, description, WIDTH, height).with_all(arcs).with_all(nodes);
        svg.with_all(labels).into()
    }

    fn height(&self) -> f64 {
        match self.nodes.len() {
            0..=2 => 160.0,
            3 => 272.0,
            _ => 310.0,
        }
    }

    fn centre(&self) -> Place {
        let down = match self.nodes.len() {
            1 => 105.0,
            2 => 80.0,
            _ => 155.0,
        };
        (WIDTH / 2.0, down)
    }

    /// The direction in which a state stands.
    fn angle(&self, node: usize) -> f64 {
        let count = self.nodes.len().max(1) as f64;
        let first = if self.nodes.len() == 2 { -PI } else { -FRAC_PI_2 };
        first + 2.0 * PI * node as f64 / count
    }

    fn place(&self, node: usize) -> Place {
        let far = match self.nodes.len() {
            1 => 0.0,
            2 => 70.0,
            _ => 88.0,
        };
        around(self.centre(), self.angle(node), far)
    }

    fn node(&self, at: usize, node: &Node) -> Html {
        let (x, y) = self.place(at);
        let circle = shape("circle", "node", &[("cx", x), ("cy", y), ("r", RADIUS)]);
        let circle = circle.attr("fill", palette::light("panel")).attr("stroke", palette::light("ink"));
        let mut html = Html::from(circle);
        let up = if node.note.is_empty() { 4.0 } else { -2.0 };
        html.push(label(x, y + up, "middle", &node.name).attr("font-weight", "bold"));
        html.push(label(x, y + 12.0, "middle", &node.note).attr("font-size", 10));
        html
    }

    fn arc(&self, arc: &Arc) -> Html {
        let (path, before, tip) = if arc.from == arc.to { self.loop_at(arc.from) } else { self.bend(arc) };
        let line = element("path").class("arc").attr("d", path).attr("fill", "none");
        let line =
            line.attr("stroke", palette::light("faint")).attr("stroke-width", tenth(1.0 + 1.5 * arc.weight));
        let mut html = Html::from(line);
        html.push(head(before, tip));
        html
    }

    /// Where an arc begins, the point that pulls it aside, and where it ends.
    fn curve(&self, arc: &Arc) -> [Place; 3] {
        let (a, b) = (self.place(arc.from), self.place(arc.to));
        let both = self.arcs.iter().any(|other| (other.from, other.to) == (arc.to, arc.from));
        let aside = if both { 0.24 } else { 0.1 };
        let middle = between(a, b, 0.5);
        let pulled = (middle.0 + (b.1 - a.1) * aside, middle.1 - (b.0 - a.0) * aside);
        [towards(a, pulled, RADIUS), pulled, towards(b, pulled, RADIUS + 2.0)]
    }

    /// An arc between two states: its path, the last point before its tip, and the tip.
    fn bend(&self, arc: &Arc) -> (String, Place, Place) {
        let [start, pulled, end] = self.curve(arc);
        (format!("M{} Q{} {}", pair(start), pair(pulled), pair(end)), pulled, end)
    }

    /// A loop that points away from the middle.
    fn loop_at(&self, node: usize) -> (String, Place, Place) {
        let (at, angle) = (self.place(node), self.angle(node));
        let (start, end) = (around(at, angle - 0.5, RADIUS), around(at, angle + 0.5, RADIUS + 2.0));
        let (out, back) = (around(at, angle - 0.55, 66.0), around(at, angle + 0.55, 66.0));
        (format!("M{} C{} {} {}", pair(start), pair(out), pair(back), pair(end)), back, end)
    }

    fn label_place(&self, arc: &Arc) -> Place {
        if arc.from == arc.to {
            return around(self.place(arc.from), self.angle(arc.from), 56.0);
        }
        let [start, pulled, end] = self.curve(arc);
        // Nearer to where it comes from, where many arcs cross in the middle.
        let t = if self.nodes.len() > 4 { 0.2 } else { 0.5 };
        between(between(start, pulled, t), between(pulled, end, t), t)
    }
}

fn pair(place: Place) -> String {
    format!("{} {}", tenth(place.0), tenth(place.1))
}

/// The tip of an arrow.
fn head(before: Place, tip: Place) -> Element {
    let base = towards(tip, before, 8.0);
    let (dx, dy) = ((tip.1 - base.1) * 0.45, (base.0 - tip.0) * 0.45);
    let corners = [tip, (base.0 + dx, base.1 + dy), (base.0 - dx, base.1 - dy)].map(pair).join(" ");
    element("polygon").class("tip").attr("points", corners).attr("fill", palette::light("faint"))
}

/// Words that stay readable on lines.
fn halo(words: Element) -> Element {
    let words = words.attr("stroke", palette::light("paper")).attr("stroke-width", 4);
    words.attr("paint-order", "stroke").attr("stroke-linejoin", "round")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete(states: usize) -> Graph {
        let node = |at: usize| Node { name: at.to_string(), note: String::new() };
        let arc = |from, to| Arc { from, to, label: format!("{from}/{to}"), weight: 0.5 };
        let arcs = (0..states).flat_map(|from| (0..states).map(move |to| arc(from, to)));
        Graph { nodes: (0..states).map(node).collect(), arcs: arcs.collect() }
    }

    #[test]
    fn everything_stands_within_the_drawing() {
        for states in 1..=MOST {
            let graph = complete(states);
            for arc in &graph.arcs {
                let (x, y) = graph.label_place(arc);
                let inside = (10.0..=WIDTH - 10.0).contains(&x) && (2.0..=graph.height() - 2.0).contains(&y);
                assert!(inside, "{states} states, {}-{}: {x}, {y}", arc.from, arc.to);
            }
            let svg = graph.svg("t", "d").to_string();
            assert_eq!(svg.matches("<path").count(), states * states);
            assert_eq!(svg.matches("<circle").count(), states);
            assert!(!svg.contains("NaN"));
        }
    }

    #[test]
    fn labels_of_both_directions_are_apart() {
        for states in 2..=MOST {
            let graph = complete(states);
            let places: Vec<_> = graph.arcs.iter().map(|arc| graph.label_place(arc)).collect();
            for (at, a) in places.iter().enumerate() {
                for b in &places[at + 1..] {
                    assert!(libm::hypot(a.0 - b.0, a.1 - b.1) > 12.0, "{states} states: {a:?} {b:?}");
                }
            }
        }
    }
}
