//! The rules that rest on prefix trees.
//!
//! Coq computes with integers, masses times one number and scores times another, which are chosen here so that the products of ratios
//! and scores are integers in the unit of the masses; in rounded arithmetic they are also so large that even the least entry that the tree can
//! meet keeps more digits than in the certificate's checker, so that the ends are within those of the checker. Before a prefix looks at the
//! facts of a region, scores are multiplied by another number, so that they are the rows of the certificate in the unit of the masses.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed};
use recoverable_checker::{
    certificate::{
        Bracket, Construction, Disagreement, Hmm, LabelsAgree, Leaf, Next, Node, Region, Statement, Tree,
    },
    number::Rational,
};

use super::{
    super::literal::{Data, cleared, common, hexadecimal, list, plain, plain_rows},
    Asked, Subject, classes,
    labels::{Labelled, behind, prompt_data},
};

/// Binary digits of the least mass or score of a tree in rounded arithmetic, or of its numerator at the root.
const DIGITS: u64 = 128;

pub fn labels_agree(subject: &Subject, statement: Statement, evidence: &LabelsAgree) -> Option<Asked> {
    let labelled = Labelled::new(subject)?;
    let behind = behind(subject);
    let says = match statement {
        Statement::LinearHead => format!("exists b, {}", labelled.about("recovers", &behind, "b")),
        _ => labelled.about("recovers", &behind, "(mx R data_head)"),
    };
    let agree = "exact: (labels_agree_checked (R := R) (ok := data_valid) checked)";
    let proof = match statement {
        Statement::LinearHead => format!("exists (mx R data_head); {agree}"),
        _ => agree.to_owned(),
    };
    let planted = Planted::new(subject, &labelled, &evidence.construction, &evidence.tree)?;
    let depth = planted.depth.max(1);
    let (data, arguments) = planted.parts(subject, &labelled, &evidence.construction, &evidence.tree);
    let asked = data.into_iter().fold(Asked::new(says, proof), Asked::data);
    Some(asked.check(format!("labels_agree_check {arguments} {depth}")))
}

pub fn disagreement(subject: &Subject, evidence: &Disagreement) -> Option<Asked> {
    let labelled = Labelled::new(subject)?;
    let about = labelled.about("disagreement", &behind(subject), "(mx R data_head)");
    let says = format!(
        "\n  forall blank i, (0 < i)%N ->\n    \
         let bounds := nth ((1, 0), (1, 0))%ZZ data_brackets (minn i (size data_brackets)).-1 in\n    \
         (fval R bounds.1 <= {about} blank i <= fval R bounds.2)%R"
    );
    let proof = "exact: (disagreement_checked R data_valid checked)";
    let planted = Planted::new(subject, &labelled, &evidence.construction, &evidence.tree)?;
    let (data, arguments) = planted.parts(subject, &labelled, &evidence.construction, &evidence.tree);
    let brackets: Vec<_> = evidence.shorter.iter().chain([&evidence.bracket]).collect();
    let asked = data.into_iter().fold(Asked::new(says, proof), Asked::data);
    Some(asked.data(bracket_data(&brackets)).check(format!("disagreement_check {arguments} data_brackets")))
}

fn bracket_data(brackets: &[&Bracket]) -> Data {
    let end = |end: &BigRational| format!("({}, {})", hexadecimal(end.denom()), hexadecimal(end.numer()));
    let bracket = |bracket: &&Bracket| format!("({}, {})", end(&bracket.lower.0), end(&bracket.upper.0));
    Data::term("brackets", "list ((Z * Z) * (Z * Z))", list(brackets.iter().map(bracket)))
}

/// A tree with ratios in the units of Coq.
struct Planted {
    /// What masses and scores are multiplied by.
    scales: [BigInt; 2],
    /// What the scores of task and head are multiplied by for facts.
    factors: [BigInt; 2],
    nodes: Vec<Vec<BigInt>>,
    depth: usize,
}

