/**
 * Golden files: what the reference libraries wrote and computed, recomputed by Graft. The command and the test run the same
 * code.
 */
@NullMarked
package dev.graft.bench.golden;

import org.jspecify.annotations.NullMarked;
