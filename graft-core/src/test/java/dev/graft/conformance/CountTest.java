package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.TrainableGroup;
import dev.graft.method.Initializer;
import dev.graft.method.Method;
import dev.graft.method.Methods;
import dev.graft.model.Backbone;
import dev.graft.model.Deltas;
import dev.graft.tensor.Parameter;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** G4: what trains, counted, is the method's formula and the specification's. */
class CountTest {
    private static final List<Sizes> GRID = List.of(
            Sizes.TINY,
            Sizes.TINY.withPooler(),
            new Sizes(2, 8, 4, 20, 40, 24, 1, false),
            new Sizes(4, 24, 3, 30, 50, 40, 2, true));

    private static final List<Backbone> BASES =
            GRID.stream().map(TinyBert::open).toList();

    @AfterAll
    static void close() {
        BASES.forEach(Backbone::close);
    }

    static Stream<MethodUnderTest> methods() {
        return MethodUnderTest.TABLE.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("methods")
    void theCountIsTheFormula(MethodUnderTest tested) {
        Method method = tested.method();
        for (int i = 0; i < GRID.size(); i++) {
            long formula = tested.count().applyAsLong(GRID.get(i));
            Backbone base = BASES.get(i);
            Deltas deltas = new Deltas(method.deltas(base.architecture(), new Initializer(base, 1)));
            List<Parameter> parameters = deltas.parameters();
            assertThat(parameters.stream().mapToLong(Parameter::elements).sum())
                    .as("counted on %s", GRID.get(i))
                    .isEqualTo(formula);
            assertThat(method.parameters(base.architecture()))
                    .as("said of %s", GRID.get(i))
                    .isEqualTo(formula);
            parameters.forEach(Parameter::close);
        }
    }

    @OnRotatingBackbones
    void theCountIsWhatTrains(MethodUnderTest tested, BackboneUnderTest backbone) {
        try (Specimen specimen = Specimen.fresh(tested, backbone)) {
            assertThat(specimen.deltas().parameters().stream()
                            .mapToLong(Parameter::elements)
                            .sum())
                    .isEqualTo(tested.method().parameters(backbone.base().architecture()));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("methods")
    void theTableOfWhatTrainsHoldsEverythingOnce(MethodUnderTest tested) {
        try (Specimen specimen = Specimen.fresh(tested, BackboneUnderTest.BERT)) {
            List<Parameter> parameters = specimen.parameters();
            List<TrainableGroup> groups = TrainableGroup.of(specimen.adapter());
            assertThat(groups.stream().mapToInt(TrainableGroup::tensors).sum()).isEqualTo(parameters.size());
            assertThat(groups.stream().mapToLong(TrainableGroup::parameters).sum())
                    .isEqualTo(
                            parameters.stream().mapToLong(Parameter::elements).sum());
        }
    }

    /** The rows of methods.md 28 and 3.5; what has a pooler trains it in top-k and full. */
    @ParameterizedTest(name = "{0}: {1} on BERT-base, {2} on MiniLM without pooler")
    @CsvSource(delimiter = '|', textBlock = """
            houlsby:bottleneck=64,layernorm=frozen                        | 2379264   | 595200
            houlsby:bottleneck=32,layernorm=frozen                        |           | 299904
            houlsby:bottleneck=8,layernorm=frozen                         | 313536    | 78432
            houlsby:bottleneck=256,layernorm=frozen                       | 9461760   |
            layernorm                                                     | 38400     | 9984
            bitfit                                                        | 102912    | 25728
            bitfit:biases=query+ffn.up                                    | 46080     | 11520
            houlsby                                                       | 2417664   | 309888
            pfeiffer                                                      | 894528    | 113040
            pfeiffer:bottleneck=12                                        | 230544    |
            pfeiffer:bottleneck=384                                       | 7091712   |
            pfeiffer:bottleneck=48                                        |           | 223776
            parallel                                                      | 304320    | 76128
            scaled-parallel:bottleneck=512                                | 9452544   |
            scaled-parallel:bottleneck=192                                |           | 888192
            scaled-parallel:bottleneck=512,scale=learned                  | 9452556   |
            invertible                                                    | 296064    | 74304
            phm:rule=shared,layernorm=frozen                              | 462016    | 60256
            phm:layernorm=frozen                                          | 465024    | 61728
            compacter:layernorm=frozen                                    | 58816     | 14752
            compacter:n=12,layernorm=frozen                               | 60480     | 16416
            compacter                                                     | 97216     | 24736
            compacter++:layernorm=frozen                                  | 29440     | 7408
            compacter++                                                   | 67840     | 17392
            low-rank:layernorm=frozen                                     | 58752     | 14688
            prefix                                                        | 184320    | 46080
            prefix:length=30                                              | 552960    | 138240
            prefix:mlp=512                                                | 9857024   | 2564864
            mam:mlp=0                                                     | 599232    | 149856
            mam:length=30,bottleneck=512,mlp=0                            | 10005504  |
            mam:length=30,bottleneck=192,mlp=0                            |           | 1026432
            mam-lora                                                      | 1189440   | 186768
            unipelt:parts=adapter+prefix,mlp=0                            | 1097304   | 163740
            unipelt:mlp=0                                                 | 1410672   | 242088
            multihead-parallel                                            | 552960    | 138240
            llama-adapter                                                 | 76920     | 15408
            llama-adapter:layers=12                                       | 92304     |
            llama-adapter:layers=6                                        |           | 23112
            prompt                                                        | 15360     | 7680
            prompt:length=100                                             | 76800     | 38400
            p-tuning                                                      | 8278272   | 2074752
            p-tuning:encoder=none                                         | 6912      | 3456
            lora                                                          | 294912    | 73728
            lora:targets=query+key+value+attention.output                 | 589824    | 147456
            lora:targets=ffn.up+ffn.down                                  | 737280    | 184320
            lora:targets=query+key+value+attention.output+ffn.up+ffn.down | 1327104   | 331776
            top-k                                                         | 14766336  | 3548928
            full                                                          | 109482240 | 22565376
            head                                                          | 0         | 0
            """)
    void theCountsOfTheReferenceBasesAreThePrintedOnes(String method, @Nullable Long bertBase, @Nullable Long miniLm) {
        if (bertBase != null) {
            assertThat(count(method, Sizes.BERT_BASE)).isEqualTo(bertBase);
        }
        if (miniLm != null) {
            assertThat(count(method, Sizes.MINILM)).isEqualTo(miniLm);
        }
    }

    /** The other rows and the extra anchors of methods.md 28: MiniLM with the pooler that its ONNX file lacks, and BERT-large. */
    @ParameterizedTest(name = "{0}: {1} on BERT-large, {2} on MiniLM with a pooler")
    @CsvSource(delimiter = '|', textBlock = """
            full                                   | 335141888 | 22713216
            bitfit                                 | 272384    | 26112
            layernorm                              | 100352    | 9984
            houlsby:bottleneck=64,layernorm=frozen | 6343680   | 595200
            lora                                   | 786432    | 73728
            prefix                                 | 491520    | 46080
            """)
    void theCountsOfOtherBasesAreThePrintedOnes(String method, long bertLarge, long miniLm) {
        assertThat(count(method, Sizes.BERT_LARGE)).isEqualTo(bertLarge);
        assertThat(count(method, Sizes.MINILM.withPooler())).isEqualTo(miniLm);
    }

    private static long count(String method, Sizes sizes) {
        return Methods.parse(method).parameters(sizes.architecture());
    }
}
