package dev.graft.method;

import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import dev.graft.model.Heads;
import dev.graft.model.HeadsDelta;
import dev.graft.model.Merge;
import dev.graft.model.Pass;
import dev.graft.model.Role;
import dev.graft.model.Site;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * (IA)^3, Liu et al. 2022 (arXiv 2205.05638): learned vectors multiply the keys, the values, and what the feed-forward
 * sub-layer's second projection reads.
 *
 * <pre>
 *   k = l_k * (x W_k^T + b_k);   v = l_v * (x W_v^T + b_v);   f = (l_ff * act(h W_1^T + b_1)) W_2^T + b_2
 * </pre>
 *
 * All start at one, so the start is exactly the base. Trains {@code L(2d + f)} scalars. Tensors:
 * {@code <projection>.ia3.{output,input}}.
 *
 * <p>PEFT's default for BERT multiplies the input of attention's output projection too: {@code
 * inputs=ffn.down+attention.output}. AdapterHub multiplies what FFN-up gives, before the nonlinearity: {@code
 * outputs=key+value+ffn.up} and no inputs.
 *
 * @param outputs projections whose output is multiplied, by role ({@code key}) or path ({@code layer.0.attention.key})
 * @param inputs projections whose input is multiplied: of {@code ffn.down} and {@code attention.output}
 */
public record Ia3(List<String> outputs, List<String> inputs) implements Method {
    public static final Ia3 DEFAULT = new Ia3(List.of("key", "value"), List.of("ffn.down"));

    public Ia3 {
        if (outputs.isEmpty() && inputs.isEmpty()) {
            throw new IllegalArgumentException("outputs and inputs must name at least one projection, such as key");
        }
        outputs = List.copyOf(outputs);
        inputs = List.copyOf(inputs);
    }

    @Override
    public String name() {
        return "ia3";
    }

    @Override
    public Axes axes() {
        return new Axes("keys, values, inner ffn", "learned vector", "–", "multiplied", "the base");
    }

    @Override
    public boolean merges() {
        return true;
    }

    @Override
    public List<Delta> deltas(Architecture base, Initializer start) {
        List<Delta> deltas = new ArrayList<>();
        outputs(base).stream().filter(inputs(base)::contains).findFirst().ifPresent(both -> {
            throw new IllegalArgumentException("outputs and inputs both name " + both.path() + "; choose one of them");
        });
        for (Site.Linear site : outputs(base)) {
            Parameter l = start.ones(site.path() + ".ia3.output", false, base.outputOf(site));
            deltas.add(new Change(site, new Vector(l), Reads.INPUT, Join.MULTIPLIED));
        }
        for (Site.Linear site : inputs(base)) {
            Parameter l = start.ones(site.path() + ".ia3.input", false, base.inputOf(site));
            deltas.add(
                    site.role() == Role.FFN_DOWN
                            ? new Change(new Site.Inner(site.layer()), new Vector(l), Reads.OUTPUT, Join.MULTIPLIED)
                            : new MultipliedHeads(new Site.Heads(site.layer()), l));
        }
        return deltas;
    }

    private List<Site.Linear> outputs(Architecture base) {
        return Targets.choose("projection", outputs, Arrays.asList(Role.values()), base);
    }

    private List<Site.Linear> inputs(Architecture base) {
        return Targets.choose("input that can be multiplied", inputs, List.of(Role.ATTENTION_OUT, Role.FFN_DOWN), base);
    }

    @Override
    public long parameters(Architecture base) {
        return sum(outputs(base), base::outputOf) + sum(inputs(base), base::inputOf);
    }

    private static long sum(List<Site.Linear> sites, ToIntFunction<Site.Linear> size) {
        return sites.stream().mapToInt(size).asLongStream().sum();
    }

    @Override
    public double learningRate(Architecture base) {
        return base.hidden() < 768 ? 1e-2 : 3e-3;
    }

    /** What the heads give, which attention's output projection reads, times l, [d]. */
    private record MultipliedHeads(Site.Heads site, Parameter l) implements HeadsDelta {
        @Override
        public Tensor after(Heads heads, Tensor output, Pass pass) {
            return output.times(l.in(pass.dtype()).reshape(output.size(1), 1, output.size(3))); // [B, H, T, e]
        }

        @Override
        public boolean rowwise() {
            return true;
        }

        @Override
        public Optional<Merge> merge() {
            return Optional.of(
                    tensors -> tensors.multiplyInput(new Site.Linear(site.layer(), Role.ATTENTION_OUT), l.value()));
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(l);
        }
    }
}
