//! Exact linear algebra over the rationals, with evidence for each answer.
//!
//! A matrix is *rows × columns*, `matrix[(row, column)]`. [`Fractions`] holds one as integer columns over a
//! denominator each; build it once where several questions are asked.
//!
//! | question | answer and evidence | how |
//! |---|---|---|
//! | are the columns independent? | [`Fractions::independence`]: an inverse modulo `m` (a unit is not zero), or a kernel vector | elimination modulo a word-size prime; lifting |
//! | rank, kernel | [`Fractions::rank`], [`Fractions::kernel`] | many primes together |
//! | `M x = b`, `bᵀM = t` | [`Fractions::solve`], [`alternative`]: a solution, or a functional that contradicts (Fredholm) | Dixon lifting |
//! | `M X = B`, `L M = 1` | [`Fractions::solve_many`], [`Fractions::left_inverse`] | many primes together |
//! | what do two spans share? | [`intersection`] | one kernel |
//! | rank without a block of columns | [`Fractions::ranks_without`] | one kernel |
//! | `M x = b` with `x ≥ 0` | [`cone_membership`]: nonnegative coefficients, or Farkas' functional | floats propose a basis, exact simplex otherwise |
//! | `b·g < 0` here, `b·g ≥ 0` there | [`motzkin`]: a functional, or a contradiction of few vectors | the same |
//! | `b·v > 0` by the widest margin | [`widest_margin`]: a proposal from rounded vectors | the same |
//! | the solution of least `‖b‖₁` | [`least_norm_solution`]: with the dual vector that proves it | the same |
//!
//! What happens modulo a prime only proposes: a prime that divides an important minor costs another attempt, never a
//! wrong answer. Lifted and recombined solutions are proved by a congruence whose two sides are too small to
//! differ (`lift.rs`, `multimodular.rs`).
//!
//! Where signs matter, floats propose a basis and exact arithmetic disposes: a wrong proposal costs the exact simplex
//! method, never a wrong answer.
//!
//! Of conditioning there are two accounts. [`smallest_singular_value`] encloses `σ_min` with a certificate, in integers alone;
//! [`numeric`](numeric()) is the `f64` twin (faer), whose figures are estimates and decide nothing.
//!
//! ```
//! use recoverable::linear::{Columns, Matrix, columns};
//! let emission = Matrix::from_rows(vec![vec![2, 1], vec![1, 3]]).unwrap();
//! let Some(Columns::Independent(evidence)) = columns(&emission.map(|&entry: &i32| entry.into())) else {
//!     panic!("det = 5")
//! };
//! assert_eq!(evidence.rows, [0, 1]);
//! ```

mod cone;
mod decide;
mod echelon;
mod eliminate;
mod fractions;
mod integers;
mod least_norm;
mod lift;
mod lp;
mod margin;
mod matrix;
mod mixed_radix;
mod multimodular;
mod numeric;
mod prime;
mod rank;
mod simplex;
mod singular_value;
mod spans;

pub use cone::{ConeMembership, Separation, cone_membership, motzkin};
pub use decide::{Alternative, Columns, Rank, alternative, columns, inverse, rank, rank_of_integers};
pub(crate) use echelon::Echelon;
pub use fractions::Fractions;
pub(crate) use integers::residues;
pub(crate) use least_norm::dual_of_signs;
pub use least_norm::{LeastNorm, least_norm_solution};
pub use margin::widest_margin;
pub(crate) use matrix::dot;
pub use matrix::{Matrix, Ragged};
pub use numeric::{Numeric, NumericError, NumericalRank, numeric};
pub(crate) use prime::Prime;
pub use simplex::nonnegative_solution;
pub use singular_value::smallest_singular_value;
pub(crate) use singular_value::{Rounding, root};
pub use spans::{Intersection, intersection};
