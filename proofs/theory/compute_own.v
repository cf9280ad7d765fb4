From Coq Require Import ZArith List.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify ssrZ.
From Recoverable Require Import model prediction chain theorem_3_3 extended theorem_3_6 labels.
From Recoverable Require Import rules_chain rules_head rules_prompt columns.
From Recoverable Require Import compute compute_columns compute_model compute_heads compute_prompts.

(******************************************************************************)
(* Models whose columns have denominators of their own, as exported files     *)
(* write them. The rules about the columns of W and about heads that meet a   *)
(* finite identity compute with the columns' numerators; all others with the  *)
(* matrix over a common denominator.                                          *)
(*                                                                            *)
(*  own_matrix == a common denominator, each column's own, rows of numerators *)
(*   factors W == the common denominator over each column's own               *)
(*    spread W == the matrix over the common denominator                      *)
(*  numerators W == the matrix of the numerators                              *)
(* sums_check r s W <=> r+1 rows, s columns, which sum to their denominators  *)
(*  spread_data D == the model as data; chain_data D == the same without W    *)
(* sums_valid n k D <=> D is a model of n+1 states and k+1 tokens             *)
(*  own_gap D q b mu i <=> gap_check, column by column                        *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Definition own_matrix := (Z * seq Z * seq (seq Z))%type.

Definition factors (W : own_matrix) := [seq Z.div W.1.1 e | e <- W.1.2].
Definition spread (W : own_matrix) : matrix := (W.1.1, map (mull (factors W)) W.2).
Definition numerators (W : own_matrix) : matrix := (1%ZZ, W.2).

Definition own_check (D e : Z) := (0 <? e)%ZZ && (e * Z.div D e =? D)%ZZ.
Definition sums_check r s (W : own_matrix) :=
  [&& size W.2 == r.+1, all (fun u => size u == s) W.2, size W.1.2 == s,
      (0 <? W.1.1)%ZZ && all (own_check W.1.1) W.1.2
    & all nonnegl W.2 && zerol (addl (vecmatl (ones (size W.2)) W.2) (map Z.opp W.1.2))].

Record own_data := Own { own_initial : vector; own_transition : own_matrix; own_emission : own_matrix }.

Definition spread_data D := Data (own_initial D) (spread (own_transition D)) (spread (own_emission D)).
Definition chain_data D := Data (own_initial D) (spread (own_transition D)) (1%ZZ, [::]).

Definition sums_valid n k D :=
  [&& len n.+1 (own_initial D),
      nonnegl (own_initial D).2 && (dotl (ones n.+1) (own_initial D).2 =? (own_initial D).1)%ZZ,
      sums_check n n.+1 (own_transition D) & sums_check k n.+1 (own_emission D)].

Lemma entry_spread W i j : entry (spread W).2 i j = (at0 (factors W) j * entry W.2 i j)%ZZ.
Proof.
rewrite /entry /=; case: (ltnP i (size W.2)) => [lt_i|ge_i]; first by rewrite (nth_map [::]) // at0_mull.
by rewrite !nth_default ?size_map // at0_nil Z.mul_0_r.
Qed.

Lemma vecmatl_spread u W j :
  at0 (vecmatl u (spread W).2) j = (at0 (factors W) j * at0 (vecmatl u W.2) j)%ZZ.
Proof.
rewrite /=; elim: u (W.2) => [|a u IH] [|r rs] /=; rewrite ?at0_nil ?Z.mul_0_r //.
by rewrite !at0_addl !at0_scalel at0_mull IH; ring.
Qed.

Lemma zerolI u : (forall i, at0 u i = 0%ZZ) -> zerol u.
Proof. by move=> u0; apply/(all_nthP 0%ZZ) => i _; rewrite -/(at0 u i) u0. Qed.

Lemma size_mull_eq u v : size u = size v -> size (mull u v) = size v.
Proof. by elim: u v => [|a u IH] [|b v] //= [/IH ->]. Qed.

Section Sums.
Variables (r s : nat) (W : own_matrix).
Hypothesis ok : sums_check r s W.

Lemma common_gt0 : (0 <? W.1.1)%ZZ. Proof. by case/and5P: ok => _ _ _ /andP[]. Qed.

Lemma factorsE j : (j < s)%N -> (0 <? at0 W.1.2 j)%ZZ /\ (at0 W.1.2 j * at0 (factors W) j)%ZZ = W.1.1.
Proof.
case/and5P: ok => _ _ /eqP size_e /andP[_ /allP own] _ lt_j.
have /own/andP[e0 /Z.eqb_spec eq_e] : at0 W.1.2 j \in W.1.2 by apply: mem_nth; rewrite size_e.
by rewrite /factors /at0 (nth_map 0%ZZ) ?size_e.
Qed.

Lemma factor_gt0 j : (j < s)%N -> (0 <? at0 (factors W) j)%ZZ.
Proof. by case/factorsE => e0 eq_D; have := common_gt0; rewrite -eq_D; nia. Qed.

Lemma beyond j : (s <= j)%N -> at0 (factors W) j = 0%ZZ /\ at0 W.1.2 j = 0%ZZ.
Proof.
by case/and5P: ok => _ _ /eqP size_e _ _ ge_j; rewrite /at0 !nth_default // ?size_map size_e.
Qed.

Lemma spread_shape : shape r s (spread W).
Proof.
case/and5P: ok => size_W /allP rows /eqP size_e /andP[D0 _] _; apply/and3P; split=> //.
  by rewrite size_map.
rewrite all_map; apply/allP => u /rows /eqP size_u; rewrite /= size_mull_eq ?size_u //.
by rewrite size_map size_e.
Qed.

Lemma numerators_shape : shape r s (numerators W).
Proof. by case/and5P: ok => size_W rows _ _ _; rewrite /shape size_W rows. Qed.

Lemma spread_law : law s (spread W).1 (spread W).2.
Proof.
case/and5P: ok => _ _ _ _ /andP[/allP ge0 /zerolP sums]; apply/andP; split.
  rewrite all_map; apply/allP => u /ge0 /nonneglP u_ge0 /=; apply/(all_nthP 0%ZZ) => j _.
  rewrite -/(at0 _ j) at0_mull; have := u_ge0 j.
  case: (ltnP j s) => [/factor_gt0|/beyond[-> _]]; nia.
apply: zerolI => j; rewrite at0_addl size_map vecmatl_spread /at0 nth_nseq -!/(at0 _ j).
have := sums j; rewrite at0_addl.
have -> : at0 (map Z.opp W.1.2) j = (- at0 W.1.2 j)%ZZ.
  case: (ltnP j (size W.1.2)) => [lt_j|ge_j]; first by rewrite /at0 (nth_map 0%ZZ).
  by rewrite /at0 !nth_default ?size_map.
case: (ltnP j s) => [lt_j|/beyond[-> ->]]; last by rewrite Z.mul_0_l.
have [_] := factorsE lt_j; rewrite /=; move: (at0 (vecmatl _ _) j) (at0 W.1.2 j) (at0 (factors W) j) (W.1.1).
by move=> v e f D; nia.
Qed.

Section Values.
Variable R : realFieldType.

Definition own_share j : R := toR R (at0 (factors W) j) / toR R W.1.1.

Lemma own_share_neq0 j : (j < s)%N -> own_share j != 0.
Proof. by move=> /factor_gt0 f0; rewrite mulf_neq0 ?invr_eq0 ?nonzero ?common_gt0. Qed.

Lemma mval_spread i j : mval R (spread W) i j = mval R (numerators W) i j * own_share j.
Proof. by rewrite /mval entry_spread toRM divr1 [RHS]mulrC /own_share mulrAC. Qed.

(* Columns are independent if their multiples are. *)
Lemma spread_independent (P : pred 'I_s) :
  independent (@mx R r s (numerators W)) P -> independent (@mx R r s (spread W)) P.
Proof.
move=> indep f f0 h Ph; have /eqP : f h * own_share h = 0.
  apply: (indep (fun h => f h * own_share h)) Ph => z; rewrite -[RHS](f0 z); apply: eq_bigr => g _.
  by rewrite /mx mval_spread mulrAC mulrA.
by rewrite mulf_eq0 (negbTE (own_share_neq0 (ltn_ord h))) orbF => /eqP.
Qed.

End Values.
End Sums.

Lemma spread_valid n k D : sums_valid n k D -> valid n k (spread_data D).
Proof.
case/and4P => init_len init_sum t_ok e_ok; apply/and5P.
by split; rewrite ?(spread_shape t_ok) ?(spread_shape e_ok) ?(spread_law t_ok) ?(spread_law e_ok).
Qed.

(* The finite identity *)

Definition own_gap D (q : vector) (b mu : matrix) i :=
  let v := difference mu i in let u := own_initial D in let W := own_emission D in
  zerol (addl (scalel (v.1 * u.1) (mull (vecmatl (difference b i).2 W.2) q.2))
              (scalel (- (b.1 * q.1)) (mull W.1.2 (mull v.2 u.2)))).

Definition own_gaps_check n k D c q b mu :=
  [&& shape c k.+1 b, shape c n.+1 mu & all (own_gap D q b mu) (iota 0 c.+1)].

Lemma own_gaps n k D c q b mu : sums_valid n k D -> own_gaps_check n k D c q b mu ->
  gaps_check n k (spread_data D) c q b mu.
Proof.
case/and4P => /andP[/eqP size_u _] _ _ e_ok /and3P[b_ok mu_ok gaps]; rewrite /gaps_check b_ok mu_ok.
apply/allP => i i_in; have /zerolP gap := allP gaps i i_in; apply: zerolI => h; have := gap h.
rewrite !at0_addl !at0_scalel !at0_mull /= -/(spread _).2 vecmatl_spread.
case: (ltnP h n.+1) => [lt_h|ge_h]; last first.
  have [-> _] := beyond e_ok ge_h.
  by rewrite [at0 (own_initial D).2 h]nth_default ?size_u // !Z.mul_0_r.
have [_ <-] := factorsE e_ok lt_h.
move: (at0 (vecmatl _ _) h) (at0 (own_emission D).1.2 h) (at0 (factors _) h) => s e f.
by move=> gap0; have := congr1 (Z.mul f) gap0; rewrite Z.mul_0_r => <-; ring.
Qed.

Section Rules.
Variables (R : realFieldType) (n k : nat) (D : own_data).
Hypothesis ok : sums_valid n k D.
Local Notation W := (own_emission D).
Local Notation d := (spread_data D).
Local Notation valid_d := (spread_valid ok).
Local Notation M := (model_of R valid_d).

Lemma emission_sums : sums_check k n.+1 W. Proof. by case/and4P: ok. Qed.

Theorem own_assumption_3_1_checked ev : independent_columns_check k n.+1 (numerators W) ev -> assumption_3_1 M.
Proof. by move=> check; apply: (spread_independent emission_sums); exact: independent_columns_checked check. Qed.

Definition own_invertible_head_check c b mu ev fs bs ws :=
  [&& independent_columns_check k n.+1 (numerators W) ev, ergodic_check n (chain_data D) fs bs ws
    & own_gaps_check n k D c (pi_1 (chain_data D)) b mu].

Theorem own_invertible_head_checked c b mu ev fs bs ws : own_invertible_head_check c b mu ev fs bs ws ->
  [/\ assumption_3_1 M, assumption_3_2 M,
      forall blank x, supp M x -> @agree R _ _ M c [::] (mx R b) (mx R mu) blank x
    & exists f : ('I_k.+1 -> R) -> 'I_n.+1 -> R, forall blank x, supp M x ->
        posterior M x =1 f (G M 1 (blank :: x))].
Proof.
case/and3P => /own_assumption_3_1_checked indep ergodic /(own_gaps ok) gaps.
have /andP[/(aperiodic_evidence R valid_d)[fs' [bs' [ws' [t_ok w_ok gcd1]]]] pos] :
  ergodic_check n d fs bs ws := ergodic.
apply: invertible_head_sound indep t_ok w_ok gcd1 _ (compute_model.own_gaps_checked R valid_d gaps).
exact: (full_support_checked R valid_d).
Qed.

Definition own_identity_check c b us mu :=
  prompt_check us && own_gaps_check n k D c (rho_of (chain_data D) us) b mu.

Lemma own_identity c b us mu : own_identity_check c b us mu -> identity_check n k d c b us mu.
Proof. by case/andP => us_ok /(own_gaps ok) gaps; rewrite /identity_check us_ok. Qed.

Theorem own_identity_checked c b us mu : own_identity_check c b us mu ->
  [/\ @proportional R _ _ M c (prompt_of R n us) (mx R b) (mx R mu),
      @recovers R _ _ M c (prompt_of R n us) (mx R b) (mx R mu)
    & exists b', @recovers R _ _ M c (prompt_of R n us) b' (mx R mu)].
Proof. by move=> /own_identity; apply: proportional_identity_checked. Qed.

Theorem own_some_prompt_checked c b us mu : some_prompt_check us && own_identity_check c b us mu ->
  @some_prompt R _ _ M c (mx R mu).
Proof.
case/andP => us_ok /own_identity id_ok; apply: (@some_prompt_checked R n k d valid_d c b us mu).
by rewrite us_ok.
Qed.

(* Assumption 3.5 and Theorem 3.6 *)

Definition own_essential_check c mu B ev := let reached := reach n (chain_data D) B in
  [&& shape c n.+1 mu, all (fun g => g <= n)%N B, independence_check k (columnsl (numerators W) reached) ev
    & all (fun h => weighs c mu h ==> (h \in reached)) (iota 0 n.+1)].

Lemma own_essential c mu B ev : own_essential_check c mu B ev ->
  @essential R _ _ M c (mx R mu) (states n B).
Proof.
case/and4P => mu_ok le_B indep /all_iotaP sub.
have reachedE (h : 'I_n.+1) : (h \in reached M (states n B)) = ((h : nat) \in reach n (chain_data D) B).
  exact: reachE.
split=> [|h]; last by rewrite -weighsE ?(shape_den mu_ok) // reachedE => mu_h; apply: (implyP (sub h (ltn_ord h))).
have lt_cl : all (fun i => i < n.+1)%N (reach n (chain_data D) B).
  by apply/allP => i; rewrite mem_filter mem_iota => /andP[_ /andP[]].
have uniq_cl : uniq (reach n (chain_data D) B) by rewrite filter_uniq ?iota_uniq.
have one_den : (0 <? (numerators W).1)%ZZ by [].
have := spread_independent emission_sums (listed_independent one_den lt_cl uniq_cl indep).
move=> indep_d f f0 h; rewrite inE reachedE => Bh; apply: (indep_d R f _ h Bh) => z.
by rewrite -[RHS](f0 z); apply: eq_bigl => g; rewrite inE reachedE.
Qed.

Theorem own_essential_states_checked c mu B ev : own_essential_check c mu B ev ->
  exists B, @essential R _ _ M c (mx R mu) B.
Proof. by move=> /own_essential ess; exists (states n B). Qed.

Definition own_prompted_head_check c b mu B ev fs bs ws :=
  [&& own_essential_check c mu B ev, ergodic_check n (chain_data D) fs bs ws
    & own_gaps_check n k D c (rho_of (chain_data D) [:: shown n B]) b mu].

Theorem own_prompted_head_checked c b mu B ev fs bs ws : own_prompted_head_check c b mu B ev fs bs ws ->
  [/\ assumption_3_2 M, @essential R _ _ M c (mx R mu) (states n B),
      forall blank x, supp M x -> @agree R _ _ M c [:: indicator R (states n B)] (mx R b) (mx R mu) blank x
    & exists f : ('I_k.+1 -> R) -> 'I_n.+1 -> R, forall blank x, supp M x ->
        exists2 C, 0 < C & forall h, h \in reached M (states n B) ->
          f (Gbar M 2%N (prompted M [:: indicator R (states n B)] blank x)) h = C * posterior M x h].
Proof.
case/and3P => /own_essential ess ergodic /(own_gaps ok) gaps.
have /andP[/(aperiodic_evidence R valid_d)[fs' [bs' [ws' [t_ok w_ok gcd1]]]] pos] :
  ergodic_check n d fs bs ws := ergodic.
apply: prompted_head_sound ess t_ok w_ok gcd1 (full_support_checked R valid_d pos) _.
have [_ r0 rhoE] := rho_ofE R valid_d (shown_ok n B); apply: gaps_checked gaps => // h.
rewrite -[RHS]rhoE; apply: eq_forward => //; split=> // g.
by rewrite /vf shownE.
Qed.

End Rules.
