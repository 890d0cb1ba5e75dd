package dev.graft.adapter;

import dev.graft.model.Backbone;
import dev.graft.model.Pooling;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What transformers calls the places of an open base.
 *
 * @param backbone the base
 * @param isWithHead whether in a model with a classification head, where the family's prefix stands before every name, or in
 *     the bare one
 */
record ModuleNames(Backbone backbone, boolean isWithHead) {
    /**
     * The names of one family.
     *
     * @param prefix before the names of a model with a head
     * @param layer the path of a layer
     * @param places by Graft's name, those sites within a layer that have no tensors of their own
     * @param pooling what the classification head reads, where it is one linear layer as Graft's is
     */
    private record Family(
            String prefix,
            String layer,
            Map<String, String> places,
            @Nullable Pooling pooling) {}

    private static final Map<String, String> BERT_PLACES = Map.of(
            "attention", "attention.output",
            "ffn", "output",
            "attention.heads", "attention.self");

    private static final Map<String, Family> FAMILIES = Map.of(
            "bert", new Family("bert.", "encoder.layer.%s.", BERT_PLACES, Pooling.POOLER),
            "roberta", new Family("roberta.", "encoder.layer.%s.", BERT_PLACES, null),
            "electra", new Family("electra.", "encoder.layer.%s.", BERT_PLACES, null),
            "distilbert",
                    new Family(
                            "distilbert.",
                            "transformer.layer.%s.",
                            Map.of(
                                    "attention", "attention_adapters",
                                    "ffn", "output_adapters",
                                    "attention.heads", "attention"),
                            null));

    private static final Pattern IN_LAYER = Pattern.compile("layer\\.(\\d+)\\.(.+)");

    /** The names in transformers' model with a classification head. */
    static ModuleNames withHead(Backbone backbone) {
        return new ModuleNames(backbone, true);
    }

    /** The names in the bare model. */
    static ModuleNames bare(Backbone backbone) {
        return new ModuleNames(backbone, false);
    }

    /** Why the libraries have no names for the places of this base; empty where they have. */
    Optional<String> refusal() {
        String family = backbone.architecture().family();
        if (FAMILIES.containsKey(family)) {
            return Optional.empty();
        }
        return Optional.of(
                backbone.architecture().shared().isEmpty()
                        ? "the libraries' names for a %s are not built; those for %s are"
                                .formatted(family, new TreeSet<>(FAMILIES.keySet()))
                        : "the layers of the family %s share their modules, so the libraries change all layers at once, and Graft each one"
                                .formatted(family));
    }

    /** What stands before every name. */
    String prefix() {
        return isWithHead ? family().prefix() : "";
    }

    /** What transformers' classification head reads; empty where that head is not one linear layer, as Graft's is. */
    Optional<Pooling> pooling() {
        return Optional.ofNullable(family().pooling());
    }

    private Family family() {
        Family family = FAMILIES.get(backbone.architecture().family());
        if (family == null) {
            throw new AdapterException(refusal().orElse(""));
        }
        return family;
    }

    /** The module at a site, given by its path. */
    String of(String site) {
        Matcher inLayer = IN_LAYER.matcher(site);
        if (inLayer.matches() && family().places().containsKey(inLayer.group(2))) {
            return prefix()
                    + family().layer().formatted(inLayer.group(1))
                    + family().places().get(inLayer.group(2));
        }
        String weight = backbone.huggingFaceName(site + ".weight");
        return prefix() + weight.substring(0, weight.length() - ".weight".length());
    }
}
