package dev.graft.adapter;

import dev.graft.tensor.Device;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import dev.graft.weights.SafetensorsWriter;
import dev.graft.weights.TensorInfo;
import dev.graft.weights.TensorSource;
import dev.graft.weights.TorchWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * A file of an adapter's tensors.
 *
 * @param file where it is
 * @param tensors what it holds
 */
record ParameterFile(Path file, List<StoredTensor> tensors) {
    /**
     * Fills parameters with the file's values, strictly: every tensor is there and no other.
     *
     * @param parameters by name
     * @throws AdapterException where a tensor is missing, unexpected, of another shape, or not finite
     */
    void read(Map<String, Parameter> parameters) {
        try (TensorSource source = TensorSource.open(file)) {
            Set<String> unexpected = new TreeSet<>();
            for (TensorInfo info : source.tensors()) {
                if (tensors.stream().noneMatch(tensor -> tensor.isNamed(info.name()))) {
                    unexpected.add(info.name());
                }
            }
            read(source, parameters, unexpected);
        }
    }

    /** Fills parameters from a file that may hold other tensors too, such as a base's; else as {@link #read}. */
    void readAmongOthers(Map<String, Parameter> parameters) {
        try (TensorSource source = TensorSource.open(file)) {
            read(source, parameters, Set.of());
        }
    }

    private void read(TensorSource source, Map<String, Parameter> parameters, Set<String> unexpected) {
        List<String> names = new ArrayList<>();
        Set<String> missing = new TreeSet<>();
        for (StoredTensor tensor : tensors) {
            String name = nameIn(source, tensor);
            names.add(name);
            if (!source.contains(name)) {
                missing.add(name);
            }
        }
        if (!missing.isEmpty() || !unexpected.isEmpty()) {
            throw new AdapterException("%s does not hold the tensors of its method: missing %s, unexpected %s"
                    .formatted(file, missing, unexpected));
        }
        for (int i = 0; i < names.size(); i++) {
            assign(tensors.get(i), names.get(i), source, parameters);
        }
    }

    private static String nameIn(TensorSource source, StoredTensor tensor) {
        return tensor.names().filter(source::contains).findFirst().orElse(tensor.key());
    }

    private void assign(StoredTensor tensor, String name, TensorSource source, Map<String, Parameter> parameters) {
        try (Scope scope = Scope.open()) {
            List<Parameter> held = tensor.parameters().stream()
                    .map(parameter -> Objects.requireNonNull(parameters.get(parameter), parameter))
                    .toList();
            long[] shape = held.getFirst().value().shape();
            Tensor values = source.read(name).to(Device.CPU);
            if (!Arrays.equals(tensor.shape(shape), values.shape())) {
                throw new AdapterException("%s: '%s' has shape %s, expected %s"
                        .formatted(file, name, Arrays.toString(values.shape()), Arrays.toString(tensor.shape(shape))));
            }
            if (!values.isFinite()) {
                throw new AdapterException("%s: '%s' holds NaN or infinity".formatted(file, name));
            }
            for (int i = 0; i < held.size(); i++) {
                held.get(i)
                        .assign(tensor.part(values, i, shape)
                                .to(held.get(i).value().dtype()));
            }
        }
    }

    /**
     * Writes the file with the parameters' values: safetensors as PEFT marks its own, or PyTorch's format for a {@code .bin}.
     *
     * @param parameters by name
     */
    void write(Map<String, Parameter> parameters) {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> values = new LinkedHashMap<>();
            for (StoredTensor tensor : tensors) {
                values.put(
                        tensor.key(),
                        tensor.join(tensor.parameters().stream()
                                .map(name -> Objects.requireNonNull(parameters.get(name), name)
                                        .value())
                                .toList()));
            }
            if (file.toString().endsWith(".bin")) {
                TorchWriter.write(file, values);
            } else {
                SafetensorsWriter.write(file, values, Map.of("format", "pt"));
            }
        }
    }
}
