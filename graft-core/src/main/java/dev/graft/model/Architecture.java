package dev.graft.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a method may know of a backbone: its sizes and its sites.
 *
 * @param family Hugging Face's {@code model_type}
 * @param layers the number of layers, L
 * @param hidden the width of the hidden states, d
 * @param heads the number of heads, H
 * @param ffn the inner width of the feed-forward sub-layer, f
 * @param vocabulary the number of word embeddings
 * @param positions the longest text, counted with inserted rows
 * @param tensors the shape of every base tensor that a forward pass can use, by canonical name
 * @param shared where layers share a tensor, its canonical name by the name that each layer has for it, such as {@code
 *     layer.3.attention.query.weight}; empty in most families
 */
public record Architecture(
        String family,
        int layers,
        int hidden,
        int heads,
        int ffn,
        int vocabulary,
        int positions,
        Map<String, List<Long>> tensors,
        Map<String, String> shared) {

    /** The canonical name of a base tensor, given by the name that a layer has for it, or by the canonical one. */
    public String canonical(String tensor) {
        return shared.getOrDefault(tensor, tensor);
    }

    /** The shape of a base tensor; null where there is none. */
    private @Nullable List<Long> shape(String tensor) {
        return tensors.get(canonical(tensor));
    }

    /** The width of the embedding block, E: of the words, and of what the block gives. */
    public int embedding() {
        return tensors.getOrDefault("embedding.word.weight", List.of(0L, 0L))
                .get(1)
                .intValue();
    }

    /** The width of one head, e. */
    public int headSize() {
        return hidden / heads;
    }

    /** The size of what a projection reads. */
    public int inputOf(Site.Linear site) {
        return shape(site).get(1).intValue();
    }

    /** The size of what a projection gives. */
    public int outputOf(Site.Linear site) {
        return shape(site).get(0).intValue();
    }

    /**
     * The size of what is read at a place with an output.
     *
     * @throws IllegalArgumentException for a place without one
     */
    public int inputOf(Site site) {
        return site instanceof Site.Linear linear ? inputOf(linear) : outputOf(site);
    }

    /**
     * The size of what is given at a place with an output.
     *
     * @throws IllegalArgumentException for a place without one
     */
    public int outputOf(Site site) {
        return switch (site) {
            case Site.Linear linear -> outputOf(linear);
            case Site.Inner inner -> ffn;
            case Site.Sublayer sublayer -> hidden;
            case Site.Layer layer -> hidden;
            default -> throw new IllegalArgumentException("no output passes at " + site.path());
        };
    }

    private List<Long> shape(Site.Linear site) {
        List<Long> shape = shape(site.path() + ".weight");
        if (shape == null) {
            throw new IllegalArgumentException("this base has no " + site.path());
        }
        return shape;
    }

    /** Every projection that has the role, from the first layer to the last; one outside the layers counts once. */
    public List<Site.Linear> linears(Role role) {
        List<Site.Linear> sites = new ArrayList<>();
        for (int layer = 0; layer < (role.isOutsideLayers() ? 1 : layers); layer++) {
            Site.Linear site = new Site.Linear(layer, role);
            if (shape(site.path() + ".weight") != null) {
                sites.add(site);
            }
        }
        return sites;
    }

    /** Every place where something may act, in the order of the forward pass. */
    public List<Site> sites() {
        List<Site> sites = new ArrayList<>();
        for (Site.Embedding.Stage stage : Site.Embedding.Stage.values()) {
            sites.add(new Site.Embedding(stage));
        }
        sites.addAll(linears(Role.EMBEDDING_PROJECTION));
        for (int layer = 0; layer < layers; layer++) {
            for (Role role : Role.values()) {
                Site.Linear linear = new Site.Linear(layer, role);
                if (!role.isOutsideLayers() && shape(linear.path() + ".weight") != null) {
                    sites.add(linear);
                }
            }
            sites.add(new Site.Heads(layer));
            sites.add(new Site.Inner(layer));
            for (Site.Sublayer.Block block : Site.Sublayer.Block.values()) {
                sites.add(new Site.Sublayer(layer, block));
            }
            sites.add(new Site.Layer(layer));
        }
        sites.addAll(linears(Role.POOLER));
        sites.addAll(linears(Role.MASKED_LM));
        return sites;
    }

    /** Every normalisation, the embedding's first. */
    public List<Site.Norm> norms() {
        return tensors.keySet().stream()
                .filter(name -> name.endsWith("norm.weight"))
                .map(name -> new Site.Norm(name.substring(0, name.length() - ".weight".length())))
                .toList();
    }

    /** The canonical names of the tensors of one layer, those that it shares with others among them. */
    public List<String> tensorsOfLayer(int layer) {
        String prefix = "layer." + layer + ".";
        return Stream.concat(tensors.keySet().stream(), shared.keySet().stream())
                .filter(name -> name.startsWith(prefix))
                .map(this::canonical)
                .toList();
    }

    /** The number of scalars of a base tensor. */
    public long elements(String tensor) {
        List<Long> shape = shape(tensor);
        return shape == null ? 0 : shape.stream().reduce(1L, Math::multiplyExact);
    }

    /** The number of scalars of the whole base. */
    public long elements() {
        return tensors.keySet().stream().mapToLong(this::elements).sum();
    }
}
