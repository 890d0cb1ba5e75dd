package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.adapter.Adapter;
import dev.graft.adapter.AdapterException;
import dev.graft.method.Change;
import dev.graft.method.Compacter;
import dev.graft.method.CompacterPlusPlus;
import dev.graft.method.Form;
import dev.graft.method.LphmLinear;
import dev.graft.method.Method;
import dev.graft.method.Methods;
import dev.graft.method.PhmLinear;
import dev.graft.model.Delta;
import dev.graft.model.Deltas;
import dev.graft.model.Flow;
import dev.graft.model.Mode;
import dev.graft.model.OutputDelta;
import dev.graft.model.Site;
import dev.graft.model.Site.Sublayer.Block;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.RandomSource;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import dev.graft.weights.TensorInfo;
import dev.graft.weights.TensorSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** C1 to C7 of methods.md 7, and section 8; C8 is {@link CountTest}'s. */
@OnAllBackbones
class CompacterInvariantsTest {
    private final BackboneUnderTest backbone;

    CompacterInvariantsTest(BackboneUnderTest backbone) {
        this.backbone = backbone;
    }

    @Test
    void withOneSummandAndARuleOfOneItIsAMatrix() {
        try (Scope scope = Scope.open()) {
            Tensor x = random("x", 5, 6);
            Tensor b = random("weight", 1, 6, 4);
            Tensor bias = random("bias", 4);
            Form form =
                    new PhmLinear(parameter("rule", ones(1, 1, 1)), parameter("weight", b), parameter("bias", bias));
            assertThat(applied(form, x))
                    .containsExactly(x.matmul(b.reshape(6, 4)).plus(bias).toDoubles());
            form.parameters().forEach(Parameter::close);
        }
    }

    @ParameterizedTest(name = "n = {0}, {1} to {2}, rank {3}")
    @CsvSource({
        "4, 16, 8, 0",
        "4, 8, 16, 0",
        "2, 6, 6, 0",
        "3, 3, 9, 0",
        "4, 16, 8, 1",
        "4, 8, 16, 1",
        "2, 6, 6, 1",
        "3, 15, 6, 2",
        "3, 6, 15, 2",
        "1, 5, 3, 2"
    })
    void itIsTheSumOfKroneckerProducts(int n, int in, int out, int rank) {
        try (Scope scope = Scope.open()) {
            Tensor x = random("x", 2, 3, in);
            Form form = form(n, in, out, rank);
            double[] expected = x.matmul(matrix(form)).plus(bias(form)).toDoubles();
            assertThat(applied(form, x)).containsExactly(expected, within(1e-12));
            form.parameters().forEach(Parameter::close);
        }
    }

    @Test
    void theRankIsThatOfTheRulesTimesThatOfTheFactors() {
        try (Scope scope = Scope.open()) {
            Form form = form(2, 16, 12, 1);
            assertThat(rank(matrix(form))).isEqualTo(2 * 2);
            form.parameters().forEach(Parameter::close);
        }
    }

