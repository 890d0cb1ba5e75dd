/**
 * Labelled text from files: readers, columns, splits, and batches grouped by length.
 */
@NullMarked
package dev.graft.data;

import org.jspecify.annotations.NullMarked;
