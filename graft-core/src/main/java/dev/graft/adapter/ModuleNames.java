package dev.graft.adapter;

import dev.graft.model.Backbone;
import dev.graft.model.Pooling;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
     * @param pooling what the classification head reads
     */
    private record Family(String prefix, String layer, Map<String, String> places, Pooling pooling) {}

    private static final Map<String, Family> FAMILIES = Map.of(
            "bert",
            new Family(
                    "bert.",
                    "encoder.layer.%s.",
                    Map.of(
                            "attention", "attention.output",
                            "ffn", "output",
                            "attention.heads", "attention.self"),
                    Pooling.POOLER));

    private static final Pattern IN_LAYER = Pattern.compile("layer\\.(\\d+)\\.(.+)");

    /** The names in transformers' model with a classification head. */
    static ModuleNames withHead(Backbone backbone) {
        return new ModuleNames(backbone, true);
    }

    /** The names in the bare model. */
    static ModuleNames bare(Backbone backbone) {
        return new ModuleNames(backbone, false);
    }

    /** Whether the names of this family are known; without, no other method answers. */
    boolean isKnown() {
        return FAMILIES.containsKey(backbone.architecture().family());
    }

    /** What stands before every name. */
    String prefix() {
        return isWithHead ? family().prefix() : "";
    }

    /** What transformers' classification head reads. */
    Pooling pooling() {
        return family().pooling();
    }

    private Family family() {
        String name = backbone.architecture().family();
        Family family = FAMILIES.get(name);
        if (family == null) {
            throw new AdapterException("the libraries' names for a '%s' are not built yet; those for %s are"
                    .formatted(name, FAMILIES.keySet()));
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
