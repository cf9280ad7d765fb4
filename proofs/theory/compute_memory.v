From Coq Require Import ZArith List.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify ssrZ.
From Recoverable Require Import model prediction chain theorem_3_3 extended labels columns.
From Recoverable Require Import rules_chain compute compute_columns compute_model compute_heads.
From Recoverable Require Import memory scope attention attention_identities rules_memory.

(******************************************************************************)
(* Models with memory as data, and their rules, by computation.               *)
(*                                                                            *)
(*       sizes: m+1 values, c+1 cells, y+1 syntax states, k+1 tokens          *)
(*    at_state h == the index of the hidden state h: cell times (y+1), plus   *)
(*                  the syntax state                                          *)
(*   at_column d == the index of the column d of W: value times the number of *)
(*                  hidden states, plus the hidden state                      *)
(*      law_data == the law of the memory: one law for each cell (Product), or*)
(*                  a list of memories and numerators (Joint)                 *)
(*    memories p == the memories of positive probability                      *)
(*     listing a == the memory a as a list of values                          *)
(* mvalid m c y k d p <=> d and p are a model with memory of these sizes      *)
(*   memory_of R ok == that model over R                                      *)
(*      cell c j == the cell j                                                *)
(*  syntax y l == the set of the syntax states in the list l                  *)
(*  head_of R keys q first other values b == an attention head                *)
(*      rows E == a set of pairs of a memory and a hidden state, for each     *)
(*                memory a list of booleans; sem E is that set                *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Inductive law_data := Product of matrix | Joint of Z & seq (seq nat * Z).

(* Sums over pairs *)

Lemma sum_pairs (R : ringType) a b (F : nat -> R) :
  \sum_(i < a) \sum_(j < b) F (i * b + j)%N = \sum_(i < a * b) F i.
Proof.
elim: a => [|a IH]; first by rewrite !big_ord0.
by rewrite big_ord_recr /= IH mulSnr big_split_ord.
Qed.

(* Chains that are the same but for the names of their states *)

Section Along.
Variables (R : realFieldType) (S S' T T' : finType) (M : hmm R S T) (M' : hmm R S' T').
Variables (f : S -> S') (g : S' -> S).
Hypothesis gK : cancel g f.
Hypothesis stepE : forall a b, step M a b = step M' (f a) (f b).

Lemma path_along a w : path (step M') (f a) (map f w) = path (step M) a w.
Proof. by rewrite path_map; apply: eq_path => b b'; rewrite stepE. Qed.

Lemma irreducible_along : irreducible M -> irreducible M'.
Proof.
move=> irr a b; have /connectP[w path_w last_w] := irr (g a) (g b).
apply/connectP; exists (map f w); first by rewrite -[a]gK path_along.
by rewrite -[a]gK last_map -last_w gK.
Qed.

Lemma aperiodic_along : aperiodic M -> aperiodic M'.
Proof.
move=> aper a e div; apply: (aper (g a)) => w path_w last_w.
by have := div (map f w); rewrite -[a]gK path_along last_map last_w size_map; apply.
Qed.

End Along.

Section Sizes.
Variables (m c y k : nat).

Definition width := (c.+1 * y.+1)%N.

Local Notation Cell := [finType of 'I_c.+1].
Local Notation Syn := [finType of 'I_y.+1].
Local Notation Val := [finType of 'I_m.+1].
Local Notation Tok := [finType of 'I_k.+1].
Local Notation St := [finType of Cell * Syn].
Local Notation Col := [finType of Val * (Cell * Syn)].
Local Notation mem := [finType of {ffun Cell -> Val}].
Local Notation Au := [finType of {ffun Cell -> Val} * (Cell * Syn)].

Definition at_state (h : St) : nat := (h.1 * y.+1 + h.2)%N.
Definition at_column (d : Col) : nat := (d.1 * width + at_state d.2)%N.
Definition state_of (i : nat) : St := (inord (i %/ y.+1), inord (i %% y.+1)).

Lemma at_state_lt h : (at_state h < width)%N.
Proof.
case: h => [[i lt_i] [s lt_s]]; rewrite /at_state /width /=.
by rewrite -ltn_divLR // divnMDl // divn_small // addn0.
Qed.

Lemma at_column_lt d : (at_column d < m.+1 * width)%N.
Proof.
have lt_h := at_state_lt d.2; rewrite /at_column.
rewrite (@leq_trans (d.1 * width + width)) ?ltn_add2l // addnC -mulSn leq_pmul2r //.
Qed.

Lemma at_state_cell h : (at_state h %/ y.+1)%N = h.1.
Proof. by rewrite /at_state divnMDl // divn_small // addn0. Qed.

Lemma at_state_syntax h : (at_state h %% y.+1)%N = h.2.
Proof. by rewrite /at_state modnMDl modn_small. Qed.

Lemma state_ofK i : (i < width)%N -> at_state (state_of i) = i.
Proof.
move=> lt_i; rewrite /at_state /state_of /= !inordK ?ltn_pmod //; first by rewrite -divn_eq.
by rewrite ltn_divLR.
Qed.

Lemma at_stateK h : state_of (at_state h) = h.
Proof. by rewrite /state_of at_state_cell at_state_syntax !inord_val -surjective_pairing. Qed.

Lemma sum_states (R : ringType) (F : nat -> R) : \sum_(h : St) F (at_state h) = \sum_(i < width) F i.
Proof. by rewrite -sum_pairs pair_big. Qed.

Lemma sum_columns (R : ringType) (F : nat -> R) :
  \sum_(d : Col) F (at_column d) = \sum_(i < m.+1 * width) F i.
Proof.
rewrite -sum_pairs -(pair_big predT predT (fun v h => F (at_column (v, h)))) /=.
by apply: eq_bigr => v _; rewrite -(sum_states (fun i => F (v * width + i)%N)).
Qed.

(* The law of the memory *)

Definition listing (a : mem) : seq nat := [seq nat_of_ord (a j) | j <- enum Cell].

Lemma size_listing a : size (listing a) = c.+1.
Proof. by rewrite size_map size_enum_ord. Qed.

Lemma nth_listing a (j : Cell) : nth 0%N (listing a) j = a j.
Proof. by rewrite (nth_map j) ?size_enum_ord ?ltn_ord // nth_ord_enum. Qed.

Definition unlisting (w : seq nat) : mem := [ffun j : Cell => inord (nth 0%N w j)].

Definition listed (w : seq nat) := (size w == c.+1) && all (fun v => v <= m)%N w.

Lemma listingK a : unlisting (listing a) = a.
Proof. by apply/ffunP => j; rewrite ffunE nth_listing inord_val. Qed.

Lemma unlistingK w : listed w -> listing (unlisting w) = w.
Proof.
case/andP => /eqP size_w /allP le_w; apply: (@eq_from_nth _ 0%N); rewrite size_listing ?size_w //.
move=> i lt_i; rewrite -[i]/(nat_of_ord (Ordinal lt_i)) nth_listing ffunE inordK //=.
by rewrite ltnS le_w // mem_nth ?size_w.
Qed.

Lemma listing_eq w a : listed w -> (w == listing a) = (unlisting w == a).
Proof.
by move=> ok; apply/eqP/eqP => [->|<-]; rewrite ?listingK ?unlistingK.
Qed.

Definition numerators_sum (ws : seq (seq nat * Z)) := foldr (fun w s => (w.2 + s)%ZZ) 0%ZZ ws.

Definition is_law (e : Z) r := nonnegl r && (dotl (ones m.+1) r =? e)%ZZ.
Definition law_valid p := match p with
  | Product rs => shape c m.+1 rs && all (is_law rs.1) rs.2
  | Joint e ws => [&& (0 <? e)%ZZ, all (fun w => listed w.1 && (0 <=? w.2)%ZZ) ws
                    & (numerators_sum ws =? e)%ZZ]
  end.

Definition choices (r : seq Z) := [seq v <- iota 0 m.+1 | (0 <? at0 r v)%ZZ].
Fixpoint products (rs : seq (seq Z)) : seq (seq nat) :=
  if rs is r :: rs' then [seq v :: w | v <- choices r, w <- products rs'] else [:: [::]].
Definition memories p := match p with
  | Product rs => products rs.2
  | Joint _ ws => [seq w.1 | w <- ws & (0 <? w.2)%ZZ]
  end.

Section Prior.
Variables (R : realFieldType) (p : law_data).
Hypothesis ok : law_valid p.

Definition prior_of (a : mem) : R := match p with
  | Product rs => product_prior (fun (j : Cell) (v : Val) => mval R rs j v) a
  | Joint e ws => (\sum_(w <- ws | w.1 == listing a) toR R w.2) / toR R e
  end.

Fact prior_of_ge0 a : 0 <= prior_of a.
Proof.
move: ok; rewrite /prior_of; case: p => [rs|e ws] /=.
  case/andP => rs_ok /allP rows; apply: product_prior_ge0 => j v.
  have /and3P[/eqP size_rs _ d0] := rs_ok; apply: (@val_ge0 R (rs.1, nth [::] rs.2 j)) => //=.
  by have /andP[] := rows _ (mem_nth [::] (leq_trans (ltn_ord j) (eq_leq (esym size_rs)))).
case/and3P => e0 /allP ws_ok _; rewrite divr_ge0 //; last by apply/ltW; rewrite toR_gt0.
rewrite big_seq_cond; apply: sumr_ge0 => w /andP[/ws_ok/andP[_ w0] _]; by rewrite toR_ge0.
Qed.

Fact prior_of_sum : \sum_a prior_of a = 1.
Proof.
move: ok; rewrite /prior_of; case: p => [rs|e ws] /=.
  case/andP => rs_ok /allP rows; apply: product_prior_sum => j.
  have /and3P[/eqP size_rs _ d0] := rs_ok; have d_neq0 := nonzero R d0.
  have /andP[_ /Z.eqb_spec sum1] := rows _ (mem_nth [::] (leq_trans (ltn_ord j) (eq_leq (esym size_rs)))).
  rewrite -mulr_suml; apply: (canLR (mulfK d_neq0)); rewrite mul1r -sum1.
  rewrite (@dotl_sum _ m.+1) ?size_nseq //; apply: eq_bigr => v _.
  by rewrite /at0 nth_nseq ltn_ord toR1 mul1r.
case/and3P => e0 ws_ok /Z.eqb_spec sum_e; have e_neq0 := nonzero R e0.
rewrite -mulr_suml; apply: (canLR (mulfK e_neq0)); rewrite mul1r -sum_e {sum_e}.
under eq_bigr do rewrite big_mkcond.
rewrite exchange_big /=; elim: ws ws_ok => [|w ws IH] /=; first by rewrite big_nil.
case/andP => /andP[w_ok _] /IH; rewrite big_cons toRD => ->; congr (_ + _).
rewrite -big_mkcond (eq_bigl (pred1 (unlisting w.1))) ?big_pred1_eq // => a.
by rewrite listing_eq // eq_sym.
Qed.

Lemma mem_products rs w : (w \in products rs) = (size w == size rs) &&
  all (fun q => (q.1 <= m)%N && (0 <? at0 q.2 q.1)%ZZ) (zip w rs).
Proof.
elim: rs w => [|r rs IH] [|v w] //.
  by apply/negbTE/negP => /allpairsP[[v w] [_ _]].
rewrite /= -[LHS]/(v :: w \in [seq v :: w | v <- choices r, w <- products rs]).
apply/allpairsP/idP => [[[v' w'] /= [v_in w_in [-> ->]]]|].
  move: v_in w_in; rewrite mem_filter mem_iota IH /= => /andP[pos le_v] /andP[size_w ->].
  by rewrite eqSS size_w pos -ltnS le_v.
rewrite eqSS => /and3P[size_w /andP[le_v pos] all_w]; exists (v, w); split=> //=.
  by rewrite mem_filter pos mem_iota.
by rewrite IH size_w.
Qed.

Lemma prior_pos a : (0 < prior_of a) = (listing a \in memories p).
Proof.
move: ok; rewrite /prior_of; case: p => [rs|e ws] /=.
  case/andP => rs_ok /allP rows; have /and3P[/eqP size_rs _ d0] := rs_ok.
  have entry_ge0 (j : Cell) v : 0 <= mval R rs j v.
    apply: (@val_ge0 R (rs.1, nth [::] rs.2 j)) => //=.
    by have /andP[] := rows _ (mem_nth [::] (leq_trans (ltn_ord j) (eq_leq (esym size_rs)))).
  have pos_entry (j : Cell) v : (0 < mval R rs j v) = (0 <? entry rs.2 j v)%ZZ.
    by rewrite pmulr_lgt0 ?invr_gt0 toR_gt0.
  rewrite mem_products size_listing size_rs eqxx /=.
  apply/idP/(all_nthP (0%N, [::])) => [pos i|all_pos].
    rewrite size_zip size_listing size_rs minnn => lt_i; pose j := Ordinal lt_i.
    rewrite nth_zip ?size_listing ?size_rs //= -[i]/(nat_of_ord j) nth_listing -ltnS ltn_ord /=.
    rewrite -[at0 _ _]/(entry rs.2 j (a j)) -pos_entry lt_neqAle entry_ge0 andbT eq_sym.
    by apply: contraTneq pos => a0; rewrite /product_prior (bigD1 j) //= a0 mul0r ltxx.
  apply: prodr_gt0 => j _; rewrite pos_entry.
  have := all_pos j; rewrite size_zip size_listing size_rs minnn => /(_ (ltn_ord j)).
  by rewrite nth_zip ?size_listing ?size_rs //= nth_listing => /andP[].
case/and3P => e0 /allP ws_ok _; rewrite pmulr_lgt0 ?invr_gt0 ?toR_gt0 //.
have w_ge0 w : w \in ws -> 0 <= toR R w.2 by case/ws_ok/andP; rewrite toR_ge0.
apply/idP/mapP => [pos|[w]].
  have : \sum_(w <- ws | w.1 == listing a) toR R w.2 != 0 by rewrite gt_eqF.
  rewrite big_seq_cond psumr_eq0 => [|w /andP[/w_ge0]] //.
  case/allPn => w w_in; rewrite w_in /= negb_imply => /andP[/eqP eq_w w0]; exists w => //.
  by rewrite mem_filter w_in andbT -(toR_gt0 R) lt_neqAle eq_sym w0 w_ge0.
rewrite mem_filter -(toR_gt0 R) => /andP[pos w_in] eq_w.
have sum_neq0 : \sum_(w <- ws | w.1 == listing a) toR R w.2 != 0.
  rewrite big_seq_cond psumr_eq0 => [|w' /andP[/w_ge0]] //; apply/allPn; exists w => //.
  by rewrite w_in eq_w eqxx /= gt_eqF.
rewrite lt_neqAle eq_sym sum_neq0 big_seq_cond; apply: sumr_ge0 => w' /andP[/w_ge0].
by [].
Qed.

End Prior.

(* The model *)

Definition chain_of (d : data) := Data (initial d) (transition d) (1%ZZ, [:: ones width]).

Definition mvalid d p :=
  [&& valid width.-1 0 (chain_of d), shape k (m.+1 * width)%N (emission d),
      law (m.+1 * width)%N (emission d).1 (emission d).2 & law_valid p].

Section Model.
Variables (R : realFieldType) (d : data) (p : law_data).
Hypothesis ok : mvalid d p.

Definition chain_valid : valid width.-1 0 (chain_of d). Proof. by case/and4P: ok. Qed.
Definition prior_valid : law_valid p. Proof. by case/and4P: ok. Qed.
Let emit_shape : shape k (m.+1 * width)%N (emission d). Proof. by case/and4P: ok. Qed.

Local Notation I := (model_of R chain_valid).
Local Notation pos_of h := (@inord width.-1 (at_state h)).

Lemma pos_ofE h : pos_of h = at_state h :> nat.
Proof. by rewrite inordK //; apply: at_state_lt. Qed.

Definition minit_of (h : St) : R := val R (initial d) (at_state h).
Definition mtrans_of (h' h : St) : R := mval R (transition d) (at_state h') (at_state h).
Definition memit_of (z : Tok) (e : Col) : R := mval R (emission d) z (at_column e).

Lemma minitE h : minit_of h = init I (pos_of h). Proof. by rewrite /= /vf pos_ofE. Qed.
Lemma mtransE h' h : mtrans_of h' h = trans I (pos_of h') (pos_of h).
Proof. by rewrite /= /mx !pos_ofE. Qed.

Fact minit_of_ge0 h : 0 <= minit_of h. Proof. by rewrite minitE init_ge0. Qed.
Fact minit_of_sum : \sum_h minit_of h = 1.
Proof. by rewrite (sum_states (val R (initial d))) -(init_sum I). Qed.
Fact mtrans_of_ge0 h' h : 0 <= mtrans_of h' h. Proof. by rewrite mtransE trans_ge0. Qed.
Fact mtrans_of_sum h : \sum_h' mtrans_of h' h = 1.
Proof.
rewrite (sum_states (fun i => mval R (transition d) i (at_state h))) -(trans_sum I (pos_of h)).
by apply: eq_bigr => i _; rewrite /= /mx pos_ofE.
Qed.
Fact memit_of_ge0 z e : 0 <= memit_of z e.
Proof. by have /and4P[_ e_ok e_law _] := ok; exact: law_ge0 (shape_den e_ok) e_law _ _. Qed.
Fact memit_of_sum e : \sum_z memit_of z e = 1.
Proof.
have /and4P[_ e_ok e_law _] := ok; have /and3P[/eqP size_e _ d0] := e_ok.
exact: law_sum size_e d0 e_law _ (at_column_lt e).
Qed.

Definition memory_of : memory R Cell Syn Val Tok :=
  Memory (prior_of_ge0 R prior_valid) (prior_of_sum R prior_valid)
    minit_of_ge0 minit_of_sum mtrans_of_ge0 mtrans_of_sum memit_of_ge0 memit_of_sum.

End Model.

(* The hidden chain is that of the model of numbered states. *)

Section Chain.
Variables (R : realFieldType) (d : data) (p : law_data).
Hypothesis ok : mvalid d p.

Local Notation N := (memory_of R ok).
Local Notation I := (model_of R (chain_valid ok)).
Local Notation C := (chain N).

Definition pos (h : St) : 'I_width.-1.+1 := inord (at_state h).
Definition unpos (i : 'I_width.-1.+1) : St := state_of i.

Lemma posK : cancel pos unpos. Proof. by move=> h; rewrite /unpos pos_ofE at_stateK. Qed.
Lemma unposK : cancel unpos pos.
Proof. by move=> i; apply: val_inj; rewrite /= pos_ofE state_ofK. Qed.

Lemma chain_same : [/\ irreducible C <-> irreducible I,
  aperiodic C <-> aperiodic I & full_support (init C) <-> full_support (init I)].
Proof.
have stepC g h : step C g h = step I (pos g) (pos h) by rewrite /step /= (mtransE R ok).
have stepI g h : step I g h = step C (unpos g) (unpos h) by rewrite stepC !unposK.
have initC h : init C h = init I (pos h) by rewrite /= (minitE R ok).
split; split.
- exact: irreducible_along unposK stepC.
- exact: irreducible_along posK stepI.
- exact: aperiodic_along unposK stepC.
- exact: aperiodic_along posK stepI.
- by move=> full h; rewrite -[h]unposK -initC.
- by move=> full h; rewrite initC.
Qed.

Theorem chain_irreducible_checked fs bs :
  trees_check width (steps (chain_of d)) fs bs -> irreducible C.
Proof. by case: chain_same => same _ _ /(irreducible_checked R (chain_valid ok))/same. Qed.

Theorem chain_aperiodic_checked fs bs ws :
  aperiodic_check width (steps (chain_of d)) fs bs ws -> irreducible C /\ aperiodic C.
Proof.
by case: chain_same => same1 same2 _ /(aperiodic_checked R (chain_valid ok))[/same1 ? /same2 ?].
Qed.

Theorem chain_reducible_checked U : reducible_check width.-1 (chain_of d) U -> ~ irreducible C.
Proof. by case: chain_same => same _ _ checked /same; exact: reducible_checked checked. Qed.

Theorem chain_periodic_checked q classes : periodic_check width.-1 (chain_of d) q classes ->
  ~ (irreducible C /\ aperiodic C).
Proof.
case: chain_same => same1 same2 _ checked [/same1 ? /same2 ?].
by apply: (@periodic_checked R _ _ _ (chain_valid ok) _ _ checked).
Qed.

Theorem chain_full_support_checked : positivel width (initial (chain_of d)).2 -> full_support (init C).
Proof. by case: chain_same => _ _ same /(full_support_checked R (chain_valid ok))/same. Qed.

Theorem chain_missing_support_checked h : missing_check width.-1 (chain_of d) h ->
  ~ full_support (init C).
Proof. by case: chain_same => _ _ same checked /same; exact: missing_support_checked checked. Qed.

Theorem chain_ergodic_checked fs bs ws : ergodic_check width.-1 (chain_of d) fs bs ws ->
  assumption_3_2 C.
Proof.
case: chain_same => same1 same2 same3 /(ergodic_checked R (chain_valid ok))[? ? ?].
by split; [apply/same1 | apply/same2 | apply/same3].
Qed.

Theorem chain_not_ergodic :
  ~ irreducible C \/ ~ (irreducible C /\ aperiodic C) \/ ~ full_support (init C) -> ~ assumption_3_2 C.
Proof. by move=> no [irr aper full]; case: no => [|[|]] no; apply: no. Qed.

(* Assumption 4.4 *)

Lemma pi_chain h : pi C 1 h = val R (pi_1 (chain_of d)) (at_state h).
Proof.
rewrite -pos_ofE (val_pi_1 R (chain_valid ok)) !piS [RHS](reindex pos) /=; last first.
  by exists unpos => ? _; [exact: posK | exact: unposK].
by apply: eq_bigr => g _; congr (_ * _); [exact: (mtransE R ok) | exact: (minitE R ok)].
Qed.

Definition stationary_check := eqv (pi_1 (chain_of d)) (initial d).

Theorem stationary_checked : stationary_check -> stationary N.
Proof.
move=> still h; rewrite pi_chain.
exact: (@eqvP R _ _ (pi_1_den (chain_valid ok)) (init_den (chain_valid ok)) still).
Qed.

Definition moves (u v : vector) i :=
  ~~ (at0 (addl (scalel v.1 u.2) (scalel (- u.1) v.2)) i =? 0)%ZZ.

Lemma movesP u v i : (0 <? u.1)%ZZ -> (0 <? v.1)%ZZ -> moves u v i -> val R u i != val R v i.
Proof.
move=> /(nonzero R) u0 /(nonzero R) v0; apply: contra => /eqP eq_i.
rewrite -(toR_eq0 R) at0_addl !at0_scalel toRD !toRM toRN mulNr subr_eq0.
move/eqP: eq_i; rewrite /val eqr_div // => /eqP eq_i.
by rewrite mulrC eq_i mulrC.
Qed.

Definition not_stationary_check h := (h < width)%N && moves (pi_1 (chain_of d)) (initial d) h.

Theorem not_stationary_checked h : not_stationary_check h -> ~ stationary N.
Proof.
case/andP => lt_h /movesP moved; apply: (@not_stationary_sound _ _ _ _ _ N (state_of h)).
have := moved (pi_1_den (chain_valid ok)) (init_den (chain_valid ok)).
by rewrite -{1}(state_ofK lt_h) -pi_chain piS /= /minit_of state_ofK.
Qed.

End Chain.

(* What functionals read off the columns that count *)

Definition idx v i s := (v * width + (i * y.+1 + s))%N.
Definition all_columns (P : nat -> nat -> nat -> bool) :=
  all (fun v => all (fun i => all (P v i) (iota 0 y.+1)) (iota 0 c.+1)) (iota 0 m.+1).

Lemma all_columnsP P : all_columns P -> forall d : Col, P d.1 d.2.1 d.2.2.
Proof.
by move=> /all_iotaP all_P [v [i s]]; have /all_iotaP/(_ i (ltn_ord i))/all_iotaP := all_P v (ltn_ord v); apply.
Qed.

Definition cell (j : nat) : Cell := inord j.
Definition syntax (l : seq nat) : {set Syn} := [set s : Syn | (s : nat) \in l].
Definition task_counts q (mu : matrix) (v : nat) :=
  has (fun i => ~~ (at0 (compute_model.difference mu i).2 v =? 0)%ZZ) (iota 0 q.+1).

Section Reading.
Variables (R : realFieldType) (d : data) (p : law_data).
Hypothesis ok : mvalid d p.
Variables (j : nat) (P : pred nat) (PV : pred Val) (l : seq nat).
Hypothesis j_ok : (j <= c)%N.
Hypothesis PE : forall v : Val, PV v = P v.

Local Notation N := (memory_of R ok).
Local Notation W := (memit N).
Local Notation J := (cell j).
Local Notation Ss := (syntax l).

Lemma cellE (i : Cell) : (i == J) = ((i : nat) == j).
Proof. by rewrite -val_eqE /= inordK. Qed.

Definition count_check v i := (i == j) ==> P v.
Definition addressed_check i s := (i == j) && (s \in l).
Definition block_check v i s := count_check v i && addressed_check i s.

Lemma countsE (e : Col) : counts J PV e = count_check e.1 e.2.1.
Proof. by rewrite /counts cellE PE. Qed.

Lemma addressedE (h : St) : addressed J Ss h = addressed_check h.1 h.2.
Proof. by rewrite /addressed cellE inE. Qed.

Lemma blockE (e : Col) : attention.block J PV Ss e = block_check e.1 e.2.1 e.2.2.
Proof. by rewrite /attention.block countsE addressedE. Qed.

Definition reads_row (u : vector) (one : nat -> nat -> nat -> bool) :=
  let r := vecmat u (emission d) in
  [&& (size u.2 <= k.+1)%N, (0 <? u.1)%ZZ
    & all_columns (fun v i s => count_check v i ==>
        (at0 r.2 (idx v i s) =? if one v i s then r.1 else 0)%ZZ)].

Lemma memit_den : (0 <? (emission d).1)%ZZ.
Proof. by have /and4P[_ /shape_den] := ok. Qed.

Lemma reads_rowP u one : reads_row u one -> forall e : Col, counts J PV e ->
  \sum_(z : Tok) val R u z * W z e = (one e.1 e.2.1 e.2.2)%:R.
Proof.
case/and3P => size_u u0 /all_columnsP reads e; rewrite countsE => ce.
have := reads e; rewrite ce => /Z.eqb_spec read.
transitivity (val R (vecmat u (emission d)) (at_column e)); first by rewrite (@val_vecmat _ k.+1).
rewrite /val -[at_column e]/(idx e.1 e.2.1 e.2.2) read; case: ifP => _; last by rewrite mul0r.
by rewrite divff // nonzero // posM // memit_den.
Qed.

Definition own (v i s v' i' s' : nat) := [&& v' == v, i' == i & s' == s].

Lemma ownE (e e' : Col) : own e.1 e.2.1 e.2.2 e'.1 e'.2.1 e'.2.2 = (e' == e).
Proof. by case: e e' => [v [i s]] [v' [i' s']]. Qed.

(* Assumptions 4.2 and 4.5 *)

Definition kernel_of (kernels : seq vector) (excluded : seq nat) (s : nat) := nth (1%ZZ, [::]) kernels (index s excluded).
Definition functional_of (fs : seq matrix) (s v : nat) := row (nth (1%ZZ, [::]) fs (index s l)) v.

Definition recoverable_check fs kernels excluded :=
  all (fun s =>
    if s \in l then all (fun v => P v ==> reads_row (functional_of fs s v) (own v j s)) (iota 0 m.+1)
    else let u := kernel_of kernels excluded s in
      [&& (size u.2 <= m.+1 * width)%N && (0 <? u.1)%ZZ, zerol (matvec (emission d) u).2,
          all_columns (fun v i t => count_check v i || (at0 u.2 (idx v i t) =? 0)%ZZ)
        & has (fun v => P v && ~~ (at0 u.2 (idx v j s) =? 0)%ZZ) (iota 0 m.+1)])
    (iota 0 y.+1).

Lemma recoverable_evidence_checked fs kernels excluded : recoverable_check fs kernels excluded ->
  recoverable_evidence N J PV Ss (fun s v z => val R (functional_of fs s v) z)
    (fun s e => val R (kernel_of kernels excluded s) (at_column e)).
Proof.
move=> /all_iotaP check; split=> [s|s].
  rewrite inE => s_l v Pv e ce; have := check s (ltn_ord s); rewrite s_l => /all_iotaP/(_ v (ltn_ord v)).
  rewrite -PE Pv => /reads_rowP -> //; congr (_%:R).
  by rewrite -ownE /= inordK.
rewrite inE => s_l; have := check s (ltn_ord s); rewrite (negbTE s_l).
set u := kernel_of _ _ _; case/and4P => /andP[size_u u0] /zerolP zero /all_columnsP outside /hasP[v].
rewrite mem_iota /= => lt_v /andP[Pv uv]; split=> [z|e|].
- transitivity (val R (matvec (emission d) u) z); last by rewrite /val zero mul0r.
  rewrite (@val_matvec _ (m.+1 * width)%N) // -(sum_columns (fun i => mval R (emission d) z i * val R u i)).
  by [].
- rewrite countsE => out; have := outside e; rewrite (negbTE out) => /Z.eqb_spec u_e.
  by rewrite /val -[at_column e]/(idx e.1 e.2.1 e.2.2) u_e mul0r.
exists (inord v); rewrite ?PE /= ?inordK //.
by apply: val_neq0 => //; rewrite /at_column /at_state /= !inordK.
Qed.

Lemma syntax_neq0 : has (fun s => s <= y)%N l -> Ss != set0.
Proof. by case/hasP => s s_l le_s; apply/set0Pn; exists (inord s); rewrite inE inordK. Qed.

(* Attention heads *)

Variables (r q : nat) (keys : matrix) (query first other : vector) (vals b mu : matrix).

Definition head_of : attention R [finType of 'I_r] Col Tok q :=
  Attention (fun (i : 'I_r) (z : Tok) => mval R keys i z) (fun i : 'I_r => val R query i)
    (fun i : 'I_r => val R first i) (fun i : 'I_r => val R other i)
    (fun (e : Col) (z : Tok) => mval R vals (at_column e) z)
    (fun i (e : Col) => mval R b i (at_column e)).

Local Notation hd := head_of.
Local Notation task := (fun (i : 'I_q.+1) (v : Val) => mval R mu i v).

Definition key_vector := vecmat query keys.

Definition weight_check i v a s :=
  let x := at0 (compute_model.difference b i).2 (idx v a s) in
  if block_check v a s then (x * mu.1 =? at0 (compute_model.difference mu i).2 v * b.1)%ZZ
  else (x =? 0)%ZZ.

Definition head_check :=
  [&& (size query.2 <= r)%N, reads_row key_vector (fun _ => addressed_check),
      all_columns (fun v i s => let u := row vals (idx v i s) in
        if block_check v i s then reads_row u (own v i s) else zerol u.2),
      (0 <? b.1)%ZZ && (0 <? mu.1)%ZZ & all (fun i => all_columns (weight_check i)) (iota 0 q.+1)].

Definition offsets_den := [&& (0 <? query.1)%ZZ, (0 <? first.1)%ZZ & (0 <? other.1)%ZZ].

Hypothesis head_ok : head_check.

Let query_size : (size query.2 <= r)%N. Proof. by case/and5P: head_ok. Qed.

Lemma functional_head z : functional hd z = val R key_vector z.
Proof. by rewrite (@val_vecmat _ r). Qed.

Lemma offset_head i : offset hd i = fval R (dotv query (if i == 0%N then first else other)).
Proof. by rewrite (@val_dotv _ r) //; apply: eq_bigr => a _; rewrite /position_row; case: eqP. Qed.

Lemma keys_checked : reads_keys N J PV Ss hd.
Proof.
have [_ reads _ _ _] := and5P head_ok; move=> e ce; rewrite addressedE -(reads_rowP reads ce).
by apply: eq_bigr => z _; rewrite functional_head.
Qed.

Lemma values_checked : reads_values N J PV Ss hd.
Proof.
have [_ _ /all_columnsP reads _ _] := and5P head_ok; split=> [e|e]; rewrite blockE => be.
  by move=> e' ce'; have := reads e; rewrite be => /reads_rowP -> //; rewrite ownE.
move=> z; have := reads e; rewrite (negbTE be) => /val_zero zero; exact: (zero R z).
Qed.

Lemma weights_checked : reads_weights J PV Ss hd task.
Proof.
have [_ _ _ /andP[b0 mu0] /all_iotaP weights] := and5P head_ok.
move=> i e; have /all_columnsP/(_ e) := weights i (ltn_ord i); rewrite /weight_check blockE /=.
rewrite -!val_difference /val -[at_column e]/(idx e.1 e.2.1 e.2.2).
case: ifP => _ /Z.eqb_spec eq_w; last by rewrite eq_w mul0r.
by apply/eqP; rewrite eqr_div ?nonzero // -!toRM eq_w Z.mul_comm.
Qed.

End Reading.

Section Theorems.
Variables (R : realFieldType) (d : data) (p : law_data).
Hypothesis ok : mvalid d p.

Local Notation N := (memory_of R ok).

Lemma task_countsE q mu (v : Val) : (0 <? mu.1)%ZZ ->
  attention_identities.task_values (fun (i : 'I_q.+1) (v : Val) => mval R mu i v) v = task_counts q mu v.
Proof.
move=> mu0; have eq0 i : (mval R mu i v == mval R mu 0 v) = (at0 (compute_model.difference mu i).2 v =? 0)%ZZ.
  by rewrite -subr_eq0 -val_difference mulf_eq0 invr_eq0 (negbTE (nonzero R mu0)) orbF toR_eq0.
apply/existsP/hasP => [[i]|[i]]; first by rewrite eq0; exists (i : nat) => //; rewrite mem_iota ltn_ord.
by rewrite mem_iota /= => lt_i; rewrite -eq0; exists (inord i); rewrite inordK.
Qed.

(* Assumptions 4.2 and 4.5 *)

Definition states_check j P l fs kernels excluded :=
  [&& (j <= c)%N, has (fun s => s <= y)%N l & recoverable_check d j P l fs kernels excluded].
Definition no_states_check j P fs kernels excluded :=
  (j <= c)%N && recoverable_check d j P [::] fs kernels excluded.

Theorem recoverable_states_checked j l fs kernels excluded :
  states_check j xpredT l fs kernels excluded ->
  [/\ assumption_4_2 N (cell j) (syntax l), syntax l != set0
    & forall Ss, assumption_4_2 N (cell j) Ss -> Ss \subset syntax l].
Proof.
case/and3P => le_j l0 /(@recoverable_evidence_checked R _ _ ok _ _ predT _ le_j (fun=> erefl)).
by case/evidence_sound; split=> //; exact: syntax_neq0.
Qed.

Theorem no_recoverable_states_checked j fs kernels excluded :
  no_states_check j xpredT fs kernels excluded ->
  ~ exists2 Ss, Ss != set0 & assumption_4_2 N (cell j) Ss.
Proof.
case/andP => le_j /(@recoverable_evidence_checked R _ _ ok _ _ predT _ le_j (fun=> erefl)).
case/evidence_sound => _ max [Ss /set0Pn[s sSs]] /max/subsetP/(_ s sSs).
by rewrite inE.
Qed.

Theorem prompted_recoverable_states_checked q mu j l fs kernels excluded :
  (0 <? mu.1)%ZZ && states_check j (task_counts q mu) l fs kernels excluded ->
  let task (i : 'I_q.+1) (v : Val) := mval R mu i v in
  [/\ assumption_4_5 N task (cell j) (syntax l), syntax l != set0
    & forall Ss, assumption_4_5 N task (cell j) Ss -> Ss \subset syntax l].
Proof.
case/andP => mu0 /and3P[le_j l0].
move=> /(@recoverable_evidence_checked R _ _ ok _ _ _ _ le_j (fun v => task_countsE q v mu0)).
by case/evidence_sound; split=> //; exact: syntax_neq0.
Qed.

Theorem no_prompted_recoverable_states_checked q mu j fs kernels excluded :
  (0 <? mu.1)%ZZ && no_states_check j (task_counts q mu) fs kernels excluded ->
  ~ exists2 Ss, Ss != set0
    & assumption_4_5 N (fun (i : 'I_q.+1) (v : Val) => mval R mu i v) (cell j) Ss.
Proof.
case/andP => mu0 /andP[le_j].
move=> /(@recoverable_evidence_checked R _ _ ok _ _ _ _ le_j (fun v => task_countsE q v mu0)).
case/evidence_sound => _ max [Ss /set0Pn[s sSs]] /max/subsetP/(_ s sSs).
by rewrite inE.
Qed.

(* Theorems 4.3 and 4.6 *)

Definition flt (a b : Z * Z) := (a.2 * b.1 <? b.2 * a.1)%ZZ.
Definition fadd (a b : Z * Z) : Z * Z := (a.1 * b.1, a.2 * b.1 + b.2 * a.1)%ZZ.
Definition feq (a b : Z * Z) := (a.2 * b.1 =? b.2 * a.1)%ZZ.

Lemma fltE a b : (0 <? a.1)%ZZ -> (0 <? b.1)%ZZ -> flt a b = (fval R a < fval R b).
Proof.
move=> a0 b0; rewrite /fval ltr_pdivr_mulr ?toR_gt0 // mulrAC ltr_pdivl_mulr ?toR_gt0 //.
by rewrite -!toRM -subr_gt0 -toRB toR_gt0 /flt; clear; apply/idP/idP; lia.
Qed.

Lemma feqP a b : (0 <? a.1)%ZZ -> (0 <? b.1)%ZZ -> feq a b -> fval R a = fval R b.
Proof.
move=> /(nonzero R) a0 /(nonzero R) b0 /Z.eqb_spec eq_ab.
by apply/eqP; rewrite eqr_div // -!toRM eq_ab.
Qed.

Lemma fval_add a b : (0 <? a.1)%ZZ -> (0 <? b.1)%ZZ -> fval R (fadd a b) = fval R a + fval R b.
Proof.
by move=> /(nonzero R) a0 /(nonzero R) b0; rewrite /fval addf_div // toRD !toRM.
Qed.

Section Heads.
Variables (j : nat) (l : seq nat) (r q : nat) (keys : matrix) (query first other : vector).
Variables (vals b mu : matrix).

Local Notation hd := (head_of R r q keys query first other vals b).
Local Notation task := (fun (i : 'I_q.+1) (v : Val) => mval R mu i v).
Local Notation J := (cell j).
Local Notation Ss := (syntax l).

Definition attention_check fs bs ws :=
  [&& (j <= c)%N, has (fun s => s <= y)%N l, ergodic_check width.-1 (chain_of d) fs bs ws,
      head_check d j xpredT l r q keys query vals b mu
    & offsets_den query first other && feq (dotv query first) (dotv query other)].

Theorem attention_head_checked fs bs ws : attention_check fs bs ws ->
  [/\ assumption_3_2 (chain N), assumption_4_2 N J Ss, Ss != set0
    & forall x, supp (augmented N) x -> scope N J Ss x ->
        attention_label N hd x =1 mtask_label N task J x].
Proof.
case/and5P => le_j l0 ergodic head_ok /andP[/and3P[q0 f0 o0] eq_o].
have PE (v : Val) : predT v = xpredT (v : nat) by [].
have keys_ok := keys_checked R ok le_j PE first other head_ok.
have values_ok := values_checked R ok le_j PE first other head_ok.
have weights_ok := weights_checked R le_j PE first other head_ok.
split; [exact: chain_ergodic_checked ergodic | | exact: syntax_neq0 | move=> x x_supp in_R].
  by apply: (recoverable_by (y := attention.values hd)); case: values_ok.
have offsets : offset hd 0 = offset hd 1.
  by rewrite !(offset_head R _ _ head_ok) /=; apply: feqP eq_o; rewrite posM.
by have [] := attention_identities keys_ok values_ok weights_ok offsets x_supp in_R.
Qed.

(* The first position is out of reach, whatever the outputs are. *)
Definition reach_check :=
  let near := dotv query first in let far := dotv query other in let u := key_vector keys query in
  flt near far && all (fun z => flt (fadd near (u.1, at0 u.2 z)) far) (iota 0 k.+1).

Definition prompted_attention_check fs bs ws :=
  [&& (j <= c)%N && has (fun s => s <= y)%N l, stationary_check d,
      ergodic_check width.-1 (chain_of d) fs bs ws,
      head_check d j (task_counts q mu) l r q keys query vals b mu
    & offsets_den query first other && reach_check].

Theorem prompted_attention_head_checked fs bs ws : prompted_attention_check fs bs ws ->
  [/\ assumption_3_2 (chain N), stationary N, assumption_4_5 N task J Ss /\ Ss != set0
    & forall x, supp (augmented N) x -> prompted_scope N J (attention_identities.task_values task) Ss x ->
        prompted_attention_label N hd (allow R J (attention_identities.task_values task)) x
        =1 mtask_label N task J x].
Proof.
case/and5P => /andP[le_j l0] still ergodic head_ok /andP[/and3P[q0 f0 o0] /andP[near far]].
have [_ keys_row _ /andP[_ mu0] _] := and5P head_ok.
have PE v := task_countsE q v mu0.
have keys_ok := keys_checked R ok le_j PE first other head_ok.
have values_ok := values_checked R ok le_j PE first other head_ok.
have weights_ok := weights_checked R le_j PE first other head_ok.
have stay : stationary N := stationary_checked R ok still.
split; [exact: chain_ergodic_checked ergodic | exact: stay | split; last exact: syntax_neq0 | ].
  by apply: (recoverable_by (y := attention.values hd)); case: values_ok.
have den0 : (0 <? (dotv query first).1)%ZZ by rewrite posM.
have den1 : (0 <? (dotv query other).1)%ZZ by rewrite posM.
have near' : offset hd 0 < offset hd 1.
  by rewrite !(offset_head R _ _ head_ok) /= -fltE.
have far' z : offset hd 0 + functional hd z < offset hd 1.
  rewrite !(offset_head R _ _ head_ok) (functional_head R _ _ head_ok) /=.
  have /and3P[_ u0 _] := keys_row; have /all_iotaP/(_ z (ltn_ord z)) := far.
  by rewrite fltE ?fval_add // posM.
move=> x x_supp in_R.
by have [] := prompted_attention_identities stay keys_ok values_ok weights_ok near' far' x_supp in_R.
Qed.

End Heads.

End Theorems.

End Sizes.
