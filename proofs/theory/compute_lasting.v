From Coq Require Import ZArith List.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify ssrZ.
From Recoverable Require Import model prediction chain theorem_3_3 extended theorem_3_6 labels.
From Recoverable Require Import rules_labels rules_tree rules_lasting columns.
From Recoverable Require Import compute compute_columns compute_model compute_heads compute_bounds.

(******************************************************************************)
(* Contradictions of prefixes that last, by computation.                      *)
(*                                                                            *)
(*   along_of v x == the row r_x of the row r = v, over (den A . den W)^|x|   *)
(*                  times the denominator of v                                *)
(*  between m a j == row a of m minus row j                                   *)
(*  settled_check mu x a <=> whatever continues x, if it is possible, has the *)
(*                  label a                                                   *)
(*  lasting_check t ts <=> the terms ts are a contradiction of prefixes of t  *)
(*                  tokens                                                    *)
(*  room_check shares tss x <=> the shares of the contradictions with the     *)
(*                  prefix x add up to its mass at most, state by state       *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Lasting.
Variables (R : realFieldType) (n k : nat) (d : data).
Hypothesis ok : valid n k d.
Local Notation M := (model_of R ok).
Local Notation t0 := (Term [::] 0 0 0%ZZ).
Local Notation term_at ts j := (nth t0 ts j).
Local Notation word_of ts j := (tokens k (term_tokens (term_at ts j))).

Definition along_of (v : vector) (x : seq nat) :=
  foldl (fun v z => mulv (row (emission d) z) (matvec (transition d) v)) v x.

Lemma along_den v x : (along_of v x).1 = (power (base d) (size x) * v.1)%ZZ.
Proof.
elim: x v => [|z x IH] v; first by rewrite Z.mul_1_l.
by rewrite [LHS]IH -[power _ (size (_ :: _))]/(base d * power (base d) (size x))%ZZ /= /base; lia.
Qed.

Lemma along_den_gt0 v x : (0 <? v.1)%ZZ -> (0 <? (along_of v x).1)%ZZ.
Proof. by move=> v0; rewrite along_den posM // (power_den ok). Qed.

Lemma val_along v x (h : 'I_n.+1) : (size v.2 <= n.+1)%N -> all (fun z => z <= k)%N x ->
  val R (along_of v x) h = along M (vf R v) (tokens k x) h.
Proof.
elim: x v => //= z x IH v size_v /andP[le_z le_x].
rewrite IH //; last exact: leq_trans (size_mull _ _) (emission_row ok z).
apply: eq_along => g; rewrite /vf val_mulv val_row (@val_matvec _ n.+1) //.
by rewrite /extend /= /mx inordK.
Qed.

(* Labels that last *)

Definition between (m : matrix) a j : vector :=
  (m.1, addl (nth [::] m.2 a) (scalel (-1) (nth [::] m.2 j))).

Lemma val_between m a j h : val R (between m a j) h = mval R m a h - mval R m j h.
Proof. by rewrite /val /= at0_addl at0_scalel toRD toRM toRN1 mulN1r mulrBl. Qed.

Definition settled_check c mu x a :=
  let m := along_of (initial d) x in
  all (fun j => (j == a) || let v := along_of (mulv (initial d) (between mu a j)) x in
    all (fun h => (0 <=? at0 v.2 h)%ZZ && ((j < a)%N ==> (at0 v.2 h =? 0)%ZZ ==> (at0 m.2 h =? 0)%ZZ)) (iota 0 n.+1))
    (iota 0 c.+1).

Lemma settled_checked c mu x a : (0 <? mu.1)%ZZ -> (a <= c)%N -> all (fun z => z <= k)%N x ->
  settled_check c mu x a -> @settled R _ _ M c (mx R mu) (tokens k x) (inord a).
Proof.
move=> mu0 le_a le_x /all_iotaP signs j neq h.
pose v := along_of (mulv (initial d) (between mu a j)) x; pose m := along_of (initial d) x.
have v0 : (0 <? v.1)%ZZ by rewrite along_den_gt0 // posM ?(init_den ok).
have -> : along M (task_row M (@mx R c n.+1 mu (inord a))) (tokens k x) h
    - along M (task_row M (@mx R c n.+1 mu j)) (tokens k x) h = val R v h.
  rewrite -along_sub val_along //; last exact: leq_trans (size_mull _ _) (init_size ok).
  by apply: eq_along => g; rewrite /vf val_mulv val_between /task_row /mx inordK // -mulrBl mulrC.
have neq' : (j == a :> nat) = false by apply: contraNF neq => /eqP eq_j; rewrite -val_eqE /= inordK // eq_j.
have := signs j (ltn_ord j); rewrite neq' orFb => /all_iotaP/(_ h (ltn_ord h))/andP[v_ge0 strict].
split=> [|lt_j]; first by rewrite /val divr_ge0 ?toR_ge0 //; move: v0; rewrite -(toR_gt0 R) -(toR_ge0 R) => /ltW.
move/eqP; rewrite /val mulf_eq0 invr_eq0 (negbTE (nonzero R v0)) orbF toR_eq0 => v_h.
move: strict lt_j; rewrite inordK // => + lt_j; rewrite lt_j v_h /= => /Z.eqb_spec m_h.
transitivity (val R m h); first by rewrite val_along ?(init_size ok).
by rewrite /val m_h mul0r.
Qed.

(* Contradictions *)

Definition seen_of z : vector := mulv (row (emission d) z) (pi_1 d).

Lemma val_seen (z : 'I_k.+1) x (h : 'I_n.+1) : all (fun z => z <= k)%N x ->
  val R (along_of (seen_of z) x) h = along M (seen M z) (tokens k x) h.
Proof.
move=> le_x; rewrite val_along //; last exact: leq_trans (size_mull _ _) (emission_row ok z).
by apply: eq_along => g; rewrite /vf val_mulv (val_pi_1 R ok).
Qed.

Definition lasting_term_check c mu t (e : term) :=
  [&& size (term_tokens e) == t, all (fun z => z <= k)%N (term_tokens e), (term_label e <= c)%N && (term_rival e <= c)%N,
      (0 <? term_weight e)%ZZ & settled_check c mu (term_tokens e) (term_label e)].

(* Computed once for all classes *)
Definition seens x := [seq (along_of (seen_of z) x).2 | z <- iota 0 k.+1].

Lemma nth_seens x (z : 'I_k.+1) : nth [::] (seens x) z = (along_of (seen_of z) x).2.
Proof. by rewrite (nth_map 0%N) ?size_iota // nth_iota. Qed.

Definition lasting_check c mu t (ts : seq term) :=
  let rows := [seq (e, seens (term_tokens e)) | e <- ts] in
  [&& all (lasting_term_check c mu t) ts, has (fun e => term_rival e < term_label e)%N ts
    & all (fun i => (i == 0%N) || all (fun z =>
        zerol (foldr addl [::] [seq scalel (term_weight p.1 * sign p.1 i) (nth [::] p.2 z) | p <- rows]))
        (iota 0 k.+1)) (iota 0 c.+1)].

Lemma lasting_checked c mu t ts : (0 <? mu.1)%ZZ -> lasting_check c mu t ts ->
  @lasting R _ _ M c (mx R mu) _ (fun j : 'I_(size ts) => word_of ts j)
    (fun j => inord (term_label (term_at ts j))) (fun j => inord (term_rival (term_at ts j)))
    (fun j => toR R (term_weight (term_at ts j))).
Proof.
move=> mu0 /and3P[/(all_nthP t0) terms_ok /(has_nthP t0)[i0 lt_i0 strict0] /all_iotaP zero].
have t_ok (j : 'I_(size ts)) := terms_ok j (ltn_ord j).
have le_c (j : 'I_(size ts)) : ((term_label (term_at ts j) <= c) && (term_rival (term_at ts j) <= c))%N.
  by have /and5P[] := t_ok j.
split=> [j|j||i z h i0'].
- by have /and5P[_ le_x /andP[le_a _] _] := t_ok j; apply: settled_checked.
- by rewrite toR_gt0; have /and5P[] := t_ok j.
- by exists (Ordinal lt_i0); have /andP[le_a le_r] := le_c (Ordinal lt_i0); rewrite /= !inordK.
have /orP[/eqP iE|/all_iotaP/(_ z (ltn_ord z))/zerolP/(_ h)] := zero i (ltn_ord i).
  by rewrite -val_eqE /= iE in i0'.
move/(congr1 (toR R)); rewrite at0_foldr_addl !size_map => sum0.
pose e := toR R (power (base d) t * (seen_of z).1).
have e0 : e != 0 by rewrite nonzero // posM ?(power_den ok) // posM ?(emit_den ok) ?(pi_1_den ok).
apply: (mulfI e0); rewrite mulr0 -[RHS]sum0 mulr_sumr; apply: eq_bigr => j _.
rewrite (nth_map (t0, [::])) ?size_map // (nth_map t0) // at0_scalel /= nth_seens !toRM.
have /and5P[/eqP size_x le_x _ _ _] := t_ok j; have /andP[le_a le_r] := le_c j.
rewrite -(val_seen _ _ le_x) /val along_den size_x -/e.
have -> : (inord (term_label (term_at ts j)) == i)%:R - (inord (term_rival (term_at ts j)) == i)%:R
          = toR R (sign (term_at ts j) i) :> R.
  rewrite /sign /delta -!val_eqE /= !inordK // toRB ![nat_of_ord i == _]eq_sym.
  by do 2 case: (_ == _).
by rewrite mulrC -[LHS]mulrA divfK.
Qed.

(* Shares of masses *)

Definition room_check (shares : matrix) (tss : seq (seq term)) (x : seq nat) :=
  lev (shares.1, foldr addl [::] [seq if has_input x p.2 then p.1 else [::] | p <- zip shares.2 tss])
    (along_of (initial d) x).

Definition lasting_contradictions_check c mu t (lower : Z * Z) (shares : matrix) (tss : seq (seq term)) :=
  [&& (0 <? mu.1)%ZZ && all (lasting_check c mu t) tss,
      (0 <? shares.1)%ZZ && all nonnegl shares.2,
      (size shares.2 == size tss) && all (fun u => size u <= n.+1)%N shares.2,
      (0 <? lower.1)%ZZ &&
      (lower.2 * shares.1 <=? foldr Z.add 0 [seq foldr Z.add 0 u | u <- shares.2] * lower.1)%ZZ
    & all (all (fun e => room_check shares tss (term_tokens e))) tss].

Theorem lasting_contradictions_checked c mu t lower shares tss :
  lasting_contradictions_check c mu t lower shares tss ->
  forall blank (b : 'I_c.+1 -> 'I_k.+1 -> R) i, (t <= i)%N ->
    fval R lower <= disagreement M [::] b (mx R mu) blank i.
Proof.
case/and5P => /andP[mu0 /(all_nthP [::]) contra] /andP[s0 /(all_nthP [::]) s_ge0].
case/andP => /eqP size_s /(all_nthP [::]) size_u /andP[l0 le_lower] /(all_nthP [::]) rooms blank b i le_t.
have e_ok (q : 'I_(size tss)) (j : 'I_(size (nth [::] tss q))) : lasting_term_check c mu t (term_at (nth [::] tss q) j).
  by have /and3P[/(all_nthP t0)/(_ j (ltn_ord j)) ok_j _ _] := contra q (ltn_ord q).
have size_w (q : 'I_(size tss)) (j : 'I_(size (nth [::] tss q))) : size (word_of (nth [::] tss q) j) == t.
  by rewrite size_map; have /and5P[] := e_ok q j.
have le_k (q : 'I_(size tss)) (j : 'I_(size (nth [::] tss q))) :
    all (fun z => z <= k)%N (term_tokens (term_at (nth [::] tss q) j)) by have /and5P[] := e_ok q j.
pose share (q : 'I_(size tss)) (h : 'I_n.+1) := val R (row shares q) h.
have share_ge0 q h : 0 <= share q h by apply: val_ge0 => //; apply: s_ge0; rewrite size_s.
rewrite -(subnKC le_t); set l := (i - t)%N.
apply: (@le_trans _ _ (\sum_q \sum_h share q h)).
  have -> : \sum_q \sum_h share q h = toR R (foldr Z.add 0%ZZ [seq foldr Z.add 0%ZZ u | u <- shares.2]) / toR R shares.1.
    rewrite (@sum_foldr _ _ (size tss)) ?size_map ?size_s // mulr_suml; apply: eq_bigr => q _.
    rewrite /at0 (nth_map [::]) ?size_s // (@sum_foldr _ _ n.+1) ?size_u ?size_s // mulr_suml.
    by [].
  by rewrite (fval_le R ok).
apply: (@lasting_contradictions_sound R _ _ M c blank (mx R mu) t _ _ (fun q j => Tuple (size_w q j)) _ _ _ share) => //.
  by move=> q; apply: lasting_checked mu0 (contra q (ltn_ord q)).
move=> w h; case: (pickP [pred q | [exists j, Tuple (size_w q j) == w]]) => [q0 /existsP[j0 /eqP eq_w]|none]; last first.
  by rewrite big_pred0 //; apply: along_ge0 => g; exact: (init_ge0 M g).
pose y := term_tokens (term_at (nth [::] tss q0) j0); have le_y := le_k q0 j0.
have w_y : w = tokens k y :> seq _ by rewrite -eq_w.
have /(all_nthP t0)/(_ j0 (ltn_ord j0)) room := rooms q0 (ltn_ord q0).
have := fun u0 v0 => @levP R _ _ u0 v0 room h; move=> /(_ s0 (along_den_gt0 _ (init_den ok))).
rewrite val_along ?(init_size ok) // -/y -w_y; apply: le_trans.
pose f := [seq if has_input y p.2 then p.1 else [::] | p <- zip shares.2 tss].
have size_f : size f = size tss by rewrite size_map size_zip size_s minnn.
rewrite /val [(_, _).1]/= [(_, _).2]/= -/f at0_foldr_addl size_f mulr_suml big_mkcond; apply: ler_sum => q _.
rewrite (nth_map ([::], [::])) ?size_zip ?size_s ?minnn // nth_zip ?size_s //=.
case: ifPn => [/existsP[j /eqP eq_j]|_]; last by case: ifP => _; [exact: share_ge0 | rewrite at0_nil toR0 mul0r].
suff -> : has_input y (nth [::] tss q) by [].
apply/(has_nthP t0); exists j => //.
by apply/eqP; rewrite -[LHS](tokensK (le_k q j)) -[RHS](tokensK le_y) -w_y -eq_j.
Qed.

End Lasting.