    @Test
    void theRulesOfTheQuaternionsGiveHamiltonsProduct() {
        // what 1, i, j and k become when they are multiplied by 1, by i, by j and by k
        double[] rule = {
            1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, //
            0, 1, 0, 0, -1, 0, 0, 0, 0, 0, 0, -1, 0, 0, 1, 0, //
            0, 0, 1, 0, 0, 0, 0, 1, -1, 0, 0, 0, 0, -1, 0, 0, //
            0, 0, 0, 1, 0, 0, -1, 0, 0, 1, 0, 0, -1, 0, 0, 0
        };
        try (Scope scope = Scope.open()) {
            double[] x = {2, -3, 5, 7};
            double[] w = {-1, 4, 0.5, 3};
            Form form = new PhmLinear(
                    parameter("rule", Tensor.of(rule, 4, 4, 4)),
                    parameter("weight", Tensor.of(w, 4, 1, 1)),
                    parameter("bias", zeros(4)));
            double[] product = {
                x[0] * w[0] - x[1] * w[1] - x[2] * w[2] - x[3] * w[3],
                x[0] * w[1] + x[1] * w[0] + x[2] * w[3] - x[3] * w[2],
                x[0] * w[2] - x[1] * w[3] + x[2] * w[0] + x[3] * w[1],
                x[0] * w[3] + x[1] * w[2] - x[2] * w[1] + x[3] * w[0]
            };
            assertThat(applied(form, Tensor.of(x, 1, 4))).containsExactly(product, within(1e-12));
            form.parameters().forEach(Parameter::close);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"compacter", "phm"})
    void theGradientOfASharedRuleIsTheSumOfThoseOfItsCopies(String method) {
        try (Specimen shared = Specimen.perturbed(Methods.parse(method + ":rule=shared"), backbone);
                Specimen own = Specimen.fresh(Methods.parse(method + ":rule=own"), backbone)) {
            for (Parameter parameter : own.parameters()) {
                parameter.assign(shared.parameter(isRule(parameter) ? "phm.rule" : parameter.name())
                        .value());
            }
            shared.loss().backward();
            own.loss().backward();
            Tensor sum = own.parameters().stream()
                    .filter(CompacterInvariantsTest::isRule)
                    .map(rule -> Objects.requireNonNull(rule.gradient()))
                    .reduce(zeros(4, 4, 4), Tensor::plus);
            assertThat(Objects.requireNonNull(shared.parameter("phm.rule").gradient())
                            .toDoubles())
                    .containsExactly(sum.toDoubles(), within(1e-12));
        }
    }

    @Test
    void theRuleIsInTheFilesOnce(@TempDir Path folder) {
        Path saved = folder.resolve("adapter");
        try (Specimen specimen = Specimen.fresh(Compacter.DEFAULT, backbone)) {
            specimen.adapter().save(saved, specimen.base());
            try (TensorSource source = TensorSource.open(saved.resolve("adapter_model.safetensors"))) {
                assertThat(source.tensors())
                        .extracting(TensorInfo::name)
                        .filteredOn(name -> name.contains("rule"))
                        .containsExactly("phm.rule");
            }
        }
    }

    /** It gets no gradient, lies in both files alike, and is there when its owner is gone. */
    @ParameterizedTest
    @ValueSource(strings = {"compacter", "compacter++", "phm:rule=shared"})
    void aRuleOfAnotherTasksAdapterStaysAsItIs(String method, @TempDir Path folder) throws IOException {
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        ByteBuffer rule;
        try (Specimen owner = Specimen.perturbed(Compacter.DEFAULT, backbone)) {
            owner.adapter().save(first, owner.base());
            rule = owner.parameter("phm.rule").value().toBytes();
        }
        Method sharing = Methods.parse(method + (method.contains(":") ? "," : ":") + "owner=" + first);
        double[] expected;
        try (Specimen specimen = Specimen.fresh(sharing, backbone)) {
            Parameter taken = rule(specimen);
            assertThat(specimen.parameters()).isNotEmpty().noneMatch(CompacterInvariantsTest::isRule);
            assertThat(specimen.deltas().parameters().stream()
                            .mapToLong(Parameter::elements)
                            .sum())
                    .isEqualTo(sharing.parameters(backbone.base().architecture()))
                    .isEqualTo(Methods.parse(method).parameters(backbone.base().architecture()) - 4 * 4 * 4);
            specimen.loss().backward();
            assertThat(taken.gradient()).isNull();
            assertThat(specimen.parameters()).allMatch(parameter -> parameter.gradient() != null);
            specimen.clearGradients();
            specimen.train(3);
            assertThat(taken.value().toBytes()).isEqualTo(rule);
            expected = specimen.logits(Mode.EVALUATION).toDoubles();
            specimen.adapter().save(second, specimen.base());
        }
        Files.move(first, folder.resolve("elsewhere"));
        try (Specimen loaded = new Specimen(backbone.base(), Adapter.loadForTraining(second, backbone.base()))) {
            assertThat(loaded.logits(Mode.EVALUATION).toDoubles()).containsExactly(expected);
            assertThat(rule(loaded).value().toBytes()).isEqualTo(rule);
            assertThat(rule(loaded).trains()).isFalse();
            assertThat(loaded.adapter().method()).isEqualTo(sharing);
        }
    }

