From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended theorem_3_6.
From Recoverable Require Import labels rules_labels rules_tree.

(******************************************************************************)
(* The law of a model is what one takes it for: probabilities add up to 1,    *)
(* the state at time i has the law pi_i, the token there is drawn from its    *)
(* column, and independently of all other tokens, given the state. So         *)
(* Proposition 3.4 applies to the prediction of a token from all others.      *)
(*                                                                            *)
(*   others i w == the tokens before and after position i                     *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Law.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T).
Implicit Types (x y : seq T).

Local Notation W := (emit M).

Theorem prob_total t : prob M (predT : pred (omega S T t)) = 1.
Proof.
rewrite -[LHS]/(prob M [pred w : omega S T t | predT (w.2 : seq T)]) prob_words.
by rewrite sum_value init_sum.
Qed.

Theorem prob_ge0 t (E : pred (omega S T t)) : 0 <= prob M E.
Proof.
apply: sumr_ge0 => w _; rewrite mulr_ge0 ?init_ge0 // prodr_ge0 // => i _.
by rewrite mulr_ge0 ?trans_ge0 ?emit_ge0.
Qed.

Lemma fits_at c (P : pred (option T)) (Q : pred S) i l h hs y :
  (forall z h, c z h = P (Some z) && Q h) ->
  size hs = (i.+1 + l)%N -> size y = (i.+1 + l)%N ->
  fits (nseq i (@any S T) ++ c :: nseq l (@any S T)) hs y
  = P (ohead (drop i y)) && Q (nth h hs i).
