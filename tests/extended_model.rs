//! The extended model on embeddings: both forms, against brute force over hidden paths.

mod brute;

use num_rational::BigRational;
use num_traits::{ToPrimitive, Zero};
use proptest::{collection::vec, prelude::*};
use recoverable::{
    model::{Construction, Hmm, Position, State, Task, Token},
    oracle::{
        Exact, Float, SequenceError,
        extended::{Embedding, ExtendedError, messages},
    },
    strategies::{model, tokens, words},
};

/// Up to three embeddings with entries 0, 1/3, …, 4/3, for up to five states.
fn raw() -> impl Strategy<Value = Vec<Vec<u32>>> {
    vec(vec(prop_oneof![2 => 0_u32..=4, 1 => Just(0)], 5), 1..=3)
}

fn embeddings(hmm: &Hmm, raw: &[Vec<u32>]) -> Vec<Embedding> {
    let entry = |&weight: &u32| BigRational::new(weight.into(), 3.into());
    raw.iter().map(|row| row[..hmm.states()].iter().map(entry).collect()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Without divisions, by the paper's messages, over all hidden paths: the same on every model, where some `π_i` have zeros as well.
    #[test]
    fn both_forms_are_the_path_sum(model in model(), raw in raw()) {
        let hmm = model.hmm();
        let input = embeddings(hmm, &raw);
        let (exact, float) = (Exact::new(hmm), Float::new(hmm));
        let (outputs, estimates) = (exact.extended_output(&input, &[]).unwrap(), float.extended_output(&input, &[]).unwrap());
        let tau = messages(hmm, &input).unwrap();
        prop_assert_eq!((outputs.len(), tau.len()), (input.len(), input.len()));
        for position in 1..=input.len() {
            prop_assert_eq!(&tau[position - 1], &brute::through(hmm, &input, position));
            let expected = brute::extended_output(hmm, &input, position);
            for (found, expected) in estimates[position - 1].iter().zip(&expected) {
                prop_assert!((found - expected.to_f64().unwrap()).abs() < 1e-12);
            }
            prop_assert_eq!(&outputs[position - 1], &expected);
        }
    }

    /// `Ḡ(e(x)) = G(x)`, blanks and impossible sequences included.
    #[test]
    fn tokens_are_their_embeddings(model in model(), word in words(4), blank in any::<prop::sample::Index>()) {
        let (hmm, mut x) = (model.hmm(), tokens(model.hmm(), &word));
        let oracle = Exact::new(hmm);
        for _ in 0..2 {
            let expected = oracle.model_output(&x).unwrap();
            prop_assert_eq!(&oracle.extended_output(&brute::embeddings(hmm, &x), &[]).unwrap(), &expected);
            prop_assert_eq!(&oracle.extended_output(&[], &x).unwrap(), &expected);
            prop_assert_eq!(oracle.prompted_head_input(&[], &x).unwrap(), oracle.head_input(&x).unwrap());
            x[blank.index(word.len())] = None;
        }
    }

    /// Prompts of one to three tokens: what the head sees is `W (ρ⊙β(x))` up to scale, with the law that the prompt leads to.
    #[test]
    fn a_prompt_is_seen_through_its_law(model in model(), raw in raw(), word in words(2)) {
        let (hmm, x) = (model.hmm(), tokens(model.hmm(), &word));
        let prompt: Vec<Embedding> = embeddings(hmm, &raw).into_iter()
            .map(|row| row.into_iter().map(|u| u.min(BigRational::from_integer(1.into()))).collect()).collect();
        prop_assume!(hmm.states().pow(u32::try_from(prompt.len() + x.len() + 2).unwrap()) < 20_000);
        let oracle = Exact::new(hmm);
        let found = oracle.prompted_head_input(&prompt, &x).unwrap();
        prop_assert_eq!(&found, &brute::prompted_head_input(hmm, &prompt, &x));
        let task = model.task().unwrap();
        let head = task.scores().iter().map(|_| vec![BigRational::zero(); hmm.tokens()]).collect();
        let construction = Construction::new(hmm, task, head, prompt.clone()).unwrap();
        prop_assert_eq!(&oracle.constructed_output(&construction, &x).unwrap()[prompt.len()], &found);
        let beta = oracle.backward(&x).unwrap();
        let seen: Vec<BigRational> = construction.law(hmm).iter().zip(&beta).map(|(rho, b)| rho * b).collect();
        let total: BigRational = seen.iter().sum();
        for (token, value) in found.iter().enumerate() {
            let expected: BigRational = seen.iter().enumerate().map(|(h, s)| &hmm.emission()[(token, h)] * s).sum();
            prop_assert_eq!(value * &total, expected);
        }
    }
}

/// State 2 is never seen: `π_i` has a zero at every time, and both forms still agree, on an embedding that asks for state 2 as well.
#[test]
fn laws_with_zeros() {
    let third = BigRational::new(1.into(), 3.into());
    let number = |n: i64| BigRational::from_integer(n.into());
    let half = BigRational::new(1.into(), 2.into());
    let hmm = Hmm::new(
        vec![third.clone(), number(1) - &third, number(0)],
        vec![
            vec![half.clone(), number(1), number(0)],
            vec![half.clone(), number(0), half.clone()],
            vec![number(0), number(0), half.clone()],
        ],
        vec![vec![number(1), half.clone(), number(0)], vec![number(0), half.clone(), number(1)]],
    )
    .unwrap();
    let only = |state: usize| (0..3).map(|h| number(i64::from(h == state))).collect::<Vec<_>>();
    for input in [vec![only(0), only(2), only(1)], vec![only(1), only(0), only(2)], vec![only(2); 3]] {
        let tau = messages(&hmm, &input).unwrap();
        for position in 1..=3 {
            assert_eq!(tau[position - 1], brute::through(&hmm, &input, position));
        }
    }
    let impossible = Exact::new(&hmm).extended_output(&[only(2)], &[Some(Token(0))]).unwrap();
    assert_eq!(impossible[1], [number(0), number(0)]);
    assert_eq!(messages(&hmm, &[]).unwrap(), Vec::<Embedding>::new());
    assert_eq!(messages(&hmm, &[only(2)]).unwrap(), [hmm.first_law()]);
}

#[test]
fn what_is_no_input() {
    let model = recoverable::model::builtin::all().remove(0);
    let oracle = Exact::new(model.hmm());
    let number = |n: i64| BigRational::from_integer(n.into());
    let short = oracle.extended_output(&[vec![number(1)]], &[]);
    assert_eq!(short, Err(ExtendedError::Length { position: Position(1), expected: 2, found: 1 }));
    let negative = oracle.extended_output(&[vec![number(1); 2], vec![number(0), number(-1)]], &[None]);
    assert_eq!(negative, Err(ExtendedError::Negative { position: Position(2), state: State(1) }));
    assert_eq!(oracle.extended_output(&[], &[]), Err(SequenceError::Empty.into()));
    assert_eq!(oracle.prompted_head_input(&[vec![number(1); 2]], &[]), Err(SequenceError::Empty.into()));
    let token = Some(Token(6));
    let unknown = SequenceError::UnknownToken { position: Position(2), token: Token(6), limit: 6 };
    assert_eq!(oracle.extended_output(&[vec![number(1); 2]], &[None, token]), Err(unknown.into()));
    let task = Task::binary_from_integers(&[1, 1]);
    let construction = Construction::new(model.hmm(), &task, vec![vec![number(0); 6]], Vec::new()).unwrap();
    assert_eq!(oracle.constructed_output(&construction, &[]), Err(SequenceError::Empty));
}
