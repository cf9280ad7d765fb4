From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended theorem_3_6.
From Recoverable Require Import labels rules_labels rules_tree.

(******************************************************************************)
(* Beyond the paper, for binary tasks: B2 (no linear head has the labels), B3 *)
(* (verifying a given head) and B7 (when the hypotheses say nothing).         *)
(*                                                                            *)
(*   prefix_matrix M w g h == M_w[g,h], where beta(w y) = M_w beta(y)         *)
(*   positive_chain M <=> every entry of A is positive                        *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section B2.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T) (mu : S -> R) (blank : T).

(* Inputs xs with label 0 and ys with label 1 whose outputs meet *)
Theorem B2 (I J : finType) (xs : I -> seq T) (ys : J -> seq T) (lambda : I -> R) (nu : J -> R) :
  (forall i, ~~ label M mu (xs i)) -> (forall j, label M mu (ys j)) ->
  (forall i, 0 <= lambda i) -> (exists i, 0 < lambda i) -> (forall j, 0 <= nu j) ->
  (forall z, \sum_i lambda i * G M 1 (blank :: xs i) z = \sum_j nu j * G M 1 (blank :: ys j) z) ->
  ~ exists b, (forall i, head_label M b 1 (blank :: xs i) = label M mu (xs i)) /\
              (forall j, head_label M b 1 (blank :: ys j) = label M mu (ys j)).
Proof.
move=> x0 y1 lambda_ge0 [i0 lambda_gt0] nu_ge0 meet [b [head_x head_y]].
pose score x := \sum_z b z * G M 1 (blank :: x) z.
have sum_score (K : finType) (ws : K -> seq T) (kappa : K -> R) :
    \sum_k kappa k * score (ws k) = \sum_z b z * \sum_k kappa k * G M 1 (blank :: ws k) z.
  under [RHS]eq_bigr do rewrite mulr_sumr.
  rewrite [RHS]exchange_big; apply: eq_bigr => k _; rewrite mulr_sumr.
  by apply: eq_bigr => z _; rewrite mulrCA.
have eq_scores : \sum_i lambda i * score (xs i) = \sum_j nu j * score (ys j).
  by rewrite !sum_score; apply: eq_bigr => z _; rewrite meet.
have y_ge0 : 0 <= \sum_j nu j * score (ys j).
  by apply: sumr_ge0 => j _; rewrite mulr_ge0 // -/(head_label M b 1 _) head_y.
have x_lt0 i : score (xs i) < 0 by rewrite ltNge -/(head_label M b 1 _) head_x x0.
have : 0 < \sum_i lambda i * - score (xs i).
  rewrite (bigD1 i0) //= ltr_paddr ?mulr_gt0 ?oppr_gt0 // sumr_ge0 // => i _.
  by rewrite mulr_ge0 // oppr_ge0 ltW.
under eq_bigr do rewrite mulrN; rewrite sumrN oppr_gt0 eq_scores => lt0.
by have := le_lt_trans y_ge0 lt0; rewrite ltxx.
Qed.

End B2.

Section B3.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T).
Implicit Types (w x y : seq T) (v : S -> R).

Definition prefix_matrix w g h := along M (fun k => (k == g)%:R) w h.

Lemma along_matrix v w h : along M v w h = \sum_g v g * prefix_matrix w g h.
Proof.
rewrite /prefix_matrix; elim/last_ind: w h => [|w z IH] h.
  rewrite (bigD1 h) //= eqxx mulr1 big1 ?addr0 // => g; rewrite eq_sym => /negbTE ->.
  by rewrite mulr0.
rewrite along_rcons /extend; under [in RHS]eq_bigr do rewrite along_rcons /extend mulrCA.
rewrite -mulr_sumr; congr (_ * _).
under eq_bigr do rewrite IH mulr_sumr.
rewrite exchange_big; apply: eq_bigr => g _; rewrite mulr_sumr.
by apply: eq_bigr => k _; rewrite mulrCA.
Qed.

Lemma beta_matrix w y h : beta M (w ++ y) h = \sum_j prefix_matrix w h j * beta M y j.
Proof.
rewrite -[RHS]/(value M _ y) -value_along /value (bigD1 h) //= eqxx mul1r big1 ?addr0 //.
by move=> g /negbTE ->; rewrite mul0r.
Qed.

