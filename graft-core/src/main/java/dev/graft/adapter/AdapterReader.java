package dev.graft.adapter;

import dev.graft.method.Initializer;
import dev.graft.method.Method;
import dev.graft.method.Methods;
import dev.graft.model.Backbone;
import dev.graft.model.Deltas;
import dev.graft.model.Pooling;
import dev.graft.task.Head;
import dev.graft.tensor.DType;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.io.IOException;
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
        Adapter adapter = empty(card, backbone, directory);
        try {
            fill(adapter, card, directory, backbone);
            return adapter;
        } catch (RuntimeException e) {
            adapter.close();
            throw e;
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
            Head head =
                    card.headWords().isEmpty() ? zeros(card, backbone) : Head.verbalizer(backbone, card.headWords());
            Deltas deltas = new Deltas(method.deltas(backbone.architecture(), Initializer.blank(backbone)));
            return new Adapter(
                    method, card.task(), card.pooling(), card.maxLength(), card.base(), deltas, head, card.training());
        } catch (IllegalArgumentException e) {
            throw new AdapterException(
                    "%s: its method does not fit: %s".formatted(directory.resolve(AdapterCard.FILE), e.getMessage()),
                    e);
        }
    }

    private static Head zeros(AdapterCard card, Backbone backbone) {
        DType master = backbone.dtype().master();
        int outputs = card.task().outputs();
        return Head.of(
                        Tensor.zeros(
                                master,
                                backbone.device(),
                                outputs,
                                backbone.architecture().hidden()),
                        Tensor.zeros(master, backbone.device(), outputs),
                        card.headDropout())
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
