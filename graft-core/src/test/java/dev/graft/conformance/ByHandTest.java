package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.graft.method.Change;
import dev.graft.method.Form;
import dev.graft.method.HeadsForm;
import dev.graft.method.Join;
import dev.graft.method.Method;
import dev.graft.method.Methods;
import dev.graft.method.PerHeadChange;
import dev.graft.method.Reads;
import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import dev.graft.model.Deltas;
import dev.graft.model.Heads;
import dev.graft.model.HeadsDelta;
import dev.graft.model.Mode;
import dev.graft.model.Pass;
import dev.graft.model.Replacement;
import dev.graft.model.Role;
import dev.graft.model.Site;
import dev.graft.model.Site.Embedding.Stage;
import dev.graft.model.Site.Sublayer.Block;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * V1 of methods.md 23 for the methods that {@link FourAxesTest} cannot write in JSON: put together in Java from site, form,
 * reads and join, each form in the plainest words of its paper's equation, on the tensors of an adapter of the built-in method.
 */
@OnAllBackbones
class ByHandTest {
    private static final int LAYERS = Sizes.TINY.layers();
    private static final int HEADS = Sizes.TINY.heads();

    private static final Join ADDED = (h, change, read, pass) -> h.plus(change);
    private static final Join MULTIPLIED = (h, change, read, pass) -> h.times(change);

    /** The change is what goes on. */
    private static final Join INSTEAD = (h, change, read, pass) -> change;

    private final BackboneUnderTest backbone;

    ByHandTest(BackboneUnderTest backbone) {
        this.backbone = backbone;
    }

    static Stream<Arguments> methods() {
        return Stream.of(
                hand("low-rank:rank=2,bottleneck=3,activation=relu,layernorm=frozen", ByHandTest::lowRank),
                hand("phm:n=2,bottleneck=6,activation=relu,layernorm=frozen", ByHandTest::phm),
                hand("phm:n=2,bottleneck=6,activation=relu,rule=shared,layernorm=frozen", ByHandTest::phm),
                hand("phm:n=2,bottleneck=6,activation=relu,sites=ffn,layernorm=frozen", ByHandTest::phmBehindFfn),
                hand("phm:n=2,bottleneck=6,activation=relu,reads=finished,layernorm=frozen", t -> ofFinished(phm(t))),
                hand("compacter:n=2,rank=3,bottleneck=4,activation=relu,layernorm=frozen", ByHandTest::compacter),
                hand(
                        "compacter:n=2,rank=3,bottleneck=4,activation=relu,reads=finished,layernorm=frozen",
                        t -> ofFinished(compacter(t))),
                hand("compacter++:n=4,bottleneck=8,activation=relu,layernorm=frozen", ByHandTest::compacterPlusPlus),
                hand(
                        "compacter++:n=4,bottleneck=8,activation=relu,reads=finished,layernorm=frozen",
                        t -> ofFinished(compacterPlusPlus(t))),
                hand("dora:rank=2,alpha=6,targets=query+ffn.up", ByHandTest::dora),
                hand("ia3", ByHandTest::ia3),
                hand("multihead-parallel:bottleneck=4", ByHandTest::multiHeadParallel),
                hand("multihead-parallel:bottleneck=4,projection=behind", ByHandTest::multiHeadParallelBehind),
                hand("prefix:length=3", ByHandTest::prefix),
                hand("prefix:length=3,mlp=5", ByHandTest::prefixFromNetwork),
                hand("mam:length=3,bottleneck=4,mlp=5", ByHandTest::mam),
                hand("llama-adapter:length=3,layers=2", ByHandTest::llamaAdapter),
                hand("unipelt:bottleneck=4,length=3,mlp=0,rank=2", ByHandTest::uniPelt),
                hand("prompt:length=3", t -> List.of(rows(Stage.INPUT, 1, t.get("embedding.input.prompt")))),
                hand("p-tuning:length=3,encoder=mlp,hidden=5", ByHandTest::pTuning),
                hand("invertible:bottleneck=3", ByHandTest::invertible),
                hand("layernorm", t -> copies(t, name -> name.contains("norm."))),
                hand("bitfit", t -> copies(t, name -> name.endsWith(".bias"))),
                hand("top-k:k=2", ByHandTest::topTwo),
                hand("full", t -> copies(t, name -> true)));
    }

