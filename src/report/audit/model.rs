//! A model of a counterexample: its matrices, and its chain as a drawing.

use num_rational::BigRational;
use num_traits::{ToPrimitive, Zero};
use recoverable_checker::{
    certificate::{Hmm, MemoryHmm, MemoryPrior, Model, Weights},
    number::Rational,
};

use crate::report::{
    counterexample::brief,
    document::{Align, Line, Table},
    graph::{self, Arc, Graph, Node},
    html::{Html, element},
    math,
};

/// A matrix whose rows and columns have names.
pub struct Matrix {
    /// Such as `A (to, from)`.
    pub corner: String,
    columns: Vec<String>,
    rows: Vec<(String, Vec<Rational>)>,
}

/// The matrices of a model: laws and task, transitions, emissions.
pub fn matrices(model: &Model) -> Vec<Matrix> {
    match model {
        Model::Hmm(hmm) => vanilla(hmm),
        Model::MemoryHmm(memory) => with_memory(memory),
        Model::Matrix(_) => Vec::new(), // no statement of the paper is about a matrix alone
    }
}

fn numbered(count: usize) -> Vec<String> {
    (0..count).map(|index| index.to_string()).collect()
}

fn rows(rows: &[Vec<Rational>]) -> Vec<(String, Vec<Rational>)> {
    rows.iter().enumerate().map(|(index, row)| (index.to_string(), row.clone())).collect()
}

fn weights(weights: &Weights) -> Vec<(String, Vec<Rational>)> {
    match weights {
        Weights::Binary(row) => vec![("μ".to_owned(), row.clone())],
        Weights::Classes(rows) => {
            rows.iter().enumerate().map(|(index, row)| (format!("μ_{index}"), row.clone())).collect()
        }
    }
}

fn vanilla(hmm: &Hmm) -> Vec<Matrix> {
    let states = numbered(hmm.initial.len());
    let task = hmm.task.iter().flat_map(|task| weights(&task.weights));
    let laws = [("π0".to_owned(), hmm.initial.clone())].into_iter().chain(task).collect();
    let matrix = |corner: &str, rows| Matrix { corner: corner.to_owned(), columns: states.clone(), rows };
    vec![
        matrix("state", laws),
        matrix("A (to, from)", rows(&hmm.transition)),
        matrix("W (token, state)", rows(&hmm.emission)),
    ]
}

fn with_memory(memory: &MemoryHmm) -> Vec<Matrix> {
    let state = |h: usize| format!("{},{}", h / memory.syntax.max(1), h % memory.syntax.max(1));
    let states: Vec<String> = (0..memory.initial.len()).map(state).collect();
    let values = numbered(memory.values);
    let columns = values.iter().flat_map(|value| states.iter().map(move |state| format!("{value},{state}")));
    let priors = match &memory.memory_prior {
        MemoryPrior::Product(laws) => {
            laws.iter().enumerate().map(|(cell, law)| (format!("P[M_{cell}]"), law.clone())).collect()
        }
        MemoryPrior::Joint(_) => Vec::new(),
    };
    let task = memory.task.iter().flat_map(|task| {
        weights(&task.weights).into_iter().map(|(name, row)| (format!("{name} (cell {})", task.cell), row))
    });
    let mut found = vec![Matrix {
        corner: "value".to_owned(),
        columns: values.clone(),
        rows: Vec::into_iter(priors).chain(task).collect(),
    }];
    if let MemoryPrior::Joint(law) = &memory.memory_prior {
        let name = |values: &[usize]| values.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        let rows = law.0.iter().map(|(values, p)| (name(values), vec![p.clone()])).collect();
        found.push(Matrix { corner: "memory".to_owned(), columns: vec!["probability".to_owned()], rows });
    }
    let laws = vec![("π0".to_owned(), memory.initial.clone())];
    let chain = |corner: &str, rows| Matrix { corner: corner.to_owned(), columns: states.clone(), rows };
    found.push(chain("state (cell, syntax)", laws));
    found.push(chain("A (to, from)", rows(&memory.transition)));
    found.push(Matrix {
        corner: "W (token; value, cell, syntax)".to_owned(),
        columns: columns.collect(),
        rows: rows(&memory.emission),
    });
    found
}

