package dev.graft;

import dev.graft.adapter.Adapter;
import dev.graft.adapter.AdapterException;
import dev.graft.adapter.Merged;
import dev.graft.hub.BaseExport;
import dev.graft.hub.BaseFiles;
import dev.graft.method.Method;
import dev.graft.method.Methods;
import dev.graft.model.Backbone;
import dev.graft.model.Families;
import dev.graft.model.ModelException;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Precision;
import dev.graft.tensor.Tensor;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Writes a base that has taken up an adapter: an ordinary directory in Hugging Face layout, which any program opens as a
 * base, and within it the folder {@value #HEAD}, an adapter of the method {@code head} on that very base, which answers what the
 * adapter answered.
 */
public final class MergedBase {
    /** The folder of the head's adapter. */
    public static final String HEAD = "head";

    private MergedBase() {}

    /**
     * Writes the directory, whole or not at all. Tensors that change are written in single precision, the others as they are.
     *
     * @param base the files of the adapter's base, which stay as they are
     * @param adapter the adapter's directory
     * @param directory absent, or empty
     * @throws AdapterException where the adapter does not merge, naming the methods that do, or belongs to another base
     * @throws dev.graft.hub.HubException where the place holds something or cannot be written
     */
    public static void write(BaseFiles base, Path adapter, Path directory) {
        BaseExport.refuseWhereSomethingIs(directory);
        try (Base open = Base.open(base, Precision.FP32, Device.CPU);
                Adapter loaded = open.load(adapter);
                Merged merged = loaded.merge(open.backbone()).orElseThrow(() -> refusal(adapter, loaded.method()))) {
            BaseExport.write(
                    base,
                    directory,
                    huggingFace(merged, open.backbone()),
                    written -> writeHead(loaded, written, directory));
        }
    }

    private static AdapterException refusal(Path adapter, Method method) {
        String mergeable =
                Methods.all().stream().filter(Method::merges).map(Method::name).collect(Collectors.joining(", "));
        return new AdapterException(
                "%s: a base's tensors cannot take up '%s', which computes beside them; those that merge are %s"
                        .formatted(adapter, method.name(), mergeable));
    }

    private static Map<String, Tensor> huggingFace(Merged merged, Backbone backbone) {
        Map<String, Tensor> tensors = new HashMap<>();
        merged.tensors().forEach((name, value) -> {
            if (tensors.put(backbone.huggingFaceName(name), value) != null) {
                throw new ModelException("%s serves several layers of this base, which the adapter changes apart"
                        .formatted(backbone.huggingFaceName(name)));
            }
        });
        return tensors;
    }

    private static void writeHead(Adapter adapter, BaseFiles written, Path directory) {
        String name = directory.toAbsolutePath().normalize().toString();
        try (Backbone backbone = Families.open(
                        written.config(), written.weights(), adapter.pooling(), DType.FLOAT32, Device.CPU);
                Adapter head = adapter.headOn(backbone, name)) {
            head.save(written.config().resolveSibling(HEAD), backbone);
        }
    }
}
