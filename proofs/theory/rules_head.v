From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended theorem_3_6.
From Recoverable Require Import labels rules_chain.

(******************************************************************************)
(* Soundness of the checker's rules about outputs, heads and proportional     *)
(* heads (FORMAT.md).                                                         *)
(*                                                                            *)
(*   closed_family e ws N <=> the vectors e(w) of the words ws are            *)
(*                  independent, so are the rows N, together they are as many *)
(*                  as the dimension, and the rows vanish on e(z), e(w) and   *)
(*                  e(z.w) for all tokens z and words w of ws                 *)
(*       upper S == pairs of states (i,j), i not after j                      *)
(*    square v p == v_i v_j for the pair p = (i,j)                            *)
(*  scaled M s x == s^|x| times the backward vector of x                      *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Outputs.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T).

Lemma masked_output_sound (x : seq T) i z : (0 < i <= size x)%N ->
  G M i x z = \sum_h emit M z h * cprob M [pred w : omega S T (size x) | H i w == h] (masked i x).
Proof. exact: masked_output. Qed.

Lemma shifted_posterior_sound r fs bs ws :
  trees (step M) r fs bs -> walks (step M) ws -> gcds ws = 1%N ->
  (forall h, 0 < init M h) ->
  assumption_3_2 M /\ forall (x : seq T) i, (0 < i)%N -> supp M x ->
  0 < ratio M i x /\
  forall h, cprob M [pred w : omega S T (i + size x) | H i w == h] (later i x)
            = ratio M i x * (pi M i h / init M h) * posterior M x h.
Proof.
move=> spread closed gcd1 full; have ergodic := ergodic_sound spread closed gcd1 full.
by split=> // x i; exact: claim_A1.
Qed.

Lemma unequal_shifted_posterior_sound (x : seq T) i h : (0 < i)%N -> supp M x ->
  cprob M [pred w : omega S T (i + size x) | H i w == h] (later i x)
    != ratio M i x * (pi M i h / init M h) * posterior M x h ->
  ~ (assumption_3_2 M /\ forall (x : seq T) i, (0 < i)%N -> supp M x ->
     0 < ratio M i x /\
     forall h, cprob M [pred w : omega S T (i + size x) | H i w == h] (later i x)
               = ratio M i x * (pi M i h / init M h) * posterior M x h).
Proof. by move=> i_gt0 x_supp /eqP neq [_ /(_ x i i_gt0 x_supp)[_ /(_ h)]]. Qed.

Variables (c : nat).
Implicit Types (mu : 'I_c.+1 -> S -> R) (b : 'I_c.+1 -> T -> R).

(* The independence of the evidence is that of independent_columns_sound. *)
Lemma invertible_head_sound b mu r fs bs ws :
  assumption_3_1 M ->
  trees (step M) r fs bs -> walks (step M) ws -> gcds ws = 1%N ->
  (forall h, 0 < init M h) -> (forall k h, gap M [::] b mu k h = 0) ->
  [/\ assumption_3_1 M, assumption_3_2 M,
      forall blank x, supp M x -> agree M [::] b mu blank x
    & exists f : (T -> R) -> S -> R, forall blank x, supp M x ->
        posterior M x =1 f (G M 1 (blank :: x))].
Proof.
move=> indep spread closed gcd1 full gap0; have ergodic := ergodic_sound spread closed gcd1 full.
split=> // [blank x _|].
  apply: gap_agree => [|k]; first by case.
  by apply: big1 => h _; rewrite gap0 mul0r.
have [L LW] := left_inverse_exists indep; have [irr _ _] := ergodic.
exists (fun g => normalise (fun h => init M h / pi M 1 h * \sum_z L h z * g z)).
by move=> blank x; apply: posterior_recovery => //; apply: full_support_pi.
Qed.

(* A gap that vanishes on every possible nonempty input, at every state or by *)
(* the two lemmas below                                                      *)
Lemma prompted_proportional_head_sound us b mu : embedding_like us ->
  (forall x, x != [::] -> supp M x -> forall k, value M (gap M us b mu k) x = 0) ->
  [/\ proportional M us b mu, recovers M us b mu & exists b', recovers M us b' mu].
Proof.
move=> us_ge0 gap0; have prop : proportional M us b mu.
  exists 1 => // x x0 x_supp k; have /eqP := gap0 x x0 x_supp k.
  by rewrite gapE subr_eq0 mul1r => /eqP.
have rec : recovers M us b mu by exact: proportional_recovers.
by split=> //; exists b.
Qed.

Lemma proportional_head_sound b mu :
  (forall x, x != [::] -> supp M x -> forall k, value M (gap M [::] b mu k) x = 0) ->
  [/\ proportional M [::] b mu, recovers M [::] b mu & exists b', recovers M [::] b' mu].
Proof. by apply: prompted_proportional_head_sound; case. Qed.

(* The vector v is a combination of the backward vectors of possible words. *)
Lemma no_prompted_proportional_head_sound us mu k (J : finType) (ws : J -> seq T) (lambda : J -> R) :
  (forall j, ws j != [::]) -> (forall j, supp M (ws j)) ->
  let v h := \sum_j lambda j * beta M (ws j) h in
  (forall z, \sum_h emit M z h * rho M us h * v h = 0) ->
  \sum_h (mu k h - mu ord0 h) * init M h * v h != 0 ->
  ~ exists b, proportional M us b mu.
Proof.
move=> ws0 ws_supp v out0 task_neq0 [b [C C_gt0 prop_C]]; case/negP: task_neq0.
have lin (f : S -> R) : \sum_h f h * v h = \sum_j lambda j * value M f (ws j).
  under eq_bigr do rewrite mulr_sumr.
  rewrite exchange_big; apply: eq_bigr => j _; rewrite mulr_sumr.
  by apply: eq_bigr => h _; ring.
have head0 k' : \sum_h head_row M (b k') (rho M us) h * v h = 0.
  transitivity (\sum_z b k' z * \sum_h emit M z h * rho M us h * v h); last first.
    by apply: big1 => z _; rewrite out0 mulr0.
  under [RHS]eq_bigr do rewrite mulr_sumr.
  rewrite exchange_big; apply: eq_bigr => h _; rewrite /head_row !mulr_suml.
  by apply: eq_bigr => z _; ring.
pose task h := task_row M (mu k) h - task_row M (mu ord0) h.
have : C * (\sum_h task h * v h) = 0.
  have := congr2 (fun a d : R => a - d) (head0 k) (head0 ord0).
  rewrite /= subrr !lin -sumrB => head_0; rewrite mulr_sumr -[RHS]head_0.
  apply: eq_bigr => j _; rewrite mulrCA -mulrBr; congr (_ * _).
  rewrite -/(head_values M us b (ws j) k) -/(head_values M us b (ws j) ord0) prop_C //.
  congr (_ * _); rewrite /task_values /value -sumrB.
  by apply: eq_bigr => h _; rewrite mulrBl.
move/eqP; rewrite mulf_eq0 gt_eqF //= => /eqP task0; apply/eqP; rewrite -[RHS]task0.
by apply: eq_bigr => h _; rewrite /task /task_row -mulrBl.
Qed.

Lemma no_proportional_head_sound mu k (J : finType) (ws : J -> seq T) (lambda : J -> R) :
  (forall j, ws j != [::]) -> (forall j, supp M (ws j)) ->
  let v h := \sum_j lambda j * beta M (ws j) h in
  (forall z, \sum_h emit M z h * pi M 1 h * v h = 0) ->
  \sum_h (mu k h - mu ord0 h) * init M h * v h != 0 ->
  ~ exists b, proportional M [::] b mu.
Proof. exact: (@no_prompted_proportional_head_sound [::]). Qed.

End Outputs.

(* Spans closed under one more token in front *)

Section Closed.
Variables (R : realFieldType) (T I : finType).
Variables (e : seq T -> I -> R) (F : T -> I -> I -> R).
Hypothesis e_cons : forall z x, x != [::] -> forall i, e (z :: x) i = \sum_k F z i k * e x k.
Variables (J Q : finType) (ws : J -> seq T) (N : Q -> I -> R).

Definition closed_family :=
  [/\ forall j, ws j != [::],
      independent (fun i j => e (ws j) i) predT, independent (fun i q => N q i) predT,
      (#|J| + #|Q|)%N = #|I|
    & forall q, [/\ forall z, \sum_i N q i * e [:: z] i = 0,
                    forall j, \sum_i N q i * e (ws j) i = 0
                  & forall z j, \sum_i N q i * e (z :: ws j) i = 0]].

Lemma independent_row_free (K : finType) (V : K -> I -> R) :
  independent (fun i k => V k i) predT ->
  row_free (\matrix_(a < #|K|, i < #|I|) V (enum_val a) (enum_val i)).
Proof.
move=> indep; apply: inj_row_free => v vE; apply/rowP => a; rewrite mxE.
have := indep (fun k => v ord0 (enum_rank k)) _ (enum_val a) isT.
rewrite enum_valK; apply=> i; rewrite (reindex _ (onW_bij _ (enum_val_bij _))) /=.
have /rowP/(_ (enum_rank i)) := vE; rewrite !mxE => vE0; rewrite -[RHS]vE0.
by apply: eq_bigr => k _; rewrite enum_valK mxE enum_rankK.
Qed.

Lemma sum_enum (g : 'I_#|I| -> R) (f : I -> R) : (forall i, g i = f (enum_val i)) ->
  \sum_(i < #|I|) g i = \sum_i f i.
Proof.
move=> eq_g; rewrite [RHS](reindex _ (onW_bij _ (enum_val_bij _))) /=.
exact: eq_bigr.
Qed.

(* A linear form that vanishes on the family vanishes on all e(x). *)
Lemma closed_family_vanish (f : I -> R) : closed_family ->
  (forall j, \sum_i f i * e (ws j) i = 0) ->
  forall x, x != [::] -> \sum_i f i * e x i = 0.
Proof.
case=> ws0 /independent_row_free free_E /independent_row_free free_N cards zero f0.
set E := (X in row_free X) in free_E; set A := (X in row_free X) in free_N.
pose v x : 'rV[R]_#|I| := \row_i e x (enum_val i).
pose G z : 'M[R]_#|I| := \matrix_(k, i) F z (enum_val i) (enum_val k).
have v_cons z x : x != [::] -> v (z :: x) = v x *m G z.
  move=> x0; apply/rowP => i; rewrite !mxE e_cons //; apply/esym/sum_enum => k.
  by rewrite !mxE mulrC.
have in_kernel x : (forall q, \sum_i N q i * e x i = 0) -> (v x <= kermx A^T)%MS.
  move=> N0; apply/sub_kermxP/rowP => q; rewrite !mxE -[RHS](N0 (enum_val q)).
  by apply: sum_enum => i; rewrite !mxE mulrC.
have row_E j : row j E = v (ws (enum_val j)) by apply/rowP => i; rewrite !mxE.
have sub_E : (kermx A^T <= E)%MS.
  have E_ker : (E <= kermx A^T)%MS.
    by apply/row_subP => j; rewrite row_E in_kernel // => q; have [] := zero q.
  rewrite -(mxrank_leqif_sup E_ker) mxrank_ker mxrank_tr.
  by rewrite (eqP free_E) (eqP free_N) -cards addnK.
have in_E x : x != [::] -> (v x <= E)%MS.
  elim: x => // z x IH _; have [->|x0] := eqVneq x [::].
    by apply: submx_trans sub_E; rewrite in_kernel // => q; have [] := zero q.
  rewrite v_cons //; apply: submx_trans (submxMr (G z) (IH x0)) _.
  apply: submx_trans sub_E; apply/row_subP => j.
  by rewrite row_mul row_E -v_cons // in_kernel // => q; have [] := zero q.
move=> x /in_E /submxP[D vE].
have := congr1 (fun u => (u *m \col_i f (enum_val i)) ord0 ord0) vE.
rewrite -mulmxA; have -> : E *m (\col_i f (enum_val i)) = 0.
  apply/colP => j; rewrite !mxE -[RHS](f0 (enum_val j)).
  by apply: sum_enum => i; rewrite !mxE mulrC.
rewrite mulmx0 !mxE => vf0; rewrite -[RHS]vf0; apply/esym/sum_enum => i.
by rewrite !mxE mulrC.
Qed.

End Closed.

Section Spans.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T) (s : R).
Hypothesis s_neq0 : s != 0.
Variables (J Q : finType) (ws : J -> seq T).

Definition scaled (x : seq T) h := s ^+ size x * beta M x h.

Lemma scaled_value f x : \sum_h f h * scaled x h = s ^+ size x * value M f x.
Proof. by rewrite mulr_sumr; apply: eq_bigr => h _; rewrite /scaled mulrCA. Qed.

Lemma scaled_cons z x h :
  scaled (z :: x) h = \sum_g (s * (trans M g h * emit M z g)) * scaled x g.
Proof.
rewrite /scaled beta_cons mulr_sumr; apply: eq_bigr => g _ /=.
by rewrite exprS; ring.
Qed.

Lemma closed_span_sound (N : Q -> S -> R) f : closed_family scaled ws N ->
  (forall j, value M f (ws j) = 0) -> forall x, x != [::] -> value M f x = 0.
Proof.
move=> closed f0 x x0.
have : \sum_h f h * scaled x h = 0.
  apply: closed_family_vanish closed _ x x0 => [z y _ h|j]; first exact: scaled_cons.
  by rewrite scaled_value f0 mulr0.
by rewrite scaled_value => /eqP; rewrite mulf_eq0 expf_eq0 (negbTE s_neq0) andbF => /eqP.
Qed.

Definition upper := {p : S * S | (enum_rank p.1 <= enum_rank p.2)%N}.

Definition square (v : S -> R) (p : upper) := v (val p).1 * v (val p).2.

Definition in_order (p : S * S) : S * S :=
  if (enum_rank p.1 <= enum_rank p.2)%N then p else (p.2, p.1).

Lemma in_orderP p : (enum_rank (in_order p).1 <= enum_rank (in_order p).2)%N.
Proof. by rewrite /in_order; case: ifP => //= /negbT; rewrite -ltnNge => /ltnW. Qed.

Definition sorted_pair p : upper := exist _ (in_order p) (in_orderP p).

Lemma square_sorted v p : square v (sorted_pair p) = v p.1 * v p.2.
Proof. by rewrite /square /= /in_order; case: ifP => //= _; rewrite mulrC. Qed.

(* A bilinear form of v with itself is a linear form of the square of v. *)
Lemma sum_square (a : S * S -> R) v :
  \sum_p a p * (v p.1 * v p.2)
  = \sum_(q : upper) (\sum_(p | sorted_pair p == q) a p) * square v q.
Proof.
rewrite (partition_big sorted_pair predT) //=; apply: eq_bigr => q _.
by rewrite mulr_suml; apply: eq_bigr => p /eqP <-; rewrite square_sorted.
Qed.

Lemma prod_square (f g v : S -> R) :
  (\sum_h f h * v h) * (\sum_h g h * v h) = \sum_p f p.1 * g p.2 * (v p.1 * v p.2).
Proof.
rewrite big_distrlr pair_bigA /=; apply: eq_bigr => p _; ring.
Qed.

Lemma closed_squares_sound (N : Q -> upper -> R) f :
  closed_family (fun x => square (scaled x)) ws N ->
  (forall j, supp M (ws j) -> value M f (ws j) = 0) ->
  forall x, x != [::] -> supp M x -> value M f x = 0.
Proof.
move=> closed f0 x x0 x_supp.
pose a p := f p.1 * init M p.2; pose g (q : upper) := \sum_(p | sorted_pair p == q) a p.
have form y : \sum_q g q * square (scaled y) q
              = s ^+ size y * value M f y * (s ^+ size y * value M (init M) y).
  by rewrite -!scaled_value prod_square sum_square.
pose P z h k := s * (trans M k h * emit M z k).
pose F (z : T) (p q : upper) := \sum_(r | sorted_pair r == q) P z (val p).1 r.1 * P z (val p).2 r.2.
have e_cons z y : y != [::] -> forall p,
    square (scaled (z :: y)) p = \sum_q F z p q * square (scaled y) q.
  by move=> _ p; rewrite {1}/square !scaled_cons prod_square sum_square.
have : \sum_q g q * square (scaled x) q = 0.
  apply: (closed_family_vanish e_cons closed) => // j.
  rewrite form; have [/f0 ->|] := boolP (supp M (ws j)); first by rewrite mulr0 mul0r.
  rewrite /supp probE -/(value M (init M) (ws j)) lt_neqAle value_ge0; last exact: init_ge0.
  by rewrite andbT negbK eq_sym => /eqP ->; rewrite !mulr0.
have x_neq0 : value M (init M) x != 0 by move: x_supp; rewrite /supp probE => /gt_eqF/negbT.
rewrite form => /eqP; rewrite !mulf_eq0 (negbTE x_neq0) expf_eq0 (negbTE s_neq0) !andbF !orbF /=.
by move/eqP.
Qed.

End Spans.
