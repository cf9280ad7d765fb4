//! A small transformer encoder that predicts masked tokens, on `candle`.
//!
//! A word of `t` tokens, some of them blanks, becomes `t` vectors: a row for its token (or the blank) and a row for its position, added. Each layer adds to every
//! vector what several attention heads find in all others, then what a perceptron makes of it, both looking at normalised vectors. The output at a
//! position is the softmax of a linear map of its last vector: the network's `G_i`.
//!
//! A soft prompt is a list of vectors in front of those of the word. They have no position; the word keeps its own.

use candle_core::{D, DType, Device, Result, Tensor, Var};
use candle_nn::{
    Linear, Module,
    ops::{layer_norm_slow, softmax},
};

use crate::{generate::Random, linear::Matrix, model::Token};

/// A word with blanks.
pub type Masked = Vec<Option<Token>>;

/// Sizes of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// `k`, the vocabulary without the blank.
    pub tokens: usize,
    /// Positions of a word, at most.
    pub positions: usize,
    /// Of each vector; the attention heads divide it.
    pub width: usize,
    /// Attention heads of each layer.
    pub heads: usize,
    /// How many layers.
    pub layers: usize,
}

/// The perceptron of a layer is wider than its vectors by this factor.
const WIDER: usize = 4;

/// Words that go through at once where nothing is learned.
const TOGETHER: usize = 64;

/// Added to a variance before its root is divided by.
const LEAST_VARIANCE: f32 = 1e-5;

/// The network; what it learns stands in `parameters`.
#[derive(Debug)]
pub struct Network {
    sizes: Sizes,
    parameters: Vec<Var>,
    /// A row for each token, the last for the blank.
    tokens: Tensor,
    positions: Tensor,
    layers: Vec<Layer>,
    norm: Norm,
    output: Linear,
}

#[derive(Debug)]
struct Layer {
    before_attention: Norm,
    /// Queries, keys and values.
    seen: [Linear; 3],
    attended: Linear,
    before_perceptron: Norm,
    inner: Linear,
    outer: Linear,
}

#[derive(Debug)]
struct Norm {
    scale: Tensor,
    shift: Tensor,
}

impl Norm {
    fn apply(&self, rows: &Tensor) -> Result<Tensor> {
        layer_norm_slow(rows, &self.scale, &self.shift, LEAST_VARIANCE)
    }
}

/// Makes parameters, in one order.
struct Maker<'r> {
    parameters: Vec<Var>,
    random: &'r mut Random,
}

impl Maker<'_> {
    fn add(&mut self, values: Vec<f32>, shape: &[usize]) -> Result<Tensor> {
        let parameter = Var::from_tensor(&Tensor::from_vec(values, shape, &Device::Cpu)?)?;
        self.parameters.push(parameter.clone());
        Ok(parameter.into_inner())
    }

    fn normal(&mut self, shape: &[usize], deviation: f64) -> Result<Tensor> {
        let count = shape.iter().product();
        let values = (0..count).map(|_| (self.random.normal() * deviation) as f32).collect();
        self.add(values, shape)
    }

    fn linear(&mut self, from: usize, to: usize) -> Result<Linear> {
        let weight = self.normal(&[to, from], (from as f64).sqrt().recip())?;
        Ok(Linear::new(weight, Some(self.add(vec![0.0; to], &[to])?)))
    }

    fn norm(&mut self, width: usize) -> Result<Norm> {
        Ok(Norm {
            scale: self.add(vec![1.0; width], &[width])?,
            shift: self.add(vec![0.0; width], &[width])?,
        })
    }

    fn layer(&mut self, width: usize) -> Result<Layer> {
        Ok(Layer {
            before_attention: self.norm(width)?,
            seen: [self.linear(width, width)?, self.linear(width, width)?, self.linear(width, width)?],
            attended: self.linear(width, width)?,
            before_perceptron: self.norm(width)?,
            inner: self.linear(width, WIDER * width)?,
            outer: self.linear(WIDER * width, width)?,
        })
    }
}

impl Network {
    /// With random parameters.
    ///
    /// # Errors
    /// If the attention heads do not divide the width.
    pub fn new(sizes: Sizes, random: &mut Random) -> Result<Self> {
        let width = sizes.width;
        if sizes.heads == 0 || !width.is_multiple_of(sizes.heads) {
            candle_core::bail!("{} attention heads do not divide a width of {width}", sizes.heads);
        }
        let mut maker = Maker { parameters: Vec::new(), random };
        let tokens = maker.normal(&[sizes.tokens + 1, width], 0.5)?;
        let positions = maker.normal(&[sizes.positions, width], 0.5)?;
        let layers = (0..sizes.layers).map(|_| maker.layer(width)).collect::<Result<_>>()?;
        let norm = maker.norm(width)?;
        let output = maker.linear(width, sizes.tokens)?;
        Ok(Self { sizes, parameters: maker.parameters, tokens, positions, layers, norm, output })
    }

