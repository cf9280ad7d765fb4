From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended.
From Recoverable Require Import labels columns memory scope attention attention_identities.

(******************************************************************************)
(* Proposition C.1, Claim C.3 and Proposition C.8: what the outputs of a      *)
(* model with memory say about the memory and the hidden state, and what      *)
(* stationarity gives.                                                        *)
(*                                                                            *)
(*   mcprob N i x a Q == P[M in a, H_i in Q | X_{-i} = x_{-i}]                *)
(*   functionals N j P Ss y <=> the functional y_d is 1 on the column d of    *)
(*                 H*, and 0 on all other columns that count                  *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Masked.
Variables (R : realFieldType) (C Y V T : finType) (N : memory R C Y V T).

Let mem := [finType of {ffun C -> V}].
Let St := [finType of C * Y].
Let Au := [finType of {ffun C -> V} * (C * Y)].
Implicit Types (x : seq T) (a : pred mem) (Q : pred Au).

Local Notation M := (augmented N).
Local Notation A := (trans M).

(* The memory at time 0, and the state at a position where all other tokens   *)
(* are given, in a law of the tokens that may depend on the position          *)
Lemma Pr_memory_masked (U : finType) (K : nat -> U -> Au -> R) (x : seq U) i a Q :
  (forall i h, \sum_z K i z h = 1) -> (0 < i <= size x)%N ->
  Pr (init M) A K [pred w : omega Au U (size x) | [&& a (H 0 w).1, Q (H i w) & masked i x w]]
  = \sum_(s | Q s && a s.1) state_masked (init M) A K i x s.
Proof.
move=> K_sum lt_i; pose c : test Au U := fun _ h => Q h.
transitivity (Pr (init M) A K [pred w : omega Au U (size x) |
    [&& a (H 0 w).1, masked i x w, predT (X i w) & Q (H i w)]]).
  by apply: eq_Pr => w /=; congr (_ && _); rewrite andbC.
rewrite (Pr_masked (init M) A K (c := c) (fun s => a s.1) (P := predT)) //.
set e := _ ++ _; case/andP: lt_i => i_gt0 le_i.
have size_e : size (map (@tok Au U) (take i.-1 x)) = i.-1.
  by rewrite size_map size_takel // (leq_trans (leq_pred _) le_i).
have eq_e : same (weights K 0 e) (rows K 0 (take i.-1 x) ++ weight K i.-1 c :: rows K i (drop i x)).
  rewrite weights_cat size_e add0n; apply: same_cat; first exact: weights_tok.
  by split=> //=; rewrite prednK //; exact: weights_tok.
under eq_bigr do rewrite (eq_back _ eq_e) [init M _ * _]mulrC.
rewrite (back_forward A (fun s => (a s.1)%:R * init M s)) [RHS]big_mkcond; apply: eq_bigr => s _.
have -> : forward A (fun h => \sum_g A h g * ((a g.1)%:R * init M g)) (rows K 0 (take i.-1 x)) s
    = (a s.1)%:R * forward A (fun h => \sum_g A h g * init M g) (rows K 0 (take i.-1 x)) s.
  rewrite -(forward_still N (fun b : mem => (a b)%:R)); apply: eq_forward; last exact: same_refl.
  by move=> g; rewrite (trans_still N (fun b : mem => (a b)%:R)).
rewrite /weight /c -mulr_suml K_sum mul1r /state_masked.
case: (Q s); case: (a s.1); rewrite /= ?(mulr0, mul0r) // mulr1 mul1r //.
Qed.

Definition mcprob i x (a : pred mem) (Q : pred St) :=
  cprob M [pred w : omega Au T (size x) | a (H 0 w).1 && Q (H i w).2] (masked i x).

Lemma mcprobE i x a (Q : pred St) : (0 < i <= size x)%N ->
  mcprob i x a Q
  = (\sum_(s | Q s.2 && a s.1) masked_state M i x s) / \sum_s masked_state M i x s.
Proof.
move=> lt_i; rewrite /mcprob /cprob /cPr -!/(prob _ _) (prob_maskedE M lt_i); congr (_ / _).
transitivity (\sum_(s | Q s.2 && a s.1) state_masked (init M) A (fun=> emit M) i x s); last first.
  by apply: eq_bigr => s _; rewrite state_maskedE.
rewrite -(Pr_memory_masked (K := fun=> emit M) a (fun s => Q s.2)) // => [|_]; last exact: emit_sum.
by apply: eq_Pr => w /=; rewrite andbA.
Qed.

Theorem proposition_C1 i x z : (0 < i <= size x)%N ->
  G M i x z = \sum_h \sum_c memit N z (c, h) * mcprob i x (fun b : mem => b h.1 == c) (pred1 h).
Proof.
move=> lt_i; rewrite GE //; set d := (X in _ / X).
transitivity (\sum_h \sum_c memit N z (c, h) *
    ((\sum_(s : Au | (s.2 == h) && (s.1 h.1 == c)) masked_state M i x s) / d)); last first.
  by apply: eq_bigr => h _; apply: eq_bigr => c _; rewrite mcprobE //.
under [RHS]eq_bigr do (under eq_bigr do rewrite mulrA; rewrite -mulr_suml).
rewrite -mulr_suml; congr (_ / _).
rewrite (partition_big (fun s : Au => s.2) predT) //=; apply: eq_bigr => h _.
rewrite (partition_big (fun s : Au => s.1 h.1) predT) //=; apply: eq_bigr => c _.
rewrite mulr_sumr; apply: eq_bigr => -[a g] /= /andP[/eqP -> /eqP <-].
by [].
Qed.

(* Proposition C.8 *)
Theorem proposition_C8 i x s : stationary N -> (0 < i)%N ->
  prob M [pred w : omega Au T (i + size x) | (H i w == s) && later i x w]
  = prob M [pred w : omega Au T (size x) | (H 0 w == s) && word x w].
Proof.
move=> still i_gt0; have pi_still k g : pi M k g = init M g.
  elim: k g => // k IH g; rewrite piS; under eq_bigr do rewrite IH.
  by rewrite -[LHS]/(pi M 1 g) pi_augmented still.
rewrite (prob_later M x (pred1 s) i_gt0) big_pred1_eq pi_still.
rewrite (prob_word M x (pred1 s)) (bigD1 s) //= eqxx mulr1 big1 ?addr0 // => g /negbTE ->.
by rewrite mulr0 mul0r.
Qed.

End Masked.

(* Functionals for the columns of H* exist if and only if it is recoverable. *)

Section Functionals.
Variables (R : realFieldType) (C Y V T : finType) (N : memory R C Y V T).
Variables (j : C) (P : pred V) (Ss : {set Y}).

Let Col := [finType of V * (C * Y)].
Local Notation W := (memit N).
Local Notation B := (block j P Ss).
Local Notation O := [pred d | counts j P d & ~~ addressed j Ss d.2].

Definition functionals (y : Col -> T -> R) := forall d, B d -> forall d', counts j P d' ->
  \sum_z y d z * W z d' = (d' == d)%:R.

