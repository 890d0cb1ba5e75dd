package dev.graft.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.method.Method;
import java.util.Optional;

/** One method of another library, and which of Graft's computes the same. */
interface ForeignMethod {
    /** Why no method of Graft computes what the configuration asks for; empty where one does. */
    Optional<String> refusal(JsonNode config, ModuleNames modules);

    /**
     * The method that computes the same.
     *
     * @throws IllegalArgumentException where a value is missing or senseless
     */
    Method method(JsonNode config, ModuleNames modules);

    /** Whether something of it acts in each layer by itself, which modules that layers share cannot. */
    default boolean actsInEachLayer() {
        return true;
    }

    /** A method whose options alone decide. */
    static ForeignMethod of(Options options, Mapping mapping) {
        return new ForeignMethod() {
            @Override
            public Optional<String> refusal(JsonNode config, ModuleNames modules) {
                return options.refusal(config);
            }

            @Override
            public Method method(JsonNode config, ModuleNames modules) {
                return mapping.method(config, modules);
            }
        };
    }

    /** How a configuration becomes a method. */
    interface Mapping {
        Method method(JsonNode config, ModuleNames modules);
    }
}
