From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended.
From Recoverable Require Import labels columns rules_chain memory scope attention attention_identities.

(******************************************************************************)
(* Soundness of the checker's rules about models with memory (FORMAT.md).     *)
(*                                                                            *)
(*   recoverable_evidence N j P Ss f v <=> functionals f for the syntax       *)
(*                 states in Ss, kernel vectors v for all others              *)
(*   weighed mu hd <=> the rows b are the task's weights                      *)
(*   automaton N j Ss q0 possible source survivors next <=> what is checked   *)
(*                 of an automaton from the state q0 on                       *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Recoverable.
Variables (R : realFieldType) (C Y V T : finType) (N : memory R C Y V T).
Variables (j : C) (P : pred V).

Let Col := [finType of V * (C * Y)].
Implicit Types (Ss : {set Y}).

Local Notation W := (memit N).

Definition recoverable_evidence Ss (f : Y -> V -> T -> R) (v : Y -> Col -> R) :=
  (forall s, s \in Ss -> forall c, P c -> forall d, counts j P d ->
     \sum_z f s c z * W z d = (d == (c, (j, s)))%:R) /\
  (forall s, s \notin Ss -> [/\ apply W (v s) =1 fun=> 0,
     forall d, ~~ counts j P d -> v s d = 0 & exists2 c, P c & v s (c, (j, s)) != 0]).

Lemma evidence_sound Ss f v : recoverable_evidence Ss f v ->
  recoverable N j P Ss /\ forall Ss', recoverable N j P Ss' -> Ss' \subset Ss.
Proof.
case=> read kernel; split=> [|Ss' [indep disjoint]].
  apply: (recoverable_by (y := fun d => f d.2.2 d.1)) => -[c [i s]] /andP[/= Pc].
  move=> /andP[/= /eqP eq_i sS] d' cd'; rewrite eq_i in Pc *.
  by rewrite read //; move: Pc; rewrite /counts eqxx.
apply/subsetP => s sS'; apply: contraT => /kernel[ker outside [c Pc]]; case/negP; apply/eqP.
have own : block j P Ss' (c, (j, s)) by rewrite /block /counts /addressed /= eqxx Pc sS'.
have split_sum z : combine W (block j P Ss') (v s) z
    = - combine W [pred d | counts j P d & ~~ addressed j Ss' d.2] (v s) z.
  apply/eqP; rewrite -addr_eq0 -(ker z) /apply /combine.
  rewrite [\sum_d W z d * _](bigID (block j P Ss')) /=; apply/eqP; congr (_ + _).
    by apply: eq_bigr => d _; rewrite mulrC.
  rewrite [LHS]big_mkcond [RHS]big_mkcond; apply: eq_bigr => d _ /=; rewrite /block.
  case cd: (counts j P d) => /=; first by case: ifP => // _; rewrite mulrC.
  by rewrite outside ?cd // mulr0.
apply: (indep (v s)) own => z; apply: (disjoint (combine W (block j P Ss') (v s))).
  by exists (v s).
by exists (fun d => - v s d) => z'; rewrite split_sum /combine -sumrN; apply: eq_bigr => d _; rewrite mulNr.
Qed.

Lemma some_recoverable Ss : recoverable N j P Ss -> (forall Ss', recoverable N j P Ss' -> Ss' \subset Ss) ->
  (exists2 Ss', Ss' != set0 & recoverable N j P Ss') <-> Ss != set0.
Proof.
move=> ok max; split=> [[Ss' Ss'0 /max]|]; last by exists Ss.
by apply: contraTneq => ->; rewrite subset0.
Qed.

End Recoverable.

Section Rules.
Variables (R : realFieldType) (C Y V T : finType) (N : memory R C Y V T) (c : nat).

Let Col := [finType of V * (C * Y)].
Let Au := [finType of {ffun C -> V} * (C * Y)].
Implicit Types (j : C) (Ss : {set Y}) (mu : 'I_c.+1 -> V -> R) (x : seq T) (E : {set Au}).

(* Without a prompt all values count, behind it those of supp mu. The largest *)
(* set with the assumption is Ss; some set but the empty one has it if and    *)
(* only if Ss is not empty.                                                   *)
Lemma recoverable_states_sound j mu Ss f v :
  (recoverable_evidence N j predT Ss f v ->
   [/\ assumption_4_2 N j Ss, forall Ss', assumption_4_2 N j Ss' -> Ss' \subset Ss
     & (exists2 Ss', Ss' != set0 & assumption_4_2 N j Ss') <-> Ss != set0]) /\
  (recoverable_evidence N j (task_values mu) Ss f v ->
   [/\ assumption_4_5 N mu j Ss, forall Ss', assumption_4_5 N mu j Ss' -> Ss' \subset Ss
     & (exists2 Ss', Ss' != set0 & assumption_4_5 N mu j Ss') <-> Ss != set0]).
Proof.
by split=> /evidence_sound[ok max]; split=> //; exact: some_recoverable.
Qed.

Lemma stationary_sound : (forall h, \sum_g mtrans N h g * minit N g = minit N h) -> stationary N.
Proof. by []. Qed.

Lemma not_stationary_sound h : \sum_g mtrans N h g * minit N g != minit N h -> ~ stationary N.
Proof. by move=> /eqP moves /(_ h). Qed.

(* Attention heads *)

Variable K : finType.
Implicit Types (hd : attention R K Col T c).

Lemma attention_head_sound j mu Ss hd r fs bs ws :
  trees (step (chain N)) r fs bs -> walks (step (chain N)) ws -> gcds ws = 1%N ->
  (forall h, 0 < minit N h) -> Ss != set0 ->
  reads_keys N j predT Ss hd -> reads_values N j predT Ss hd -> reads_weights j predT Ss hd mu ->
  offset hd 0 = offset hd 1 ->
  [/\ assumption_3_2 (chain N), assumption_4_2 N j Ss
    & forall x, supp (augmented N) x -> scope N j Ss x ->
        attention_label N hd x =1 mtask_label N mu j x /\
        exists2 A, 0 < A & forall k,
          attn hd (outputs N (x := x)) (embeddings N (x := x)) k
          - attn hd (outputs N (x := x)) (embeddings N (x := x)) ord0
          = A * (mscore N (mu k) j x - mscore N (mu ord0) j x)].
Proof.
move=> spread closed gcd1 full _ keys_ok values_ok weights_ok offsets; split.
- exact: ergodic_sound spread closed gcd1 full.
- by apply: (recoverable_by (y := values hd)); case: values_ok.
- move=> x; exact: attention_identities.
Qed.

Lemma prompted_attention_head_sound j mu Ss hd r fs bs ws :
  let P := task_values mu in let u := allow R j P in
  (forall h, \sum_g mtrans N h g * minit N g = minit N h) ->
  trees (step (chain N)) r fs bs -> walks (step (chain N)) ws -> gcds ws = 1%N ->
  (forall h, 0 < minit N h) -> Ss != set0 ->
  reads_keys N j P Ss hd -> reads_values N j P Ss hd -> reads_weights j P Ss hd mu ->
  offset hd 0 < offset hd 1 -> (forall z, offset hd 0 + functional hd z < offset hd 1) ->
  [/\ assumption_3_2 (chain N), stationary N, assumption_4_5 N mu j Ss
    & forall x, supp (augmented N) x -> prompted_scope N j P Ss x ->
        prompted_attention_label N hd u x =1 mtask_label N mu j x /\
        exists2 A, 0 < A & forall k,
          attn hd (prompt_outputs N u (x := x)) (prompt_embeddings N u (x := x)) k
          - attn hd (prompt_outputs N u (x := x)) (prompt_embeddings N u (x := x)) ord0
          = A * (mscore N (mu k) j x - mscore N (mu ord0) j x)].
Proof.
move=> P u still spread closed gcd1 full _ keys_ok values_ok weights_ok near far; split=> //.
- exact: ergodic_sound spread closed gcd1 full.
- by apply: (recoverable_by (y := values hd)); case: values_ok.
- move=> x; exact: prompted_attention_identities.
Qed.

(* One input on which a head is wrong, without a prompt or behind one *)

Lemma wrong_attention_label_sound j mu hd x a a' : x != [::] -> supp (augmented N) x ->
  mtask_label N mu j x a -> a != a' ->
  (attention_label N hd x a' ->
   ~ forall y, y != [::] -> supp (augmented N) y -> attention_label N hd y =1 mtask_label N mu j y) /\
  forall u, prompted_attention_label N hd u x a' ->
   ~ forall y, y != [::] -> supp (augmented N) y ->
       prompted_attention_label N hd u y =1 mtask_label N mu j y.
Proof.
move=> x0 x_supp task_a neq; split=> [head_a'|u head_a'] right; case/eqP: neq;
by apply: first_max_unique task_a _; rewrite -/(mtask_label N mu j x a') -right.
Qed.

(* One input of R, or of R_u *)

Lemma scope_member_sound j Ss x i : (0 < i <= size x)%N ->
  follow N x (start N) != set0 ->
  (survivors N j Ss (start N) i x == set0 -> exists2 x, supp (augmented N) x & scope N j Ss x) /\
  forall P : pred V, survivors N j Ss (source N j P) i x == set0 ->
    exists2 x, supp (augmented N) x & prompted_scope N j P Ss x.
Proof.
move=> lt_i possible; have x_supp : supp (augmented N) x by rewrite supp_follow.
by split=> [none|P none]; exists x => //; [apply/scope_survivors | apply/prompted_scope_survivors]; exists i.
Qed.

(* None *)

Section Automaton.
Variables (j : C) (Ss : {set Y}) (E0 : {set Au}).
Variables (Q : Type) (q0 : Q) (possible source : Q -> {set Au}) (known : Q -> seq {set Au}).
Variable next : Q -> T -> option Q.

Definition covered q E := (possible q \subset E) || has (fun U : {set Au} => U \subset E) (known q).

Definition automaton :=
  [/\ possible q0 = start N, source q0 = E0, forall q, all (fun U : {set Au} => U != set0) (known q)
    & forall q z, let F := sift N z (advance N (possible q)) in
      if next q z is Some q' then
        [/\ F != set0, possible q' = F, source q' = sift N z (advance N (source q)),
            covered q' (outside j Ss (advance N (source q)))
          & all (fun U : {set Au} => covered q' (sift N z (advance N U))) (known q)]
      else F = set0].

Lemma follow_rcons x z E : follow N (rcons x z) E = sift N z (advance N (follow N x E)).
Proof. by elim: x E => //= z' x IH E; rewrite IH. Qed.

Lemma advanceS E E' : E \subset E' -> advance N E \subset advance N E'.
Proof.
move/subsetP => sub; apply/subsetP => s; rewrite !inE => /existsP[h /andP[/sub hE st]].
by apply/existsP; exists h; rewrite hE.
Qed.

Lemma siftS z E E' : E \subset E' -> sift N z E \subset sift N z E'.
Proof. by move/subsetP => sub; apply/subsetP => s; rewrite !inE => /andP[/sub -> ->]. Qed.

Lemma covered_step q q' z E : possible q' = sift N z (advance N (possible q)) ->
  all (fun U : {set Au} => covered q' (sift N z (advance N U))) (known q) ->
  covered q E -> covered q' (sift N z (advance N E)).
Proof.
move=> poss /allP all_c /orP[sub|/hasP[U U_known sub]].
  by rewrite /covered poss siftS ?advanceS.
have sub' := siftS z (advanceS sub).
case/orP: (all_c U U_known) => [pos_U|/hasP[U' U'_known sub_U]]; apply/orP.
  by left; exact: subset_trans sub'.
by right; apply/hasP; exists U' => //; exact: subset_trans sub'.
Qed.

(* Every state that is reached knows what is possible, and something of every *)
(* survivor set.                                                              *)
Lemma automaton_reaches x : automaton -> follow N x (start N) != set0 -> exists q,
  [/\ possible q = follow N x (start N), source q = follow N x E0
    & forall i, (0 < i <= size x)%N -> covered q (survivors N j Ss E0 i x)].
Proof.
case=> start_p start_s nonempty step_ok; elim/last_ind: x => [|x z IH] possible_x.
  by exists q0; split=> // -[].
have possible_y : follow N x (start N) != set0.
  apply: contraNneq possible_x => none; rewrite follow_rcons none.
  by apply/eqP/setP => s; rewrite !inE; apply/negbTE; rewrite negb_and negb_exists; apply/orP; left; apply/forallP => h; rewrite inE.
have [q [poss src cov]] := IH possible_y; have := step_ok q z.
case: (next q z) => [q' [F0 poss' src' fresh all_c]|F0]; last first.
  by rewrite follow_rcons -poss F0 eqxx in possible_x.
exists q'; split; rewrite ?follow_rcons -?poss -?src // => i; rewrite size_rcons => /andP[i_gt0 le_i].
move: le_i; rewrite leq_eqVlt => /orP[/eqP ->|lt_i].
  rewrite /survivors /= -cats1 drop_oversize ?size_cat ?addn1 // take_size_cat //=.
  by rewrite -src.
have -> : survivors N j Ss E0 i (rcons x z) = sift N z (advance N (survivors N j Ss E0 i x)).
  rewrite /survivors drop_rcons // follow_rcons -cats1 takel_cat //.
  by rewrite (leq_trans (leq_pred _)).
by apply: covered_step poss' all_c _; apply: cov; rewrite i_gt0.
Qed.

Lemma automaton_survivors x i : automaton -> follow N x (start N) != set0 ->
  (0 < i <= size x)%N -> survivors N j Ss E0 i x != set0.
Proof.
move=> auto possible_x lt_i; have [q [poss _ cov]] := automaton_reaches auto possible_x.
have [_ _ nonempty _] := auto.
have grow (U E : {set Au}) : U != set0 -> U \subset E -> E != set0.
  by case/set0Pn => s sU /subsetP sub; apply/set0Pn; exists s; exact: sub.
case/orP: (cov i lt_i) => [sub|/hasP[U U_known sub]]; apply: grow sub.
  by rewrite poss.
by have /allP := nonempty q; apply.
Qed.

End Automaton.

Lemma empty_scope_sound j Ss (Q : Type) (q0 : Q) possible source known next :
  (automaton j Ss (start N) q0 possible source known next ->
   ~ exists2 x, supp (augmented N) x & scope N j Ss x) /\
  forall P : pred V, automaton j Ss (scope.source N j P) q0 possible source known next ->
   ~ exists2 x, supp (augmented N) x & prompted_scope N j P Ss x.
Proof.
split=> [auto|P auto] [x]; rewrite supp_follow => possible_x.
  by move=> /scope_survivors[i lt_i]; rewrite (negbTE (automaton_survivors auto possible_x lt_i)).
by move=> /prompted_scope_survivors[i lt_i]; rewrite (negbTE (automaton_survivors auto possible_x lt_i)).
Qed.

End Rules.