impl Planted {
    fn new(subject: &Subject, labelled: &Labelled, construction: &Construction, tree: &Tree) -> Option<Self> {
        let per_ratio = per_ratio(subject.hmm?, labelled, construction);
        let ratios = |leaf: &Leaf| -> Vec<BigRational> {
            let dyadics = leaf.ratios.iter().map(|ratio| dyadic(ratio.mantissa(), ratio.exponent()));
            let own = leaf.ratios.len() / 2;
            dyadics.enumerate().map(|(at, ratio)| ratio * &per_ratio[usize::from(at >= own)]).collect()
        };
        let leaf = |kind: u32, leaf: &Leaf| {
            let labels = [leaf.task, leaf.head].map(|label| labelled.class(label));
            let mut ratios = ratios(leaf).into_iter();
            let mut row: Vec<_> = [kind as usize, labels[0], labels[1]].map(whole).into();
            for label in labels {
                let at = |class: usize| if class == label { None } else { ratios.next() };
                row.extend((0..=labelled.last).map(at).map(Option::unwrap_or_default));
            }
            row
        };
        let node = |node: &Node| match node {
            Node::Split => vec![whole(0)],
            Node::Open => vec![whole(1)],
            Node::Proportional => vec![whole(2)],
            Node::Settled(settled) => leaf(3, settled),
            Node::Exact(exact) => leaf(4, exact),
            Node::Region(region) => vec![whole(5), whole(*region)],
            // Coq looks at all states: the bounds are those of the checker, or closer.
            Node::ByState(_) => vec![whole(6)],
        };
        let nodes: Vec<Vec<BigRational>> = tree.nodes.iter().map(node).collect();
        let in_facts = if tree.regions.is_empty() { &[][..] } else { &per_ratio };
        let clearing = common(nodes.iter().flatten().chain(in_facts));
        let factors = per_ratio.each_ref().map(|factor| (factor * &clearing).to_integer());
        let depth = depth(subject.entries.len(), tree);
        let digits = if tree.rounded { DIGITS + depth as u64 * lost(subject.hmm?) } else { 0 };
        let guard = BigInt::one() << digits;
        let in_units = |row: Vec<BigRational>| -> Vec<BigInt> {
            let scaled = |(at, entry): (usize, BigRational)| {
                let scale = if at < 3 { BigInt::one() } else { clearing.clone() };
                (entry * scale).to_integer()
            };
            row.into_iter().enumerate().map(scaled).collect()
        };
        let nodes = nodes.into_iter().map(in_units).collect();
        Some(Self { scales: [&clearing * &guard, guard], factors, nodes, depth })
    }

    /// The data, and the arguments of both checks.
    fn parts(
        self,
        subject: &Subject,
        labelled: &Labelled,
        construction: &Construction,
        tree: &Tree,
    ) -> (Vec<Data>, String) {
        let [masses, scores] = &self.scales;
        let mut data = vec![
            Data::matrix("task", &labelled.task),
            Data::matrix("head", &classes(&construction.head)),
            prompt_data(construction.prompt.as_ref()),
            Data::integer("mass_scale", masses),
            Data::integer("score_scale", scores),
            Data::rows("nodes", &self.nodes),
        ];
        let arguments = format!(
            "{} {} data_head data_prompt data_task\n  \
             data_mass_scale data_score_scale {}\n  {} {} (tree_of {} {} data_nodes)",
            labelled.sizes,
            labelled.last,
            tree.rounded,
            if tree.regions.is_empty() { "no_ground" } else { GROUND },
            tree.ahead.unwrap_or(0),
            labelled.last,
            subject.entries.len() - 1
        );
        if !tree.regions.is_empty() {
            data.extend(ground(labelled, subject.columns, &tree.regions));
            data.push(factor_data(&self.factors));
        }
        (data, arguments)
    }
}

/// Regions, by their parts.
const GROUND: &str =
    "(Ground data_region_labels data_facts data_region_leads data_region_weights data_region_factors)";

/// The regions, with facts about the scores of Coq's classes: those of a binary task have the other sign.
fn ground(labelled: &Labelled, states: usize, regions: &[Region]) -> [Data; 4] {
    let labels: Vec<_> = regions.iter().map(|region| labelled.class(region.label)).collect();
    let fact = |fact: &Vec<Rational>| -> Vec<BigRational> {
        let (masses, scores) = fact.split_at(states);
        let score = |score: &Rational| if labelled.binary { -&score.0 } else { score.0.clone() };
        masses.iter().map(|mass| mass.0.clone()).chain(scores.iter().map(score)).collect()
    };
    let facts: Vec<Vec<_>> = regions.iter().map(|region| region.facts.iter().map(fact).collect()).collect();
    let leads = |region: &Region| region.next.iter().map(|next| next.region).collect();
    let leads: Vec<_> = regions.iter().map(leads).collect();
    let steps = regions.iter().flat_map(|region| region.next.iter().map(|next| (region.facts.len(), next)));
    let weights: Vec<_> = steps.map(|(facts, next)| dense(facts, next)).collect();
    [
        Data::naturals("region_labels", &labels),
        Data::matrices("facts", &facts),
        Data::lists("region_leads", &leads),
        Data::matrices("region_weights", &weights),
    ]
}