    private static Parameter rule(Specimen specimen) {
        return specimen.deltas().held().stream()
                .filter(CompacterInvariantsTest::isRule)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void anAdapterWithoutSuchARuleOwnsNone(@TempDir Path folder) {
        Path owner = folder.resolve("owner");
        String sharing = "compacter:owner=" + owner;
        assertThatThrownBy(() -> Specimen.fresh(Methods.parse(sharing), backbone))
                .isInstanceOf(AdapterException.class)
                .hasMessageContaining("no adapter here");
        save("houlsby", owner);
        assertThatThrownBy(() -> Specimen.fresh(Methods.parse(sharing), backbone))
                .isInstanceOf(AdapterException.class)
                .hasMessage(owner + ": an adapter of 'houlsby' has no phm.rule to share");
        save("compacter:n=2", owner);
        assertThatThrownBy(() -> Specimen.fresh(Methods.parse(sharing), backbone))
                .isInstanceOf(AdapterException.class)
                .hasMessageContaining("'phm.rule' has shape [2, 2, 2], expected [4, 4, 4]");
    }

    private void save(String method, Path folder) {
        try (Specimen specimen = Specimen.fresh(Methods.parse(method), backbone)) {
            specimen.adapter().save(folder, specimen.base());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"compacter", "compacter++", "phm:rule=shared"})
    void aRuleOfZerosIsTheBase(String method) {
        String frozen = method + (method.contains(":") ? "," : ":") + "layernorm=frozen";
        try (Specimen specimen = Specimen.perturbed(Methods.parse(frozen), backbone)) {
            specimen.deltas().parameters().stream()
                    .filter(parameter -> isRule(parameter) || parameter.name().endsWith(".bias"))
                    .forEach(parameter ->
                            parameter.assign(zeros(parameter.value().shape())));
            assertThat(specimen.logits(Mode.EVALUATION).toDoubles())
                    .containsExactly(specimen.baseLogits().toDoubles());
        }
    }

    @Test
    void withoutItsAdaptersAfterAttentionItIsCompacterPlusPlus() {
        try (Specimen both = Specimen.perturbed(Compacter.DEFAULT, backbone);
                Specimen one = Specimen.perturbed(CompacterPlusPlus.DEFAULT, backbone)) {
            for (Parameter parameter : one.parameters()) {
                parameter.assign(both.parameter(parameter.name()).value());
            }
            List<Delta> kept = both.deltas().all().stream()
                    .filter(delta -> !(delta instanceof Change change
                            && ((Site.Sublayer) change.site()).block() == Block.ATTENTION))
                    .toList();
            assertThat(kept).hasSizeLessThan(both.deltas().all().size());
            double[] expected = Texts.flat(one.forward(Texts.all(), Mode.EVALUATION));
            assertThat(Texts.flat(both.base().forward(Texts.all(), new Deltas(kept), Mode.EVALUATION)))
                    .containsExactly(expected);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            compacter:n=3               | n must divide the base's width of 16: 3
            phm:n=0                     | n must be >= 1: 0
            phm:bottleneck=6            | bottleneck must be a multiple of n=4: 6
            compacter++:bottleneck=0    | bottleneck must be a multiple of n=4: 0
            compacter:rank=0            | rank must be >= 1: 0
            compacter++:reads=input     | reads must be output or finished: input
            low-rank:rank=0             | rank must be >= 1: 0
            low-rank:bottleneck=0       | bottleneck must be >= 1: 0
            phm:factors=shared          | phm has no option 'factors'; it has bottleneck, n, activation, sites, reads, rule, owner, layernorm
            compacter:owner=            | owner must be the directory of an adapter
            phm:owner=adapters/films    | owner means nothing with rule=own, which shares no rule
            compacter:reads=input       | reads must be output or finished: input
            phm:reads=input             | reads must be output or finished: input
            """)
    void whatDoesNotFitIsRefused(String method, String message) {
        assertThatThrownBy(() -> Specimen.fresh(Methods.parse(method), backbone))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static boolean isRule(Parameter parameter) {
        return parameter.name().endsWith("rule");
    }

    /** A form with random values; rank 0 stands for whole weights. */
    private static Form form(int n, int in, int out, int rank) {
        Parameter rule = parameter("rule", random("rule", n, n, n));
        Parameter bias = parameter("bias", random("bias", out));
        return rank == 0
                ? new PhmLinear(rule, parameter("weight", random("weight", n, in / n, out / n)), bias)
                : new LphmLinear(
                        rule,
                        parameter("left", random("left", n, in / n, rank)),
                        parameter("right", random("right", n, rank, out / n)),
                        bias);
    }

    private static Tensor bias(Form form) {
        return form.parameters().getLast().value();
    }

    /** W by the definition of the Kronecker product, entry by entry. */
    private static Tensor matrix(Form form) {
        Tensor rule = form.parameters().getFirst().value();
        Tensor b = switch (form) {
            case PhmLinear phm -> phm.weight().value();
            case LphmLinear lphm -> lphm.left().value().matmul(lphm.right().value());
            default -> throw new IllegalArgumentException(form.toString());
        };
        int n = (int) b.size(0);
        int rows = (int) b.size(1);
        int columns = (int) b.size(2);
        double[] a = rule.toDoubles();
        double[] factors = b.toDoubles();
        double[] w = new double[n * rows * n * columns];
        for (int i = 0; i < n; i++) {
            for (int row = 0; row < n * rows; row++) {
                for (int column = 0; column < n * columns; column++) {
                    w[row * n * columns + column] += a[(i * n + row / rows) * n + column / columns]
                            * factors[(i * rows + row % rows) * columns + column % columns];
                }
            }
        }
        return Tensor.of(w, (long) n * rows, (long) n * columns);
    }

    /** The number of rows that are no combination of those above them. */
    private static int rank(Tensor matrix) {
        List<Tensor> basis = new ArrayList<>();
        for (int row = 0; row < matrix.size(0); row++) {
            Tensor rest = matrix.select(0, row);
            for (Tensor direction : basis) {
                rest = rest.plusScaled(direction, -rest.times(direction).sum().item());
            }
            double length = rest.squared().sum().sqrt().item();
            if (length > 1e-9) {
                basis.add(rest.times(1 / length));
            }
        }
        return basis.size();
    }

    /** What a form makes of x within a pass. */
    private double[] applied(Form form, Tensor x) {
        Applied applied = new Applied(form, x);
        backbone.base().forward(Texts.alone(0), new Deltas(List.of(applied)), Mode.EVALUATION);
        return applied.result;
    }

    /** Applies a form to something else than what passes. */
    private static final class Applied implements OutputDelta {
        private final Form form;
        private final Tensor x;
        private double[] result = {};

        Applied(Form form, Tensor x) {
            this.form = form;
            this.x = x;
        }

        @Override
        public Site site() {
            return new Site.Sublayer(0, Block.FFN);
        }

        @Override
        public Tensor apply(Flow flow) {
            result = form.apply(x, flow.pass()).toDoubles();
            return flow.output();
        }

        @Override
        public List<Parameter> parameters() {
            return List.of();
        }
    }

    private static Parameter parameter(String name, Tensor value) {
        return Parameter.of(name, value, true);
    }

    private static Tensor random(String name, long... shape) {
        return new RandomSource(3).at(name).normal(1, shape).to(DType.FLOAT64);
    }

    private static Tensor ones(long... shape) {
        return Tensor.ones(DType.FLOAT64, Device.CPU, shape);
    }

    private static Tensor zeros(long... shape) {
        return Tensor.zeros(DType.FLOAT64, Device.CPU, shape);
    }
}
