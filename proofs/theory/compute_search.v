From Coq Require Import ZArith List.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify ssrZ.
From Recoverable Require Import model prediction chain theorem_3_3 extended theorem_3_6 labels.
From Recoverable Require Import rules_chain rules_prompt rules_search columns.
From Recoverable Require Import compute compute_columns compute_model compute_heads compute_prompts.

(******************************************************************************)
(* The search that refutes Assumption 3.5, by computation. Sets of states are *)
(* lists of booleans.                                                         *)
(*                                                                            *)
(*        mask B == the set B as a list                                       *)
(*      join, inside == union and inclusion of lists                          *)
(*  refutel .. m C E bs == refute of rules_search.v, on lists; reach has the  *)
(*                  set H*({h}) for each state h, and the kernel vectors are  *)
(*                  there by their supports                                   *)
(*   relations_check ys own <=> the rows ys vanish on the columns of W, and   *)
(*                  at the token own q row q is not zero, but all others are  *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Definition join (s t : seq bool) := [seq p.1 || p.2 | p <- zip s t].
Definition inside (s t : seq bool) := all (fun p => p.1 ==> p.2) (zip s t).

Section Masks.
Variable n : nat.
Implicit Types B : {set 'I_n.+1}.

Definition mask B := [seq inord h \in B | h <- iota 0 n.+1].

Lemma nth_mask B (h : 'I_n.+1) : nth false (mask B) h = (h \in B).
Proof. by rewrite (nth_map 0%N) ?size_iota // nth_iota // inord_val. Qed.

Lemma maskP (s : seq bool) B : size s = n.+1 -> (forall h : 'I_n.+1, nth false s h = (h \in B)) -> s = mask B.
Proof.
move=> size_s eq_s; apply: (@eq_from_nth _ false) => [|h]; rewrite size_s ?size_map ?size_iota // => lt_h.
by have := eq_s (Ordinal lt_h); rewrite -nth_mask.
Qed.

Lemma join_mask B B' : join (mask B) (mask B') = mask (B :|: B').
Proof.
by rewrite /join /mask; elim: (iota _ _) => //= h s ->; rewrite inE.
Qed.

Lemma inside_mask B B' : inside (mask B) (mask B') = (B \subset B').
Proof.
rewrite /inside zip_map all_map; apply/allP/subsetP => [sub h hB|sub h _]; last by apply/implyP => /=; exact: sub.
by have := sub (h : nat); rewrite mem_iota ltn_ord /= inord_val => /(_ isT)/implyP; apply.
Qed.

Lemma count_mask B : count id (mask B) = #|B|.
Proof.
transitivity (\sum_(0 <= h < n.+1 | inord h \in B) 1)%N; first by rewrite /index_iota subn0 sum1_count count_map.
by rewrite big_mkord -sum1_card; apply: eq_bigl => h; rewrite inord_val.
Qed.

End Masks.

(* The search *)

Section Search.
Variables (reach : seq (seq bool)) (wanted : seq bool) (supports : seq (seq bool)) (most : nat) (order : seq nat).

Definition reach_at h := nth [::] reach h.

Definition ruled_outl C (E : seq nat) :=
  let D := join C wanted in
  [|| (most < count id D)%N, has (fun v => inside v D) supports | has (fun e => inside (reach_at e) D) E].

Definition choosel (search : seq bool -> seq nat -> seq nat -> option (seq nat)) C s
    (acc : option (seq nat * seq nat)) h :=
  if acc is Some (E, bs) then
    if nth false (reach_at h) s && (h \notin E) then
      if search (join C (reach_at h)) E bs is Some bs' then Some (h :: E, bs') else None
    else acc
  else None.

Fixpoint refutel m C E bs : option (seq nat) :=
  if ruled_outl C E then Some bs else
  match m, bs with
  | m'.+1, s :: bs' =>
      if nth false C s || ~~ nth false wanted s then None
      else omap snd (foldl (choosel (refutel m') C s) (Some (E, bs')) order)
  | _, _ => None
  end.

End Search.

Section Rule.
Variables (R : realFieldType) (n k : nat) (d : data).
Hypothesis ok : valid n k d.
Local Notation M := (model_of R ok).

(* On masks it is the search of rules_search.v. *)
Section Same.
Variables (c : nat) (mu : 'I_c.+1 -> 'I_n.+1 -> R) (Q : finType) (vs : seq ('I_n.+1 -> R)) (order : seq 'I_n.+1).
Variables (reach : seq (seq bool)) (supports : seq (seq bool)).
Hypothesis reachE : forall h : 'I_n.+1, reach_at reach h = mask (reached M [set h]).
Hypothesis supportsE : supports = [seq mask [set h | v h != 0] | v : 'I_n.+1 -> R <- vs].
Local Notation wanted := (@wanted R [finType of 'I_n.+1] c mu).
Local Notation most := (@most [finType of 'I_k.+1] Q).
Local Notation nats := (map (@nat_of_ord n.+1)).
Local Notation searchl := (refutel reach (mask wanted) supports most (nats order)).
Local Notation search := (refute M mu Q vs order).

Lemma ruled_out_mask C (E : seq 'I_n.+1) :
  ruled_outl reach (mask wanted) supports most (mask C) (nats E) = ruled_out M mu Q vs C E.
Proof.
rewrite /ruled_outl join_mask count_mask supportsE !has_map; congr [|| _, _ | _].
  apply: eq_has => v /=; rewrite inside_mask; apply/subsetP/forallP => sub h; last by rewrite inE; apply: (implyP (sub h)).
  by apply/implyP => vh; apply: sub; rewrite inE.
by apply: eq_has => e /=; rewrite reachE inside_mask.
Qed.

Definition shadow := omap (fun p : seq 'I_n.+1 * seq 'I_n.+1 => (nats p.1, nats p.2)).

Lemma refute_mask m C E bs : searchl m (mask C) (nats E) (nats bs) = omap nats (search m C E bs).
Proof.
elim: m C E bs => [|m IH] C E bs; rewrite /= ruled_out_mask; case: ifP => // _.
case: bs => //= s bs; rewrite !nth_mask; case: ifP => // _.
have same o acc : foldl (choosel reach (searchl m) (mask C) s) (shadow acc) (nats o)
    = shadow (foldl (choose M (search m) C s) acc o); last first.
  by rewrite -[Some (nats E, nats bs)]/(shadow (Some (E, bs))) same; case: (foldl _ _ _).
elim: o acc => //= h o IHo acc; rewrite -IHo; congr foldl.
case: acc => //= -[E1 bs1]; rewrite /= reachE nth_mask reached1 mem_map; last exact: ord_inj.
by case: ifP => // _; rewrite join_mask IH; case: (refute _ _ _ _ _ _ _ _ _).
Qed.

End Same.

Definition step_mask g := [seq steps d g h | h <- iota 0 n.+1].

Definition wanted_mask c mu := [seq weighs c mu h | h <- iota 0 n.+1].

Definition relations_check (ys : matrix) (own : seq nat) :=
  let q := size ys.2 in
  [&& (0 <? ys.1)%ZZ, all (fun u => size u <= k.+1)%N ys.2, all (fun z => z <= k)%N own,
      all (fun i => zerol (vecmatl (nth [::] ys.2 i) (emission d).2)) (iota 0 q)
    & all (fun i => all (fun j => (at0 (nth [::] ys.2 j) (nth 0%N own i) =? 0)%ZZ == (j != i)) (iota 0 q)) (iota 0 q)].

Definition kernels_check (vs : matrix) :=
  all (fun i => kernel_check k n.+1 (emission d) (row vs i) && some_nonzero (nth [::] vs.2 i)) (iota 0 (size vs.2)).

Definition no_essential_check c mu ys own vs order branches :=
  let reach := [seq step_mask g | g <- iota 0 n.+1] in
  let supports := [seq [seq ~~ (at0 v h =? 0)%ZZ | h <- iota 0 n.+1] | v <- vs.2] in
  [&& shape c n.+1 mu, relations_check ys own, kernels_check vs,
      all (fun h => h <= n)%N (order ++ branches) && all (fun h => h \in order) (iota 0 n.+1)
    & refutel reach (wanted_mask c mu) supports (k.+1 - size ys.2) order (size branches)
        (nseq n.+1 false) [::] branches == Some [::]].

Lemma wanted_checked c mu : (0 <? mu.1)%ZZ -> wanted_mask c mu = mask (@wanted R [finType of 'I_n.+1] c (mx R mu)).
Proof.
move=> mu0; apply: maskP => [|h]; first by rewrite size_map size_iota.
by rewrite (nth_map 0%N) ?size_iota // nth_iota // inE -weighsE.
Qed.

Theorem no_essential_states_checked c mu ys own vs order branches :
  no_essential_check c mu ys own vs order branches -> ~ exists B, @essential R _ _ M c (mx R mu) B.
Proof.
case/and5P => mu_ok rel_ok /all_iotaP ker_ok /andP[le_n /all_iotaP all_order] /eqP found.
have [ys0 /allP size_y /allP own_k /all_iotaP zero /all_iotaP owned] := and5P rel_ok.
pose q := size ys.2; pose Y (i : 'I_q) (z : 'I_k.+1) := val R (row ys i) z.
pose own_at (i : 'I_q) : 'I_k.+1 := inord (nth 0%N own i).
have rel : relations M Y own_at.
  split=> [i h|i j].
    have -> : \sum_z Y i z * emit M z h = val R (vecmat (row ys i) (emission d)) h.
      by rewrite (@val_vecmat _ k.+1) // size_y ?mem_nth.
    by rewrite /val (zerolP (zero i (ltn_ord i))) mul0r.
  have own_i : own_at i = nth 0%N own i :> nat.
    rewrite inordK // ltnS; case: (ltnP i (size own)) => [lt_i|ge_i]; first by rewrite own_k ?mem_nth.
    by rewrite nth_default.
  have /all_iotaP/(_ j (ltn_ord j)) := owned i (ltn_ord i).
  rewrite /Y /val own_i mulf_eq0 invr_eq0 (negbTE (nonzero R ys0)) orbF toR_eq0 -val_eqE /=.
  by move/eqP=> ->; rewrite negbK.
pose V := [seq (fun h : 'I_n.+1 => val R (row vs i) h) | i <- iota 0 (size vs.2)].
have ker i : (i < size V)%N -> kernel M (nth (fun=> 0) V i).
  rewrite size_map size_iota => lt_i; rewrite (nth_map 0%N) ?size_iota // nth_iota // add0n.
  have /andP[ker0 nz] := ker_ok i lt_i; split; last exact: (kernel_checked R ker0).
  by have /and3P[_ len_v _] := ker0; have [h vh] := vf_nonzero R len_v nz; exists h.
pose nats := map (@nat_of_ord n.+1); pose ords := map (@inord n).
have ordsK s : all (fun h => h <= n)%N s -> nats (ords s) = s.
  by move=> /allP le_s; rewrite /nats /ords -map_comp -[RHS]map_id; apply/eq_in_map => h /le_s le_h /=; rewrite inordK.
move: le_n; rewrite all_cat => /andP[le_o le_b].
have in_order (h : 'I_n.+1) : h \in ords order.
  by rewrite -(mem_map (@ord_inj n.+1)) -/(nats _) ordsK // all_order.
apply: (no_essential_states_sound rel ker in_order (n := size branches) (branches := ords branches)).
pose reach := [seq step_mask g | g <- iota 0 n.+1].
have reachE (h : 'I_n.+1) : reach_at reach h = mask (reached M [set h]).
  rewrite /reach_at (nth_map 0%N) ?size_iota // nth_iota // add0n.
  apply: maskP => [|g]; first by rewrite size_map size_iota.
  by rewrite (nth_map 0%N) ?size_iota // nth_iota // reached1 -stepE.
have supportsE : [seq [seq ~~ (at0 v h =? 0)%ZZ | h <- iota 0 n.+1] | v <- vs.2]
    = [seq mask [set h | v h != 0] | v : 'I_n.+1 -> R <- V].
  rewrite -map_comp; apply: (@eq_from_nth _ [::]) => [|i]; rewrite !size_map ?size_iota // => lt_i.
  rewrite (nth_map [::]) // (nth_map 0%N) ?size_iota // nth_iota // add0n [RHS]/=.
  apply: maskP => [|h]; first by rewrite size_map size_iota.
  have d0 : (0 <? vs.1)%ZZ by have /andP[/and3P[_ /andP[]]] := ker_ok i lt_i.
  rewrite (nth_map 0%N) ?size_iota // nth_iota // inE /val mulf_eq0 invr_eq0.
  by rewrite (negbTE (nonzero R d0)) orbF toR_eq0.
have := refute_mask (c := c) (mx R mu) [finType of 'I_q] (ords order) reachE supportsE (size branches) set0 [::] (ords branches).
rewrite /= -(wanted_checked c (shape_den mu_ok)) /most !card_ord -!/(nats _) !ordsK //.
have -> : @mask n set0 = nseq n.+1 false.
  by symmetry; apply: maskP => [|h]; rewrite ?size_nseq // nth_nseq inE; case: ifP.
rewrite found; case: (refute _ _ _ _ _ _ _ _ _) => // -[] //.
Qed.

End Rule.