    /// Its sizes.
    pub fn sizes(&self) -> Sizes {
        self.sizes
    }

    /// What it learns.
    pub fn parameters(&self) -> &[Var] {
        &self.parameters
    }

    /// How many numbers it learns.
    pub fn count(&self) -> usize {
        self.parameters.iter().map(|parameter| parameter.elem_count()).sum()
    }

    /// The logits, a row for each of the asked positions `(word, position)` of words of one length, behind a prompt.
    ///
    /// # Errors
    /// If a word is longer than the network has positions, or words have several lengths.
    pub fn logits(
        &self,
        prompt: Option<&Tensor>,
        words: &[&Masked],
        asked: &[(usize, usize)],
    ) -> Result<Tensor> {
        let (count, width) = (words.len(), self.sizes.width);
        let mut vectors = self.embedded(words)?;
        let length = vectors.dim(1)? + prompt.map_or(Ok(0), |prompt| prompt.dim(0))?;
        if let Some(prompt) = prompt {
            vectors = Tensor::cat(&[&prompt.broadcast_left(count)?, &vectors], 1)?;
        }
        let mut rows = vectors.reshape((count * length, width))?;
        for layer in &self.layers {
            rows = self.through(layer, &rows, count, length)?;
        }
        let front = length - words.first().map_or(0, |word| word.len());
        let place = |&(word, position): &(usize, usize)| (word * length + front + position) as u32;
        let places: Vec<u32> = asked.iter().map(place).collect();
        let asked = rows.index_select(&Tensor::new(places, &Device::Cpu)?, 0)?;
        self.output.forward(&self.norm.apply(&asked)?)
    }

    /// The outputs `G_i`, `[(asked, token)]`; see [`logits`](Self::logits).
    ///
    /// # Errors
    /// As there.
    pub fn outputs(&self, prompt: Option<&Tensor>, words: &[Masked], asked: &[usize]) -> Result<Matrix<f64>> {
        let mut entries = Vec::with_capacity(words.len() * self.sizes.tokens);
        for (words, asked) in words.chunks(TOGETHER).zip(asked.chunks(TOGETHER)) {
            let words: Vec<&Masked> = words.iter().collect();
            let asked: Vec<_> = asked.iter().copied().enumerate().collect();
            let laws = softmax(&self.logits(prompt, &words, &asked)?.to_dtype(DType::F64)?, D::Minus1)?;
            entries.extend(laws.flatten_all()?.to_vec1::<f64>()?);
        }
        let tokens = self.sizes.tokens;
        Ok(Matrix::from_fn(words.len(), tokens, |word, token| entries[word * tokens + token]))
    }

    /// `words × positions × width`
    fn embedded(&self, words: &[&Masked]) -> Result<Tensor> {
        let length = words.first().map_or(0, |word| word.len());
        let blank = self.sizes.tokens;
        let index = |token: &Option<Token>| token.map_or(blank, |token| token.0) as u32;
        let indices: Vec<u32> = words.iter().flat_map(|word| word.iter().map(index)).collect();
        let indices = Tensor::from_vec(indices, words.len() * length, &Device::Cpu)?;
        let rows = self.tokens.index_select(&indices, 0)?.reshape((words.len(), length, self.sizes.width))?;
        rows.broadcast_add(&self.positions.narrow(0, 0, length)?)
    }

    fn through(&self, layer: &Layer, rows: &Tensor, words: usize, length: usize) -> Result<Tensor> {
        let Sizes { width, heads, .. } = self.sizes;
        let normal = layer.before_attention.apply(rows)?;
        let split = |linear: &Linear| {
            let parts = linear.forward(&normal)?.reshape((words, length, heads, width / heads))?;
            parts.transpose(1, 2)?.contiguous()
        };
        let [queries, keys, values] = layer.seen.each_ref().map(split);
        let scale = ((width / heads) as f64).sqrt().recip();
        let scores = (queries?.matmul(&keys?.t()?)? * scale)?;
        let found = softmax(&scores, D::Minus1)?.matmul(&values?)?;
        let found = found.transpose(1, 2)?.contiguous()?.reshape((words * length, width))?;
        let rows = (rows + layer.attended.forward(&found)?)?;
        let inner = layer.inner.forward(&layer.before_perceptron.apply(&rows)?)?.relu()?;
        rows + layer.outer.forward(&inner)?
    }
}
