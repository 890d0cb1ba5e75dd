package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.method.Initializer;
import dev.graft.method.Method;
import dev.graft.model.Backbone;
import dev.graft.model.Deltas;
import dev.graft.tensor.Parameter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** G11: a seed gives the same first values whatever is attached when, and the same training. */
class SeedTest {
    @OnRotatingBackbones
    void firstValuesDependOnTheSeedAndNotOnTheOrderOfAttachment(MethodUnderTest tested, BackboneUnderTest backbone) {
        Backbone base = backbone.base();
        Initializer shared = new Initializer(base, 3);
        Map<String, ByteBuffer> expected = values(tested.method(), base, new Initializer(base, 3));
        List<MethodUnderTest> others = new ArrayList<>(MethodUnderTest.TABLE);
        Collections.reverse(others);
        for (MethodUnderTest other : others.subList(0, others.indexOf(tested))) {
            values(other.method(), base, shared);
        }
        assertThat(values(tested.method(), base, shared)).isEqualTo(expected);
    }

    @OnRotatingBackbones
    void aSeedGivesTheSameTraining(MethodUnderTest method, BackboneUnderTest backbone) {
        try (Specimen one = Specimen.fresh(method, backbone);
                Specimen other = Specimen.fresh(method, backbone)) {
            one.train(2);
            other.train(2);
            assertThat(bytes(one.parameters())).isEqualTo(bytes(other.parameters()));
        }
    }

    private static Map<String, ByteBuffer> values(Method method, Backbone base, Initializer start) {
        List<Parameter> parameters = new Deltas(method.deltas(base.architecture(), start)).parameters();
        Map<String, ByteBuffer> values = bytes(parameters);
        parameters.forEach(Parameter::close);
        return values;
    }

    private static Map<String, ByteBuffer> bytes(List<Parameter> parameters) {
        Map<String, ByteBuffer> bytes = new LinkedHashMap<>();
        parameters.forEach(
                parameter -> bytes.put(parameter.name(), parameter.value().toBytes()));
        return bytes;
    }
}
