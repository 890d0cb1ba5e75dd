package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.tensor.AdamW;
import dev.graft.tensor.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** G13: a small step lowers the loss, whichever group of tensors takes it. */
class LearningTest {
    private static final AdamW.Settings NO_DECAY = new AdamW.Settings(0.9, 0.999, 1e-8, 0);
    private static final double RATE = 1e-5;

    @OnRotatingBackbones
    void oneStepLowersTheLoss(MethodUnderTest method, BackboneUnderTest backbone) {
        try (Specimen specimen = Specimen.fresh(method, backbone)) {
            checkStep(specimen, specimen.parameters(), method.text());
        }
    }

    @OnRotatingBackbones
    void oneStepOfAnyGroupLowersTheLoss(MethodUnderTest method, BackboneUnderTest backbone) {
        try (Specimen specimen = Specimen.perturbed(method, backbone)) {
            groups(specimen.parameters()).forEach((name, group) -> {
                if (!group.stream().allMatch(FrozenBaseTest::hasNoEffect)) {
                    checkStep(specimen, group, name);
                }
            });
        }
    }

    private static void checkStep(Specimen specimen, List<Parameter> group, String name) {
        double before = specimen.lossValue();
        try (AdamW optimizer = new AdamW(group, NO_DECAY)) {
            specimen.step(optimizer, RATE);
        }
        assertThat(specimen.lossValue()).as(name).isLessThan(before);
    }

    /** The same tensor of every layer is one group, and a bias belongs to its weight. */
    private static Map<String, List<Parameter>> groups(List<Parameter> parameters) {
        Map<String, List<Parameter>> groups = new LinkedHashMap<>();
        for (Parameter parameter : parameters) {
            String name =
                    parameter.name().replaceAll("layer\\.\\d+\\.", "layer.*.").replaceAll("\\.(weight|bias)$", "");
            groups.computeIfAbsent(name, n -> new ArrayList<>()).add(parameter);
        }
        return groups;
    }
}
