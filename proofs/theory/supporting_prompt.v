From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended labels columns.
From Recoverable Require Import memory scope attention attention_identities supporting_memory.

(******************************************************************************)
(* The supporting statements behind a prompt: Lemma C.7, Claim C.10,          *)
(* Proposition C.11, Claims C.12, C.14 and C.15. The prompt is allow R j P,   *)
(* which lets the values in P pass; X^ is the law with the fake token, and    *)
(* x^ = hat x the word behind it, whose positions count from 2.               *)
(*                                                                            *)
(*   fmcprob N j P i x a Q == P[M in a, H_i in Q | X^_{-i} = x^_{-i}]         *)
(*   fscore N j P mu x == mu . P[M_j | X^ = x^]                               *)
(*   fake_given N j P x == Pr(X^_1 = z~ | X^_{2:t+1} = x)                     *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Prompted.
Variables (R : realFieldType) (C Y V T : finType) (N : memory R C Y V T).
Variables (j : C) (P : pred V).

Let mem := [finType of {ffun C -> V}].
Let St := [finType of C * Y].
Let Au := [finType of {ffun C -> V} * (C * Y)].
Let Ot := [finType of option T].
Implicit Types (x : seq T) (s : Au).

Local Notation M := (augmented N).
Local Notation A := (trans M).
Local Notation W := (emit M).
Local Notation u := (allow R j P).
Local Notation tau_hat i x := (tau M i (u :: map W x)).

Lemma tau_hat_ge0 i x s : (0 < i <= (size x).+1)%N -> 0 <= tau_hat i x s.
Proof. by move=> lt_i; rewrite tau_ge0 //= ?size_map //; exact: prompted_ge0. Qed.

(* Lemma C.7: tau_i is the law of the memory and the hidden state, and of the *)
(* other tokens; the output is P[X^_i | X^_{-i}].                             *)
Theorem lemma_C7 i x (a : mem) (h : St) : (0 < i <= (size x).+1)%N ->
  tau_hat i x (a, h)
  = fprob M u [pred w : omega Au Ot (size (hat x)) |
                [&& (H 0 w).1 == a, (H i w).2 == h & masked i (hat x) w]].
Proof.
move=> lt_i; rewrite -state_masked_hat //.
have lt_hat : (0 < i <= size (hat x))%N by rewrite /= size_map.
have := Pr_memory_masked N (pred1 a) (fun s : Au => s.2 == h) (fake_sum M u) lt_hat.
rewrite /fprob => ->; rewrite (big_pred1 (a, h)) // => -[b g].
by rewrite /= xpair_eqE andbC.
Qed.

Theorem lemma_C7_output i x z : (1 < i <= (size x).+1)%N ->
  Gbar M i (u :: map W x) z
  = fcprob M u [pred w : omega Au Ot (size (hat x)) | X i w == Some (Some z)] (masked i (hat x)).
Proof. by move=> lt_i; apply: lemma_B1_output => // s; exact: allow_ge0. Qed.

Definition fmcprob i x (a : pred mem) (Q : pred St) :=
  fcprob M u [pred w : omega Au Ot (size (hat x)) | a (H 0 w).1 && Q (H i w).2] (masked i (hat x)).

Lemma fprob_maskedE i x : (0 < i <= (size x).+1)%N ->
  fprob M u (masked i (hat x) : pred (omega Au Ot (size (hat x)))) = \sum_s tau_hat i x s.
Proof.
move=> lt_i; have lt_hat : (0 < i <= size (hat x))%N by rewrite /= size_map.
rewrite /fprob (Pr_maskedE _ _ (fake_sum M u) lt_hat).
by apply: eq_bigr => s _; rewrite state_masked_hat.
Qed.

Lemma fmcprobE i x a Q : (0 < i <= (size x).+1)%N -> fmcprob i x a Q = law (tau_hat i x) a Q.
Proof.
move=> lt_i; rewrite /fmcprob /fcprob /cPr -!/(fprob _ _ _) fprob_maskedE //; congr (_ / _).
have lt_hat : (0 < i <= size (hat x))%N by rewrite /= size_map.
transitivity (\sum_(s | Q s.2 && a s.1) state_masked (init M) A (fake M u) i (hat x) s); last first.
  by apply: eq_bigr => s _; rewrite state_masked_hat.
rewrite -(Pr_memory_masked N a (fun s : Au => Q s.2) (fake_sum M u) lt_hat).
by apply: eq_Pr => w /=; rewrite andbA.
Qed.

(* Behind the first position the prompt lets only its values pass. *)
Lemma tau_hat_allowed i x s : (1 < i <= (size x).+1)%N -> tau_hat i x s != 0 -> P (s.1 j).
Proof.
case: i => [|[|i]] // lt_i; rewrite tauE /= ?size_map //; apply: contraNT => nP.
rewrite /right /=; have -> : forward (atrans N) (fun h => \sum_g atrans N h g * (pi M 1 g * u g))
    (take i (map (aemit N) x)) s = allowed R j P s.1
    * forward (atrans N) (fun h => \sum_g atrans N h g * pi M 1 g) (take i (map (aemit N) x)) s.
  rewrite -(forward_still N (allowed R j P)); apply: eq_forward; last exact: same_refl.
  move=> g; rewrite -(trans_still N (allowed R j P)); apply: eq_bigr => k _.
  by rewrite [pi M 1 k * _]mulrC.
by rewrite /allowed (negbTE nP) !mul0r.
Qed.

Theorem proposition_C11 i x c : (1 < i <= (size x).+1)%N ->
  0 < fmcprob i x (fun a => a j == c) predT -> P c.
Proof.
move=> lt_i; have lt0 : (0 < i <= (size x).+1)%N by case/andP: lt_i => /ltnW -> ->.
rewrite fmcprobE // => pos; apply: contraTT pos => nP; rewrite /law big1 ?mul0r ?ltxx // => s /= /eqP eq_c.
by apply: contraNeq nP => /(tau_hat_allowed lt_i); rewrite eq_c.
Qed.

(* Claim C.10 is Claim C.3 for the columns that the prompt leaves possible. *)
Theorem claim_C10 (Ss : {set Y}) : recoverable N j P Ss ->
  exists Theta1 Theta2, forall i x, (1 < i <= (size x).+1)%N ->
    0 < fprob M u (masked i (hat x) : pred (omega Au Ot (size (hat x)))) ->
    reads_law j Ss Theta1 Theta2 (Gbar M i (u :: map W x)) (fmcprob i x).
Proof.
case/claim_mixture => Theta1 [Theta2 reads]; exists Theta1, Theta2 => i x lt_i.
have lt0 : (0 < i <= (size x).+1)%N by case/andP: lt_i => /ltnW -> ->.
rewrite fprob_maskedE // => /gt_eqF/negbT tot.
have [|||one norm two] := reads (tau_hat i x).
- by move=> s; exact: tau_hat_ge0.
- by move=> s /(tau_hat_allowed lt_i) Ps; rewrite /counts /=; apply/implyP => /eqP ->.
- by [].
have eq_G (Th : T -> R) : \sum_z Th z * Gbar M i (u :: map W x) z
    = \sum_z Th z * mixture N (tau_hat i x) z.
  apply: eq_bigr => z _; rewrite GbarE /= ?size_map //; exact: prompted_ge0.
split=> [s sS||s c sS]; rewrite ?eq_G ?fmcprobE //; first exact: one; last exact: two.
by rewrite -[RHS]norm; apply: eq_bigr => h _; rewrite eq_G.
Qed.

Hypothesis still : stationary N.

Lemma pi_still i s : pi M i s = init M s.
Proof.
elim: i s => // i IH s; rewrite piS; under eq_bigr do rewrite IH.
by rewrite -[LHS]/(pi M 1 s) pi_augmented still.
Qed.

(* The memory where the whole word x^ is given *)
Lemma fprob_word x (a : pred mem) :
  fprob M u [pred w : omega Au Ot (size (hat x)) | a (H 0 w).1 && word (hat x) w]
  = mvalue N (fun b => (a b)%:R * allowed R j P b) x.
Proof.
rewrite /fprob (Pr_word_rows (init M) A (fake M u) (hat x) (fun s : Au => a s.1)) rows_hat /=.
under eq_bigr do rewrite mulr_sumr.
rewrite exchange_big; apply: eq_bigr => g _ /=.
transitivity (\sum_h A g h * ((a h.1)%:R * init M h) * (u g * beta M x g)).
  by apply: eq_bigr => h _; rewrite mulrCA mulrA; congr (_ * _ * _); exact: mulrC.
rewrite -mulr_suml (trans_still N (fun b => (a b)%:R)) -[\sum_h _]/(pi M 1 g) pi_still.
by rewrite -mulrA -[RHS]mulrA; congr (_ * _); exact: mulrCA.
Qed.

Definition fscore (mu : V -> R) x := \sum_c mu c *
  fcprob M u [pred w : omega Au Ot (size (hat x)) | (H 0 w).1 j == c] (word (hat x)).

Definition fake_given x :=
  fcprob M u [pred w : omega Au Ot (size x).+1 | X 1 w == Some None] (later 1 (map Some x)).

Lemma hat_total x : fprob M u (word (hat x) : pred (omega Au Ot (size (hat x)))) = mvalue N (allowed R j P) x.
Proof.
rewrite -[LHS]/(fprob M u [pred w | predT (H 0 w).1 && word (hat x) w]) fprob_word.
by apply: eq_bigr => s _; rewrite mul1r.
Qed.

Lemma fscoreE mu x : (forall c, mu c != 0 -> P c) ->
  fscore mu x = mvalue N (fun b => mu (b j)) x / mvalue N (allowed R j P) x.
Proof.
move=> covers; rewrite /fscore -hat_total.
transitivity (\sum_c mu c * (\sum_s allowed R j P s.1 * (init M s * beta M x s) * (s.1 j == c)%:R)
    / fprob M u (word (hat x) : pred (omega Au Ot (size (hat x))))).
  apply: eq_bigr => c _; rewrite /fcprob /cPr -!/(fprob _ _ _) mulrA; congr (_ / _).
  rewrite (fprob_word x (fun b : mem => b j == c)); congr (_ * _); apply: eq_bigr => s _.
  by rewrite [RHS]mulrC [RHS]mulrA.
rewrite -mulr_suml sum_over_value; congr (_ / _); apply: eq_bigr => s _.
rewrite mulrA; congr (_ * _); rewrite /allowed.
by have [->|/covers ->] := eqVneq (mu (s.1 j)) 0; rewrite ?mul0r ?mulr1.
Qed.

(* Claim C.14 *)
Theorem claim_C14 (mu : V -> R) x : (forall c, mu c != 0 -> P c) ->
  0 < fprob M u (word (hat x) : pred (omega Au Ot (size (hat x)))) ->
  fscore mu x = mscore N mu j x / fake_given x.
Proof.
move=> covers; rewrite hat_total => /gt_eqF/negbT hat0.
have given_E : fake_given x = mvalue N (allowed R j P) x / value M (init M) x.
  rewrite /fake_given /fcprob /cPr -!/(fprob _ _ _); congr (_ / _).
    rewrite -hat_total /fprob /= size_map; apply: eq_Pr => -[hs w].
    by case/tupleP: w => z w; rewrite /X /later /word /= drop0 eqseq_cons.
  rewrite /fprob -[size x](size_map Some) -(add1n (size _)).
  rewrite -[LHS]/(Pr (init M) A (fake M u) [pred w | predT (H 1 w) && later 1 (map Some x) w]).
  rewrite (@Pr_later _ _ _ (init M) A (fake M u) 0 (map Some x) (@any Au Ot) predT) //=.
  have eq_w : same (weights (fake M u) 1 (map (@tok Au Ot) (map Some x))) (map W x).
    by have := weights_tok (fake M u) 1 (map Some x); rewrite rows_tail.
  transitivity (\sum_h init M h * \sum_g A g h * beta M x g).
    apply: eq_bigr => h _; congr (_ * _); apply: eq_bigr => g _; congr (_ * _).
    by rewrite (eq_back A eq_w) /weight /any; under eq_bigr do rewrite mulr1; rewrite fake_sum mul1r.
  under eq_bigr do rewrite mulr_sumr.
  rewrite exchange_big; apply: eq_bigr => g _ /=.
  rewrite -[ainit N g]/(init M g) -(pi_still 1 g) pi1E mulr_suml; apply: eq_bigr => h _.
  by rewrite mulrCA [LHS]mulrA.
rewrite fscoreE // mscoreE given_E invf_div mulrA.
have [Pr0|Pr_neq0] := eqVneq (value M (init M) x) 0; last by rewrite divfK.
case/eqP: hat0; apply: big1 => s _.
by rewrite -/(init M) (value_eq0 (init_ge0 M) Pr0 s) mulr0.
Qed.

(* Claim C.15 *)
Theorem claim_C15 (mu : V -> R) x : (forall c, mu c != 0 -> P c) ->
  fprob M u (word (hat x) : pred (omega Au Ot (size (hat x)))) = 0 -> mscore N mu j x = 0.
Proof.
move=> covers; rewrite hat_total => hat0; rewrite mscoreE [mvalue _ _ _]big1 ?mul0r // => s _.
have [->|/covers Ps] := eqVneq (mu (s.1 j)) 0; first by rewrite mul0r.
have := mvalue_eq0 (fun a => allowed_ge0 R j P a) hat0 s.
by rewrite {1}/allowed Ps mul1r => ->; rewrite mulr0.
Qed.

Theorem claim_C15_output i x : (0 < i <= (size x).+1)%N ->
  fprob M u (masked i (hat x) : pred (omega Au Ot (size (hat x)))) = 0 ->
  Gbar M i (u :: map W x) =1 fun=> 0.
Proof.
move=> lt_i; rewrite fprob_maskedE // => tot z; rewrite GbarE /= ?size_map //; last exact: prompted_ge0.
by rewrite tot invr0 mulr0.
Qed.

End Prompted.

(* Claim C.12: behind the prompt no hidden state is new. *)
Theorem claim_C12 (R : realFieldType) (C Y V T : finType) (N : memory R C Y V T) j c
    (mu : 'I_c.+1 -> V -> R) (x : seq T) (i : 'I_(size x)) h : stationary N ->
  0 < fmcprob N j (task_values mu) i.+2 x predT (pred1 h) -> 0 < mcprob N i.+1 x predT (pred1 h).
Proof.
move=> still; rewrite fmcprobE; last exact: (ltn_ord i).
rewrite mcprobE; last exact: ltn_ord i.
have t_ge0 s : 0 <= masked_state (augmented N) i.+1 x s by exact: masked_ge0.
rewrite /law => pos.
have : [exists s, ((s.2 == h) && true) && (0 < masked_state (augmented N) i.+1 x s)].
  apply: contraTT pos => none; rewrite big1 ?mul0r ?ltxx // => s sh.
  rewrite tau_prompted // /left_possible; apply/eqP; rewrite mulf_eq0; apply/orP; right.
  rewrite eq_le t_ge0 andbT leNgt; apply: contra none => pos_s; apply/existsP; exists s.
  by rewrite pos_s andbT.
case/existsP => s /andP[sh pos_s]; apply: divr_gt0; rewrite sum_gt0 //; apply/existsP; exists s => //.
by rewrite sh.
Qed.