Theorem recoverable_functionals : recoverable N j P Ss <-> exists y, functionals y.
Proof.
split=> [[/independentP free_B disjoint]|[y]]; last exact: recoverable_by.
pose Qm := cokermx (columns W O); pose BQ := columns W B *m Qm.
have vec_of (v : 'rV[R]_#|T|) : vec (fun z => v ord0 (enum_rank z)) = v.
  by apply/rowP => k; rewrite !mxE enum_valK.
have : row_free BQ.
  apply: inj_row_free => v vBQ; apply: (row_free_inj free_B); rewrite mul0mx.
  have in_O : (v *m columns W B <= columns W O)%MS by rewrite submxE -mulmxA vBQ.
  have in_B : (v *m columns W B <= columns W B)%MS by exact: submxMl.
  set u := v *m _ in in_O in_B *; rewrite -[u]vec_of in in_O in_B *.
  apply/rowP => k; rewrite [LHS]mxE [RHS]mxE.
  exact: (disjoint _ (proj2 (in_spanP _ _ _) in_B) (proj2 (in_spanP _ _ _) in_O)).
case/row_freeP => D BQD; pose L := Qm *m D.
pose y (d : Col) z := \sum_(i | enum_val i == d) L (enum_rank z) i.
have pair i (E : pred Col) (k : 'I_#|E|) :
    (columns W E *m L) k i = \sum_z L (enum_rank z) i * W z (enum_val k).
  rewrite mxE [RHS]sum_enum; apply: eq_bigr => l _.
  by rewrite mxE enum_valK mulrC.
exists y => d Bd d' cd'.
have [i eq_i] : exists i : 'I_#|B|, enum_val i = d by exists (enum_rank_in Bd d); rewrite enum_rankK_in.
have yE z : y d z = L (enum_rank z) i.
  rewrite /y (bigD1 i) ?eq_i //= big1 ?addr0 // => k /andP[/eqP eq_k neq].
  by case/eqP: neq; apply: enum_val_inj; rewrite eq_k eq_i.
under eq_bigr do rewrite yE.
have [Bd'|nB] := boolP (B d').
  have [k eq_k] : exists k : 'I_#|B|, enum_val k = d' by exists (enum_rank_in Bd' d'); rewrite enum_rankK_in.
  rewrite -eq_k -(pair i B k) /L mulmxA -/BQ BQD mxE -eq_i (inj_eq enum_val_inj).
  by [].
have Od' : O d' by move: nB; rewrite /block /= cd'.
have [k eq_k] : exists k : 'I_#|O|, enum_val k = d' by exists (enum_rank_in Od' d'); rewrite enum_rankK_in.
rewrite -eq_k -(pair i O k) /L mulmxA mulmx_coker mul0mx mxE eq_k.
by have /negbTE -> : d' != d by apply: contraNneq nB => ->.
Qed.

End Functionals.

(* Claim C.3: the functionals read off the law of the hidden state, and that  *)
(* of the memory. First for any mixture of columns that count.                *)

Section Claim.
Variables (R : realFieldType) (C Y V T : finType) (N : memory R C Y V T).
Variables (j : C) (P : pred V) (Ss : {set Y}).

Let mem := [finType of {ffun C -> V}].
Let Col := [finType of V * (C * Y)].
Let St := [finType of C * Y].
Let Au := [finType of {ffun C -> V} * (C * Y)].

Local Notation M := (augmented N).

(* The law of the memory and the state, with the weights t *)
Definition law (t : Au -> R) (a : pred mem) (Q : pred St) :=
  (\sum_(s | Q s.2 && a s.1) t s) / \sum_s t s.

Lemma column_addressed (d : Col) (s : Au) : addressed j Ss d.2 ->
  (column s == d) = (s.2 == d.2) && (s.1 j == d.1).
Proof.
case: d => c h /= /andP[/eqP eq_j _]; rewrite /column xpair_eqE andbC /=.
by case: eqP => //= ->; rewrite eq_j.
Qed.

Lemma functional_reads y t d : functionals N j P Ss y -> block j P Ss d ->
  (forall s, t s != 0 -> counts j P (column s)) ->
  \sum_z y d z * mixture N t z = law t (fun a => a j == d.1) (pred1 d.2).
Proof.
move=> read Bd t_counts; have /andP[_ ad] := Bd.
under eq_bigr do rewrite mulrA mulr_sumr.
rewrite -mulr_suml exchange_big /law; congr (_ / _).
rewrite [RHS]big_mkcond; apply: eq_bigr => s _ /=.
under eq_bigr do rewrite mulrA.
rewrite -mulr_suml; have [->|/t_counts cs] := eqVneq (t s) 0; first by rewrite mulr0 if_same.
rewrite (read d Bd (column s)) // column_addressed //.
by case: (_ && _); rewrite ?mul1r ?mul0r.
Qed.

Definition reads_law (Theta1 : St -> T -> R) (Theta2 : Y -> V -> T -> R) (g : T -> R)
    (l : pred mem -> pred St -> R) :=
  [/\ forall s, s \in Ss -> \sum_z Theta1 (j, s) z * g z = l predT (pred1 (j, s)),
      \sum_h `|\sum_z Theta1 h z * g z| = 1
    & forall s c, s \in Ss ->
        \sum_z Theta2 s c z * g z = l (fun a => a j == c) (pred1 (j, s))].

Lemma claim_mixture : recoverable N j P Ss -> exists Theta1 Theta2, forall t : Au -> R,
  (forall s, 0 <= t s) -> (forall s, t s != 0 -> counts j P (column s)) -> \sum_s t s != 0 ->
  reads_law Theta1 Theta2 (mixture N t) (law t).
Proof.
case/recoverable_functionals => y read.
pose inside (h : St) z := \sum_(c | P c) y (c, h) z.
pose H0 := [pick h : St | ~~ addressed j Ss h].
pose Theta1 (h : St) z := if addressed j Ss h then inside h z else
  if Some h == H0 then 1 - \sum_(g | addressed j Ss g) inside g z else 0.
exists Theta1, (fun s c z => if P c then y (c, (j, s)) z else 0) => t t_ge0 t_counts t_neq0.
have seen h (s : Au) : addressed j Ss h -> s.2 == h -> t s != 0 -> P (s.1 j).
  by case/andP => /eqP jh _ /eqP sh /t_counts; rewrite /counts /= sh jh eqxx.
have in_law h : addressed j Ss h -> \sum_z inside h z * mixture N t z = law t predT (pred1 h).
  move=> ah; under eq_bigr do rewrite mulr_suml.
  rewrite exchange_big /= (eq_bigr (fun c => law t (fun a => a j == c) (pred1 h))) => [|c Pc].
    rewrite -mulr_suml; congr (_ / _).
    rewrite [RHS](bigID (fun s : Au => P (s.1 j))) /= [X in _ + X]big1 ?addr0; last first.
      by move=> s /andP[/andP[sh _] nP]; apply: contraNeq nP; exact: seen sh.
    rewrite [RHS](partition_big (fun s : Au => s.1 j) P) => [|s /andP[]//] /=.
    apply: eq_bigr => c Pc; apply: eq_bigl => s; rewrite andbT -andbA; congr (_ && _).
    by case: eqP => [->|]; rewrite ?Pc ?andbF.
  have Bd : block j P Ss (c, h) by rewrite /block /counts /= ah Pc implybT.
  by rewrite (functional_reads read Bd t_counts).
have G_sum : \sum_z mixture N t z = 1.
  rewrite -mulr_suml exchange_big /=.
  by under eq_bigr do rewrite -mulr_suml (emit_sum M) mul1r; rewrite divff.
have law_ge0 (h : St) : 0 <= law t predT (pred1 h) by rewrite divr_ge0 ?sumr_ge0.
have law_sum : \sum_h law t predT (pred1 h) = 1.
  rewrite -mulr_suml [X in X / _](_ : _ = \sum_s t s) ?divff //.
  rewrite [RHS](partition_big (fun s : Au => s.2) predT) //=; apply: eq_bigr => h _.
  by apply: eq_bigl => s; rewrite andbT.
pose rest := \sum_(g | ~~ addressed j Ss g) law t predT (pred1 g).
have row h : \sum_z Theta1 h z * mixture N t z =
    if addressed j Ss h then law t predT (pred1 h) else if Some h == H0 then rest else 0.
  rewrite /Theta1; case: ifP => [/in_law //|_]; case: eqP => _; last first.
    by apply: big1 => z _; rewrite mul0r.
  under eq_bigr do rewrite mulrBl mul1r mulr_suml.
  rewrite sumrB G_sum exchange_big /= (eq_bigr _ in_law) -law_sum.
  by rewrite [X in X - _](bigID (addressed j Ss)) /= addrC addKr.
have rest_ge0 : 0 <= rest by apply: sumr_ge0.
split=> [s sS||s c sS].
- by rewrite row /addressed /= eqxx sS.
- rewrite (eq_bigr (fun h => if addressed j Ss h then law t predT (pred1 h)
                             else if Some h == H0 then rest else 0)) => [|h _]; last first.
    by rewrite row ger0_norm //; case: ifP => // _; case: ifP.
  rewrite (bigID (addressed j Ss)) /= -[RHS]law_sum [RHS](bigID (addressed j Ss)) /=.
  congr (_ + _); first by apply: eq_bigr => h ->.
  rewrite (eq_bigr (fun h => if Some h == H0 then rest else 0)) => [|h /negbTE -> //].
  rewrite -/rest /H0; case: pickP => [h0 out|none].
    rewrite (bigD1 h0) //= eqxx big1 ?addr0 // => h /andP[_ /negbTE neq].
    by case: eqP => // -[eq_h]; rewrite eq_h eqxx in neq.
  by rewrite /rest !big_pred0.
have as_ : addressed j Ss (j, s) by rewrite /addressed /= eqxx.
case Pc: (P c).
  have Bd : block j P Ss (c, (j, s)) by rewrite /block /counts /= as_ Pc implybT.
  by rewrite (functional_reads read Bd t_counts).
rewrite [LHS]big1 => [|z _]; last by rewrite mul0r.
rewrite /law big1 ?mul0r // => s' /andP[/= sh /eqP eq_c].
by apply: contraFeq Pc => /(seen _ _ as_ sh); rewrite eq_c.
Qed.

End Claim.

Theorem claim_C3 (R : realFieldType) (C Y V T : finType) (N : memory R C Y V T) j (Ss : {set Y}) :
  assumption_4_2 N j Ss -> exists Theta1 Theta2, forall i (x : seq T),
    (0 < i <= size x)%N -> 0 < prob (augmented N) (masked i x : pred (omega _ T (size x))) ->
    reads_law j Ss Theta1 Theta2 (G (augmented N) i x) (mcprob N i x).
Proof.
case/claim_mixture => Theta1 [Theta2 reads]; exists Theta1, Theta2 => i x lt_i.
rewrite prob_maskedE // => /gt_eqF/negbT tot.
have [|||one norm two] := reads (masked_state (augmented N) i x).
- by move=> s; exact: masked_ge0.
- by move=> s _; rewrite /counts implybT.
- by [].
have eq_G (Th : T -> R) : \sum_z Th z * G (augmented N) i x z
    = \sum_z Th z * mixture N (masked_state (augmented N) i x) z.
  by apply: eq_bigr => z _; rewrite GE.
split=> [s sS||s c sS]; rewrite ?eq_G ?mcprobE //; first exact: one; last exact: two.
by rewrite -[RHS]norm; apply: eq_bigr => h _; rewrite eq_G.
Qed.
