package dev.graft.adapter;

import dev.graft.model.Activation;
import dev.graft.model.Backbone;
import dev.graft.model.Pooling;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
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
     * @param prefixes what AdapterHub calls the prefixes of its attention
     * @param classifier the classification head
     */
    private record Family(
            String prefix, String layer, Map<String, String> places, String prefixes, Classifier classifier) {}

    private static final Map<String, String> BERT_PLACES = Map.of(
            "attention", "attention.output",
            "ffn", "output",
            "attention.heads", "attention.self");

    private static final String SELF_PREFIX = "self_prefix";

    private static final Map<String, Family> FAMILIES = Map.of(
            "bert", new Family("bert.", "encoder.layer.%s.", BERT_PLACES, SELF_PREFIX, Classifier.ON_THE_POOLER),
            "roberta",
                    new Family(
                            "roberta.",
                            "encoder.layer.%s.",
                            BERT_PLACES,
                            SELF_PREFIX,
                            Classifier.ofTwoLayers(Activation.TANH)),
            "electra",
                    new Family(
                            "electra.",
                            "encoder.layer.%s.",
                            BERT_PLACES,
                            SELF_PREFIX,
                            Classifier.ofTwoLayers(Activation.GELU)),
            "distilbert",
                    new Family(
                            "distilbert.",
                            "transformer.layer.%s.",
                            Map.of(
                                    "attention", "attention_adapters",
                                    "ffn", "output_adapters",
                                    "attention.heads", "attention"),
                            "self",
                            new Classifier(Pooling.CLS, "pre_classifier", Activation.RELU, "classifier")),
            // Its layers share their modules, so that no place in one of them has a name of its own.
            "albert", new Family("albert.", "", Map.of(), SELF_PREFIX, Classifier.ON_THE_POOLER));

    private static final Pattern IN_LAYER = Pattern.compile("layer\\.(\\d+)\\.(.+)");

    /** The names in transformers' model with a classification head. */
    static ModuleNames withHead(Backbone backbone) {
        return new ModuleNames(backbone, true);
    }

    /** The names in the bare model. */
    static ModuleNames bare(Backbone backbone) {
        return new ModuleNames(backbone, false);
    }

    /** Why the libraries have no names for places in each layer of this base; empty where they have. */
    Optional<String> refusal() {
        return backbone.architecture().shared().isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "the layers of the family %s share their modules, so the libraries change all layers at once, and Graft each one"
                                .formatted(backbone.architecture().family()));
    }

    /** What stands before every name. */
    String prefix() {
        return isWithHead ? family().prefix() : "";
    }

    /** transformers' classification head. */
    Classifier classifier() {
        return family().classifier();
    }

    /** What AdapterHub calls the prefixes of the family's attention. */
    String prefixes() {
        return family().prefixes();
    }

    private Family family() {
        return Objects.requireNonNull(FAMILIES.get(backbone.architecture().family()), "a family without names");
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
