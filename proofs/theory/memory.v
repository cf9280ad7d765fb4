From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended.

(******************************************************************************)
(* Hidden Markov models with memory. The cells of a memory have values that   *)
(* are drawn once, independently of the hidden chain; a hidden state (j,s)    *)
(* addresses the cell j and has the syntax state s, and its token is drawn    *)
(* from the column (c,(j,s)) of W, c the value of the cell j.                 *)
(*                                                                            *)
(*  memory R C Y V T == models: cells C, syntax states Y, values V, tokens T  *)
(*         prior N a == Pr(M = a), a the values of all cells                  *)
(*         minit N h == Pr(H_0 = h), h a cell and a syntax state              *)
(*     mtrans N h' h == Pr(H_{i+1} = h' | H_i = h)                            *)
(*       memit N z d == W[z,d], a column d is a value and a hidden state      *)
(*           chain N == the hidden chain alone, where all states emit tt      *)
(*           given a == the columns of W by hidden state, if M = a            *)
(*           mprob N == probability in the law of the memory, the path and    *)
(*                      the word: prior of the memory times the law of the    *)
(*                      path and the word where M = a                         *)
(*       augmented N == a model without memory, of the states (a,h), which    *)
(*                      never changes a: its law is that of N (augmented_law) *)
(*          column s == the column of W that the augmented state s reads      *)
(*  mposterior N x j c == P[M_j = c | X_{1:t} = x]                            *)
(*  mscore N mu j x == mu . P[M_j | X_{1:t} = x], the task's score            *)
(*  mlabel N mu j x <=> the label of the task mu on the cell j                *)
(* product_prior p a == Pr(M = a) for independent cells                       *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Record memory (R : realFieldType) (C Y V T : finType) := Memory {
  prior : {ffun C -> V} -> R;
  minit : C * Y -> R;
  mtrans : C * Y -> C * Y -> R;
  memit : T -> V * (C * Y) -> R;
  prior_ge0 : forall a, 0 <= prior a;
  prior_sum : \sum_a prior a = 1;
  minit_ge0 : forall h, 0 <= minit h;
  minit_sum : \sum_h minit h = 1;
  mtrans_ge0 : forall h' h, 0 <= mtrans h' h;
  mtrans_sum : forall h, \sum_h' mtrans h' h = 1;
  memit_ge0 : forall z d, 0 <= memit z d;
  memit_sum : forall d, \sum_z memit z d = 1
}.

Section Memory.
Variables (R : realFieldType) (C Y V T : finType) (N : memory R C Y V T).

Let mem := [finType of {ffun C -> V}].
Let St := [finType of C * Y].
Let Au := [finType of {ffun C -> V} * (C * Y)].
Implicit Types (a : mem) (h : St) (s : Au) (x : seq T).

(* The hidden chain *)

Lemma one_token_sum (h : St) : \sum_(z : unit) (1 : R) = 1.
Proof. by rewrite sumr_const card_unit. Qed.

Definition chain : hmm R St unit_finType :=
  @Hmm R St unit_finType (minit N) (mtrans N) (fun _ _ => 1)
    (minit_ge0 N) (minit_sum N) (mtrans_ge0 N) (mtrans_sum N) (fun _ _ => ler01) one_token_sum.

(* The law *)

Definition column s : V * St := (s.1 s.2.1, s.2).
Definition given a z h := memit N z (column (a, h)).

Definition mprob t (E : pred (mem * omega St T t)) :=
  \sum_(w | E w) prior N w.1 * joint (minit N) (mtrans N) (fun=> given w.1) w.2.

(* The augmented chain *)

Definition ainit s := prior N s.1 * minit N s.2.
Definition atrans s' s := (s'.1 == s.1)%:R * mtrans N s'.2 s.2.
Definition aemit z s := memit N z (column s).

Lemma sum_pair (F : Au -> R) : \sum_s F s = \sum_a \sum_h F (a, h).
Proof. by rewrite pair_bigA; apply: eq_bigr => -[]. Qed.

(* One memory out of all *)
Lemma sum_same a (F : mem -> R) : \sum_a' (a' == a)%:R * F a' = F a.
Proof.
rewrite (bigD1 a) //= eqxx mul1r big1 ?addr0 // => a' /negbTE ->; exact: mul0r.
Qed.

Lemma ainit_ge0 s : 0 <= ainit s.
Proof. by rewrite mulr_ge0 ?prior_ge0 ?minit_ge0. Qed.

Lemma ainit_sum : \sum_s ainit s = 1.
Proof.
rewrite sum_pair -[RHS](prior_sum N); apply: eq_bigr => a _.
by rewrite -[RHS]mulr1 -(minit_sum N) mulr_sumr.
Qed.

