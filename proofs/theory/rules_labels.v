From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended theorem_3_6.
From Recoverable Require Import labels.

(******************************************************************************)
(* Soundness of the checker's rules about labels that differ (FORMAT.md).     *)
(*                                                                            *)
(*   same_label M us b mu blank x == head and task have the same label on x   *)
(*   disagreement M us b mu blank t == probability that they do not have, on  *)
(*                  X_{1:t}                                                   *)
(*   contradiction M mu blank xs a r lambda <=> terms with the inputs xs,     *)
(*                  labels a, rivals r and weights lambda, in which the       *)
(*                  comparisons of every head add up to zero                  *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Disagreement.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T) (c : nat).
Implicit Types (mu : 'I_c.+1 -> S -> R) (b : 'I_c.+1 -> T -> R) (us : seq (S -> R)).

Definition same_label us b mu blank x :=
  [forall a, head_label_at M us b blank x a == task_label M mu x a].

Lemma same_labelP us b mu blank x :
  reflect (agree M us b mu blank x) (same_label us b mu blank x).
Proof. by apply: (iffP forallP) => [eq_l a|agr a]; [rewrite (eqP (eq_l a)) | rewrite agr]. Qed.

Definition disagreement us b mu blank t :=
  prob M [pred w : omega S T t | ~~ same_label us b mu blank w.2].

Lemma prob_words t (P : pred (seq T)) :
  prob M [pred w : omega S T t | P w.2] = \sum_(x : t.-tuple T | P x) value M (init M) x.
Proof.
rewrite /prob /Pr (partition_big (@snd _ _) (fun x : t.-tuple T => P x)) //=.
apply: eq_bigr => x Px; rewrite /value -probE /prob /Pr size_tuple.
apply: eq_bigl => w; rewrite /word /= -val_eqE /= andbC.
by case: eqP => [->|].
Qed.

Lemma disagreementE us b mu blank t : disagreement us b mu blank t
  = \sum_(x : t.-tuple T | ~~ same_label us b mu blank x) value M (init M) x.
Proof. exact: (prob_words t (fun x => ~~ same_label us b mu blank x)). Qed.

Lemma wrong_label_sound us b mu x a a' blank : x != [::] -> supp M x ->
  task_label M mu x a -> head_label_at M us b blank x a' -> a != a' ->
  ~ recovers M us b mu.
Proof.
move=> x0 x_supp task_a head_a' neq rec; case/eqP: neq.
have task_a' : task_label M mu x a' by rewrite -(rec blank x x0 x_supp).
exact: first_max_unique task_a task_a'.
Qed.

(* Contradictions *)

Variables (blank : T).
Let G1 x := G M 1 (blank :: x).

Definition contradiction mu (J : finType) (xs : J -> seq T) (a r : J -> 'I_c.+1) (lambda : J -> R) :=
  [/\ forall j, [/\ xs j != [::], supp M (xs j) & task_label M mu (xs j) (a j)],
      forall j, 0 < lambda j, forall j, r j != a j,
      exists j, (r j < a j)%N
    & forall k z, k != ord0 ->
        \sum_j lambda j * ((a j == k)%:R - (r j == k)%:R) * G1 (xs j) z = 0].

(* A head's comparisons are a linear form in its rows. *)
Lemma sum_comparisons b (J : finType) (xs : J -> seq T) (a r : J -> 'I_c.+1) (lambda : J -> R) :
  \sum_j lambda j * (\sum_z b (a j) z * G1 (xs j) z - \sum_z b (r j) z * G1 (xs j) z)
  = \sum_k \sum_z b k z *
      \sum_j lambda j * ((a j == k)%:R - (r j == k)%:R) * G1 (xs j) z.
Proof.
have pick (j : J) (i : 'I_c.+1) :
    \sum_z b i z * G1 (xs j) z = \sum_k (i == k)%:R * \sum_z b k z * G1 (xs j) z.
  rewrite (bigD1 i) //= eqxx mul1r [X in _ + X]big1 ?addr0 // => k; rewrite eq_sym => /negbTE ->.
  by rewrite mul0r.
under eq_bigr do rewrite !pick -sumrB mulr_sumr.
rewrite exchange_big; apply: eq_bigr => k _.
under [RHS]eq_bigr do rewrite mulr_sumr.
rewrite [RHS]exchange_big; apply: eq_bigr => j _.
by rewrite -mulrBl mulrA mulr_sumr; apply: eq_bigr => z _; ring.
Qed.

Lemma contradiction_sound mu (J : finType) (xs : J -> seq T) a r lambda b :
  contradiction mu xs a r lambda -> exists j, ~~ same_label [::] b mu blank (xs j).
Proof.
case=> ok lambda_gt0 rival [j0 strict] zero.
apply/existsP; apply: contraT => /existsPn all_same.
have head_wins j i : wins (head_scores M [::] b blank (xs j)) (a j) i.
  have [_ _ task_a] := ok j.
  by have /negPn/same_labelP/(_ (a j)) := all_same j; rewrite task_a => /forallP.
pose d j := \sum_z b (a j) z * G1 (xs j) z - \sum_z b (r j) z * G1 (xs j) z.
have d_ge0 j : 0 <= d j.
  rewrite subr_ge0 -!head_scores_G; have := head_wins j (r j).
  by rewrite /wins; case: ifP => // _ /ltW.
have d_gt0 : 0 < d j0 by have := head_wins j0 (r j0); rewrite /wins strict subr_gt0 -!head_scores_G.
have : 0 < \sum_j lambda j * d j.
  rewrite (bigD1 j0) //= ltr_paddr ?mulr_gt0 // sumr_ge0 // => j _.
  by rewrite mulr_ge0 // ltW.
rewrite sum_comparisons big1 ?ltxx // => k _; rewrite big1 // => z _.
have [->|k0] := eqVneq k ord0; last by rewrite zero // mulr0.
suff -> : \sum_j lambda j * ((a j == ord0)%:R - (r j == ord0)%:R) * G1 (xs j) z = 0 by rewrite mulr0.
have total : \sum_k' \sum_j lambda j * ((a j == k')%:R - (r j == k')%:R) * G1 (xs j) z = 0.
  rewrite exchange_big big1 // => j _; rewrite -mulr_suml -mulr_sumr sumrB.
  have one (i : 'I_c.+1) : \sum_k' (i == k')%:R = 1 :> R.
    by rewrite (bigD1 i) //= eqxx big1 ?addr0 // => k'; rewrite eq_sym => /negbTE ->.
  by rewrite !one subrr mulr0 mul0r.
by move: total; rewrite (bigD1 ord0) //= [X in _ + X]big1 ?addr0 // => k' /zero.
Qed.

Lemma no_linear_head_sound mu (J : finType) (xs : J -> seq T) a r lambda :
  contradiction mu xs a r lambda -> ~ exists b, recovers M [::] b mu.
Proof.
move=> contra [b rec]; have [j /same_labelP wrong] := contradiction_sound b contra.
by have [ok _ _ _ _] := contra; have [x0 x_supp _] := ok j; apply/wrong/rec.
Qed.

Lemma packed_contradictions_sound mu t (Q : finType) (J : Q -> finType)
    (xs : forall q, J q -> t.-tuple T) a r lambda (share : Q -> R) :
  (forall q, contradiction mu (fun j => xs q j : seq T) (a q) (r q) (lambda q)) ->
  (forall q, 0 < share q) ->
  (forall x : t.-tuple T, \sum_(q | [exists j, xs q j == x]) share q
                          <= prob M (word x : pred (omega S T (size x)))) ->
  forall b, \sum_q share q <= disagreement [::] b mu blank t.
Proof.
move=> contra share_gt0 fits b; rewrite disagreementE.
pose wrong (x : t.-tuple T) := ~~ same_label [::] b mu blank x.
apply: (@le_trans _ _ (\sum_(x | wrong x) \sum_(q | [exists j, xs q j == x]) share q)); last first.
  by apply: ler_sum => x _; rewrite /value -probE.
rewrite (exchange_big_dep predT) //=; apply: ler_sum => q _.
have [j wrong_j] := contradiction_sound b (contra q).
rewrite (bigD1 (xs q j)) /=; last by rewrite /wrong wrong_j; apply/existsP; exists j.
by rewrite ler_addl sumr_ge0 // => x _; rewrite ltW.
Qed.

End Disagreement.
