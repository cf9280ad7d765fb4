From Coq Require Import ZArith List.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify ssrZ.
From Recoverable Require Import model prediction chain theorem_3_3 extended theorem_3_6 labels.
From Recoverable Require Import rules_chain rules_head columns.
From Recoverable Require Import compute compute_columns compute_model compute_heads compute_prompts.

(******************************************************************************)
(* Proportional heads whose gap vanishes on what inputs span, by computation. *)
(*                                                                            *)
(*        numbers x == the backward vector of the word x times a power of     *)
(*                     base d, in integers                                    *)
(*       pairs n == pairs (i,j) of numbers i <= j < n, in order               *)
(*      squarel n v == v_i v_j for all pairs of them                          *)
(*           span == words, their independence, and rows that vanish on them, *)
(*                   with their independence                                  *)
(*  family_check .. vec sp <=> sp is a closed family for the vectors vec      *)
(*      gap_row q b mu k == the gap of class k with the law q, as data        *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Record span := Span {
  span_words : seq (seq nat); span_independence : independence;
  span_zeros : seq (seq Z); zeros_independence : independence }.

Definition family_check D k (vec : seq nat -> seq Z) sp :=
  [&& all (fun w => (w != [::]) && all (fun z => z <= k)%N w) (span_words sp),
      independence_check D [seq vec w | w <- span_words sp] (span_independence sp),
      independence_check D (span_zeros sp) (zeros_independence sp),
      size (span_words sp) + size (span_zeros sp) == D.+1
    & all (fun u => size u <= D.+1) (span_zeros sp) &&
      all (fun w => let v := vec w in all (fun u => dotl u v =? 0)%ZZ (span_zeros sp))
        ([seq [:: z] | z <- iota 0 k.+1] ++ span_words sp
         ++ [seq z :: w | z <- iota 0 k.+1, w <- span_words sp])]%N.

(* Vectors of the data as functions on a type that the positions of the lists count *)

Section Family.
Variables (R : realFieldType) (k D : nat) (I : finType) (place : I -> nat).
Variables (e : seq 'I_k.+1 -> I -> R) (vec : seq nat -> seq Z).
Hypothesis places : forall F : nat -> R, \sum_i F (place i) = \sum_(a < D.+1) F a.
Hypothesis eE : forall x i, all (fun z => z <= k)%N x -> e (tokens k x) i = toR R (at0 (vec x) (place i)).

Lemma card_places : #|I| = D.+1.
Proof.
have := places (fun=> 1); rewrite !sumr_const card_ord => /eqP; rewrite eqr_nat => /eqP <-.
exact: eq_card.
Qed.

Lemma place_onto (a : 'I_D.+1) : exists i, place i = a.
Proof.
have := places (fun i => (i == a)%:R); rewrite [RHS](bigD1 a) //= eqxx [X in _ + X]big1 ?addr0 => [sum1|b]; last first.
  by rewrite -val_eqE => /negbTE /= ->.
case: (pickP (fun i => place i == a)) => [i /eqP <-|none]; first by exists i.
by move: sum1; rewrite big1 => [/esym/eqP|i _]; rewrite ?oner_eq0 ?none.
Qed.

Lemma independent_places cs ev : independence_check D cs ev ->
  independent (fun i (j : 'I_(size cs)) => toR R (at0 (nth [::] cs j) (place i))) predT.
Proof.
move=> /(independence_checked (oner_neq0 R)) indep c c0 j _; apply: indep => // a.
have [i place_i] := place_onto a; rewrite -[RHS](c0 i); apply: eq_bigr => j' _.
by rewrite divr1 /entry place_i.
Qed.

Lemma dotl_places u v : (size u <= D.+1)%N ->
  \sum_i toR R (at0 u (place i)) * toR R (at0 v (place i)) = toR R (dotl u v).
Proof.
by move=> size_u; rewrite (places (fun a => toR R (at0 u a) * toR R (at0 v a))) (dotl_sum _ _ size_u).
Qed.

Lemma family_checked sp : family_check D k vec sp ->
  closed_family e (fun j : 'I_(size (span_words sp)) => tokens k (nth [::] (span_words sp) j))
    (fun (q : 'I_(size (span_zeros sp))) i => toR R (at0 (nth [::] (span_zeros sp) q) (place i))).
Proof.
case/and5P => /(all_nthP [::]) words words_ev zeros_ev /eqP sizes /andP[/(all_nthP [::]) size_u /allP zero].
have word_ok (j : 'I_(size (span_words sp))) := words j (ltn_ord j).
have le_k (j : 'I_(size (span_words sp))) : all (fun z => z <= k)%N (nth [::] (span_words sp) j) by have /andP[] := word_ok j.
have vanish (q : 'I_(size (span_zeros sp))) w : all (fun z => z <= k)%N w ->
    w \in [seq [:: z] | z <- iota 0 k.+1] ++ span_words sp ++ [seq z :: w | z <- iota 0 k.+1, w <- span_words sp] ->
    \sum_i toR R (at0 (nth [::] (span_zeros sp) q) (place i)) * e (tokens k w) i = 0.
  move=> le_w /zero/(all_nthP [::])/(_ q (ltn_ord q))/Z.eqb_spec uv0.
  transitivity (toR R (dotl (nth [::] (span_zeros sp) q) (vec w))); last by rewrite uv0.
  by rewrite -dotl_places ?size_u //; apply: eq_bigr => i _; rewrite eE.
have one (z : 'I_k.+1) : [:: z] = tokens k [:: (z : nat)] by rewrite /tokens /= inord_val.
have le_z (z : 'I_k.+1) : (z <= k)%N by rewrite -ltnS.
split=> [j||||q].
- by have /andP[w0 _] := word_ok j; case: (nth _ _ _) w0.
- have := independent_places words_ev; rewrite size_map => indep c c0 j Dj.
  apply: indep Dj => i; rewrite -[RHS](c0 i); apply: eq_bigr => j' _.
  by rewrite eE // (nth_map [::]).
- by move=> c; apply: (independent_places zeros_ev).
- by rewrite !card_ord card_places.
split=> [z|j|z j].
- rewrite one; apply: vanish; first by rewrite /= le_z.
  by rewrite mem_cat map_f ?mem_iota ?ltn_ord.
- by apply: vanish => //; rewrite !mem_cat mem_nth ?orbT.
rewrite -[z :: _]/([:: z] ++ _) one; apply: (vanish q ((z : nat) :: nth [::] (span_words sp) j)).
  by rewrite /= le_z le_k.
rewrite mem_cat; apply/orP; right; rewrite mem_cat; apply/orP; right.
by apply: (allpairs_f cons); rewrite ?mem_iota ?ltn_ord ?mem_nth.
Qed.

End Family.

(* Pairs of states *)

Definition pairs n := [seq (i, j) | i <- iota 0 n.+1, j <- iota i (n.+1 - i)].
Definition squarel n (v : seq Z) := [seq (at0 v p.1 * at0 v p.2)%ZZ | p <- pairs n].

Lemma mem_pairs n i j : ((i, j) \in pairs n) = (i <= j < n.+1)%N.
Proof.
apply/allpairsPdep/andP => [[i' [j' [i_in j_in [-> ->]]]]|[le_ij lt_j]].
  by move: i_in j_in; rewrite !mem_iota; lia.
by exists i, j; rewrite !mem_iota; split=> //; lia.
Qed.

Lemma uniq_pairs n : uniq (pairs n).
Proof.
apply: allpairs_uniq_dep => [|i _|[i j] [i' j'] _ _ [-> ->]]; rewrite ?iota_uniq //.
Qed.

Lemma size_pairs n : (size (pairs n)).-1.+1 = size (pairs n).
Proof. by rewrite prednK //; have := mem_pairs n 0 0; case: (pairs n). Qed.

Section Squares.
Variables (R : realFieldType) (n : nat).
Local Notation U := (upper [finType of 'I_n.+1]).

Definition numbered (p : U) : nat * nat := ((sval p).1 : nat, (sval p).2 : nat).
Definition place (p : U) := index (numbered p) (pairs n).

Lemma numbered_pairs : perm_eq [seq numbered p | p <- enum {: U}] (pairs n).
Proof.
apply: uniq_perm; rewrite ?uniq_pairs //.
  rewrite map_inj_uniq ?enum_uniq // => -[[i j] ij] [[i' j'] ij'] [/= /val_inj eq_i /val_inj eq_j].
  by apply: val_inj; rewrite /= eq_i eq_j.
case=> i j; rewrite mem_pairs; apply/mapP/andP => [[[[i' j'] /= le_ij] _ [-> ->]]|[le_ij lt_j]].
  by move: le_ij; rewrite !enum_rank_ord /= => ->.
have lt_i : (i < n.+1)%N by apply: leq_ltn_trans le_ij lt_j.
have le_r : (enum_rank (Ordinal lt_i, Ordinal lt_j).1 <= enum_rank (Ordinal lt_i, Ordinal lt_j).2)%N.
  by rewrite !enum_rank_ord.
by exists (exist (fun p : _ * _ => (enum_rank p.1 <= enum_rank p.2)%N) _ le_r); rewrite ?mem_enum.
Qed.

Lemma places_pairs (F : nat -> R) : \sum_p F (place p) = \sum_(a < (size (pairs n)).-1.+1) F a.
Proof.
rewrite size_pairs; transitivity (\sum_(x <- pairs n) F (index x (pairs n))).
  by rewrite -(perm_big _ numbered_pairs) big_map -big_enum.
rewrite (big_nth (0%N, 0%N)) big_mkord; apply: eq_bigr => a _.
by rewrite index_uniq ?uniq_pairs.
Qed.

Lemma at0_squarel v (p : U) : at0 (squarel n v) (place p) = (at0 v (sval p).1 * at0 v (sval p).2)%ZZ.
Proof.
have p_in : numbered p \in pairs n.
  by rewrite -(perm_mem numbered_pairs) map_f ?mem_enum.
by rewrite /at0 (nth_map (0%N, 0%N)) ?index_mem // nth_index.
Qed.

End Squares.

Section Spans.
Variables (R : realFieldType) (n k : nat) (d : data).
Hypothesis ok : valid n k d.
Local Notation M := (model_of R ok).
Local Notation s := (toR R (base d)).

Definition numbers (x : seq nat) := (back_of n d x).2.

Lemma base_neq0 : s != 0. Proof. by rewrite nonzero // posM ?(emit_den ok) ?(trans_den ok). Qed.

Lemma numbersE x (h : 'I_n.+1) : all (fun z => z <= k)%N x ->
  scaled M s (tokens k x) h = toR R (at0 (numbers x) h).
Proof.
move=> le_x; rewrite /scaled size_map -(val_back R ok) // /val (back_denE ok) toR_power.
by rewrite mulrC divfK // expf_neq0 ?base_neq0.
Qed.

Lemma squaresE x (p : upper [finType of 'I_n.+1]) : all (fun z => z <= k)%N x ->
  square (scaled M s (tokens k x)) p = toR R (at0 (squarel n (numbers x)) (place p)).
Proof. by move=> le_x; rewrite /square !numbersE // at0_squarel toRM. Qed.

Definition gap_row (q : vector) b mu i :=
  subv (mulv (vecmat (difference b i) (emission d)) q) (mulv (difference mu i) (initial d)).

Lemma subv_val u v i : (0 <? u.1)%ZZ -> (0 <? v.1)%ZZ -> val R (subv u v) i = val R u i - val R v i.
Proof.
move=> u0 v0; have nz (e : Z) : (0 <? e)%ZZ -> (e =? 0)%ZZ = false by lia.
have v1 : (scalev (1, -1)%ZZ v).1 = v.1 by exact: Z.mul_1_l.
rewrite val_addv ?v1 ?nz //.
by rewrite val_scalev /fval /= toR1 toRN1 divr1 mulN1r.
Qed.

Lemma gap_rowE c q b mu us (i : 'I_c.+1) (h : 'I_n.+1) : shape c k.+1 b -> shape c n.+1 mu -> (0 <? q.1)%ZZ ->
  rho M us =1 vf R q -> val R (gap_row q b mu i) h = gap M us (mx R b) (mx R mu) i h.
Proof.
move=> b_ok mu_ok q0 rhoE.
rewrite subv_val ?posM ?(emit_den ok) ?(init_den ok) ?(shape_den b_ok) ?(shape_den mu_ok) //.
rewrite !val_mulv val_difference (@val_vecmat _ k.+1) ?(size_difference _ b_ok) //.
rewrite /gap /task_row /head_row rhoE -!mulrBl; congr (_ * _ - _); rewrite -sumrB; apply: eq_bigr => z _.
by rewrite val_difference mulrBl.
Qed.

Lemma size_gap_row q b mu i : (size q.2 <= n.+1)%N -> (size (gap_row q b mu i).2 <= n.+1)%N.
Proof.
have le u v : (size v <= n.+1)%N -> (size (mull u v) <= n.+1)%N.
  by rewrite mullC; apply: leq_trans (size_mull _ _).
by move=> size_q; rewrite /= size_addl !size_map geq_max !le ?(init_size ok).
Qed.

Definition vanishes_check q b mu i w :=
  (dotl (gap_row q b mu i).2 (numbers w) =? 0)%ZZ.

Definition span_check c b us mu squares sp :=
  let q := rho_of d us in
  [&& shape c k.+1 b, shape c n.+1 mu, prompt_check us,
      if squares then family_check (size (pairs n)).-1 k (fun x => squarel n (numbers x)) sp
      else family_check n k numbers sp
    & all (fun w => squares && (dotl (initial d).2 (numbers w) =? 0)%ZZ ||
                    all (fun i => vanishes_check q b mu i w) (iota 0 c.+1)) (span_words sp)].

Theorem span_checked c b us mu squares sp : span_check c b us mu squares sp ->
  [/\ @proportional R _ _ M c (prompt_of R n us) (mx R b) (mx R mu),
      @recovers R _ _ M c (prompt_of R n us) (mx R b) (mx R mu)
    & exists b', @recovers R _ _ M c (prompt_of R n us) b' (mx R mu)].
Proof.
case/and5P => b_ok mu_ok us_ok family /(all_nthP [::]) zero.
have [size_r r0 rhoE] := rho_ofE R ok us_ok.
apply: prompted_proportional_head_sound; first exact: prompt_checked.
pose W (j : 'I_(size (span_words sp))) := tokens k (nth [::] (span_words sp) j).
have words_k (j : 'I_(size (span_words sp))) : all (fun z => z <= k)%N (nth [::] (span_words sp) j).
  by case: (squares) family => /and5P[/(all_nthP [::])/(_ j (ltn_ord j))/andP[]].
have gap0 i (j : 'I_(size (span_words sp))) :
    all (fun i => vanishes_check (rho_of d us) b mu i (nth [::] (span_words sp) j)) (iota 0 c.+1) ->
    value M (gap M (prompt_of R n us) (@mx R c k.+1 b) (mx R mu) i) (W j) = 0.
  move=> /all_iotaP/(_ i (ltn_ord i))/Z.eqb_spec dot0.
  pose g := gap_row (rho_of d us) b mu i.
  transitivity (fval R (dotv g (back_of n d (nth [::] (span_words sp) j)))).
    rewrite (val_value R ok (size_gap_row b mu i size_r) (words_k j)).
    by apply: eq_bigr => h _; rewrite /vf (gap_rowE i h b_ok mu_ok r0 rhoE).
  by rewrite /fval /dotv [(_, _).2]/= -/(numbers _) dot0 toR0 mul0r.
move=> x x0 x_supp i; case: squares family zero => family zero.
  have := family_checked (e := fun x => square (scaled M s x)) (@places_pairs R n) (fun x p => squaresE p (x := x)) family.
  move=> /(closed_squares_sound base_neq0); apply => // j supp_j.
  have /orP[|/gap0 //] := zero j (ltn_ord j).
  case/andP => _ /Z.eqb_spec init0; move: supp_j; rewrite /supp probE -/(value M (init M) _).
  rewrite -(val_value R ok (init_size ok) (words_k j)) /fval /dotv [(_, _).2]/= -/(numbers _) init0.
  by rewrite toR0 mul0r ltxx.
have := family_checked (e := scaled M s) (fun F => erefl) (fun x h => numbersE h (x := x)) family.
move=> /(closed_span_sound base_neq0); apply => // j.
by apply: gap0; have := zero j (ltn_ord j).
Qed.

Theorem some_prompt_span_checked c b us mu squares sp :
  some_prompt_check us && span_check c b us mu squares sp -> @some_prompt R _ _ M c (mx R mu).
Proof. by case/andP => us_ok /span_checked[/(some_prompt_shown us_ok)]. Qed.

End Spans.
