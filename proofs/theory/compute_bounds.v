From Coq Require Import ZArith List.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify ssrZ.
From Recoverable Require Import model prediction chain theorem_3_3 extended theorem_3_6 labels.
From Recoverable Require Import rules_chain rules_head rules_labels columns bounds.
From Recoverable Require Import compute compute_columns compute_model compute_heads.

(******************************************************************************)
(* Bounds by computation: how far Assumption 3.2 reaches, heads of least      *)
(* norm, and how often every linear head is wrong.                            *)
(*                                                                            *)
(*        near r M M' <=> the laws of H_0 and the transitions differ by less  *)
(*                    than r in each entry                                    *)
(*      contrast m i == row i of m minus its first row                        *)
(*  fits_check ps x <=> the shares of the contradictions with the input x add *)
(*                    up to its probability at most                           *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Definition near (R : realFieldType) (S T : finType) (r : R) (M M' : hmm R S T) :=
  (forall h, `|init M' h - init M h| < r) /\ (forall h g, `|trans M' h g - trans M h g| < r).

Definition contrast (R : realFieldType) (I : finType) c (m : 'I_c.+1 -> I -> R) i j := m i j - m ord0 j.

Section Bounds.
Variables (R : realFieldType) (n k : nat) (d : data).
Hypothesis ok : valid n k d.
Local Notation M := (model_of R ok).
Local Notation trans_den := (trans_den ok).
Local Notation emit_den := (emit_den ok).
Local Notation init_den := (init_den ok).

(* Assumption 3.2 in a neighbourhood *)

Definition wide (r : Z * Z) (g h : nat) := (r.2 * (transition d).1 <=? entry (transition d).2 h g * r.1)%ZZ.

Definition ergodic_radius_check (r : Z * Z) fs bs ws :=
  [&& (0 <? r.1)%ZZ, (0 <? r.2)%ZZ, aperiodic_check n.+1 (wide r) fs bs ws
    & all (fun h => r.2 * (initial d).1 <=? at0 (initial d).2 h * r.1)%ZZ (iota 0 n.+1)].

Lemma fval_le (a : Z * Z) (b e : Z) : (0 <? a.1)%ZZ -> (0 <? e)%ZZ ->
  (fval R a <= toR R b / toR R e) = (a.2 * e <=? b * a.1)%ZZ.
Proof.
move=> a0 e0; rewrite /fval ler_pdivr_mulr ?toR_gt0 // mulrAC ler_pdivl_mulr ?toR_gt0 //.
by rewrite -!toRM -subr_ge0 -toRB toR_ge0; lia.
Qed.

Theorem ergodic_radius_checked r fs bs ws : ergodic_radius_check r fs bs ws ->
  forall M', near (fval R r) M M' -> assumption_3_2 M'.
Proof.
case/and4P => r1 r2 /and3P[trees_ok walks_ok /eqP gcd1] /all_iotaP full M' [near_init near_trans].
have wideE (g h : 'I_n.+1) : wide r g h = (fval R r <= trans M h g).
  by rewrite [RHS](@fval_le r) // trans_den.
have [walks' gcd_ws] := walks_checked wideE walks_ok.
apply: (ergodic_radius_sound (M := M) _ _ (trees_checked wideE trees_ok) walks' _ near_init near_trans).
- by rewrite fval_gt0.
- by move=> h; rewrite [_ <= _](@fval_le r) ?init_den // full.
by rewrite gcd_ws.
Qed.

(* Heads of least norm *)

Definition least_check b mu y i :=
  let v := matvec (emission d) (mulv (pi_1 d) (row y i)) in
  let s := dotv (mulv (difference mu i) (initial d)) (row y i) in
  all (fun a => Z.abs a <=? v.1)%ZZ v.2 &&
  (s.2 * b.1 =? foldr Z.add 0%ZZ (map Z.abs (difference b i).2) * s.1)%ZZ.

Definition least_head_check c b mu (y : matrix) :=
  [&& gaps_check n k d c (pi_1 d) b mu, shape c n.+1 y & all (least_check b mu y) (iota 0 c.+1)].

Lemma toR_abs a : toR R (Z.abs a) = `|toR R a|.
Proof.
case: (Z.abs_spec a) => [[a0 ->]|[a0 ->]]; first by rewrite ger0_norm // toR_ge0; lia.
by rewrite toRN ltr0_norm // ltNge toR_ge0; lia.
Qed.

Lemma sum_foldr (u : seq Z) m : (size u <= m)%N ->
  toR R (foldr Z.add 0%ZZ u) = \sum_(i < m) toR R (at0 u i).
Proof.
elim: u m => [|a u IH] [|m] //= lt_u; rewrite ?big_ord0 //.
  by rewrite big1 // => i _; rewrite at0_nil.
by rewrite big_ord_recl toRD (IH m).
Qed.

Lemma at0_abs u i : at0 (map Z.abs u) i = Z.abs (at0 u i).
Proof. by elim: u i => [|a u IH] [|i] //=; rewrite /at0 ?nth_nil //; apply: IH. Qed.

Theorem least_head_checked c b mu y : least_head_check c b mu y ->
  forall i : 'I_c.+1, least_head M (contrast (@mx R c n.+1 mu) i) (contrast (@mx R c k.+1 b) i).
Proof.
case/and3P => gaps y_ok /all_iotaP least i.
have /andP[/allP le1 /Z.eqb_spec dual] := least i (ltn_ord i).
have /and3P[b_ok mu_ok _] := gaps; have b0 := nonzero R (shape_den b_ok).
apply: (@least_head_sound _ _ _ _ _ _ (vf R (row y i))) => [h|z|].
- have /eqP := own_gaps_checked R ok gaps i h; rewrite subr_eq0 => /eqP.
  rewrite /task_row /head_row -(mulrBl (init M h)) -(mulrBl (rho M [::] h)) => <-; rewrite -sumrB; congr (_ * _).
  by apply: eq_bigr => z _; rewrite -mulrBl.
- pose v := matvec (emission d) (mulv (pi_1 d) (row y i)).
  have v0 : (0 <? v.1)%ZZ by rewrite !posM ?emit_den ?trans_den ?init_den ?(shape_den y_ok).
  have -> : \sum_h emit M z h * pi M 1 h * val R (row y i) h = val R v z.
    rewrite (@val_matvec _ n.+1); last exact: leq_trans (size_mull _ _) (pi_1_size ok).
    by apply: eq_bigr => h _; rewrite val_mulv (val_pi_1 R ok) mulrA.
  rewrite /val normrM normfV [`|toR R v.1|]gtr0_norm ?toR_gt0 // ler_pdivr_mulr ?toR_gt0 // mul1r.
  rewrite -toR_abs -subr_ge0 -toRB toR_ge0.
  apply: (@at0P (fun a => 0 <=? v.1 - Z.abs a)%ZZ) => [|a /le1]; move: v0; rewrite -/v; move: (v.1) => e; lia.
pose s := dotv (mulv (difference mu i) (initial d)) (row y i).
have s0 : (0 <? s.1)%ZZ by rewrite !posM ?init_den ?(shape_den mu_ok) ?(shape_den y_ok).
transitivity (fval R s).
  rewrite (@val_dotv _ n.+1); last by rewrite /= mullC; apply: leq_trans (size_mull _ _) (init_size ok).
  by apply: eq_bigr => h _; rewrite val_mulv val_difference.
have size_b : (size (map Z.abs (difference b i).2) <= k.+1)%N by rewrite size_map (size_difference i b_ok).
have -> : norm1 (contrast (@mx R c k.+1 b) i) = toR R (foldr Z.add 0%ZZ (map Z.abs (difference b i).2)) / toR R b.1.
  rewrite (sum_foldr size_b) mulr_suml; apply: eq_bigr => z _.
  rewrite at0_abs toR_abs /contrast /mx -(val_difference R b i z) /val normrM normfV.
  by rewrite [`|toR R _.1|]gtr0_norm // toR_gt0 (shape_den b_ok).
have s1 := nonzero R s0; apply/eqP; rewrite /fval eqr_div // -[_ * toR R b.1]toRM -[X in _ == X]toRM; apply/eqP; congr (toR R _).
by rewrite dual.
Qed.

(* Contradictions that share the probability of their inputs *)

Local Notation t0 := (Term [::] 0 0 0%ZZ).
Local Notation term_at ts j := (nth t0 ts j).
Local Notation word_of ts j := (tokens k (term_tokens (term_at ts j))).

Lemma G1_value blank x z : G M 1 (blank :: x) z
  = (\sum_h emit M z h * (pi M 1 h * beta M x h)) / value M (pi M 1) x.
Proof. by rewrite G1E. Qed.

Lemma contradiction_checked c mu ts blank : contradiction_check n k d c mu ts ->
  exists lambda, @contradiction R _ _ M c blank (mx R mu) _ (fun j : 'I_(size ts) => word_of ts j)
    (fun j => inord (term_label (term_at ts j))) (fun j => inord (term_rival (term_at ts j))) lambda.
Proof.
case/and3P => /(all_nthP t0) terms_ok /(has_nthP t0)[i0 lt_i0 strict0] /all_iotaP zero.
pose x (j : 'I_(size ts)) := word_of ts j; pose mass j := value M (pi M 1) (x j).
have t_ok (j : 'I_(size ts)) := terms_ok j (ltn_ord j).
have labels_ok (j : 'I_(size ts)) : ((term_label (term_at ts j) <= c) && (term_rival (term_at ts j) <= c)
    && (term_rival (term_at ts j) != term_label (term_at ts j)))%N.
  by have /and5P[_ /andP[_ /andP[-> _]] -> -> _] := t_ok j.
pose out (j : 'I_(size ts)) := output_of n d (term_tokens (term_at ts j)).
pose w (j : 'I_(size ts)) := toR R (term_weight (term_at ts j)) * toR R (out j).1.
have out0 j : (0 <? (out j).1)%ZZ by rewrite !posM ?emit_den ?trans_den ?init_den ?(back_den ok).
have outE j (z : 'I_k.+1) : val R (out j) z = \sum_h emit M z h * (pi M 1 h * beta M (x j) h).
  rewrite (@val_matvec _ n.+1); last exact: leq_trans (size_mull _ _) (pi_1_size ok).
  apply: eq_bigr => h _; rewrite val_mulv (val_pi_1 R ok) (val_back R ok) //.
  by have /and5P[/and3P[]] := t_ok j.
exists (fun j => w j * (if mass j == 0 then 1 else mass j)); split.
- move=> j; have /and5P[word_ok task_ok _ _ _] := t_ok j; have /and3P[_ le_x _] := word_ok.
  by have [x0 x_supp] := word_checked R ok word_ok; split=> //; apply: task_label_checked.
- move=> j; rewrite !mulr_gt0 ?toR_gt0 //; first by have /and5P[] := t_ok j.
  case: ifPn => [_|mass0]; first exact: ltr01.
  by rewrite lt_neqAle eq_sym mass0 value_ge0 // => h; apply: pi_ge0.
- move=> j; have /andP[/andP[le_a le_r] neq] := labels_ok j.
  by rewrite -val_eqE /= !inordK.
- exists (Ordinal lt_i0); have /andP[/andP[le_a le_r] _] := labels_ok (Ordinal lt_i0).
  by rewrite /= !inordK.
move=> i z _; have := congr1 (toR R) (zerolP (zero i (ltn_ord i)) z).
rewrite at0_foldr_addl size_map => sum0; rewrite -[RHS]sum0; apply: eq_bigr => j _.
rewrite (nth_map t0) // at0_scalel !toRM G1_value -outE -/(mass j).
have [/andP[le_a le_r] neq] := andP (labels_ok j).
have -> : (inord (term_label (term_at ts j)) == i)%:R - (inord (term_rival (term_at ts j)) == i)%:R
          = toR R (sign (term_at ts j) i).
  rewrite /sign /delta -!val_eqE /= !inordK // toRB ![nat_of_ord i == _]eq_sym.
  by do 2 case: (_ == _).
have d0 := nonzero R (out0 j).
have outval : val R (out j) z = toR R (at0 (out j).2 z) / toR R (out j).1 by [].
rewrite -/(out j); case: ifPn => [/eqP mass0|mass0]; last first.
  rewrite outval /w; move: d0 mass0; move: (mass j) (toR R (out j).1) (toR R (at0 _ z)) => m e a e0 m0.
  by move: (toR R _) (toR R _) => u v; field; rewrite m0 e0.
have at_0 : val R (out j) z = 0.
  rewrite outE; apply: big1 => h _.
  by rewrite (value_eq0 (fun g => pi_ge0 M 1 g) mass0) mulr0.
rewrite at_0 mul0r mulr0; move/eqP: at_0; rewrite outval mulf_eq0 invr_eq0 (negbTE d0) orbF => /eqP ->.
by rewrite mulr0.
Qed.

Lemma tokensK x : all (fun z => z <= k)%N x -> map (@nat_of_ord _) (tokens k x) = x.
Proof.
move=> /allP le_x; rewrite -map_comp -[RHS]map_id; apply/eq_in_map => z /le_x le_z /=.
by rewrite inordK.
Qed.

Definition has_input (x : seq nat) (ts : seq term) := has (fun t => term_tokens t == x) ts.

Definition fits_check (shares : vector) (tss : seq (seq term)) (x : seq nat) :=
  let s := foldr Z.add 0%ZZ [seq if has_input x p.2 then p.1 else 0%ZZ | p <- zip shares.2 tss] in
  let p := dotv (initial d) (back_of n d x) in
  (s * p.1 <=? p.2 * shares.1)%ZZ.

Definition packed_check c mu t (lower : Z * Z) (shares : vector) (tss : seq (seq term)) :=
  [&& all (contradiction_check n k d c mu) tss, all (all (fun x => size (term_tokens x) == t)) tss,
      len (size tss) shares && positivel (size tss) shares.2,
      (0 <? lower.1)%ZZ && (lower.2 * shares.1 <=? foldr Z.add 0%ZZ shares.2 * lower.1)%ZZ
    & all (all (fun x => fits_check shares tss (term_tokens x))) tss].

Theorem packed_contradictions_checked c mu t lower shares tss : packed_check c mu t lower shares tss ->
  forall blank (b : 'I_c.+1 -> 'I_k.+1 -> R),
    fval R lower <= disagreement M [::] b (mx R mu) blank t.
Proof.
case/and5P => /(all_nthP [::]) contra /(all_nthP [::]) sizes /andP[/andP[/eqP size_s s0] pos].
case/andP => l0 le_lower /(all_nthP [::]) fits blank b.
have /fin_all_exists[lambda contra'] : forall q : 'I_(size tss), exists lambda,
    @contradiction R _ _ M c blank (mx R mu) _
    (fun j : 'I_(size (nth [::] tss q)) => word_of (nth [::] tss q) j)
    (fun j => inord (term_label (term_at (nth [::] tss q) j)))
    (fun j => inord (term_rival (term_at (nth [::] tss q) j))) lambda.
  by move=> q; apply: contradiction_checked; apply: contra.
have size_w (q : 'I_(size tss)) (j : 'I_(size (nth [::] tss q))) : size (word_of (nth [::] tss q) j) == t.
  by rewrite size_map; have /(all_nthP t0)/(_ j (ltn_ord j)) := sizes q (ltn_ord q).
pose xs q j := Tuple (size_w q j).
apply: (@le_trans _ _ (\sum_(q < size tss) val R shares q)).
  rewrite -mulr_suml -(sum_foldr (eq_leq size_s)) /fval ler_pdivr_mulr ?toR_gt0 // mulrAC.
  by rewrite ler_pdivl_mulr ?toR_gt0 // -!toRM -subr_ge0 -toRB toR_ge0; lia.
apply: (@packed_contradictions_sound _ _ _ M c blank (mx R mu) t _ _ xs _ _ lambda) => [q|q|x].
- exact: contra'.
- by apply: (val_gt0 R s0 pos); apply: ltn_ord.
have le_k (q : 'I_(size tss)) (j : 'I_(size (nth [::] tss q))) :
    all (fun z => z <= k)%N (term_tokens (term_at (nth [::] tss q) j)).
  have /and3P[/(all_nthP t0)/(_ j (ltn_ord j)) ok_j _ _] := contra q (ltn_ord q).
  by have /and5P[/and3P[]] := ok_j.
case: (pickP [pred q | [exists j, xs q j == x]]) => [q0 /existsP[j0 /eqP eq_x]|none]; last first.
  rewrite big_pred0 // probE -/(value M (init M) x); exact/value_ge0/init_ge0.
pose y := term_tokens (term_at (nth [::] tss q0) j0).
have fit : fits_check shares tss y.
  by have /(all_nthP t0)/(_ j0 (ltn_ord j0)) := fits q0 (ltn_ord q0).
have le_y := le_k q0 j0; have x_y : x = tokens k y :> seq _ by rewrite -eq_x.
have -> : prob M (word x : pred (omega _ _ (size x))) = fval R (dotv (initial d) (back_of n d y)).
  by rewrite (val_value R ok (init_size ok) le_y) probE x_y.
pose f := [seq if has_input y p.2 then p.1 else 0%ZZ | p <- zip shares.2 tss].
have size_f : size f = size tss by rewrite size_map size_zip size_s minnn.
apply: (@le_trans _ _ (toR R (foldr Z.add 0%ZZ f) / toR R shares.1)); last first.
  rewrite /fval ler_pdivr_mulr ?toR_gt0 // mulrAC ler_pdivl_mulr ?toR_gt0 //; last first.
    by rewrite posM ?init_den ?(back_den ok).
  by move: fit; rewrite -!toRM -subr_ge0 -toRB toR_ge0 /fits_check -/f; lia.
rewrite (sum_foldr (eq_leq size_f)) mulr_suml big_mkcond; apply: ler_sum => q _.
rewrite /at0 (nth_map (0%ZZ, [::])) ?size_zip ?size_s ?minnn // nth_zip ?size_s //=.
have share_gt0 : 0 < val R shares q by apply: (val_gt0 R s0 pos); apply: ltn_ord.
case: ifPn => [/existsP[j /eqP eq_j]|_]; last by case: ifP => // _; rewrite ?toR0 ?mul0r // ltW.
suff -> : has_input y (nth [::] tss q) by [].
apply/(has_nthP t0); exists j => //.
apply/eqP; rewrite -[LHS](tokensK (le_k q j)) -[RHS](tokensK le_y) -x_y -eq_j.
by [].
Qed.


End Bounds.
