From Coq Require Import ZArith List.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify ssrZ.
From Recoverable Require Import model prediction chain theorem_3_3 extended theorem_3_6 labels.
From Recoverable Require Import rules_chain rules_head rules_prompt columns.
From Recoverable Require Import compute compute_columns compute_model compute_heads compute_prompts.
From Recoverable Require Import compute_spans.

(******************************************************************************)
(* That no prompt at all has a proportional head, by computation.             *)
(*                                                                            *)
(*    sight c mu h <=> the state h is in sight                                *)
(*         bounds == the states above and below, ratios and weights, in order *)
(*   bound_check b i <=> the bound i holds of all columns of A                *)
(*    surplus .. h == what has to be nonnegative, times surplus_unit          *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Record bounds := Bounds { above : seq nat; below : seq nat; ratios : vector; loads : vector }.

Section NoPrompt.
Variables (R : realFieldType) (n k : nat) (d : data).
Hypothesis ok : valid n k d.
Local Notation M := (model_of R ok).

Lemma pos a : (0 <? a)%ZZ -> 0 < toR R a. Proof. by rewrite toR_gt0. Qed.

Definition sight c mu h :=
  has (fun g => [&& weighs c mu g, ~~ (at0 (initial d).2 g =? 0)%ZZ
                  & all (fun j => steps d j g ==> steps d j h) (iota 0 n.+1)]) (iota 0 n.+1).

Lemma sightE c mu (h : 'I_n.+1) : (0 <? mu.1)%ZZ -> sight c mu h = in_sight M (@mx R c n.+1 mu) h.
Proof.
move=> mu0; have same (g : 'I_n.+1) : [&& weighs c mu g, ~~ (at0 (initial d).2 g =? 0)%ZZ
      & all (fun j => steps d j g ==> steps d j h) (iota 0 n.+1)]
    = [&& task_support (@mx R c n.+1 mu) g, init M g != 0 & [forall j, (0 < trans M g j) ==> (0 < trans M h j)]].
  have -> : (init M g != 0) = ~~ (at0 (initial d).2 g =? 0)%ZZ.
    by rewrite /= /vf /val mulf_eq0 invr_eq0 (negbTE (nonzero R (init_den ok))) orbF toR_eq0.
  rewrite (weighsE R) //; congr [&& _, _ & _]; apply/idP/forallP => [/all_iotaP all_j j|all_j].
    by have := all_j j (ltn_ord j); rewrite !(stepE R ok).
  apply/allP => j; rewrite mem_iota => /andP[_ lt_j]; have := all_j (Ordinal lt_j).
  by rewrite -!/(step M (Ordinal lt_j) _) -!(stepE R ok).
apply/hasP/existsP => [[g]|[g]]; last by rewrite -same; exists (g : nat); rewrite ?mem_iota ?ltn_ord.
by rewrite mem_iota => /andP[_ lt_g]; exists (Ordinal lt_g); rewrite -same.
Qed.

Definition bound_check (seen : seq bool) b i :=
  let h := nth 0%N (above b) i in let g := nth 0%N (below b) i in
  [&& (h <= n)%N && (g <= n)%N, nth false seen h && nth false seen g, (0 <=? at0 (loads b).2 i)%ZZ
    & all (fun j => at0 (ratios b).2 i * entry (transition d).2 g j
                    <=? entry (transition d).2 h j * (ratios b).1)%ZZ (iota 0 n.+1)].

Definition kernel_part c (kernels mu : matrix) h := suml
  [seq if i == 0%N then 0%ZZ else (entry kernels.2 i h * (at0 (difference mu i).2 h * at0 (initial d).2 h))%ZZ | i <- iota 0 c.+1].

Definition bounds_part b h := suml
  [seq (at0 (loads b).2 i * (delta (nth 0%N (below b) i) h * (ratios b).1
          - at0 (ratios b).2 i * delta (nth 0%N (above b) i) h))%ZZ | i <- iota 0 (size (below b))].

Definition kernel_unit (kernels mu : matrix) := (kernels.1 * (mu.1 * (initial d).1))%ZZ.
Definition bounds_unit b := ((loads b).1 * (ratios b).1)%ZZ.

Definition surplus c kernels mu b h :=
  (kernel_part c kernels mu h * bounds_unit b - bounds_part b h * kernel_unit kernels mu)%ZZ.

Definition no_prompt_check c mu words ev (kernels : matrix) b :=
  let seen := [seq sight c mu h | h <- iota 0 n.+1] in
  let ps := [seq surplus c kernels mu b h | h <- iota 0 n.+1] in
  [&& shape c n.+1 mu, shape c n.+1 kernels && ((0 <? (ratios b).1) && (0 <? (loads b).1))%ZZ,
      [&& size words == n.+1, all (word_check n k d) words
        & independence_check n [seq numbers n d w | w <- words] ev],
      all (fun i => zerol (matvec (emission d) (row kernels i)).2 &&
        all (fun h => nth false seen h || (entry kernels.2 i h =? 0)%ZZ) (iota 0 n.+1)) (iota 0 c.+1)
    & [&& all (bound_check seen b) (iota 0 (size (below b))), nonnegl ps & has (fun a => ~~ (a =? 0)%ZZ) ps]].

Theorem no_prompt_checked c mu words ev kernels b : no_prompt_check c mu words ev kernels b ->
  ~ @some_prompt R _ _ M c (mx R mu).
Proof.
case/and5P => mu_ok /andP[ker_ok /andP[r0 l0]] /and3P[/eqP size_w /(all_nthP [::]) words_ok indep].
move=> /all_iotaP kernels_ok /and3P[/all_iotaP bounds_ok /(all_nthP 0%ZZ) p_ge0 /(has_nthP 0%ZZ)[h0 lt_h0 p_h0]].
have mu0 := shape_den mu_ok; have k0 := shape_den ker_ok; have i0 := init_den ok.
pose seen := [seq sight c mu h | h <- iota 0 n.+1].
have seenE (h : 'I_n.+1) : nth false seen h = in_sight M (@mx R c n.+1 mu) h.
  by rewrite -sightE // (nth_map 0%N) ?size_iota // nth_iota.
pose ps := [seq surplus c kernels mu b h | h <- iota 0 n.+1].
have psE h : (h < n.+1)%N -> nth 0%ZZ ps h = surplus c kernels mu b h.
  by move=> lt_h; rewrite (nth_map 0%N) ?size_iota // nth_iota.
have size_ps : size ps = n.+1 by rewrite size_map size_iota.
pose word (j : 'I_(size words)) := tokens k (nth [::] words j).
have word_ok (j : 'I_(size words)) := word_checked R ok (words_ok j (ltn_ord j)).
have le_k (j : 'I_(size words)) : all (fun z => z <= k)%N (nth [::] words j) by have /and3P[] := words_ok j (ltn_ord j).
pose I := 'I_(size (below b)).
pose up (i : I) : 'I_n.+1 := inord (nth 0%N (above b) i); pose low (i : I) : 'I_n.+1 := inord (nth 0%N (below b) i).
have b_ok (i : I) := bounds_ok i (ltn_ord i).
have [upE lowE] : (forall i, up i = nth 0%N (above b) i :> nat) /\ (forall i, low i = nth 0%N (below b) i :> nat).
  by split=> i; have /and4P[/andP[le_h le_g] _ _ _] := b_ok i; rewrite inordK.
pose kappa (i : 'I_c.+1) (h : 'I_n.+1) := mval R kernels i h.
pose P := kernel_unit kernels mu; pose Q := bounds_unit b.
have [P0 Q0] : (0 <? P)%ZZ /\ (0 <? Q)%ZZ by rewrite !posM.
pose p (h : 'I_n.+1) := \sum_(i : 'I_c.+1 | i != ord0) kappa i h * ((@mx R c n.+1 mu i h - @mx R c n.+1 mu ord0 h) * init M h)
  - \sum_(i : I) val R (loads b) i * ((low i == h)%:R - val R (ratios b) i * (up i == h)%:R).
have pE (h : 'I_n.+1) : p h = toR R (surplus c kernels mu b h) / (toR R P * toR R Q).
  have [P1 Q1] : toR R P != 0 /\ toR R Q != 0 by rewrite !nonzero.
  rewrite /surplus toRB (toRM R (kernel_part _ _ _ _)) (toRM R (bounds_part _ _)) -/P -/Q mulrBl; congr (_ - _).
    rewrite /kernel_part suml_sum big_mkcond mulr_suml mulr_suml; apply: eq_bigr => i _; rewrite -val_eqE /=.
    case: eqP => [_|_] /=; first by rewrite toR0 !mul0r.
    move: (toR R Q) Q1 => Q' Q'0; rewrite /kappa /mx -val_difference /mval /= /vf /val /P /kernel_unit !toRM.
    have := nonzero R k0; have := nonzero R mu0; have := nonzero R i0.
    move: (entry kernels.2 i h) (at0 (difference mu i).2 h) (at0 (initial d).2 h) => x y z.
    move: (toR R kernels.1) (toR R mu.1) (toR R (initial d).1) (toR R x) (toR R y) (toR R z).
    by move=> k' m' i' x' y' z' i'0 m'0 k'0; field; rewrite k'0 m'0 i'0 Q'0.
  rewrite /bounds_part suml_sum mulr_suml mulr_suml; apply: eq_bigr => i _.
  have deltaE a : toR R (delta a h) = (a == h)%:R by rewrite /delta; case: eqP.
  move: (toR R P) P1 => P' P'0; rewrite !(toRM, toRB) !deltaE -!val_eqE /= lowE upE /val.
  have := nonzero R l0; have := nonzero R r0; move: (toR R (loads b).1) (toR R (ratios b).1).
  move: (at0 (loads b).2 i) (at0 (ratios b).2 i) => x y l r r1 l1; move: (toR R x) (toR R y) => x' y'.
  by field; rewrite l1 r1 P'0.
case=> us [bb [us0 us_ok prop]].
apply: (@no_prompt_sound R _ _ M c (mx R mu) _ _ word (toR R (base d)) kappa up low
  (fun i => val R (ratios b) i) (fun i => val R (loads b) i)); last 1 first.
- by exists us, bb; split=> // j h; have /andP[] := us_ok j h.
- by move=> j; have [] := word_ok j.
- by move=> j; have [] := word_ok j.
- by rewrite !card_ord.
- exact: (base_neq0 R ok).
- have := independence_checked (oner_neq0 R) indep; rewrite size_map => free f f0 j _; apply: free => // z.
  rewrite -[RHS](f0 z); apply: eq_bigr => j' _; congr (_ * _).
  by rewrite divr1 /entry (nth_map [::]) // (numbersE R ok).
- move=> i z _; have /andP[/zerolP ker0 _] := kernels_ok i (ltn_ord i).
  transitivity (val R (matvec (emission d) (row kernels i)) z); last by rewrite /val ker0 mul0r.
  rewrite (@val_matvec _ n.+1) //; have /and3P[/eqP size_k /allP rows _] := ker_ok.
  by rewrite (eqP (rows _ (mem_nth [::] _))) ?size_k.
- move=> i h _; have /andP[_ /all_iotaP/(_ h (ltn_ord h))] := kernels_ok i (ltn_ord i).
  by rewrite seenE => /orP[-> //|/Z.eqb_spec eq0] _; rewrite /kappa /mval eq0 mul0r.
- move=> i; have /and4P[_ /andP[up_seen low_seen] load0 /all_iotaP le_A] := b_ok i.
  rewrite -!seenE upE lowE; split=> //; first by apply: divr_ge0; [rewrite toR_ge0 | apply/ltW/pos].
  move=> j; have := le_A j (ltn_ord j); rewrite -upE -lowE => le_j.
  have [t0 r1] := (pos (trans_den ok), pos r0).
  rewrite /= /mx /mval /val mulf_div ler_pdivr_mulr ?mulr_gt0 //.
  rewrite [X in _ <= X](_ : _ = toR R (entry (transition d).2 (up i) j * (ratios b).1)).
    by rewrite -toRM -subr_ge0 -toRB toR_ge0; lia.
  by rewrite toRM mulrCA divfK ?lt0r_neq0 // mulrC.
- move=> h; suff : 0 <= p h by []; rewrite pE divr_ge0 //; last by apply: mulr_ge0; apply: ltW; apply: pos.
  by rewrite toR_ge0 -psE // p_ge0 ?size_ps.
have lt_n : (h0 < n.+1)%N by rewrite -size_ps.
have p_neq0 : p (Ordinal lt_n) != 0.
  rewrite pE; apply: mulf_neq0; first by rewrite toR_eq0 -psE.
  by rewrite invr_eq0; apply: mulf_neq0; apply: nonzero.
by exists (Ordinal lt_n).
Qed.

End NoPrompt.
