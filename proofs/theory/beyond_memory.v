From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended labels columns.
From Recoverable Require Import memory scope attention attention_identities supporting_memory rules_memory.

(******************************************************************************)
(* Theory B4: a set of syntax states is recoverable if and only if each of    *)
(* its states is, and a state is if and only if its columns add their number  *)
(* to the rank of all others; so there is one largest set, and its R, or R_u, *)
(* is the largest. B5: the inputs of R and of R_u, by survivor sets, which     *)
(* change with each token; a position beyond the word has none.               *)
(*                                                                            *)
(*      counted j P == the columns that count, all of them without a prompt   *)
(*  other_columns j P s == those that are not of the syntax state s, cell j   *)
(*   recoverable_states N j P == the syntax states that add their columns to  *)
(*                  the rank, by rank computations alone                      *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* Ranks of the columns in a union *)

Section Ranks.
Variables (R : realFieldType) (S T : finType) (M : T -> S -> R) (A D E : pred S).
Hypothesis AE : forall h, A h = D h || E h.

Lemma rank_union : (rank M A + \rank (columns M D :&: columns M E) = rank M D + rank M E)%N.
Proof.
suff eq_A : (columns M A :=: columns M D + columns M E)%MS by rewrite /rank eq_A mxrank_sum_cap.
apply/eqmxP/andP; split; last first.
  by rewrite addsmx_sub !span_sub // => h ok; apply: in_span_column; rewrite AE ok ?orbT.
apply/row_subP => i; rewrite row_columns; have := enum_valP i; rewrite -topredE /= AE => /orP[Dh|Eh].
  by apply: submx_trans (addsmxSl _ _); apply/in_spanP/in_span_column.
by apply: submx_trans (addsmxSr _ _); apply/in_spanP/in_span_column.
Qed.

Lemma meet_in_zero : (forall v, in_span M D v -> in_span M E v -> v =1 fun=> 0) <->
  \rank (columns M D :&: columns M E) = 0%N.
Proof.
split=> [zero|/eqP]; last first.
  rewrite mxrank_eq0 => /eqP cap0 v /in_spanP vD /in_spanP vE z.
  have : (vec v <= columns M D :&: columns M E)%MS by rewrite sub_capmx vD.
  by rewrite cap0 submx0 => /eqP/rowP/(_ (enum_rank z)); rewrite !mxE enum_rankK.
apply/eqP; rewrite mxrank_eq0 -submx0; apply/row_subP => i; rewrite submx0.
set w := row i _; have : (w <= columns M D :&: columns M E)%MS by exact: row_sub.
pose v z := w ord0 (enum_rank z); have -> : w = vec v.
  by apply/rowP => j; rewrite [RHS]mxE /v enum_valK.
rewrite sub_capmx => /andP[/in_spanP vD /in_spanP vE].
by apply/eqP/rowP => j; rewrite !mxE (zero v vD vE).
Qed.

