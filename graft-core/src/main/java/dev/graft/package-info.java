/**
 * The front door: open a {@link dev.graft.Base}, train an adapter on it, predict with any number of adapters, close it.
 */
@NullMarked
package dev.graft;

import org.jspecify.annotations.NullMarked;
