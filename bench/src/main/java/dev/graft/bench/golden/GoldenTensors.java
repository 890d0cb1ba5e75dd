package dev.graft.bench.golden;

import dev.graft.adapter.Adapter;
import dev.graft.adapter.StoredTensor;
import dev.graft.model.Batch;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import dev.graft.weights.TensorInfo;
import dev.graft.weights.TensorSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A file of inputs and results, where an adapter's tensors have the library's names behind a word such as {@code grad.} The
 * tensors that it gives belong to the innermost scope.
 */
record GoldenTensors(TensorSource source) {
    private static final String ENCODER = "prompt_encoder.default.";

    /** The batch whose tensors are named so; where it says nothing of types, every token is of type 0. */
    Batch batch(String prefix) {
        Tensor ids = source.read(prefix + "input_ids");
        String types = prefix + "token_type_ids";
        return new Batch(
                ids,
                source.contains(types) ? source.read(types) : Tensor.zeros(DType.INT64, Device.CPU, ids.shape()),
                source.read(prefix + "attention_mask"));
    }

    /** Hands over each tensor whose name begins so, with what the adapter has in its place. */
    void forEach(String prefix, List<StoredTensor> names, BiConsumer<Tensor, StoredTensor> action) {
        for (TensorInfo info : source.tensors()) {
            if (info.name().startsWith(prefix)) {
                String name = info.name().substring(prefix.length());
                if (isOfAnEncoder(name)) {
                    continue;
                }
                StoredTensor stored = names.stream()
                        .filter(tensor -> tensor.isNamed(name))
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException(
                                "%s: the adapter has no tensor '%s'".formatted(source.file(), name)));
                action.accept(source.read(info.name()), stored);
            }
        }
    }

    /**
     * Whether this is the gradient of something that PEFT trains and does not store: the encoder of a prompt, of which only
     * the outputs are in the adapter's file.
     */
    private boolean isOfAnEncoder(String name) {
        return name.startsWith(ENCODER)
                && source.tensors().stream()
                        .map(TensorInfo::name)
                        .anyMatch(other ->
                                other.contains(ENCODER + "mlp_head.") || other.contains(ENCODER + "transform."));
    }

    /** Compares each tensor whose name begins so with what the adapter has in its place. */
    void compare(
            String prefix,
            Adapter adapter,
            List<StoredTensor> names,
            Function<Parameter, Tensor> computed,
            Tolerance tolerance,
            Deviations deviations) {
        Map<String, Parameter> parameters = parameters(adapter);
        forEach(
                prefix,
                names,
                (expected, stored) -> deviations.compare(
                        prefix + stored.key(),
                        stored.join(stored.parameters().stream()
                                .map(name -> computed.apply(Objects.requireNonNull(parameters.get(name))))
                                .toList()),
                        expected,
                        tolerance.on(stored)));
    }

    /** Sets every parameter of the adapter to the tensors whose names begin so. */
    void assign(String prefix, Adapter adapter, List<StoredTensor> names) {
        Map<String, Parameter> rest = parameters(adapter);
        forEach(prefix, names, (values, stored) -> {
            for (int i = 0; i < stored.parameters().size(); i++) {
                Parameter parameter =
                        Objects.requireNonNull(rest.remove(stored.parameters().get(i)));
                parameter.assign(stored.part(values, i, parameter.value().shape()));
            }
        });
        if (!rest.isEmpty()) {
            throw new IllegalStateException("%s: no '%s' of %s".formatted(source.file(), prefix, rest.keySet()));
        }
    }

    private static Map<String, Parameter> parameters(Adapter adapter) {
        return adapter.parameters().stream()
                .collect(Collectors.toMap(Parameter::name, parameter -> parameter, (a, b) -> a, LinkedHashMap::new));
    }
}