/// The weights of all facts of a region, for each fact of the next one.
fn dense(facts: usize, next: &Next) -> Vec<Vec<BigRational>> {
    let row = |weights: &Vec<(usize, Rational)>| {
        let mut row = vec![whole(0); facts];
        weights.iter().for_each(|(fact, weight)| row[*fact] += &weight.0);
        row
    };
    next.weights.iter().map(row).collect()
}

fn factor_data([task, head]: &[BigInt; 2]) -> Data {
    Data::term("region_factors", "Z * Z", format!("({}, {})", hexadecimal(task), hexadecimal(head)))
}

fn whole(number: usize) -> BigRational {
    BigRational::from_integer(number.into())
}

fn dyadic(mantissa: u32, exponent: i16) -> BigRational {
    let power = BigInt::one() << exponent.unsigned_abs();
    let mantissa = BigInt::from(mantissa);
    if exponent < 0 { BigRational::new(mantissa, power) } else { BigRational::from_integer(mantissa * power) }
}

/// Binary digits by which a positive entry can become smaller with one more token, at most.
fn lost(hmm: &Hmm) -> u64 {
    let least = |matrix| {
        let entries = plain_rows(matrix).into_iter().flatten().filter(Signed::is_positive);
        entries.map(|entry| entry.denom().bits() - entry.numer().bits() + 1).max().unwrap_or(0)
    };
    least(&hmm.transition) + least(&hmm.emission)
}

/// What a ratio of the certificate, for task and head, is multiplied by: it is one to scores over their least common denominator, divided by the
/// least power of two above them; Coq's is one of numerators of masses to numerators of scores.
fn per_ratio(hmm: &Hmm, labelled: &Labelled, construction: &Construction) -> [BigRational; 2] {
    let initial = plain(&hmm.initial);
    let (emission, transition) = (plain_rows(&hmm.emission), plain_rows(&hmm.transition));
    let prompt = plain_rows(construction.prompt.as_deref().unwrap_or_default());
    let ahead = |law: &[BigRational]| -> Vec<BigRational> {
        transition.iter().map(|row| row.iter().zip(law).map(|(a, p)| a * p).sum()).collect()
    };
    let mut law = ahead(&initial);
    let scale = |rows: &[Vec<BigRational>]| BigRational::from_integer(common(rows.iter().flatten()));
    let (masses, step) = (scale(std::slice::from_ref(&initial)), scale(&transition));
    let mut law_scale = &masses * &step;
    for embedding in &prompt {
        let passed: Vec<_> = law.iter().zip(embedding).map(|(p, u)| p * u).collect();
        law = ahead(&passed);
        law_scale *= scale(std::slice::from_ref(embedding)) * &step;
    }
    let head = classes(&construction.head);
    let seen = |row: &Vec<BigRational>| -> Vec<BigRational> {
        let at = |h: usize| emission.iter().zip(row).map(|(w, b)| &w[h] * b).sum::<BigRational>() * &law[h];
        (0..initial.len()).map(at).collect()
    };
    let weighed = |row: &Vec<BigRational>| row.iter().zip(&initial).map(|(mu, p)| mu * p).collect();
    let task_rows: Vec<Vec<BigRational>> = contrasts(&labelled.task).iter().map(weighed).collect();
    let head_rows: Vec<_> = contrasts(&head).iter().map(seen).collect();
    let task_scale = scale(&labelled.task) * &masses;
    let head_scale = scale(&head) * scale(&emission) * law_scale;
    [(task_rows, task_scale), (head_rows, head_scale)].map(|(rows, own)| {
        let (denominator, rows) = cleared(&rows);
        let bits = rows.iter().flatten().map(BigInt::bits).max().unwrap_or(0);
        BigRational::new(denominator, BigInt::one() << bits) * &masses / own
    })
}

/// The differences of the other rows to the first.
fn contrasts(rows: &[Vec<BigRational>]) -> Vec<Vec<BigRational>> {
    let first = rows.first();
    let from_first = |row: &Vec<BigRational>| match first {
        Some(first) => row.iter().zip(first).map(|(entry, other)| entry - other).collect(),
        None => Vec::new(),
    };
    rows.iter().skip(1).map(from_first).collect()
}

/// The length of the longest prefix of a preorder, and of what its leaves look ahead.
fn depth(tokens: usize, tree: &Tree) -> usize {
    let (mut deepest, mut missing) = (0, Vec::new());
    for node in &tree.nodes {
        let further = if matches!(node, Node::ByState(_)) { tree.ahead.unwrap_or(0) } else { 0 };
        deepest = deepest.max(missing.len() + further);
        if let Some(children) = missing.last_mut() {
            *children -= 1;
        }
        if matches!(node, Node::Split) {
            missing.push(tokens);
        }
        while missing.last() == Some(&0) {
            missing.pop();
        }
    }
    deepest
}
