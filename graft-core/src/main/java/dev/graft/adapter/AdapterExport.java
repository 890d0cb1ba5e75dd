package dev.graft.adapter;

import dev.graft.method.Initializer;
import dev.graft.method.Method;
import dev.graft.method.PTuning;
import dev.graft.method.Prefix;
import dev.graft.method.Prompt;
import dev.graft.model.Backbone;
import dev.graft.model.Batch;
import dev.graft.model.Deltas;
import dev.graft.model.Mode;
import dev.graft.model.Pooling;
import dev.graft.task.Head;
import dev.graft.tensor.Gradients;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.RandomSource;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes an adapter in the files of another library, where that computes the same. What was written is read back as the
 * library reads it, and is thrown away where its outputs for a few tokens are not those of the adapter: so whatever a
 * configuration of the library's cannot say is refused, and no wrong adapter leaves.
 *
 * <p>A library's head reads the pooler or the first position. An adapter whose head reads another vector is written as one of
 * the bare model, with the head beside it in {@code head.safetensors}, as {@link Adapter#save} does for PEFT.
 */
public final class AdapterExport {
    /** Whose files. */
    public enum Format {
        PEFT,
        ADAPTERHUB
    }

    private static final String HUB_TENSORS = "pytorch_adapter.bin";
    private static final String HUB_HEAD = "pytorch_model_head.bin";

    /** Two texts of different lengths, short enough for any base. */
    private static final List<int[]> PROBE = List.of(new int[] {5, 11, 7, 3}, new int[] {9, 2});

    private static final double EQUAL = 1e-4;
    private static final double SHIFT = 0.1;

    private final Adapter adapter;
    private final Backbone backbone;
    private final Head head;
    private final Deltas deltas;

    private AdapterExport(Adapter adapter, Backbone backbone, Head head, Deltas deltas) {
        this.adapter = adapter.described(head, adapter.training());
        this.backbone = backbone;
        this.head = head;
        this.deltas = deltas;
    }

    /**
     * Writes a directory, whole or not at all.
     *
     * @param name the adapter's name, which AdapterHub's keys carry
     * @return whether the library's own head is among the files; else it lies in {@code head.safetensors}
     * @throws AdapterException where the library does not compute the same, with the reason; or the place is taken
     */
    public static boolean write(Adapter adapter, Backbone backbone, Format format, String name, Path directory) {
        if (!adapter.head().words().isEmpty() || adapter.pooling() == Pooling.ANSWER) {
            throw new AdapterException("the adapter answers at a template's [MASK] with a word for each label, which"
                    + " neither library's files can say: it cannot be exported");
        }
        if (name.isBlank() || name.contains(".")) {
            throw new AdapterException("an adapter's name must not be blank or hold a point: '%s'".formatted(name));
        }
        AdapterDirectory place = new AdapterDirectory(directory);
        Deltas stored = adapter.storedDeltas();
        // The libraries have no unit of a regression's outputs: it goes into the last layer.
        try (Head plain = adapter.head().folded()) {
            // Zeros and small numbers hide what the library does otherwise, so other numbers go first.
            Deltas moved = moved(adapter.method().stored(), backbone);
            try {
                place.write(fresh -> {
                    new AdapterExport(adapter, backbone, plain, moved).writeEqual(fresh, format, name);
                    new AdapterExport(adapter, backbone, plain, stored).writeEqual(fresh, format, name);
                });
            } finally {
                moved.held().forEach(Parameter::close);
            }
        } finally {
            adapter.close(stored);
        }
        return !place.holds(TensorFiles.HEAD);
    }

    /** The deltas of a method with numbers in every tensor that nothing hides behind. */
    private static Deltas moved(Method method, Backbone backbone) {
        Deltas deltas = new Deltas(method.deltas(backbone.architecture(), Initializer.blank(backbone)));
        try (Scope scope = Scope.open();
                Gradients off = Gradients.off()) {
            RandomSource random = new RandomSource(0);
            for (Parameter parameter : deltas.held()) {
                Tensor value = parameter.value();
                parameter.assign(value.plus(
                        random.at(parameter.name()).normal(SHIFT, value.shape()).to(value.device())));
            }
            return deltas;
        } catch (RuntimeException e) {
            deltas.held().forEach(Parameter::close);
            throw e;
        }
    }

    /** Writes the files and reads them back. */
    private void writeEqual(Path fresh, Format format, String name) throws IOException {
        switch (format) {
            case PEFT -> peft(fresh);
            case ADAPTERHUB -> adapterHub(fresh, name);
        }
        requireEqual(fresh, format);
    }

    private void peft(Path directory) throws IOException {
        Method method = adapter.method().stored();
        if (!PeftFormat.covers(method, backbone) && !takesPositions(method)) {
            throw refused("PEFT has no method that computes the same", Format.PEFT);
        }
        PeftFormat peft = PeftFormat.of(
                method, backbone, adapter.pooling(), head, adapter.base().name());
        Map<String, Parameter> parameters = parameters();
        List<String> names = List.copyOf(parameters.keySet());
        TensorFiles files = peft.files(names);
        files.files().forEach((file, tensors) -> new ParameterFile(directory.resolve(file), tensors).write(parameters));
        AdapterWriter.writeText(
                directory.resolve(AdapterWriter.PEFT_CONFIG), peft.config(names).toPrettyString());
    }

    private static boolean takesPositions(Method method) {
        return method instanceof Prefix
                || method instanceof Prompt
                || (method instanceof PTuning rows && rows.template() == null);
    }

    private void adapterHub(Path directory, String name) throws IOException {
        AdapterHubExport hub = new AdapterHubExport(adapter, backbone);
        var config = hub.config()
                .orElseThrow(() -> refused("AdapterHub has no method that computes the same", Format.ADAPTERHUB));
        AdapterWriter.writeText(
                directory.resolve(AdapterWriter.PEFT_CONFIG),
                hub.file(name, config).toPrettyString());
        Map<String, Parameter> parameters = parameters();
        List<String> names = deltas.held().stream().map(Parameter::name).toList();
        new ParameterFile(directory.resolve(HUB_TENSORS), hubTensors(names, name)).write(parameters);
        if (adapter.pooling() == Pooling.MEAN) {
            List<StoredTensor> own = head.parameters().stream()
                    .map(parameter -> StoredTensor.whole(parameter.name(), parameter.name()))
                    .toList();
            new ParameterFile(directory.resolve(TensorFiles.HEAD), own).write(parameters);
            return;
        }
        var description = hub.file(name, hub.head());
        AdapterWriter.writeText(directory.resolve(ForeignFiles.HEAD_CONFIG), description.toPrettyString());
        new ParameterFile(
                        directory.resolve(HUB_HEAD),
                        ForeignHead.flexible(description).tensors())
                .write(parameters);
    }

    /** What the library's files hold: what a network made in training rather than the network. */
    private Map<String, Parameter> parameters() {
        Map<String, Parameter> parameters = new LinkedHashMap<>();
        deltas.held().forEach(parameter -> parameters.put(parameter.name(), parameter));
        head.parameters().forEach(parameter -> parameters.put(parameter.name(), parameter));
        return parameters;
    }

    private List<StoredTensor> hubTensors(List<String> parameters, String name) {
        try {
            return KeyTable.ADAPTERHUB.tensors(
                    adapter.method().stored(), parameters, ModuleNames.withHead(backbone), name);
        } catch (IllegalArgumentException e) {
            throw refused("AdapterHub has no tensors for it: " + e.getMessage(), Format.ADAPTERHUB);
        }
    }

    /** Reads back what was written, and runs both. */
    private void requireEqual(Path directory, Format format) {
        Deltas written;
        try {
            written = ForeignAdapter.deltas(directory, backbone);
        } catch (AdapterException e) {
            throw refused(
                    "it would not come back: " + String.valueOf(e.getMessage()).replace(directory + "/", ""), format);
        }
        try (Scope scope = Scope.open();
                Gradients off = Gradients.off()) {
            double[] ours = outputs(deltas);
            double[] theirs = outputs(written);
            if (IntStream.range(0, ours.length).anyMatch(i -> !(Math.abs(ours[i] - theirs[i]) <= EQUAL))) {
                throw refused("it would compute other outputs there", format);
            }
        } finally {
            written.held().forEach(Parameter::close);
        }
    }

    private double[] outputs(Deltas acting) {
        Batch batch =
                Batch.of(PROBE, PROBE.stream().map(text -> new int[text.length]).toList(), 0, backbone.device());
        Tensor pooled = backbone.pool(
                backbone.forward(batch, adapter.pooling(), acting, Mode.EVALUATION),
                adapter.pooling(),
                acting,
                Mode.EVALUATION);
        return head.apply(pooled, Mode.EVALUATION).toDoubles();
    }

    private AdapterException refused(String what, Format format) {
        String why = difference(adapter.method(), format);
        return new AdapterException("%s cannot be exported to %s: %s%s"
                .formatted(
                        adapter.method().name(),
                        format.name().toLowerCase(Locale.ROOT),
                        what,
                        why == null ? "" : "; " + why));
    }

    private static @Nullable String difference(Method method, Format format) {
        if (format == Format.ADAPTERHUB) {
            return AdapterHubExport.difference(method);
        }
        return switch (method) {
            case Prefix prefix -> "PEFT moves the text's positions behind the prefix: train with positions=shifted";
            case Prompt prompt ->
                "PEFT puts a prompt before the text's first token, among the word embeddings:"
                        + " train with place=before_cls,stage=input";
            case PTuning rows
            when rows.template() != null ->
                "PEFT has no templates, and puts pseudo tokens before the text: train without one";
            default -> null;
        };
    }
}
