From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.

(******************************************************************************)
(* Hidden Markov models: the joint law over a hidden path, probabilities as   *)
(* sums over paths, conditional probabilities as ratios. R is a real field, S *)
(* the finite type of hidden states, T that of tokens. The hidden chain is    *)
(* H_0, H_1, ..., the tokens are X_1, X_2, ...; H_0 emits nothing.            *)
(*                                                                            *)
(*      hmm R S T == models: an initial law, and columns that sum to 1        *)
(*       init M h == Pr(H_0 = h), the paper's pi_0                            *)
(*   trans M h' h == Pr(H_{i+1} = h' | H_i = h), the paper's A[h',h]          *)
(*     emit M z h == Pr(X_i = z | H_i = h), the paper's W[z,h]; as a row in   *)
(*                   h, emit M z is also the embedding e(z)                   *)
(*        omega t == outcomes of horizon t: a hidden path of t+1 states and a *)
(*                   word of t tokens                                         *)
(*  joint p A K w == probability of the outcome w, with the initial law p,    *)
(*                   the transition A, and K i z h for the probability that   *)
(*                   the (i+1)st token is z in state h (in a model, K i is    *)
(*                   the same for all i; with a soft prompt it is not)        *)
(*     Pr p A K E == sum of joint over the outcomes of the event E            *)
(*  cPr p A K E F == Pr (E and F) / Pr F, and 0 where Pr F = 0                *)
(*  H i w, X i w  == hidden state and token at time i; X i w is an option,    *)
(*                   Some z where there is an ith token                       *)
(*       word x w == the event X_{1:t} = x                                    *)
(*   masked i x w == the event X_{-i} = x_{-i}                                *)
(*      later i x == the event X_{i+1:i+t} = x                                *)
(*      back A vs == backward vector of the weights vs, one weight of the     *)
(*                   hidden state for each position                           *)
(*forward A q vs == law q of the state at a position, carried past positions   *)
(*                   with the weights vs                                      *)
(*     rows K i x == the weights K i x_1, K (i+1) x_2, ... of the word x      *)
(* state_masked p A K i x s == Pr(H_i = s, X_{-i} = x_{-i})                   *)
(*     same vs us <=> equal weights at equal positions                        *)
(*       fits e w == the i-th test of e holds of the i-th token and state     *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Tuples.
Variables (R : realFieldType) (U : finType).

Lemma sum_tuple0 (F : 0.-tuple U -> R) : \sum_w F w = F [tuple].
Proof. rewrite (bigD1 [tuple]) //= big1 ?addr0 // => w; by rewrite (tuple0 w). Qed.

Lemma sum_tupleS t (F : t.+1.-tuple U -> R) :
  \sum_w F w = \sum_(a : U) \sum_(v : t.-tuple U) F [tuple of a :: v].
Proof.
rewrite pair_big /= (reindex (fun p : U * t.-tuple U => [tuple of p.1 :: p.2])) //=.
exists (fun w => (thead w, [tuple of behead w])) => [[a v]|w] _ /=.
  by congr (_, _); apply: val_inj.
by rewrite -tuple_eta.
Qed.

End Tuples.

Section Law.
Variables (R : realFieldType) (S T : finType).
Variables (p : S -> R) (A : S -> S -> R) (K : nat -> T -> S -> R).

Definition omega t := (t.+1.-tuple S * t.-tuple T)%type.

Definition joint t (w : omega t) : R :=
  p (tnth w.1 ord0) *
  \prod_(i < t) (A (tnth w.1 (lift ord0 i)) (tnth w.1 (widen_ord (leqnSn t) i)) *
                 K i (tnth w.2 i) (tnth w.1 (lift ord0 i))).

Definition Pr t (E : pred (omega t)) := \sum_(w | E w) joint w.

Definition cPr t (E F : pred (omega t)) := Pr [pred w | E w && F w] / Pr F.

Definition H t i (w : omega t) := nth (thead w.1) w.1 i.
Definition X t i (w : omega t) := ohead (drop i.-1 w.2).
Definition word (x : seq T) t : pred (omega t) := [pred w : omega t | w.2 == x :> seq T].
Definition masked i (x : seq T) t : pred (omega t) :=
  [pred w : omega t | (take i.-1 w.2 == take i.-1 x) && (drop i w.2 == drop i x)].
Definition later i (x : seq T) t : pred (omega t) :=
  [pred w : omega t | drop i w.2 == x :> seq T].

Arguments masked i x {t}.

Lemma eq_Pr t (E F : pred (omega t)) : E =1 F -> Pr E = Pr F.
Proof. exact: eq_bigl. Qed.

(* The joint law along the path, one state and one token after the other. *)

Fixpoint run i h (hs : seq S) (x : seq T) :=
  match hs, x with
  | h' :: hs', z :: x' => A h' h * K i z h' * run i.+1 h' hs' x'
  | _, _ => 1
  end.

Lemma prod_run t i h (hs : t.-tuple S) (x : t.-tuple T) :
  \prod_(j < t) (A (tnth [tuple of h :: hs] (lift ord0 j))
                   (tnth [tuple of h :: hs] (widen_ord (leqnSn t) j)) *
                 K (i + j) (tnth x j) (tnth [tuple of h :: hs] (lift ord0 j)))
  = run i h hs x.
Proof.
elim: t => [|t IH] in i h hs x *.
  by rewrite big_ord0 (tuple0 hs).
case/tupleP: hs => h' hs; case/tupleP: x => z x.
rewrite big_ord_recl /= -IH; congr (_ * _).
  by rewrite addn0 !(tnth_nth h) (tnth_nth z).
by apply: eq_bigr => j _; rewrite !(tnth_nth h) !(tnth_nth z) /= addSnnS.
Qed.

Lemma joint_run t h (hs : t.-tuple S) (x : t.-tuple T) :
  joint ([tuple of h :: hs], x) = p h * run 0 h hs x.
Proof. by rewrite -prod_run /joint (tnth_nth h). Qed.

(* Backward vectors of weights *)

Fixpoint back (vs : seq (S -> R)) : S -> R :=
  if vs is v :: vs' then fun h => \sum_h' A h' h * (v h' * back vs' h')
  else fun=> 1.

Lemma back_nil h : back [::] h = 1. Proof. by []. Qed.

Lemma back_cons v vs h : back (v :: vs) h = \sum_h' A h' h * (v h' * back vs h').
Proof. by []. Qed.

(* The law q of the state at a position, carried past weighted positions *)

Fixpoint forward (q : S -> R) (vs : seq (S -> R)) : S -> R :=
  if vs is v :: vs' then forward (fun h => \sum_g A h g * (q g * v g)) vs' else q.

Lemma forward_cons q v vs :
  forward q (v :: vs) = forward (fun h => \sum_g A h g * (q g * v g)) vs.
Proof. by []. Qed.

Lemma back_forward (q : S -> R) us v vs :
  \sum_h q h * back (us ++ v :: vs) h
  = \sum_s forward (fun h => \sum_g A h g * q g) us s * v s * back vs s.
Proof.
elim: us q => [|u us IH] q; rewrite ?cat0s ?cat_cons.
  under eq_bigr do rewrite back_cons mulr_sumr.
  rewrite exchange_big; apply: eq_bigr => s _ /=.
  by rewrite !mulr_suml; apply: eq_bigr => h _; ring.
rewrite forward_cons -IH.
under eq_bigr do rewrite back_cons mulr_sumr.
rewrite exchange_big; apply: eq_bigr => s _ /=.
by rewrite !mulr_suml; apply: eq_bigr => h _; ring.
Qed.

(* Both depend on the values of the weights only. *)

Fixpoint same (vs us : seq (S -> R)) : Prop :=
  match vs, us with
  | [::], [::] => True
  | v :: vs', u :: us' => v =1 u /\ same vs' us'
  | _, _ => False
  end.

Lemma same_refl us : same us us.
Proof. by elim: us => /=. Qed.

Lemma eq_back vs us : same vs us -> back vs =1 back us.
Proof.
elim: vs us => [|v vs IH] [|u us] //= [eq_v /IH eq_vs] h.
by apply: eq_bigr => g _; rewrite eq_v eq_vs.
Qed.

Lemma eq_forward q q' vs us : q =1 q' -> same vs us -> forward q vs =1 forward q' us.
Proof.
elim: vs us q q' => [|v vs IH] [|u us] q q' //= eq_q [eq_v /IH eq_vs] h.
by apply: eq_vs => {}h; apply: eq_bigr => g _; rewrite eq_q eq_v.
Qed.

(* Tests, one for each position, of the token and the state there *)

Definition test := T -> S -> bool.

Fixpoint fits (e : seq test) (hs : seq S) (x : seq T) :=
  match e, hs, x with
  | [::], [::], [::] => true
  | c :: e', h :: hs', z :: x' => c z h && fits e' hs' x'
  | _, _, _ => false
  end.

Definition weight i (c : test) h := \sum_z K i z h * (c z h)%:R.

Fixpoint weights i (e : seq test) :=
  if e is c :: e' then weight i c :: weights i.+1 e' else [::].

Lemma weights_cat i e1 e2 :
  weights i (e1 ++ e2) = weights i e1 ++ weights (i + size e1) e2.
Proof. by elim: e1 i => [|c e1 IH] i /=; rewrite ?addn0 // IH addSnnS. Qed.

Lemma same_cat vs vs' us us' :
  same vs us -> same vs' us' -> same (vs ++ vs') (us ++ us').
Proof. by elim: vs us => [|v vs IH] [|u us] //= [? /IH H] /H. Qed.

Lemma sum_run t i h (e : seq test) : size e = t ->
  \sum_(hs : t.-tuple S) \sum_(x : t.-tuple T) run i h hs x * (fits e hs x)%:R
  = back (weights i e) h.
Proof.
elim: e t i h => [|c e IH] [|t] i h //= => [_|[size_e]].
  by rewrite !sum_tuple0 mulr1.
rewrite sum_tupleS; apply: eq_bigr => h' _.
under eq_bigr do rewrite sum_tupleS.
rewrite exchange_big /= -(IH t) // /weight mulr_suml mulr_sumr.
apply: eq_bigr => z _; rewrite !mulr_sumr; apply: eq_bigr => hs _.
by rewrite !mulr_sumr; apply: eq_bigr => x _; rewrite -mulnb natrM; ring.
Qed.

Lemma Pr_sum t (E : pred (omega t)) :
  Pr E = \sum_h \sum_(hs : t.-tuple S) \sum_(x : t.-tuple T)
           p h * (run 0 h hs x * (E ([tuple of h :: hs], x))%:R).
Proof.
rewrite /Pr big_mkcond /=.
transitivity (\sum_(hs : t.+1.-tuple S) \sum_(x : t.-tuple T)
                joint (hs, x) * (E (hs, x))%:R).
  by rewrite pair_bigA; apply: eq_bigr => -[hs x] _ /=; case: (E _); rewrite ?mulr1 ?mulr0.
rewrite sum_tupleS; do 3!apply: eq_bigr => ? _.
by rewrite joint_run mulrA.
Qed.

Lemma Pr_fits (a : pred S) e :
  Pr [pred w : omega (size e) | a (thead w.1) && fits e (behead w.1) w.2]
  = \sum_h p h * (a h)%:R * back (weights 0 e) h.
Proof.
rewrite Pr_sum; apply: eq_bigr => h _.
rewrite -(sum_run 0 h (erefl (size e))) mulr_sumr; apply: eq_bigr => hs _.
rewrite mulr_sumr; apply: eq_bigr => x _; rewrite /= theadE.
by case: (a h) (fits _ _ _) => [] [] /=; ring.
Qed.

(* The same for the events that the theorems speak of: the token and the      *)
(* state at time i are tested by P and Q, all other tokens are given by x.    *)

Definition tok z : test := fun z' _ => z' == z.

Lemma fits_tok x hs y : size hs = size x -> size y = size x ->
  fits (map tok x) hs y = (y == x).
Proof.
elim: x hs y => [|z x IH] [|h hs] [|z' y] //= [sh] [sy].
by rewrite IH // eqseq_cons.
Qed.

Lemma fits_masked c x y hs h i (P : pred (option T)) (Q : pred S) :
  (forall z h, c z h = P (Some z) && Q h) ->
  size hs = size x -> size y = size x -> (i < size x)%N ->
  fits (map tok (take i x) ++ c :: map tok (drop i.+1 x)) hs y
  = [&& take i y == take i x, drop i.+1 y == drop i.+1 x,
        P (ohead (drop i y)) & Q (nth h hs i)].
Proof.
move=> cE; elim: i => [|i IH] in x y hs *; case: x hs y => [|z x] [|h' hs] [|z' y] //= [sh] [sy] lt_i.
  by rewrite !drop0 cE fits_tok //= andbC andbA.
by rewrite IH // eqseq_cons /= -andbA.
Qed.

Lemma Pr_masked i x c (a : pred S) (P : pred (option T)) (Q : pred S) :
  (forall z h, c z h = P (Some z) && Q h) -> (0 < i <= size x)%N ->
  Pr [pred w : omega (size x) | [&& a (H 0 w), masked i x w, P (X i w) & Q (H i w)]]
  = \sum_h p h * (a h)%:R *
      back (weights 0 (map tok (take i.-1 x) ++ c :: map tok (drop i x))) h.
Proof.
move=> cE; case: i => // i /= lt_i.
set e := _ ++ _; have size_e : size e = size x.
  by rewrite size_cat /= !size_map size_takel ?size_drop; lia.
rewrite -Pr_fits size_e; apply: eq_Pr => -[hs y] /=.
case/tupleP: hs => h hs; rewrite theadE /= /H /X /= (fits_masked h cE) ?size_tuple //.
by rewrite !andbA.
Qed.

Lemma Pr_word x (a : pred S) :
  Pr [pred w : omega (size x) | a (H 0 w) && word x w]
  = \sum_h p h * (a h)%:R * back (weights 0 (map tok x)) h.
Proof.
rewrite -Pr_fits size_map; apply: eq_Pr => -[hs y] /=.
by case/tupleP: hs => h hs; rewrite theadE /H /= fits_tok ?size_tuple.
Qed.

Definition any : test := fun _ _ => true.

Lemma fits_later c x i h hs y (Q : pred S) : (forall z h, c z h = Q h) ->
  size hs = (i.+1 + size x)%N -> size y = (i.+1 + size x)%N ->
  fits (nseq i any ++ c :: map tok x) hs y
  = Q (nth h hs i) && (drop i.+1 y == x).
Proof.
move=> cE; elim: i => [|i IH] in hs y *; case: hs y => [|h' hs] [|z y] //= [sh] [sy].
  by rewrite cE drop0 fits_tok.
by rewrite IH.
Qed.

Lemma Pr_later i x c (Q : pred S) : (forall z h, c z h = Q h) ->
  Pr [pred w : omega (i.+1 + size x) | Q (H i.+1 w) && later i.+1 x w]
  = \sum_h p h * back (weights 0 (nseq i any ++ c :: map tok x)) h.
Proof.
move=> cE; set e := _ ++ _; have size_e : size e = (i.+1 + size x)%N.
  by rewrite size_cat size_nseq /= size_map addnS.
transitivity (\sum_h p h * (predT h)%:R * back (weights 0 e) h); last first.
  by apply: eq_bigr => h _; rewrite mulr1.
rewrite -Pr_fits size_e; apply: eq_Pr => -[hs y] /=.
by case/tupleP: hs => h hs; rewrite /H /= theadE (fits_later h cE) ?size_tuple.
Qed.

(* Weights of the tests, and what follows for the state and the token at a    *)
(* position where all other tokens are given                                  *)

Hypothesis K_sum : forall i h, \sum_z K i z h = 1.

Fixpoint rows i (x : seq T) := if x is z :: x' then K i z :: rows i.+1 x' else [::].

Lemma weight_tok i z : weight i (tok z) =1 K i z.
Proof.
move=> h; rewrite /weight (bigD1 z) //= /tok eqxx mulr1 big1 ?addr0 // => z' /negbTE ->.
by rewrite mulr0.
Qed.

Lemma weights_tok i x : same (weights i (map tok x)) (rows i x).
Proof. by elim: x i => [|z x IH] i //=; split=> //; exact: weight_tok. Qed.

Lemma Pr_word_rows x (a : pred S) :
  Pr [pred w : omega (size x) | a (H 0 w) && word x w]
  = \sum_h p h * (a h)%:R * back (rows 0 x) h.
Proof.
by rewrite Pr_word; apply: eq_bigr => h _; rewrite (eq_back (weights_tok 0 x)).
Qed.

Definition state_masked i x s :=
  forward (fun h => \sum_g A h g * p g) (rows 0 (take i.-1 x)) s * back (rows i (drop i x)) s.

Lemma Pr_masked_rows i x c (P : pred (option T)) (Q : pred S) :
  (forall z h, c z h = P (Some z) && Q h) -> (0 < i <= size x)%N ->
  Pr [pred w : omega (size x) | [&& masked i x w, P (X i w) & Q (H i w)]]
  = \sum_h weight i.-1 c h * state_masked i x h.
Proof.
move=> cE lt_i.
rewrite -[LHS]/(Pr [pred w | [&& predT (H 0 w), masked i x w, P (X i w) & Q (H i w)]]).
rewrite (Pr_masked _ cE lt_i); set e := _ ++ _; case/andP: lt_i => i_gt0 le_i.
have size_e : size (map tok (take i.-1 x)) = i.-1.
  by rewrite size_map size_takel // (leq_trans (leq_pred _) le_i).
have eq_e : same (weights 0 e) (rows 0 (take i.-1 x) ++ weight i.-1 c :: rows i (drop i x)).
  rewrite weights_cat size_e add0n; apply: same_cat; first exact: weights_tok.
  by split=> //=; rewrite prednK //; exact: weights_tok.
under eq_bigr do rewrite mulr1 (eq_back eq_e).
rewrite back_forward; apply: eq_bigr => h _; rewrite /state_masked; ring.
Qed.

Lemma Pr_state_masked i x s : (0 < i <= size x)%N ->
  Pr [pred w : omega (size x) | (H i w == s) && masked i x w] = state_masked i x s.
Proof.
move=> lt_i; pose c : test := fun _ h => h == s.
transitivity (Pr [pred w : omega (size x) | [&& masked i x w, predT (X i w) & pred1 s (H i w)]]).
  by apply: eq_Pr => w /=; rewrite andbC.
rewrite (Pr_masked_rows (c := c) (P := predT) (Q := pred1 s)) // (bigD1 s) //= big1 => [|h /negbTE neq].
  by rewrite addr0 /weight /c eqxx; under eq_bigr do rewrite mulr1; rewrite K_sum mul1r.
by rewrite /weight /c neq big1 => [|z _]; rewrite !(mulr0, mul0r).
Qed.

Lemma Pr_maskedE i x : (0 < i <= size x)%N ->
  Pr (masked i x : pred (omega (size x))) = \sum_s state_masked i x s.
Proof.
move=> lt_i; pose c : test := fun _ _ => true.
transitivity (Pr [pred w : omega (size x) | [&& masked i x w, predT (X i w) & predT (H i w)]]).
  by apply: eq_Pr => w /=; rewrite andbT.
rewrite (Pr_masked_rows (c := c) (P := predT) (Q := predT)) //; apply: eq_bigr => s _.
by rewrite /weight; under eq_bigr do rewrite mulr1; rewrite K_sum mul1r.
Qed.

Lemma Pr_token_masked i x z : (0 < i <= size x)%N ->
  Pr [pred w : omega (size x) | (X i w == Some z) && masked i x w]
  = \sum_s K i.-1 z s * state_masked i x s.
Proof.
move=> lt_i; pose c : test := fun z' _ => z' == z.
transitivity (Pr [pred w : omega (size x) | [&& masked i x w, pred1 (Some z) (X i w) & predT (H i w)]]).
  by apply: eq_Pr => w /=; rewrite andbT andbC.
rewrite (Pr_masked_rows (c := c) (P := pred1 (Some z)) (Q := predT)) => [|z' h|//]; last by rewrite andbT.
by apply: eq_bigr => s _; rewrite weight_tok.
Qed.

Lemma Pr_token_state_masked i x z s : (0 < i <= size x)%N ->
  Pr [pred w : omega (size x) | [&& X i w == Some z, H i w == s & masked i x w]]
  = K i.-1 z s * state_masked i x s.
Proof.
move=> lt_i; pose c : test := fun z' h => (z' == z) && (h == s).
transitivity (Pr [pred w : omega (size x) | [&& masked i x w, pred1 (Some z) (X i w) & pred1 s (H i w)]]).
  by apply: eq_Pr => w /=; rewrite andbA andbC.
rewrite (Pr_masked_rows (c := c) (P := pred1 (Some z)) (Q := pred1 s)) //.
rewrite (bigD1 s) //= big1 => [|h /negbTE neq].
  have -> : weight i.-1 c s = K i.-1 z s.
    by rewrite -weight_tok; apply: eq_bigr => z' _; rewrite /c eqxx andbT.
  by rewrite addr0.
by rewrite /weight /c neq big1 => [|z' _]; rewrite ?andbF !(mulr0, mul0r).
Qed.

End Law.

Arguments word {S T} x {t}.
Arguments masked {S T} i x {t}.
Arguments later {S T} i x {t}.

(* Models: every token is drawn from the same columns. *)

Record hmm (R : realFieldType) (S T : finType) := Hmm {
  init : S -> R;
  trans : S -> S -> R;
  emit : T -> S -> R;
  init_ge0 : forall h, 0 <= init h;
  init_sum : \sum_h init h = 1;
  trans_ge0 : forall h' h, 0 <= trans h' h;
  trans_sum : forall h, \sum_h' trans h' h = 1;
  emit_ge0 : forall z h, 0 <= emit z h;
  emit_sum : forall h, \sum_z emit z h = 1
}.
