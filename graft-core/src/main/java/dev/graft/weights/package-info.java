/**
 * Files of tensors: safetensors (read and write), ONNX initialisers, TensorFlow bundles. Nothing in a file is ever executed.
 */
@NullMarked
package dev.graft.weights;

import org.jspecify.annotations.NullMarked;