(* Settled: the columns c_j of M_w are zero, or the value v . c_j has the     *)
(* sign of the label.                                                         *)

Lemma zero_column v w j : (forall g, prefix_matrix w g j = 0) -> along M v w j = 0.
Proof. by move=> zero; rewrite along_matrix big1 // => g _; rewrite zero mulr0. Qed.

Definition nonzero_column w j := [exists g, prefix_matrix w g j != 0].

Lemma along_zero v w j : ~~ nonzero_column w j -> along M v w j = 0.
Proof. by move/existsPn => zero; apply: zero_column => g; apply/eqP; exact/negPn. Qed.

Theorem B3_settled_one v w :
  (forall j, nonzero_column w j -> 0 <= along M v w j) -> forall y, 0 <= value M v (w ++ y).
Proof.
move=> settled y; rewrite value_along; apply: value_ge0 => j.
by have [/settled //|/along_zero ->] := boolP (nonzero_column w j).
Qed.

Theorem B3_settled_zero v w :
  (forall j, nonzero_column w j -> along M v w j < 0) ->
  forall y, 0 < value M (init M) (w ++ y) -> value M v (w ++ y) < 0.
Proof.
move=> settled y; rewrite !value_along.
have le0 j : along M v w j * beta M y j <= 0.
  have [/settled lt0|/along_zero ->] := boolP (nonzero_column w j); last by rewrite mul0r.
  by rewrite mulr_le0_ge0 ?beta_ge0 // ltW.
case: (pickP (fun j => nonzero_column w j && (0 < beta M y j))) => [j /andP[/settled lt0 b_gt0] _|none].
  rewrite /value (bigD1 j) //= -oppr_gt0 opprD ltr_paddr ?oppr_gt0 ?pmulr_llt0 //.
  by rewrite -sumrN sumr_ge0 // => i _; rewrite oppr_ge0.
rewrite /value big1 ?ltxx // => j _; have := none j.
have [_ /negbT|/along_zero -> _] := boolP (nonzero_column w j); last by rewrite mul0r.
by rewrite /= -leNgt => b_le0; rewrite (_ : beta M y j = 0) ?mulr0 //; apply/le_anti; rewrite b_le0 beta_ge0.
Qed.

(* The values of head and task are proportional on every continuation. *)
Theorem B3_settled_proportional s g w gamma : 0 < gamma ->
  (forall j, along M g w j = gamma * along M s w j) ->
  forall y, (0 <= value M g (w ++ y)) = (0 <= value M s (w ++ y)).
Proof.
move=> gamma_gt0 prop y; rewrite !value_along.
suff -> : value M (along M g w) y = gamma * value M (along M s w) y by rewrite pmulr_rge0.
by rewrite mulr_sumr; apply: eq_bigr => j _; rewrite prop mulrA.
Qed.

(* Nearly settled. P is any set of columns with v . c_j > 0; the others count *)
(* with their mass, and the negative ones with r_P besides.                   *)
Theorem B3_flip (strict : bool) v w l (P : pred S) ratio :
  (forall j, P j -> 0 < along M v w j) -> 0 <= ratio ->
  (forall j, P j -> along M (init M) w j <= ratio * along M v w j) ->
  \sum_(y : l.-tuple T | lost strict (value M v (w ++ y))) value M (init M) (w ++ y)
  <= \sum_(j | ~~ P j) along M (init M) w j
     + ratio * \sum_(j | along M v w j < 0) `|along M v w j|.
Proof.
move=> P_gt0 ratio_ge0 le_ratio.
have m_ge0 j : 0 <= along M (init M) w j by apply: along_ge0; exact: init_ge0.
have -> : \sum_(y : l.-tuple T | lost strict (value M v (w ++ y))) value M (init M) (w ++ y)
        = \sum_(y : l.-tuple T | lost strict (value M (along M v w) y)) value M (along M (init M) w) y.
  by apply: eq_big => [y|y _]; rewrite value_along.
have ends h : 0 <= along M (init M) w h <= along M (init M) w h by rewrite m_ge0 lexx.
have := @flip_sound _ _ _ M strict _ _ _ _ _ ratio l (fun h => lexx (along M v w h)) ends
  ratio_ge0 (fun h => lexx (ratio * along M v w h)).
move/le_trans; apply.
rewrite /flip_bound; case: ifP => _.
  by rewrite addr_ge0 ?sumr_ge0 // mulr_ge0 // sumr_ge0.
rewrite mulr_sumr [X in _ <= X + _]big_mkcond [X in _ <= _ + X]big_mkcond -big_split /=.
apply: ler_sum => j _; rewrite le_maxl; apply/andP; split.
  by rewrite addr_ge0 //; case: ifP => // _; rewrite mulr_ge0.
have [Pj|nPj] /= := boolP (P j).
  by rewrite add0r ltNge (ltW (P_gt0 j Pj)) /= subr_le0 le_ratio.
case: ifP => [lt0|/negbT]; first by rewrite ltr0_norm // mulrN.
by rewrite -leNgt => ge0; rewrite addr0 ler_subl_addr ler_addl mulr_ge0.
Qed.

End B3.

Section B7.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T).
Implicit Types (us : seq (S -> R)).

Local Notation A := (trans M).

Definition positive_chain := forall h g, 0 < A h g.

(* Assumption 3.5 then says that all columns of W are independent. *)
Theorem B7_prompt mu Hs B : positive_chain -> (exists h, mu h != 0) ->
  assumption_3_5 M mu Hs B -> Hs = setT /\ assumption_3_1 M.
Proof.
move=> pos [h mu_h] [indep mu_Hs HsB].
have Hs_all : Hs = setT.
  have := mu_Hs h mu_h; rewrite HsB => /bigcupP[g gB _]; apply/setP => k; rewrite inE.
  by apply/bigcupP; exists g => //; rewrite inE.
split=> // f f0 k _; move: indep; rewrite Hs_all => indep.
apply: (indep f) => [z|]; last exact: in_setT.
by rewrite -[RHS](f0 z); apply: eq_bigl => g; exact: in_setT.
Qed.

(* Every state is possible at every position of a possible input, so that     *)
(* no set of states but the whole can contain the support.                    *)

Lemma forward_rcons (q : S -> R) us v h :
  forward A q (rcons us v) h = \sum_g A h g * (forward A q us g * v g).
Proof. by elim: us q => //= u us IH q; exact: IH. Qed.

(* A sum of nonnegative terms, weighted by positive numbers *)
Lemma weights_irrelevant (a a' f : S -> R) : (forall g, 0 < a g) -> (forall g, 0 < a' g) ->
  (forall g, 0 <= f g) -> 0 < \sum_g a g * f g -> 0 < \sum_g a' g * f g.
Proof.
move=> a_gt0 a'_gt0 f_ge0 sum_gt0; case: (pickP (fun g => 0 < f g)) => [g f_gt0|none].
  rewrite (bigD1 g) //= ltr_paddr ?mulr_gt0 // sumr_ge0 // => k _.
  by rewrite mulr_ge0 // ltW.
move: sum_gt0; rewrite big1 ?ltxx // => g _; have /negbT := none g; rewrite -leNgt => le0.
by rewrite (_ : f g = 0) ?mulr0 //; apply/le_anti; rewrite le0 f_ge0.
Qed.

Lemma forward_everywhere us s h : positive_chain -> embedding_like us ->
  0 < forward A (pi M 1) us s -> 0 < forward A (pi M 1) us h.
Proof.
move=> pos; case/lastP: us => [_|us v us_ge0].
  by rewrite /= !pi1E; apply: weights_irrelevant; [exact: pos | exact: pos | exact: init_ge0].
rewrite !forward_rcons; apply: weights_irrelevant => // g; apply: mulr_ge0.
  apply: forward_ge0 => [k|j k]; first exact: pi_ge0.
  by have := us_ge0 j k; rewrite nth_rcons; case: ltnP => // le _; rewrite nth_default.
by have := us_ge0 (size us) g; rewrite nth_rcons ltnn eqxx.
Qed.

Lemma beta_everywhere y s h : positive_chain -> 0 < beta M y s -> 0 < beta M y h.
Proof.
move=> pos; case: y => [|z y]; rewrite ?ltr01 // !beta_cons.
by apply: weights_irrelevant => // g; rewrite mulr_ge0 ?emit_ge0 ?beta_ge0.
Qed.

Theorem B7_scope (x : seq T) i h : positive_chain -> supp M x -> (0 < i <= size x)%N ->
  0 < cprob M [pred w : omega S T (size x) | H i w == h] (masked i x).
Proof.
move=> pos; rewrite /supp probE => x_supp lt_i; have /andP[i_gt0 le_i] := lt_i.
pose f := forward A (pi M 1) (map (emit M) (take i.-1 x)).
have f_ge0 s : 0 <= f s.
  by apply: forward_ge0 => [k|j k]; [exact: pi_ge0 | exact: embedding_ge0].
have [z eq_x] : exists z, x = take i.-1 x ++ z :: drop i x.
  have lt_i' : (i.-1 < size x)%N by rewrite prednK.
  case: x lt_i' {x_supp lt_i le_i f f_ge0} => // z0 x lt_i'; exists (nth z0 (z0 :: x) i.-1).
  by rewrite -{1}(cat_take_drop i.-1 (z0 :: x)) (drop_nth z0) // prednK.
move: x_supp; rewrite {1}eq_x /beta map_cat /= => x_supp.
have {}x_supp : 0 < \sum_s f s * emit M z s * beta M (drop i x) s.
  by move: x_supp; rewrite (eq_bigr _ (fun h _ => erefl)) back_forward.
have [s /andP[fs bs]] : exists s, (0 < f s) && (0 < beta M (drop i x) s).
  case: (pickP (fun s => (0 < f s) && (0 < beta M (drop i x) s))) => [s ?|none]; first by exists s.
  move: x_supp; rewrite big1 ?ltxx // => s _; have /negbT := none s.
  rewrite negb_and -!leNgt => /orP[le0|le0].
    by rewrite (_ : f s = 0) ?mul0r //; apply/le_anti; rewrite le0 f_ge0.
  by rewrite (_ : beta M (drop i x) s = 0) ?mulr0 //; apply/le_anti; rewrite le0 beta_ge0.
have all_gt0 k : 0 < masked_state M i x k.
  rewrite mulr_gt0 //; last exact: beta_everywhere bs.
  by apply: (forward_everywhere (s := s)) => // j g; exact: embedding_ge0.
rewrite /cprob /cPr -!/(prob _ _) prob_state_masked // prob_maskedE // divr_gt0 //.
by rewrite (bigD1 h) //= ltr_paddr // sumr_ge0 // => k _; exact: ltW.
Qed.

(* One prompt token is as good as many: behind any prompt the law of the      *)
(* state is that behind one token, up to a factor.                            *)
Theorem B7_tokens us : full_support (pi M 1) -> (0 < size us)%N -> embedding_like us ->
  exists u C, [/\ forall h, 0 <= u h <= 1, 0 < C & rho M us =1 fun h => C * rho M [:: u] h].
Proof.
move=> full; case/lastP: us => // us v _ us_ge0.
have v_ge0 h : 0 <= v h.
  by have := us_ge0 (size us) h; rewrite nth_rcons ltnn eqxx.
have q_ge0 h : 0 <= rho M us h.
  apply: rho_ge0 => j k; have := us_ge0 j k; rewrite nth_rcons.
  by case: ltnP => // le _; rewrite nth_default.
pose y h := rho M us h * v h / pi M 1 h; pose C := 1 + \sum_h y h.
have y_ge0 h : 0 <= y h by rewrite !mulr_ge0 ?invr_ge0 ?pi_ge0.
have C_gt0 : 0 < C by rewrite ltr_paddr ?sumr_ge0 // ltr01.
exists (fun h => y h / C), C; split=> // h.
  rewrite divr_ge0 ?(ltW C_gt0) //= ler_pdivr_mulr // mul1r /C (bigD1 h) //=.
  by rewrite addrCA ler_addl addr_ge0 ?ler01 ?sumr_ge0.
rewrite [rho M (rcons us v) h]forward_rcons.
have cancel (d a e : R) : a != 0 -> e != 0 -> d = e * (a * (d / a / e)).
  by move=> a0 e0; field; rewrite e0 a0.
have C0 : C != 0 by rewrite gt_eqF.
rewrite /rho /= mulr_sumr; apply: eq_bigr => g _; rewrite [RHS]mulrCA; congr (_ * _).
by apply: cancel; rewrite // (gt_eqF (full g)).
Qed.

End B7.
