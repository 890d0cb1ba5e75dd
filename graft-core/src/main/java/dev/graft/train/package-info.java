/**
 * The training loop, schedules, checkpoints and resume.
 */
@NullMarked
package dev.graft.train;

import org.jspecify.annotations.NullMarked;
