From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting.

(******************************************************************************)
(* The extended model on embeddings (Section 3.1, Appendix B), and the fake   *)
(* token that a soft prompt stands for. Positions count from 1.               *)
(*                                                                            *)
(*    left M i vs == the message L_i, if vs are the embeddings after i        *)
(*    right M us  == the message R_i, if us are the embeddings before i       *)
(*     tau M i vs == tau_i on the embeddings vs                               *)
(*    Gbar M i vs == W tau_i / |tau_i|_1, and 0 where tau_i = 0               *)
(*        fake u  == emissions with a fake token None first: None has the     *)
(*                   probability u, and a token z the rest of W[z,:]          *)
(*      fprob M u == probability in the law with the fake token               *)
(*     fcprob M u == conditional probability in that law                      *)
(*          hat x == the word (fake token, x)                                 *)
(* In every quotient x / 0 = 0.                                               *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Extended.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T).
Implicit Types (vs us : seq (S -> R)) (x : seq T).

Local Notation A := (trans M).
Local Notation W := (emit M).

Fixpoint left i vs : S -> R :=
  if vs is v :: vs' then
    fun g => \sum_h A h g * pi M i g / pi M i.+1 h * (left i.+1 vs' h * v h)
  else pi M i.

Definition right us := forward A (pi M 1) us.

Definition tau i vs : S -> R :=
  if i == 1%N then left 1 (drop 1 vs) else
  if i == size vs then right (take i.-1 vs) else
  fun h => left i (drop i vs) h * right (take i.-1 vs) h / pi M i h.

Definition Gbar i vs z := (\sum_h W z h * tau i vs h) / \sum_h `|tau i vs h|.

(* The messages without divisions *)

Lemma pi0_step i h g : pi M i.+1 h = 0 -> A h g * pi M i g = 0.
Proof.
move=> /eqP; rewrite piS psumr_eq0 => [/allP pi0|g' _].
  by apply/eqP/pi0; rewrite mem_index_enum.
by rewrite mulr_ge0 ?trans_ge0 ?pi_ge0.
Qed.

Lemma leftE i vs g : left i vs g = pi M i g * back A vs g.
Proof.
elim: vs i g => [|v vs IH] i g /=; first by rewrite mulr1.
rewrite mulr_sumr; apply: eq_bigr => h _; rewrite IH.
have [pi0|] := eqVneq (pi M i.+1 h) 0; last by move: (pi M i.+1 h) => a a0; field.
by rewrite (pi0_step g pi0) !mul0r [RHS]mulrA [pi M i g * _]mulrC (pi0_step g pi0) mul0r.
Qed.

Lemma forward0 i q us : (forall h, pi M i h = 0 -> q h = 0) ->
  forall h, pi M (size us + i) h = 0 -> forward A q us h = 0.
Proof.
elim: us i q => [|u us IH] i q q0 h; first exact: q0.
rewrite addSnnS => pi0; apply: (IH i.+1) pi0 => {}h pi0.
apply: big1 => g _; have /eqP := pi0_step g pi0.
by rewrite mulf_eq0 => /orP[/eqP ->|/eqP/q0 ->]; rewrite ?mul0r ?mulr0.
Qed.

Lemma tauE i vs h : (0 < i <= size vs)%N ->
  tau i vs h = right (take i.-1 vs) h * back A (drop i vs) h.
Proof.
case: i => // i /= lt_i; rewrite /tau eqSS.
case: eqP => [->|_]; first by rewrite leftE take0.
have right0 : pi M i.+1 h = 0 -> right (take i vs) h = 0.
  move=> pi0; apply: (@forward0 1) => //.
  by rewrite size_takel ?addn1 // ltnW.
case: eqP => [eq_i|_]; first by rewrite [in drop _ _]eq_i drop_size mulr1.
have [/[dup] pi0 /right0 ->|] := eqVneq (pi M i.+1 h) 0; first by rewrite !(mulr0, mul0r).
by move=> pi_neq0; rewrite leftE mulrAC -mulrA mulrAC mulrA divff // mul1r mulrC.
Qed.

(* On proper embeddings the extended model is the model. *)

Lemma tau_embeddings i x h : (0 < i <= size x)%N ->
  tau i (map W x) h = masked_state M i x h.
Proof. by move=> lt_i; rewrite tauE ?size_map // -map_take -map_drop. Qed.

Lemma forward_ge0 q us h : (forall h, 0 <= q h) ->
  (forall j h, 0 <= nth (fun=> 0) us j h) -> 0 <= forward A q us h.
Proof.
elim: us q => [|u us IH] q q_ge0 us_ge0 //=; apply: IH => [g|j g]; last exact: (us_ge0 j.+1).
by apply: sumr_ge0 => h' _; rewrite !mulr_ge0 ?trans_ge0 ?q_ge0 // (us_ge0 0%N).
Qed.

Lemma back_ge0 us h : (forall j h, 0 <= nth (fun=> 0) us j h) -> 0 <= back A us h.
Proof.
elim: us h => [|u us IH] h us_ge0 /=; first exact: ler01.
apply: sumr_ge0 => g _; rewrite !mulr_ge0 ?trans_ge0 ?(us_ge0 0%N) // IH // => j.
exact: (us_ge0 j.+1).
Qed.

Lemma embedding_ge0 x j h : 0 <= nth (fun=> 0) (map W x) j h.
Proof. by elim: x j => [|z x IH] [|j] //=; exact: emit_ge0. Qed.

Lemma tau_ge0 i vs h : (0 < i <= size vs)%N ->
  (forall j h, 0 <= nth (fun=> 0) vs j h) -> 0 <= tau i vs h.
Proof.
move=> lt_i vs_ge0; rewrite tauE // mulr_ge0 //.
  apply: forward_ge0 => [g|j g]; first exact: pi_ge0.
  have [lt_j|le_j] := ltnP j i.-1; first by rewrite nth_take.
  by rewrite nth_default // size_take; case: ltnP => // /leq_trans; apply.
by apply: back_ge0 => j g; rewrite nth_drop.
Qed.

Lemma GbarE i vs z : (0 < i <= size vs)%N -> (forall j h, 0 <= nth (fun=> 0) vs j h) ->
  Gbar i vs z = (\sum_h W z h * tau i vs h) / \sum_h tau i vs h.
Proof.
move=> lt_i vs_ge0; congr (_ / _); apply: eq_bigr => h _.
by rewrite ger0_norm // tau_ge0.
Qed.

Theorem Gbar_embeddings i x : (0 < i <= size x)%N -> Gbar i (map W x) =1 G M i x.
Proof.
move=> lt_i z; rewrite GbarE ?size_map // => [|j h]; last exact: embedding_ge0.
rewrite GE //; congr (_ / _); apply: eq_bigr => h _; by rewrite tau_embeddings.
Qed.

(* Lemma B.1: the fake token *)

Definition fake (u : S -> R) (j : nat) (z : option T) h : R :=
  match j, z with
  | 0%N, None => u h
  | 0%N, Some z => (1 - u h) * W z h
  | _, None => 0
  | _, Some z => W z h
  end.

Definition fprob u t (E : pred (omega S (option_finType T) t)) := Pr (init M) A (fake u) E.
Definition fcprob u t (E F : pred (omega S (option_finType T) t)) := cPr (init M) A (fake u) E F.

Definition hat x : seq (option T) := None :: map Some x.

Lemma sum_option (F : option T -> R) : \sum_z F z = F None + \sum_z F (Some z).
Proof.
rewrite (bigD1 None) //=; congr (_ + _).
rewrite (reindex_omap Some id) /=; last by case.
by apply: eq_bigl => z; rewrite eqxx.
Qed.

Lemma fake_sum u j h : \sum_z fake u j z h = 1.
Proof.
rewrite sum_option; case: j => [|j] /=; last by rewrite emit_sum add0r.
by rewrite -mulr_sumr emit_sum mulr1 addrC subrK.
Qed.

Lemma fake_ge0 u : (forall h, 0 <= u h <= 1) -> forall j z h, 0 <= fake u j z h.
Proof.
move=> u01 [|j] [z|] h //=; have /andP[u0 u1] := u01 h => //; last exact: emit_ge0.
by rewrite mulr_ge0 ?emit_ge0 // subr_ge0.
Qed.

Lemma rows_tail u j x : rows (fake u) j.+1 (map Some x) = map W x.
Proof. by elim: x j => //= z x IH j; rewrite IH. Qed.

Lemma rows_hat u x : rows (fake u) 0 (hat x) = u :: map W x.
Proof. by rewrite /= rows_tail. Qed.

Lemma take_rows (K : nat -> option T -> S -> R) j k (x : seq (option T)) :
  rows K j (take k x) = take k (rows K j x).
Proof. by elim: k j x => [|k IH] j [|z x] //=; rewrite IH. Qed.

Lemma drop_rows (K : nat -> option T -> S -> R) j k (x : seq (option T)) :
  rows K (j + k) (drop k x) = drop k (rows K j x).
Proof. by elim: k j x => [|k IH] j [|z x] //=; rewrite ?addn0 // -addSnnS IH. Qed.

Lemma state_masked_hat u i x h : (0 < i <= (size x).+1)%N ->
  state_masked (init M) A (fake u) i (hat x) h = tau i (u :: map W x) h.
Proof.
move=> lt_i; rewrite tauE /= ?size_map // /state_masked /right -rows_hat.
by rewrite -take_rows -drop_rows.
Qed.

Theorem lemma_B1 u i x : (0 < i <= (size x).+1)%N -> forall h,
  tau i (u :: map W x) h
  = fprob u [pred w : omega S (option_finType T) (size (hat x)) | (H i w == h) && masked i (hat x) w].
Proof.
move=> lt_i h; rewrite /fprob Pr_state_masked ?state_masked_hat //= ?size_map //.
by move=> *; apply: fake_sum.
Qed.

Theorem lemma_B1_output u i x z : (forall h, 0 <= u h) -> (1 < i <= (size x).+1)%N ->
  Gbar i (u :: map W x) z
  = fcprob u [pred w : omega S (option_finType T) (size (hat x)) | X i w == Some (Some z)]
             (masked i (hat x)).
Proof.
move=> u_ge0 /andP[i_gt1 lt_i]; have i_gt0 := ltnW i_gt1.
have lt_hat : (0 < i <= size (hat x))%N by rewrite /= size_map i_gt0.
rewrite GbarE => [||[|j] h] //; last exact: embedding_ge0; last by rewrite /= size_map i_gt0.
have total := Pr_maskedE (init M) A (fake_sum u) lt_hat.
have part := Pr_token_masked (init M) A (fake u) (Some z) lt_hat.
apply: etrans (esym (congr2 (fun a b => a / b) part total)).
congr (_ / _); apply: eq_bigr => h _; rewrite state_masked_hat ?i_gt0 //.
by case: (i) i_gt1 => [|[|?]].
Qed.

(* Lemma B.2: what is known of H_2 behind the fake token *)

Definition rho us : S -> R := forward A (pi M 1) us.

Lemma Pr_behind_fake u x (Q : pred S) :
  fprob u [pred w : omega S (option_finType T) (size x).+2 |
            [&& Q (H 2 w), X 1 w == Some None & later 2 (map Some x) w]]
  = \sum_(h | Q h) rho [:: u] h * beta M x h.
Proof.
pose y : seq (option T) := None :: None :: map Some x.
have size_y : size y = (size x).+2 by rewrite /= size_map.
have lt_2 : (0 < 2 <= size y)%N by [].
pose c : test S (option_finType T) := fun _ h => Q h.
have := @Pr_masked_rows _ _ _ (init M) A (fake u) 2 y c predT Q (fun _ _ => erefl) lt_2.
rewrite size_y => E; rewrite [RHS]big_mkcond.
transitivity (\sum_h weight (fake u) 1 c h * state_masked (init M) A (fake u) 2 y h).
  rewrite -E; apply: eq_Pr => -[hs w] /=; case/tupleP: w => z w.
  by rewrite /X /later /masked /= !take0 !drop0 eqseq_cons eqxx andbT andbC.
apply: eq_bigr => h _; rewrite /weight /c -mulr_suml fake_sum mul1r.
rewrite /state_masked /= drop0 rows_tail; case: (Q h); last by rewrite mul0r.
by rewrite mul1r.
Qed.

Lemma prob_behind_fake u x h :
  fprob u [pred w : omega S (option_finType T) (size x).+2 |
            [&& H 2 w == h, X 1 w == Some None & later 2 (map Some x) w]]
  = rho [:: u] h * beta M x h.
Proof. by rewrite (Pr_behind_fake u x (pred1 h)) big_pred1_eq. Qed.

Lemma prob_fake u h :
  fprob u [pred w : omega S (option_finType T) 2 | (H 2 w == h) && (X 1 w == Some None)]
  = rho [:: u] h.
Proof.
rewrite -[RHS]mulr1 -(prob_behind_fake u [::] h); apply: eq_Pr => -[hs w] /=.
by rewrite /later /= drop_oversize ?size_tuple // eqxx andbT.
Qed.

(* r'_x, with the event X_1 = fake, X_{3:t+2} = x *)
Definition fake_ratio u x :=
  prob M (word x : pred (omega S T (size x))) /
  fprob u [pred w : omega S (option_finType T) (size x).+2 |
            (X 1 w == Some None) && later 2 (map Some x) w].

Theorem lemma_B2 u x h : full_support (init M) -> supp M x ->
  fcprob u [pred w : omega S (option_finType T) (size x).+2 | H 2 w == h]
           [pred w | (X 1 w == Some None) && later 2 (map Some x) w]
  = fake_ratio u x * ((init M h)^-1 *
      (fprob u [pred w : omega S (option_finType T) 2 | (H 2 w == h) && (X 1 w == Some None)]
       * posterior M x h)).
Proof.
move=> full; rewrite /supp probE => Pr_gt0.
rewrite prob_fake posteriorE /fake_ratio /fcprob /cPr probE -!/(fprob _ _) prob_behind_fake.
set c := \sum_g _; set d := fprob _ _; set r := rho _ h.
have /negbT c_neq0 := gt_eqF Pr_gt0; have /negbT a_neq0 := gt_eqF (full h).
transitivity ((init M h)^-1 * init M h * (c / c) * (r * beta M x h / d)); last by ring.
by rewrite divff ?mulVf ?mul1r.
Qed.

End Extended.
