From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model.

(******************************************************************************)
(* What the theorems speak of: the task's labels, the pretrained model's      *)
(* prediction, and the sums over paths behind them, computed by recursion.    *)
(*                                                                            *)
(*       prob M E == probability of the event E in the model M                *)
(*    cprob M E F == probability of E given F, 0 where F is impossible        *)
(*         pi M i == law of H_i, A^i pi_0                                     *)
(*       supp M x <=> Pr(X_{1:t} = x) > 0, t the length of x                  *)
(*  posterior M x == P[H_0 | X_{1:t} = x]                                     *)
(*   label M mu x <=> the label F*(x) = 1(mu . P[H_0 | X_{1:t} = x] >= 0)     *)
(*        G M i x == P[X_i | X_{-i} = x_{-i}], a vector over the tokens       *)
(*       beta M x == backward vector of the word x                            *)
(* masked_state M i x s == Pr(H_i = s, X_{-i} = x_{-i})                       *)
(*   head_label M b i x <=> the linear head b says 1 on the prediction at i   *)
(*  independent W D <=> the columns h of W with h in D are independent        *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Prediction.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T).
Implicit Types (x y : seq T) (h s : S) (z : T).

Local Notation A := (trans M).
Local Notation W := (emit M).

Definition prob t (E : pred (omega S T t)) := Pr (init M) A (fun=> W) E.
Definition cprob t (E F : pred (omega S T t)) := cPr (init M) A (fun=> W) E F.

Definition pi i : S -> R := iter i (fun q h => \sum_g A h g * q g) (init M).

Definition supp x := 0 < prob (word x : pred (omega S T (size x))).

Definition posterior x h :=
  cprob [pred w : omega S T (size x) | H 0 w == h] (word x).

Definition label (mu : S -> R) x := 0 <= \sum_h mu h * posterior x h.

Definition G i x z :=
  cprob [pred w : omega S T (size x) | X i w == Some z] (masked i x).

Definition head_label (b : T -> R) i x := 0 <= \sum_z b z * G i x z.

Definition beta x := back A (map W x).

Lemma beta_nil h : beta [::] h = 1. Proof. by []. Qed.

Lemma beta_cons z x h : beta (z :: x) h = \sum_h' A h' h * (W z h' * beta x h').
Proof. by []. Qed.

(* Everything is nonnegative. *)

Lemma beta_ge0 x h : 0 <= beta x h.
Proof.
elim: x h => [|z x IH] h; rewrite ?ler01 ?sumr_ge0 // => g _.
by rewrite !mulr_ge0 ?trans_ge0 ?emit_ge0 ?IH.
Qed.

Lemma pi_ge0 i h : 0 <= pi i h.
Proof.
elim: i h => [|i IH] h; rewrite ?init_ge0 // sumr_ge0 // => g _.
by rewrite mulr_ge0 ?trans_ge0 ?IH.
Qed.

Lemma pi1E h : pi 1 h = \sum_g A h g * init M g. Proof. by []. Qed.

Lemma piS i h : pi i.+1 h = \sum_g A h g * pi i g. Proof. by []. Qed.

Lemma pi_sum i : \sum_h pi i h = 1.
Proof.
elim: i => [|i IH]; first exact: init_sum.
under eq_bigr do rewrite piS.
rewrite exchange_big -IH /=; apply: eq_bigr => g _.
by rewrite -mulr_suml trans_sum mul1r.
Qed.

(* Weights of the tests that the events consist of *)

(* Sums over paths *)

Lemma rowsE i x : rows (fun=> W) i x = map W x.
Proof. by elim: x i => //= z x IH i; rewrite IH. Qed.

Lemma prob_word x (a : pred S) :
  prob [pred w : omega S T (size x) | a (H 0 w) && word x w]
  = \sum_h init M h * (a h)%:R * beta x h.
Proof. by rewrite /prob Pr_word_rows rowsE. Qed.

Lemma probE x : prob (word x : pred (omega S T (size x))) = \sum_h init M h * beta x h.
Proof.
rewrite -[LHS]/(prob [pred w | predT (H 0 w) && word x w]) prob_word.
by apply: eq_bigr => h _; rewrite mulr1.
Qed.

