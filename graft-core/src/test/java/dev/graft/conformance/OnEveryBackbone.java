package dev.graft.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs a test with {@code (MethodUnderTest, BackboneUnderTest)} for every method on every backbone. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "{0} on {1}")
@MethodSource("dev.graft.conformance.OnEveryBackbone$Product#pairs")
@interface OnEveryBackbone {
    /** The pairs. */
    final class Product {
        private Product() {}

        static Stream<Arguments> pairs() {
            return MethodUnderTest.TABLE.stream()
                    .flatMap(method ->
                            Arrays.stream(BackboneUnderTest.values()).map(backbone -> Arguments.of(method, backbone)));
        }
    }
}
