/**
 * From a name to the files of a base: a built-in artifact, a directory, or a model hub, cached and checksummed.
 */
@NullMarked
package dev.graft.hub;

import org.jspecify.annotations.NullMarked;