Proof.
move=> cE; elim: i => [|i IH] in hs y *; case: hs y => [|h' hs] [|z y] //= [sh] [sy].
  rewrite cE; have -> : fits (nseq l (@any S T)) hs y = true; last by rewrite andbT.
  by elim: l hs y sh sy => [|l IH] [|h1 hs] [|z1 y] //= [sh] [sy]; rewrite IH.
by rewrite IH.
Qed.

Lemma back_any l h : back (trans M) (nseq l (fun=> 1)) h = 1.
Proof.
elim: l h => [|l IH] h //=; rewrite -[RHS](trans_sum M h).
by apply: eq_bigr => g _; rewrite IH !mulr1.
Qed.

Lemma prob_at i l (P : pred (option T)) (Q : pred S) :
  prob M [pred w : omega S T (i.+1 + l) | P (X i.+1 w) && Q (H i.+1 w)]
  = \sum_(h | Q h) pi M i.+1 h * \sum_(z | P (Some z)) W z h.
Proof.
pose c : test S T := fun z h => P (Some z) && Q h.
pose e := nseq i (@any S T) ++ c :: nseq l (@any S T).
have size_e : size e = (i.+1 + l)%N by rewrite size_cat /= !size_nseq addnS.
transitivity (\sum_h init M h * (predT h)%:R * back (trans M) (weights (fun=> W) 0 e) h).
  rewrite -Pr_fits size_e; apply: eq_Pr => -[hs y] /=; case/tupleP: hs => h hs.
  by rewrite /X /H /= theadE (@fits_at c P Q i l h) ?size_tuple.
have eq_e : same (weights (fun=> W) 0 e)
    (nseq i (fun=> 1) ++ weight (fun=> W) 0 c :: nseq l (fun=> 1)).
  by rewrite weights_cat; apply: same_cat; [exact: weights_any | split=> //; exact: weights_any].
under eq_bigr do rewrite mulr1 (eq_back _ eq_e).
rewrite back_forward [RHS]big_mkcond; apply: eq_bigr => h _.
rewrite back_any mulr1 (@forward_any _ _ _ M i 1) // addn1 /weight /c.
case: (Q h); last by rewrite big1 ?mulr0 // => z _; rewrite andbF mulr0.
by congr (_ * _); rewrite [RHS]big_mkcond; apply: eq_bigr => z _; case: (P _); rewrite ?mulr1 ?mulr0.
Qed.

Theorem prob_start t h : prob M [pred w : omega S T t | H 0 w == h] = init M h.
Proof.
pose e := nseq t (@any S T); have size_e : size e = t by rewrite size_nseq.
have all_fit hs y : size hs = t -> size y = t -> fits e hs y.
  by rewrite /e; elim: t {e size_e} hs y => [|t IH] [|g hs] [|z y] //= [sh] [sy]; exact: IH.
transitivity (\sum_g init M g * (pred1 h g)%:R * back (trans M) (weights (fun=> W) 0 e) g).
  rewrite -Pr_fits size_e; apply: eq_Pr => -[hs y] /=; case/tupleP: hs => g hs.
  by rewrite /H /= theadE all_fit ?size_tuple // andbT.
have eq_e : same (weights (fun=> W) 0 e) (nseq t (fun=> 1)) by exact: weights_any.
rewrite (bigD1 h) //= (eq_back _ eq_e) back_any eqxx !mulr1 big1 ?addr0 // => g /negbTE ->.
by rewrite mulr0 mul0r.
Qed.

(* What the backward vector means *)
Theorem beta_conditional x h : init M h != 0 ->
  cprob M (word x) [pred w : omega S T (size x) | H 0 w == h] = beta M x h.
Proof.
move=> h_neq0; rewrite /cprob /cPr -!/(prob _ _) prob_start.
transitivity (init M h * beta M x h / init M h); last by rewrite mulrAC divff ?mul1r.
congr (_ / _); transitivity (prob M [pred w : omega S T (size x) | pred1 h (H 0 w) && word x w]).
  by apply: eq_Pr => w; rewrite /= andbC.
rewrite prob_word (bigD1 h) //= eqxx mulr1 big1 ?addr0 // => g /negbTE ->.
by rewrite mulr0 mul0r.
Qed.

Lemma horizon i t : (0 < i <= t)%N -> t = (i.-1.+1 + (t - i))%N.
Proof. by case: i => // i /= lt_i; rewrite subnKC. Qed.

Theorem prob_state i t h : (0 < i <= t)%N -> prob M [pred w : omega S T t | H i w == h] = pi M i h.
Proof.
case: i => // i lt_i; rewrite (horizon lt_i) /=.
rewrite -[LHS]/(prob M [pred w | predT (X i.+1 w) && pred1 h (H i.+1 w)]) prob_at big_pred1_eq.
by rewrite emit_sum mulr1.
Qed.

Theorem prob_token_state i t z h : (0 < i <= t)%N ->
  prob M [pred w : omega S T t | (X i w == Some z) && (H i w == h)] = W z h * pi M i h.
Proof.
case: i => // i lt_i; rewrite (horizon lt_i) /=.
rewrite -[LHS]/(prob M [pred w | pred1 (Some z) (X i.+1 w) && pred1 h (H i.+1 w)]) prob_at big_pred1_eq.
by rewrite (big_pred1 z) // mulrC.
Qed.

(* Given the state, the token at a position is independent of all others. *)

Definition others i t (w : omega S T t) : seq T * seq T := (take i.-1 w.2, drop i w.2).

Lemma token_exists i t (w : omega S T t) : (0 < i <= t)%N -> X i w != None.
Proof.
case: i => // i lt_i; rewrite /X /=; have : (0 < size (drop i w.2))%N.
  by rewrite size_drop size_tuple subn_gt0.
by case: (drop i w.2).
Qed.

Lemma masked_at t x i z h : size x = t -> (0 < i <= t)%N ->
  prob M [pred w : omega S T t | [&& X i w == Some z, H i w == h & masked i x w]]
    = W z h * masked_state M i x h /\
  prob M [pred w : omega S T t | (H i w == h) && masked i x w] = masked_state M i x h.
Proof.
move=> <- lt_i; split; last exact: prob_state_masked.
by rewrite /prob Pr_token_state_masked // state_maskedE.
Qed.

Theorem token_independent i t : (0 < i <= t)%N ->
  conditionally_independent (joint (init M) (trans M) (fun=> W) (t := t))
    (fun w => X i w) (fun w => others i w) (fun w => H i w).
Proof.
move=> lt_i u v h; rewrite /mass.
case: u => [z|]; last first.
  rewrite big_pred0 ?mul0r => [|w]; last by rewrite /= (negbTE (token_exists w lt_i)).
  by rewrite big_pred0 ?mul0r // => w; rewrite /= (negbTE (token_exists w lt_i)).
case: (pickP (fun w : omega S T t => others i w == v)) => [w0 /eqP <-|none]; last first.
  rewrite big_pred0 => [|w]; last by rewrite /= none andbF.
  by rewrite [X in _ = _ * X]big_pred0 ?mul0r ?mulr0 // => w; rewrite /= none.
have [token state] := masked_at z h (size_tuple w0.2) lt_i.
have sames (w : omega S T t) : (others i w == others i w0) = masked i w0.2 w by exact: xpair_eqE.
pose E1 := [pred w : omega S T t | [&& X i w == Some z, others i w == others i w0 & H i w == h]].
pose E2 := [pred w : omega S T t | H i w == h].
pose E3 := [pred w : omega S T t | (X i w == Some z) && (H i w == h)].
pose E4 := [pred w : omega S T t | (others i w == others i w0) && (H i w == h)].
suff: prob M E1 * prob M E2 = prob M E3 * prob M E4 by [].
have -> : prob M E1 = W z h * masked_state M i w0.2 h.
  by rewrite -token; apply: eq_Pr => w; rewrite /= sames; congr (_ && _); rewrite andbC.
have -> : prob M E4 = masked_state M i w0.2 h.
  by rewrite -state; apply: eq_Pr => w; rewrite /= sames andbC.
by rewrite prob_state // prob_token_state //; ring.
Qed.

(* Proposition 3.4, applied to it, is the statement about the prediction. *)
Theorem proposition_3_4_prediction x i z : (0 < i <= size x)%N ->
  G M i x z = \sum_h
    cprob M [pred w : omega S T (size x) | X i w == Some z] [pred w | H i w == h] *
    cprob M [pred w : omega S T (size x) | H i w == h] (masked i x).
Proof.
move=> lt_i.
have joint_ge0 (w : omega S T (size x)) : 0 <= joint (init M) (trans M) (fun=> W) w.
  rewrite mulr_ge0 ?init_ge0 // prodr_ge0 // => j _; by rewrite mulr_ge0 ?trans_ge0 ?emit_ge0.
have := proposition_3_4 joint_ge0 (token_independent lt_i) (Some z) (take i.-1 x, drop i x).
have masked_others (w : omega S T (size x)) :
    (others i w == (take i.-1 x, drop i x)) = masked i x w by exact: xpair_eqE.
have eq_cond (E : pred (omega S T (size x))) :
    cond (joint (init M) (trans M) (fun=> W) (t := size x)) E
      [pred w | others i w == (take i.-1 x, drop i x)] = cprob M E (masked i x).
  rewrite /cond /mass /cprob /cPr /Pr; congr (_ / _); apply: eq_bigl => w /=;
  by rewrite masked_others.
by rewrite eq_cond => E; rewrite [LHS]E; apply: eq_bigr => h _; rewrite eq_cond.
Qed.

End Law.