Lemma atrans_ge0 s' s : 0 <= atrans s' s.
Proof. by rewrite mulr_ge0 ?ler0n ?mtrans_ge0. Qed.

Lemma atrans_sum s : \sum_s' atrans s' s = 1.
Proof.
rewrite sum_pair -[RHS](mtrans_sum N s.2) -[RHS](sum_same s.1 (fun=> _)).
by apply: eq_bigr => a _; rewrite mulr_sumr.
Qed.

Definition augmented : hmm R Au T :=
  @Hmm R Au T ainit atrans aemit ainit_ge0 ainit_sum atrans_ge0 atrans_sum
    (fun z s => memit_ge0 N z (column s)) (fun s => memit_sum N (column s)).

Local Notation M := augmented.

(* The memory, the path and the word of an outcome of the augmented chain *)

Definition outcome t (w : omega Au T t) : mem * omega St T t :=
  ((thead w.1).1, ([tuple of map snd w.1], w.2)).

Lemma sum_run a i h t (x : t.-tuple T) (F : t.-tuple St -> R) :
  \sum_(hs : t.-tuple Au) run (trans M) (fun=> emit M) i (a, h) hs x * F [tuple of map snd hs]
  = \sum_(hs : t.-tuple St) run (mtrans N) (fun=> given a) i h hs x * F hs.
Proof.
elim: t i h x F => [|t IH] i h x F.
  by rewrite !sum_tuple0 (tuple0 x) /=; congr (_ * F _); apply: val_inj.
case/tupleP: x => z x; rewrite !sum_tupleS sum_pair.
rewrite -[RHS](sum_same a (fun=> _)); apply: eq_bigr => a' _; rewrite mulr_sumr.
apply: eq_bigr => h' _; rewrite /= /atrans /=.
have [->|_] := eqVneq a' a; last first.
  by rewrite [RHS]mul0r big1 // => hs _; rewrite !mul0r.
