From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended theorem_3_6.
From Recoverable Require Import labels columns rules_chain rules_head rules_prompt.

(******************************************************************************)
(* Soundness of the checker's rule that refutes Assumption 3.5 by a search    *)
(* through all sets B of states.                                              *)
(*                                                                            *)
(*   relations y own <=> y_q^T W = 0, and at the token own q the relation y_q *)
(*                  is not zero, all others are                               *)
(*   kernel v <=> v is not zero, and W v = 0                                  *)
(*   ruled_out C E <=> C with the support of the task has too many states, or *)
(*                  contains the support of a kernel vector, or all states to *)
(*                  which an excluded state leads                             *)
(*   refute n C E bs == what the search from the covered states C, the        *)
(*                  excluded states E and the branches bs leaves of these, or *)
(*                  None if it fails; n bounds the number of nested branches  *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Search.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T) (c : nat) (mu : 'I_c.+1 -> S -> R).
Implicit Types (B D C : {set S}) (E bs order : seq S) (v : S -> R).

Local Notation W := (emit M).

Definition relations (Q : finType) (y : Q -> T -> R) (own : Q -> T) :=
  (forall q h, \sum_z y q z * W z h = 0) /\
  forall q q', (y q' (own q) != 0) = (q' == q).

Definition kernel v := (exists h, v h != 0) /\ apply W v =1 fun=> 0.

(* The evidence: relations, kernel vectors, an order of the states *)
Variables (Q : finType) (y : Q -> T -> R) (own : Q -> T) (vs : seq (S -> R)) (order : seq S).

Hypothesis y_relations : relations y own.
Hypothesis vs_kernel : forall i, (i < size vs)%N -> kernel (nth (fun=> 0) vs i).
Hypothesis order_all : forall h, h \in order.

Definition wanted : {set S} := [set h | task_support mu h].
Definition most := (#|T| - #|Q|)%N.

Definition ruled_out C E :=
  let D := C :|: wanted in
  [|| (most < #|D|)%N, has (fun v => [forall h, (v h != 0) ==> (h \in D)]) vs
    | has (fun e => reached M [set e] \subset D) E].

(* One choice after the other of the states that lead to the branch s; acc    *)
(* has the excluded states and the branches that remain.                      *)
Definition choose (search : {set S} -> seq S -> seq S -> option (seq S)) C s
    (acc : option (seq S * seq S)) h :=
  if acc is Some (E, bs) then
    if step M h s && (h \notin E) then
      if search (C :|: reached M [set h]) E bs is Some bs' then Some (h :: E, bs') else None
    else acc
  else None.

Fixpoint refute n C E bs : option (seq S) :=
  if ruled_out C E then Some bs else
  match n, bs with
  | n'.+1, s :: bs' =>
      if (s \in C) || (s \notin wanted) then None
      else omap snd (foldl (choose (refute n') C s) (Some (E, bs')) order)
  | _, _ => None
  end.

(* Too many columns, or the support of a kernel vector *)

Lemma reached1 h k : (k \in reached M [set h]) = step M h k.
Proof. by apply/bigcupP/idP => [[g]|]; [rewrite !inE => /eqP -> | exists h; rewrite !inE]. Qed.

Lemma reachedU B B' : reached M (B :|: B') = reached M B :|: reached M B'.
Proof. exact: bigcup_setU. Qed.

Lemma reachedS B B' : B \subset B' -> reached M B \subset reached M B'.
Proof. by move=> /setUidPr <-; rewrite reachedU subsetUl. Qed.

Lemma rank_limit D : independent W (mem D) -> (#|D| <= most)%N.
Proof.
have [zero own_only] := y_relations.
move=> /independentP free_D.
pose A : 'M[R]_(#|Q|, #|T|) := \matrix_(q, z) y (enum_val q) (enum_val z).
have free_A : row_free A.
  apply: inj_row_free => w wA; apply/rowP => q; rewrite mxE.
  have /rowP/(_ (enum_rank (own (enum_val q)))) := wA; rewrite !mxE (bigD1 q) //= big1 ?addr0.
    rewrite !mxE enum_rankK => /eqP; rewrite mulf_eq0 => /orP[/eqP //|].
    by rewrite -[_ == 0]negbK own_only eqxx.
  move=> q' neq; rewrite !mxE enum_rankK; apply/eqP; rewrite mulf_eq0 -[y _ _ == 0]negbK own_only.
  by rewrite (inj_eq enum_val_inj) neq orbT.
have DA0 : columns W (mem D) *m A^T = 0.
  apply/matrixP => i q; rewrite !mxE -[RHS](zero (enum_val q) (enum_val i)).
  rewrite [RHS]columns.sum_enum; apply: eq_bigr => z _; by rewrite !mxE mulrC.
have := mulmx0_rank_max DA0; rewrite mxrank_tr (eqP free_A) (eqP free_D) => le.
rewrite /most; move: le; set a := #|pred_of_simpl _|; have -> : a = #|D| by apply: eq_card.
by move=> le; rewrite leq_subRL ?(leq_trans _ le) ?leq_addl // addnC.
Qed.

Lemma kernel_limit D v : kernel v -> (forall h, v h != 0 -> h \in D) -> ~ independent W (mem D).
Proof.
move=> [[h vh] ker] sub /(_ v) indep; case/negP: (vh); apply/eqP; apply: indep; last exact: sub.
move=> z; rewrite -[RHS](ker z) /apply [RHS](bigID (mem D)) /= [X in _ + X]big1 ?addr0.
  by apply: eq_bigr => g _; rewrite mulrC.
move=> g out; have /eqP -> : v g == 0 by apply: contraNT out => /sub.
by rewrite mulr0.
Qed.

Lemma independentS D D' : D \subset D' -> independent W (mem D') -> independent W (mem D).
Proof.
move=> /subsetP sub indep f f0 h hD.
pose f' g := if g \in D then f g else 0.
have <- : f' h = f h by rewrite /f' (_ : h \in D).
apply: (indep f') => [z|]; last exact: sub.
rewrite -[RHS](f0 z) [LHS]big_mkcond [RHS]big_mkcond; apply: eq_bigr => g _ /=; rewrite /f'.
case gD: (g \in D); first by rewrite (sub _ gD).
by case: ifP => // _; exact: mul0r.
Qed.

(* What the search knows: the sets B with the chosen states K; a set with an  *)
(* excluded state, but without those that were excluded before, is ruled out. *)

Definition clear B E := forall e : S, e \in E -> e \notin B.

Fixpoint known (K : {set S}) (E : seq S) : Prop :=
  if E is e :: E' then
    [/\ e \notin E', known K E'
      & forall B, K \subset B -> e \in B -> clear B E' -> ~ essential M mu B]
  else True.

Lemma knownS (K K' : {set S}) E : K \subset K' -> known K E -> known K' E.
Proof.
move=> sub; elim: E => //= e E IH [e_new /IH kn no]; split=> // B /(subset_trans sub); exact: no.
Qed.

Lemma known_use K E e B : known K E -> e \in E -> K \subset B -> e \in B ->
  (forall g, g \in B -> g != e -> g \notin E) -> ~ essential M mu B.
Proof.
elim: E => //= g E IH [g_new kn no] e_in sub eB others.
move: e_in; rewrite inE => /orP[/eqP eq_e|e_in].
  apply: no => //; first by rewrite -eq_e.
  move=> k kE; apply: contraL kE => kB; have [eq_k|neq] := eqVneq k e.
    by rewrite eq_k eq_e.
  by have := others k kB neq; rewrite inE negb_or => /andP[].
apply: (IH kn e_in sub eB) => k kB /(others k kB); by rewrite inE negb_or => /andP[].
Qed.

Lemma essential_reached B B' : reached M B = reached M B' -> essential M mu B -> essential M mu B'.
Proof. by move=> eq_r [indep sub]; split; rewrite -eq_r. Qed.

Lemma ruled_out_sound K C E B : ruled_out C E -> C = reached M K -> known K E ->
  K \subset B -> clear B E -> ~ essential M mu B.
Proof.
move=> out eq_C kn sub clear_B ess; have [indep covers] := ess.
have D_sub : C :|: wanted \subset reached M B.
  rewrite eq_C subUset reachedS //=; apply/subsetP => h; rewrite inE; exact: covers.
have indep_D := independentS D_sub indep.
case/or3P: out => [|/(has_nthP (fun=> 0))[i lt_i /forallP sub_v]|/hasP[e eE sub_e]].
- by rewrite ltnNge rank_limit.
- apply: (kernel_limit (vs_kernel lt_i) _ indep_D) => h; exact/implyP.
- have eq_r : reached M (e |: B) = reached M B.
    by rewrite reachedU; apply/setUidPr; exact: subset_trans sub_e D_sub.
  apply: (known_use (e := e) (B := e |: B) kn eE); rewrite ?setU11 //.
  + exact: subset_trans sub (subsetUr _ _).
  + move=> g; rewrite !inE => /orP[/eqP ->|gB _]; first by rewrite eqxx.
    by apply: contraL gB => /clear_B.
  + by apply: (essential_reached (B := B)).
Qed.

Lemma search_sound n K C E bs bs' : refute n C E bs = Some bs' -> C = reached M K -> known K E ->
  forall B, K \subset B -> clear B E -> ~ essential M mu B.
Proof.
elim: n K C E bs bs' => [|n IH] K C E bs bs' /=; case: ifP => [out _ eq_C kn B|_];
  [exact: ruled_out_sound out eq_C kn | by [] | exact: ruled_out_sound out eq_C kn |].
case: bs => // s bs; case: ifP => // /negbT; rewrite negb_or negbK => /andP[s_new s_wanted].
set loop := foldl _ _ _; case eq_loop : loop => [[E' bs'']|] //= _ eq_C kn B sub clear_B ess.
have fail (o : seq S) : foldl (choose (refute n) C s) None o = None by elim: o.
(* All states that were chosen stay out of B. *)
have inv (o : seq S) E1 bs1 : foldl (choose (refute n) C s) (Some (E1, bs1)) o = Some (E', bs'') ->
    known K E1 -> clear B E1 -> clear B E' /\ forall h, h \in o -> step M h s -> h \in E'.
  elim: o E1 bs1 {loop eq_loop kn clear_B} => [|h o IHo] E1 bs1 /=.
    by move=> [<- _] _ clear_1; split.
  have grow (o' : seq S) E2 bs2 : foldl (choose (refute n) C s) (Some (E2, bs2)) o' = Some (E', bs'') ->
      {subset E2 <= E'}.
    elim: o' E2 bs2 => [|k o' IHo'] E2 bs2 /=; first by move=> [<- _].
    case: ifP => [_|_]; last exact: IHo'.
    case: (refute _ _ _ _) => [bs3|]; last by rewrite fail.
    by move=> /IHo' sub2 e e2; apply: sub2; rewrite inE e2 orbT.
  case: ifP => [/andP[st h_new]|no_step] run kn clear_1; last first.
    have [clear_E' all_in] := IHo _ _ run kn clear_1; split=> // k; rewrite inE.
    case/orP => [/eqP ->|]; last exact: all_in.
    by move=> st; move: no_step; rewrite st => /negbFE; exact: grow run h.
  move: run; case eq_r : (refute _ _ _ _) => [bs3|]; last by rewrite fail.
  move=> run; have no_B B' : h |: K \subset B' -> clear B' E1 -> ~ essential M mu B'.
    apply: (IH (h |: K) _ E1 bs1 bs3 eq_r); first by rewrite reachedU eq_C setUC.
    exact: knownS (subsetUr _ _) kn.
  have hB : h \notin B.
    by apply/negP => hB; apply: (no_B B) ess => //; rewrite subUset sub1set hB.
  have kn' : known K (h :: E1).
    by split=> // B' sub' hB' clear'; apply: no_B => //; rewrite subUset sub1set hB'.
  have clear' : clear B (h :: E1).
    by move=> e; rewrite inE => /orP[/eqP -> //|/clear_1].
  have [clear_E' all_in] := IHo _ _ run kn' clear'; split=> // k; rewrite inE.
  case/orP => [/eqP -> _|]; last exact: all_in.
  by apply: (grow _ _ _ run); rewrite inE eqxx.
have [clear_E' all_in] := inv order E bs eq_loop kn clear_B.
have [_ covers] := ess; move: s_wanted; rewrite inE => /covers /bigcupP[g gB].
rewrite inE => st; have := clear_E' g (all_in g (order_all g) st).
by rewrite gB.
Qed.

(* The search starts with no state, and takes all branches. *)
Lemma no_essential_states_sound n branches : refute n set0 [::] branches = Some [::] ->
  ~ exists B, essential M mu B.
Proof.
move=> done [B ess]; apply: (search_sound (K := set0) done _ _ (B := B)) ess => //.
  by rewrite /reached big_set0.
exact: sub0set.
Qed.

End Search.
