package dev.graft.method;

import dev.graft.model.Activation;
import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import dev.graft.model.Embedded;
import dev.graft.model.InvertibleDelta;
import dev.graft.model.Pass;
import dev.graft.model.Site;
import dev.graft.model.Site.Embedding.Stage;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The invertible adapter of Pfeiffer et al. 2020 (MAD-X, arXiv 2005.00052, section 4.3): a coupling of the two halves of every
 * embedded token, after Dinh et al. 2015 (NICE, arXiv 1410.8516). It stands behind the embedding block, usually with an
 * adapter in the layers.
 *
 * <pre>
 *   y_1 = x_1 + F(x_2)
 *   y_2 = x_2 + G(y_1)
 * </pre>
 *
 * F and G are bottlenecks {@code d/2 -> m -> d/2}, whose matrices start from N(0, 0.02) and whose biases start at zero, near
 * the identity. The masked-LM head, whose vector is compared with the embeddings of words, takes the coupling back before it
 * is: {@code x_2 = y_2 - G(y_1)}, {@code x_1 = y_1 - F(x_2)}. The heads of other tasks read the states as they are, as in
 * AdapterHub.
 *
 * <p>Trains {@code 2dm + 2m + d} scalars, where d is the width of the embeddings. Tensors: {@code
 * embedding.output.invertible.{f,g}.{down,up}.{weight,bias}}.
 *
 * @param bottleneck m; null for d / 4
 * @param activation the nonlinearity of F and G
 */
public record Invertible(@Nullable Integer bottleneck, Activation activation) implements Method {
    public static final Invertible DEFAULT = new Invertible(null, Activation.RELU);

    private static final double SIGMA = 0.02;

    public Invertible {
        if (bottleneck != null && bottleneck < 1) {
            throw new IllegalArgumentException("bottleneck must be >= 1: " + bottleneck);
        }
    }

    @Override
    public String name() {
        return "invertible";
    }

    @Override
    public Axes axes() {
        return new Axes("embeddings", "two bottlenecks", "the other half", "added", "near the base");
    }

    @Override
    public List<Delta> deltas(Architecture base, Initializer start) {
        Site.Embedding site = new Site.Embedding(Stage.OUTPUT);
        String name = site.path() + ".invertible.";
        return List.of(new Coupling(site, half(name + "f", base, start), half(name + "g", base, start)));
    }

    private Bottleneck half(String name, Architecture base, Initializer start) {
        int half = base.embedding() / 2;
        int m = width(base);
        return Bottleneck.of(
                name,
                start.normal(name + ".down.weight", true, SIGMA, m, half),
                start.normal(name + ".up.weight", true, SIGMA, half, m),
                activation,
                0,
                start);
    }

    private int width(Architecture base) {
        if (base.embedding() % 2 != 0) {
            throw new IllegalArgumentException("an invertible adapter needs an even width: " + base.embedding());
        }
        return bottleneck == null ? Math.max(1, base.embedding() / 4) : bottleneck;
    }

    @Override
    public long parameters(Architecture base) {
        return 2 * Bottleneck.count(base.embedding() / 2, width(base));
    }

    @Override
    public double learningRate(Architecture base) {
        return base.hidden() < 768 ? 1e-3 : 3e-4;
    }

    /**
     * The coupling of one adapter.
     *
     * @param site where the embedded text passes
     * @param f F
     * @param g G
     */
    public record Coupling(Site.Embedding site, Bottleneck f, Bottleneck g) implements InvertibleDelta {
        @Override
        public Embedded apply(Embedded embedded, Pass pass) {
            Tensor x = embedded.states(); // [B, T, d]
            Tensor y1 = left(x).plus(f.apply(right(x), pass)); // [B, T, d/2]
            Tensor y2 = right(x).plus(g.apply(y1, pass));
            return embedded.withStates(Tensor.concatenate(-1, y1, y2));
        }

        @Override
        public Tensor inverse(Tensor y, Pass pass) {
            Tensor x2 = right(y).minus(g.apply(left(y), pass)); // [.., d/2]
            Tensor x1 = left(y).minus(f.apply(x2, pass));
            return Tensor.concatenate(-1, x1, x2);
        }

        private static Tensor left(Tensor x) {
            return x.narrow(-1, 0, x.size(-1) / 2);
        }

        private static Tensor right(Tensor x) {
            return x.narrow(-1, x.size(-1) / 2, x.size(-1) / 2);
        }

        @Override
        public List<Parameter> parameters() {
            List<Parameter> parameters = new ArrayList<>(f.parameters());
            parameters.addAll(g.parameters());
            return parameters;
        }
    }
}