rewrite !mul1r; under eq_bigr do rewrite -mulrA.
under [RHS]eq_bigr do rewrite -mulrA.
rewrite -!mulr_sumr; congr (_ * _).
rewrite -(IH _ _ _ (fun hs => F [tuple of h' :: hs])); apply: eq_bigr => hs _.
by congr (_ * F _); apply: val_inj.
Qed.

(* The memory model is the augmented chain, for every event about the memory, *)
(* the hidden path and the word.                                              *)
Theorem augmented_law t (E : pred (mem * omega St T t)) :
  prob M [pred w | E (outcome w)] = mprob E.
Proof.
rewrite /prob Pr_sum sum_pair /mprob [RHS]big_mkcond /=.
transitivity (\sum_a \sum_(w : omega St T t)
    prior N a * (joint (minit N) (mtrans N) (fun=> given a) w * (E (a, w))%:R)); last first.
  rewrite pair_bigA; apply: eq_bigr => -[a w] _ /=.
  by case: (E _); rewrite ?mulr1 // !mulr0.
apply: eq_bigr => a _; rewrite -[RHS]mulr_sumr.
transitivity (prior N a * \sum_(hs : t.+1.-tuple St) \sum_(x : t.-tuple T)
    joint (minit N) (mtrans N) (fun=> given a) (hs, x) * (E (a, (hs, x)))%:R); last first.
  by congr (_ * _); rewrite pair_bigA; apply: eq_bigr => -[].
rewrite sum_tupleS mulr_sumr; apply: eq_bigr => h _ /=.
rewrite exchange_big [in RHS]exchange_big mulr_sumr; apply: eq_bigr => x _ /=.
rewrite -mulr_sumr /ainit -mulrA; congr (_ * _).
under [RHS]eq_bigr do rewrite joint_run -mulrA.
rewrite -mulr_sumr; congr (_ * _).
rewrite -(sum_run a 0 h x (fun hs => (E (a, ([tuple of h :: hs], x)))%:R)).
apply: eq_bigr => hs _; congr (_ * (E _)%:R).
by congr (_, (_, _)); apply: val_inj.
Qed.

(* The task *)

Definition mposterior x j c :=
  cprob M [pred w : omega Au T (size x) | (H 0 w).1 j == c] (word x).
Definition mscore (mu : V -> R) j x := \sum_c mu c * mposterior x j c.
Definition mlabel mu j x := 0 <= mscore mu j x.

(* A function of the memory, summed over the memory's values *)
Definition mvalue (f : mem -> R) x := \sum_s f s.1 * (init M s * beta M x s).

Lemma sum_over_value j (m : V -> R) (F : Au -> R) :
  \sum_c m c * (\sum_s F s * ((s : Au).1 j == c)%:R) = \sum_(s : Au) m (s.1 j) * F s.
Proof.
under eq_bigr do rewrite mulr_sumr.
rewrite exchange_big; apply: eq_bigr => s _.
rewrite (bigD1 (s.1 j)) //= eqxx mulr1 big1 ?addr0 // => c; rewrite eq_sym => /negbTE ->.
by rewrite !mulr0.
Qed.

Lemma mscoreE mu j x : mscore mu j x = mvalue (fun a => mu (a j)) x / value M (init M) x.
Proof.
rewrite /mvalue -(sum_over_value j mu) mulr_suml; apply: eq_bigr => c _.
rewrite -mulrA; congr (_ * _); rewrite /mposterior /cprob /cPr -!/(prob _ _) probE.
rewrite (prob_word M x (fun s => s.1 j == c)); congr (_ / _).
by apply: eq_bigr => s _; rewrite mulrAC.
Qed.

(* The memory never moves. *)

Lemma trans_still (f : mem -> R) q s :
  \sum_g trans M s g * (f g.1 * q g) = f s.1 * \sum_g trans M s g * q g.
Proof.
rewrite mulr_sumr; apply: eq_bigr => g _; rewrite /= /atrans.
by case: eqP => [->|_]; [rewrite mulrCA | rewrite !mul0r mulr0].
Qed.

Lemma forward_still (f : mem -> R) q us s :
  forward (trans M) (fun s => f s.1 * q s) us s = f s.1 * forward (trans M) q us s.
Proof.
elim: us q => //= u us IH q; rewrite -IH; apply: eq_forward; last exact: same_refl.
by move=> k; under eq_bigr do rewrite -mulrA; rewrite trans_still.
Qed.

(* A word, cut at one of its tokens *)
Lemma cat_token x (i : 'I_(size x)) : x = take i x ++ tnth (in_tuple x) i :: drop i.+1 x.
Proof.
have z := tnth (in_tuple x) i.
by rewrite (tnth_nth z) /= -drop_nth // cat_take_drop.
Qed.

(* The token at a position, given all others, with a function of the memory *)
Lemma mvalue_masked f x (i : 'I_(size x)) :
  \sum_s f s.1 * (emit M (tnth (in_tuple x) i) s * masked_state M i.+1 x s) = mvalue f x.
Proof.
have {1}-> : mvalue f x = \sum_s f s.1 * init M s * back (trans M) (map (emit M)
    (take i x ++ tnth (in_tuple x) i :: drop i.+1 x)) s.
  by rewrite -cat_token; apply: eq_bigr => s _; rewrite mulrA.
rewrite map_cat /= back_forward; apply: eq_bigr => s _.
rewrite /masked_state /= /beta; set b := back _ _ s; set e := aemit _ s.
have -> : forward atrans (fun k => \sum_g atrans k g * (f g.1 * ainit g))
    (map aemit (take i x)) s = f s.1 * forward atrans (pi M 1) (map aemit (take i x)) s.
  rewrite -forward_still; apply: eq_forward; last exact: same_refl.
  by move=> g; rewrite (trans_still f (init M)).
by rewrite -!mulrA; congr (_ * _); rewrite mulrCA.
Qed.

Lemma pi_augmented i s : pi M i s = prior N s.1 * pi chain i s.2.
Proof.
elim: i s => //= i IH s; rewrite !piS; under eq_bigr do rewrite IH.
rewrite (trans_still (prior N) (fun g => pi chain i g.2)); congr (_ * _).
rewrite sum_pair -[RHS](sum_same s.1 (fun=> _)); apply: eq_bigr => a _ /=.
rewrite mulr_sumr; apply: eq_bigr => h _; by rewrite /atrans eq_sym mulrA.
Qed.

Lemma mvalue_eq0 f x : (forall a, 0 <= f a) -> mvalue f x = 0 ->
  forall s, f s.1 * (init M s * beta M x s) = 0.
Proof.
move=> f_ge0 /eqP; rewrite psumr_eq0 => [/allP v0 s|s _]; last first.
  by rewrite !mulr_ge0 ?beta_ge0 ?prior_ge0 ?minit_ge0.
by apply/eqP/v0; rewrite mem_index_enum.
Qed.

End Memory.

(* Independent cells *)

Definition product_prior (R : realFieldType) (C V : finType) (p : C -> V -> R)
  (a : {ffun C -> V}) : R := \prod_j p j (a j).

Lemma product_prior_ge0 (R : realFieldType) (C V : finType) (p : C -> V -> R) a :
  (forall j c, 0 <= p j c) -> 0 <= product_prior p a.
Proof. by move=> p_ge0; apply: prodr_ge0. Qed.

Lemma product_prior_sum (R : realFieldType) (C V : finType) (p : C -> V -> R) :
  (forall j, \sum_c p j c = 1) -> \sum_a product_prior p a = 1.
Proof.
move=> p_sum; rewrite /product_prior -(bigA_distr_bigA p).
by rewrite big1 // => j _.
Qed.
