package dev.graft.adapter;

import dev.graft.method.Initializer;
import dev.graft.method.Method;
import dev.graft.method.Methods;
import dev.graft.model.Backbone;
import dev.graft.model.Deltas;
import dev.graft.task.Head;
import dev.graft.tensor.Device;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import dev.graft.weights.TensorInfo;
import dev.graft.weights.TensorSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Reads an adapter's directory, strictly: every file is the one that was written, every tensor is there and no other. */
final class AdapterReader {
    private AdapterReader() {}

    static Adapter read(Path directory, Backbone backbone) {
        AdapterCard card = AdapterCard.read(directory);
        card.base()
                .requireSameAs(
                        BaseIdentity.of(card.base().name(), backbone, card.pooling()), "the adapter in " + directory);
        checkFiles(directory, card);
        Adapter adapter = empty(card, backbone, directory);
        try {
            fill(adapter, directory, backbone);
            return adapter;
        } catch (RuntimeException e) {
            adapter.close();
            throw e;
        }
    }

    private static void checkFiles(Path directory, AdapterCard card) {
        card.files().forEach((name, hash) -> {
            Path file = directory.resolve(name).normalize();
            if (!directory.normalize().equals(file.getParent())) {
                throw new AdapterException("%s: names a file outside the adapter: %s"
                        .formatted(directory.resolve(AdapterCard.FILE), name));
            }
            try {
                if (!FileHash.of(file).equals(hash)) {
                    throw new AdapterException("%s: was changed after it was saved (its SHA-256 is not the one in %s)"
                            .formatted(file, AdapterCard.FILE));
                }
            } catch (IOException e) {
                throw new AdapterException("%s: cannot read this file of the adapter: %s".formatted(file, e), e);
            }
        });
    }

    private static Adapter empty(AdapterCard card, Backbone backbone, Path directory) {
        try (Scope scope = Scope.open()) {
            Method method = Methods.fromJson(card.method());
            Head head = Head.of(
                            Tensor.zeros(
                                    Adapter.masterType(backbone),
                                    backbone.device(),
                                    card.task().outputs(),
                                    backbone.architecture().hidden()),
                            Tensor.zeros(
                                    Adapter.masterType(backbone),
                                    backbone.device(),
                                    card.task().outputs()),
                            card.headDropout())
                    .scaled(card.headScale(), card.headShift());
            Deltas deltas = new Deltas(method.deltas(backbone.architecture(), new Initializer(backbone, 0)));
            return new Adapter(
                    method, card.task(), card.pooling(), card.maxLength(), card.base(), deltas, head, card.training());
        } catch (IllegalArgumentException e) {
            throw new AdapterException(
                    "%s: its method does not fit: %s".formatted(directory.resolve(AdapterCard.FILE), e.getMessage()),
                    e);
        }
    }

    private static void fill(Adapter adapter, Path directory, Backbone backbone) {
        Map<String, Parameter> parameters = new HashMap<>();
        adapter.parameters().forEach(parameter -> parameters.put(parameter.name(), parameter));
        List<String> names = adapter.parameters().stream().map(Parameter::name).toList();
        AdapterWriter.layout(adapter, backbone, names)
                .files()
                .forEach((file, keys) -> fill(directory.resolve(file), keys, parameters));
    }

    private static void fill(Path file, Map<String, String> keys, Map<String, Parameter> parameters) {
        try (TensorSource source = TensorSource.open(file);
                Scope scope = Scope.open()) {
            Set<String> extra = new TreeSet<>(
                    source.tensors().stream().map(TensorInfo::name).toList());
            Set<String> missing = new TreeSet<>(keys.keySet());
            missing.removeAll(extra);
            extra.removeAll(keys.keySet());
            if (!missing.isEmpty() || !extra.isEmpty()) {
                throw new AdapterException("%s does not hold the tensors of its method: missing %s, unexpected %s"
                        .formatted(file, missing, extra));
            }
            keys.forEach((key, name) -> assign(
                    java.util.Objects.requireNonNull(parameters.get(name)),
                    source.read(key).to(Device.CPU),
                    file));
        }
    }

    private static void assign(Parameter parameter, Tensor values, Path file) {
        if (!Arrays.equals(parameter.value().shape(), values.shape())) {
            throw new AdapterException("%s: '%s' has shape %s, expected %s"
                    .formatted(
                            file,
                            parameter.name(),
                            Arrays.toString(values.shape()),
                            Arrays.toString(parameter.value().shape())));
        }
        if (!values.isFinite()) {
            throw new AdapterException("%s: '%s' holds NaN or infinity".formatted(file, parameter.name()));
        }
        parameter.assign(values.to(parameter.value().dtype()));
    }
}
