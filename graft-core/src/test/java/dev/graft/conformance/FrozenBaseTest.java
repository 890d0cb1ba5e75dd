package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.model.Architecture;
import dev.graft.model.Backbone;
import dev.graft.model.Delta;
import dev.graft.model.Deltas;
import dev.graft.model.EmbeddingDelta;
import dev.graft.model.HeadsDelta;
import dev.graft.model.Mode;
import dev.graft.model.OutputDelta;
import dev.graft.model.Replacement;
import dev.graft.model.Site;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** G2, G3, G6: what trains is what is declared, and the base stays as it is. */
class FrozenBaseTest {
    private static final Pattern LAYER = Pattern.compile("layer\\.(\\d+)(\\..*)?");

    /** No query tells two key biases apart: the softmax takes out what is added to every key. */
    private static final String ALWAYS_ZERO = "attention.key.bias";

    /** Whether no loss depends on a parameter, so that its gradient is rounding alone. */
    static boolean hasNoEffect(Parameter parameter) {
        return parameter.name().endsWith(ALWAYS_ZERO);
    }

    @OnRotatingBackbones
    void trainingWritesNoBaseTensor(MethodUnderTest method, BackboneUnderTest backbone) {
        Map<String, String> before = hashes(backbone.base());
        try (Specimen specimen = Specimen.fresh(method, backbone)) {
            specimen.train(3);
        }
        assertThat(hashes(backbone.base())).isEqualTo(before);
    }

    @OnRotatingBackbones
    void whatIsTakenOffLeavesTheBase(MethodUnderTest method, BackboneUnderTest backbone) {
        try (Specimen specimen = Specimen.fresh(method, backbone)) {
            double[] untouched = Texts.flat(backbone.base().forward(Texts.all(), Deltas.NONE, Mode.EVALUATION));
            specimen.train(3);
            assertThat(Texts.flat(backbone.base().forward(Texts.all(), Deltas.NONE, Mode.EVALUATION)))
                    .containsExactly(untouched);
            if (!specimen.deltas().all().isEmpty()) {
                assertThat(Texts.flat(specimen.forward(Texts.all(), Mode.EVALUATION)))
                        .isNotEqualTo(untouched);
            }
        }
    }

    /** A ReLU of one unit may be dead under some values of its tensors, but not under any. */
    @OnRotatingBackbones
    void exactlyTheDeclaredTensorsHaveGradients(MethodUnderTest method, BackboneUnderTest backbone) {
        try (Specimen specimen = Specimen.perturbed(method, backbone)) {
            Set<String> without = namesOf(specimen.parameters());
            for (int seed = 0; seed < 20 && !without.isEmpty(); seed++) {
                specimen.clearGradients();
                specimen.loss().backward();
                without.removeAll(namesOf(specimen.parameters().stream()
                        .filter(FrozenBaseTest::hasGradient)
                        .toList()));
                specimen.perturb(seed);
            }
            assertThat(without).isEmpty();
            for (String tensor : specimen.base().architecture().tensors().keySet()) {
                assertThat(specimen.base().tensor(tensor).requiresGradient())
                        .as(tensor)
                        .isFalse();
            }
        }
    }

    private static Set<String> namesOf(List<Parameter> parameters) {
        return parameters.stream().map(Parameter::name).collect(Collectors.toCollection(TreeSet::new));
    }

    private static boolean hasGradient(Parameter parameter) {
        Tensor gradient = parameter.gradient();
        assertThat(gradient).as(parameter.name()).isNotNull();
        return hasNoEffect(parameter)
                || Objects.requireNonNull(gradient).abs().max().item() > 1e-9;
    }

    @OnRotatingBackbones
    void nothingUnderTheLowestDeltaIsRecorded(MethodUnderTest method, BackboneUnderTest backbone) {
        try (Specimen specimen = Specimen.perturbed(method, backbone)) {
            List<Probe> probes = new ArrayList<>();
            for (int layer = 0; layer < backbone.sizes().layers(); layer++) {
                probes.add(new Probe(new Site.Layer(layer)));
            }
            specimen.forwardWith(List.of(), probes);
            int lowest = lowestLayer(specimen.deltas(), backbone.base().architecture());
            for (int layer = 0; layer < probes.size(); layer++) {
                assertThat(probes.get(layer).wasRecorded()).as("layer " + layer).isEqualTo(layer >= lowest);
            }
        }
    }

    /** The layer of the lowest delta that trains; 0 for the embedding block, and the number of layers where none is below the head. */
    private static int lowestLayer(Deltas deltas, Architecture base) {
        int lowest = base.layers();
        for (int layer = base.layers() - 1; layer >= 0; layer--) {
            if (!Collections.disjoint(base.tensorsOfLayer(layer), deltas.replacedTensors())) {
                lowest = layer;
            }
        }
        for (Delta delta : deltas.all()) {
            if (!delta.parameters().isEmpty()) {
                String place = switch (delta) {
                    case OutputDelta d -> d.site().path();
                    case HeadsDelta d -> d.site().path();
                    case EmbeddingDelta d -> d.site().path();
                    case Replacement d -> d.tensor();
                };
                Matcher layer = LAYER.matcher(place);
                if (layer.matches()) {
                    lowest = Math.min(lowest, Integer.parseInt(layer.group(1)));
                } else if (place.startsWith("embedding.")) {
                    lowest = 0;
                }
            }
        }
        return lowest;
    }

    static Map<String, String> hashes(Backbone base) {
        Map<String, String> hashes = new TreeMap<>();
        for (String tensor : base.architecture().tensors().keySet()) {
            hashes.put(tensor, sha256(base.tensor(tensor)));
        }
        return hashes;
    }

    private static String sha256(Tensor tensor) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(tensor.toBytes());
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
