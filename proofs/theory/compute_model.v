From Coq Require Import ZArith List.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify ssrZ.
From Recoverable Require Import model prediction chain theorem_3_3 extended theorem_3_6 labels.
From Recoverable Require Import rules_chain rules_head columns bounds compute compute_columns.

(******************************************************************************)
(* Models as data, and the rules about the hidden chain, the columns of W and *)
(* Theorem 3.3, by computation.                                               *)
(*                                                                            *)
(*           data == the law of H_0, the transition and the emission matrix   *)
(*    valid n k d <=> d is a model of n+1 states and k+1 tokens               *)
(*  model_of R ok == that model over R; ok proves that it is valid            *)
(*      steps d g h <=> the chain can go from g to h                          *)
(*  spread_check n e U ps, walks_check n e ws <=> spreads, walks (rules_chain)*)
(*           pi_1 d == the law of H_1                                         *)
(*   difference m i == row i of m minus its first row                         *)
(*  gap_check d q b mu k <=> b^T W diag(q) = (mu . pi_0)^T, for the rows of   *)
(*                     class k                                                *)
(*   gaps_check .. q b mu <=> the same of all classes; q is the law of a      *)
(*                     prompt, or pi_1                                        *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Record data := Data { initial : vector; transition : matrix; emission : matrix }.

Definition ones n : seq Z := nseq n 1%ZZ.
Definition law n (d : Z) (rs : seq (seq Z)) :=
  all nonnegl rs && zerol (addl (vecmatl (ones (size rs)) rs) (nseq n (- d)%ZZ)).

Definition valid n k d :=
  [&& len n.+1 (initial d), shape n n.+1 (transition d), shape k n.+1 (emission d),
      nonnegl (initial d).2 && (dotl (ones n.+1) (initial d).2 =? (initial d).1)%ZZ
    & law n.+1 (transition d).1 (transition d).2 && law n.+1 (emission d).1 (emission d).2].

Section Laws.
Variable R : realFieldType.

Lemma law_ge0 n (m : matrix) : (0 <? m.1)%ZZ -> law n m.1 m.2 -> forall i j, 0 <= mval R m i j.
Proof.
move=> d0 /andP[/allP ge0 _] i j; rewrite -val_row val_ge0 //=.
case: (ltnP i (size m.2)) => [lt_i|ge_i]; last by rewrite nth_default.
exact/ge0/mem_nth.
Qed.

Lemma law_sum r n (m : matrix) : size m.2 = r.+1 -> (0 <? m.1)%ZZ -> law n m.1 m.2 ->
  forall j, (j < n)%N -> \sum_(i < r.+1) mval R m i j = 1.
Proof.
move=> size_m d0 /andP[_ /zerolP sum0] j lt_j; have := congr1 (toR R) (sum0 j).
rewrite at0_addl toRD /at0 nth_nseq lt_j toRN -/(at0 _ j).
rewrite (@vecmatl_sum _ r.+1) ?size_nseq ?size_m // => /eqP; rewrite subr_eq0 => /eqP eq_d.
rewrite /mval -mulr_suml; apply: (canLR (mulfK (nonzero R d0))); rewrite mul1r -eq_d.
by apply: eq_bigr => i _; rewrite /at0 nth_nseq ltn_ord toR1 mul1r.
Qed.

End Laws.

Section Model.
Variables (R : realFieldType) (n k : nat) (d : data).
Hypothesis ok : valid n k d.

Let init_len : len n.+1 (initial d). Proof. by case/and5P: ok. Qed.
Let trans_shape : shape n n.+1 (transition d). Proof. by case/and5P: ok. Qed.
Let emit_shape : shape k n.+1 (emission d). Proof. by case/and5P: ok. Qed.
Let trans_law : law n.+1 (transition d).1 (transition d).2.
Proof. by case/and5P: ok => _ _ _ _ /andP[]. Qed.
Let emit_law : law n.+1 (emission d).1 (emission d).2.
Proof. by case/and5P: ok => _ _ _ _ /andP[]. Qed.

Fact init_ok (h : 'I_n.+1) : 0 <= vf R (initial d) h.
Proof. by apply: val_ge0; [exact: len_den init_len | case/and5P: ok => _ _ _ /andP[]]. Qed.

Fact init_sum_ok : \sum_(h < n.+1) vf R (initial d) h = 1.
Proof.
have [_ _ _ /andP[_ /Z.eqb_spec sum1] _] := and5P ok; have d0 := nonzero R (len_den init_len).
rewrite -mulr_suml; apply: (canLR (mulfK d0)); rewrite mul1r -sum1.
rewrite (@dotl_sum _ n.+1) ?size_nseq //; apply: eq_bigr => h _.
by rewrite /at0 nth_nseq ltn_ord toR1 mul1r.
Qed.

Fact trans_ok (h g : 'I_n.+1) : 0 <= mx R (transition d) h g.
Proof. exact: law_ge0 (shape_den trans_shape) trans_law _ _. Qed.

Fact trans_sum_ok (g : 'I_n.+1) : \sum_(h < n.+1) mx R (transition d) h g = 1.
Proof.
have [/eqP size_m _ d0] := and3P trans_shape.
exact: law_sum size_m d0 trans_law _ (ltn_ord g).
Qed.

Fact emit_ok (z : 'I_k.+1) (h : 'I_n.+1) : 0 <= mx R (emission d) z h.
Proof. exact: law_ge0 (shape_den emit_shape) emit_law _ _. Qed.

Fact emit_sum_ok (h : 'I_n.+1) : \sum_(z < k.+1) mx R (emission d) z h = 1.
Proof.
have [/eqP size_m _ d0] := and3P emit_shape.
exact: law_sum size_m d0 emit_law _ (ltn_ord h).
Qed.

Definition model_of : hmm R [finType of 'I_n.+1] [finType of 'I_k.+1] :=
  Hmm init_ok init_sum_ok trans_ok trans_sum_ok emit_ok emit_sum_ok.

End Model.

(* The hidden chain *)

Definition steps d (g h : nat) := (0 <? entry (transition d).2 h g)%ZZ.

Fixpoint spread_check n (e : rel nat) (U : seq nat) ps :=
  if ps is (g, h) :: ps' then
    [&& g \in U, (h < n)%N, h \notin U, e g h & spread_check n e (h :: U) ps']
  else all (fun h => h \in U) (iota 0 n).

Definition trees_check n (e : rel nat) (fs bs : seq (nat * nat)) :=
  spread_check n e [:: 0%N] fs && spread_check n (fun g h => e h g) [:: 0%N] [seq (p.2, p.1) | p <- bs].

Definition walks_check n (e : rel nat) (ws : seq (seq nat)) :=
  all (fun w => [&& w != [::], all (fun h => h < n)%N w & cycle e w]) ws.

Definition gcd_sizes (ws : seq (seq nat)) := foldr (fun w c => gcdn (size w) c) 0%N ws.

Definition aperiodic_check n e fs bs ws :=
  [&& trees_check n e fs bs, walks_check n e ws & gcd_sizes ws == 1%N].

Section Ordinals.
Variables (n : nat) (e : rel nat) (e' : rel 'I_n.+1).
Hypothesis eE : forall g h : 'I_n.+1, e g h = e' g h.

Definition ord_pair (p : nat * nat) : 'I_n.+1 * 'I_n.+1 := (inord p.1, inord p.2).

Lemma spread_checked U ps : all (fun h => h < n.+1)%N U -> spread_check n.+1 e U ps ->
  spreads e' [set h : 'I_n.+1 | (h : nat) \in U] (map ord_pair ps).
Proof.
elim: ps U => [|[g h] ps IH] U lt_U.
  by move=> /all_iotaP all_U; apply/eqP/setP => h; rewrite !inE all_U.
rewrite [spread_check _ _ _ _]/= [spreads _ _ _]/=.
case/and5P => gU lt_h hU egh spread; have lt_g : (g < n.+1)%N by have /allP := lt_U; apply.
rewrite !inE !inordK // gU hU -eE !inordK // egh /=.
have := IH (h :: U); rewrite /= lt_h lt_U => /(_ isT spread).
congr (spreads _ _ _); apply/setP => i; rewrite !inE.
by congr (_ || _); rewrite -val_eqE /= inordK.
Qed.

Lemma walks_checked ws : walks_check n.+1 e ws ->
  walks e' (map (map inord) ws) /\ gcds (map (map (@inord n)) ws) = gcd_sizes ws.
Proof.
elim: ws => [|w ws IH] //= /andP[/and3P[w0 lt_w cw] /IH[ok_ws ->]]; split; last by rewrite size_map.
rewrite ok_ws andbT; case: w w0 lt_w cw => // h w _ lt_w cw; rewrite /= -map_rcons path_map.
move: cw; apply: sub_in_path (_ : all (fun i => i < n.+1)%N (h :: rcons w h)).
  by move=> i j lt_i lt_j /=; rewrite -eE !inordK.
by rewrite /= all_rcons; move: lt_w => /= /andP[-> ->].
Qed.

End Ordinals.

Lemma trees_checked n (e : rel nat) (e' : rel 'I_n.+1) fs bs :
  (forall g h : 'I_n.+1, e g h = e' g h) -> trees_check n.+1 e fs bs ->
  trees e' ord0 (map (@ord_pair n) fs) (map (@ord_pair n) bs).
Proof.
move=> eE /andP[spread_f spread_b].
have set0E : [set h : 'I_n.+1 | (h : nat) \in [:: 0%N]] = [set ord0].
  by apply/setP => h; rewrite !inE -val_eqE.
apply/andP; split; first by have := spread_checked eE (U := [:: 0%N]) isT spread_f; rewrite set0E.
have eE' (g h : 'I_n.+1) : e h g = reverse e' g h by exact: eE.
have := spread_checked eE' (U := [:: 0%N]) isT spread_b; rewrite set0E -!map_comp.
by congr (spreads _ _ _); apply: eq_map => -[].
Qed.

Section Rules.
Variables (R : realFieldType) (n k : nat) (d : data).
Hypothesis ok : valid n k d.
Local Notation M := (model_of R ok).

Lemma trans_den : (0 <? (transition d).1)%ZZ. Proof. by case/and5P: ok => _ /shape_den. Qed.
Lemma emit_den : (0 <? (emission d).1)%ZZ. Proof. by case/and5P: ok => _ _ /shape_den. Qed.
Lemma init_den : (0 <? (initial d).1)%ZZ. Proof. by case/and5P: ok => /len_den. Qed.

Lemma stepE (g h : 'I_n.+1) : steps d g h = step M g h.
Proof. by rewrite /step /= /mx /mval pmulr_lgt0 ?invr_gt0 ?toR_gt0 ?trans_den. Qed.

Theorem irreducible_checked fs bs : trees_check n.+1 (steps d) fs bs -> irreducible M.
Proof. by move=> /(trees_checked stepE); apply: irreducible_sound. Qed.

Lemma aperiodic_evidence fs bs ws : aperiodic_check n.+1 (steps d) fs bs ws ->
  exists fs' bs' ws', [/\ trees (step M) ord0 fs' bs', walks (step M) ws' & gcds ws' = 1%N].
Proof.
case/and3P => /(trees_checked stepE) trees_ok /(walks_checked stepE)[walks_ok gcd_ws] /eqP gcd1.
by do 3 eexists; split; [exact: trees_ok | exact: walks_ok | rewrite gcd_ws].
Qed.

Theorem aperiodic_checked fs bs ws : aperiodic_check n.+1 (steps d) fs bs ws ->
  irreducible M /\ aperiodic M.
Proof.
by case/aperiodic_evidence => fs' [bs' [ws' [t_ok w_ok gcd1]]]; apply: aperiodic_sound t_ok w_ok gcd1.
Qed.

Definition reducible_check (U : seq nat) :=
  [&& U != [::], all (fun g => g <= n)%N U, has (fun h => h \notin U) (iota 0 n.+1)
    & all (fun g => all (fun h => (h \in U) || ~~ steps d g h) (iota 0 n.+1)) U].

Theorem reducible_checked U : reducible_check U -> ~ irreducible M.
Proof.
case/and4P => U0 /allP lt_U /hasP[h h_n hU] /allP closed.
apply: (@reducible_sound _ _ _ _ [set g : 'I_n.+1 | (g : nat) \in U]).
- case: U U0 lt_U {hU closed} => // g U _ lt_U; apply/set0Pn; exists (inord g).
  by rewrite inE inordK ?mem_head // ltnS; apply: lt_U; apply: mem_head.
- apply/negP => /eqP/setP/(_ (inord h)); rewrite !inE inordK ?(negbTE hU) //.
  by move: h_n; rewrite mem_iota.
move=> g h'; rewrite !inE => gU; rewrite -stepE => st.
by have /all_iotaP/(_ h' (ltn_ord h')) := closed g gU; rewrite st orbF.
Qed.

Definition periodic_check (p : nat) (classes : seq nat) :=
  [&& (1 < p)%N, size classes == n.+1, all (fun c => c < p)%N classes
    & all (fun g => all (fun h => steps d g h ==>
        (nth 0%N classes h == if (nth 0%N classes g).+1 == p then 0%N else (nth 0%N classes g).+1))
        (iota 0 n.+1)) (iota 0 n.+1)].

Theorem periodic_checked p classes : periodic_check p classes -> ~ (irreducible M /\ aperiodic M).
Proof.
case/and4P => p_gt1 /eqP size_c /allP lt_p /all_iotaP rises.
apply: (@periodic_sound _ _ _ _ p (fun h : 'I_n.+1 => nth 0%N classes h)) => // [h|g h].
  by apply/lt_p/mem_nth; rewrite size_c.
rewrite -stepE => st; have /all_iotaP/(_ h (ltn_ord h)) := rises g (ltn_ord g).
by rewrite st => /eqP.
Qed.

Theorem full_support_checked : positivel n.+1 (initial d).2 -> full_support (init M).
Proof. by move=> pos h; apply: (val_gt0 R init_den pos); apply: ltn_ord. Qed.

Definition missing_check (h : nat) := (h <= n)%N && (at0 (initial d).2 h =? 0)%ZZ.

Theorem missing_support_checked h : missing_check h -> ~ full_support (init M).
Proof.
case/andP => le_h /Z.eqb_spec h0; apply: (@missing_support_sound _ _ _ _ (inord h)).
by rewrite /= /vf /val inordK // h0 mul0r.
Qed.

Definition ergodic_check fs bs ws :=
  aperiodic_check n.+1 (steps d) fs bs ws && positivel n.+1 (initial d).2.

Theorem ergodic_checked fs bs ws : ergodic_check fs bs ws -> assumption_3_2 M.
Proof.
by case/andP => /aperiodic_checked[irr aper] /full_support_checked.
Qed.

(* Assumption 3.2 is refuted by refuting one of its parts. *)
Theorem not_ergodic : ~ irreducible M \/ ~ (irreducible M /\ aperiodic M) \/ ~ full_support (init M) ->
  ~ assumption_3_2 M.
Proof. by move=> no [irr aper full]; case: no => [|[|]] no; apply: no. Qed.

(* The columns of W *)

Theorem not_assumption_3_1 x : kernel_check k n.+1 (emission d) x && some_nonzero x.2 ->
  ~ assumption_3_1 M.
Proof. by move=> /(dependent_columns_checked R)[]. Qed.

Theorem emission_rank_checked rk : rank_check k n.+1 predT (emission d) rk ->
  rank (emit M) predT = size (rank_columns rk).
Proof. exact: rank_checked. Qed.

Theorem emission_singular_checked lower upper f w :
  singular_check k n.+1 (emission d) lower upper f w ->
  singular_bounds (emit M) (fval R lower) (fval R upper).
Proof. exact: singular_value_checked. Qed.

(* Theorem 3.3 *)

Definition pi_1 := matvec (transition d) (initial d).

Lemma val_pi_1 (h : 'I_n.+1) : val R pi_1 h = pi M 1 h.
Proof.
have /andP[/eqP size_i _] : len n.+1 (initial d) by case/and5P: ok.
by rewrite (@val_matvec _ n.+1) ?size_i.
Qed.

Lemma pi_1_den : (0 <? pi_1.1)%ZZ. Proof. exact: posM trans_den init_den. Qed.

Definition difference (m : matrix) i : vector :=
  (m.1, addl (nth [::] m.2 i) (scalel (-1) (nth [::] m.2 0))).

Lemma val_difference m i j : val R (difference m i) j = mval R m i j - mval R m 0 j.
Proof. by rewrite /val /= at0_addl at0_scalel toRD toRM toRN1 mulN1r mulrBl. Qed.

Definition gap_check (q : vector) (b mu : matrix) i :=
  eqv (mulv (vecmat (difference b i) (emission d)) q) (mulv (difference mu i) (initial d)).

Definition gaps_check c q b mu :=
  [&& shape c k.+1 b, shape c n.+1 mu & all (gap_check q b mu) (iota 0 c.+1)].

Lemma size_addl u v : size (addl u v) = maxn (size u) (size v).
Proof.
elim: u v => [|a u IH] [|a' v] //=; rewrite ?max0n ?maxn0 //.
by rewrite IH maxnSS.
Qed.

Lemma size_difference c s m i : shape c s m -> (size (difference m i).2 <= s)%N.
Proof.
case/and3P => _ /allP rows _; have size_row j : (size (nth [::] m.2 j) <= s)%N.
  case: (ltnP j (size m.2)) => [lt_j|ge_j]; last by rewrite nth_default.
  by rewrite (eqP (rows _ (mem_nth [::] lt_j))).
by rewrite /= size_addl geq_max size_map !size_row.
Qed.

Lemma gaps_checked us c q (b mu : matrix) : (0 <? q.1)%ZZ -> rho M us =1 val R q ->
  gaps_check c q b mu -> forall (i : 'I_c.+1) h, gap M us (mx R b) (mx R mu) i h = 0.
Proof.
move=> q0 rhoE /and3P[b_ok mu_ok /all_iotaP gap0] i h.
have /eqvP := gap0 i (ltn_ord i).
rewrite !posM ?emit_den ?init_den ?(shape_den b_ok) ?(shape_den mu_ok) //.
move=> /(_ R isT isT h); rewrite !val_mulv -rhoE val_difference => eq_h.
move: eq_h; rewrite (@val_vecmat _ k.+1) ?(size_difference _ b_ok) // => eq_h.
apply/eqP; rewrite subr_eq0; apply/eqP; rewrite /task_row -mulrBl -[RHS]eq_h.
rewrite /head_row -mulrBl; congr (_ * _); rewrite -sumrB; apply: eq_bigr => z _.
by rewrite val_difference mulrBl.
Qed.

Lemma own_gaps_checked c b mu : gaps_check c pi_1 b mu ->
  forall (i : 'I_c.+1) h, gap M [::] (mx R b) (mx R mu) i h = 0.
Proof. by apply: gaps_checked; [exact: pi_1_den | move=> h; rewrite val_pi_1]. Qed.

End Rules.
