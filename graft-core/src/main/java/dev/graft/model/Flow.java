package dev.graft.model;

import dev.graft.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * What passes at a site with an input and an output.
 *
 * @param input what the projection, sub-layer or layer read, [B, T, d_in]
 * @param output what it computed, [B, T, d_out]
 * @param finish what the layer does to an output next: in a post-norm backbone {@code LN(output + residual)}; where
 *     nothing follows, the identity
 * @param pass the forward pass; where all deltas are {@linkplain Delta#rowwise row by row}, the last layer may have one row of each text
 */
public record Flow(Tensor input, Tensor output, UnaryOperator<Tensor> finish, Pass pass) {
    Flow withOutput(Tensor changed) {
        return new Flow(input, changed, finish, pass);
    }
}