Lemma independent_apart : independent M D /\ (forall v, in_span M D v -> in_span M E v -> v =1 fun=> 0) <->
  rank M A = (rank M E + #|D|)%N.
Proof.
have eq_rank := rank_union; rewrite meet_in_zero; split=> [[/rank_independent rD cap0]|rA].
  by rewrite cap0 rD in eq_rank; lia.
have := rank_le M D => le_D; split; last by lia.
by apply/independentP/eqP; rewrite -/(rank M D); lia.
Qed.

End Ranks.

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

(* One syntax state, by ranks *)

Definition counted : pred Col := fun d => (d.2.1 == j) ==> P d.1.
Definition other_columns s : pred Col := [pred d : Col | counts j P d & ~~ addressed j [set s] d.2].

Lemma card_block s : #|(block j P [set s] : pred Col)| = #|P|.
Proof.
pose f v : Col := (v, (j, s)); have f_inj : injective f by move=> v v' [].
rewrite -(card_image f_inj P); apply: eq_card => d; rewrite -[d \in _]/(block j P [set s] d).
apply/idP/imageP => [|[v Pv ->]]; last by rewrite /block /counts /addressed /= eqxx inE eqxx !andbT.
case: d => v [i s']; rewrite /block /counts /addressed /= inE => /and3P[Pv /eqP eq_i /eqP ->].
by exists v; rewrite ?eq_i //; move: Pv; rewrite eq_i eqxx.
Qed.

Theorem B4_rank s : recoverable N j P [set s] <->
  rank (memit N) counted = (rank (memit N) (other_columns s) + #|P|)%N.
Proof.
rewrite -(card_block s); apply: independent_apart => d.
by rewrite /counted /other_columns /block /= /counts; case: (_ ==> _); rewrite //= orbN.
Qed.

Definition recoverable_states :=
  [set s | rank (memit N) counted == (rank (memit N) (other_columns s) + #|P|)%N].

(* The one largest set *)
Theorem B4_largest Ss : recoverable N j P Ss <-> Ss \subset recoverable_states.
Proof.
rewrite B4; split=> [each|/subsetP sub s /sub].
  by apply/subsetP => s /each/B4_rank/eqP; rewrite inE.
by rewrite inE => /eqP/B4_rank.
Qed.

(* A larger set has a larger R, and a larger R_u. *)
Theorem B4_scope Ss Ss' x : Ss \subset Ss' ->
  (scope N j Ss x -> scope N j Ss' x) /\ (prompted_scope N j P Ss x -> prompted_scope N j P Ss' x).
Proof.
move=> /subsetP sub; have grow h : addressed j Ss h -> addressed j Ss' h.
  by case/andP => hj /sub h_in; apply/andP.
by split=> -[i lt_i inside]; exists i => // h /inside; exact: grow.
Qed.

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

(* Assumption 4.2, and 4.5 (C.5), of a set: each of its states adds the       *)
(* number of values, or of values in supp mu, to a rank.                      *)

Theorem B4_assumption_4_2 (R : realFieldType) (C Y V T : finType) (N : memory R C Y V T) j (Ss : {set Y}) :
  assumption_4_2 N j Ss <-> forall s, s \in Ss ->
    rank (memit N) predT = (rank (memit N) [pred d | ~~ addressed j [set s] d.2] + #|V|)%N.
Proof.
have all_count : @counted C Y V j predT =1 predT by move=> d; rewrite /counted; apply: implybT.
have others s : @other_columns C Y V j predT s =1 [pred d | ~~ addressed j [set s] d.2].
  by move=> d; rewrite /other_columns /counts /=; have -> : (d.2.1 == j) ==> true = true by apply: implybT.
have eq_rank (D D' : pred [finType of V * (C * Y)]) : D =1 D' -> rank (memit N) D = rank (memit N) D'.
  move=> eq_D; apply/eqP; rewrite eqn_leq /rank; apply/andP; split; apply/mxrankS/span_sub => d;
    by rewrite ?eq_D => ok; apply: in_span_column; rewrite ?eq_D // -eq_D.
rewrite /assumption_4_2 B4; split=> each s /each.
  by rewrite B4_rank (eq_rank _ _ all_count) (eq_rank _ _ (others s)).
by rewrite B4_rank (eq_rank _ _ all_count) (eq_rank _ _ (others s)).
Qed.

Theorem B4_assumption_4_5 (R : realFieldType) (C Y V T : finType) (N : memory R C Y V T) c (mu : 'I_c.+1 -> V -> R) j
    (Ss : {set Y}) : let P := task_values mu in
  assumption_4_5 N mu j Ss <-> forall s, s \in Ss ->
    rank (memit N) (@counted C Y V j P) = (rank (memit N) (@other_columns C Y V j P s) + #|P|)%N.
Proof. by move=> P; rewrite /assumption_4_5 B4; split=> each s /each /B4_rank. Qed.
