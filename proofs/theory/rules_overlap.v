From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction.

(******************************************************************************)
(* How far the tokens to come can tell the states apart: soundness of the     *)
(* checker's tables of overlaps (FORMAT.md).                                  *)
(*                                                                            *)
(*    emitted M y h == probability of the word y if the state h emits its     *)
(*                  first token                                               *)
(*     onward M r h == the row r one transition ahead, A r                    *)
(* overlap M h i ratio l == sum over the words y of l tokens of the smaller   *)
(*                  one of emitted M y h and ratio * emitted M y i            *)
(*  table .. y h == upper end of emitted M y h, rounded up after each step    *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Overlap.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T).
Implicit Types (x y : seq T) (g h i : S) (z : T) (r v : S -> R).

Local Notation A := (trans M).
Local Notation W := (emit M).

Lemma sum_cat d l (F : seq T -> R) : \sum_(x : (d + l).-tuple T) F x
  = \sum_(w : d.-tuple T) \sum_(y : l.-tuple T) F (w ++ y).
Proof.
elim: d F => [|d IH] F; first by rewrite sum_tuple0.
rewrite sum_tupleS [RHS]sum_tupleS; apply: eq_bigr => z _.
by rewrite (IH (fun x => F (z :: x))).
Qed.

(* The words of one length are all that can happen. *)
Lemma sum_beta l h : \sum_(y : l.-tuple T) beta M y h = 1.
Proof.
elim: l h => [|l IH] h; first by rewrite sum_tuple0.
rewrite sum_tupleS -(trans_sum M h).
under eq_bigr do under eq_bigr do rewrite /= beta_cons.
under eq_bigr do rewrite exchange_big.
rewrite exchange_big; apply: eq_bigr => g _ /=.
transitivity (A g h * \sum_z W z g * \sum_(y : l.-tuple T) beta M y g).
  rewrite mulr_sumr; apply: eq_bigr => z _; rewrite !mulr_sumr.
  by apply: eq_bigr => y _.
by under eq_bigr do rewrite IH mulr1; rewrite emit_sum mulr1.
Qed.

Lemma sum_beta_cat y l h : \sum_(x : l.-tuple T) beta M (y ++ x) h = beta M y h.
Proof.
elim: y h => [|z y IH] h; first exact: sum_beta.
under eq_bigr do rewrite /= beta_cons.
rewrite exchange_big; apply: eq_bigr => g _ /=.
by rewrite -!mulr_sumr IH.
Qed.

(* Of the empty word, which no state emits, it is 1. *)
Definition emitted y h := if y is z :: y' then W z h * beta M y' h else 1.

Definition onward r h := \sum_g A h g * r g.

Lemma emitted_ge0 y h : 0 <= emitted y h.
Proof. by case: y => [|z y]; rewrite /emitted ?ler01 // mulr_ge0 ?emit_ge0 ?beta_ge0. Qed.

Lemma emitted_cons z z' y h :
  emitted (z :: z' :: y) h = W z h * \sum_g A g h * emitted (z' :: y) g.
Proof. by []. Qed.

Lemma sum_emitted_cat y l h : y != [::] -> \sum_(x : l.-tuple T) emitted (y ++ x) h = emitted y h.
Proof. by case: y => // z y _; rewrite /= -mulr_sumr sum_beta_cat. Qed.

Lemma sum_emitted l h : (0 < l)%N -> \sum_(y : l.-tuple T) emitted y h = 1.
Proof.
case: l => // l _; rewrite sum_tupleS -(emit_sum M h); apply: eq_bigr => z _ /=.
by rewrite -mulr_sumr sum_beta mulr1.
Qed.

Lemma onward_ge0 r h : (forall g, 0 <= r g) -> 0 <= onward r h.
Proof. by move=> r_ge0; apply: sumr_ge0 => g _; rewrite mulr_ge0 ?trans_ge0. Qed.

Lemma sum_onward r : \sum_h onward r h = \sum_h r h.
Proof. by rewrite exchange_big; apply: eq_bigr => g _; rewrite -mulr_suml trans_sum mul1r. Qed.

Lemma value_onward r y : y != [::] -> value M r y = \sum_h onward r h * emitted y h.
Proof.
case: y => // z y _; rewrite /value; under eq_bigr do rewrite beta_cons mulr_sumr.
rewrite exchange_big; apply: eq_bigr => h _; rewrite /onward mulr_suml.
by apply: eq_bigr => g _; rewrite /=; ring.
Qed.

(* Overlaps *)

Definition smaller h i (ratio : R) y := Num.min (emitted y h) (ratio * emitted y i).
Definition overlap h i ratio l := \sum_(y : l.-tuple T) smaller h i ratio y.

Lemma smaller_ge0 h i ratio y : 0 <= ratio -> 0 <= smaller h i ratio y.
Proof. by move=> ratio_ge0; rewrite le_minr emitted_ge0 mulr_ge0 ?emitted_ge0. Qed.

Lemma overlap_le1 h i ratio l : (0 < l)%N -> overlap h i ratio l <= 1.
Proof.
by move=> l_gt0; rewrite -(sum_emitted h l_gt0); apply: ler_sum => y _; rewrite le_minl lexx.
Qed.

(* What begins with one word adds to the overlap at most one of the two.      *)
Lemma overlap_cat h i ratio y l : y != [::] ->
  \sum_(x : l.-tuple T) smaller h i ratio (y ++ x) <= emitted y h /\
  \sum_(x : l.-tuple T) smaller h i ratio (y ++ x) <= ratio * emitted y i.
Proof.
move=> y0; rewrite -(sum_emitted_cat l h y0) -(sum_emitted_cat l i y0) mulr_sumr.
by split; apply: ler_sum => x _; rewrite le_minl lexx ?orbT.
Qed.

(* A sum over any set of words of d tokens, and over the others, bounds the   *)
(* overlap of all lengths from d on; b are upper ends. Words that one of the  *)
(* states cannot emit may be left out.                                        *)
Lemma overlap_sound (b : seq T -> S -> R) (chosen : pred (seq T)) h i (p q ratio alpha kappa : R) d l :
  0 < p -> 0 <= q -> q <= ratio * p -> (0 < d <= l)%N ->
  (forall (y : d.-tuple T) g, emitted y g <= b y g) ->
  \sum_(y : d.-tuple T | chosen y && (b y i != 0)) b y h <= alpha ->
  \sum_(y : d.-tuple T | ~~ chosen y && (b y h != 0)) b y i <= kappa ->
  overlap h i (q / p) l <= Num.min 1 (alpha + ratio * kappa).
Proof.
move=> p_gt0 q_ge0 le_q /andP[d_gt0 le_l] b_ends le_alpha le_kappa.
have ratio_ge0 : 0 <= ratio by rewrite -(pmulr_lge0 _ p_gt0) (le_trans q_ge0).
have le_ratio : q / p <= ratio by rewrite ler_pdivr_mulr.
rewrite le_minr overlap_le1 ?(leq_trans d_gt0) //=.
apply: (@le_trans _ _ (overlap h i ratio l)).
  apply: ler_sum => y _; rewrite le_minr le_minl lexx /= le_minl.
  by rewrite (ler_wpmul2r (emitted_ge0 y i) le_ratio) orbT.
apply: le_trans (ler_add le_alpha (ler_wpmul2l ratio_ge0 le_kappa)).
rewrite -(subnKC le_l) /overlap (sum_cat d _ (smaller h i ratio)).
rewrite mulr_sumr [X in _ <= X + _]big_mkcond [X in _ <= _ + X]big_mkcond -big_split /=.
apply: ler_sum => y _; have y0 : tval y != [::] by rewrite -size_eq0 size_tuple -lt0n.
have [le_h le_i] := overlap_cat h i ratio (l - d) y0; have [h_b i_b] := (b_ends y h, b_ends y i).
case: (chosen y); rewrite /= ?addr0 ?add0r; case: eqP => [b0|_] /=; rewrite ?addr0.
- by apply: le_trans le_i _; rewrite mulr_ge0_le0 // -b0.
- exact: le_trans le_h h_b.
- by apply: le_trans le_h _; rewrite -b0.
- by apply: le_trans le_i _; rewrite ler_wpmul2l.
Qed.

(* Upper ends of the probabilities of words *)

Section Table.
Variables (Ahi : S -> S -> R) (Whi : T -> S -> R) (up : R -> R).
Hypothesis A_ends : forall h g, A h g <= Ahi h g.
Hypothesis W_ends : forall z h, W z h <= Whi z h.
Hypothesis up_ends : forall u, u <= up u.

Fixpoint table y h : R :=
  if y is z :: y' then
    if y' is [::] then Whi z h else up (Whi z h * up (\sum_g Ahi g h * table y' g))
  else 1.

