From Coq Require Import ZArith List.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify ssrZ.
From Recoverable Require Import model prediction chain theorem_3_3 extended theorem_3_6 labels.
From Recoverable Require Import rules_labels rules_tree columns.
From Recoverable Require Import compute compute_columns compute_model compute_heads.

(******************************************************************************)
(* Regions of prefixes, by computation: facts about masses and scores that no *)
(* continuation leaves.                                                       *)
(*                                                                            *)
(*        ground == regions as data: for each its class, its facts as the     *)
(*                  rows of a matrix, and for each token the next region; for *)
(*                  the region x and the token z, at x * k.+1 + z, the        *)
(*                  weights with which the facts of the next region follow;   *)
(*                  and what a prefix multiplies the scores of the task and   *)
(*                  those of the head by before it looks at facts             *)
(*   part n f i == entries of the fact f that belong to the masses (i = 0),   *)
(*                  or to the scores of the class i                           *)
(*  fact_at g x i == fact i of the region x                                   *)
(*  fact_ahead d z b == A^T D_z b, as data                                    *)
(*   areas R n k c g == these regions, over R                                 *)
(*  regions_check n k d c g <=> no continuation leaves any of them             *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Record ground := Ground {
  region_classes : seq nat; region_facts : seq matrix; region_leads : seq (seq nat); region_weights : seq matrix;
  factors : Z * Z }.

Definition no_ground := Ground [::] [::] [::] [::] (1, 1)%ZZ.

Definition part n (f : vector) i : vector := (f.1, take n.+1 (drop (i * n.+1) f.2)).
Definition fact_ahead d z (b : vector) := vecmat (mulv (row (emission d) z) b) (transition d).

Section Parts.
Variables (R : realFieldType) (n : nat).

Lemma val_part f i (h : 'I_n.+1) : val R (part n f i) h = val R f (i * n.+1 + h).
Proof. by rewrite /val /at0 nth_take ?ltn_ord // nth_drop. Qed.

Definition fact_of c (f : vector) : fact R [finType of 'I_n.+1] c :=
  (fun h : 'I_n.+1 => val R (part n f 0) h, fun (i : 'I_c.+1) (h : 'I_n.+1) => val R (part n f i) h).

(* Masses and scores over their units satisfy the fact f. *)
Definition holds c (y : Z) (ms : seq Z) (rs : seq (seq Z)) (f : vector) :=
  (0 <=? dotl (part n f 0).2 ms
         + y * suml [seq if i == 0%N then 0 else dotl (part n f i).2 (nth [::] rs i) | i <- iota 0 c.+1])%ZZ.

Lemma dotl_part f i u :
  toR R (dotl (part n f i).2 u) = \sum_(h < n.+1) toR R (at0 u h) * toR R (at0 (part n f i).2 h).
Proof.
rewrite (@dotl_sum _ n.+1); last by rewrite size_take; case: ltnP.
by apply: eq_bigr => h _; rewrite mulrC.
Qed.

Lemma holds_meets c (u v : R) y ms rs f (m : 'I_n.+1 -> R) (r : 'I_c.+1 -> 'I_n.+1 -> R) :
  0 < u -> 0 < v -> (0 <? f.1)%ZZ ->
  (forall h, m h = toR R (at0 ms h) / u) -> (forall j h, r j h = toR R (entry rs j h) / v) ->
  holds c y ms rs f -> meets (fact_of c f) m (fun j h => toR R y * (v / u) * r j h).
Proof.
move=> u0 v0 f0 mE rE; rewrite /holds -(toR_ge0 R) toRD toRM suml_sum dotl_part => ge0.
pose e := toR R f.1 * u; have e0 : 0 < e by rewrite mulr_gt0 ?toR_gt0.
rewrite /meets /= -(pmulr_rge0 _ e0) mulrDr; apply: le_trans ge0 _; rewrite le_eqVlt; apply/orP; left; apply/eqP.
have [fn un vn] : [/\ toR R f.1 != 0, u != 0 & v != 0] by rewrite nonzero // !lt0r_neq0.
congr (_ + _).
  rewrite mulr_sumr; apply: eq_bigr => h _; rewrite mE /val [(part _ _ _).1]/= /e.
  by move: (at0 ms h) (at0 _ _) => a b; move: (toR R f.1) (toR R a) (toR R b) fn => x a' b' x0; field; rewrite x0 un.
rewrite [in RHS]big_mkcond /= !mulr_sumr; apply: eq_bigr => j _; rewrite -val_eqE /=.
case: eqP => [_|_] /=; first by rewrite toR0 !mulr0.
rewrite dotl_part !mulr_sumr; apply: eq_bigr => h _; rewrite rE /val [(part _ _ _).1]/= /e -/(entry rs j h).
move: (entry rs j h) (at0 _ _) => a b; move: (toR R f.1) (toR R y) (toR R a) (toR R b) fn => x y' a' b' x0.
by field; rewrite x0 un vn.
Qed.

End Parts.

Section Regions.
Variables (R : realFieldType) (n k c : nat) (d : data) (g : ground).
Hypothesis ok : valid n k d.
Local Notation M := (model_of R ok).
Local Notation none := (1%ZZ, [::] : seq (seq Z)).

Definition regions_count := size (region_classes g).
Definition class_at x := nth 0%N (region_classes g) x.
Definition facts_at x := nth none (region_facts g) x.
Definition fact_at x i := row (facts_at x) i.
Definition facts_count x := size (facts_at x).2.
Definition lead_at x z := nth 0%N (nth [::] (region_leads g) x) z.
Definition weights_at x z := nth none (region_weights g) (x * k.+1 + z).

Local Notation region := 'I_regions_count.

Definition areas : regions R [finType of 'I_n.+1] [finType of 'I_k.+1] c region :=
  Regions (fun x : region => inord (class_at x))
    (fun x : region => [seq fact_of R n c (fact_at x i) | i <- iota 0 (facts_count x)])
    (fun (x : region) (z : 'I_k.+1) => insubd x (lead_at x z))
    (fun (x : region) (z : 'I_k.+1) (i i' : nat) => val R (row (weights_at x z) i) i').

Definition comparison_check a j (f : vector) :=
  all (fun h => let e := at0 (part n f 0).2 h in if (j < a)%N then (e <? 0)%ZZ else (e <=? 0)%ZZ) (iota 0 n.+1) &&
  all (fun i => (i == 0%N) || all (fun h => at0 (part n f i).2 h =? f.1 * (delta i a - delta i j))%ZZ (iota 0 n.+1))
    (iota 0 c.+1).

Definition follows_check (l : vector) (facts : matrix) z (f : vector) :=
  let v := vecmat l facts in
  [&& (size l.2 <= size facts.2)%N, nonnegl l.2, lev (part n v 0) (fact_ahead d z (part n f 0))
    & all (fun i => (i == 0%N) || eqv (fact_ahead d z (part n f i)) (part n v i)) (iota 0 c.+1)].

Definition lead_check x z :=
  let y := lead_at x z in
  [&& (y < regions_count)%N, (0 <? (weights_at x z).1)%ZZ
    & all (fun i => follows_check (row (weights_at x z) i) (facts_at x) z (fact_at y i)) (iota 0 (facts_count y))].

Definition region_check x :=
  [&& (class_at x <= c)%N, (0 <? (facts_at x).1)%ZZ,
      all (fun j => (j == class_at x) || has (fun i => comparison_check (class_at x) j (fact_at x i)) (iota 0 (facts_count x)))
        (iota 0 c.+1)
    & all (lead_check x) (iota 0 k.+1)].

Definition regions_check := all region_check (iota 0 regions_count).

Lemma nth_areas (x : region) i : (i < facts_count x)%N -> nth_fact areas x i = fact_of R n c (fact_at x i).
Proof. by move=> lt_i; rewrite /nth_fact (nth_map 0%N) ?size_iota // nth_iota. Qed.

Lemma size_areas (x : region) : size (facts areas x) = facts_count x.
Proof. by rewrite size_map size_iota. Qed.

Lemma val_fact_ahead z b (h : 'I_n.+1) :
  val R (fact_ahead d z b) h = \sum_(g < n.+1) mval R (emission d) z g * val R b g * mval R (transition d) g h.
Proof.
rewrite (@val_vecmat _ n.+1); last exact: leq_trans (size_mull _ _) (emission_row ok z).
by apply: eq_bigr => g' _; rewrite val_mulv.
Qed.

Lemma fact_aheadE (z : 'I_k.+1) b (f : 'I_n.+1 -> R) (h : 'I_n.+1) : (forall g : 'I_n.+1, f g = val R b g) ->
  rules_tree.ahead M z f h = val R (fact_ahead d z b) h.
Proof. by move=> fE; rewrite val_fact_ahead; apply: eq_bigr => g' _; rewrite fE mulrC. Qed.

Lemma val_combined l m i (h : 'I_n.+1) : (size l.2 <= size m.2)%N ->
  val R (part n (vecmat l m) i) h = \sum_(i' < size m.2) val R l i' * val R (part n (row m i') i) h.
Proof.
move=> size_l; rewrite val_part (@val_vecmat _ (size m.2)) //.
by apply: eq_bigr => i' _; rewrite val_part.
Qed.

Lemma facts_den : regions_check -> forall x : region, (0 <? (facts_at x).1)%ZZ.
Proof. by move=> /all_iotaP regions_ok x; have /and4P[] := regions_ok x (ltn_ord x). Qed.

Theorem regions_checked : regions_check -> closed areas M.
Proof.
move=> /all_iotaP regions_ok x; have region_ok y : (y < regions_count)%N -> region_check y by exact: regions_ok.
have /and4P[le_a F0 /all_iotaP labelled /all_iotaP leads] := region_ok x (ltn_ord x); split=> [j|z i].
  rewrite -val_eqE /= inordK // => neq; have := labelled j (ltn_ord j); rewrite (negbTE neq) /=.
  case/hasP => i; rewrite mem_iota => /andP[_ lt_i] /andP[/all_iotaP mass /all_iotaP score].
  exists i; rewrite ?size_areas ?nth_areas //; split=> [h|i' h i'0] /=; rewrite ?inordK //.
    have := mass h (ltn_ord h); have F_gt0 := F0; rewrite -(toR_gt0 R) in F_gt0.
    rewrite /val; case: ifP => _ sign.
      by rewrite pmulr_llt0 ?invr_gt0 // -oppr_gt0 -toRN toR_gt0; lia.
    by rewrite pmulr_lle0 ?invr_gt0 // -oppr_ge0 -toRN toR_ge0; lia.
  have /orP[/eqP i'E|/all_iotaP/(_ h (ltn_ord h))/Z.eqb_spec eq_i] := score i' (ltn_ord i').
    by rewrite -val_eqE /= i'E in i'0.
  rewrite /val eq_i toRM mulrAC mulfV ?mul1r ?nonzero // toRB /delta -!val_eqE /= !inordK //.
  by do 2 case: (_ == _).
have := leads z (ltn_ord z); case/and3P => lt_y L0 /all_iotaP step.
have yE : insubd x (lead_at x z) = lead_at x z :> nat by rewrite insubdK.
rewrite size_areas /= yE => lt_i; have /and4P[size_l l_ge0 le_mass /all_iotaP eq_scores] := step i lt_i.
rewrite nth_areas ?yE // !size_map size_iota.
have partE (entry : fact R [finType of 'I_n.+1] c -> R) (e : vector -> R) :
    (forall f, entry (fact_of R n c f) = e f) ->
    \sum_(i' < facts_count x) val R (row (weights_at x z) i) i' * entry (nth_fact areas x i')
    = \sum_(i' < facts_count x) val R (row (weights_at x z) i) i' * e (fact_at x i').
  by move=> eE; apply: eq_bigr => i' _; rewrite nth_areas ?ltn_ord // eE.
have den_fact_ahead b : (0 <? b.1)%ZZ -> (0 <? (fact_ahead d z b).1)%ZZ by move=> b0; rewrite !posM ?(emit_den ok) ?(trans_den ok).
have den_y : (0 <? (facts_at (lead_at x z)).1)%ZZ by have /and4P[_ ->] := region_ok _ lt_y.
split=> [i'|h|j h j0].
- exact: val_ge0.
- rewrite (partE (fun f => f.1 h) (fun f => val R (part n f 0) h)) // -val_combined //.
  by rewrite (fact_aheadE _ _ (b := part n (fact_at (lead_at x z) i) 0)) //; apply: levP le_mass h; rewrite ?den_fact_ahead //= posM.
rewrite (partE (fun f => f.2 j h) (fun f => val R (part n f j) h)) // -val_combined //.
rewrite (fact_aheadE _ _ (b := part n (fact_at (lead_at x z) i) j)) //.
have /orP[/eqP jE|eq_j] := eq_scores j (ltn_ord j); first by rewrite -val_eqE /= jE in j0.
by apply: eqvP eq_j h; rewrite ?den_fact_ahead //= posM.
Qed.

End Regions.
