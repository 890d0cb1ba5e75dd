/**
 * The conformance suite: what must hold for every method on every backbone. A method joins by a line in {@link
 * dev.graft.conformance.MethodUnderTest#TABLE}, a backbone by a line in {@link dev.graft.conformance.BackboneUnderTest}.
 * Everything runs in double precision on backbones of 16 wide and 3 layers, on texts of different lengths.
 */
@NullMarked
package dev.graft.conformance;

import org.jspecify.annotations.NullMarked;
