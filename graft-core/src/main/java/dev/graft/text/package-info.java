/**
 * Tokenizers: text in, token ids out.
 */
@NullMarked
package dev.graft.text;

import org.jspecify.annotations.NullMarked;
