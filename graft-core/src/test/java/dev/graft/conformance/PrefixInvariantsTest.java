package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.adapter.Adapter;
import dev.graft.adapter.AdapterException;
import dev.graft.method.Methods;
import dev.graft.method.Words;
import dev.graft.model.Batch;
import dev.graft.model.Deltas;
import dev.graft.model.Heads;
import dev.graft.model.HeadsDelta;
import dev.graft.model.Mode;
import dev.graft.model.Pass;
import dev.graft.model.Replacement;
import dev.graft.model.Site;
import dev.graft.model.Site.Sublayer.Block;
import dev.graft.task.Classification;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.RandomSource;
import dev.graft.tensor.Tensor;
import dev.graft.weights.TensorInfo;
import dev.graft.weights.TensorSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** X1 to X5, X7 and X8 of methods.md 14. */
@OnAllBackbones
class PrefixInvariantsTest {
    private final BackboneUnderTest backbone;

    PrefixInvariantsTest(BackboneUnderTest backbone) {
        this.backbone = backbone;
    }

    @ParameterizedTest(name = "layer {0}")
    @ValueSource(ints = {0, 2})
    void prependedPairsAreAWeightedMeanWithTheTextsOwnAttention(int layer) {
        try (Specimen specimen = Specimen.perturbed(Methods.parse("prefix:length=3"), backbone)) {
            TwoAttentions probe = new TwoAttentions(new Site.Heads(layer));
            specimen.forwardWith(List.of(probe), List.of());
            assertThat(probe.output).containsExactly(probe.expected, within(1e-12));
            for (double lambda : probe.lambdas) {
                assertThat(lambda).isBetween(0.01, 0.99);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void aPrefixOfNothingAndOneThatNoQuerySeesAreTheBase(int length) {
        try (Specimen specimen = Specimen.fresh(Methods.parse("head"), backbone)) {
            assertThat(Texts.flat(specimen.forwardWith(List.of(new UnseenPrefix(length)), List.of())))
                    .containsExactly(Texts.flat(specimen.forward(Texts.all(), Mode.EVALUATION)), within(1e-12));
        }
    }

    @Test
    void theOrderOfThePairsDoesNotMatter() {
        try (Specimen specimen = Specimen.perturbed(Methods.parse("prefix:length=4"), backbone)) {
            double[] before = Texts.flat(specimen.forward(Texts.all(), Mode.EVALUATION));
            Tensor order = Tensor.of(new long[] {2, 0, 3, 1}, 4);
            for (Parameter parameter : specimen.deltas().parameters()) {
                parameter.assign(parameter.value().detach().indexSelect(0, order));
            }
            assertThat(Texts.flat(specimen.forward(Texts.all(), Mode.EVALUATION)))
                    .containsExactly(before, within(1e-12));
        }
    }

    @Test
    void shiftedPositionsAreThoseOfATextThatBeginsLater() {
        try (Specimen kept = Specimen.perturbed(Methods.parse("prefix:length=3,positions=kept"), backbone);
                Specimen shifted = Specimen.perturbed(Methods.parse("prefix:length=3,positions=shifted"), backbone)) {
            assertThat(Texts.flat(shifted.forward(Texts.all(), Mode.EVALUATION)))
                    .isNotEqualTo(Texts.flat(kept.forward(Texts.all(), Mode.EVALUATION)));
            String table = "embedding.position.weight";
            Tensor positions = kept.base().tensor(table);
            long first = positions.size(0) - backbone.sizes().positions(); // RoBERTa's padding has the first two rows
            Tensor later = Tensor.concatenate(
                    0,
                    positions.narrow(0, 0, first),
                    positions.narrow(0, first + 3, 29),
                    positions.narrow(0, first, 3));
            try (Parameter moved = Parameter.of(table, later, true)) {
                List<Replacement> replaced = List.of(new Replacement(table, moved));
                assertThat(Texts.flat(kept.forwardWith(replaced, List.of())))
                        .containsExactly(Texts.flat(shifted.forward(Texts.all(), Mode.EVALUATION)));
            }
        }
    }

    /** X4, X8: the file holds what the network makes, and that computes the same; the network lies aside. */
    @Test
    void whatIsStoredIsFlatAndComputesTheSame(@TempDir Path folder) throws IOException {
        Path saved = folder.resolve("adapter");
        try (Specimen trained = Specimen.perturbed(Methods.parse("prefix:length=3,mlp=5,dropout=0.1"), backbone)) {
            double[] expected = trained.logits(Mode.EVALUATION).toDoubles();
            trained.adapter().save(saved, trained.base());
            assertThat(names(saved.resolve("adapter_model.safetensors")))
                    .hasSize(2 * 3 + 2)
                    .contains("layer.2.attention.heads.prefix.value")
                    .noneMatch(name -> name.startsWith("prefix."));
            try (Specimen again = new Specimen(backbone.base(), Adapter.loadForTraining(saved, backbone.base()))) {
                assertThat(again.adapter().method()).isEqualTo(trained.adapter().method());
                assertThat(values(again)).isEqualTo(values(trained));
            }
            Files.delete(saved.resolve("training.safetensors"));
            try (Specimen used = new Specimen(backbone.base(), Adapter.load(saved, backbone.base()))) {
                assertThat(used.logits(Mode.EVALUATION).toDoubles()).containsExactly(expected);
                assertThat(used.adapter().method()).isEqualTo(Methods.parse("prefix:length=3,dropout=0.1"));
            }
            assertThatThrownBy(() -> Adapter.loadForTraining(saved, backbone.base()))
                    .isInstanceOf(AdapterException.class)
                    .hasMessageContaining("training.safetensors is missing");
        }
    }

    private static Map<String, ByteBuffer> values(Specimen specimen) {
        return specimen.parameters().stream()
                .collect(Collectors.toMap(
                        Parameter::name, parameter -> parameter.value().toBytes()));
    }

    private static List<String> names(Path file) {
        try (TensorSource source = TensorSource.open(file)) {
            return source.tensors().stream().map(TensorInfo::name).toList();
        }
    }

    /** In the lowest layer a prefix of words is those words in front of the text, whose positions begin behind them. */
    @Test
    void aPrefixOfWordsIsTheirKeysAndValues() {
        Probe behind = new Probe(new Site.Sublayer(0, Block.ATTENTION));
        try (Specimen specimen =
                new Specimen(backbone.base(), ofWords("prefix:length=3,positions=shifted,words=any"))) {
            specimen.forwardWith(List.of(), List.of(behind));
            double[] expected = new double[behind.output().length];
            Batch texts = Texts.all();
            Tensor first = Tensor.of(new long[] {17, 45, 17}, 1, 3).expand(Texts.COUNT, 3);
            Batch together = new Batch(
                    Tensor.concatenate(1, first, texts.ids()),
                    Tensor.concatenate(1, Tensor.zeros(DType.INT64, Device.CPU, Texts.COUNT, 3), texts.types()),
                    Tensor.concatenate(1, Tensor.ones(DType.INT64, Device.CPU, Texts.COUNT, 3), texts.mask()));
            Probe all = new Probe(new Site.Sublayer(0, Block.ATTENTION));
            backbone.base().forward(together, new Deltas(List.of(all)), Mode.EVALUATION);
            int row = Texts.length(0) * 16;
            for (int text = 0; text < Texts.COUNT; text++) {
                System.arraycopy(all.output(), text * (row + 3 * 16) + 3 * 16, expected, text * row, row);
            }
            assertThat(behind.output()).containsExactly(expected, within(1e-12));
        }
    }

    private Adapter ofWords(String method) {
        return Adapter.create(
                Methods.parse(method),
                new Classification(List.of("x", "y", "z")),
                backbone.base(),
                "tiny",
                backbone.pooling(),
                16,
                1,
                new Words(text -> text.equals("any") ? List.of(17, 45) : List.of(), List.of()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            prefix:words=none        | no words to start from in 'none'
            prefix:mlp=4,words=any   | words mean nothing with mlp
            prefix:mlp=0             | mlp must be >= 1: 0
            prefix:dropout=1         | dropout must be in [0, 1): 1.0
            """)
    void whatMeansNothingIsRefused(String method, String message) {
        assertThatThrownBy(() -> ofWords(method))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void withoutATokenizerThereAreNoWords() {
        assertThatThrownBy(() -> Specimen.fresh(Methods.parse("prefix:words=Any"), backbone))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs the base's tokenizer, and none was given: 'Any'");
    }

    /** Computes the text's attention and the prefix's apart, and joins them by the share of the prefix, lambda. */
    private static final class TwoAttentions implements HeadsDelta {
        private final Site site;
        private int textLength;
        private double[] output = {};
        private double[] expected = {};
        private double[] lambdas = {};

        TwoAttentions(Site site) {
            this.site = site;
        }

        @Override
        public Site site() {
            return site;
        }

        @Override
        public Heads before(Heads heads, Pass pass) {
            textLength = (int) heads.keys().size(2);
            return heads;
        }

        @Override
        public Tensor after(Heads heads, Tensor attended, Pass pass) {
            output = attended.toDoubles();
            int size = (int) heads.queries().size(3);
            int queries = (int) heads.queries().size(2);
            int keys = (int) heads.keys().size(2);
            int headCount = (int) heads.queries().size(1);
            double[] q = heads.queries().toDoubles();
            double[] k = heads.keys().toDoubles();
            double[] v = heads.values().toDoubles();
            double[] mask = Objects.requireNonNull(heads.mask()).toDoubles();
            expected = new double[output.length];
            lambdas = new double[output.length / size];
            for (int row = 0; row < lambdas.length; row++) { // one query of one head of one text
                int head = row / queries;
                double[] exp = new double[keys];
                for (int s = 0; s < keys; s++) {
                    double score = dot(q, row * size, k, (head * keys + s) * size, size);
                    exp[s] = Math.exp(score / Math.sqrt(size) + mask[head / headCount * keys + s]);
                }
                join(row, exp, v, head * keys, size);
            }
            return attended;
        }

        private void join(int row, double[] exp, double[] v, int firstKey, int size) {
            int prefix = exp.length - textLength;
            double prefixMass = sum(exp, 0, prefix);
            double textMass = sum(exp, prefix, exp.length);
            double lambda = prefixMass / (prefixMass + textMass);
            lambdas[row] = lambda;
            for (int s = 0; s < exp.length; s++) {
                double weight = s < prefix ? lambda * exp[s] / prefixMass : (1 - lambda) * exp[s] / textMass;
                for (int e = 0; e < size; e++) {
                    expected[row * size + e] += weight * v[(firstKey + s) * size + e];
                }
            }
        }

        private static double dot(double[] a, int fromA, double[] b, int fromB, int length) {
            double dot = 0;
            for (int i = 0; i < length; i++) {
                dot += a[fromA + i] * b[fromB + i];
            }
            return dot;
        }

        private static double sum(double[] values, int from, int to) {
            double sum = 0;
            for (int i = from; i < to; i++) {
                sum += values[i];
            }
            return sum;
        }

        @Override
        public List<Parameter> parameters() {
            return List.of();
        }
    }

    /** A prefix that the mask hides from every query. */
    private record UnseenPrefix(int length) implements HeadsDelta {
        @Override
        public Site site() {
            return new Site.Heads(1);
        }

        @Override
        public Heads before(Heads text, Pass pass) {
            Tensor keys = text.keys();
            Tensor rows = new RandomSource(5)
                    .normal(1, keys.size(0), keys.size(1), length, keys.size(3))
                    .to(DType.FLOAT64);
            Heads longer = text.prepend(rows, rows);
            Tensor mask = Objects.requireNonNull(text.mask());
            Tensor hidden = Tensor.zeros(DType.FLOAT64, Device.CPU, mask.size(0), 1, 1, length)
                    .plus(Double.NEGATIVE_INFINITY);
            return new Heads(
                    longer.input(),
                    longer.queries(),
                    longer.keys(),
                    longer.values(),
                    Tensor.concatenate(3, hidden, mask),
                    longer.keyProjection(),
                    longer.valueProjection());
        }

        @Override
        public List<Parameter> parameters() {
            return List.of();
        }
    }
}