Definition masked_state i x s :=
  forward A (pi 1) (map W (take i.-1 x)) s * beta (drop i x) s.

Lemma state_maskedE i x s : state_masked (init M) A (fun=> W) i x s = masked_state i x s.
Proof. by rewrite /state_masked !rowsE. Qed.

Lemma prob_state_masked i x s : (0 < i <= size x)%N ->
  prob [pred w : omega S T (size x) | (H i w == s) && masked i x w] = masked_state i x s.
Proof. by move=> lt_i; rewrite /prob Pr_state_masked ?state_maskedE // => *; apply: emit_sum. Qed.

Lemma prob_maskedE i x : (0 < i <= size x)%N ->
  prob (masked i x : pred (omega S T (size x))) = \sum_s masked_state i x s.
Proof.
move=> lt_i; rewrite /prob Pr_maskedE // => [|*]; last exact: emit_sum.
by apply: eq_bigr => s _; rewrite state_maskedE.
Qed.

Lemma GE i x z : (0 < i <= size x)%N ->
  G i x z = (\sum_s W z s * masked_state i x s) / \sum_s masked_state i x s.
Proof.
move=> lt_i; rewrite -prob_maskedE // /G /cprob /cPr Pr_token_masked //.
by congr (_ / _); apply: eq_bigr => s _; rewrite state_maskedE.
Qed.

(* The shifted input (blank, x), and the posterior of H_0 *)

Lemma G1E blank x z :
  G 1 (blank :: x) z
  = (\sum_h W z h * (pi 1 h * beta x h)) / \sum_h pi 1 h * beta x h.
Proof. by rewrite GE // /masked_state /= drop0. Qed.

Lemma posteriorE x h :
  posterior x h = init M h * beta x h / \sum_g init M g * beta x g.
Proof.
rewrite /posterior /cprob /cPr -!/(prob _) probE (prob_word x (pred1 h)).
congr (_ / _); rewrite (bigD1 h) //= eqxx big1 => [|g /negbTE ->]; last by rewrite mulr0 mul0r.
by rewrite addr0 mulr1.
Qed.

(* Labels are signs of linear forms in the backward vector. *)

Definition value (v : S -> R) x := \sum_h v h * beta x h.
Definition task_row (mu : S -> R) h := mu h * init M h.
Definition head_row (b : T -> R) (rho : S -> R) h := (\sum_z b z * W z h) * rho h.

Lemma value_ge0 v x : (forall h, 0 <= v h) -> 0 <= value v x.
Proof. by move=> v_ge0; apply: sumr_ge0 => h _; rewrite mulr_ge0 ?beta_ge0. Qed.

Lemma value_eq0 v x : (forall h, 0 <= v h) -> value v x = 0 -> forall h, v h * beta x h = 0.
Proof.
move=> v_ge0 /eqP; rewrite psumr_eq0 => [/allP v0 h|h _]; last by rewrite mulr_ge0 ?beta_ge0.
by apply/eqP/v0; rewrite mem_index_enum.
Qed.

Lemma task_score mu x : \sum_h mu h * posterior x h = value (task_row mu) x / value (init M) x.
Proof.
rewrite /value mulr_suml; apply: eq_bigr => h _.
by rewrite posteriorE /task_row; ring.
Qed.

Lemma head_score (b : T -> R) rho x c :
  \sum_z b z * ((\sum_h W z h * (rho h * beta x h)) / c) = value (head_row b rho) x / c.
Proof.
under eq_bigr do rewrite mulrA mulr_sumr.
rewrite -mulr_suml exchange_big; congr (_ / _); apply: eq_bigr => h _.
by rewrite /head_row !mulr_suml; apply: eq_bigr => z _; ring.
Qed.

End Prediction.

Arguments pi : simpl never.

Definition independent (R : realFieldType) (S T : finType) (W : T -> S -> R) (D : pred S) :=
  forall c : S -> R, (forall z, \sum_(h | D h) c h * W z h = 0) -> forall h, D h -> c h = 0.

