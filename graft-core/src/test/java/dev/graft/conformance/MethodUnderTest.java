package dev.graft.conformance;

import dev.graft.method.Method;
import dev.graft.method.Methods;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * One configuration of one method, and what it promises.
 *
 * @param text the configuration as the command line takes it; the parts of a union are separated by {@code &}
 * @param start how close to the base it starts
 * @param count the closed formula of methods.md 28, written apart from the method's own
 * @param dropsInTraining whether the method, as configured, has dropout of its own
 */
record MethodUnderTest(String text, Start start, ToLongFunction<Sizes> count, boolean dropsInTraining) {
    /** One line a method, and a line for each variant that runs other code. */
    static final List<MethodUnderTest> TABLE = List.of(
            of("houlsby", Start.near(s -> gelu(s, defaultWidth(s))), s -> houlsby(s, defaultWidth(s)) + norms(s)),
            of("houlsby:bottleneck=5,layernorm=frozen", Start.near(s -> gelu(s, 5)), s -> houlsby(s, 5)),
            of("houlsby:bottleneck=4,sites=ffn", Start.near(s -> gelu(s, 4)), s -> houlsby(s, 4) / 2 + norms(s)),
            of("houlsby:bottleneck=6,activation=relu", Start.near(s -> relu(s, 6)), s -> houlsby(s, 6) + norms(s)),
            of("pfeiffer", Start.near(s -> sequential(s, narrowWidth(s))), s -> bottlenecks(s, narrowWidth(s))),
            of(
                    "pfeiffer:bottleneck=4,sites=attention+layer,activation=silu",
                    Start.ELSEWHERE,
                    s -> 2 * bottlenecks(s, 4)),
            of(
                    "pfeiffer:bottleneck=3,reads=output,gate=masked",
                    Start.near(s -> sequential(s, 3)),
                    s -> bottlenecks(s, 3) + gates(s)),
            of(
                    "pfeiffer:bottleneck=3,norms=before+after",
                    Start.ELSEWHERE,
                    s -> bottlenecks(s, 3) + 4L * s.layers() * s.hidden()),
            of("parallel", Start.EXACT, s -> bottlenecks(s, 16)),
            of("scaled-parallel", Start.EXACT, s -> bottlenecks(s, 16)),
            of(
                    "scaled-parallel:bottleneck=3,scale=channel,sites=pre_o",
                    Start.EXACT,
                    s -> bottlenecks(s, 3) + (long) s.layers() * s.hidden()),
            of(
                            "scaled-parallel:bottleneck=3,scale=learned,sites=attention+ffn,start=bert,dropout=0.2",
                            Start.ELSEWHERE,
                            s -> 2 * (bottlenecks(s, 3) + s.layers()))
                    .dropping(),
            of("invertible", Start.ELSEWHERE, s -> coupling(s, s.hidden() / 4)),
            of(
                    "phm",
                    Start.near(s -> phm(s, 4, 4, 1e-2)),
                    s -> 4 * s.layers() * (s.hidden() + 64L) + 2 * biases(s, 4) + norms(s)),
            of(
                    "phm:n=2,bottleneck=6,rule=shared,layernorm=frozen",
                    Start.near(s -> phm(s, 6, 2, 1e-4)),
                    s -> 12L * s.layers() * s.hidden() + 8 + 2 * biases(s, 6)),
            of(
                    "phm:sites=ffn,rule=shared,layernorm=frozen",
                    Start.near(s -> phm(s, 4, 4, 1e-4)),
                    s -> 2L * s.layers() * s.hidden() + 64 + biases(s, 4)),
            of(
                    "compacter",
                    Start.near(s -> compacter(s, 4, 4, 1, 1e-4)),
                    s -> 4 * s.layers() * (s.hidden() + 4L) + 64 + 2 * biases(s, 4) + norms(s)),
            of(
                    "compacter:n=2,rank=2,bottleneck=6,rule=own,factors=shared,layernorm=frozen",
                    Start.near(s -> compacter(s, 6, 2, 2, 1e-2)),
                    s -> 32L * s.layers() + 4 * (s.hidden() + 6L) + 2 * biases(s, 6)),
            of(
                    "compacter++",
                    Start.near(s -> compacter(s, 4, 4, 1, 1e-4)),
                    s -> 2 * s.layers() * (s.hidden() + 4L) + 64 + biases(s, 4) + norms(s)),
            of(
                    "low-rank:rank=2,bottleneck=3",
                    Start.ELSEWHERE,
                    s -> 8 * s.layers() * (s.hidden() + 3L) + 2 * biases(s, 3) + norms(s)),
            of("lora", Start.EXACT, s -> 2 * lora(s.layers(), s.hidden(), s.hidden(), 8)),
            of("lora:rank=3,targets=query+key+value+attention.output+ffn.up+ffn.down", Start.EXACT, s -> allLora(s, 3)),
            of("lora:rank=2,layers=1", Start.EXACT, s -> 2 * lora(1, s.hidden(), s.hidden(), 2)),
            of("lora:dropout=0.2", Start.EXACT, s -> 2 * lora(s.layers(), s.hidden(), s.hidden(), 8))
                    .dropping(),
            of(
                    "lora:rank=3,ranks=value:2,alphas=layer.1.attention.query:5,stabilised=true,bias=lora_only",
                    Start.EXACT,
                    s -> lora(s.layers(), s.hidden(), s.hidden(), 5) + 2L * s.layers() * s.hidden()),
            of(
                    "lora:rank=2,bias=all",
                    Start.EXACT,
                    s -> 2 * lora(s.layers(), s.hidden(), s.hidden(), 2)
                            + biases(s)
                            + (s.hasPooler() ? s.hidden() : 0)),
            of(
                    "lora:rank=2,targets=embedding.word+query,bias=own",
                    Start.EXACT,
                    s -> lora(s.layers(), s.hidden(), s.hidden(), 2)
                            + lora(1, s.vocabulary(), s.hidden(), 2)
                            + s.layers() * s.hidden()),
            of(
                    "dora:rank=3,targets=query+ffn.up",
                    Start.EXACT,
                    s -> lora(s.layers(), s.hidden(), s.hidden(), 3)
                            + lora(s.layers(), s.hidden(), s.ffn(), 3)
                            + s.layers() * (s.hidden() + (long) s.ffn())),
            of("multihead-parallel:bottleneck=4", Start.EXACT, s -> prefix(s, 4)),
            of("multihead-parallel:bottleneck=5,projection=behind", Start.EXACT, s -> prefix(s, 5)),
            of("prefix", Start.ELSEWHERE, s -> prefix(s, 10)),
            of("prefix:length=3,positions=shifted", Start.ELSEWHERE, s -> prefix(s, 3)),
            of("prefix:length=4,mlp=6,dropout=0.2", Start.ELSEWHERE, s -> prefixWithNetwork(s, 4, 6))
                    .dropping(),
            of("llama-adapter", Start.EXACT, s -> adaption(s, Math.max(1, s.layers() - 2), 10)),
            of("llama-adapter:length=3,layers=2,tanh=false", Start.EXACT, s -> adaption(s, 2, 3)),
            of("mam:length=3,bottleneck=4,mlp=5", Start.ELSEWHERE, s -> prefixWithNetwork(s, 3, 5) + bottlenecks(s, 4)),
            of(
                    "mam-lora",
                    Start.EXACT,
                    s -> 2 * lora(s.layers(), s.hidden(), s.hidden(), 8) + bottlenecks(s, narrowWidth(s))),
            of("unipelt:mlp=0", Start.ELSEWHERE, s -> prefix(s, 10) + uniPelt(s, narrowWidth(s), 8) + 4 * gates(s)),
            of(
                    "unipelt:parts=prefix+lora,length=2,mlp=3,rank=2,gates=none",
                    Start.ELSEWHERE,
                    s -> prefixWithNetwork(s, 2, 3) + 2 * lora(s.layers(), s.hidden(), s.hidden(), 2)),
            of("prompt", Start.ELSEWHERE, s -> 20L * s.hidden()),
            of("prompt:length=3,place=before_cls", Start.ELSEWHERE, s -> 3L * s.hidden()),
            of("prompt:length=4,stage=output", Start.ELSEWHERE, s -> 4L * s.hidden()),
            of("prompt:length=5,start=random", Start.ELSEWHERE, s -> 5L * s.hidden()),
            of("p-tuning:length=4", Start.ELSEWHERE, s -> 4L * s.hidden() + lstm(s, s.hidden() / 2)),
            of("p-tuning:length=3,encoder=mlp,hidden=5", Start.ELSEWHERE, s -> 3L * s.hidden() + mlp(s, 5)),
            of("layernorm", Start.EXACT, MethodUnderTest::norms),
            of("ia3", Start.EXACT, s -> s.layers() * (2L * s.hidden() + s.ffn())),
            of(
                    "ia3:outputs=ffn.up,inputs=attention.output",
                    Start.EXACT,
                    s -> s.layers() * (s.hidden() + (long) s.ffn())),
            of("bitfit", Start.EXACT, s -> biases(s) + (s.hasPooler() ? s.hidden() : 0)),
            of("bitfit:biases=query+ffn.up", Start.EXACT, s -> s.layers() * (s.hidden() + (long) s.ffn())),
            of("top-k", Start.EXACT, s -> 2 * layer(s) + pooler(s)),
            of("top-k:k=1", Start.EXACT, s -> layer(s) + pooler(s)),
            of("full", Start.EXACT, s -> embedding(s) + s.layers() * layer(s) + pooler(s)),
            of("head", Start.EXACT, s -> 0),
            of(
                    "custom:where=ffn.inner,form=low_rank,size=2,gate=masked",
                    Start.EXACT,
                    s -> s.layers() * (4L * s.ffn() + s.ffn() + 1)),
            of("custom:activation=gelu", Start.EXACT, s -> houlsby(s, 16) / 2),
            of(
                    "custom:where=attention+layer,form=low_rank,size=2,reads=finished,scale=3",
                    Start.EXACT,
                    s -> 2 * lora(s.layers(), s.hidden(), s.hidden(), 2)),
            of(
                    "lora:rank=2 & custom:where=ffn.inner,size=3 & prompt:length=2",
                    Start.ELSEWHERE,
                    s -> 2 * lora(s.layers(), s.hidden(), s.hidden(), 2)
                            + s.layers() * (2L * s.ffn() * 3 + 3 + s.ffn())
                            + 2L * s.hidden()));

