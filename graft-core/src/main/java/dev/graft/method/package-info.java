/**
 * One file per parameter-efficient method: a configuration record that turns into deltas placed on sites. A method knows sites, never backbones.
 */
@NullMarked
package dev.graft.method;

import org.jspecify.annotations.NullMarked;
