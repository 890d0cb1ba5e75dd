package dev.graft.method;

import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Several methods at once: the deltas of all of them, each at its sites. Where two act at one site, the later one sees
 * what the earlier one left. A union of {@link Custom} changes is a method of one's own.
 *
 * <p>Trains the sum of its parts; the learning rates are the lowest of its parts'.
 *
 * @param methods the parts, two or more, none of them a union
 */
public record Union(List<Method> methods) implements Method {
    public static final String NAME = "union";

    public Union {
        if (methods.size() < 2) {
            throw new IllegalArgumentException("a union needs two methods or more: " + methods);
        }
        methods.stream().filter(Union.class::isInstance).findFirst().ifPresent(inner -> {
            throw new IllegalArgumentException("a union holds no union; list the parts of the inner one instead");
        });
        if (methods.stream().filter(method -> method.template() != null).count() > 1) {
            throw new IllegalArgumentException("only one of the methods of a union may have a template");
        }
        methods = List.copyOf(methods);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Axes axes() {
        return new Axes(join(Axes::where), join(Axes::what), join(Axes::reads), join(Axes::joins), join(Axes::start));
    }

    private String join(Function<Axes, String> axis) {
        return methods.stream().map(Method::axes).map(axis).distinct().collect(Collectors.joining(" + "));
    }

    @Override
    public boolean merges() {
        return methods.stream().allMatch(Method::merges);
    }

    @Override
    public List<Delta> deltas(Architecture base, Initializer start) {
        List<Delta> deltas = new ArrayList<>();
        methods.forEach(method -> deltas.addAll(method.deltas(base, start)));
        return deltas;
    }

    @Override
    public Union stored() {
        return new Union(methods.stream().map(Method::stored).toList());
    }

    @Override
    public long parameters(Architecture base) {
        return methods.stream().mapToLong(method -> method.parameters(base)).sum();
    }

    @Override
    public int takenPositions() {
        return methods.stream().mapToInt(Method::takenPositions).sum();
    }

    @Override
    public @Nullable String template() {
        return methods.stream()
                .map(Method::template)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    @Override
    public double learningRate(Architecture base) {
        return methods.stream()
                .mapToDouble(method -> method.learningRate(base))
                .min()
                .orElseThrow();
    }

    @Override
    public double headLearningRate(Architecture base) {
        return methods.stream()
                .mapToDouble(method -> method.headLearningRate(base))
                .min()
                .orElseThrow();
    }
}
