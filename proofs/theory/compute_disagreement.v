From Coq Require Import ZArith List.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify ssrZ.
From Recoverable Require Import model prediction chain theorem_3_3 extended theorem_3_6 labels.
From Recoverable Require Import rules_labels rules_tree columns.
From Recoverable Require Import compute compute_units compute_columns compute_model compute_heads compute_spans.
From Recoverable Require Import compute_regions compute_trees.

(******************************************************************************)
(* What prefix trees prove, by computation: a head that has the task's labels *)
(* on all possible inputs, and brackets of how often it has not.              *)
(*                                                                            *)
(*    setting_check <=> the data are a head, a prompt, a task and a tree, with *)
(*                  masses times g and scores times p                         *)
(*     reach_by == how many tokens leaves by state look ahead                 *)
(*       computed m == the brackets of the lengths 0, ..., m, in units        *)
(*        unit_of i == what is 1 at the length i                              *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Claims.
Variables (R : realFieldType) (n k : nat) (d : data).
Hypothesis ok : valid n k d.
Local Notation M := (model_of R ok).
Local Notation letters := (iota 0 k.+1).
Variables (c : nat) (b : matrix) (us : seq vector) (mu : matrix) (g p : Z) (r : bool).
Variables (rg : ground) (reach_by : nat) (t : ptree).
Local Notation lk := (look_of n.+1 d reach_by).

Definition setting_check :=
  [&& shape c k.+1 b, shape c n.+1 mu, prompt_check us, [&& (0 <? g)%ZZ, (0 <? p)%ZZ & regions_check n k c d rg]
    & tree_check n letters d c (root d c b mu us g p) rg t [::]].

Definition computed (m : nat) :=
  brackets n letters d c r (root d c b mu us g p) lk t
    (Rows (root d c b mu us g p) (root d c b mu us g p)) [::] m.

(* The unit at the length m *)
Definition unit_of m := ((initial d).1 * g * power (grow d r) m)%ZZ.

Lemma disagreement_within blank i : setting_check ->
  let e := bracket_at n letters d c r (root d c b mu us g p) lk t
    (Rows (root d c b mu us g p) (root d c b mu us g p)) [::] i in
  fval R (unit_of i, e.1) <= @disagreement R _ _ M c (prompt_of R n us) (mx R b) (mx R mu) blank i
  <= fval R (unit_of i, e.2).
Proof.
case/and5P => b_ok mu_ok us_ok /and3P[g0 p0 rg_ok] t_ok.
have := bracket_within R ok b_ok mu_ok us_ok g0 p0 rg_ok reach_by r (w := [::]) i t_ok.
rewrite /within (@differing_disagreement R _ _ M c (mx R mu) (prompt_of R n us) (mx R b) blank (prompt_checked R us_ok)).
by rewrite /= /units /fval /unit_of toRM toR_power.
Qed.

Definition own_bracket := bracket_at n letters d c r (root d c b mu us g p) lk t
    (Rows (root d c b mu us g p) (root d c b mu us g p)) [::].

(* A length beyond the depth m has the bracket of m, in a smaller unit. *)
Lemma bracket_shorter m i : (depthl (looks_ahead lk) t <= m)%N ->
  own_bracket i = scalep (power (grow d r) (i - minn i m)) (own_bracket (minn i m)).
Proof.
move=> deep; rewrite /minn; case: ltnP => [lt_i|le_m]; last first.
  by rewrite -[in LHS](subnKC le_m) /own_bracket bracket_depth.
by rewrite subnn; case: (own_bracket i) => lo hi; rewrite /scalep; congr (_, _); rewrite Z.mul_1_l.
Qed.

Lemma unit_gt0' i : (0 <? (initial d).1 * g)%ZZ -> (0 <? unit_of i)%ZZ.
Proof.
by move=> u0; rewrite posM // -(toR_gt0 R) (toR_power R) exprn_gt0 // (grow_gt0 R ok r).
Qed.

Definition labels_agree_check m :=
  [&& setting_check, (0 < m)%N, (depthl (looks_ahead lk) t <= m)%N & all (fun e => e.2 <=? 0)%ZZ (behead (computed m))].

Theorem labels_agree_checked m : labels_agree_check m ->
  @recovers R _ _ M c (prompt_of R n us) (mx R b) (mx R mu).
Proof.
case/and4P => setting m0 deep quiet blank x x0 x_supp; have us_ok : prompt_check us by case/and5P: setting.
apply/same_labelP; apply: contraTT x_supp => wrong.
have u0 : (0 <? (initial d).1 * g)%ZZ by case/and5P: setting => _ _ _ /and3P[g0 _ _] _; rewrite posM ?(init_den ok).
have /andP[_] := disagreement_within blank (size x) setting; rewrite -/own_bracket => le_D.
have zero : fval R (unit_of (size x), (own_bracket (size x)).2) <= 0.
  rewrite /fval pmulr_lle0 ?invr_gt0 ?toR_gt0 ?unit_gt0' // -oppr_ge0 -toRN toR_ge0.
  rewrite (bracket_shorter _ deep) /=; set i := minn _ _.
  have i_le : (i <= m)%N by exact: geq_minr.
  have i_gt0 : (0 < i)%N by rewrite leq_min lt0n size_eq0 x0.
  have : ((own_bracket i).2 <=? 0)%ZZ.
    have := allP quiet (own_bracket i); apply.
    rewrite /own_bracket -(brackets_at _ _ _ _ _ _ _ _ _ _ i_le) -/(computed m).
    rewrite -{1}(prednK i_gt0) -nth_behead mem_nth // size_behead size_brackets.
    by rewrite -(prednK i_gt0) /= in i_le *.
  have : (0 <? power (grow d r) (size x - i))%ZZ.
    by rewrite -(toR_gt0 R) (toR_power R) exprn_gt0 // (grow_gt0 R ok r).
  by move: (power _ _) (own_bracket i).2 => a e; nia.
have := le_trans le_D zero; rewrite /supp probE -leNgt; apply: le_trans.
rewrite disagreementE (bigD1 (in_tuple x)) //= -/(value _ _ _) ler_addl sumr_ge0 // => y _.
by apply: value_ge0 => h; exact: (init_ge0 M h).
Qed.

Definition bracket_check (e : Z * Z) i (lu : (Z * Z) * (Z * Z)) :=
  [&& (0 <? lu.1.1)%ZZ, (0 <? lu.2.1)%ZZ, fle lu.1 (unit_of i, e.1)
    & fle (unit_of i, e.2) lu.2 || fle (1, 1)%ZZ lu.2].

Definition disagreement_check (bs : seq ((Z * Z) * (Z * Z))) :=
  let m := size bs in let es := computed m in
  [&& setting_check, (0 < m)%N, (depthl (looks_ahead lk) t <= m)%N
    & all (fun i => bracket_check (nth (0, 0)%ZZ es i.+1) i.+1 (nth ((1, 0), (1, 0))%ZZ bs i)) (iota 0 m)].

Lemma disagreement_le1 blank i :
  @disagreement R _ _ M c (prompt_of R n us) (mx R b) (mx R mu) blank i <= 1.
Proof.
rewrite disagreementE -(init_sum M) -(sum_value M (init M) i).
rewrite [X in _ <= X](bigID (fun x : i.-tuple _ => ~~ @same_label R _ _ M c (prompt_of R n us) (mx R b) (mx R mu) blank x)) /=.
by rewrite ler_addl sumr_ge0 // => y _; apply: value_ge0 => h; exact: (init_ge0 M h).
Qed.

Theorem disagreement_checked bs : disagreement_check bs -> forall blank i, (0 < i)%N ->
  let lu := nth ((1, 0), (1, 0))%ZZ bs (minn i (size bs)).-1 in
  fval R lu.1 <= @disagreement R _ _ M c (prompt_of R n us) (mx R b) (mx R mu) blank i <= fval R lu.2.
Proof.
case/and4P => setting m0 deep /all_iotaP brackets_ok blank i i0; set m := size bs in m0 deep brackets_ok *.
have u0 : (0 <? (initial d).1 * g)%ZZ by case/and5P: setting => _ _ _ /and3P[g0 _ _] _; rewrite posM ?(init_den ok).
set j := minn i m; have j_le : (j <= m)%N by exact: geq_minr.
have j_gt0 : (0 < j)%N by rewrite leq_min i0.
have lt_j : (j.-1 < m)%N by rewrite prednK.
have := brackets_ok j.-1 lt_j; rewrite prednK // (brackets_at _ _ _ _ _ _ _ _ _ _ j_le) -/(own_bracket j).
set lu := nth _ bs j.-1; case/and4P => l0 h0 lo hi.
have same (a : Z) : fval R (unit_of i, power (grow d r) (i - j) * a)%ZZ = fval R (unit_of j, a).
  have q0 : toR R (power (grow d r) (i - j)) != 0 by rewrite (toR_power R) expf_neq0 // lt0r_neq0 // (grow_gt0 R ok r).
  have le_ji : (j <= i)%N by exact: geq_minl.
  have unit_i : unit_of i = (power (grow d r) (i - j) * unit_of j)%ZZ.
    by rewrite /unit_of -[in LHS](subnKC le_ji) powerD Z.mul_assoc Z.mul_comm.
  by rewrite /fval /= unit_i !toRM -mulf_div divff // mul1r.
have /andP[] := disagreement_within blank i setting; rewrite -/own_bracket (bracket_shorter _ deep) -/j.
rewrite /scalep /= !same => lo_D D_hi; apply/andP; split.
  by apply: le_trans lo_D; apply: fleP => //; apply: unit_gt0'.
case/orP: hi => [hi|one]; first by apply: le_trans D_hi _; apply: fleP => //; apply: unit_gt0'.
apply: le_trans (disagreement_le1 blank i) _; have := @fleP R (1, 1)%ZZ lu.2 isT h0 one.
by rewrite /fval /= toR1 divr1.
Qed.

End Claims.
