From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended theorem_3_6.
From Recoverable Require Import labels rules_chain rules_head rules_labels rules_tree.

(******************************************************************************)
(* B1: the weakest condition for a head whose score is a positive multiple of *)
(* the task's, for binary tasks.                                              *)
(*                                                                            *)
(*  proportional_head M mu q b <=> for the law q of the state in front (pi_1, *)
(*                  or rho behind a prompt): one constant C > 0 makes the     *)
(*                  values of the head b those of mu, times C, on every       *)
(*                  possible nonempty input                                   *)
(* combination M ws lambda == sum of lambda_j beta(w_j)                       *)
(*         dot f v == f . v                                                   *)
(*  in_span M v  <=> v is a combination of backward vectors of possible       *)
(*                  nonempty words, a member of V                             *)
(*  spanning M ws <=> the words ws are possible and nonempty, and their       *)
(*                  backward vectors span V                                   *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section B1.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T).
Implicit Types (mu v q : S -> R) (b : T -> R) (x : seq T).

Local Notation W := (emit M).

Definition proportional_head mu q b := exists2 C, 0 < C &
  forall x, x != [::] -> supp M x ->
    value M (head_row M b q) x = C * value M (task_row M mu) x.

Definition combination (r : nat) (ws : 'I_r -> seq T) (lambda : 'I_r -> R) h :=
  \sum_j lambda j * beta M (ws j) h.

Definition in_span v := exists r (ws : 'I_r -> seq T) lambda,
  [/\ forall j, ws j != [::], forall j, supp M (ws j) & v =1 combination ws lambda].

Definition spanning (r : nat) (ws : 'I_r -> seq T) :=
  [/\ forall j, ws j != [::], forall j, supp M (ws j) &
      forall x, x != [::] -> supp M x -> exists lambda, beta M x =1 combination ws lambda].

Definition dot (f v : S -> R) := \sum_h f h * v h.

Lemma dot_combination f r (ws : 'I_r -> seq T) lambda :
  dot f (combination ws lambda) = \sum_j lambda j * value M f (ws j).
Proof.
rewrite /dot; under eq_bigr do rewrite mulr_sumr.
rewrite exchange_big; apply: eq_bigr => j _; rewrite mulr_sumr.
by apply: eq_bigr => h _; ring.
Qed.

Lemma eq_dot f v v' : v =1 v' -> dot f v = dot f v'.
Proof. by move=> eq_v; apply: eq_bigr => h _; rewrite eq_v. Qed.

Lemma dot_head q b v : dot (head_row M b q) v = \sum_z b z * \sum_h W z h * q h * v h.
Proof.
under [RHS]eq_bigr do rewrite mulr_sumr.
rewrite [RHS]exchange_big; apply: eq_bigr => h _; rewrite /head_row !mulr_suml.
by apply: eq_bigr => z _; ring.
Qed.

(* A proportional head excludes every v of V in the kernel of W diag(q) on    *)
(* which the task does not vanish.                                            *)
Theorem B1_necessary mu q b : proportional_head mu q b ->
  forall v, in_span v -> (forall z, \sum_h W z h * q h * v h = 0) -> dot (task_row M mu) v = 0.
Proof.
case=> C C_gt0 prop v [r [ws [lambda [ws0 ws_supp eq_v]]]] ker.
have : C * dot (task_row M mu) v = 0.
  transitivity (dot (head_row M b q) v); last first.
    by rewrite dot_head big1 // => z _; rewrite ker mulr0.
  rewrite !(eq_dot _ eq_v) !dot_combination mulr_sumr; apply: eq_bigr => j _.
  by rewrite prop //; ring.
by move/eqP; rewrite mulf_eq0 gt_eqF //= => /eqP.
Qed.

(* Where a finite family spans V, that is all that can stand in the way, and  *)
(* the constant can be 1.                                                     *)
Theorem B1_sufficient mu q r (ws : 'I_r -> seq T) : spanning ws ->
  (forall v, in_span v -> (forall z, \sum_h W z h * q h * v h = 0) -> dot (task_row M mu) v = 0) ->
  exists b, forall x, x != [::] -> supp M x ->
    value M (head_row M b q) x = value M (task_row M mu) x.
Proof.
case=> ws0 ws_supp span ker_sub.
pose P : 'M[R]_(r, #|T|) := \matrix_(j, a) \sum_h W (enum_val a) h * q h * beta M (ws j) h.
pose t : 'cV[R]_r := \col_j value M (task_row M mu) (ws j).
have sum_T (f : T -> R) : \sum_(a < #|T|) f (enum_val a) = \sum_z f z.
  by rewrite [RHS](reindex _ (onW_bij _ (enum_val_bij _))).
have sub : (t^T <= P^T)%MS.
  rewrite submxE; apply/eqP/rowP => j; rewrite mxE [RHS]mxE.
  pose kappa i := cokermx P^T i j; pose v := combination ws kappa.
  have := ker_sub v (ex_intro _ r (ex_intro _ ws (ex_intro _ kappa (And3 ws0 ws_supp (fun=> erefl))))).
  rewrite dot_combination => task0; rewrite -[RHS]task0 => [|z].
    by apply: eq_bigr => i _; rewrite 2!mxE mulrC.
  have /matrixP/(_ (enum_rank z) j) := mulmx_coker P^T; rewrite mxE [RHS]mxE => ker0.
  rewrite -[RHS]ker0 -[LHS]/(dot (fun h => W z h * q h) v) dot_combination.
  by apply: eq_bigr => i _; rewrite 2!mxE enum_rankK mulrC.
case/submxP: sub => D tD; pose b z := D ord0 (enum_rank z).
have eq_ws j : value M (head_row M b q) (ws j) = value M (task_row M mu) (ws j).
  have /rowP/(_ j) := tD; rewrite !mxE => ->.
  rewrite -[LHS]/(dot (head_row M b q) (beta M (ws j))) dot_head -sum_T.
  by apply: eq_bigr => a _; rewrite !mxE /b enum_valK.
exists b => x x0 x_supp; have [lambda eq_x] := span x x0 x_supp.
rewrite -[LHS]/(dot _ (beta M x)) -[RHS]/(dot _ (beta M x)) !(eq_dot _ eq_x) !dot_combination.
by apply: eq_bigr => j _; rewrite eq_ws.
Qed.

End B1.

(* Such a family exists: a closure of the squares of backward vectors. *)

Section Closure.
Variables (R : realFieldType) (T I : finType).
Variables (e : seq T -> I -> R) (F : T -> I -> I -> R).
Hypothesis e_cons : forall z x, x != [::] -> forall i, e (z :: x) i = \sum_k F z i k * e x k.

Let v x : 'rV[R]_#|I| := \row_i e x (enum_val i).
Let E r (ws : 'I_r -> seq T) : 'M[R]_(r, #|I|) := \matrix_(j, i) e (ws j) (enum_val i).

Lemma closure_exists : exists r (ws : 'I_r -> seq T),
  (forall j, ws j != [::]) /\ forall x, x != [::] -> exists lambda : 'I_r -> R,
    forall i, e x i = \sum_j lambda j * e (ws j) i.
Proof.
have row_E r (ws : 'I_r -> seq T) j : row j (E ws) = v (ws j) by apply/rowP => i; rewrite !mxE.
pose G z : 'M[R]_#|I| := \matrix_(k, i) F z (enum_val i) (enum_val k).
have v_cons z x : x != [::] -> v (z :: x) = v x *m G z.
  move=> x0; apply/rowP => i; rewrite !mxE e_cons //; apply/esym/sum_enum => k.
  by rewrite !mxE mulrC.
have grow k : exists r (ws : 'I_r -> seq T), (forall j, ws j != [::]) /\
    ((k <= \rank (E ws))%N \/ forall x, x != [::] -> (v x <= E ws)%MS).
  elim: k => [|k [r [ws [ws0 [le_k|closed]]]]].
  - by exists 0%N, (fun=> [::]); split=> [[]|] //; left.
  - have add w : w != [::] -> ~~ (v w <= E ws)%MS -> exists r (ws : 'I_r -> seq T),
        (forall j, ws j != [::]) /\ ((k < \rank (E ws))%N \/ forall x, x != [::] -> (v x <= E ws)%MS).
      move=> w0 new; pose ws' (i : 'I_r.+1) := if unlift ord0 i is Some j then ws j else w.
      exists r.+1, ws'; split=> [i|]; first by rewrite /ws'; case: unlift.
      left; apply: leq_ltn_trans le_k (rank_ltmx _); rewrite ltmxE; apply/andP; split.
        apply/row_subP => j; have <- : row (lift ord0 j) (E ws') = row j (E ws).
          by rewrite !row_E /ws' liftK.
        exact: row_sub.
      apply: contraNN new; apply: submx_trans.
      have <- : row ord0 (E ws') = v w by rewrite row_E /ws' unlift_none.
      exact: row_sub.
    have [all1|/forallPn[z new]] := boolP [forall z, v [:: z] <= E ws]%MS; last exact: add new.
    have [all2|/forallPn[z /forallPn[j new]]] := boolP [forall z, forall j, v (z :: ws j) <= E ws]%MS;
      last exact: add new.
    exists r, ws; split=> //; right; elim=> // z x IH _.
    have [->|x0] := eqVneq x [::]; first exact: (forallP all1).
    rewrite v_cons //; apply: submx_trans (submxMr (G z) (IH x0)) _.
    apply/row_subP => j; rewrite row_mul row_E -v_cons //; exact: (forallP (forallP all2 z) j).
  - by exists r, ws; split=> //; right.
have [r [ws [ws0 [le_d|closed]]]] := grow #|I|.+1.
  by have := leq_trans le_d (rank_leq_col (E ws)); rewrite ltnn.
exists r, ws; split=> // x /closed /submxP[D vE]; exists (fun j => D ord0 j) => i.
have /rowP/(_ (enum_rank i)) := vE; rewrite !mxE enum_rankK => ->.
by apply: eq_bigr => j _; rewrite mxE enum_rankK.
Qed.

End Closure.

Section Spanning.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T).

Lemma possible_word : exists2 x : seq T, x != [::] & supp M x.
Proof.
case: (pickP (fun z => supp M [:: z])) => [z z_supp|none]; first by exists [:: z].
have : \sum_(y : 1.-tuple T) value M (init M) y = 1 by rewrite sum_value init_sum.
rewrite big1 => [/eqP|y _]; first by rewrite eq_sym oner_eq0.
have [z ->] : exists z, y = [tuple z] by case/tupleP: y => z y; exists z; rewrite (tuple0 y).
have := none z; rewrite /supp probE => /negbT; rewrite -leNgt => le0.
by apply/le_anti; rewrite le0 value_ge0 //; exact: init_ge0.
Qed.

Theorem spanning_exists : exists r (ws : 'I_r -> seq T), spanning M ws.
Proof.
pose e x (p : S * S) := beta M x p.1 * beta M x p.2.
pose P z h k := trans M k h * emit M z k.
pose F z (p q : S * S) := P z p.1 q.1 * P z p.2 q.2.
have beta_P z x h : beta M (z :: x) h = \sum_k P z h k * beta M x k.
  by rewrite beta_cons; apply: eq_bigr => k _; rewrite mulrA.
have [|r [ws [ws0 span]]] := @closure_exists R T _ e F.
  by move=> z x _ p; rewrite /e !beta_P prod_square.
have [w w0 w_supp] := possible_word.
exists r, (fun j => if supp M (ws j) then ws j else w); split=> [j|j|x x0 x_supp].
- by case: ifP.
- by case: ifP.
have [lambda eq_e] := span x x0.
exists (fun j => lambda j * value M (init M) (ws j) / value M (init M) x) => h.
have x_neq0 : value M (init M) x != 0 by move: x_supp; rewrite /supp probE => /gt_eqF/negbT.
apply: (mulIf x_neq0); rewrite [in LHS]/value [LHS]mulr_sumr /combination mulr_suml.
transitivity (\sum_g init M g * e x (h, g)); first by apply: eq_bigr => g _; rewrite /e /=; ring.
under eq_bigr do rewrite eq_e mulr_sumr.
rewrite exchange_big; apply: eq_bigr => j _.
have [j_supp|j_supp] := boolP (supp M (ws j)).
  rewrite [RHS]mulrAC divfK // /value mulr_sumr mulr_suml.
  by apply: eq_bigr => g _; rewrite /e /=; ring.
have j0 : value M (init M) (ws j) = 0.
  move: j_supp; rewrite /supp probE -leNgt => le0; apply/le_anti.
  by rewrite le0 value_ge0 //; exact: init_ge0.
rewrite j0 mulr0 !mul0r big1 // => g _.
have := value_eq0 (init_ge0 M) j0 g; rewrite /e /= => g0.
transitivity (lambda j * beta M (ws j) h * (init M g * beta M (ws j) g)); first by ring.
by rewrite g0 mulr0.
Qed.

(* B1, both ways *)
Theorem B1 mu q :
  (exists b, proportional_head M mu q b) <->
  (forall v, in_span M v -> (forall z, \sum_h emit M z h * q h * v h = 0) ->
     dot (task_row M mu) v = 0).
Proof.
split=> [[b prop] v|ker]; first exact: B1_necessary prop v.
have [r [ws span]] := spanning_exists; have [b eq_b] := B1_sufficient span ker.
by exists b, 1 => // x x0 x_supp; rewrite mul1r eq_b.
Qed.

End Spanning.
