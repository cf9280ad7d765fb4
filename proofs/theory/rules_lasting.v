From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended theorem_3_6.
From Recoverable Require Import labels rules_labels rules_overlap rules_tree.

(******************************************************************************)
(* Soundness of the checker's rule about contradictions of prefixes that      *)
(* last, whatever continues them (FORMAT.md): a lower bound for every linear  *)
(* head, at every length from some on.                                        *)
(*                                                                            *)
(*        seen M z == row z of W diag(pi_1), what a head sees of the token z  *)
(*  settled M mu w a <=> every possible word that continues w has the label a *)
(*                   because of the signs of the task's rows at w             *)
(*  lasting M mu ws a r lambda <=> the terms of a contradiction of prefixes   *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Lasting.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T) (c : nat).
Implicit Types (mu : 'I_c.+1 -> S -> R) (b : 'I_c.+1 -> T -> R) (w x y : seq T).
Variable (blank : T).

Local Notation p0 := (init M).

Definition seen z h := emit M z h * pi M 1 h.

Definition settled mu w (a : 'I_c.+1) := forall j, j != a -> forall h,
  let v := along M (task_row M (mu a)) w h - along M (task_row M (mu j)) w h in
  0 <= v /\ ((j < a)%N -> v = 0 -> along M p0 w h = 0).

Definition lasting mu (J : finType) (ws : J -> seq T) (a r : J -> 'I_c.+1) (lambda : J -> R) :=
  [/\ forall j, settled mu (ws j) (a j), forall j, 0 < lambda j, exists j, (r j < a j)%N
    & forall k z h, k != ord0 ->
        \sum_j lambda j * ((a j == k)%:R - (r j == k)%:R) * along M (seen z) (ws j) h = 0].

Lemma settled_label mu w a y : settled mu w a -> 0 < value M p0 (w ++ y) ->
  task_label M mu (w ++ y) a.
Proof.
move=> ok possible; rewrite task_labelE; apply/forallP => j; rewrite wins_safe.
have [//|neq /=] := eqVneq j a; have signs := ok _ neq.
pose v h := along M (task_row M (mu a)) w h - along M (task_row M (mu j)) w h.
have -> : task_values M mu (w ++ y) a - task_values M mu (w ++ y) j = value M v y.
  by rewrite /task_values !value_along /value -sumrB; apply: eq_bigr => h _; rewrite /v mulrBl.
have v_ge0 h : 0 <= v h by have [] := signs h.
rewrite /safe; case: ifP => strict; last exact: value_ge0.
rewrite lt_neqAle value_ge0 // andbT; apply: contraTneq possible => /esym/(value_eq0 v_ge0) zero.
rewrite value_along -leNgt le_eqVlt; apply/orP; left; apply/eqP/big1 => h _.
have /eqP := zero h; rewrite mulf_eq0 => /orP[/eqP v0|/eqP ->]; last by rewrite mulr0.
by have [_ /(_ strict v0) ->] := signs h; rewrite mul0r.
Qed.

Lemma head_valuesE b x k :
  head_values M [::] b x k = \sum_z b k z * value M (seen z) x.
Proof.
rewrite /head_values /value; under [RHS]eq_bigr do rewrite mulr_sumr.
rewrite [RHS]exchange_big; apply: eq_bigr => h _ /=.
by rewrite /head_row /rho /= !mulr_suml; apply: eq_bigr => z _; rewrite /seen; ring.
Qed.

Lemma lasting_sound mu (J : finType) (ws : J -> seq T) a r lambda b y :
  lasting mu ws a r lambda -> (forall j, 0 < value M p0 (ws j ++ y)) ->
  exists j, ~~ same_label M [::] b mu blank (ws j ++ y).
Proof.
case=> ok lambda_gt0 [j0 strict] zero possible.
apply/existsP; apply: contraT => /existsPn all_same.
have nil_ok : embedding_like ([::] : seq (S -> R)) by move=> j h; rewrite nth_nil.
have head_wins j i : wins (head_values M [::] b (ws j ++ y)) (a j) i.
  have /negPn/same_labelP/(_ (a j)) := all_same j.
  rewrite (settled_label (ok j) (possible j)) head_label_atE; last exact: nil_ok.
  by move/forallP; exact.
pose V z j := value M (seen z) (ws j ++ y).
pose inner k z := \sum_j lambda j * ((a j == k)%:R - (r j == k)%:R) * V z j.
have inner0 k z : inner k z = 0.
  have off k' : k' != ord0 -> inner k' z = 0.
    move=> k'0; rewrite /inner /V.
    transitivity (\sum_h (\sum_j lambda j * ((a j == k')%:R - (r j == k')%:R)
                                 * along M (seen z) (ws j) h) * beta M y h).
      under [RHS]eq_bigr do rewrite mulr_suml.
      rewrite [RHS]exchange_big; apply: eq_bigr => j _.
      by rewrite value_along /value mulr_sumr; apply: eq_bigr => h _; rewrite mulrA.
    by rewrite big1 // => h _; rewrite zero // mul0r.
  have [->|/off //] := eqVneq k ord0.
  have total : \sum_k' inner k' z = 0.
    rewrite exchange_big big1 // => j _; rewrite -mulr_suml -mulr_sumr sumrB.
    have one (i : 'I_c.+1) : \sum_k' (i == k')%:R = 1 :> R.
      by rewrite (bigD1 i) //= eqxx big1 ?addr0 // => k'; rewrite eq_sym => /negbTE ->.
    by rewrite !one subrr mulr0 mul0r.
  by move: total; rewrite (bigD1 ord0) //= [X in _ + X]big1 ?addr0 // => k' /off.
pose d j := head_values M [::] b (ws j ++ y) (a j) - head_values M [::] b (ws j ++ y) (r j).
have d_ge0 j : 0 <= d j.
  by rewrite subr_ge0; have := head_wins j (r j); rewrite /wins; case: ifP => // _ /ltW.
have d_gt0 : 0 < d j0 by have := head_wins j0 (r j0); rewrite /wins strict subr_gt0.
have : 0 < \sum_j lambda j * d j.
  rewrite (bigD1 j0) //= ltr_paddr ?mulr_gt0 // sumr_ge0 // => j _.
  by rewrite mulr_ge0 // ltW.
suff -> : \sum_j lambda j * d j = \sum_k \sum_z b k z * inner k z.
  by rewrite big1 ?ltxx // => k _; rewrite big1 // => z _; rewrite inner0 mulr0.
have pick (j : J) (i : 'I_c.+1) : head_values M [::] b (ws j ++ y) i
    = \sum_k (i == k)%:R * \sum_z b k z * V z j.
  rewrite head_valuesE (bigD1 i) //= eqxx mul1r [X in _ + X]big1 ?addr0 // => k.
  by rewrite eq_sym => /negbTE ->; rewrite mul0r.
under eq_bigr do rewrite /d !pick -sumrB mulr_sumr.
rewrite exchange_big; apply: eq_bigr => k _.
under [RHS]eq_bigr do rewrite mulr_sumr.
rewrite [RHS]exchange_big; apply: eq_bigr => j _.
by rewrite -mulrBl mulrA mulr_sumr; apply: eq_bigr => z _; ring.
Qed.

Lemma lasting_contradictions_sound mu d (Q : finType) (J : Q -> finType)
    (ws : forall q, J q -> d.-tuple T) a r lambda (share : Q -> S -> R) :
  (forall q, lasting mu (fun j => ws q j : seq T) (a q) (r q) (lambda q)) ->
  (forall q h, 0 <= share q h) ->
  (forall (w : d.-tuple T) h, \sum_(q | [exists j, ws q j == w]) share q h <= along M p0 w h) ->
  forall b l, \sum_q \sum_h share q h <= disagreement M [::] b mu blank (d + l).
Proof.
move=> last share_ge0 fits b l; rewrite disagreementE.
pose wrong x := ~~ same_label M [::] b mu blank x.
have -> : \sum_(x : (d + l).-tuple T | ~~ same_label M [::] b mu blank x) value M p0 x
    = \sum_(w : d.-tuple T) \sum_(y : l.-tuple T) (if wrong (w ++ y) then value M p0 (w ++ y) else 0).
  by rewrite big_mkcond; exact: (sum_cat d l (fun x => if wrong x then value M p0 x else 0)).
rewrite [X in _ <= X]exchange_big /=.
pose held q y := \sum_h share q h * beta M y h.
have held_ge0 q (y : l.-tuple T) : 0 <= held q y.
  by apply: sumr_ge0 => h _; rewrite mulr_ge0 ?beta_ge0.
have -> : \sum_q \sum_h share q h = \sum_(y : l.-tuple T) \sum_q held q y.
  rewrite [RHS]exchange_big; apply: eq_bigr => q _.
  rewrite /held [RHS]exchange_big; apply: eq_bigr => h _ /=.
  by rewrite -mulr_sumr sum_beta mulr1.
apply: ler_sum => y _; rewrite -big_mkcond /=.
have fits_y (w : d.-tuple T) : \sum_(q | [exists j, ws q j == w]) held q y <= value M p0 (w ++ y).
  rewrite value_along /held exchange_big /=; apply: ler_sum => h _.
  by rewrite -mulr_suml ler_wpmul2r ?beta_ge0.
apply: (@le_trans _ _ (\sum_(w : d.-tuple T | wrong (w ++ y))
                         \sum_(q | [exists j, ws q j == w]) held q y)); last first.
  by apply: ler_sum => w _.
rewrite [X in _ <= X](exchange_big_dep predT) //=; apply: ler_sum => q _.
have [held0|held_gt0] := eqVneq (held q y) 0.
  by rewrite held0 sumr_ge0.
have possible j : 0 < value M p0 (ws q j ++ y).
  apply: lt_le_trans (fits_y (ws q j)); rewrite (bigD1 q) /=; last by apply/existsP; exists j.
  by rewrite ltr_paddr ?sumr_ge0 // lt_neqAle eq_sym held_gt0 held_ge0.
have [j wrong_j] := lasting_sound b (last q) possible.
rewrite (bigD1 (ws q j)) /=; last by rewrite /wrong wrong_j; apply/existsP; exists j.
by rewrite ler_addl sumr_ge0.
Qed.

End Lasting.
