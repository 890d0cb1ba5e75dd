/**
 * The saved artefact: deltas, un-frozen tensors, head and where they came from, in Graft's, PEFT's and AdapterHub's formats.
 */
@NullMarked
package dev.graft.adapter;

import org.jspecify.annotations.NullMarked;
