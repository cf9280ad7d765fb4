From Coq Require Import ZArith List.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify ssrZ.
From Recoverable Require Import model prediction chain theorem_3_3 extended labels columns.
From Recoverable Require Import rules_chain compute compute_columns compute_model compute_heads.
From Recoverable Require Import memory scope attention attention_identities rules_memory.
From Recoverable Require Import errata_position compute_memory compute_scope.

(******************************************************************************)
(* What an attention head says of one input, without a prompt or behind one,  *)
(* and what the task says, by computation.                                    *)
(*                                                                            *)
(*        item == what stands at a position: Some token, or None, the prompt  *)
(*    prior_weight p w == numerator of the probability of the memory w, over  *)
(*                 prior_den p                                                *)
(*  given_rows w == the columns of W, by hidden state, if w is the memory     *)
(*   passes w it == what the item lets pass, for each hidden state            *)
(*  fronts vs, behinds vs == the law of the state at each position, and the   *)
(*                 backward vectors, past the weights vs                      *)
(*   seen its w == for each position the output, if w is the memory, up to a  *)
(*                 factor (seen_den) that depends on the position alone       *)
(*     outs its == the outputs, each over the sum of its entries              *)
(*     embs its == the embeddings, on columns of W                            *)
(*    masses x j == for each memory the value of the cell j, and a multiple   *)
(*                 of Pr(M = w, X = x)                                        *)
(*    says .. n gs es a <=> the head says a on n outputs and embeddings       *)
(*   task_check .. x a <=> a is the label of the task on x, which is possible *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* Sums of vectors *)

Definition nothing : vector := (1%ZZ, [::]).
Definition sumv (us : seq vector) := foldr addv nothing us.

Lemma sumvE (R : realFieldType) us : all (fun u => 0 <? u.1)%ZZ us ->
  (0 <? (sumv us).1)%ZZ /\ forall i, val R (sumv us) i = \sum_(u <- us) val R u i.
Proof.
elim: us => [|u us IH] /=; first by split=> // i; rewrite big_nil /val at0_nil mul0r.
case/andP => u0 /IH[s0 sE]; split=> [|i]; first by rewrite posM.
rewrite val_addv; [by rewrite big_cons sE | |]; by apply/negbTE; rewrite -(toR_eq0 R) nonzero.
Qed.

Lemma sum_filter (V : zmodType) n (P : pred nat) (F : nat -> V) :
  \sum_(i <- [seq i <- iota 0 n | P i]) F i = \sum_(i < n | P i) F i.
Proof. by rewrite big_filter -(big_mkord P F) /index_iota subn0. Qed.

(* One memory at a time *)

Section Given.
Variables (R : realFieldType) (C Y V T : finType) (N : memory R C Y V T).
Local Notation M := (augmented N).
Local Notation Au := [finType of {ffun C -> V} * (C * Y)].
Implicit Types (F q : Au -> R) (vs : seq (Au -> R)).

Lemma trans_given a h F : \sum_s trans M (a, h) s * F s = \sum_g mtrans N h g * F (a, g).
Proof.
rewrite sum_pair -[RHS](sum_same a (fun=> _)); apply: eq_bigr => a' _; rewrite mulr_sumr.
apply: eq_bigr => g _; rewrite /= /atrans /= eq_sym.
by have [->|_] := eqVneq a' a; rewrite ?mul0r // !mul1r.
Qed.

Lemma trans_from a h F : \sum_s trans M s (a, h) * F s = \sum_g mtrans N g h * F (a, g).
Proof.
rewrite sum_pair -[RHS](sum_same a (fun=> _)); apply: eq_bigr => a' _; rewrite mulr_sumr.
apply: eq_bigr => g _; rewrite /= /atrans /=.
by have [->|_] := eqVneq a' a; rewrite ?mul0r // !mul1r.
Qed.

Definition at_memory a vs : seq (C * Y -> R) := [seq (fun h => v (a, h)) | v <- vs].

Lemma forward_given q vs a h :
  forward (trans M) q vs (a, h) = forward (mtrans N) (fun g => q (a, g)) (at_memory a vs) h.
Proof.
elim: vs q h => //= v vs IH q h; rewrite IH; apply: eq_forward; last exact: same_refl.
by move=> g; rewrite trans_given.
Qed.

Lemma back_given vs a h : back (trans M) vs (a, h) = back (mtrans N) (at_memory a vs) h.
Proof.
by elim: vs h => //= v vs IH h; rewrite trans_from; apply: eq_bigr => g _; rewrite IH.
Qed.

Lemma front_given vs a h :
  forward (trans M) (pi M 1) vs (a, h) = prior N a * forward (mtrans N) (pi (chain N) 1) (at_memory a vs) h.
Proof.
rewrite -(forward_given (fun s => pi (chain N) 1 s.2)) -[prior N a]/(prior N (a, h).1) -forward_still.
by apply: eq_forward; [exact: pi_augmented | exact: same_refl].
Qed.

(* The prompt at a cell that is not its own: the share of its values *)
Lemma prompt_row_other j (P : pred V) (e : V * (C * Y)) : e.2.1 != j ->
  prompt_row (allow R j P) e = #|P|%:R / #|V|%:R.