    private static Arguments hand(String builtIn, Function<Tensors, List<Delta>> byHand) {
        return Arguments.of(builtIn, byHand);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("methods")
    void aBuiltInMethodIsBuiltByHand(String builtIn, Function<Tensors, List<Delta>> byHand) {
        try (Specimen specimen = Specimen.perturbed(Methods.parse(builtIn), backbone)) {
            double[] plain = specimen.baseLogits().toDoubles();
            double[] logits = specimen.logits(Mode.EVALUATION).toDoubles();
            assertThat(furthest(logits, plain)).isGreaterThan(1e-3);
            Deltas deltas = new Deltas(byHand.apply(new Tensors(specimen)));
            assertThat(specimen.logitsWith(deltas).toDoubles()).containsExactly(logits, within(1e-10));
        }
    }

    private static double furthest(double[] one, double[] other) {
        return IntStream.range(0, one.length)
                .mapToDouble(i -> Math.abs(one[i] - other[i]))
                .max()
                .orElseThrow();
    }

    /** No method is left out, here or in {@link FourAxesTest}: nothing acts for {@code head}, and the others are points of JSON. */
    @Test
    void everyMethodIsBuilt() {
        Set<String> inJson =
                Set.of("houlsby", "pfeiffer", "parallel", "scaled-parallel", "lora", "mam-lora", "custom", "head");
        List<String> here = methods()
                .map(arguments ->
                        Methods.parse(String.valueOf(arguments.get()[0])).name())
                .toList();
        assertThat(Methods.all())
                .extracting(Method::name)
                .allMatch(name -> inJson.contains(name) != here.contains(name));
    }

    /** What the adapter trains, by name. */
    private record Tensors(Specimen adapter) {
        Tensor get(String name) {
            return adapter.parameter(name).value();
        }

        Architecture base() {
            return adapter.base().architecture();
        }

        /** A tensor of the base, by the name that a layer has for it. */
        Tensor inBase(String name) {
            return adapter.base().tensor(name);
        }

        boolean has(String name) {
            return adapter.parameters().stream()
                    .anyMatch(parameter -> parameter.name().equals(name));
        }
    }

    // ---- what the equations are written with

    /** {@code x W^T + b}. */
    private static Tensor affine(Tensor x, Tensor weight, Tensor bias) {
        return x.matmul(weight.transpose(0, 1)).plus(bias);
    }

    /** {@code affine(relu(affine(x)))} with the tensors {@code <name>.{down,up}.{weight,bias}}. */
    private static Tensor bottleneck(Tensors t, String name, Tensor x) {
        Tensor inner = affine(x, t.get(name + ".down.weight"), t.get(name + ".down.bias"))
                .relu();
        return affine(inner, t.get(name + ".up.weight"), t.get(name + ".up.bias"));
    }

    /** {@code A (x) B}: [n, n] and [p, q] give [n p, n q]. */
    private static Tensor kronecker(Tensor a, Tensor b) {
        return a.reshape(a.size(0), 1, a.size(1), 1)
                .times(b.reshape(1, b.size(0), 1, b.size(1)))
                .reshape(a.size(0) * b.size(0), a.size(1) * b.size(1));
    }

    /** {@code sum_i A_i (x) B_i}: [n, n, n] and [n, p, q] give [n p, n q]. */
    private static Tensor hypercomplex(Tensor a, Tensor b) {
        return IntStream.range(0, (int) a.size(0))
                .mapToObj(i -> kronecker(a.select(0, i), b.select(0, i)))
                .reduce(Tensor::plus)
                .orElseThrow();
    }

    private static List<Delta> eachLayer(IntFunction<List<Delta>> deltas) {
        return IntStream.range(0, LAYERS).mapToObj(deltas).flatMap(List::stream).toList();
    }

    /** A sequential adapter behind each of these blocks in every layer. */
    private static List<Delta> behind(List<Block> blocks, Function<Site, UnaryOperator<Tensor>> equation) {
        return eachLayer(layer -> blocks.stream()
                .<Delta>map(block -> {
                    Site site = new Site.Sublayer(layer, block);
                    return new Change(site, new Equations.OfRows(equation.apply(site)), Reads.OUTPUT, ADDED);
                })
                .toList());
    }

    /** The same changes, each of what the layer would hand on. */
    private static List<Delta> ofFinished(List<Delta> changes) {
        return changes.stream()
                .<Delta>map(delta -> {
                    Change change = (Change) delta;
                    return new Change(change.site(), change.form(), Reads.FINISHED, change.join());
                })
                .toList();
    }

    private static List<Delta> copies(Tensors t, Predicate<String> which) {
        return t.base().tensors().keySet().stream()
                .filter(which)
                .<Delta>map(name -> new Replacement(name, t.adapter().parameter(name)))
                .toList();
    }

    private static List<Delta> topTwo(Tensors t) {
        Set<String> tensors = new HashSet<>(t.base().tensorsOfLayer(LAYERS - 2));
        tensors.addAll(t.base().tensorsOfLayer(LAYERS - 1));
        return copies(t, name -> tensors.contains(name) || name.startsWith("pooler."));
    }

    // ---- adapters

    private static List<Delta> lowRank(Tensors t) {
        return behind(List.of(Block.values()), site -> h -> {
            String name = site.path() + ".low_rank.";
            return thin(t, name + "up", thin(t, name + "down", h).relu());
        });
    }

    private static Tensor thin(Tensors t, String name, Tensor x) {
        return affine(x, t.get(name + ".b").matmul(t.get(name + ".a")), t.get(name + ".bias"));
    }

    private static List<Delta> phm(Tensors t) {
        return hypercomplex(t, List.of(Block.values()), name -> t.get(name + ".weight"));
    }

    private static List<Delta> phmBehindFfn(Tensors t) {
        return hypercomplex(t, List.of(Block.FFN), name -> t.get(name + ".weight"));
    }

    private static List<Delta> compacter(Tensors t) {
        return hypercomplex(
                t, List.of(Block.values()), name -> t.get(name + ".left").matmul(t.get(name + ".right")));
    }

    private static List<Delta> compacterPlusPlus(Tensors t) {
        return hypercomplex(t, List.of(Block.FFN), name -> t.get(name + ".left").matmul(t.get(name + ".right")));
    }

    private static List<Delta> hypercomplex(Tensors t, List<Block> blocks, Function<String, Tensor> b) {
        return behind(blocks, site -> h -> {
            String name = site.path() + ".phm.";
            return hypercomplex(
                    t, name + "up", b, hypercomplex(t, name + "down", b, h).relu());
        });
    }

    private static Tensor hypercomplex(Tensors t, String name, Function<String, Tensor> b, Tensor x) {
        Tensor rule = t.get(t.has("phm.rule") ? "phm.rule" : name + ".rule");
        return x.matmul(hypercomplex(rule, b.apply(name))).plus(t.get(name + ".bias"));
    }

    private static List<Delta> invertible(Tensors t) {
        String name = "embedding.output.invertible.";
        return List.of(new Equations.OfEmbedded(Stage.OUTPUT, embedded -> {
            Tensor x = embedded.states();
            long half = x.size(2) / 2;
            Tensor y1 = x.narrow(2, 0, half).plus(bottleneck(t, name + "f", x.narrow(2, half, half)));
            Tensor y2 = x.narrow(2, half, half).plus(bottleneck(t, name + "g", y1));
            return embedded.withStates(Tensor.concatenate(2, y1, y2));
        }));
    }

    // ---- projections

    /** y = x W'^T + b with W' = m (W + s B A) / its rows' lengths. */
    private static List<Delta> dora(Tensors t) {
        return eachLayer(layer -> Stream.of(Role.QUERY, Role.FFN_UP)
                .<Delta>map(role -> {
                    Site site = new Site.Linear(layer, role);
                    String name = site.path() + ".dora.";
                    Tensor turned = t.inBase(site.path() + ".weight")
                            .plusScaled(t.get(name + "b").matmul(t.get(name + "a")), 6.0 / 2);
                    Tensor lengths = turned.squared().sum(1, true).sqrt();
                    Tensor weight = turned.dividedBy(lengths)
                            .times(t.get(name + "magnitude").unsqueeze(1));
                    Tensor bias = t.inBase(site.path() + ".bias");
                    return new Change(site, new Equations.OfRows(x -> affine(x, weight, bias)), Reads.INPUT, INSTEAD);
                })
                .toList());
    }

    private static List<Delta> ia3(Tensors t) {
        return eachLayer(layer -> List.of(
                multiplied(new Site.Linear(layer, Role.KEY), t.get("layer." + layer + ".attention.key.ia3.output")),
                multiplied(new Site.Linear(layer, Role.VALUE), t.get("layer." + layer + ".attention.value.ia3.output")),
                multiplied(new Site.Inner(layer), t.get("layer." + layer + ".ffn.down.ia3.input"))));
    }

    private static Delta multiplied(Site site, Tensor l) {
        return new Change(site, new Equations.OfRows(x -> l), Reads.OUTPUT, MULTIPLIED);
    }

    // ---- heads

    /** Rows as they belong to the heads: [l, d] to [H, l, e]. */
    private static Tensor split(Tensor rows) {
        return rows.reshape(rows.size(0), HEADS, rows.size(1) / HEADS).transpose(0, 1);
    }

    /** The same for every text: [H, l, e] to [B, H, l, e]. */
    private static Tensor everywhere(Tensor heads, Heads text) {
        return heads.unsqueeze(0).expand(text.queries().size(0), heads.size(0), heads.size(1), heads.size(2));
    }

    private static Tensor scores(Tensor queries, Tensor keys) {
        return queries.matmul(keys.transpose(-1, -2)).times(1 / Math.sqrt(queries.size(-1)));
    }

    private static List<Delta> multiHeadParallel(Tensors t) {
        return eachLayer(layer -> {
            String name = "layer." + layer + ".attention.heads.parallel.";
            return List.of(new PerHeadChange(
                    new Site.Heads(layer), new Equations.OfQueries((q, heads) -> besideAttention(t, name, q)), ADDED));
        });
    }

    private static Tensor besideAttention(Tensors t, String name, Tensor queries) {
        return scores(queries, split(t.get(name + "key"))).relu().matmul(split(t.get(name + "value")));
    }

    private static List<Delta> multiHeadParallelBehind(Tensors t) {
        return eachLayer(layer -> {
            String name = "layer." + layer + ".attention.parallel.";
            String query = "layer." + layer + ".attention.query.";
            Form form = new Equations.OfRows(x -> {
                Tensor q = affine(x, t.inBase(query + "weight"), t.inBase(query + "bias"));
                Tensor heads = q.reshape(q.size(0), q.size(1), HEADS, q.size(2) / HEADS)
                        .transpose(1, 2); // [B, H, T, e]
                return besideAttention(t, name, heads).transpose(1, 2).reshape(x.shape());
            });
            return List.of(new Change(new Site.Sublayer(layer, Block.ATTENTION), form, Reads.INPUT, ADDED));
        });
    }

    private static List<Delta> llamaAdapter(Tensors t) {
        return IntStream.of(1, 2)
                .<Delta>mapToObj(layer -> {
                    String name = "layer." + layer + ".attention.heads.adaption.";
                    HeadsForm form = new Equations.OfQueries((q, heads) -> {
                        Tensor rows = t.get(name + "prompt").unsqueeze(0); // [1, K, d]
                        Tensor keys = heads.keyProjection().apply(rows); // [1, H, K, e]
                        return scores(q, keys)
                                .softmax(-1)
                                .matmul(heads.valueProjection().apply(rows));
                    });
                    Tensor gate = t.get(name + "gate").tanh().reshape(HEADS, 1, 1);
                    return new PerHeadChange(
                            new Site.Heads(layer), form, (h, change, read, pass) -> h.plus(change.times(gate)));
                })
                .toList();
    }

    private static List<Delta> prefix(Tensors t) {
        return eachLayer(layer -> List.of(flatPrefix(t, layer)));
    }

    private static Prepended flatPrefix(Tensors t, int layer) {
        String name = "layer." + layer + ".attention.heads.prefix.";
        return new Prepended(layer, t.get(name + "key"), t.get(name + "value"), null);
    }

    private static List<Delta> prefixFromNetwork(Tensors t) {
        Tensor inner = affine(t.get("prefix.embedding"), t.get("prefix.down.weight"), t.get("prefix.down.bias"))
                .tanh();
        return eachLayer(layer -> {
            String name = "layer." + layer + ".attention.heads.prefix.";
            return List.of(new Prepended(
                    layer,
                    affine(inner, t.get(name + "key.weight"), t.get(name + "key.bias")),
                    affine(inner, t.get(name + "value.weight"), t.get(name + "value.bias")),
                    null));
        });
    }

    // ---- unions

    private static List<Delta> mam(Tensors t) {
        List<Delta> deltas = new ArrayList<>(prefixFromNetwork(t));
        deltas.addAll(eachLayer(layer -> {
            Site site = new Site.Sublayer(layer, Block.FFN);
            Form form = new Equations.OfRows(
                    x -> bottleneck(t, site.path() + ".bottleneck", x).times(2));
            return List.of(new Change(site, form, Reads.INPUT, ADDED));
        }));
        return deltas;
    }

    private static List<Delta> uniPelt(Tensors t) {
        return eachLayer(layer -> {
            String heads = "layer." + layer + ".attention.heads.prefix.";
            Site ffn = new Site.Sublayer(layer, Block.FFN);
            Form adapter = new Equations.OfRows(x -> bottleneck(t, ffn.path() + ".bottleneck", x));
            return List.of(
                    new Prepended(layer, t.get(heads + "key"), t.get(heads + "value"), new Gate(t, heads + "gate")),
                    new Change(ffn, adapter, Reads.FINISHED, new Gate(t, ffn.path() + ".gate")),
                    gatedLora(t, new Site.Linear(layer, Role.QUERY)),
                    gatedLora(t, new Site.Linear(layer, Role.VALUE)));
        });
    }

    private static Delta gatedLora(Tensors t, Site site) {
        String name = site.path() + ".lora.";
        Tensor product = t.get(name + "b").matmul(t.get(name + "a")); // [d_out, d_in]
        Form form = new Equations.OfRows(x -> x.matmul(product.transpose(0, 1)));
        return new Change(site, form, Reads.INPUT, new Gate(t, name + "gate"));
    }

    /** {@code h + g change}, g the mean over a text's tokens of {@code sigmoid(x W_g + b_g)}. */
    private record Gate(Tensors t, String name) implements Join {
        @Override
        public Tensor join(Tensor h, Tensor change, Tensor read, Pass pass) {
            return h.plus(change.times(of(read, pass)));
        }

        /** [B, T, d] to [B, 1, 1]. */
        Tensor of(Tensor x, Pass pass) {
            Tensor each =
                    affine(x, t.get(name + ".weight"), t.get(name + ".bias")).sigmoid(); // [B, T, 1]
            Tensor real = pass.mask().unsqueeze(2).to(x.dtype());
            return each.times(real).sum(1, true).dividedBy(real.sum(1, true));
        }
    }

    // ---- prompts

    private static List<Delta> pTuning(Tensors t) {
        String name = "embedding.input.p-tuning.";
        Tensor x = t.get(name + "embedding");
        for (int i = 0; i < 3; i++) {
            Tensor y = affine(x, t.get(name + "mlp." + i + ".weight"), t.get(name + "mlp." + i + ".bias"));
            x = i < 2 ? y.relu() : y;
        }
        return List.of(rows(Stage.INPUT, 0, x));
    }

    /** The same rows in every text, before position {@code at}. */
    private static Delta rows(Stage stage, int at, Tensor rows) {
        return new Equations.OfEmbedded(stage, embedded -> {
            long batch = embedded.states().size(0);
            return embedded.insert(at, rows.unsqueeze(0).expand(batch, rows.size(0), rows.size(1)));
        });
    }

    // ---- deltas of a test's own

    /** Keys and values before the text's, [l, d], behind a gate that reads the attention's input or without one. */
    private record Prepended(
            int layer, Tensor keys, Tensor values, @Nullable Gate gate) implements HeadsDelta {
        @Override
        public Site site() {
            return new Site.Heads(layer);
        }

        @Override
        public Heads before(Heads text, Pass pass) {
            Tensor more = everywhere(split(keys), text);
            Tensor moreValues = everywhere(split(values), text);
            if (gate == null) {
                return text.prepend(more, moreValues);
            }
            Tensor open = gate.of(text.input(), pass).unsqueeze(3);
            return text.prepend(more.times(open), moreValues.times(open));
        }

        @Override
        public List<Parameter> parameters() {
            return List.of();
        }
    }
}
