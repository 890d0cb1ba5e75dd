package dev.graft.method;

import dev.graft.model.Architecture;
import dev.graft.model.Site;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The first of the four axes as text: places with an output, by what they are called within a layer ({@code ffn},
 * {@code query}, {@code ffn.up}, {@code layer} for a whole one) or by any name that is a {@linkplain Targets target}.
 *
 * @param names what to match
 * @param layers the layers to look in; empty for all
 */
record Where(List<String> names, List<Integer> layers) {
    Where {
        names = List.copyOf(names);
        layers = List.copyOf(layers);
    }

    /**
     * The places of a base, in the order of the names and then of the forward pass.
     *
     * @throws IllegalArgumentException for a name that matches nothing, or a layer that does not exist, naming what does
     */
    List<Site> in(Architecture base) {
        Targets.requireLayers(layers, base);
        List<Site> outputs = base.sites().stream().filter(Where::hasAnOutput).toList();
        Set<Site> chosen = new LinkedHashSet<>();
        for (String name : names) {
            List<Site> matches = outputs.stream()
                    .filter(site ->
                            Targets.hits(name, site.path()) || within(site).equals(name))
                    .filter(site -> layers.isEmpty() || isIn(site, layers))
                    .toList();
            if (matches.isEmpty()) {
                throw new IllegalArgumentException("no place matches '%s' in layers %s; this base has %s"
                        .formatted(
                                name,
                                layers.isEmpty() ? "0 to " + (base.layers() - 1) : layers,
                                String.join(
                                        ", ",
                                        outputs.stream()
                                                .map(Where::within)
                                                .distinct()
                                                .toList())));
            }
            chosen.addAll(matches);
        }
        return List.copyOf(chosen);
    }

    private static boolean hasAnOutput(Site site) {
        return switch (site) {
            case Site.Linear linear -> true;
            case Site.Inner inner -> true;
            case Site.Sublayer sublayer -> true;
            case Site.Layer layer -> true;
            case Site.Embedding embedding -> false;
            case Site.Heads heads -> false;
            case Site.Norm norm -> false;
        };
    }

    /** What a message calls a place within its layer; queries, keys and values go without the attention they belong to. */
    private static String within(Site site) {
        String path = site.path();
        if (site instanceof Site.Layer) {
            return "layer";
        }
        return path.replaceFirst("^layer\\.\\d+\\.", "").replaceFirst("^attention\\.(?=query|key|value)", "");
    }

    private static boolean isIn(Site site, List<Integer> layers) {
        return layers.stream()
                .anyMatch(layer ->
                        site.path().equals("layer." + layer) || site.path().startsWith("layer." + layer + "."));
    }
}