Proof.
move=> neq; pose others := \prod_(i : C | (i != e.2.1) && (i != j)) #|V|%:R : R.
have total (F : V -> R) :
    \sum_(a : {ffun C -> V} | a e.2.1 == e.1) F (a j) = (\sum_v F v) * others.
  pose f i v : R := if i == e.2.1 then (v == e.1)%:R else if i == j then F v else 1.
  have neq' : j != e.2.1 by rewrite eq_sym.
  transitivity (\sum_(a : {ffun C -> V}) \prod_i f i (a i)).
    rewrite big_mkcond; apply: eq_bigr => a _; rewrite (bigD1 e.2.1) //= (bigD1 j) //= /f eqxx (negbTE neq') eqxx.
    rewrite big1 => [|i /andP[/negbTE -> /negbTE ->] //]; rewrite mulr1.
    by case: eqP; rewrite ?mul1r ?mul0r.
  rewrite -(bigA_distr_bigA f) (bigD1 e.2.1) //= (bigD1 j) //= /f eqxx (negbTE neq') eqxx.
  rewrite (bigD1 e.1) //= eqxx big1 => [|v /negbTE -> //]; rewrite addr0 mul1r; congr (_ * _).
  by apply: eq_bigr => i /andP[/negbTE -> /negbTE ->]; rewrite sumr_const.
have V0 : #|V|%:R != 0 :> R by rewrite pnatr_eq0 -lt0n; apply/card_gt0P; exists e.1; rewrite inE.
have others0 : others != 0 by apply/prodf_neq0 => i _.
have cards : #|[set a : {ffun C -> V} | a e.2.1 == e.1]|%:R = #|V|%:R * others :> R.
  rewrite -sum1_card natr_sum -[#|V|]sum1_card natr_sum -(total (fun=> 1)).
  by apply: eq_bigl => a; rewrite inE.
rewrite /prompt_row cards (total (fun v => (P v)%:R)) -mulf_div divff ?mulr1 //; congr (_ / _).
by rewrite -sum1_card natr_sum [RHS]big_mkcond; apply: eq_bigr => v _; rewrite unfold_in; case: (P v).
Qed.

End Given.

Section Sizes.
Variables (m c y k : nat).

Local Notation width := (width c y).
Local Notation Cell := [finType of 'I_c.+1].
Local Notation Syn := [finType of 'I_y.+1].
Local Notation Val := [finType of 'I_m.+1].
Local Notation Tok := [finType of 'I_k.+1].
Local Notation St := [finType of Cell * Syn].
Local Notation Col := [finType of Val * (Cell * Syn)].
Local Notation mem := [finType of {ffun Cell -> Val}].
Local Notation Au := [finType of {ffun Cell -> Val} * (Cell * Syn)].
Local Notation item := (option nat).

(* What a head says of outputs and embeddings *)

Section Head.
Variables (r q : nat) (keys : matrix) (query first other : vector) (vals b : matrix).
Variables (n : nat) (gs es : seq vector).

Definition score i :=
  fadd (dotv (key_vector keys query) (nth nothing gs i)) (dotv query (if i == 0%N then first else other)).
Definition tops := let ss := [seq score i | i <- iota 0 n] in
  [seq i <- iota 0 n | all (fun s => ~~ flt (nth (1, 0)%ZZ ss i) s) ss].
Definition reading i := matvec b (mulv (matvec vals (nth nothing gs i)) (nth nothing es i)).
Definition reads := sumv [seq reading i | i <- tops].

Definition says a :=
  [&& [&& (0 < n)%N, (size query.2 <= r)%N & offsets_den query first other],
      [&& (size (key_vector keys query).2 <= k.+1)%N, (0 <? keys.1)%ZZ, (0 <? vals.1)%ZZ & (0 <? b.1)%ZZ],
      (size vals.2 <= m.+1 * width)%N,
      all (fun i => let g := nth nothing gs i in
        [&& (size g.2 <= k.+1)%N, (0 <? g.1)%ZZ & (0 <? (nth nothing es i).1)%ZZ]) (iota 0 n)
    & first_check q reads.2 a].

Variables (R : realFieldType) (g : 'I_n -> Tok -> R) (e : 'I_n -> Col -> R).
Hypothesis gE : forall i z, g i z = val R (nth nothing gs i) z.
Hypothesis eE : forall i d, e i d = val R (nth nothing es i) (at_column d).

Local Notation hd := (@head_of m c y k R r q keys query first other vals b).

Theorem says_checked a : says a -> first_max (attn hd g e) (inord a).
Proof.
case/and5P => /and3P[n_gt0 size_q /and3P[q0 f0 o0]] /and4P[size_k k0 v0 b0] size_v /all_iotaP parts first_a.
have g_ok (i : 'I_n) : [/\ (size (nth nothing gs i).2 <= k.+1)%N, (0 <? (nth nothing gs i).1)%ZZ
    & (0 <? (nth nothing es i).1)%ZZ] by have /and3P := parts i (ltn_ord i).
have score_den (i : 'I_n) : (0 <? (score i).1)%ZZ.
  by have [_ g0 _] := g_ok i; rewrite /= !posM //; case: eqP.
have scoreE (i : 'I_n) : key_score hd (g i) i = fval R (score i).
  have [_ g0 _] := g_ok i; rewrite key_scoreE fval_add; try by rewrite !posM //; case: eqP.
  congr (_ + _).
    rewrite (val_dotv _ _ size_k); apply: eq_bigr => z _; rewrite gE; congr (_ * _).
    by rewrite (@val_vecmat _ r).
  rewrite (val_dotv _ _ size_q); apply: eq_bigr => t _; congr (_ * _).
  by rewrite /position_row; case: eqP.
have topsE (i : 'I_n) : (i \in attended (fun i => key_score hd (g i) i)) = ((i : nat) \in tops).
  rewrite mem_filter mem_iota leq0n ltn_ord !andbT inE (nth_map 0%N) ?size_iota // nth_iota // add0n all_map.
  apply/forallP/allP => [max j|max i'].
    rewrite mem_iota => lt_j; have := max (Ordinal (lt_j : (j < n)%N)).
    by rewrite !scoreE /= (fltE R) ?score_den ?(score_den (Ordinal lt_j)) // -leNgt.
  have := max i'; rewrite mem_iota ltn_ord => /(_ isT) /=.
  by rewrite !scoreE leNgt (fltE R) ?score_den.
have readingE (i : 'I_n) kk : value_at hd kk (g i) (e i) = val R (reading i) kk.
  have [size_g _ _] := g_ok i; rewrite (@val_matvec _ (m.+1 * width)%N); last first.
    by rewrite (leq_trans (size_mull _ _)) // size_map.
  rewrite -(@sum_columns m c y _ (fun h => mval R b kk h * val R (mulv (matvec vals _) _) h)).
  apply: eq_bigr => d _; rewrite val_mulv -eE (@val_matvec _ k.+1) //.
  by congr (_ * (_ * _)); apply: eq_bigr => z _; rewrite gE.
have [sum0 sumE] : (0 <? reads.1)%ZZ /\ forall kk, val R reads kk = \sum_(u <- [seq reading i | i <- tops]) val R u kk.
  apply: sumvE; rewrite all_map; apply/allP => i; rewrite mem_filter mem_iota => /andP[_ lt_i] /=.
  by have [_ ? ?] := g_ok (Ordinal (lt_i : (i < n)%N)); rewrite !posM.
have card_gt0 : 0 < #|attended (fun i => key_score hd (g i) i)|%:R^-1 :> R.
  have [i top_i] := attended_exists (fun i => key_score hd (g i) i) (Ordinal n_gt0).
  by rewrite invr_gt0 ltr0n; apply/card_gt0P; exists i.
rewrite (@first_max_scale _ _ _ (fun kk => val R reads kk) _ card_gt0) => [|kk].
  exact: first_checked sum0 (fun kk => erefl) first_a.
have readsE l : \sum_(i in attended (fun i => key_score hd (g i) i)) value_at hd l (g i) (e i) = val R reads l.
  rewrite sumE big_map sum_filter; apply: eq_big => [i|i _]; last exact: readingE.
  by rewrite topsE mem_filter mem_iota leq0n ltn_ord !andbT.
by rewrite /attn /mean !readsE -mulrBl mulrC.
Qed.

End Head.

(* Inputs *)

Section Inputs.
Variables (d : data) (p : law_data) (jp : nat) (l : seq nat).
Implicit Types (w : seq nat) (its : seq item) (x : seq nat).

Definition prior_weight w := match p with
  | Product rs => foldr Z.mul 1%ZZ [seq entry rs.2 i (nth 0%N w i) | i <- iota 0 c.+1]
  | Joint _ ws => numerators_sum [seq v <- ws | v.1 == w]
  end.
Definition prior_den := match p with Product rs => power rs.1 c.+1 | Joint e _ => e end.

Definition given_rows w : seq (seq Z) :=
  let cs := [seq (nth 0%N w (h %/ y.+1) * width + h)%N | h <- iota 0 width] in
  [seq [seq at0 r i | i <- cs] | r <- (emission d).2].

Definition passes (G : seq (seq Z)) w (it : item) : vector :=
  if it is Some z then ((emission d).1, nth [::] G z)
  else (1%ZZ, nseq width (if nth 0%N w jp \in l then 1%ZZ else 0%ZZ)).

Definition onward (q v : vector) := matvec (transition d) (mulv q v).
Definition backward (v b : vector) := vecmat (mulv v b) (transition d).
Definition fronts (vs : seq vector) := let q := pi_1 (chain_of c y d) in q :: scanl onward q vs.
Fixpoint behinds (vs : seq vector) : seq vector :=
  if vs is v :: vs' then let bs := behinds vs' in backward v (head nothing bs) :: bs
  else [:: (1%ZZ, ones width)].

Definition seen its w : seq (seq Z) :=
  let G := given_rows w in let vs := map (passes G w) its in
  [seq matvecl G (mull f.1.2 f.2.2) | f <- zip (fronts vs) (behead (behinds vs))].

Definition totals its : seq (seq Z) :=
  let parts := [seq (prior_weight w, seen its w) | w <- memories m p] in
  [seq foldr addl [::] [seq scalel t.1 (nth [::] t.2 i) | t <- parts] | i <- iota 0 (size its)].

Definition normed (o : seq Z) : vector :=
  let t := dotl (ones k.+1) o in if (t =? 0)%ZZ then nothing else (t, o).
Definition outs its := map normed (totals its).

Definition prompt_numbers : seq Z := let few := Z.of_nat (count (fun v => v \in l) (iota 0 m.+1)) in
  [seq if ((i %% width) %/ y.+1 == jp)%N then if (i %/ width)%N \in l then Z.of_nat m.+1 else 0%ZZ
       else few | i <- iota 0 (m.+1 * width)].
Definition emb (it : item) : vector :=
  if it is Some z then row (emission d) z else (Z.of_nat m.+1, prompt_numbers).

Definition masses x j : seq (nat * Z) := [seq (nth 0%N w j,
    (prior_weight w * dotl (initial d).2
      (head nothing (behinds (map (passes (given_rows w) w) (map Some x)))).2)%ZZ) | w <- memories m p].

End Inputs.

Section Proofs.
Variables (R : realFieldType) (d : data) (p : law_data).
Hypothesis ok : mvalid m c y k d p.
Variables (jp : nat) (l : seq nat).
Hypothesis le_jp : (jp <= c)%N.
Implicit Types (w : seq nat) (its : seq item) (x : seq nat).

Local Notation N := (memory_of R ok).
Local Notation M := (augmented N).
Local Notation ms := (memories m p).
Local Notation P := [pred v : 'I_m.+1 | (v : nat) \in l].
Local Notation u := (allow R (cell c jp) P).

Hypothesis ms_ok : memories_check m c ms.

Definition weight_at (it : item) : Au -> R := if it is Some z then emit M (inord z) else u.
Definition item_ok (it : item) := if it is Some z then (z <= k)%N else true.
Definition item_den (it : item) := if it is Some _ then (emission d).1 else 1%ZZ.

Lemma prod_iota (F : nat -> Z) n :
  toR R (foldr Z.mul 1%ZZ [seq F i | i <- iota 0 n]) = \prod_(i < n) toR R (F i).
Proof.
rewrite -(big_mkord predT (fun i => toR R (F i))) /index_iota subn0.
by elim: (iota 0 n) => [|i t IH]; rewrite ?big_nil // big_cons /= toRM IH.
Qed.

Lemma prior_weightE (a : mem) : prior N a = toR R (prior_weight p (listing a)) / toR R (prior_den p).
Proof.
rewrite /= /prior_of /prior_weight /prior_den; case: (p) => [rs|e ws].
  rewrite /product_prior /mval prodf_div prodr_const card_ord prod_iota toR_power; congr (_ / _).
  by apply: eq_bigr => j _; rewrite nth_listing.
congr (_ / _); elim: ws => [|v ws IH]; first by rewrite big_nil.
by rewrite big_cons /=; case: ifP => _; rewrite IH // toRD.
Qed.

Lemma prior_den_gt0 : (0 <? prior_den p)%ZZ.
Proof.
have := prior_valid ok; rewrite /prior_den; case: (p) => [rs|e ws]; last by case/and3P.
by case/andP => /shape_den rs0 _; elim: c.+1 => // i IH; rewrite /power iterS posM.
Qed.

Let emit_ok : shape k (m.+1 * width)%N (emission d). Proof. by case/and4P: ok. Qed.
Let emit_den : (0 <? (emission d).1)%ZZ. Proof. exact: shape_den emit_ok. Qed.
Let trans_shape : shape width.-1 width (transition d).
Proof. by case/and5P: (chain_valid ok). Qed.
Let trans_den : (0 <? (transition d).1)%ZZ. Proof. exact: shape_den trans_shape. Qed.
Let trans_size : size (transition d).2 = width.
Proof. by case/and3P: trans_shape => /eqP. Qed.
Let init_len : len width (initial d). Proof. by case/and5P: (chain_valid ok). Qed.
Let init_den : (0 <? (initial d).1)%ZZ. Proof. exact: len_den init_len. Qed.

Section Memory.
Variable a : mem.
Local Notation w := (listing a).
Local Notation G := (given_rows d w).
Local Notation pass := (passes d jp l G w).

Lemma given_rowsE z (h : St) : (z <= k)%N ->
  toR R (at0 (nth [::] G z) (at_state h)) / toR R (emission d).1 = given N a (inord z) h.
Proof.
move=> le_z; have size_e : (z < size (emission d).2)%N by case/and3P: emit_ok => /eqP ->.
rewrite /given_rows (nth_map [::]) // /at0 (nth_map 0%N) ?size_map ?size_iota ?at_state_lt //.
rewrite (nth_map 0%N) ?size_iota ?at_state_lt // nth_iota ?at_state_lt // add0n at_state_cell nth_listing.
by rewrite /given /= /memit_of /mval inordK.
Qed.

Lemma passesE it (h : St) : item_ok it -> val R (pass it) (at_state h) = weight_at it (a, h).
Proof.
case: it => [z le_z|_]; first exact: given_rowsE.
rewrite /val /passes /at0 nth_nseq at_state_lt toR1 divr1.
have -> : nth 0%N w jp = a (cell c jp) by rewrite -nth_listing inordK.
by rewrite /weight_at /allow /=; case: ifP => _; rewrite ?toR1 ?toR0.
Qed.

Lemma passes_size it : (size (pass it).2 <= width)%N.
Proof.
case: it => [z|] /=; last by rewrite size_nseq.
case: (ltnP z (size G)) => [lt_z|ge_z]; last by rewrite nth_default.
by rewrite (nth_map [::]) ?size_map ?size_iota //; move: lt_z; rewrite size_map.
Qed.

Local Notation at_a its := (at_memory a (map weight_at its)).

Lemma frontE its q F : all item_ok its -> (size q.2 <= width)%N ->
  (forall h : St, val R q (at_state h) = F h) -> forall h : St,
  val R (foldl (onward d) q (map pass its)) (at_state h) = forward (mtrans N) F (at_a its) h.
Proof.
elim: its q F => [|it its IH] q F //= /andP[it_ok its_ok] size_q qE h.
apply: IH => // [|g]; first by rewrite size_map trans_size.
rewrite (@val_matvec _ width); last exact: leq_trans (size_mull _ _) size_q.
rewrite -(@sum_states c y _ (fun i => mval R (transition d) (at_state g) i * val R (mulv q (pass it)) i)).
by apply: eq_bigr => g' _; rewrite val_mulv qE passesE.
Qed.

Lemma behindE its : all item_ok its -> forall h : St,
  val R (head nothing (behinds d (map pass its))) (at_state h) = back (mtrans N) (at_a its) h.
Proof.
elim: its => [_ h|it its IH /= /andP[it_ok /IH its_ok] h].
  by rewrite /= /val [at0 _ _](at0_ones (at_state_lt h)) divr1.
rewrite (@val_vecmat _ width); last exact: leq_trans (size_mull _ _) (passes_size it).
rewrite -(@sum_states c y _ (fun i => val R (mulv (pass it) _) i * mval R (transition d) i (at_state h))).
by apply: eq_bigr => g _; rewrite val_mulv passesE // its_ok mulrC.
Qed.

End Memory.

Definition front_den its := foldl (fun e t => (transition d).1 * (e * t))%ZZ (pi_1 (chain_of c y d)).1 (map item_den its).
Definition behind_den its := foldr (fun t e => (t * e) * (transition d).1)%ZZ 1%ZZ (map item_den its).
Definition seen_den its i := ((emission d).1 * (front_den (take i its) * behind_den (drop i.+1 its)))%ZZ.

Lemma item_den_gt0 it : (0 <? item_den it)%ZZ. Proof. by case: it. Qed.

Lemma behind_den_gt0 its : (0 <? behind_den its)%ZZ.
Proof. by elim: its => // it its IH; rewrite /behind_den /= !posM ?item_den_gt0. Qed.

Lemma front_den_gt0 its : (0 <? front_den its)%ZZ.
Proof.
rewrite /front_den; have := pi_1_den (chain_valid ok); move: (pi_1 _).1 => e.
by elim: its e => //= it its IH e e0; apply: IH; rewrite !posM ?item_den_gt0.
Qed.

Lemma seen_den_gt0 its i : (0 <? seen_den its i)%ZZ.
Proof. by rewrite !posM ?front_den_gt0 ?behind_den_gt0. Qed.

Lemma front_denE w its : (foldl (onward d) (pi_1 (chain_of c y d)) (map (passes d jp l (given_rows d w) w) its)).1 = front_den its.
Proof.
rewrite /front_den; move: (pi_1 _) => q; elim: its q => //= it its IH q.
by rewrite IH; case: it.
Qed.

Lemma behind_denE w its : (head nothing (behinds d (map (passes d jp l (given_rows d w) w) its))).1 = behind_den its.
Proof. by elim: its => //= it its ->; case: it. Qed.

Lemma size_fronts vs : size (fronts d vs) = (size vs).+1. Proof. by rewrite /= size_scanl. Qed.
Lemma size_behinds vs : size (behinds d vs) = (size vs).+1. Proof. by elim: vs => //= v vs ->. Qed.

Lemma nth_fronts vs i : (i <= size vs)%N ->
  nth nothing (fronts d vs) i = foldl (onward d) (pi_1 (chain_of c y d)) (take i vs).
Proof. by case: i => [|i] lt_i; rewrite ?take0 //= nth_scanl. Qed.

Lemma nth_behinds vs i : (i <= size vs)%N ->
  nth nothing (behinds d vs) i = head nothing (behinds d (drop i vs)).
Proof. by elim: vs i => [|v vs IH] [|i] //=; apply: IH. Qed.

(* Pr(H_i = h, others given), for one memory, without its probability *)
Definition mass_at (a : mem) its i h :=
  forward (mtrans N) (pi (chain N) 1) (at_memory a (map weight_at (take i its))) h
  * back (mtrans N) (at_memory a (map weight_at (drop i.+1 its))) h.

Lemma seenE (a : mem) its i z : all item_ok its -> (i < size its)%N -> (z <= k)%N ->
  toR R (at0 (nth [::] (seen d jp l its (listing a)) i) z)
  = toR R (seen_den its i) * \sum_h given N a (inord z) h * mass_at a its i h.
Proof.
move=> its_ok lt_i le_z; rewrite /seen; set G := given_rows _ _; set vs := map _ its.
have size_vs : size vs = size its by rewrite size_map.
rewrite (nth_map (nothing, nothing)); last first.
  by rewrite size_zip size_behead size_fronts size_behinds size_vs /=; lia.
rewrite nth_zip_cond size_zip size_behead size_fronts size_behinds size_vs /=.
rewrite (_ : (i < minn (size its).+1 (size its))%N); last by lia.
rewrite nth_behead; set f := nth _ (_ :: _) i; set b := nth _ _ i.+1.
have fE : f = foldl (onward d) (pi_1 (chain_of c y d)) (map (passes d jp l G (listing a)) (take i its)).
  by rewrite map_take -nth_fronts // size_vs ltnW.
have bE : b = head nothing (behinds d (map (passes d jp l G (listing a)) (drop i.+1 its))).
  by rewrite map_drop -nth_behinds // size_vs.
have den : seen_den its i = (matvec ((emission d).1, G) (mulv f b)).1.
  by rewrite /= fE bE front_denE behind_denE.
have size_f : (size f.2 <= width)%N.
  rewrite fE; move: (take i its) => ts; case/lastP: ts => [|ts t].
    by rewrite /= size_map trans_size.
  by rewrite map_rcons foldl_rcons /= size_map trans_size.
have part_ok ts : {subset ts <= its} -> all item_ok ts.
  by move=> sub; apply/allP => t /sub; move/allP: its_ok; apply.
transitivity (toR R (seen_den its i) * val R (matvec ((emission d).1, G) (mulv f b)) z).
  by rewrite /val -den mulrC divfK // nonzero // seen_den_gt0.
congr (_ * _); rewrite (@val_matvec _ width); last exact: leq_trans (size_mull _ _) size_f.
rewrite -(@sum_states c y _ (fun i => mval R ((emission d).1, G) z i * val R (mulv f b) i)).
apply: eq_bigr => h _; rewrite /mval /entry given_rowsE // val_mulv; congr (_ * (_ * _)).
  rewrite fE; apply: frontE => [||g]; first by apply: part_ok => t; exact: mem_take.
    by rewrite size_map trans_size.
  by rewrite pi_chain.
by rewrite bE; apply: behindE; apply: part_ok => t; exact: mem_drop.
Qed.

Lemma sum_memories (F : mem -> R) : (forall a, prior N a = 0 -> F a = 0) ->
  \sum_a F a = \sum_(w <- ms) F (unlisting m c w).
Proof.
case/andP: ms_ok => uniq_ms /allP listed_ms F0.
have listK : {in ms, cancel (unlisting m c) (@listing m c)} by move=> w /listed_ms/unlistingK.
have mem_list a : (a \in map (unlisting m c) ms) = (0 < prior N a).
  rewrite (prior_pos R (prior_valid ok)); apply/mapP/idP => [[w w_in ->]|a_in]; first by rewrite listK.
  by exists (listing a); rewrite ?listingK.
have uniq_map : uniq (map (unlisting m c) ms) by rewrite map_inj_in_uniq //; exact: can_in_inj listK.
rewrite -(big_map (unlisting m c) predT F) (big_uniq _ uniq_map) /=.
rewrite [RHS]big_mkcond; apply: eq_bigr => a _; rewrite mem_list.
case: ifP => // /negbT; rewrite lt_neqAle prior_ge0 andbT negbK eq_sym => /eqP /F0.
by [].
Qed.

Lemma at0_sum (rs : seq (seq Z)) j : toR R (at0 (foldr addl [::] rs) j) = \sum_(r <- rs) toR R (at0 r j).
Proof. by rewrite at0_foldr_addl (big_nth [::]) big_mkord. Qed.

Definition total_den its i := toR R (seen_den its i) * toR R (prior_den p).

Lemma totalsE its i (z : Tok) : all item_ok its -> (i < size its)%N ->
  toR R (at0 (nth [::] (totals d p jp l its) i) z)
  = total_den its i * \sum_s emit M z s * tau M i.+1 (map weight_at its) s.
Proof.
move=> its_ok lt_i; rewrite /totals (nth_map 0%N) ?size_iota // nth_iota // add0n.
rewrite at0_sum !big_map sum_pair.
rewrite (sum_memories (F := fun a => \sum_h emit M z (a, h) * tau M i.+1 (map weight_at its) (a, h))); last first.
  move=> a a0; apply: big1 => h _; rewrite tauE ?size_map // /right front_given a0.
  by rewrite !mul0r mulr0.
rewrite mulr_sumr; apply: eq_big_seq => w w_in /=.
have {w_in} [a ->] : exists a : mem, w = listing a.
  by exists (unlisting m c w); rewrite unlistingK //; case/andP: ms_ok => _ /allP; apply.
rewrite listingK at0_scalel toRM (seenE _ its_ok lt_i (leq_ord z)) inord_val mulrCA.
rewrite /total_den -mulrA; congr (_ * _); rewrite mulr_sumr mulr_sumr; apply: eq_bigr => h _.
rewrite tauE ?size_map // /right front_given -map_take -map_drop back_given prior_weightE /mass_at.
have := nonzero R prior_den_gt0; move: (toR R (prior_den p)) => e e0.
rewrite -[memit_of R d z (column (a, h))]/(given N a z h) succnK.
move: (given N a z h) (forward _ _ _ _) (back _ _ _) => g f b.
by field.
Qed.

Lemma outsE its i (z : Tok) : all item_ok its -> (i < size its)%N ->
  (forall j s, 0 <= nth (fun=> 0) (map weight_at its) j s) ->
  val R (nth nothing (outs d p jp l its) i) z = Gbar M i.+1 (map weight_at its) z.
Proof.
move=> its_ok lt_i ge0; rewrite /outs (nth_map [::]); last by rewrite size_map size_iota.
rewrite GbarE ?size_map // /normed; set o := nth _ _ i; set vs := map _ its.
have E0 : total_den its i != 0.
  by rewrite mulf_neq0 // nonzero // ?seen_den_gt0 ?prior_den_gt0.
have totE : toR R (dotl (ones k.+1) o) = total_den its i * \sum_s tau M i.+1 vs s.
  rewrite (@dotl_sum _ k.+1) ?size_nseq //.
  transitivity (\sum_(z' : Tok) total_den its i * \sum_s emit M z' s * tau M i.+1 vs s).
    by apply: eq_bigr => z' _; rewrite [at0 _ _](at0_ones (ltn_ord z')) toR1 mul1r totalsE.
  rewrite -mulr_sumr exchange_big; congr (_ * _); apply: eq_bigr => s _ /=.
  by rewrite -mulr_suml (emit_sum M) mul1r.
case: ifP => [|_].
  rewrite -(toR_eq0 R) totE mulf_eq0 (negbTE E0) /= => /eqP ->.
  by rewrite invr0 mulr0 /val at0_nil mul0r.
by rewrite /val totalsE // totE -mulf_div divff // mul1r.
Qed.

Lemma prompt_numbersE (e : Col) :
  toR R (at0 (prompt_numbers jp l) (at_column e)) / toR R (Z.of_nat m.+1) = prompt_row u e.
Proof.
have toR_nat t : toR R (Z.of_nat t) = t%:R by rewrite /toR (_ : int_of_Z _ = t%:Z); [rewrite pmulrn | lia].
have lt_e := at_column_lt e; have lt_s := at_state_lt e.2.
have divE : (at_column e %/ width)%N = e.1.
  by rewrite /at_column divnMDl ?(leq_ltn_trans _ lt_s) // (divn_small lt_s) addn0.
have modE : (at_column e %% width)%N = at_state e.2 by rewrite /at_column modnMDl modn_small.
rewrite /at0 (nth_map 0%N) ?size_iota // nth_iota // add0n divE modE at_state_cell.
have eq_cell : ((e.2.1 : nat) == jp) = (e.2.1 == cell c jp) by rewrite (cellE le_jp).
rewrite eq_cell; case: eqP => [eq_j|/eqP neq].
  rewrite prompt_row_allow // [in RHS]/=; case: ifP => _; last by rewrite toR0 mul0r.
  by rewrite divff // toR_nat pnatr_eq0.
rewrite prompt_row_other // !toR_nat card_ord; congr (_%:R / _).
rewrite -sum1_count (_ : iota 0 m.+1 = index_iota 0 m.+1) // big_mkord -sum1_card.
by apply: eq_bigl => v; rewrite unfold_in.
Qed.

Lemma embE it (e : Col) : item_ok it ->
  val R (emb d jp l it) (at_column e) = if it is Some z then memit N (inord z) e else prompt_row u e.
Proof.
case: it => [z le_z|_]; last exact: prompt_numbersE.
by rewrite /= /memit_of val_row inordK.
Qed.

(* The task *)

Definition mass_den x := (toR R (initial d).1 * toR R (behind_den (map Some x))) * toR R (prior_den p).

Lemma mass_den_gt0 x : 0 < mass_den x.
Proof. by rewrite !mulr_gt0 ?toR_gt0 ?behind_den_gt0 ?prior_den_gt0. Qed.

Lemma words_at x : map weight_at (map Some x) = map (emit M) (tokens k x).
Proof. by rewrite -!map_comp; apply: eq_map. Qed.

Lemma masses_sum x j (f : nat -> R) : (j <= c)%N -> all (fun z => z <= k)%N x ->
  \sum_(t <- masses d p jp l x j) f t.1 * toR R t.2
  = mass_den x * mvalue N (fun a => f (a (cell c j))) (tokens k x).
Proof.
move=> le_j le_x; rewrite big_map /mvalue sum_pair.
rewrite (sum_memories (F := fun a => \sum_h f (a (cell c j)) * (init M (a, h) * beta M (tokens k x) (a, h)))); last first.
  move=> a a0; apply: big1 => h _; rewrite -[init M (a, h)]/(prior N a * minit N h) a0.
  by rewrite !mul0r mulr0.
rewrite mulr_sumr; apply: eq_big_seq => w w_in /=.
have {w_in} [a ->] : exists a : mem, w = listing a.
  by exists (unlisting m c w); rewrite unlistingK //; case/andP: ms_ok => _ /allP; apply.
have -> : nth 0%N (listing a) j = a (cell c j) by rewrite -nth_listing inordK.
rewrite listingK toRM; set b := head _ _; have [/eqP size_i _] := andP init_len.
have b0 : toR R b.1 != 0 by rewrite behind_denE nonzero // behind_den_gt0.
have i0 := nonzero R init_den.
have items : all item_ok (map Some x) by rewrite all_map.
have -> : toR R (dotl (initial d).2 b.2)
    = toR R (initial d).1 * toR R b.1 * \sum_(h : St) val R (initial d) (at_state h) * val R b (at_state h).
  rewrite (@sum_states c y _ (fun i => val R (initial d) i * val R b i)) -(@val_dotv _ width) ?size_i //.
  by rewrite /fval toRM mulrC divfK // mulf_neq0.
rewrite [toR R b.1](congr1 (toR R) (behind_denE _ _)) /mass_den; move: (toR R (behind_den _)) => e.
have -> : toR R (prior_weight p (listing a)) = prior N a * toR R (prior_den p).
  by rewrite prior_weightE divfK // nonzero // prior_den_gt0.
rewrite !mulr_sumr; apply: eq_bigr => h _.
rewrite /beta -words_at back_given -behindE // -[val R (initial d) _]/(minit N h) -/b.
have -> : ainit N (a, h) = prior N a * minit N h by [].
move: (f _) (prior N a) (minit N h) (val R b _) (toR R (prior_den p)) (toR R _) => f' pr mi v D I.
by ring.
Qed.

Section Task.
Variables (q j : nat) (mu : matrix).
Hypothesis le_j : (j <= c)%N.
Local Notation task := (fun (i : 'I_q.+1) (v : Val) => mval R mu i v).

Definition task_check x a := let ts := masses d p jp l x j in let total := suml [seq t.2 | t <- ts] in
  [&& (0 <? total)%ZZ, (0 <? mu.1)%ZZ
    & first_check q [seq suml [seq (entry mu.2 i t.1 * t.2)%ZZ | t <- ts] | i <- iota 0 q.+1] a].

Lemma task_checked x a : all (fun z => z <= k)%N x -> task_check x a ->
  supp M (tokens k x) /\ mtask_label N task (cell c j) (tokens k x) (inord a).
Proof.
move=> le_x /and3P[total0 mu0 first_a]; have E0 := mass_den_gt0 x.
have totalE : toR R (suml [seq t.2 | t <- masses d p jp l x j])
    = mass_den x * value M (init M) (tokens k x).
  rewrite suml_list big_map (eq_bigr (fun t => 1 * toR R t.2)) => [|t _]; last by rewrite mul1r.
  rewrite (masses_sum (fun=> 1) le_j le_x); congr (_ * _); apply: eq_bigr => s _.
  by rewrite mul1r.
have value0 : 0 < value M (init M) (tokens k x) by rewrite -(pmulr_rgt0 _ E0) -totalE toR_gt0.
split; first by rewrite /supp probE.
apply: (first_checked (posM mu0 total0) _ first_a) => i.
rewrite /at0 (nth_map 0%N) ?size_iota // nth_iota // add0n suml_list big_map toRM totalE mscoreE.
under eq_bigr do rewrite toRM.
rewrite (masses_sum (fun v => toR R (entry mu.2 i v)) le_j le_x).
have mu_neq0 := nonzero R mu0; have E_neq0 : mass_den x != 0 by rewrite gt_eqF.
have -> : mvalue N (fun a => mval R mu i (a (cell c j))) (tokens k x)
    = mvalue N (fun a => toR R (entry mu.2 i (a (cell c j)))) (tokens k x) / toR R mu.1.
  by rewrite /mvalue mulr_suml; apply: eq_bigr => s _; rewrite /mval mulrAC.
have v_neq0 : value M (init M) (tokens k x) != 0 by rewrite gt_eqF.
by move: (mvalue _ _ _) (value _ _ _) (mass_den x) (toR R mu.1) v_neq0 E_neq0 mu_neq0 => *; field; apply/and3P.
Qed.

End Task.

Lemma prompt_items x j' s : 0 <= nth (fun=> 0) (map weight_at (None :: map Some x)) j' s.
Proof. by rewrite /= words_at; exact: prompted_ge0. Qed.

Lemma word_items x j' s : 0 <= nth (fun=> 0) (map weight_at (map Some x)) j' s.
Proof. by rewrite words_at; exact: embedding_ge0. Qed.

End Proofs.

(* One input on which the labels differ *)

Section Wrong.
Variables (R : realFieldType) (d : data) (p : law_data).
Hypothesis ok : mvalid m c y k d p.
Local Notation N := (memory_of R ok).
Local Notation M := (augmented N).
Variables (r q : nat) (keys : matrix) (query first other : vector) (vals b mu : matrix).
Local Notation hd := (@head_of m c y k R r q keys query first other vals b).
Local Notation task := (fun (i : 'I_q.+1) (v : Val) => mval R mu i v).

Definition wrong_check jp l j x its a a' :=
  [&& [&& x != [::], all (fun z => z <= k)%N x, (j <= c)%N & (jp <= c)%N], memories_check m c (memories m p),
      task_check d p jp l q j mu x a,
      says r q keys query first other vals b (size its) (outs d p jp l its) (map (emb d jp l) its) a'
    & [&& (a <= q)%N, (a' <= q)%N & a != a']].

Definition wrong_attention_check j x := wrong_check 0 [::] j x (map Some x).
Definition prompted_wrong_attention_check jp l j x := wrong_check jp l j x (None :: map Some x).

Lemma labels_differ a a' : [&& (a <= q)%N, (a' <= q)%N & a != a'] -> (inord a : 'I_q.+1) != inord a'.
Proof. by case/and3P => le_a le_a' neq; rewrite -val_eqE /= !inordK. Qed.

Theorem wrong_attention_label_checked j x a a' : wrong_attention_check j x a a' ->
  ~ forall x, x != [::] -> supp (augmented N) x ->
      attention_label N hd x =1 mtask_label N task (cell c j) x.
Proof.
case/and5P => /and4P[x0 le_x le_j le_jp] ms_ok task_a says_a' neq.
have [x_supp label_a] := task_checked R ok le_jp ms_ok le_j le_x task_a.
have y0 : tokens k x != [::] by case: (x) x0.
apply: (proj1 (wrong_attention_label_sound hd y0 x_supp label_a (labels_differ neq))).
have items : all item_ok (map Some x) by rewrite all_map.
have size_y : size (map Some x) = size (tokens k x) by rewrite !size_map.
move: says_a'; rewrite size_y; apply: says_checked => [i z|i e].
  rewrite (outsE le_jp ms_ok) ?size_y //; last exact: word_items.
  by rewrite words_at /outputs; apply: esym; apply: Gbar_embeddings; exact: ltn_ord i.
have lt_i : (i < size x)%N by apply: leq_trans (ltn_ord i) _; rewrite size_map.
rewrite -map_comp (nth_map 0%N) // (embE R ok _ le_jp ms_ok) /=; last by apply: (allP le_x); apply: mem_nth.
by rewrite /embeddings (tnth_nth ord0) /= (nth_map 0%N).
Qed.

Theorem prompted_wrong_attention_label_checked jp l j x a a' :
  prompted_wrong_attention_check jp l j x a a' ->
  ~ forall x, x != [::] -> supp (augmented N) x ->
      prompted_attention_label N hd (allow R (cell c jp) [pred v : 'I_m.+1 | (v : nat) \in l]) x
      =1 mtask_label N task (cell c j) x.
Proof.
case/and5P => /and4P[x0 le_x le_j le_jp] ms_ok task_a says_a' neq.
have [x_supp label_a] := task_checked R ok le_jp ms_ok le_j le_x task_a.
have y0 : tokens k x != [::] by case: (x) x0.
apply: (proj2 (wrong_attention_label_sound hd y0 x_supp label_a (labels_differ neq))).
have items : all item_ok (None :: map Some x) by rewrite /= all_map.
have size_y : size (None :: map Some x) = (size (tokens k x)).+1 by rewrite /= !size_map.
move: says_a'; rewrite size_y; apply: says_checked => [i z|i e].
  rewrite (outsE le_jp ms_ok) ?size_y //; last exact: prompt_items.
  by rewrite /= words_at.
rewrite (nth_map None); last by rewrite size_y.
rewrite (embE R ok _ le_jp ms_ok) /=; last by apply: (allP items); apply: mem_nth; rewrite size_y.
rewrite /prompt_embeddings; case: (unliftP ord0 i) => [i' ->|-> //] /=.
have lt_i : (i' < size x)%N by apply: leq_trans (ltn_ord i') _; rewrite size_map.
by rewrite (nth_map 0%N) // /embeddings (tnth_nth ord0) (nth_map 0%N).
Qed.

End Wrong.

End Sizes.
