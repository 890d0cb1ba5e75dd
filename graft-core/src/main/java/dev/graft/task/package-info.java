/**
 * What is learned: heads, losses and metrics of classification, multi-label classification and regression.
 */
@NullMarked
package dev.graft.task;

import org.jspecify.annotations.NullMarked;
