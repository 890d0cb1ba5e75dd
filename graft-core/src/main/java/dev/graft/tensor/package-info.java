/**
 * A small typed facade over libtorch: tensors, scopes, parameters, gradient mode, seeded random numbers, the fused optimizer. The only room that sees {@code org.bytedeco}.
 */
@NullMarked
package dev.graft.tensor;

import org.jspecify.annotations.NullMarked;