    private static MethodUnderTest of(String text, Start start, ToLongFunction<Sizes> count) {
        return new MethodUnderTest(text, start, count, false);
    }

    private MethodUnderTest dropping() {
        return new MethodUnderTest(text, start, count, true);
    }

    Method method() {
        return Methods.union(
                Arrays.stream(text.split(" & ")).map(Methods::parse).toList());
    }

    @Override
    public String toString() {
        return text;
    }

    // ---- formulas: m, r, l are a method's own size, f the inner width of the feed-forward sub-layer

    private static int defaultWidth(Sizes s) {
        return Math.max(1, s.hidden() / 12);
    }

    private static int narrowWidth(Sizes s) {
        return Math.max(1, s.hidden() / 16);
    }

    private static long houlsby(Sizes s, long m) {
        return 2 * bottlenecks(s, m);
    }

    /** One in every layer. */
    private static long bottlenecks(Sizes s, long m) {
        return s.layers() * (2 * s.hidden() * m + m + s.hidden());
    }

    private static long coupling(Sizes s, long m) {
        return 2 * s.hidden() * m + 2 * m + s.hidden();
    }

    /** One in every layer. */
    private static long gates(Sizes s) {
        return s.layers() * (s.hidden() + 1L);
    }

    private static long norms(Sizes s) {
        return 2L * s.hidden() * (2 * s.layers() + 1);
    }

