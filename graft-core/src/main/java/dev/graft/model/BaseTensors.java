package dev.graft.model;

import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import dev.graft.weights.TensorInfo;
import dev.graft.weights.TensorSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The frozen tensors of a base by canonical name: layers in the compute type, normalisations in full precision. */
final class BaseTensors implements AutoCloseable {
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, String> shared = new LinkedHashMap<>();
    private final DType dtype;
    private final Device device;

    BaseTensors(DType dtype, Device device) {
        this.dtype = dtype;
        this.device = device;
    }

    /**
     * Reads one tensor.
     *
     * @throws ModelException where it is missing, of another shape, or not finite
     */
    void read(TensorSource source, String sourceName, String name, List<Long> shape) {
        TensorInfo info = source.info(sourceName);
        if (!info.shape().equals(shape)) {
            throw new ModelException("%s: tensor '%s' has shape %s, but config.json makes it %s"
                    .formatted(source.file(), sourceName, info.shape(), shape));
        }
        try (Scope scope = Scope.open()) {
            Tensor values = source.read(sourceName);
            if (!values.isFinite()) {
                throw new ModelException("%s: tensor '%s' holds NaN or infinity; fetch the file again"
                        .formatted(source.file(), sourceName));
            }
            tensors.put(
                    name,
                    values.to(name.contains("norm.") ? dtype.master() : dtype)
                            .to(device)
                            .contiguous()
                            .retain());
        }
    }

    /** Gives a tensor one more name. */
    void share(String alias, String name) {
        shared.put(alias, name);
    }

    /** The name under which a tensor lies here. */
    String canonical(String name) {
        return shared.getOrDefault(name, name);
    }

    /** By its other names, the name of each tensor that has any. */
    Map<String, String> shared() {
        return shared;
    }

    DType dtype() {
        return dtype;
    }

    Device device() {
        return device;
    }

    boolean contains(String name) {
        return tensors.containsKey(name);
    }

    Tensor get(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new ModelException("this base has no tensor '" + name + "'");
        }
        return tensor;
    }

    Map<String, List<Long>> shapes() {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        tensors.forEach((name, tensor) ->
                shapes.put(name, Arrays.stream(tensor.shape()).boxed().toList()));
        return shapes;
    }

    @Override
    public void close() {
        tensors.values().forEach(Tensor::close);
    }
}
