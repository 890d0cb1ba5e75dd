package dev.graft.method;

import dev.graft.tensor.Functions;
import dev.graft.tensor.Gradients;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Where the trained rows among the embeddings come from. */
sealed interface PromptEncoder {
    /** The rows in full precision, recorded for gradients, [E, d]. */
    Tensor rows();

    /** What trains. */
    List<Parameter> parameters();

    /** The rows that a network gives, as a parameter that belongs to the caller; rows that train themselves are what they are. */
    default Direct stored() {
        try (Scope scope = Scope.open();
                Gradients off = Gradients.off()) {
            return new Direct(Parameter.of(PTuning.ROWS, rows(), false));
        }
    }

    /** The rows are the parameters: [E, d]. */
    record Direct(Parameter embedding) implements PromptEncoder {
        @Override
        public Direct stored() {
            return this;
        }

        @Override
        public Tensor rows() {
            return embedding.value();
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(embedding);
        }
    }

    /**
     * A stack of linear layers with ReLU between them, on the rows of another encoder.
     *
     * @param inner what it reads
     * @param layers weight and bias of each layer, in turn
     */
    record Mlp(PromptEncoder inner, List<Parameter> layers) implements PromptEncoder {
        /**
         * A stack through layers of these widths, the first of which is the inner encoder's. Weights and biases start from
         * U(-1/sqrt(fan_in), 1/sqrt(fan_in)), as torch's linear layers.
         */
        static Mlp of(PromptEncoder inner, String name, Initializer start, int... widths) {
            List<Parameter> layers = new ArrayList<>();
            for (int i = 1; i < widths.length; i++) {
                String layer = name + "." + (i - 1);
                layers.add(start.kaimingUniform(layer + ".weight", true, widths[i], widths[i - 1]));
                layers.add(start.uniform(layer + ".bias", false, 1 / Math.sqrt(widths[i - 1]), widths[i]));
            }
            return new Mlp(inner, List.copyOf(layers));
        }

        /** How many scalars it has: {@code w_0 w_1 + w_1 + ...}. */
        static long parameters(long... widths) {
            long sum = 0;
            for (int i = 1; i < widths.length; i++) {
                sum += widths[i] * (widths[i - 1] + 1);
            }
            return sum;
        }

        @Override
        public Tensor rows() {
            Tensor x = inner.rows();
            for (int i = 0; i < layers.size(); i += 2) {
                Tensor y = Functions.linear(
                        x, layers.get(i).value(), layers.get(i + 1).value());
                x = i + 2 < layers.size() ? y.relu() : y;
            }
            return x;
        }

        @Override
        public List<Parameter> parameters() {
            return joined(inner.parameters(), layers);
        }
    }

    /**
     * A bidirectional LSTM over the rows of another encoder, read as one sequence.
     *
     * @param inner what it reads, [E, d]
     * @param weights per layer and direction W_ih [4h, in], W_hh [4h, h], b_ih and b_hh [4h]
     * @param layers how many layers
     */
    record BiLstm(PromptEncoder inner, List<Parameter> weights, int layers) implements PromptEncoder {
        private static final List<String> DIRECTIONS = List.of("forward", "backward");

        /** An LSTM of {@code hidden} cells a direction, all from U(-1/sqrt(hidden), 1/sqrt(hidden)) as torch's. */
        static BiLstm of(PromptEncoder inner, String name, Initializer start, int in, int hidden, int layers) {
            double bound = 1 / Math.sqrt(hidden);
            List<Parameter> weights = new ArrayList<>();
            for (int layer = 0; layer < layers; layer++) {
                for (String direction : DIRECTIONS) {
                    String prefix = name + "." + layer + "." + direction;
                    int reads = layer == 0 ? in : 2 * hidden;
                    weights.add(start.uniform(prefix + ".input.weight", true, bound, 4L * hidden, reads));
                    weights.add(start.uniform(prefix + ".hidden.weight", true, bound, 4L * hidden, hidden));
                    weights.add(start.uniform(prefix + ".input.bias", false, bound, 4L * hidden));
                    weights.add(start.uniform(prefix + ".hidden.bias", false, bound, 4L * hidden));
                }
            }
            return new BiLstm(inner, List.copyOf(weights), layers);
        }

        /** How many scalars it has. */
        static long parameters(long in, long hidden, int layers) {
            long sum = 0;
            for (int layer = 0; layer < layers; layer++) {
                sum += 2 * 4 * hidden * ((layer == 0 ? in : 2 * hidden) + hidden + 2);
            }
            return sum;
        }

        @Override
        public Tensor rows() {
            return Functions.biLstm(
                    inner.rows(), weights.stream().map(Parameter::value).toList(), layers); // [E, 2h]
        }

        @Override
        public List<Parameter> parameters() {
            return joined(inner.parameters(), weights);
        }
    }

    private static List<Parameter> joined(List<Parameter> first, List<Parameter> second) {
        List<Parameter> all = new ArrayList<>(first);
        all.addAll(second);
        return List.copyOf(all);
    }
}
