package dev.graft.method;

import dev.graft.model.Architecture;
import dev.graft.model.Backbone;
import dev.graft.model.Delta;
import dev.graft.model.Replacement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Base tensors that train as the adapter's own copies: what layernorm, bitfit, top-k and full have in common. */
final class Unfrozen {
    private Unfrozen() {}

    static List<Delta> copies(Collection<String> baseTensors, Initializer start) {
        List<Delta> deltas = new ArrayList<>();
        for (String tensor : baseTensors) {
            deltas.add(new Replacement(tensor, start.copyOf(tensor)));
        }
        return deltas;
    }

    /** Weight and bias of every normalisation. */
    static List<String> norms(Architecture base) {
        return base.norms().stream()
                .flatMap(norm -> List.of(norm.path() + ".weight", norm.path() + ".bias").stream())
                .toList();
    }

    /** Every tensor but the bias over the words, which a masked-LM head takes from the frozen base, with its words. */
    static List<String> all(Architecture base) {
        return base.tensors().keySet().stream()
                .filter(name -> !name.equals(Backbone.WORD_BIAS))
                .toList();
    }

    /** Every bias, the normalisations' too. */
    static List<String> biases(Architecture base) {
        return all(base).stream().filter(name -> name.endsWith(".bias")).toList();
    }

    static long count(Collection<String> baseTensors, Architecture base) {
        return baseTensors.stream().mapToLong(base::elements).sum();
    }
}
