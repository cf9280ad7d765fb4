From Coq Require Import ZArith List.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify ssrZ.
From Recoverable Require Import model prediction chain theorem_3_3 extended labels columns.
From Recoverable Require Import rules_chain compute compute_columns compute_model compute_heads.
From Recoverable Require Import memory scope attention attention_identities rules_memory compute_memory.

(******************************************************************************)
(* The inputs in R and in R_u, by computation: one of them, or none.          *)
(*                                                                            *)
(*        ms == the memories of positive probability, in some order           *)
(*     table == sets of pairs of a memory of ms and a hidden state, as rows   *)
(*              of booleans; sem E is the set of the table E                  *)
(*  advancel, siftl, outsidel, followl == what advance, sift, outside and     *)
(*              follow (scope.v) do, on tables                                *)
(*   startl, sourcel P == the tables of start and source                      *)
(*  automaton == for each state the sets possible and source, those of which  *)
(*              every survivor set contains one, and the next state for each  *)
(*              token; a set is given by its hidden states, for each memory   *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Definition table := seq (seq bool).

Record automaton_data := Automaton {
  automaton_sets : seq (seq (seq nat)); automaton_possible : seq nat; automaton_source : seq nat;
  automaton_survivors : seq (seq nat); automaton_next : seq (seq (option nat)) }.

Section Tables.
Variables (m c y k : nat) (d : data) (ms : seq (seq nat)) (j : nat) (l : seq nat).

Local Notation width := (width c y).

Definition holds (E : table) i h := nth false (nth [::] E i) h.
Definition table_of (P : nat -> nat -> bool) : table :=
  [seq [seq P i h | h <- iota 0 width] | i <- iota 0 (size ms)].

Definition emits i h z :=
  (0 <? entry (emission d).2 z (nth 0%N (nth [::] ms i) (h %/ y.+1)%N * width + h)%N)%ZZ.

Definition advancel E := table_of (fun i h => has (fun g => holds E i g && steps d g h) (iota 0 width)).
Definition siftl z E := table_of (fun i h => holds E i h && emits i h z).
Definition outsidel E :=
  table_of (fun i h => holds E i h && ~~ addressed_check j l (h %/ y.+1)%N (h %% y.+1)%N).
Fixpoint followl x E := if x is z :: x' then followl x' (siftl z (advancel E)) else E.

Definition startl := table_of (fun _ h => 0 <? at0 (initial d).2 h)%ZZ.
Definition sourcel (P : pred nat) :=
  let first := (pi_1 (chain_of c y d)).2 in
  table_of (fun i h => P (nth 0%N (nth [::] ms i) j) && (0 <? at0 first h)%ZZ).

Definition some_pair (P : nat -> nat -> bool) :=
  has (fun i => has (P i) (iota 0 width)) (iota 0 (size ms)).
Definition inhabited E := some_pair (holds E).
Definition subl E F := ~~ some_pair (fun i h => holds E i h && ~~ holds F i h).
Definition eql E F := subl E F && subl F E.

Definition memories_check := uniq ms && all (listed m c) ms.

Definition member_check E x i :=
  [&& (0 < i <= size x)%N, all (fun z => z <= k)%N x, inhabited (followl x startl)
    & ~~ inhabited (followl (drop i x) (outsidel (advancel (followl (take i.-1 x) E))))].

Section Automaton.
Variable a : automaton_data.

Definition set_at i := let t := nth [::] (automaton_sets a) i in
  table_of (fun i h => h \in nth [::] t i).
Definition possible_at q := set_at (nth 0%N (automaton_possible a) q).
Definition source_at q := set_at (nth 0%N (automaton_source a) q).
Definition known_at q := [seq set_at i | i <- nth [::] (automaton_survivors a) q].
Definition next_at q z := nth None (nth [::] (automaton_next a) q) z.

Definition coveredl q E := subl (possible_at q) E || has (subl^~ E) (known_at q).

Definition next_check q z :=
  let F := siftl z (advancel (possible_at q)) in
  let S := advancel (source_at q) in
  if next_at q z is Some q' then
    [&& (q' < size (automaton_possible a))%N && inhabited F, eql (possible_at q') F,
        eql (source_at q') (siftl z S), coveredl q' (outsidel S)
      & all (fun U => coveredl q' (siftl z (advancel U))) (known_at q)]
  else ~~ inhabited F.

Definition automaton_check E :=
  [&& (0 < size (automaton_possible a))%N, eql (possible_at 0) startl, eql (source_at 0) E
    & all (fun q => all inhabited (known_at q) && all (next_check q) (iota 0 k.+1))
        (iota 0 (size (automaton_possible a)))].

End Automaton.
End Tables.

Section Rules.
Variables (R : realFieldType) (m c y k : nat) (d : data) (p : law_data).
Hypothesis ok : mvalid m c y k d p.

Local Notation ms := (memories m p).
Local Notation N := (memory_of R ok).
Local Notation Au := [finType of {ffun 'I_c.+1 -> 'I_m.+1} * ('I_c.+1 * 'I_y.+1)].
Implicit Types (E F : table) (s : Au).

Hypothesis ms_ok : memories_check m c ms.

Definition sem E : {set Au} :=
  [set s : Au | (listing s.1 \in ms) && holds E (index (listing s.1) ms) (at_state s.2)].

Lemma in_table P s : (s \in sem (table_of c y ms P))
  = (listing s.1 \in ms) && P (index (listing s.1) ms) (at_state s.2).
Proof.
rewrite inE; case in_ms: (listing _ \in _) => //=; rewrite /holds.
have lt_i : (index (listing s.1) ms < size ms)%N by rewrite index_mem.
rewrite (nth_map 0%N) ?size_iota // (nth_map 0%N) ?size_iota ?at_state_lt //.
by rewrite !nth_iota ?at_state_lt // !add0n.
Qed.

Lemma some_pairP (P : nat -> nat -> bool) : reflect (exists2 s : Au, listing s.1 \in ms & P (index (listing s.1) ms) (at_state s.2))
  (some_pair c y ms P).
Proof.
case/andP: ms_ok => uniq_ms /allP listed_ms.
apply: (iffP hasP) => [[i i_in /hasP[h h_in Ph]]|[s in_ms Ps]]; last first.
  exists (index (listing s.1) ms); first by rewrite mem_iota index_mem.
  by apply/hasP; exists (at_state s.2); rewrite // mem_iota at_state_lt.
rewrite !mem_iota !add0n !leq0n /= in i_in h_in; rename i_in into lt_i; rename h_in into lt_h.
have in_ms := mem_nth [::] lt_i.
exists (unlisting m c (nth [::] ms i), state_of c y h); rewrite /= unlistingK ?listed_ms //.
by rewrite index_uniq // state_ofK.
Qed.

Lemma inhabitedE E : (sem E != set0) = inhabited c y ms E.
Proof.
apply/set0Pn/some_pairP => [[s]|[s in_ms hE]]; last by exists s; rewrite inE in_ms.
by rewrite inE => /andP[in_ms hE]; exists s.
Qed.

Lemma sublP E F : subl c y ms E F -> sem E \subset sem F.
Proof.
move=> /some_pairP sub; apply/subsetP => s; rewrite !inE => /andP[in_ms hE]; rewrite in_ms /=.
by apply/negPn/negP => hF; apply: sub; exists s; rewrite // hE.
Qed.

Lemma eqlP E F : eql c y ms E F -> sem E = sem F.
Proof. by case/andP => /sublP sub /sublP sup; apply/eqP; rewrite eqEsubset sub. Qed.

Lemma sem_advance E : sem (advancel c y d ms E) = advance N (sem E).
Proof.
apply/setP => s; rewrite in_table !inE.
have stepN (g h : 'I_c.+1 * 'I_y.+1) : steps d (at_state g) (at_state h) = (0 < mtrans N h g).
  by rewrite /steps /= pmulr_lgt0 ?invr_gt0 toR_gt0 // (trans_den (chain_valid ok)).
cbv beta.
apply/andP/existsP => [[in_ms /hasP[g g_in /andP[hE st]]]|[h]].
  have lt_g : (g < width c y)%N by rewrite mem_iota in g_in.
  exists (state_of c y g).
  by rewrite inE /= in_ms state_ofK // hE -stepN state_ofK.
rewrite inE => /andP[/andP[in_ms hE] st]; split; first exact: in_ms.
by apply/hasP; exists (at_state h); rewrite ?mem_iota ?at_state_lt // hE stepN.
Qed.

Lemma at_memory s : listing s.1 \in ms -> nth [::] ms (index (listing s.1) ms) = listing s.1.
Proof. exact: nth_index. Qed.

Lemma sem_sift z E : (z <= k)%N -> sem (siftl c y d ms z E) = sift N (inord z) (sem E).
Proof.
move=> le_z; apply/setP => s; rewrite in_table !inE -andbA.
case in_ms: (listing _ \in _) => //=; congr (_ && _).
rewrite /emits at_memory // at_state_cell nth_listing.
transitivity (0 < mval R (emission d) (inord z : 'I_k.+1) (at_column (column s))); last by [].
by rewrite inordK // pmulr_lgt0 ?invr_gt0 toR_gt0 // (memit_den ok).
Qed.

Lemma sem_outside j l E : (j <= c)%N ->
  sem (outsidel c y ms j l E) = outside (cell c j) (syntax y l) (sem E).
Proof.
move=> le_j; apply/setP => s; rewrite in_table !inE -andbA at_state_cell at_state_syntax.
by rewrite addressedE.
Qed.

Lemma sem_follow x E : all (fun z => z <= k)%N x ->
  sem (followl c y d ms x E) = follow N (tokens k x) (sem E).
Proof.
by elim: x E => //= z x IH E /andP[le_z le_x]; rewrite IH // sem_sift // sem_advance.
Qed.

Lemma sem_start : sem (startl c y d ms) = start N.
Proof.
apply/setP => s; rewrite in_table inE; congr (_ && _); first by rewrite -(prior_pos R (prior_valid ok)).
by rewrite /= /minit_of pmulr_lgt0 ?invr_gt0 toR_gt0 // (init_den (chain_valid ok)).
Qed.

Lemma sem_source j (P : pred nat) (PV : pred 'I_m.+1) : (j <= c)%N -> (forall v : 'I_m.+1, PV v = P v) ->
  sem (sourcel c y d ms j P) = source N (cell c j) PV.
Proof.
move=> le_j PE; apply/setP => s; rewrite in_table inE [in RHS](prior_pos R (prior_valid ok)).
case in_ms: (listing _ \in _) => //=.
have cell_j : nth 0%N (listing s.1) j = s.1 (cell c j) by rewrite -nth_listing inordK.
rewrite at_memory // PE cell_j; congr (_ && _).
by rewrite pi_chain pmulr_lgt0 ?invr_gt0 toR_gt0 // (pi_1_den (chain_valid ok)).
Qed.

(* One input *)

Section Asked.
Variables (j : nat) (l : seq nat).
Hypothesis le_j : (j <= c)%N.
Local Notation J := (cell c j).
Local Notation Ss := (syntax y l).

Lemma member_checked E x i : member_check c y k d ms j l E x i ->
  [/\ (0 < i <= size (tokens k x))%N, follow N (tokens k x) (start N) != set0
    & survivors N J Ss (sem E) i (tokens k x) == set0].
Proof.
case/and4P => lt_i le_x possible none; have le_part w : {subset w <= x} -> all (fun z => z <= k)%N w.
  by move=> sub; apply/allP => z /sub; move/allP: le_x; apply.
split; first by rewrite size_map.
  by rewrite -sem_start -sem_follow // inhabitedE.
rewrite /survivors -map_drop -map_take -sem_follow; last by apply: le_part => z; exact: mem_take.
rewrite -sem_advance -sem_outside // -sem_follow; last by apply: le_part => z; exact: mem_drop.
by rewrite -[_ == _]negbK inhabitedE.
Qed.

(* None *)

Variable a : automaton_data.

Local Notation last := (size (automaton_possible a)).-1.
Local Notation covers q := (coveredl c y ms a q).

Lemma coveredP (q : 'I_last.+1) E : covers q E ->
  covered (fun q : 'I_last.+1 => sem (possible_at c y ms a q))
    (fun q : 'I_last.+1 => map sem (known_at c y ms a q)) q (sem E).
Proof.
case/orP => [/sublP sub|/hasP[U U_in /sublP sub]]; apply/orP; [by left | right].
by apply/hasP; exists (sem U); rewrite // map_f.
Qed.

Lemma automaton_checked E : automaton_check c y k d ms j l a E ->
  automaton N J Ss (sem E) (ord0 : 'I_last.+1)
    (fun q : 'I_last.+1 => sem (possible_at c y ms a q)) (fun q : 'I_last.+1 => sem (source_at c y ms a q))
    (fun q : 'I_last.+1 => map sem (known_at c y ms a q))
    (fun (q : 'I_last.+1) (z : 'I_k.+1) => omap inord (next_at a q z)).
Proof.
case/and4P => some_state /eqlP first_p /eqlP first_s /allP states_ok.
have state_ok (q : 'I_last.+1) : all (inhabited c y ms) (known_at c y ms a q)
    && all (next_check c y d ms j l a q) (iota 0 k.+1).
  by apply: states_ok; rewrite mem_iota /= add0n; have := ltn_ord q; rewrite [X in (_ < X)%N]prednK.
split=> [||q|q z]; rewrite ?first_p ?sem_start //.
  have /andP[/allP known_ok _] := state_ok q; rewrite all_map; apply/allP => U /known_ok.
  by rewrite /= inhabitedE.
have /andP[_ /all_iotaP/(_ z (ltn_ord z))] := state_ok q; rewrite /next_check.
have advE E' : sift N z (advance N (sem E')) = sem (siftl c y d ms z (advancel c y d ms E')).
  by rewrite -sem_advance sem_sift ?inord_val // -ltnS.
case: (next_at a q z) => [q'|] /=; last first.
  by rewrite -inhabitedE negbK advE => /eqP.
case/and5P => /andP[lt_q' some_pair] /eqlP poss /eqlP src fresh /allP known.
have eq_q' : (inord q' : 'I_last.+1) = q' :> nat by rewrite inordK // prednK.
rewrite /= !eq_q' !advE inhabitedE; split=> //.
  by rewrite -sem_advance -sem_outside //; apply: coveredP; rewrite eq_q'.
rewrite all_map; apply/allP => U /known cov; rewrite /= advE.
by apply: coveredP; rewrite eq_q'.
Qed.

End Asked.
End Rules.

Section Theorems.
Variables (R : realFieldType) (m c y k : nat) (d : data) (p : law_data).
Hypothesis ok : mvalid m c y k d p.
Local Notation N := (memory_of R ok).
Local Notation one := (@scope_member_sound _ _ _ _ _ N (cell c _) (syntax y _) _ _).
Local Notation none := (@empty_scope_sound _ _ _ _ _ N (cell c _) (syntax y _) _ _ _ _ _ _).

Definition scope_member_check j l x i := let ms := memories m p in
  [&& (j <= c)%N, memories_check m c ms & member_check c y k d ms j l (startl c y d ms) x i].

Theorem scope_member_checked j l x i : scope_member_check j l x i ->
  exists2 x, supp (augmented N) x & scope N (cell c j) (syntax y l) x.
Proof.
case/and3P => le_j ms_ok /(member_checked R ok ms_ok le_j)[lt_i possible].
by rewrite (sem_start R ok); exact: (proj1 (one lt_i possible)).
Qed.

Definition empty_scope_check j l a := let ms := memories m p in
  [&& (j <= c)%N, memories_check m c ms & automaton_check c y k d ms j l a (startl c y d ms)].

Theorem empty_scope_checked j l a : empty_scope_check j l a ->
  ~ exists2 x, supp (augmented N) x & scope N (cell c j) (syntax y l) x.
Proof.
case/and3P => le_j ms_ok /(automaton_checked R ok ms_ok le_j); rewrite (sem_start R ok) => auto.
exact: (proj1 none auto).
Qed.

(* Behind the prompt *)

Variables (q : nat) (mu : matrix).
Local Notation seen := (attention_identities.task_values (fun (i : 'I_q.+1) (v : 'I_m.+1) => mval R mu i v)).

Lemma sem_source_task j : (j <= c)%N -> (0 <? mu.1)%ZZ ->
  sem m c y p (sourcel c y d (memories m p) j (task_counts q mu)) = source N (cell c j) seen.
Proof. by move=> le_j mu0; apply: sem_source => // v; exact: task_countsE. Qed.

Definition prompted_scope_member_check j l x i := let ms := memories m p in
  [&& (j <= c)%N && (0 <? mu.1)%ZZ, memories_check m c ms
    & member_check c y k d ms j l (sourcel c y d ms j (task_counts q mu)) x i].

Theorem prompted_scope_member_checked j l x i : prompted_scope_member_check j l x i ->
  exists2 x, supp (augmented N) x & prompted_scope N (cell c j) seen (syntax y l) x.
Proof.
case/and3P => /andP[le_j mu0] ms_ok /(member_checked R ok ms_ok le_j)[lt_i possible].
by rewrite sem_source_task //; exact: (proj2 (one lt_i possible)).
Qed.

Definition prompted_empty_scope_check j l a := let ms := memories m p in
  [&& (j <= c)%N && (0 <? mu.1)%ZZ, memories_check m c ms
    & automaton_check c y k d ms j l a (sourcel c y d ms j (task_counts q mu))].

Theorem prompted_empty_scope_checked j l a : prompted_empty_scope_check j l a ->
  ~ exists2 x, supp (augmented N) x & prompted_scope N (cell c j) seen (syntax y l) x.
Proof.
case/and3P => /andP[le_j mu0] ms_ok /(automaton_checked R ok ms_ok le_j).
rewrite sem_source_task // => auto; exact: (proj2 none _ auto).
Qed.

End Theorems.
