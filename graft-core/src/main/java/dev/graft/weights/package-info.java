/**
 * Files of tensors: safetensors and PyTorch's archives (read and write), ONNX initialisers, TensorFlow bundles. Nothing in a file is
 * ever executed.
 *
 * <p>{@link dev.graft.weights.TensorSource#open} is the way in: it tells the formats apart by content and hands out tensors by
 * their Hugging Face names, matrices as [out, in]. {@link dev.graft.weights.SafetensorsWriter} is the way out. Every fault of
 * a file is a {@link dev.graft.weights.WeightsException}.
 *
 * <p>One way through each reader: {@code MappedFile} maps the bytes; {@code SafetensorsHeader}, {@code OnnxTensor},
 * {@code SortedTable} and {@code PickleReader} find the tensors and check every number before it is used; {@code OnnxNames} and {@code BertNames} give
 * the tensors of ONNX files and bundles their Hugging Face names, through {@code RenamedTensors}.
 */
@NullMarked
package dev.graft.weights;

import org.jspecify.annotations.NullMarked;
