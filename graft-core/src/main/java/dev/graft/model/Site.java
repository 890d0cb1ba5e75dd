package dev.graft.model;

import java.util.Locale;

/**
 * A named place in a backbone where deltas may act. Sites are the only words that backbones and methods share: a
 * backbone asks at each one whether anything acts there, a method places deltas on them.
 */
public sealed interface Site {
    /** The name of this place, the same on every backbone; base tensors and deltas are named after it. */
    String path();

    /** The embedding block. */
    record Embedding(Stage stage) implements Site {
        /** The three moments of the embedding block. */
        public enum Stage {
            /** The word table's look-up. */
            TABLE,
            /** The word embeddings, before positions, types and the norm. */
            INPUT,
            /** The block's output. */
            OUTPUT
        }

        @Override
        public String path() {
            return "embedding." + lowerCase(stage);
        }
    }

    /** One projection {@code x W^T + b}. */
    record Linear(int layer, Role role) implements Site {
        @Override
        public String path() {
            return role.isOutsideLayers() ? role.path() : "layer." + layer + "." + role.path();
        }
    }

    /** What comes out of the feed-forward's nonlinearity, which {@link Role#FFN_DOWN} reads. */
    record Inner(int layer) implements Site {
        @Override
        public String path() {
            return "layer." + layer + ".ffn.inner";
        }
    }

    /** The heads of one self attention: queries, keys, values and mask before the softmax, outputs after it. */
    record Heads(int layer) implements Site {
        @Override
        public String path() {
            return "layer." + layer + ".attention.heads";
        }
    }

    /** The output of one sub-layer, before the residual is added and the norm that follows. */
    record Sublayer(int layer, Block block) implements Site {
        /** The sub-layers of a Transformer layer. */
        public enum Block {
            ATTENTION,
            FFN
        }

        @Override
        public String path() {
            return "layer." + layer + "." + lowerCase(block);
        }
    }

    /** The output of one whole layer. */
    record Layer(int layer) implements Site {
        @Override
        public String path() {
            return "layer." + layer;
        }
    }

    /** The weight and bias of one normalisation. */
    record Norm(String path) implements Site {}

    private static String lowerCase(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
