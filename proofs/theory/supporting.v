From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3.

(******************************************************************************)
(* Proposition 3.4 and Claim A.1.                                             *)
(*                                                                            *)
(*       mass P E == total weight of the event E                              *)
(*  cond P E F    == mass P (E and F) / mass P F, 0 where mass P F = 0        *)
(*  conditionally_independent P U V Z <=> U and V are independent given Z     *)
(*    ratio M i x == r_x = Pr(X_{1:t} = x) / Pr(X_{i+1:i+t} = x)              *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Conditional.
Variables (R : realFieldType) (Omega : finType) (P : Omega -> R).
Hypothesis P_ge0 : forall w, 0 <= P w.
Variables (A B : eqType) (C : finType) (U : Omega -> A) (V : Omega -> B) (Z : Omega -> C).

Definition mass (E : pred Omega) := \sum_(w | E w) P w.
Definition cond (E F : pred Omega) := mass [pred w | E w && F w] / mass F.

Definition conditionally_independent := forall u v z,
  mass [pred w | [&& U w == u, V w == v & Z w == z]] * mass [pred w | Z w == z]
  = mass [pred w | (U w == u) && (Z w == z)] * mass [pred w | (V w == v) && (Z w == z)].

Lemma mass_ge0 E : 0 <= mass E. Proof. exact: sumr_ge0. Qed.

Lemma mass_sub0 (E F : pred Omega) : (forall w, E w -> F w) -> mass F = 0 -> mass E = 0.
Proof.
move=> sub /eqP; rewrite psumr_eq0 // => /allP P0; apply: big1 => w /sub Fw.
by apply/eqP; have := P0 w (mem_index_enum w); rewrite Fw.
Qed.

Theorem proposition_3_4 : conditionally_independent -> forall u v,
  cond [pred w | U w == u] [pred w | V w == v]
  = \sum_z cond [pred w | U w == u] [pred w | Z w == z] *
           cond [pred w | Z w == z] [pred w | V w == v].
Proof.
move=> indep u v; rewrite /cond; under [RHS]eq_bigr do rewrite mulrA.
rewrite -mulr_suml; congr (_ / _); rewrite {1}/mass (partition_big Z predT) //=.
apply: eq_bigr => z _; rewrite -/(mass [pred w | (U w == u) && (V w == v) && (Z w == z)]).
have -> : mass [pred w | (U w == u) && (V w == v) && (Z w == z)]
          = mass [pred w | [&& U w == u, V w == v & Z w == z]].
  by apply: eq_bigl => w; rewrite /= andbA.
have -> : mass [pred w | (Z w == z) && (V w == v)] = mass [pred w | (V w == v) && (Z w == z)].
  by apply: eq_bigl => w; rewrite /= andbC.
have [Z0|Z_neq0] := eqVneq (mass [pred w | Z w == z]) 0.
  by rewrite Z0 invr0 mulr0 mul0r (mass_sub0 _ Z0) // => w /= /and3P[].
by rewrite mulrAC -indep mulfK.
Qed.

End Conditional.

Section Supporting.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T).
Implicit Types (x : seq T).

(* Proposition 3.4 as the theorems use it. *)
Theorem masked_output i x z : (0 < i <= size x)%N ->
  G M i x z = \sum_h emit M z h *
    cprob M [pred w : omega S T (size x) | H i w == h] (masked i x).
Proof.
move=> lt_i; rewrite GE // mulr_suml; apply: eq_bigr => h _.
by rewrite /cprob /cPr -!/(prob _ _) prob_state_masked // prob_maskedE // mulrA.
Qed.

(* Claim A.1 *)

Lemma weights_any i j :
  same (weights (fun=> emit M) j (nseq i (@any S T))) (nseq i (fun=> 1)).
Proof.
elim: i j => [|i IH] j //=; split=> // h; rewrite /weight.
by under eq_bigr do rewrite mulr1; exact: emit_sum.
Qed.