    /** Those of one bottleneck in every layer. */
    private static long biases(Sizes s, long m) {
        return s.layers() * (m + s.hidden());
    }

    private static long biases(Sizes s) {
        return s.layers() * (7L * s.hidden() + s.ffn()) + s.hidden();
    }

    private static long lora(long projections, long in, long out, long r) {
        return projections * r * (in + out);
    }

    private static long allLora(Sizes s, long r) {
        return 8 * s.layers() * s.hidden() * r + 2 * s.layers() * (s.hidden() + s.ffn()) * r;
    }

    private static long prefix(Sizes s, long l) {
        return 2 * s.layers() * l * s.hidden();
    }

    private static long prefixWithNetwork(Sizes s, long l, long mid) {
        long d = s.hidden();
        return l * d + d * mid + mid + mid * 2 * s.layers() * d + 2 * s.layers() * d;
    }

    /** Without prefix and gates. */
    private static long uniPelt(Sizes s, long m, long r) {
        return bottlenecks(s, m) + 2 * lora(s.layers(), s.hidden(), s.hidden(), r);
    }

    private static long adaption(Sizes s, long layers, long k) {
        return layers * (k * s.hidden() + s.heads());
    }

    /** Two layers in two directions of so many cells, and two linear layers. */
    private static long lstm(Sizes s, long w) {
        long d = s.hidden();
        long first = 2 * (4 * w * d + 4 * w * w + 8 * w);
        long second = 2 * (4 * w * 2 * w + 4 * w * w + 8 * w);
        return first + second + 2 * w * 2 * w + 2 * w + 2 * w * d + d;
    }

