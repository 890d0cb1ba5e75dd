package dev.graft.adapter;

import dev.graft.method.Initializer;
import dev.graft.method.Method;
import dev.graft.method.Methods;
import dev.graft.model.Backbone;
import dev.graft.model.Deltas;
import dev.graft.model.Pooling;
import dev.graft.task.Head;
import dev.graft.tensor.Parameter;
import dev.graft.weights.TensorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Reads an adapter's directory, strictly: every file is the one that was written, every tensor is there and no other. */
final class AdapterReader {
    private AdapterReader() {}

    static Adapter read(Path directory, Backbone backbone) {
        AdapterCard card = AdapterCard.read(directory);
        requirePoolingParts(card, backbone, directory);
        card.base()
                .requireSameAs(
                        BaseIdentity.of(card.base().name(), backbone, card.pooling()), "the adapter in " + directory);
        checkFiles(directory, card);
        Adapter adapter = empty(card, method(card, directory).stored(), backbone, directory);
        try {
            fill(adapter, card, directory, backbone);
            return adapter;
        } catch (RuntimeException e) {
            adapter.close();
            throw e;
        }
    }

    static Adapter readForTraining(Path directory, Backbone backbone) {
        AdapterCard card = AdapterCard.read(directory);
        Method method = method(card, directory);
        if (method.equals(method.stored())) {
            return read(directory, backbone);
        }
        requireTrainingFile(directory);
        Adapter adapter = empty(card, method, backbone, directory);
        try (Adapter stored = read(directory, backbone)) {
            Map<String, Parameter> parameters = adapter.parametersByName();
            stored.held().forEach(value -> {
                Parameter parameter = parameters.get(value.name());
                if (parameter != null) {
                    parameter.assign(value.value());
                }
            });
            Deltas made = adapter.storedDeltas();
            List<StoredTensor> onlyTrained = adapter.onlyTrained(made);
            adapter.close(made);
            new ParameterFile(directory.resolve(TensorFiles.TRAINING), onlyTrained).read(parameters);
            return adapter;
        } catch (RuntimeException e) {
            adapter.close();
            throw e;
        }
    }

    /**
     * Fills a parameter with the tensor of its name in another adapter's files.
     *
     * @throws AdapterException where there is no adapter, a file was changed, or the tensor is missing or of another shape
     */
    static void fill(Parameter parameter, Path directory) {
        AdapterCard card = AdapterCard.read(directory);
        checkFiles(directory, card);
        Path file = directory.resolve(TensorFiles.ADAPTER);
        try (TensorSource source = TensorSource.open(file)) {
            if (!source.contains(parameter.name())) {
                throw new AdapterException("%s: an adapter of '%s' has no %s to share"
                        .formatted(directory, card.method().path("method").asText(), parameter.name()));
            }
        }
        StoredTensor tensor = StoredTensor.whole(parameter.name(), parameter.name());
        new ParameterFile(file, List.of(tensor)).readAmongOthers(Map.of(parameter.name(), parameter));
    }

    private static void requireTrainingFile(Path directory) {
        if (!Files.exists(directory.resolve(TensorFiles.TRAINING))) {
            throw new AdapterException("%s is missing: without it this adapter can be used, but not trained on"
                    .formatted(directory.resolve(TensorFiles.TRAINING)));
        }
    }

    private static void requirePoolingParts(AdapterCard card, Backbone backbone, Path directory) {
        if (card.pooling() == Pooling.MASK && !backbone.architecture().tensors().containsKey(Backbone.WORD_BIAS)) {
            throw new AdapterException(
                    "the adapter in %s answers by the base's masked-LM head, but the base was opened without it"
                            .formatted(directory));
        }
        if (card.pooling() == Pooling.POOLER
                && !backbone.architecture().tensors().containsKey("pooler.weight")) {
            throw new AdapterException(
                    "the adapter in %s reads the base's pooler, but the open base has none".formatted(directory));
        }
    }

    private static void checkFiles(Path directory, AdapterCard card) {
        card.files().forEach((name, hash) -> {
            if (!AdapterWriter.FILES.contains(name)) {
                throw new AdapterException("%s: names a file that no adapter has: %s"
                        .formatted(directory.resolve(AdapterCard.FILE), name));
            }
            Path file = directory.resolve(name);
            if (name.equals(TensorFiles.TRAINING) && !Files.exists(file)) {
                return; // whoever only uses the adapter may leave it away
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

    private static Method method(AdapterCard card, Path directory) {
        try {
            return Methods.fromJson(card.method());
        } catch (IllegalArgumentException e) {
            throw doesNotFit(directory, e);
        }
    }

    private static AdapterException doesNotFit(Path directory, IllegalArgumentException e) {
        return new AdapterException(
                "%s: its method does not fit: %s".formatted(directory.resolve(AdapterCard.FILE), e.getMessage()), e);
    }

    private static Adapter empty(AdapterCard card, Method method, Backbone backbone, Path directory) {
        try {
            Head head =
                    card.headWords().isEmpty() ? zeros(card, backbone) : Head.verbalizer(backbone, card.headWords());
            Deltas deltas = new Deltas(method.deltas(backbone.architecture(), Initializer.blank(backbone)));
            return new Adapter(
                    method, card.task(), card.pooling(), card.maxLength(), card.base(), deltas, head, card.training());
        } catch (IllegalArgumentException e) {
            throw doesNotFit(directory, e);
        }
    }

    private static Head zeros(AdapterCard card, Backbone backbone) {
        return Head.zeros(
                        card.task().outputs(),
                        backbone.architecture().hidden(),
                        backbone.dtype().master(),
                        backbone.device(),
                        card.headDropout(),
                        card.headActivation(),
                        card.headNormEpsilon())
                .scaled(card.headScale(), card.headShift());
    }

    private static void fill(Adapter adapter, AdapterCard card, Path directory, Backbone backbone) {
        Map<String, Parameter> parameters = adapter.parametersByName();
        AdapterWriter.layout(adapter, backbone, List.copyOf(parameters.keySet()))
                .files()
                .forEach((name, tensors) -> {
                    if (!card.files().containsKey(name)) {
                        throw new AdapterException(
                                "%s: has no SHA-256 of %s".formatted(directory.resolve(AdapterCard.FILE), name));
                    }
                    new ParameterFile(directory.resolve(name), tensors).read(parameters);
                });
    }
}
