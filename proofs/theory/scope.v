From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended memory.

(******************************************************************************)
(* The inputs that Theorems 4.3 and 4.6 speak about, and the sets of pairs of *)
(* a memory and a hidden state by which the checker follows supports.         *)
(*                                                                            *)
(*  addressed j Ss h <=> the hidden state h is in H* = {j} x Ss               *)
(*    allow P j == the prompt: u(a,h) = 1 where P holds of the value a_j,     *)
(*                 and 0 elsewhere                                            *)
(*  scope N j Ss x <=> (4.3): supp P[H_i | X_{-i} = x_{-i}] is in H* for      *)
(*                 some position i                                            *)
(*  prompted_scope N P j Ss x <=> R_u: supp P[H_i, X^_{-i} = x^_{-i}] is in   *)
(*                 H* for some i > 1, behind the prompt allow P j             *)
(*   advance N E == the pairs to which the chain leads from E, same memory    *)
(*  sift N z E  == the pairs of E that emit the token z                       *)
(*  outside j Ss E == the pairs of E that are not in H*                       *)
(*  follow N x E == E, advanced and sifted by one token of x after the other  *)
(*   start N, source N P j == the pairs possible at time 0; those that the    *)
(*                 prompt leaves possible at the first position               *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Lemma sum_gt0 (R : realFieldType) (I : finType) (P : pred I) (F : I -> R) :
  (forall i, 0 <= F i) -> (0 < \sum_(i | P i) F i) = [exists i, P i && (0 < F i)].
Proof.
move=> F_ge0; apply/idP/existsP => [|[i /andP[Pi Fi]]]; last first.
  by rewrite (bigD1 i) //= ltr_paddr // sumr_ge0.
case: (pickP (fun i => P i && (0 < F i))) => [i Pi _|none]; first by exists i.
rewrite big1 ?ltxx // => i Pi; apply/le_anti; rewrite F_ge0 andbT leNgt.
by have := none i; rewrite Pi /= => ->.
Qed.

(* The state at a position, where all other tokens are given *)
Lemma Pr_states_masked (R : realFieldType) (S T : finType) (p : S -> R) A (K : nat -> T -> S -> R)
    (i : nat) (x : seq T) (Q : pred S) : (forall i h, \sum_z K i z h = 1) -> (0 < i <= size x)%N ->
  Pr p A K [pred w : omega S T (size x) | Q (H i w) && masked i x w]
  = \sum_(s | Q s) state_masked p A K i x s.
Proof.
move=> K_sum lt_i; pose c : test S T := fun _ h => Q h.
transitivity (Pr p A K [pred w : omega S T (size x) | [&& masked i x w, predT (X i w) & Q (H i w)]]).
  by apply: eq_Pr => w /=; rewrite andbC.
rewrite (Pr_masked_rows p A K (c := c) (P := predT)) // [RHS]big_mkcond; apply: eq_bigr => h _.
by rewrite /weight /c -mulr_suml K_sum mul1r; case: (Q h); rewrite ?mul1r ?mul0r.
Qed.

Section Scope.
Variables (R : realFieldType) (C Y V T : finType) (N : memory R C Y V T).
Variables (j : C) (P : pred V) (Ss : {set Y}).

Let Au := [finType of {ffun C -> V} * (C * Y)].
Implicit Types (x y : seq T) (s g : Au) (E : {set Au}).

Local Notation M := (augmented N).
Local Notation A := (trans M).
Local Notation W := (emit M).

Definition addressed (h : C * Y) := (h.1 == j) && (h.2 \in Ss).
Definition allow s : R := (P (s.1 j))%:R.

Definition scope x := exists2 i, (0 < i <= size x)%N &
  forall h, 0 < cprob M [pred w : omega Au T (size x) | (H i w).2 == h] (masked i x) ->
    addressed h.

Definition prompted_scope x := exists2 i, (1 < i <= (size x).+1)%N &
  forall h, 0 < fprob M allow [pred w : omega Au (option_finType T) (size (hat x)) |
                               ((H i w).2 == h) && masked i (hat x) w] ->
    addressed h.

Lemma masked_ge0 i x s : 0 <= masked_state M i x s.
Proof.
by rewrite mulr_ge0 ?beta_ge0 // forward_ge0 // => [g|k g]; [exact: pi_ge0 | exact: embedding_ge0].
Qed.

(* Numerators of supports are sums over the memories. *)
Lemma support_sum (F : Au -> R) h : (forall s, 0 <= F s) ->
  (0 < \sum_(s | s.2 == h) F s) = [exists a, 0 < F (a, h)].
Proof.
move=> F_ge0; rewrite sum_gt0 //; apply/existsP/existsP => [[[a h'] /andP[/eqP <-]]|[a]].
  by exists a.
by exists (a, h); rewrite eqxx.
Qed.

Lemma scopeP x : scope x <->
  exists i : 'I_(size x), forall s, 0 < masked_state M i.+1 x s -> addressed s.2.
Proof.
have num i h : (0 < i <= size x)%N ->
    prob M [pred w : omega Au T (size x) | ((H i w).2 == h) && masked i x w]
    = \sum_(s | s.2 == h) masked_state M i x s.
  move=> lt_i; transitivity (\sum_(s | s.2 == h) state_masked (init M) A (fun=> W) i x s).
    by apply: (Pr_states_masked _ _ (fun s => s.2 == h)) => // _; exact: emit_sum.
  by apply: eq_bigr => s _; rewrite state_maskedE.
split=> [[[//|i] lt_i all_H]|[i all_H]].
  exists (Ordinal (lt_i : (i < size x)%N)) => -[a h] s_gt0; apply: all_H.
  rewrite /cprob /cPr -!/(prob _ _) num // prob_maskedE // divr_gt0 //.
    by rewrite support_sum; [apply/existsP; exists a | exact: masked_ge0].
  by rewrite sum_gt0; [apply/existsP; exists (a, h) | exact: masked_ge0].
exists i.+1 => [|h]; first exact: ltn_ord i.
rewrite /cprob /cPr -!/(prob _ _) num; last exact: ltn_ord i.
have [|/negPf num0] := boolP (0 < \sum_(s | s.2 == h) masked_state M i.+1 x s).
  by rewrite support_sum; [case/existsP => a /all_H | exact: masked_ge0].
have /eqP -> : \sum_(s | s.2 == h) masked_state M i.+1 x s == 0.
  by rewrite eq_le leNgt num0 sumr_ge0 // => s _; exact: masked_ge0.
by rewrite mul0r ltxx.
Qed.

Lemma allow_ge0 s : 0 <= allow s. Proof. exact: ler0n. Qed.

Lemma prompted_ge0 x k s : 0 <= nth (fun=> 0) (allow :: map W x) k s.
Proof. by case: k => [|k]; [exact: allow_ge0 | exact: embedding_ge0]. Qed.

Lemma prompted_scopeP x : prompted_scope x <->
  exists i : 'I_(size x), forall s, 0 < tau M i.+2 (allow :: map W x) s -> addressed s.2.
Proof.
have num i h : (1 < i <= (size x).+1)%N ->
    fprob M allow [pred w : omega Au (option_finType T) (size (hat x)) |
                    ((H i w).2 == h) && masked i (hat x) w]
    = \sum_(s | s.2 == h) tau M i (allow :: map W x) s.
  case/andP => i_gt1 le_i; have lt_i : (0 < i <= (size x).+1)%N by rewrite ltnW.
  transitivity (\sum_(s | s.2 == h) state_masked (init M) A (fake M allow) i (hat x) s).
    apply: (Pr_states_masked _ _ (fun s => s.2 == h)); first exact: fake_sum.
    by rewrite /= size_map.
  by apply: eq_bigr => s _; rewrite state_masked_hat.
have tau_nneg i s : (i < size x)%N -> 0 <= tau M i.+2 (allow :: map W x) s.
  by move=> lt_i; rewrite tau_ge0 //= ?size_map //; exact: prompted_ge0.
split=> [[[|[|i]] // lt_i all_H]|[i all_H]].
  exists (Ordinal (lt_i : (i < size x)%N)) => -[a h] s_gt0; apply: all_H; rewrite num //.
  by rewrite support_sum => [|s]; [apply/existsP; exists a | exact: tau_nneg].
exists i.+2 => [|h]; first exact: (ltn_ord i).
rewrite num; last exact: (ltn_ord i).
by rewrite support_sum => [/existsP[a /all_H]|s]; last exact: tau_nneg.
Qed.

(* Supports, followed along a word *)

Definition advance E := [set s : Au | [exists h, ((s.1, h) \in E) && (0 < mtrans N s.2 h)]].
Definition sift z E := [set s in E | 0 < memit N z (column s)].
Definition outside E := [set s in E | ~~ addressed s.2].
Fixpoint follow x E := if x is z :: x' then follow x' (sift z (advance E)) else E.

Definition start := [set s : Au | (0 < prior N s.1) && (0 < minit N s.2)].
Definition source := [set s : Au | [&& 0 < prior N s.1, P (s.1 j) & 0 < pi (chain N) 1 s.2]].

Definition positive (q : Au -> R) := [set s | 0 < q s].

Lemma pos_mul (a b : R) : 0 <= a -> 0 <= b -> (0 < a * b) = (0 < a) && (0 < b).
Proof.
rewrite !le_eqVlt => /orP[/eqP <-|a_gt0]; first by rewrite mul0r ltxx.
by case/orP => [/eqP <-|b_gt0]; rewrite ?mulr0 ?ltxx ?andbF // a_gt0 b_gt0 mulr_gt0.
Qed.

Lemma positive_advance q : (forall s, 0 <= q s) ->
  positive (fun s => \sum_g A s g * q g) = advance (positive q).
Proof.
move=> q_ge0; apply/setP => s; rewrite !inE sum_gt0 => [|g]; last by rewrite mulr_ge0 ?trans_ge0.
apply/existsP/existsP => [[[a h]]|[h]].
  rewrite /= pos_mul ?atrans_ge0 // pos_mul ?ler0n ?mtrans_ge0 //= ltr0n lt0b.
  by case/andP => /andP[/eqP <- st] pos_q; exists h; rewrite inE pos_q.
rewrite inE => /andP[pos_q st]; exists (s.1, h) => /=.
by rewrite pos_mul ?atrans_ge0 // pos_mul ?ler0n ?mtrans_ge0 //= eqxx ltr01 st.
Qed.

Lemma positive_sift q z : (forall s, 0 <= q s) ->
  positive (fun s => q s * W z s) = sift z (positive q).
Proof. by move=> q_ge0; apply/setP => s; rewrite !inE pos_mul ?emit_ge0. Qed.

Lemma eq_positive q q' : q =1 q' -> positive q = positive q'.
Proof. by move=> eq_q; apply/setP => s; rewrite !inE eq_q. Qed.

Lemma positive_forward q x : (forall s, 0 <= q s) ->
  positive (forward A (fun s => \sum_g A s g * q g) (map W x)) = advance (follow x (positive q)).
Proof.
elim: x q => [|z x IH] q q_ge0 /=; first exact: positive_advance.
have Aq_ge0 s : 0 <= \sum_g A s g * q g.
  by apply: sumr_ge0 => g _; rewrite mulr_ge0 ?trans_ge0.
rewrite (IH (fun s => (\sum_g A s g * q g) * W z s)) => [|s]; last by rewrite mulr_ge0 ?emit_ge0.
by rewrite positive_sift // positive_advance.
Qed.

Lemma follow_beta x E : (follow x E != set0) = [exists s in E, 0 < beta M x s].
Proof.
elim: x E => [|z x IH] E /=.
  by apply/set0Pn/existsP => [[s sE]|[s /andP[sE _]]]; exists s; rewrite ?sE ?ltr01.
rewrite IH; have term_ge0 s g : 0 <= A g s * (W z g * beta M x g).
  apply: mulr_ge0; first exact: (trans_ge0 M).
  by apply: mulr_ge0; [exact: (emit_ge0 M) | exact: beta_ge0].
apply/existsP/existsP => -[[a h] /andP[]].
  rewrite !inE /= => /andP[/existsP[g /andP[gE st]] em] b_gt0; exists (a, g).
  rewrite gE beta_cons sum_gt0 //; apply/existsP; exists (a, h) => /=.
  by rewrite /atrans /= eqxx mul1r !mulr_gt0.
move=> sE; rewrite beta_cons sum_gt0 // => /existsP[[a' g]] /=.
rewrite pos_mul ?atrans_ge0 ?mulr_ge0 ?beta_ge0 ?memit_ge0 // pos_mul ?beta_ge0 ?memit_ge0 //.
rewrite pos_mul ?ler0n ?mtrans_ge0 //= ltr0n lt0b => /andP[/andP[/eqP -> st] /andP[em b_gt0]].
by exists (a, g); rewrite b_gt0 andbT !inE em andbT; apply/existsP; exists h; rewrite sE.
Qed.

Lemma start_positive : start = positive (init M).
Proof. by apply/setP => s; rewrite !inE /= pos_mul ?prior_ge0 ?minit_ge0. Qed.

Lemma source_positive : source = positive (fun s => pi M 1 s * allow s).
Proof.
apply/setP => s; rewrite !inE pos_mul ?pi_ge0 ?allow_ge0 // pi_augmented.
by rewrite pos_mul ?prior_ge0 ?pi_ge0 // /allow ltr0n lt0b andbAC andbA.
Qed.

(* The input is possible; the pairs that survive without the token at i *)

Lemma supp_follow x : supp M x = (follow x start != set0).
Proof.
rewrite /supp probE follow_beta start_positive sum_gt0 => [|s]; last first.
  by rewrite mulr_ge0 ?beta_ge0 ?init_ge0.
by apply: eq_existsb => s; rewrite inE pos_mul ?beta_ge0 ?init_ge0.
Qed.

Definition survivors E i x := follow (drop i x) (outside (advance (follow (take i.-1 x) E))).

Lemma survivorsP q i x : (forall s, 0 <= q s) ->
  (survivors (positive q) i.+1 x == set0) <->
  (forall s, 0 < forward A (fun s => \sum_g A s g * q g) (map W (take i x)) s * beta M (drop i.+1 x) s ->
    addressed s.2).
Proof.
move=> q_ge0; set f := forward _ _ _.
have f_ge0 s : 0 <= f s.
  rewrite /f forward_ge0 // => [g|k g]; last exact: embedding_ge0.
  by apply: sumr_ge0 => g' _; rewrite mulr_ge0 ?trans_ge0.
rewrite /survivors /= -positive_forward // -/f -[_ == set0]negbK follow_beta negb_exists.
split=> [/forallP none s|all_H]; last apply/forallP => s.
  rewrite pos_mul ?beta_ge0 // => /andP[fs bs]; have := none s.
  by rewrite !inE fs bs andbT /= negbK.
rewrite !inE; case bs: (0 < beta _ _ _); rewrite ?andbF // andbT.
case fs: (0 < f s) => //=; rewrite negbK; apply: all_H; by rewrite pos_mul ?beta_ge0 // fs.
Qed.

Lemma scope_survivors x :
  scope x <-> exists2 i, (0 < i <= size x)%N & survivors start i x == set0.
Proof.
rewrite scopeP start_positive; split=> [[i all_H]|[[//|i] lt_i none]].
  exists i.+1; first exact: ltn_ord i.
  exact: (proj2 (survivorsP _ _ (init_ge0 M))).
by exists (Ordinal (lt_i : (i < size x)%N)); exact: (proj1 (survivorsP _ _ (init_ge0 M))).
Qed.

Lemma prompted_scope_survivors x :
  prompted_scope x <-> exists2 i, (0 < i <= size x)%N & survivors source i x == set0.
Proof.
have q_ge0 s : 0 <= pi M 1 s * allow s by rewrite mulr_ge0 ?pi_ge0 ?allow_ge0.
have tau_f (i : nat) s : (i < size x)%N -> tau M i.+2 (allow :: map W x) s
    = forward A (fun s => \sum_g A s g * (pi M 1 g * allow g)) (map W (take i x)) s
      * beta M (drop i.+1 x) s.
  by move=> lt_i; rewrite tauE /= ?size_map // -map_take -map_drop.
rewrite prompted_scopeP source_positive; split=> [[i all_H]|[[//|i] lt_i none]].
  exists i.+1; first exact: ltn_ord i.
  by apply: (proj2 (survivorsP _ _ q_ge0)) => s; rewrite -tau_f //; exact: all_H.
exists (Ordinal (lt_i : (i < size x)%N)) => s /=; rewrite tau_f //.
exact: (proj1 (survivorsP _ _ q_ge0)).
Qed.

End Scope.
