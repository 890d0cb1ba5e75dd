package dev.graft.bench.golden;

import dev.graft.adapter.StoredTensor;
import dev.graft.tensor.Tensor;

/**
 * How far a computed number may be from the stored one.
 *
 * @param relative as a share of the stored number
 * @param ofLargest as a share of the largest number of the stored tensor
 * @param absolute besides
 */
record Tolerance(double relative, double ofLargest, double absolute) {
    static final Tolerance LOGITS = new Tolerance(0, 0, 1e-5);
    static final Tolerance GRADIENTS = new Tolerance(1e-4, 1e-6, 0);
    static final Tolerance TRAJECTORY = new Tolerance(0, 0, 1e-4);
    static final Tolerance SAME = new Tolerance(0, 0, 0);

    /** No loss depends on a key's bias, so that both gradients are rounding and no number to be a share of. */
    Tolerance on(StoredTensor tensor) {
        boolean vanishes = tensor.parameters().stream().allMatch(name -> name.endsWith("attention.key.bias"));
        return vanishes && absolute == 0 ? new Tolerance(0, 0, 1e-6) : this;
    }

    double floor(Tensor stored) {
        return ofLargest == 0
                ? absolute
                : absolute + ofLargest * stored.abs().max().item();
    }
}
