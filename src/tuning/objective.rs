//! The loss of a head and a prompt, and its gradient.

use super::{Examples, apply};
use crate::{generate::Random, linear::Matrix, model::Task, oracle::Batch};

/// An entry that varies less is constant but for rounding.
const CONSTANT: f64 = 1e-12;

/// The mean loss on examples as a function of parameters: for each contrast an intercept and a weight for each standardised entry of the
/// output; then `θ` for each state, for each token of the prompt.
#[derive(Clone, Debug)]
pub struct Objective<'a> {
    batch: &'a Batch,
    examples: &'a Examples,
    /// `A`
    transition: Matrix<f64>,
    contrasts: usize,
    length: usize,
    /// Mean and deviation of each entry of the model's output without a prompt.
    standards: Vec<(f64, f64)>,
    /// `λ`
    pub penalty: f64,
}

impl<'a> Objective<'a> {
    /// For a prompt of this length in front of the examples.
    pub fn new(batch: &'a Batch, task: &Task, examples: &'a Examples, length: usize) -> Self {
        let outputs = batch.outputs(batch.first_law(), &examples.backward);
        let count = outputs.rows().max(1) as f64;
        let standard = |token: usize| {
            let mean = outputs.column(token).sum::<f64>() / count;
            let square = outputs.column(token).map(|g| (g - mean) * (g - mean)).sum::<f64>() / count;
            (mean, Some(square.sqrt()).filter(|deviation| *deviation > CONSTANT).unwrap_or(1.0))
        };
        let standards = (0..outputs.columns()).map(standard).collect();
        let (contrasts, transition) = (task.contrasts().len(), batch.transition());
        Self { batch, examples, transition, contrasts, length, standards, penalty: 0.0 }
    }

    fn states(&self) -> usize {
        self.batch.states()
    }

    /// Parameters of one contrast.
    fn width(&self) -> usize {
        1 + self.standards.len()
    }

    /// The head 0 behind a random prompt.
    pub fn start(&self, random: &mut Random) -> Vec<f64> {
        let mut parameters = vec![0.0; self.contrasts * self.width()];
        parameters.extend((0..self.length * self.states()).map(|_| random.unit() - 0.5));
        parameters
    }

    /// The head's rows, one for each contrast, on the output as it is.
    pub fn head(&self, parameters: &[f64]) -> Vec<Vec<f64>> {
        let row = |parameters: &[f64]| {
            let weights = || parameters[1..].iter().zip(&self.standards);
            let shift = parameters[0] - weights().map(|(v, (mean, scale))| v * mean / scale).sum::<f64>();
            weights().map(|(v, (_, scale))| v / scale + shift).collect()
        };
        parameters.chunks(self.width()).take(self.contrasts).map(row).collect()
    }

    /// The embeddings of the prompt.
    pub fn prompt(&self, parameters: &[f64]) -> Vec<Vec<f64>> {
        let thetas = &parameters[self.contrasts * self.width()..];
        let embedding = |row: &[f64]| row.iter().map(|theta| 1.0 / (1.0 + libm::exp(-theta))).collect();
        thetas.chunks(self.states()).map(embedding).collect()
    }

    /// The loss and its gradient.
    pub fn at(&self, parameters: &[f64]) -> (f64, Vec<f64>) {
        let prompt = self.prompt(parameters);
        let mut laws = vec![self.batch.first_law().to_vec()]; // π_1, then what the prompt makes of it
        for embedding in &prompt {
            laws.push(apply(&self.transition, &product(&laws[laws.len() - 1], embedding)));
        }
        let head = self.head(parameters);
        let images: Vec<_> = head.iter().map(|row| self.transposed_emission(row)).collect();
        let (mut loss, slopes, law_slope) = self.on_examples(&laws[self.length], &images);
        let mut gradient = Vec::with_capacity(parameters.len());
        for (parameters, slope) in parameters.chunks(self.width()).zip(&slopes) {
            // Of b = v/s + v_0 − Σ v m/s, with the slope of the loss in Wᵀb.
            let slope = apply(self.batch.emission(), slope);
            let total: f64 = slope.iter().sum();
            gradient.push(total);
            for ((weight, (mean, scale)), d) in parameters[1..].iter().zip(&self.standards).zip(&slope) {
                loss += self.penalty / 2.0 * weight * weight;
                gradient.push((d - mean * total) / scale + self.penalty * weight);
            }
        }
        gradient.extend(self.through_the_prompt(&prompt, &laws, law_slope));
        (loss, gradient)
    }

    /// `Wᵀ b`
    fn transposed_emission(&self, row: &[f64]) -> Vec<f64> {
        let mut image = vec![0.0; self.states()];
        for (token, b) in row.iter().enumerate() {
            let entries = self.batch.emission().row(token);
            image.iter_mut().zip(entries).for_each(|(sum, w)| *sum += b * w);
        }
        image
    }

