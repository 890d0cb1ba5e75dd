package dev.graft.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.method.Gated.Mean;
import dev.graft.method.Lora;
import dev.graft.method.Mam;
import dev.graft.method.Method;
import dev.graft.method.Pfeiffer;
import dev.graft.method.Prefix;
import dev.graft.method.Scale;
import dev.graft.method.ScaledParallel;
import dev.graft.method.UniPelt;
import dev.graft.method.UniPelt.Gates;
import dev.graft.method.UniPelt.Part;
import dev.graft.method.Union;
import dev.graft.model.Activation;
import dev.graft.model.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * AdapterHub's unions (formats.md 2.2.6): a prefix with a parallel adapter is MAM, gated parts are UniPELT's, and any other is
 * the union of its parts.
 */
final class AdapterHubUnion implements ForeignMethod {
    private static final Set<String> QUERY_AND_VALUE = Set.of(Role.QUERY.path(), Role.VALUE.path());

    @Override
    public Optional<String> refusal(JsonNode config, ModuleNames modules) {
        for (JsonNode part : config.path("configs")) {
            String architecture = AdapterHubMethods.architecture(part);
            ForeignMethod method = AdapterHubMethods.BY_ARCHITECTURE.get(architecture);
            if (method == null) {
                return Optional.of(architecture + " is not built yet");
            }
            Optional<String> refusal = method.refusal(withoutGate(part), modules);
            if (refusal.isPresent()) {
                return refusal.map(reason -> (architecture.isEmpty() ? "bottleneck" : architecture) + ": " + reason);
            }
        }
        return hasAGate(config) && uniPelt(config, modules) == null
                ? Optional.of("gates on other parts than UniPELT's, or on some of them only, are not built yet")
                : Optional.empty();
    }

    /** A bottleneck computes its gate itself; those of a prefix and of LoRA are UniPELT's. */
    private static JsonNode withoutGate(JsonNode part) {
        ObjectNode copy = part.deepCopy();
        return AdapterHubMethods.architecture(part).isEmpty() ? copy : copy.put("use_gating", false);
    }

    private static boolean hasAGate(JsonNode config) {
        return StreamSupport.stream(config.path("configs").spliterator(), false)
                .anyMatch(part -> !AdapterHubMethods.architecture(part).isEmpty()
                        && part.path("use_gating").asBoolean());
    }

    @Override
    public Method method(JsonNode config, ModuleNames modules) {
        UniPelt uniPelt = hasAGate(config) ? uniPelt(config, modules) : null;
        if (uniPelt != null) {
            return uniPelt;
        }
        List<Method> parts = parts(config, modules);
        Mam mam = mam(parts);
        return mam == null ? new Union(parts) : mam;
    }

    private static List<Method> parts(JsonNode config, ModuleNames modules) {
        List<Method> parts = new ArrayList<>();
        for (JsonNode part : config.path("configs")) {
            ForeignMethod method = AdapterHubMethods.BY_ARCHITECTURE.get(AdapterHubMethods.architecture(part));
            if (method == null) {
                throw new IllegalArgumentException(AdapterHubMethods.architecture(part) + " is not built yet");
            }
            Method own = method.method(withoutGate(part), modules);
            parts.addAll(own instanceof Union union ? union.methods() : List.of(own)); // with an invertible adapter
        }
        return parts;
    }

    private static @Nullable Mam mam(List<Method> parts) {
        return parts.size() == 2
                        && parts.get(0) instanceof Prefix prefix
                        && prefix.dropout() == 0
                        && parts.get(1) instanceof ScaledParallel adapter
                        && adapter.scale() instanceof Scale.Fixed scale
                        && adapter.activation() == Activation.RELU
                        && adapter.sites().equals(List.of(ScaledParallel.Place.FFN))
                ? new Mam(prefix.length(), adapter.bottleneck(), scale.factor(), network(prefix))
                : null;
    }

    /** UniPELT where every part is one of its three and gated, else null. */
    private static @Nullable UniPelt uniPelt(JsonNode config, ModuleNames modules) {
        for (JsonNode part : config.path("configs")) {
            if (!part.path("use_gating").asBoolean()
                    || !part.path("shared_gating").asBoolean(true)) {
                return null;
            }
        }
        List<Part> parts = new ArrayList<>();
        Integer bottleneck = null;
        Integer length = null;
        Integer mlp = null;
        Integer rank = null;
        for (Method method : parts(config, modules)) {
            if (method instanceof Pfeiffer adapter && isPlain(adapter)) {
                parts.add(Part.ADAPTER);
                bottleneck = adapter.bottleneck();
            } else if (method instanceof Prefix prefix && prefix.dropout() == 0) {
                parts.add(Part.PREFIX);
                length = prefix.length();
                mlp = network(prefix);
            } else if (method instanceof Lora lora && isPlain(lora)) {
                parts.add(Part.LORA);
                rank = lora.rank();
            } else {
                return null;
            }
        }
        return new UniPelt(parts, bottleneck, length, mlp, rank, Gates.LEGACY);
    }

    /** The width of a prefix's network; 0 for none. */
    private static int network(Prefix prefix) {
        return prefix.mlp() == null ? 0 : prefix.mlp();
    }

    private static boolean isPlain(Pfeiffer adapter) {
        Pfeiffer plain = Pfeiffer.DEFAULT;
        return adapter.equals(new Pfeiffer(
                adapter.bottleneck(), plain.activation(), plain.sites(), plain.reads(), plain.norms(), Mean.LEGACY));
    }

    private static boolean isPlain(Lora lora) {
        return lora.dropout() == 0
                && lora.layers().isEmpty()
                && Set.copyOf(lora.targets()).equals(QUERY_AND_VALUE);
    }
}
