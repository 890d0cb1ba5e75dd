package dev.graft.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs a test with {@code (MethodUnderTest, BackboneUnderTest)}: every method on BERT and on one of the other backbones, which
 * is another one each day. {@code -Dgraft.conformance=all} runs every method on every backbone, {@code
 * -Dgraft.conformance=330} what the 330th day of a year runs, as the names of the tests say.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "{argumentSetName}")
@MethodSource("dev.graft.conformance.OnRotatingBackbones$Product#pairs")
@interface OnRotatingBackbones {
    /** The pairs. */
    final class Product {
        private static final String CHOICE = System.getProperty(
                "graft.conformance", String.valueOf(LocalDate.now().getDayOfYear()));

        private static final List<BackboneUnderTest> OTHERS = Arrays.stream(BackboneUnderTest.values())
                .filter(backbone -> backbone != BackboneUnderTest.BERT)
                .toList();

        private Product() {}

        static Stream<Arguments> pairs() {
            List<Arguments> pairs = new ArrayList<>();
            for (int i = 0; i < MethodUnderTest.TABLE.size(); i++) {
                MethodUnderTest method = MethodUnderTest.TABLE.get(i);
                pairs.add(Arguments.argumentSet(method + " on bert", method, BackboneUnderTest.BERT));
                for (BackboneUnderTest other : others(i)) {
                    String name = "%s on %s, conformance=%s".formatted(method, other, CHOICE);
                    pairs.add(Arguments.argumentSet(name, method, other));
                }
            }
            return pairs.stream();
        }

        private static List<BackboneUnderTest> others(int method) {
            if (CHOICE.equals("all")) {
                return OTHERS;
            }
            return List.of(OTHERS.get(Math.floorMod(method + Integer.parseInt(CHOICE), OTHERS.size())));
        }
    }
}
