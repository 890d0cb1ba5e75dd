/**
 * The command line. One class per command; what a command does lies in {@code graft-core}.
 */
@NullMarked
package dev.graft.cli;

import org.jspecify.annotations.NullMarked;
