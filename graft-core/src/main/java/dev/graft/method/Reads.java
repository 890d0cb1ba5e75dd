package dev.graft.method;

import dev.graft.model.Flow;
import dev.graft.tensor.Tensor;

/** What a change reads, one of the four axes. */
public enum Reads {
    /** The input of the projection or sub-layer: parallel insertion. */
    INPUT {
        @Override
        Tensor of(Flow flow) {
            return flow.input();
        }
    },
    /** Its output: sequential insertion. */
    OUTPUT {
        @Override
        Tensor of(Flow flow) {
            return flow.output();
        }
    },
    /** Its output as the layer would hand it on: with the residual and through the norm, where one follows. */
    FINISHED {
        @Override
        Tensor of(Flow flow) {
            return flow.finish().apply(flow.output());
        }
    };

    abstract Tensor of(Flow flow);
}