    /// The mean loss, its slope in `Wᵀ b` for each contrast, and its slope in `ρ`.
    fn on_examples(&self, law: &[f64], images: &[Vec<f64>]) -> (f64, Vec<Vec<f64>>, Vec<f64>) {
        let n = self.states();
        let (mut loss, mut law_slope) = (0.0, vec![0.0; n]);
        let mut slopes = vec![vec![0.0; n]; self.contrasts];
        let share = 1.0 / self.examples.labels.len().max(1) as f64;
        for (word, &label) in self.examples.labels.iter().enumerate() {
            let beta = self.examples.backward.values.row(word);
            let total: f64 = law.iter().zip(beta).map(|(p, b)| p * b).sum();
            if total <= 0.0 {
                continue; // the output is 0, whatever the head
            }
            let seen: Vec<f64> = law.iter().zip(beta).map(|(p, b)| p * b / total).collect();
            let score = |image: &Vec<f64>| image.iter().zip(&seen).map(|(a, q)| a * q).sum::<f64>();
            let scores: Vec<f64> = images.iter().map(score).collect();
            let (cost, residuals) = cross_entropy(&scores, label);
            loss += share * cost;
            for (((image, slope), score), residual) in
                images.iter().zip(&mut slopes).zip(&scores).zip(&residuals)
            {
                let residual = share * residual;
                slope.iter_mut().zip(&seen).for_each(|(sum, q)| *sum += residual * q);
                let entries = law_slope.iter_mut().zip(beta).zip(image);
                entries.for_each(|((sum, b), a)| *sum += residual * b * (a - score) / total);
            }
        }
        (loss, slopes, law_slope)
    }

    /// The slope in `θ`, backward through `ρ_{i+1} = A (u_i ⊙ ρ_i)`.
    fn through_the_prompt(&self, prompt: &[Vec<f64>], laws: &[Vec<f64>], law_slope: Vec<f64>) -> Vec<f64> {
        let mut rows = Vec::with_capacity(prompt.len());
        let mut slope = law_slope;
        for (embedding, law) in prompt.iter().zip(laws).rev() {
            let mut back = vec![0.0; self.states()];
            for (next, d) in slope.iter().enumerate() {
                back.iter_mut().zip(self.transition.row(next)).for_each(|(sum, a)| *sum += d * a);
            }
            let theta = |((d, u), p): ((&f64, &f64), &f64)| d * p * u * (1.0 - u);
            rows.push(back.iter().zip(embedding).zip(law).map(theta).collect::<Vec<_>>());
            slope = product(&back, embedding);
        }
        rows.into_iter().rev().flatten().collect()
    }
}

/// The loss of the scores `0, s_1, s_2, …` for a label, and its slope in each `s_c`.
pub(super) fn cross_entropy(scores: &[f64], label: usize) -> (f64, Vec<f64>) {
    let largest = scores.iter().copied().fold(0.0, f64::max);
    let powers: Vec<f64> = scores.iter().map(|score| libm::exp(score - largest)).collect();
    let total = powers.iter().sum::<f64>() + libm::exp(-largest);
    let own = if label == 0 { 0.0 } else { scores[label - 1] };
    let hit = |class: usize| if class + 1 == label { 1.0 } else { 0.0 };
    let residuals = powers.iter().enumerate().map(|(class, power)| power / total - hit(class)).collect();
    (libm::log(total) + largest - own, residuals)
}

fn product(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(x, y)| x * y).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        generate::{Stream, appendix_d::Family, dataset::Dataset},
        model::{Hmm, Model, Names},
        tuning::assert_gradient,
    };
    use num_rational::BigRational;

    /// A model with three classes, so that every part of the gradient takes part.
    fn three_classes() -> Model {
        let model = Family { states: 4, tokens: 5, redraw: false }.model(1);
        let row = |weights: [i32; 4]| weights.map(|w| BigRational::from_integer(w.into())).to_vec();
        let rows = vec![row([1, 0, -1, 0]), row([0, 2, 0, -1]), row([-1, 0, 1, 1])];
        // Softer emissions: with those of the family most slopes would be far below 1.
        let column = |state: usize| -> Vec<BigRational> {
            (0..5).map(|token| BigRational::new((1 + (token * (state + 1)) % 5).into(), 15.into())).collect()
        };
        let emission = Matrix::from_columns(5, &(0..4).map(column).collect::<Vec<_>>()).to_rows();
        let hmm = model.hmm();
        let soft = Hmm::new(hmm.initial().to_vec(), hmm.transition().to_rows(), emission);
        Model::new("three", soft.unwrap(), Some(Task::classes(rows).unwrap()), Names::default()).unwrap()
    }

    #[test]
    fn the_gradient_is_that_of_finite_differences() {
        let model = three_classes();
        let (hmm, task) = (model.hmm(), model.task().unwrap());
        let mut random = Random::new(4, Stream::Inputs);
        let dataset = Dataset::draw(hmm, task, 40, 9, &mut random).unwrap();
        let batch = Batch::new(hmm);
        let examples = Examples::new(&batch, &dataset);
        for length in [0, 1, 3] {
            let mut objective = Objective::new(&batch, task, &examples, length);
            objective.penalty = 0.01;
            let mut at = objective.start(&mut random);
            at.iter_mut().for_each(|x| *x += random.normal() / 2.0);
            let gradient = assert_gradient(|at| objective.at(at), &at, &format!("prompt of {length}"));
            assert!(gradient.iter().filter(|slope| slope.abs() > 1e-4).count() > at.len() / 2);
        }
    }

    #[test]
    fn the_loss_of_equal_scores_is_the_logarithm_of_the_classes() {
        let (loss, residuals) = cross_entropy(&[0.0, 0.0], 2);
        assert!((loss - 3.0_f64.ln()).abs() < 1e-15);
        assert!((residuals[0] - 1.0 / 3.0).abs() < 1e-15 && (residuals[1] + 2.0 / 3.0).abs() < 1e-15);
        let (loss, _) = cross_entropy(&[1000.0, -1000.0], 1);
        assert!(loss.abs() < 1e-15);
    }
}
