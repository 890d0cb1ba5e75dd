/**
 * Backbones, their sites, and the deltas that act there. A backbone knows sites, never methods.
 */
@NullMarked
package dev.graft.model;

import org.jspecify.annotations.NullMarked;
