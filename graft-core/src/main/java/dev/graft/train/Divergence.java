package dev.graft.train;

import dev.graft.tensor.DType;
import java.nio.file.Path;

/**
 * What to say when a number of a training is no number any more.
 *
 * @param dtype the base's type: only in a narrower one is a wider one advice
 * @param checkpoints where the state before may be kept
 */
record Divergence(DType dtype, Checkpoints checkpoints) {
    TrainingException of(String what) {
        String wider = dtype == DType.BFLOAT16 ? ", or train in --dtype fp32" : "";
        Path kept = checkpoints.existing();
        String state = kept == null ? "" : "; the state before is kept in " + kept;
        return new TrainingException(what + "; lower --lr" + wider + state);
    }
}