impl Matrix {
    /// As a table of a document.
    pub fn table(&self) -> Table {
        let columns = self.columns.iter().map(|name| (name.as_str(), Align::Right));
        let mut table = Table::new([(self.corner.as_str(), Align::Left)].into_iter().chain(columns));
        for (name, entries) in &self.rows {
            let entries = entries.iter().map(|entry| Line::from(brief(&entry.0)));
            table.row([Line::new().math(name)].into_iter().chain(entries));
        }
        table
    }

    /// As a table of a page; probabilities have bars below them.
    pub fn html(&self) -> Html {
        let heading = |name: &str| element("th").attr("scope", "col").class("number").text(name);
        let corner = element("th").attr("scope", "col").text(&self.corner);
        let head = element("tr").with(corner).with_all(self.columns.iter().map(|name| heading(name)));
        let row = |(name, entries): &(String, Vec<Rational>)| {
            let weights = name.starts_with('μ');
            let heading = element("th").attr("scope", "row").with(math::inline(name));
            let cell = |entry: &Rational| {
                let cell = element("td").text(brief(&entry.0));
                let style = format!("--p:{:.0}%", 100.0 * share(&entry.0));
                if weights { cell.class("number") } else { cell.class("number share").attr("style", style) }
            };
            element("tr").with(heading).with_all(entries.iter().map(cell))
        };
        let table = element("table").class("matrix").with(element("thead").with(head));
        let table = table.with(element("tbody").with_all(self.rows.iter().map(row)));
        let frame = element("div").class("scroll").attr("tabindex", 0).attr("role", "group");
        frame.attr("aria-label", &self.corner).with(table).into()
    }
}

/// A probability as a number.
fn share(value: &BigRational) -> f64 {
    value.to_f64().unwrap_or(0.0).clamp(0.0, 1.0)
}

/// The chain as a figure, if it is small enough.
pub fn figure(model: &Model, name: &str) -> Option<Html> {
    let (initial, transition) = match model {
        Model::Hmm(hmm) => (&hmm.initial, &hmm.transition),
        Model::MemoryHmm(memory) => (&memory.initial, &memory.transition),
        Model::Matrix(_) => return None,
    };
    let states = initial.len();
    if states > graph::MOST {
        return None;
    }
    let name_of = |state: usize| match model {
        Model::MemoryHmm(memory) => {
            format!("{},{}", state / memory.syntax.max(1), state % memory.syntax.max(1))
        }
        _ => state.to_string(),
    };
    let nodes = (0..states).map(|state| Node { name: name_of(state), note: short(&initial[state].0) });
    let pairs = (0..states).flat_map(|from| (0..states).map(move |to| (from, to)));
    let arcs = pairs.filter(|&(from, to)| !transition[to][from].0.is_zero()).map(|(from, to)| {
        let probability = &transition[to][from].0;
        Arc { from, to, label: short(probability), weight: share(probability) }
    });
    let drawing = Graph { nodes: nodes.collect(), arcs: arcs.collect() };
    let sentence = drawing.arcs.iter().map(|arc| {
        format!("from {} to {} with probability {}", name_of(arc.from), name_of(arc.to), arc.label)
    });
    let description = sentence.collect::<Vec<_>>().join("; ");
    let caption =
        element("figcaption").text("The chain: in each circle a state and its initial probability.");
    let svg = drawing.svg(&format!("The hidden chain of {name}"), &description);
    Some(element("figure").with(svg).with(caption).into())
}

/// A number that fits into a drawing.
fn short(value: &BigRational) -> String {
    let exact = value.to_string();
    if exact.len() <= 7 {
        return exact;
    }
    value.to_f64().map_or(exact, |value| format!("≈{value:.2}"))
}

/// The size of a model in words.
pub fn size(model: &Model, size: [usize; 2]) -> String {
    let [states, tokens] = size;
    let memory = match model {
        Model::MemoryHmm(memory) => format!(", {} cells with {} values", memory.cells, memory.values),
        _ => String::new(),
    };
    format!("{states} states, {tokens} tokens{memory}")
}

/// Matrices of a page, one below the other.
pub fn matrices_html(model: &Model) -> Html {
    matrices(model).iter().map(Matrix::html).collect()
}