    private static long mlp(Sizes s, long w) {
        long d = s.hidden();
        return d * w + w + w * w + w + w * d + d;
    }

    private static long layer(Sizes s) {
        long d = s.hidden();
        long f = s.ffn();
        return 4 * (d * d + d) + 2 * d * f + f + d + 4 * d;
    }

    private static long embedding(Sizes s) {
        return (long) s.hidden() * (s.vocabulary() + s.positions() + s.types() + 2);
    }

    private static long pooler(Sizes s) {
        return s.hasPooler() ? (long) s.hidden() * s.hidden() + s.hidden() : 0;
    }

    /** The deviation of a normal of 1e-2 that is cut off at two deviations. */
    private static final double SIGMA = 0.8796e-2;

    /** Of a ReLU's bottleneck from a whole normal of 2e-2, where what it reads is of the size of what it changes. */
    private static double sequential(Sizes s, int m) {
        return 0.02 * 0.02 * Math.sqrt(s.hidden() * m / 2.0);
    }

    private static double gelu(Sizes s, int m) {
        return SIGMA * SIGMA * Math.sqrt(s.hidden() * (double) m) / 2;
    }

    /** A GELU's bottleneck of n Kronecker products with rules of this deviation and Glorot's uniform of gain sqrt 2. */
    private static double phm(Sizes s, int m, int n, double rule) {
        double b = 4.0 * n / (s.hidden() + m);
        return n * rule * rule * b * Math.sqrt(s.hidden() * (double) m) / 2;
    }

    /** The same, with factors of rank r. */
    private static double compacter(Sizes s, int m, int n, int r, double rule) {
        double b = r * 4.0 / (s.hidden() / n + r) * 4.0 / (m / n + r);
        return n * rule * rule * b * Math.sqrt(s.hidden() * (double) m) / 2;
    }

    private static double relu(Sizes s, int m) {
        return SIGMA * SIGMA * Math.sqrt(s.hidden() * m / 2.0);
    }
}
