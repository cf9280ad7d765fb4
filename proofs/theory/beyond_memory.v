From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended labels columns.
From Recoverable Require Import memory scope attention attention_identities supporting_memory rules_memory.

(******************************************************************************)
(* Theory B4: a set of syntax states is recoverable if and only if each of    *)
(* its states is. B5: the inputs of R and of R_u, by survivor sets, which     *)
(* change with each token; a position beyond the word has none.               *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Beyond.
Variables (R : realFieldType) (C Y V T : finType) (N : memory R C Y V T).
Variables (j : C) (P : pred V).

Let Col := [finType of V * (C * Y)].
Let Au := [finType of {ffun C -> V} * (C * Y)].
Implicit Types (Ss : {set Y}) (x : seq T).

Lemma block_one Ss (d : Col) : block j P Ss d = block j P [set d.2.2] d && (d.2.2 \in Ss).
Proof. by rewrite /block /addressed inE eqxx andbT -!andbA. Qed.

Theorem B4 Ss : recoverable N j P Ss <-> forall s, s \in Ss -> recoverable N j P [set s].
Proof.
split=> [/recoverable_functionals[y read] s sS|each].
  apply/recoverable_functionals; exists y => d Bd; apply: read.
  move: Bd; rewrite /block /addressed inE => /and3P[-> -> /eqP ->]; exact: sS.
have [f read] : exists f : Y -> Col -> T -> R, forall s, s \in Ss -> functionals N j P [set s] (f s).
  apply: (fin_all_exists (P := fun s (y : Col -> T -> R) => s \in Ss -> functionals N j P [set s] y)) => s.
  have [/each/recoverable_functionals[y read]|nS] := boolP (s \in Ss); first by exists y.
  by exists (fun _ _ => 0).
apply/recoverable_functionals; exists (fun d => f d.2.2 d) => d.
by rewrite block_one => /andP[Bd sS]; apply: read.
Qed.

(* So a union of recoverable sets is recoverable, and one is the largest.     *)
Theorem B4_union Ss Ss' : recoverable N j P Ss -> recoverable N j P Ss' -> recoverable N j P (Ss :|: Ss').
Proof. by move=> /B4 ok /B4 ok'; apply/B4 => s; rewrite inE => /orP[/ok|/ok']. Qed.

Theorem B5 Ss x : supp (augmented N) x /\ scope N j Ss x <->
  follow N x (start N) != set0 /\
  exists2 i, (0 < i <= size x)%N & survivors N j Ss (start N) i x == set0.
Proof. by rewrite supp_follow; split=> -[? /scope_survivors ?]. Qed.

Theorem B5_prompted Ss x : supp (augmented N) x /\ prompted_scope N j P Ss x <->
  follow N x (start N) != set0 /\
  exists2 i, (0 < i <= size x)%N & survivors N j Ss (source N j P) i x == set0.
Proof. by rewrite supp_follow; split=> -[? /prompted_scope_survivors ?]. Qed.

(* One token more: old survivor sets advance and are sifted; one is new, and  *)
(* is not sifted.                                                             *)
Theorem B5_step Ss (E : {set Au}) x z i : (0 < i <= size x)%N ->
  survivors N j Ss E i (rcons x z) = sift N z (advance N (survivors N j Ss E i x)) /\
  survivors N j Ss E (size x).+1 (rcons x z) = outside j Ss (advance N (follow N x E)).
Proof.
case/andP => i_gt0 le_i; split; last first.
  by rewrite /survivors /= -cats1 drop_oversize ?size_cat ?addn1 // take_size_cat.
rewrite /survivors drop_rcons // follow_rcons -cats1 takel_cat //.
by rewrite (leq_trans (leq_pred _)).
Qed.

End Beyond.