Lemma forward_any i j q : q =1 pi M j ->
  forward (trans M) q (nseq i (fun=> 1)) =1 pi M (i + j).
Proof.
elim: i j q => [|i IH] j q eq_q h; first exact: eq_q.
rewrite addSnnS; apply: IH => {}h.
by rewrite piS; apply: eq_bigr => g _; rewrite mulr1 eq_q.
Qed.

Lemma prob_later i x (Q : pred S) : (0 < i)%N ->
  prob M [pred w : omega S T (i + size x) | Q (H i w) && later i x w]
  = \sum_(h | Q h) pi M i h * beta M x h.
Proof.
case: i => // i _; pose c : test S T := fun _ h => Q h.
rewrite /prob (@Pr_later _ _ _ _ _ _ i x c Q) //.
have eq_w : same (weights (fun=> emit M) 0 (nseq i (@any S T) ++ c :: map (@tok S T) x))
                 (nseq i (fun=> 1) ++ (fun h => (Q h)%:R) :: map (emit M) x).
  rewrite weights_cat; apply: same_cat; first exact: weights_any.
  split; last by rewrite -(rowsE M (0 + size (nseq i (@any S T))).+1); exact: weights_tok.
  by move=> h; rewrite /weight /c -mulr_suml emit_sum mul1r.
under eq_bigr do rewrite (eq_back _ eq_w).
rewrite back_forward [RHS]big_mkcond; apply: eq_bigr => h _.
rewrite (@forward_any i 1) // addn1.
by case: (Q h); rewrite ?mulr1 // mulr0 mul0r.
Qed.

Definition ratio i x :=
  prob M (word x : pred (omega S T (size x))) / prob M (later i x : pred (omega S T (i + size x))).

Lemma prob_laterE i x : (0 < i)%N ->
  prob M (later i x : pred (omega S T (i + size x))) = \sum_h pi M i h * beta M x h.
Proof. by move=> i_gt0; rewrite -(prob_later x predT i_gt0). Qed.

(* What the proof uses: pi_0 has full support. *)
Theorem claim_A1_sharp i x h : full_support (init M) -> (0 < i)%N -> supp M x ->
  cprob M [pred w : omega S T (i + size x) | H i w == h] (later i x)
  = ratio i x * (pi M i h / init M h) * posterior M x h.
Proof.
move=> full i_gt0; rewrite /supp probE => Pr_gt0.
rewrite /ratio posteriorE /cprob /cPr -!/(prob _ _) probE prob_laterE //.
rewrite (prob_later x (pred1 h)) // big_pred1_eq.
have := gt_eqF Pr_gt0; have := gt_eqF (full h).
set a := init M h; set c := \sum_g init M g * _ => a0 c0.
set e := pi M i h; set d := \sum_g pi M i g * _.
transitivity (a / a * (c / c) * (e * beta M x h / d)); last by ring.
by rewrite !divff ?mul1r ?(negbT a0) ?(negbT c0).
Qed.

Theorem claim_A1 i x : assumption_3_2 M -> (0 < i)%N -> supp M x ->
  0 < ratio i x /\
  forall h, cprob M [pred w : omega S T (i + size x) | H i w == h] (later i x)
            = ratio i x * (pi M i h / init M h) * posterior M x h.
Proof.
move=> [irr _ full] i_gt0 x_supp; split; last by move=> h; apply: claim_A1_sharp.
have pi_full := full_support_pi i irr full.
rewrite /ratio divr_gt0 // prob_laterE // lt_neqAle eq_sym.
rewrite -/(value M (pi M i) x) value_ge0 ?andbT; last exact: pi_ge0.
apply: contraTneq x_supp => b0.
rewrite /supp probE big1 ?ltxx // => h _.
have /eqP := value_eq0 (pi_ge0 M i) b0 h.
by rewrite mulf_eq0 (gt_eqF (pi_full h)) /= => /eqP ->; rewrite mulr0.
Qed.

End Supporting.
