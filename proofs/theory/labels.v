From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 extended theorem_3_6.

(******************************************************************************)
(* Labels of several classes: the index of the largest score, the smallest    *)
(* index on ties. A binary task mu is the task of the two rows mu and 0,      *)
(* whose label 0 stands for the paper's label 1.                              *)
(*                                                                            *)
(*        wins y a j <=> with the scores y, the label a wins against j        *)
(*     first_max y a <=> a is the first of the largest scores                 *)
(*             two s == the scores s and 0                                    *)
(*   task_scores M mu x == mu_k . P[H_0 | x] for each class k                 *)
(*   head_scores M us b blank x == b_k . Gbar of (us, blank, x), at the blank *)
(*   task_label, head_label_at == first_max of these                          *)
(*   agree M us b mu blank x <=> head and task have the same label on x       *)
(*   task_values, head_values == what the scores are multiples of, on x       *)
(*         gap M us b mu k == row of class k that the finite identity has to  *)
(*                        make zero                                           *)
(*   proportional M us b mu <=> one constant for all possible nonempty inputs *)
(*   recovers M us b mu <=> head and task agree on all possible nonempty      *)
(*                        inputs                                              *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section FirstMax.
Variables (R : realFieldType).

Definition wins c (y : 'I_c.+1 -> R) (a j : 'I_c.+1) :=
  if (j < a)%N then y j < y a else y j <= y a.

Definition first_max c (y : 'I_c.+1 -> R) a := [forall j, wins y a j].

Lemma first_max_unique c (y : 'I_c.+1 -> R) a a' :
  first_max y a -> first_max y a' -> a = a'.
Proof.
move=> /forallP max_a /forallP max_a'; apply/val_inj/eqP; rewrite eqn_leq.
have := max_a a'; have := max_a' a; rewrite /wins.
by case: ltngtP => //= _; [move=> lt /le_lt_trans/(_ lt) | move=> le /lt_le_trans/(_ le)]; rewrite ltxx.
Qed.

Lemma first_max_exists c (y : 'I_c.+1 -> R) : exists a, first_max y a.
Proof.
pose P a := [forall j, y j <= y a].
have [a0 Pa0] : exists a, P a.
  by exists [arg max_(i > ord0) y i]%O; case: arg_maxP => // i _ max; apply/forallP => j; exact: max.
case: (@arg_minnP _ a0 P val Pa0) => a /forallP max_a min_a; exists a.
apply/forallP => j; rewrite /wins; case: ltnP => // lt_j.
rewrite lt_neqAle max_a andbT; apply: contraTneq lt_j => eq_j.
by rewrite -leqNgt min_a //; apply/forallP => i; rewrite eq_j.
Qed.

(* Only differences count, up to one positive factor. *)
Lemma first_max_scale c (y y' : 'I_c.+1 -> R) C : 0 < C ->
  (forall k, y k - y ord0 = C * (y' k - y' ord0)) -> first_max y =1 first_max y'.
Proof.
move=> C_gt0 eq_y a; apply: eq_forallb => j; rewrite /wins.
have -> : (y j < y a) = (y' j < y' a).
  by rewrite -(ltr_add2r (- y ord0)) !eq_y ltr_pmul2l // ltr_add2r.
by rewrite -(ler_add2r (- y ord0)) !eq_y ler_pmul2l // ler_add2r.
Qed.

Lemma first_max_div c (y : 'I_c.+1 -> R) C : 0 <= C -> (C = 0 -> forall k, y k = 0) ->
  first_max (fun k => y k / C) =1 first_max y.
Proof.
rewrite le_eqVlt => /orP[/eqP <- /(_ erefl) y0|C_gt0 _] a.
  by apply: eq_forallb => j; rewrite /wins !y0 mul0r.
by apply: (@first_max_scale _ _ _ C^-1) => [|k]; rewrite ?invr_gt0 // -mulrBl mulrC.
Qed.

Definition two (s : R) : 'I_2 -> R := fun k => if k == ord0 then s else 0.

Lemma first_max_two s : first_max (two s) ord0 = (0 <= s).
Proof. by apply/forallP/idP => [/(_ (lift ord0 ord0))|s_ge0 j]; rewrite /wins ?ltn0 /two //=; case: ifP. Qed.

End FirstMax.

Section Labels.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T) (c : nat).
Implicit Types (mu : 'I_c.+1 -> S -> R) (b : 'I_c.+1 -> T -> R).
Implicit Types (us : seq (S -> R)) (x : seq T) (blank : T).

Definition task_scores mu x k := \sum_h mu k h * posterior M x h.
Definition head_scores us b blank x k :=
  \sum_z b k z * Gbar M (size us).+1 (prompted M us blank x) z.

Definition task_label mu x := first_max (task_scores mu x).
Definition head_label_at us b blank x := first_max (head_scores us b blank x).
Definition agree us b mu blank x := head_label_at us b blank x =1 task_label mu x.
Definition recovers us b mu := forall blank x, x != [::] -> supp M x -> agree us b mu blank x.

Definition task_values mu x k := value M (task_row M (mu k)) x.
Definition head_values us b x k := value M (head_row M (b k) (rho M us)) x.

Lemma task_labelE mu x : task_label mu x =1 first_max (task_values mu x).
Proof.
have eq_s k : task_scores mu x k = task_values mu x k / value M (init M) x by exact: task_score.
move=> a; rewrite -[RHS](@first_max_div _ _ _ (value M (init M) x)).
- by apply: eq_forallb => j; rewrite /wins !eq_s.
- exact/value_ge0/init_ge0.
- by move=> Pr0 k; apply: value_task0.
Qed.

Lemma head_label_atE us b blank x : embedding_like us ->
  head_label_at us b blank x =1 first_max (head_values us b x).
Proof.
move=> us_ge0; have r_ge0 h := rho_ge0 M h us_ge0.
have eq_s k : head_scores us b blank x k = head_values us b x k / value M (rho M us) x.
  by rewrite -head_score; apply: eq_bigr => z _; rewrite Gbar_prompt.
move=> a; rewrite -[RHS](@first_max_div _ _ _ (value M (rho M us) x)).
- by apply: eq_forallb => j; rewrite /wins !eq_s.
- exact: value_ge0.
- by move=> r0 k; apply: value_head0.
Qed.

Lemma head_scores_G b blank x k :
  head_scores [::] b blank x k = \sum_z b k z * G M 1 (blank :: x) z.
Proof. by apply: eq_bigr => z _; rewrite /prompted Gbar_embeddings. Qed.

Definition gap us b mu k h :=
  (head_row M (b k) (rho M us) h - head_row M (b ord0) (rho M us) h)
  - (task_row M (mu k) h - task_row M (mu ord0) h).

Lemma gapE us b mu k x : value M (gap us b mu k) x =
  (head_values us b x k - head_values us b x ord0) - (task_values mu x k - task_values mu x ord0).
Proof.
rewrite /head_values /task_values /value -!sumrB.
by apply: eq_bigr => h _; rewrite /gap !mulrBl.
Qed.

Definition proportional us b mu := exists2 C, 0 < C & forall x, x != [::] -> supp M x ->
  forall k, head_values us b x k - head_values us b x ord0
            = C * (task_values mu x k - task_values mu x ord0).

Lemma proportional_recovers us b mu : embedding_like us ->
  proportional us b mu -> recovers us b mu.
Proof.
move=> us_ge0 [C C_gt0 prop_C] blank x x0 x_supp a.
by rewrite head_label_atE // task_labelE; apply: (first_max_scale C_gt0) => k; exact: prop_C.
Qed.

Lemma gap_agree us b mu blank x : embedding_like us ->
  (forall k, value M (gap us b mu k) x = 0) -> agree us b mu blank x.
Proof.
move=> us_ge0 gap0 a; rewrite head_label_atE // task_labelE.
by apply: (first_max_scale ltr01) => k; have /eqP := gap0 k; rewrite gapE subr_eq0 mul1r => /eqP.
Qed.

End Labels.

(* Binary tasks and heads are those of the rows mu and 0, b and 0. *)
Lemma binary_label (R : realFieldType) (S T : finType) (M : hmm R S T) (mu : S -> R) (x : seq T) :
  task_label M (fun k : 'I_2 => if k == ord0 then mu else fun=> 0) x ord0 = label M mu x.
Proof.
rewrite /label -first_max_two; apply: eq_forallb => j; rewrite /wins /task_scores /two /=.
by case: (j == ord0) => //; rewrite (@big1 _ _ _ _ _ _ (fun h => 0 * _)) // => h _; rewrite mul0r.
Qed.

Lemma binary_head (R : realFieldType) (S T : finType) (M : hmm R S T) (b : T -> R) (blank : T) (x : seq T) :
  head_label_at M [::] (fun k : 'I_2 => if k == ord0 then b else fun=> 0) blank x ord0
  = head_label M b 1 (blank :: x).
Proof.
rewrite /head_label -first_max_two; apply: eq_forallb => j.
rewrite /wins !head_scores_G /two /=.
by case: (j == ord0) => //; rewrite (@big1 _ _ _ _ _ _ (fun z => 0 * _)) // => z _; rewrite mul0r.
Qed.
