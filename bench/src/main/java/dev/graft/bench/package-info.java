/**
 * Measurements and golden files: what shows that Graft computes what it should, and how fast.
 */
@NullMarked
package dev.graft.bench;

import org.jspecify.annotations.NullMarked;