Lemma overlap_table_sound y h : emitted y h <= table y h.
Proof.
elim: y h => [|z [|z' y] IH] h; first exact: lexx.
  by rewrite /= beta_nil mulr1.
rewrite emitted_cons; apply: le_trans (up_ends _).
have sum_ge0 : 0 <= \sum_g A g h * emitted (z' :: y) g.
  by apply: sumr_ge0 => g _; rewrite mulr_ge0 ?trans_ge0 ?emitted_ge0.
apply: ler_pmul (emit_ge0 M z h) sum_ge0 (W_ends z h) _.
apply: le_trans (up_ends _); apply: ler_sum => g _.
exact: ler_pmul (trans_ge0 M g h) (emitted_ge0 _ g) (A_ends g h) (IH g).
Qed.

End Table.

(* The row v of a comparison, ends of the true one, is positive at h: where   *)
(* it is lost, the word is more likely from the states where v is negative.   *)
Lemma lost_state_sound v vt h l : (forall i, v i <= vt i) -> 0 < v h ->
  \sum_(y : l.-tuple T | \sum_i vt i * emitted y i <= 0) emitted y h
  <= \sum_(i | v i < 0) overlap h i (- v i / v h) l.
Proof.
move=> le_v vh_gt0; rewrite [X in _ <= X]exchange_big [X in X <= _]big_mkcond /=; apply: ler_sum => y _.
have ratio_ge0 i : v i < 0 -> 0 <= - v i / v h by move=> vi; rewrite divr_ge0 ?(ltW vh_gt0) // oppr_ge0 ltW.
have part_ge0 (P : pred S) : 0 <= \sum_(i | (v i < 0) && P i) smaller h i (- v i / v h) y.
  by apply: sumr_ge0 => i /andP[vi _]; apply/smaller_ge0/ratio_ge0.
case: ifP => [le0|_]; last by apply: sumr_ge0 => i vi; apply/smaller_ge0/ratio_ge0.
have [/existsP[i /andP[vi le_i]]|/existsPn none] :=
  boolP [exists i, (v i < 0) && (emitted y h <= - v i / v h * emitted y i)].
  by rewrite (bigD1 i) //= /smaller min_l // ler_addl part_ge0.
have -> : \sum_(i | v i < 0) smaller h i (- v i / v h) y
    = (\sum_(i | v i < 0) - (v i * emitted y i)) / v h.
  rewrite mulr_suml; apply: eq_bigr => i vi; have := none i; rewrite vi /= -ltNge => lt_i.
  by rewrite /smaller min_r ?ltW //; ring.
rewrite ler_pdivl_mulr // mulrC sumrN -subr_le0 opprK.
apply: le_trans le0; apply: (@le_trans _ _ (\sum_i v i * emitted y i)); last first.
  by apply: ler_sum => i _; rewrite ler_wpmul2r ?emitted_ge0.
rewrite [X in _ <= X](bigID (fun i => v i < 0)) /= addrC ler_add2l (bigD1 h) /=; last by rewrite -leNgt ltW.
by rewrite ler_addl sumr_ge0 // => i /andP[vi _]; rewrite mulr_ge0 ?emitted_ge0 // leNgt.
Qed.

End Overlap.
