/**
 * The conformance suite: what must hold for every method on every backbone. A method joins by a line in {@link
 * dev.graft.conformance.MethodUnderTest#TABLE}, a backbone by a line in {@link dev.graft.conformance.BackboneUnderTest}.
 * Every run takes all methods on BERT and a part of the rest, which {@code -Dgraft.conformance} chooses ({@link
 * dev.graft.conformance.OnRotatingBackbones}). What one method alone promises is a class of its own, which runs on all of them ({@link
 * dev.graft.conformance.OnAllBackbones}). Everything runs in double precision on backbones of 16 wide and 3 layers, on texts of different lengths.
 */
@NullMarked
package dev.graft.conformance;

import org.jspecify.annotations.NullMarked;
